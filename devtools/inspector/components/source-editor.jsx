// A text field with colours: the text is drawn behind a transparent field, which takes the input.

import { useState } from 'preact/hooks';

import { graph, hold, hovered, lit, located, roleOf } from '../state/store.js';

/**
 * @param {{ value: string, isOver: boolean, attributes: import('preact').TextareaHTMLAttributes }} props
 */
export function SourceEditor({ value, isOver, attributes }) {
  const [isFocused, setFocused] = useState(false);
  const hasToken = located.value.some(({ part }) => part === 'token');
  const states = { 'has-token': hasToken, 'is-over': isOver, 'is-focused': isFocused, 'is-lit': lit.value };
  const classes = Object.entries(states).flatMap(([name, is]) => (is ? [name] : []));
  return (
    <div
      class={['editor', ...classes].join(' ')}
      onMouseMove={(event) => point(partAt(event.clientX, event.clientY))}
      onMouseLeave={() => point(undefined)}
    >
      <pre class="painted" aria-hidden="true">
        <Painted text={value} />
        {/* A last line that is empty has a height only with something in it. */}
        {'\n'}
      </pre>
      <textarea
        {...attributes}
        class="source"
        value={value}
        onFocus={() => setFocused(true)}
        onBlur={() => {
          setFocused(false);
          point(undefined);
        }}
        onSelect={({ currentTarget: { selectionStart, selectionEnd } }) =>
          point(selectionStart === selectionEnd ? partOfCaret(selectionStart) : undefined)
        }
        onDblClick={({ currentTarget: { selectionStart } }) => {
          const part = partOfCaret(selectionStart);
          if (part !== undefined) hold(part);
        }}
      />
    </div>
  );
}

/** @param {{ text: string }} props */
function Painted({ text }) {
  let at = 0;
  const pieces = [];
  for (const { start, end, part, token } of located.value) {
    if (start > at) pieces.push(text.slice(at, start));
    const hues = part === undefined ? [] : (graph.value?.parts.get(part)?.hues ?? []);
    const role = part === undefined ? undefined : roleOf(part);
    const classes = [
      token ? `token-${token}` : hues.length > 1 ? 'is-mixed' : `hue-${hues[0]}`,
      part && 'painted-part',
      role && `is-${role}`,
    ];
    pieces.push(
      <span key={start} class={classes.filter(Boolean).join(' ')} data-range={part}>
        {part === 'token' ? '•'.repeat(end - start) : text.slice(start, end)}
      </span>,
    );
    at = end;
  }
  pieces.push(text.slice(at));
  return <>{pieces}</>;
}

/** @param {string | undefined} part */
function point(part) {
  if (hovered.value !== part) hovered.value = part;
}

/** Below the field. @param {number} x @param {number} y */
function partAt(x, y) {
  const found = document.elementsFromPoint(x, y).find((element) => element.hasAttribute('data-range'));
  return found?.getAttribute('data-range') ?? undefined;
}

/** @param {number} position */
function partOfCaret(position) {
  return located.value.find(({ start, end, part }) => part && start <= position && position <= end)?.part;
}

// One piece of a signature, in its colour: it can be selected, and then shows its inputs and the parts that use it.

import { changes, graph, held, hold, hovered, roleOf } from '../state/store.js';

/** @typedef {import('../model/graph.js').Part} PartOf */

/** @param {{ part: PartOf, isRevealed?: boolean, isFirst?: boolean, separator?: string }} props */
export function Part({ part, isRevealed = false, isFirst = false, separator }) {
  const { id, name, text, kind, hues = [] } = part;
  const change = changes.value?.changes.get(id);
  const isHidden = kind === 'secret' && !isRevealed;
  const role = roleOf(id);
  const classes = [
    'part',
    hueClass(hues),
    role && `is-${role}`,
    change && 'is-changed',
    isHidden && 'is-hidden',
  ];
  return (
    <span class="part-box">
      {hues.length > 1 && <Stripes hues={hues} />}
      {/* No button element: those do not break across lines. */}
      <span
        role="button"
        class={classes.filter(Boolean).join(' ')}
        data-part={id}
        tabIndex={isFirst ? 0 : -1}
        aria-pressed={held.value === id}
        aria-describedby="trail"
        onClick={() => hold(id)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          hold(id);
        }}
        onMouseEnter={() => (hovered.value = id)}
        onFocus={() => (hovered.value = id)}
        onBlur={() => (hovered.value = undefined)}
      >
        <span class="sr">{name}: </span>
        {isHidden ? DOTS : <Text text={text} change={change} />}
        {role && role !== 'self' && <span class="sr">, {ROLES[role]}</span>}
      </span>
      {separator && <span class="separator">{separator}</span>}
      {change && (
        <span class="was">
          {change.was === undefined ? 'new' : 'was '}
          {change.was !== undefined && <del>{isHidden ? DOTS : shorten(change.was) || '(empty)'}</del>}
        </span>
      )}
    </span>
  );
}

/**
 * A reference to a part that is elsewhere.
 *
 * @param {{ id: string, text?: string }} props
 */
export function Reference({ id, text }) {
  const part = graph.value?.parts.get(id);
  if (part === undefined) return null;
  const role = roleOf(id);
  const classes = ['part', 'is-reference', hueClass(part.hues ?? []), role && `is-${role}`];
  return (
    <span
      class={classes.filter(Boolean).join(' ')}
      onMouseEnter={() => (hovered.value = id)}
      onMouseLeave={() => (hovered.value = undefined)}
    >
      {text ?? (part.kind === 'secret' ? DOTS : part.text)}
    </span>
  );
}

/** The colours of what a hash is made of. @param {{ hues: readonly string[] }} props */
export function Stripes({ hues }) {
  return (
    <span class="stripes" aria-hidden="true">
      {hues.map((hue) => (
        <i key={hue} class={`hue-${hue}`} />
      ))}
    </span>
  );
}

/** @param {readonly string[]} hues */
function hueClass(hues) {
  return hues.length === 1 ? `hue-${hues[0]}` : hues.length > 1 ? 'is-mixed' : '';
}

/** @param {{ text: string, change: import('../model/changes.js').Change | undefined }} props */
function Text({ text, change }) {
  if (text === '') return <i>(empty)</i>;
  if (change === undefined || change.was === undefined) return <>{text}</>;
  const end = text.length - change.end;
  return (
    <>
      {text.slice(0, change.start)}
      <mark>{text.slice(change.start, end)}</mark>
      {text.slice(end)}
    </>
  );
}

/** @param {string} text */
function shorten(text) {
  if (/[0-9a-f]{64}$/.test(text)) return `${text.slice(0, -48)}…`;
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** @type {Record<'origin' | 'result', string>} */
const ROLES = { origin: 'goes into it', result: 'is made of it' };

export const DOTS = '••••••';

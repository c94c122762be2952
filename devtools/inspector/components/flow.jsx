// The steps, each line in its pieces.

import { useRef, useState } from 'preact/hooks';

import { changes, graph, held, hovered, inspection, isOld, lit } from '../state/store.js';
import { CopyText } from './copy-text.jsx';
import { Panel } from './panel.jsx';

/** @typedef {import('../model/graph.js').Part} PartOf */

export function Flow() {
  const sections = graph.value?.sections ?? [];
  return (
    <div class={isOld.value ? 'flow is-old' : 'flow'}>
      {sections.map((section, i) => (
        <Step key={section.id} section={section} number={i + 1} />
      ))}
    </div>
  );
}

/** @param {{ section: import('../model/graph.js').Section, number: number }} props */
function Step({ section, number }) {
  const [isRevealed, setRevealed] = useState(false);
  const list = useRef(/** @type {HTMLDivElement | null} */ (null));
  const hasSecrets = section.id === 'keys' && section.lines.some(({ parts }) => parts[0]?.kind === 'secret');
  const removed = changes.value?.removed.filter(({ id }) => id.startsWith(PREFIXES[section.id])) ?? [];
  return (
    <Panel
      id={`step-${section.id}`}
      title={section.title}
      about={section.about}
      number={number}
      actions={
        <>
          {COPIED[section.id] && (
            <CopyText name={section.title} text={() => COPIED[section.id](inspection.value)} />
          )}
          {hasSecrets && (
            <button type="button" aria-pressed={isRevealed} onClick={() => setRevealed(!isRevealed)}>
              {isRevealed ? 'Hide the keys' : 'Show the keys'}
            </button>
          )}
        </>
      }
    >
      <div
        ref={list}
        class="lines"
        role="group"
        aria-label={`${section.title}: use the arrow keys to move between parts`}
        onKeyDown={(event) => move(event, list.current)}
        onMouseLeave={() => (hovered.value = undefined)}
      >
        {section.lines.map(({ label, parts, separator, note }, i) => (
          <div class="line" key={i}>
            <span class="label">{label}</span>
            <span class="parts">
              {parts.map((part, at) => (
                <Part
                  key={part.id}
                  part={part}
                  isRevealed={isRevealed}
                  isFirst={i === 0 && at === 0}
                  separator={at < parts.length - 1 ? separator : undefined}
                />
              ))}
              {note && <span class="made">{note}</span>}
            </span>
          </div>
        ))}
        {removed.map(({ id, name, text, kind }) => (
          <div class="line is-removed" key={id}>
            <span class="label">removed</span>
            <del title={name}>{kind === 'secret' ? DOTS : text}</del>
          </div>
        ))}
      </div>
    </Panel>
  );
}

/** @param {{ part: PartOf, isRevealed: boolean, isFirst: boolean, separator?: string }} props */
function Part({ part, isRevealed, isFirst, separator }) {
  const { id, name, text, kind } = part;
  const change = changes.value?.changes.get(id);
  const isHidden = kind === 'secret' && !isRevealed;
  const role = roleOf(id);
  const classes = ['part', role && `is-${role}`, change && 'is-changed', isHidden && 'is-hidden'];
  return (
    <span class="part-box">
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

/** Keeps a part lit, or lets go of it. @param {string} id */
function hold(id) {
  held.value = held.value === id ? undefined : id;
}

/** @param {string} id @returns {'self' | 'origin' | 'result' | undefined} */
function roleOf(id) {
  if (lit.value === undefined) return undefined;
  const { part, origins, results } = lit.value;
  if (part.id === id) return 'self';
  if (origins.has(id)) return 'origin';
  return results.has(id) ? 'result' : undefined;
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement | null} list
 */
function move(event, list) {
  const step = STEPS[event.key];
  if (event.key === 'Escape') held.value = undefined;
  if (step === undefined || list === null) return;
  event.preventDefault();
  const buttons = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role=button]')]);
  const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = buttons[Math.max(0, Math.min(buttons.length - 1, at + step))];
  for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
  next.focus();
}

/** @param {string} text */
function shorten(text) {
  if (/[0-9a-f]{64}$/.test(text)) return `${text.slice(0, -48)}…`;
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/** @type {Record<'origin' | 'result', string>} */
const ROLES = { origin: 'goes into it', result: 'is made of it' };

/** Of the ids in a section. @type {Record<string, string>} */
const PREFIXES = {
  request: 'request.',
  canonical: 'canonical.',
  'string-to-sign': 'string.',
  keys: 'key.',
  signature: 'sent.',
};

/** What can be copied as it is. @type {Record<string, (inspection: any) => string>} */
const COPIED = {
  canonical: ({ trace }) => trace.canonicalRequest,
  'string-to-sign': ({ trace }) => trace.stringToSign,
};

const DOTS = '••••••••••••';

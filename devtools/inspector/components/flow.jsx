// The steps of the signature, with each line in pieces.

import { useRef, useState } from 'preact/hooks';

import { changes, graph, held, hovered, inspection, isOld, lit } from '../state/store.js';
import { moveWithin } from '../state/roving.js';
import { CopyText } from './copy-text.jsx';
import { KeyDiagram } from './key-diagram.jsx';
import { Panel } from './panel.jsx';
import { DOTS, Part } from './part.jsx';

export function Flow() {
  const sections = graph.value?.sections ?? [];
  const classes = ['flow', isOld.value && 'is-old', lit.value !== undefined && 'is-lit'];
  return (
    <div class={classes.filter(Boolean).join(' ')}>
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
  const { id, title, about, lines } = section;
  const hasSecrets = id === 'keys' && lines.some(({ parts }) => parts[0]?.kind === 'secret');
  const removed = changes.value?.removed.filter((part) => part.id.startsWith(PREFIXES[id])) ?? [];
  return (
    <Panel
      id={`step-${id}`}
      title={title}
      about={about}
      number={number}
      actions={
        <>
          {COPIED[id] && <CopyText name={title} text={() => COPIED[id](inspection.value)} />}
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
        class={id === 'keys' ? 'diagram' : 'lines'}
        role="group"
        aria-label={`${title}: use the arrow keys to move between parts`}
        onKeyDown={(event) => {
          if (event.key === 'Escape') held.value = undefined;
          moveWithin(event, list.current, '[role=button]');
        }}
        onMouseLeave={() => (hovered.value = undefined)}
      >
        {id === 'keys' ? (
          <KeyDiagram section={section} isRevealed={isRevealed} />
        ) : (
          lines.map((line, i) => <Line key={i} line={line} isFirst={i === 0} isRevealed={isRevealed} />)
        )}
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

/** @param {{ line: import('../model/graph.js').Line, isFirst: boolean, isRevealed: boolean }} props */
function Line({ line: { label, parts, separator, note }, isFirst, isRevealed }) {
  return (
    <div class={parts.length === 0 ? 'line is-blank' : 'line'}>
      <span class="label">{label}</span>
      <span class="parts">
        {parts.map((part, at) => (
          <Part
            key={part.id}
            part={part}
            isRevealed={isRevealed}
            isFirst={isFirst && at === 0}
            separator={at < parts.length - 1 ? separator : undefined}
          />
        ))}
        {note && <span class="made">{note}</span>}
      </span>
    </div>
  );
}

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

// Two texts one below the other, with the characters in which they differ.

import { diffText, visible } from '../model/text-diff.js';

/** @param {{ labels: [string, string], texts: [string | undefined, string | undefined] }} props */
export function TextDifference({ labels, texts }) {
  return (
    <dl class="difference">
      {labels.map((label, i) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <Side texts={texts} side={i === 0 ? 'removed' : 'added'} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/**
 * One of them.
 *
 * @param {{ texts: [string | undefined, string | undefined], side: 'removed' | 'added' }} props
 */
export function Side({ texts, side }) {
  const [before, after] = texts;
  const own = side === 'removed' ? before : after;
  if (own === undefined) return <i>(none)</i>;
  if (own === '') return <i>(empty)</i>;
  if (before === undefined || after === undefined) return <mark class={`is-${side}`}>{visible(own)}</mark>;
  return (
    <>
      {diffText(before, after)
        .filter(({ kind }) => kind === 'same' || kind === side)
        .map(({ kind, text }, i) =>
          kind === 'same' ? (
            text
          ) : (
            <mark key={i} class={`is-${side}`}>
              {visible(text)}
            </mark>
          ),
        )}
    </>
  );
}

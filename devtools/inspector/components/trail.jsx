// Describes the part under the pointer: what it is, where it comes from and where it goes.

import { graph, held, lit } from '../state/store.js';

export function Trail() {
  return (
    <aside class={lit.value === undefined ? 'trail is-idle' : 'trail'} aria-label="The selected part">
      <p id="trail">
        {lit.value === undefined ? (
          'Point at a part, or select it, to see which parts it is made from and which parts use it.'
        ) : (
          <Words />
        )}
      </p>
      {held.value !== undefined && (
        <button type="button" onClick={() => (held.value = undefined)}>
          Clear selection
        </button>
      )}
    </aside>
  );
}

function Words() {
  if (lit.value === undefined) return null;
  const { part } = lit.value;
  const parts = graph.value?.parts;
  const from = part.from.map((id) => parts?.get(id)?.name ?? id);
  const to = [...(parts?.values() ?? [])]
    .filter((other) => other.from.includes(part.id))
    .map(({ name }) => name);
  return (
    <>
      <b class={part.hues?.length === 1 ? `hue-${part.hues[0]}` : undefined}>{part.name}</b>
      {part.how && <span> · {part.how}</span>}
      {from.length > 0 && (
        <span>
          {' · '}
          <span class="key is-origin">from</span> {few(from)}
        </span>
      )}
      {to.length > 0 && (
        <span>
          {' · '}
          <span class="key is-result">into</span> {few(to)}
        </span>
      )}
    </>
  );
}

/** @param {string[]} names */
function few(names) {
  return names.length > 3 ? `${names[0]} and ${names.length - 1} more` : names.join(', ');
}

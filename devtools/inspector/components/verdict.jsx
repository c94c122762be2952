// The outcome, above the steps: whether the signature is right, and what a change changed.

import { changes, graph, inspection } from '../state/store.js';

export function Verdict() {
  const current = inspection.value;
  if (current === undefined) return null;
  return (
    <div class="verdict" role="status" aria-live="polite">
      <Outcome current={current} />
      <Changed />
    </div>
  );
}

/** @param {{ current: import('../model/inspection.js').Inspection }} props */
function Outcome({ current }) {
  const { claim, trace, hasSecret, chain } = current;
  if (!hasSecret) return <p>All but the key and the signature, which need the secret access key.</p>;
  if (chain !== undefined && chain.signature !== trace.signature) {
    return (
      <p class="is-bad">The package and the browser disagree about the signature: please report this.</p>
    );
  }
  if (claim === undefined) {
    return (
      <p>
        Signature <code>{trace.signature}</code>
      </p>
    );
  }
  return claim.signature === trace.signature ? (
    <p class="is-good">The signature in the request is the right one for this secret access key.</p>
  ) : (
    <p class="is-bad">
      The signature in the request is not the one that this secret access key makes of it: AWS would answer
      403.
    </p>
  );
}

function Changed() {
  const ids = [...(changes.value?.changes.keys() ?? [])];
  const removed = changes.value?.removed ?? [];
  if (ids.length === 0 && removed.length === 0) return null;
  const names = [
    ...ids.map((id) => graph.value?.parts.get(id)?.name ?? id),
    ...removed.map(({ name }) => name),
  ];
  return (
    <details>
      <summary>
        <span class="key is-changed">changed</span> {names.length} {names.length === 1 ? 'part' : 'parts'}
      </summary>
      <p>{names.join(', ')}</p>
    </details>
  );
}

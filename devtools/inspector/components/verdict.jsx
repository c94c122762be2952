// The outcome, above the steps: whether the signature is right, and what a change changed.

import { proof, proofFailure, reported } from '../state/diagnosis.js';
import { changes, graph, inspection, source } from '../state/store.js';

export function Verdict() {
  const current = inspection.value;
  if (current === undefined) return null;
  return (
    <div class="verdict" role="status" aria-live="polite">
      <Outcome current={current} />
      <Proof />
      <Changed />
    </div>
  );
}

/** @param {{ current: import('../model/inspection.js').Inspection }} props */
function Outcome({ current }) {
  const { claim, trace, secretAccessKey, chain } = current;
  if (secretAccessKey === '')
    return <p>All but the key and the signature, which need the secret access key.</p>;
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

/** What the client did wrong, where its signature proves it. */
function Proof() {
  const known = reported.value?.source === source.value ? reported.value.mismatches : undefined;
  const mismatches = proof.value ?? known;
  if (proofFailure.value !== undefined) return <p>{proofFailure.value}</p>;
  if (mismatches === undefined) return null;
  if (mismatches.length === 0) return <p>No known mistake gives this signature, alone or with another.</p>;
  return (
    <ul class="proof">
      {mismatches.map(({ code, summary, fix, detail }) => (
        <li key={code}>
          <p class="finding">{summary}</p>
          <p class="fix">
            <b>Fix:</b> {fix}
          </p>
          {detail && (
            <dl class="detail">
              <dt>expected</dt>
              <dd>{detail.expected ?? '(none)'}</dd>
              <dt>signed</dt>
              <dd>{detail.signed ?? '(none)'}</dd>
            </dl>
          )}
        </li>
      ))}
      {mismatches.some(({ code }) => code !== 'none') && (
        <li class="note">
          Proved: signed with {mismatches.length === 1 ? 'this mistake' : 'these mistakes'}, the request has
          exactly its signature.
        </li>
      )}
    </ul>
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

// The outcome, above the steps: whether the signature is right, and what a change changed.

import { findings, proof, proofFailure } from '../state/diagnosis.js';
import { changes, graph, inspection, isOld } from '../state/store.js';

export function Verdict() {
  const current = inspection.value;
  if (current === undefined) return null;
  return (
    <div class="verdict" role="status" aria-live="polite">
      {isOld.value ? (
        <p class="is-bad">The steps below are those of the last version that could be signed.</p>
      ) : (
        <>
          <Outcome current={current} />
          <Proof />
          <Changed />
        </>
      )}
    </div>
  );
}

/** @param {{ current: import('../model/inspection.js').Inspection }} props */
function Outcome({ current }) {
  const { authorization, trace, missing, chain } = current;
  if (missing.length > 0) {
    return authorization === undefined ? (
      <p>The signature needs {missing.join(' and ')}.</p>
    ) : (
      <p>
        Signed with <code>{authorization.accessKeyId}</code>: give {missing.join(' and ')} to see whether the
        signature is right, and if not, why.
      </p>
    );
  }
  if (chain !== undefined && chain.signature !== trace.signature) {
    return (
      <p class="is-bad">The package and the browser disagree about the signature: please report this.</p>
    );
  }
  if (authorization === undefined) {
    return (
      <p>
        Signature <code>{trace.signature}</code>
      </p>
    );
  }
  return authorization.signature === trace.signature ? (
    <p class="is-good">The signature in the request is the right one for this secret access key.</p>
  ) : (
    <p class="is-bad">
      The signature in the request is not the one that this secret access key gives: AWS would answer 403.
    </p>
  );
}

/** What the client did wrong, as far as its signature proves it. */
function Proof() {
  const { mismatches, hint } = findings.value;
  if (proofFailure.value !== undefined) return <p>{proofFailure.value}</p>;
  if (mismatches.length > 0) {
    return (
      <ul class="proof">
        {mismatches.map((mismatch) => (
          <Finding key={mismatch.code} {...mismatch} />
        ))}
        {mismatches.some(({ code }) => code !== 'none') && (
          <li class="note">
            Proved: with {mismatches.length === 1 ? 'this mistake' : 'these mistakes'}, signing gives exactly
            the signature in the request.
          </li>
        )}
      </ul>
    );
  }
  if (hint !== undefined) {
    return (
      <ul class="proof">
        <Finding {...hint} />
      </ul>
    );
  }
  return proof.value && <p>No known mistake, nor any two of them, gives the signature in the request.</p>;
}

/** @param {{ summary: string, fix: string, detail?: { expected?: string, signed?: string } }} props */
function Finding({ summary, fix, detail }) {
  return (
    <li>
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

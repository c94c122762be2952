// The verdict on the signature, in a title and a reason. The page checks only what it can: a signature needs the secret of
// its own key, and a body that is whole.

import { roughly, utc, validityOf } from './validity.js';

/**
 * @typedef {'good' | 'warn' | 'bad' | 'open'} Tone
 * @typedef {{ tone: Tone, title: string, reason: string, canSignNow?: boolean }} Verdict
 *
 * @param {import('./inspection.js').Inspection} inspection
 * @param {{ now: number, summary?: string, refusal?: string, isSearching: boolean, failure?: string }} seen
 *   `summary`: of the mistake that was found; `refusal`: what the answer of the server means
 * @returns {Verdict}
 */
export function verdictOf(inspection, { now, summary, refusal, isSearching, failure }) {
  const { authorization, chain, trace, missing, isRight, incompleteBody, payload } = inspection;
  const validity = validityOf(inspection, now);
  if (missing.length > 0) return unjudged(inspection, summary);
  if (chain !== undefined && !inspection.isSigV4a && chain.signature !== trace.signature) {
    return {
      ...{ tone: 'bad', title: 'Please report this' },
      reason: 'The package and the browser compute different signatures.',
    };
  }
  const { state } = validity;
  if (refusal !== undefined && isRight !== false) {
    const title = isRight ? 'The signature is right, but AWS refused the request' : 'AWS refused the request';
    return { tone: 'bad', title, reason: refusal };
  }
  if (authorization === undefined) {
    return {
      valid: {
        ...{ tone: /** @type {const} */ ('good'), title: 'Signed' },
        reason: EXAMPLE_KEY.test(inspection.accessKeyId)
          ? 'Signed with example credentials, which AWS does not know: enter your own.'
          : `AWS accepts this signature until ${utc(validity.until)}.`,
      },
      expired: {
        ...{ tone: /** @type {const} */ ('warn'), title: 'Signed, but expired' },
        reason: `Signed for ${utc(validity.signedAt)}, ${roughly(now - validity.signedAt)} ago: AWS refuses it.`,
        canSignNow: true,
      },
      future: {
        ...{ tone: /** @type {const} */ ('warn'), title: 'Signed for the future' },
        reason: `AWS refuses this signature until ${utc(validity.signedAt)}.`,
        canSignNow: true,
      },
    }[state];
  }
  if (isRight) {
    if (payload === 'differs') {
      return {
        ...{ tone: 'bad', title: 'The body is not the one that was signed' },
        reason:
          'The signature covers the hash in x-amz-content-sha256, and the hash of the body is different.',
      };
    }
    if (state === 'expired') {
      return {
        ...{ tone: 'warn', title: 'The signature is right, but has expired' },
        reason: `It was valid until ${utc(validity.until)}, ${roughly(now - validity.until)} ago.`,
      };
    }
    if (state === 'future') {
      return {
        ...{ tone: 'warn', title: 'The signature is right, but dated in the future' },
        reason: `It is dated ${utc(validity.signedAt)}: check the clock of the client.`,
      };
    }
    return {
      ...{ tone: 'good', title: 'The signature is right' },
      reason: summary ?? `It is valid until ${utc(validity.until)}.${PAYLOADS[payload ?? 'signed']}`,
    };
  }
  if (incompleteBody !== undefined) {
    return {
      ...{ tone: 'open', title: 'The signature cannot be checked' },
      reason: `The body is incomplete: ${incompleteBody.found} of ${incompleteBody.declared} bytes.`,
    };
  }
  return {
    ...{ tone: 'bad', title: 'The signature is wrong' },
    reason:
      summary ??
      failure ??
      (isSearching
        ? 'Looking for the mistake …'
        : 'AWS responds with 403. No known mistake, and no combination of two, results in the signature in the request.'),
  };
}

/**
 * @param {import('./inspection.js').Inspection} inspection
 * @param {string | undefined} summary  from a gateway
 * @returns {Verdict}
 */
function unjudged({ authorization, missing, otherKey }, summary) {
  const what = missing.join(' and ');
  if (authorization === undefined) {
    return { tone: 'open', title: 'Not signed yet', reason: `The signature needs ${what}.` };
  }
  const title = `Signed with ${authorization.accessKeyId}`;
  const other = otherKey === undefined ? '' : ` The secret that you entered belongs to ${otherKey}.`;
  if (summary !== undefined) return { tone: 'bad', title, reason: `${summary} Enter ${what} to prove it.` };
  return { tone: 'open', title, reason: `Enter ${what} to check the signature.${other}` };
}

/** What a signature does not cover. @type {Record<import('./inspection.js').Payload, string>} */
const PAYLOADS = {
  ...{ signed: '', differs: '', unsigned: ' It does not cover the body.' },
  chunks: ' The chunks of the body have their own signatures, which are not checked here.',
  absent: ' The text contains only the hash of the body, not the body.',
};

const EXAMPLE_KEY = /EXAMPLE$|^AKID$/;

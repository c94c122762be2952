// Why a request was refused: from the response, and from the signature in the request.

import { batch, computed, effect, signal } from '@preact/signals';

import { isoOf } from '../model/dates.js';
import { wireHeaders } from '../model/wire-headers.js';
import { findSignedBody } from '../model/signed-body.js';
import { verdictOf } from '../model/verdict.js';
import { clock, inspection, refusal, source } from './store.js';

/**
 * @typedef {import('sigv4-wasm/explain').Explanation} Explanation
 * @typedef {import('sigv4-wasm/explain').Mismatch} Mismatch
 */

/** The explanation of the response. @type {import('@preact/signals').Signal<Explanation | undefined>} */
export const explanation = signal(undefined);
/** The mistakes that the signature proves; `undefined` if there was nothing to prove. @type {import('@preact/signals').Signal<Mismatch[] | undefined>} */
export const proof = signal(undefined);
/** Why the search was not possible. @type {import('@preact/signals').Signal<string | undefined>} */
export const proofFailure = signal(undefined);
/** The body that the client signed, if a mistake shows it. @type {import('@preact/signals').Signal<string | undefined>} */
export const signedBody = signal(undefined);
/** The findings of a gateway about the request. @type {import('@preact/signals').Signal<{ source: string, mismatches?: Mismatch[], hint?: { summary: string, fix: string } } | undefined>} */
export const reported = signal(undefined);

/** What is known about the request: proved here, or reported by the gateway. */
export const findings = computed(() => {
  const report = reported.value?.source === source.value ? reported.value : undefined;
  return { mismatches: proof.value ?? report?.mismatches ?? [], hint: report?.hint };
});

/** There is something to prove only if the two signatures differ. */
const disputed = computed(() => {
  const { isRight, incompleteBody } = inspection.value ?? {};
  return isRight === false && incompleteBody === undefined ? inspection.value : undefined;
});

/** The verdict on the signature. */
export const verdict = computed(() => {
  const { mismatches, hint } = findings.value;
  return (
    inspection.value &&
    verdictOf(inspection.value, {
      ...{ now: clock.value, isSearching: proof.value === undefined, failure: proofFailure.value },
      summary: mismatches.find(({ code }) => code !== 'none')?.summary ?? hint?.summary,
      refusal: explanation.value?.summary,
    })
  );
});

let explained = 0;
effect(() => {
  const [text, current] = [refusal.value.trim(), inspection.value];
  const turn = (explained += 1);
  if (text === '') explanation.value = undefined;
  else {
    explain(text, current).then((result) => turn === explained && (explanation.value = result));
  }
});

let searched = 0;
effect(() => {
  const current = disputed.value;
  const turn = (searched += 1);
  proof.value = proofFailure.value = signedBody.value = undefined;
  if (current === undefined) return;
  prove(current).then(
    async (found) => {
      const proved = found.filter(({ isProved }) => isProved);
      const hash = proved.find(({ part }) => part === 'body')?.detail?.signed;
      const body = await findSignedBody(current.request.body, hash);
      if (turn === searched) batch(() => ([proof.value, signedBody.value] = [proved, body]));
    },
    (error) => turn === searched && (proofFailure.value = error.message),
  );
});

/**
 * @param {string} text
 * @param {import('../model/inspection.js').Inspection | undefined} current
 */
async function explain(text, current) {
  const { explainResponse } = await import('sigv4-wasm/explain');
  const { trace, request, isRight } = current ?? {};
  // A signed request with a different signature is the received one: the request that the client signed is not known.
  const isClients = isRight !== false;
  return explainResponse(text, { signed: isClients ? trace : undefined, request });
}

/**
 * @param {import('../model/inspection.js').Inspection} current
 */
async function prove({ request, authorization, secretAccessKey }) {
  const { findMismatch } = await import('sigv4-wasm/explain');
  const { method, url, headers, body } = request;
  const incoming = {
    method,
    url,
    headers: wireHeaders(headers),
    body,
  };
  // As if it had just arrived: a pasted request is usually older than AWS allows.
  const now = new Date(isoOf(authorization?.amzDate ?? ''));
  return findMismatch(/** @type {any} */ (incoming), { secretAccessKey, now });
}

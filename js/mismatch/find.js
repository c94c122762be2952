// Finds what a client did wrong: the signature is computed again under known mistakes, until one gives what arrived.

import { core } from '../core.js';
import { SigV4Error } from '../errors.js';
import { sha256 } from '../hash.js';
import { arrive } from '../verify/arrived.js';
import { statedPayload } from '../verify/checks.js';
import { parseClaim } from '../verify/claim.js';
import { Refusal } from '../verify/refusal.js';
import { rulesOf } from '../verify/rules.js';
import { CAUSES } from './causes.js';
import { detailOf } from './detail.js';
import { inflate } from './inflate.js';
import { build, PARTS, piecesOf } from './parts.js';
import { otherReasons, REASONS } from './right.js';
import { search } from './search.js';
import { hashOf, signatureOf } from './signature.js';

/**
 * @typedef {import('../verify/arrived.js').ArrivedRequest} ArrivedRequest
 * @typedef {import('../verify/request.js').SecretLookup} SecretLookup
 *
 * @typedef {object} FindMismatchOptions
 * @property {SecretLookup | ((accessKeyId: string, sessionToken?: string) => SecretLookup | Promise<SecretLookup>)} secretAccessKey
 *   what the client should have signed with: the secret, credentials with their session token, or what finds them, as for
 *   `verifyRequest`
 * @property {string} [region]  that requests must be signed for
 * @property {string} [service]  likewise, such as `execute-api`
 * @property {Date | (() => Date)} [now]  default: the clock
 * @property {string} [stage]  of the API, which a client may have left out of the path, or put there
 * @property {readonly string[]} [hosts]  other names of this server, which a client may have signed
 * @property {readonly string[]} [methods]  besides the usual ones
 * @property {number} [maxBodyBytes]  longer bodies are refused; default 10485760, which is API Gateway's limit
 * @property {number} [deadlineMs]  milliseconds to search at most, the likeliest first; default 1000
 * @property {'double' | 'single'} [pathEncoding]  default per service, as for the signer
 *
 * @typedef {object} Mismatch
 * @property {string} code  stable, such as `path-encoded-once`
 * @property {'method' | 'path' | 'query' | 'headers' | 'body' | 'token' | 'scope' | 'secret' | 'date'} part
 * @property {string} summary  what the client did, in one sentence
 * @property {string} fix  one sentence
 * @property {{ expected?: string, signed?: string }} [detail]  what should have been signed and what was, where they can be
 *   shown: shortened, without secrets and the session token
 */

/**
 * Finds why the signature of a request does not match: computes it again under more than a hundred known mistakes, then
 * under every two of them, until one gives exactly the signature that arrived. That proves the cause.
 *
 * Whoever sees the answer learns how to sign: it is for the owner of the request, or for a server's own log.
 *
 * @param {ArrivedRequest} request  as for `verifyRequest`
 * @param {FindMismatchOptions} options
 * @returns {Promise<Mismatch[]>} one mistake, or two that were made together. Nothing, where no known mistake gives this
 *   signature, or the time was out before one was found. Of a signature that is right: what else is wrong with the request,
 *   such as its region or its date, or `none`.
 * @throws {SigV4Error} as `verifyRequest` does: `ERR_SIGV4_SIGNATURE_MISSING` and `…_SIGNATURE_MALFORMED` for what is no
 *   signature, `…_ACCESS_KEY_UNKNOWN` where `secretAccessKey` finds none, `…_OPTION_INVALID`, and those of a request that
 *   cannot have arrived so
 */
export async function findMismatch(request, options) {
  const { secretAccessKey, now, maxBodyBytes, deadlineMs, pathEncoding, ...known } = checkedOptions(options);
  const startedAt = performance.now();
  const arrived = arrive(request, maxBodyBytes);
  const claim = parseClaim(arrived);
  const { declared } = statedPayload(claim, arrived, false);
  const { secret, token, expiration } = await findSecret(secretAccessKey, claim);
  await core.ready();
  const usual = rulesOf(claim.service);
  const rules = pathEncoding
    ? { ...usual, path: { encoding: pathEncoding, normalizes: pathEncoding === 'double' } }
    : usual;
  const body = await arrived.body();
  const text = textOf(body);
  const found = {
    ...{ arrived, claim, rules, secret, token, expiration, body, text, declared },
    json: jsonOf(text),
    inflated: await inflate(body, maxBodyBytes),
    known: { ...known, hosts: known.hosts ?? [], methods: known.methods ?? [] },
    now: (typeof now === 'function' ? now() : now).getTime(),
  };
  const evidence = { ...found, base: piecesOf(found) };
  const signature = await signatureOf(claim);
  const isWhole = claim.signedHeaders.every((name) => arrived.headers.has(name));
  const whole = /** @type {import('./parts.js').Parts} */ (build(evidence.base, PARTS));
  if (isWhole && signature(whole)(hashOf(whole))) return otherReasons(evidence, await sha256(body));
  const changes = await search(CAUSES, evidence, signature, startedAt + deadlineMs);
  return changes.map(({ cause: { code, part, summary, fix }, ...change }) => {
    const detail = detailOf(change, evidence, whole);
    return { code, part, summary, fix, ...(detail && { detail }) };
  });
}

/**
 * All that `findMismatch` knows, by code.
 *
 * @type {ReadonlyMap<string, Readonly<Pick<Mismatch, 'code' | 'part' | 'summary' | 'fix'>>>}
 */
export const KNOWN_MISMATCHES = /* @__PURE__ */ new Map(
  [...CAUSES, ...REASONS].map(({ code, part, summary, fix }) => [code, { code, part, summary, fix }]),
);

/** @param {FindMismatchOptions} options */
function checkedOptions(options) {
  const {
    secretAccessKey,
    now = () => new Date(),
    maxBodyBytes = 10_485_760,
    deadlineMs = 1000,
  } = options ?? {};
  const wrong = [
    ['secretAccessKey', 'the secret, credentials, or a function that finds them', secretAccessKey != null],
    ['now', 'a Date, or a function that returns one', typeof now === 'function' || now.getTime?.() >= 0],
    ...['region', 'service', 'stage'].map((name) => {
      const value = /** @type {any} */ (options)?.[name];
      return /** @type {const} */ ([name, 'a text', value === undefined || typeof value === 'string']);
    }),
    ['maxBodyBytes', 'a number of bytes', maxBodyBytes >= 0],
    ['deadlineMs', 'a number of milliseconds', deadlineMs >= 0],
    ['pathEncoding', "'double' or 'single'", [undefined, 'double', 'single'].includes(options?.pathEncoding)],
  ].find(([, , isRight]) => !isRight);
  if (wrong === undefined) return { ...options, now, maxBodyBytes, deadlineMs };
  throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', `the option ${wrong[0]} must be ${wrong[1]}`);
}

/**
 * @param {FindMismatchOptions['secretAccessKey']} given
 * @param {import('../verify/claim.js').Claim} claim
 */
async function findSecret(given, { accessKeyId, sessionToken }) {
  const found = typeof given === 'function' ? await given(accessKeyId, sessionToken) : given;
  const known = /** @type {import('../verify/request.js').KnownCredentials | null | undefined} */ (
    typeof found === 'string' ? { secretAccessKey: found } : found
  );
  if (known?.secretAccessKey)
    return { secret: known.secretAccessKey, token: known.sessionToken ?? '', expiration: known.expiration };
  throw new Refusal('ERR_SIGV4_ACCESS_KEY_UNKNOWN', 'The security token included in the request is invalid.');
}

/** @param {Uint8Array} body */
function textOf(body) {
  if (body.length > MAX_TEXT_BYTES) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** @param {string | undefined} text */
function jsonOf(text) {
  try {
    const isFlat = depthOf(text ?? '') <= MAX_DEPTH;
    return isFlat ? JSON.parse(text ?? '') : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function depthOf(text) {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth);
    else if (char === ']' || char === '}') depth--;
  }
  return deepest;
}

/** What a longer text may have been before it was changed is not tried: it would take the time of all else. */
const MAX_TEXT_BYTES = 65_536;
/** Deeper JSON would take the stack. */
const MAX_DEPTH = 100;

// Verifies a proof of identity: its form, its audience, and that it is used once. Then STS identifies the signer.

import { begin, FLAG, verifyModule } from '../engine/verify-engine.js';
import { SigV4Error } from '../engine/errors.js';
import { checkNames } from '../protocol/option-names.js';
import { Refusal } from '../protocol/verification-error.js';
import { elements } from '../protocol/xml-elements.js';
import { CALLER_IDENTITY } from '../tokens/caller-identity.js';
import { accepted, IncomingRecord } from '../verify/incoming-record.js';
import { openIncoming } from '../verify/incoming-request.js';
import { ReplayCache } from '../verify/replay-cache.js';
import { isAudience } from './proof-headers.js';
import { invalid, readProof } from './read-proof.js';

/**
 * @typedef {object} ReplayStore
 * @property {(proof: { replayId: string, acceptableUntil: Date }) => boolean | Promise<boolean>} admit  `true` the first time that
 *   it gets an id, and `false` until `acceptableUntil`
 *
 * @typedef {object} VerifyProofOptions
 * @property {string} audience  the audience of accepted proofs
 * @property {'plain' | 'vault'} [form]  default `plain`; `vault`: as a client of Vault posts it
 * @property {readonly string[]} [regions]  the accepted regions; default: all regions of AWS
 * @property {number} [maxAgeSeconds]  how old a proof may be, or how far ahead of the clock; from 1 to 900, default 300
 * @property {ReplayStore} [replays] remembers proofs; default: the memory of this process. If several processes serve the same
 *   audience, pass a shared store
 * @property {typeof globalThis.fetch} [fetch]  the function that sends the request to STS; default: the global one
 * @property {number} [timeoutMs]  how long to wait for STS; default 10000
 * @property {AbortSignal} [signal]  cancels the request to STS
 * @property {Date | (() => Date)} [now]  default: the clock
 *
 * @typedef {object} VerifiedIdentity
 * @property {string} arn  such as `arn:aws:sts::123456789012:assumed-role/reader/session`
 * @property {string} account  its 12 digits
 * @property {string} userId
 * @property {string} accessKeyId  that signed
 * @property {string} region  the region of the STS endpoint
 * @property {string} [nonce]
 * @property {Date} signedAt
 */

const OPTIONS = /* @__PURE__ */ new Set([
  ...['audience', 'form', 'regions', 'maxAgeSeconds', 'replays', 'fetch', 'timeoutMs', 'signal', 'now'],
]);

/** The default store, shared by all calls, so that a proof is used once in the process. */
const REPLAYS = /* @__PURE__ */ new ReplayCache({ maxEntries: 1_000_000 });

/**
 * Verifies a proof that `createIdentityProof` made, and returns who signed it. It sends one request to STS for each proof, to an
 * endpoint of AWS, and follows no redirects. The proof is then used, whatever STS responds.
 *
 * Source: `GetCallerIdentity`, AWS Security Token Service API reference; "AWS auth method", Vault documentation.
 *
 * @example
 *   const { arn } = await verifyIdentityProof(await request.json(), { audience: 'https://api.example.com' });
 *
 * @param {unknown} proof  as received; it is not trusted
 * @param {VerifyProofOptions} options
 * @returns {Promise<VerifiedIdentity>}
 * @throws {SigV4Error} with `status` and `type`: `ERR_SIGV4_PROOF_INVALID`, also for another audience; `ERR_SIGV4_REPLAYED`;
 *   `ERR_SIGV4_STS_UNAVAILABLE`, if STS does not confirm it; `ERR_SIGV4_REPLAY_CACHE_FULL`; as `verifyRequest` for what is wrong
 *   with the signature. Without a `status`: `ERR_SIGV4_OPTION_INVALID`
 */
export async function verifyIdentityProof(proof, options) {
  const settings = settingsOf(options);
  const { endpoint, headers, audience, nonce, mustSign } = readProof(proof, settings.form);
  if (audience !== settings.audience) throw invalid('it is for another audience');
  if (settings.regions !== undefined && !settings.regions.includes(endpoint.region)) {
    throw invalid('its region is not accepted');
  }
  if (!verifyModule.isReady) await verifyModule.ready();
  const lines = [['host', new URL(endpoint.url).host], ...headers];
  const parts = {
    method: 'POST',
    url: endpoint.url,
    headers: /** @type {[string, string][]} */ (lines),
    body: CALLER_IDENTITY,
  };
  const { maxAgeSeconds, now } = settings;
  const fields = `${endpoint.region}\0sts\0${maxAgeSeconds / 60}\0`;
  const record = new IncomingRecord(openIncoming(parts, parts.body.length), {
    ...{ fields, now, maxSkewSeconds: maxAgeSeconds },
    flags: FLAG.bodyRequired,
  });
  // Scope, time, and what of host and x-amz-* must be signed.
  const stated = accepted(begin(record, undefined));
  const { accessKeyId, signature, signedHeaders } = stated;
  if (stated.isSigV4a) throw invalid('it is signed with SigV4a');
  const unsigned = mustSign.find((name) => !signedHeaders.includes(name));
  if (unsigned !== undefined) throw invalid(`its signature does not cover the header ${unsigned}`);

  const acceptableUntil = new Date(stated.signedAt + maxAgeSeconds * 1000);
  if (!(await settings.replays.admit({ replayId: `${accessKeyId}/${signature}`, acceptableUntil }))) {
    throw new Refusal(
      'ERR_SIGV4_REPLAYED',
      'The proof of identity was used before: make a new one for each login.',
    );
  }
  const { Arn: arn, Account: account, UserId: userId } = await askSts(endpoint.url, headers, settings);
  const { region } = endpoint;
  return {
    arn,
    account,
    userId,
    accessKeyId,
    region,
    ...(nonce && { nonce }),
    signedAt: new Date(stated.signedAt),
  };
}

/** @param {VerifyProofOptions} options */
function settingsOf(options) {
  checkNames(options, OPTIONS);
  const { audience, form = 'plain', maxAgeSeconds = 300, timeoutMs = 10_000 } = options ?? {};
  if (!isAudience(audience)) throw optionInvalid('audience is missing, or is not printable ASCII text');
  if (form !== 'plain' && form !== 'vault') throw optionInvalid("form must be 'plain' or 'vault'");
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 1 || maxAgeSeconds > 900) {
    throw optionInvalid('maxAgeSeconds must be a whole number from 1 to 900');
  }
  const { replays = REPLAYS, fetch = globalThis.fetch, now = () => new Date(), regions, signal } = options;
  return { audience, form, maxAgeSeconds, timeoutMs, replays, fetch, now, regions, signal };
}

/**
 * @param {string} url
 * @param {Map<string, string>} headers
 * @param {Pick<VerifyProofOptions, 'signal'> & { fetch: typeof globalThis.fetch, timeoutMs: number }} options
 * @returns {Promise<Record<string, string>>}
 */
async function askSts(url, headers, { fetch, timeoutMs, signal }) {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = () => controller.abort();
  signal?.addEventListener('abort', stop);
  const timer = setTimeout(stop, timeoutMs);
  let status = 0;
  let text = '';
  try {
    const sent = [...headers].filter(([name]) => !SET_BY_FETCH.includes(name));
    const init = {
      method: 'POST',
      headers: sent,
      body: CALLER_IDENTITY,
      redirect: /** @type {const} */ ('manual'),
    };
    const response = await fetch(url, { ...init, signal: controller.signal });
    status = response.status;
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    throw unavailable('did not answer', error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
  const fields = elements(text);
  if (status === 200) {
    const { Arn = '', Account = '', UserId } = fields;
    // The ARN must contain it as well, so that the response is consistent.
    const [, account] = /^arn:[\w-]+:(?:iam|sts)::(\d{12}):.+$/.exec(Arn) ?? [];
    const isWhole = /<GetCallerIdentityResponse[\s>]/.test(text) && account === Account && UserId;
    if (isWhole) return fields;
    throw unavailable('answered with something other than an identity');
  }
  const code = Object.hasOwn(REFUSALS, fields.Code) ? REFUSALS[fields.Code] : undefined;
  if (code !== undefined) throw new Refusal(code, `AWS STS refused the proof of identity: ${fields.Code}.`);
  if (status >= 400 && status < 500 && status !== 429) {
    throw new Refusal(
      'ERR_SIGV4_ACCESS_DENIED',
      `AWS STS refused the proof of identity: it answered ${status}.`,
    );
  }
  throw unavailable(`answered ${status}`);
}

const SET_BY_FETCH = ['content-length', 'user-agent'];

/**
 * "Common Error Types", AWS Security Token Service API reference.
 *
 * @type {Record<string, import('../engine/errors.js').SigV4ErrorCode>}
 */
const REFUSALS = {
  SignatureDoesNotMatch: 'ERR_SIGV4_SIGNATURE_MISMATCH',
  InvalidClientTokenId: 'ERR_SIGV4_ACCESS_KEY_UNKNOWN',
  ExpiredToken: 'ERR_SIGV4_CREDENTIALS_EXPIRED',
  ExpiredTokenException: 'ERR_SIGV4_CREDENTIALS_EXPIRED',
  RequestExpired: 'ERR_SIGV4_SIGNATURE_EXPIRED',
};

/** @param {string} why @param {unknown} [cause] */
function unavailable(why, cause) {
  const refusal = new Refusal(
    'ERR_SIGV4_STS_UNAVAILABLE',
    `AWS STS ${why}: try again with a new proof of identity.`,
  );
  return cause === undefined ? refusal : Object.assign(refusal, { cause });
}

/** @param {string} message */
function optionInvalid(message) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', `the option ${message}`);
}

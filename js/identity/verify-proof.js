// Verifies a proof of identity: what it is, whom it is for, and that it is used once. Then STS says who signed it.

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
 * @property {string} audience  that proofs must be for
 * @property {'plain' | 'vault'} [form]  default `plain`; `vault`: as a client of Vault posts it
 * @property {readonly string[]} [regions]  whose STS may be asked; default: any that AWS has
 * @property {number} [maxAgeSeconds]  how old a proof may be, and how far from the future; from 1 to 900, default 300
 * @property {ReplayStore} [replays]  remembers proofs; default: the memory of this process. Where several processes serve the same
 *   audience, pass a store that they share
 * @property {typeof globalThis.fetch} [fetch]  that asks STS; default: the global one
 * @property {number} [timeoutMs]  for which STS is waited for; default 10000
 * @property {AbortSignal} [signal]  ends the wait
 * @property {Date | (() => Date)} [now]  default: the clock
 *
 * @typedef {object} VerifiedIdentity
 * @property {string} arn  such as `arn:aws:sts::123456789012:assumed-role/reader/session`
 * @property {string} account  its 12 digits
 * @property {string} userId
 * @property {string} accessKeyId  that signed
 * @property {string} region  whose STS was asked
 * @property {string} [nonce]
 * @property {Date} signedAt
 */

const OPTIONS = /* @__PURE__ */ new Set([
  ...['audience', 'form', 'regions', 'maxAgeSeconds', 'replays', 'fetch', 'timeoutMs', 'signal', 'now'],
]);

/** Of callers that pass none. A proof that was used is used, whoever asks. */
const REPLAYS = /* @__PURE__ */ new ReplayCache({ maxEntries: 1_000_000 });

/**
 * Verifies a proof that `createIdentityProof` made, and returns who signed it. STS is asked once for each proof, at an endpoint of
 * AWS, and no redirect is followed. A proof is used up with that, whatever STS answers.
 *
 * Source: `GetCallerIdentity`, AWS Security Token Service API reference; "AWS auth method", Vault documentation.
 *
 * @example
 *   const { arn } = await verifyIdentityProof(await request.json(), { audience: 'https://api.example.com' });
 *
 * @param {unknown} proof  as it arrived: nothing of it is believed
 * @param {VerifyProofOptions} options
 * @returns {Promise<VerifiedIdentity>}
 * @throws {SigV4Error} with `status` and `type`: `ERR_SIGV4_PROOF_INVALID`, also for another audience; `ERR_SIGV4_REPLAYED`;
 *   `ERR_SIGV4_STS_UNAVAILABLE`, where STS does not say who it is; `ERR_SIGV4_REPLAY_CACHE_FULL`; as `verifyRequest` for what is wrong with
 *   the signature. Without a `status`: `ERR_SIGV4_OPTION_INVALID`
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
    // As the ARN says it, too: the answer is of one piece.
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

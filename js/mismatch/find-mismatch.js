// js/mismatch finds the mistake of a client: it computes the signature again under known mistakes, until one results in the
// signature of the request. This file: the search from start to end.

import { mismatchModule, MismatchSearch } from '../engine/mismatch-engine.js';
import { SigV4Error } from '../engine/errors.js';
import { ACCESS_KEY_UNKNOWN } from '../engine/generated/rejections.js';
import { sha256 } from '../engine/mismatch-texts.js';
import { shownKey } from '../protocol/key-id.js';
import { checkNames } from '../protocol/option-names.js';
import { examine } from './received-request.js';
import { openIncoming } from '../verify/incoming-request.js';
import { MAX_BODY_BYTES, OPTIONS_OF_OTHERS, VERIFY_OPTIONS, isCount, isDate } from '../verify/options.js';
import { Refusal } from '../protocol/verification-error.js';
import { rulesOf } from '../protocol/service-rules.js';
import { CAUSES } from './causes.js';
import { detailOf, nameOf, shown } from './redacted-detail.js';
import { inflate } from './decompress.js';
import { likely, SUSPECTED } from './likely-causes.js';
import { piecesOf } from './signing-inputs.js';
import { otherReasons, REASONS } from './other-problems.js';
import { payloadOf } from './payload.js';
import { findChanges } from './search.js';
import { SIGV4A } from '../protocol/algorithms.js';
import { epochMillis } from '../protocol/amz-date.js';
import { fill } from '../protocol/fill-template.js';
import { endpointOf } from '../protocol/endpoint-form.js';

/**
 * @typedef {import('../verify/incoming-request.js').ArrivedRequest} ArrivedRequest
 * @typedef {import('../verify/verify-request.js').SecretLookup} SecretLookup
 *
 * @typedef {object} FindMismatchOptions
 * @property {SecretLookup | ((accessKeyId: string, sessionToken?: string) => SecretLookup | Promise<SecretLookup>)} secretAccessKey
 *   the secret, the credentials with their session token, or a function that finds them, as for `verifyRequest`
 * @property {string} [region]  the region for which requests must be signed. Default: any
 * @property {string} [service]  likewise, such as `execute-api`
 * @property {Date | (() => Date)} [now]  default: the clock
 * @property {string} [stage]  the stage of the API, which a client may have left out of the path or added to it
 * @property {readonly string[]} [hosts]  other names of this server, which a client may have signed
 * @property {readonly string[]} [methods]  besides the usual ones
 * @property {number} [maxBodyBytes]  longer bodies are refused; default 10485760, which is API Gateway's limit
 * @property {number} [deadlineMs]  time limit of the search in milliseconds; default 1000
 * @property {'double' | 'single'} [pathEncoding]  default per service, as for the signer
 *
 * @typedef {object} Mismatch
 * @property {string} code  stable, such as `path-encoded-once`
 * @property {'method' | 'path' | 'query' | 'headers' | 'body' | 'token' | 'scope' | 'secret' | 'date'} part
 * @property {boolean} isProved  whether this mistake results in exactly the signature of the request. `false`: it is only likely
 * @property {string} summary  the mistake of the client in one sentence, with the values of the request
 * @property {string} fix  one sentence
 * @property {string} [name]  of the header, parameter or JSON key
 * @property {{ expected?: string, signed?: string }} [detail] the value that should have been signed and the one that was, if
 *   they can be shown: shortened, without secrets and the session token
 */

/**
 * Finds why the signature of a request does not match: computes it again under more than a hundred known mistakes, then
 * under every two of them, then under every three of the likeliest, until one gives exactly the signature that arrived. That
 * proves the cause.
 *
 * Anyone with the result learns how to sign: it is for the owner of the request, or for a server's own log.
 *
 * @example
 *   const [{ summary, fix }] = await findMismatch(request, {
 *     secretAccessKey: credentials,
 *     region: 'eu-west-1',
 *     service: 'execute-api',
 *   });
 *
 * @param {ArrivedRequest} request  as for `verifyRequest`
 * @param {FindMismatchOptions} options
 * @returns {Promise<Mismatch[]>} one mistake, or two or three that were made together, `isProved`. If no known mistake results in
 *   this signature, or the time limit was reached: likely causes, the likeliest first, not proved. If the signature is valid:
 *   other problems of the request, such as its region or its date, or `none`.
 * @throws {SigV4Error} as `verifyRequest` does: `ERR_SIGV4_SIGNATURE_MISSING` and `…_SIGNATURE_MALFORMED` if it is not a
 *   signature, `…_ACCESS_KEY_UNKNOWN` if `secretAccessKey` finds none, `…_OPTION_INVALID`, and those of a request that
 *   cannot have arrived like this
 */
export async function findMismatch(request, options) {
  const settings = checkedOptions(options);
  const startedAt = performance.now();
  await mismatchModule.ready();
  const search = new MismatchSearch();
  try {
    const { evidence, isProof } = await evidenceOf(request, settings, search);
    const { authorization, received } = evidence;
    const isWhole = authorization.signedHeaders.every((name) => received.headers.has(name));
    if (isWhole && search.isRight() && isProof()) {
      const reasons = otherReasons(evidence, await sha256(evidence.body));
      return reasons.map((reason) => written(reason, true, evidence));
    }
    const changes = await findChanges(CAUSES, evidence, search, isProof, startedAt + settings.deadlineMs);
    if (changes.length === 0) {
      return likely(evidence, search).map(({ detail, ...mistake }) =>
        written({ ...mistake, ...(detail && { detail: shown(detail, evidence) }) }, false, evidence),
      );
    }
    return changes.map((change) => {
      const { code, part, summary, fix } = change.cause;
      const detail = detailOf(change, evidence, search);
      const name = nameOf(change, evidence);
      return written(
        { code, part, summary, fix, ...(name && { name }), ...(detail && { detail }) },
        true,
        evidence,
      );
    });
  } finally {
    search.dispose();
  }
}

/**
 * All known parts of a request, with which the search begins.
 *
 * @param {ArrivedRequest} request
 * @param {ReturnType<typeof checkedOptions>} settings
 * @param {MismatchSearch} search
 */
async function evidenceOf(request, settings, search) {
  const { secretAccessKey, maxBodyBytes, pathEncoding, ...given } = settings;
  const now = epochMillis(given.now);
  const opened = openIncoming(request, maxBodyBytes);
  const { received, authorization, parameters, declared } = examine(opened, search, now);
  const { secret, token, expiration } = await findSecret(secretAccessKey, authorization);
  const rules = rulesOf(authorization.service, pathEncoding);
  const body = await opened.body();
  const text = textOf(body);
  const ofHost = await scopeOf(received.headers.get('host') ?? '');
  const known = {
    stage: given.stage,
    region: given.region ?? ofHost.region,
    service: given.service ?? ofHost.service,
    hosts: given.hosts ?? [],
    methods: given.methods ?? [],
  };
  const found = {
    ...{ received, authorization, parameters, declared, rules, secret, token, expiration, body, text },
    json: jsonOf(text),
    inflated: await inflate(body, maxBodyBytes),
    ...{ known, now },
    wrong: examine(opened, search, now, known).wrong,
  };
  const evidence = { ...found, base: piecesOf(found) };
  const isSigV4a = authorization.scheme === SIGV4A;
  const verifiesSigV4a = isSigV4a ? await sigv4aVerification() : undefined;
  search.begin(evidence.base, payloadOf(evidence, {}), isSigV4a ? '' : authorization.signature);
  /** The module of SigV4a has no search: it verifies each candidate. @param {...import('./signing-inputs.js').Pieces} pieces */
  const isProof = (...pieces) => {
    if (verifiesSigV4a === undefined) return true;
    const { 'key.prefix': prefix = '', 'key.secret': own = '' } = Object.assign({}, evidence.base, ...pieces);
    const used = (prefix + own).slice('AWS4'.length);
    const { accessKeyId, signature } = authorization;
    // `undefined` if this cannot be a secret.
    return verifiesSigV4a(used, accessKeyId, search.stringToSign(), signature) ?? false;
  };
  return { evidence, isProof };
}

/** By a module that is loaded on use, because few requests are signed with SigV4a. */
async function sigv4aVerification() {
  const { sigv4aModule } = await import('../engine/sigv4a-verification.js');
  return (await sigv4aModule()).verifiesSigV4a;
}

/**
 * All mistakes that `findMismatch` knows, by code, with their texts without the values of a request.
 *
 * @type {ReadonlyMap<string, Readonly<Pick<Mismatch, 'code' | 'part' | 'summary' | 'fix'>>>}
 */
export const KNOWN_MISMATCHES = /* @__PURE__ */ new Map(
  [...CAUSES, ...REASONS, ...SUSPECTED].map(({ code, part, summary, fix }) => [
    code,
    { code, part, summary: fill(summary, {}), fix: fill(fix, {}) },
  ]),
);

/**
 * @param {import('./other-problems.js').Found} mistake
 * @param {boolean} isProved
 * @param {import('./signing-inputs.js').Evidence} evidence
 * @returns {Mismatch}
 */
function written({ code, part, summary, fix, name, detail, isSeen }, isProved, { authorization, now }) {
  const seconds = Math.round(Math.abs(authorization.signedAt - now) / 1000);
  const key = shownKey(authorization.accessKeyId);
  const values = {
    ...detail,
    accessKey: `the access key ${key}`,
    secret: `The secret access key of ${key}`,
    secretName: `the secret access key of ${key}`,
    header: name && `The header ${name}`,
    headerName: name && `the header ${name}`,
    parameter: name && `The parameter ${name}`,
    keyName: name && `the key ${name}`,
    value: name && `The value of ${name} in the JSON`,
    seconds: `${seconds} seconds`,
  };
  const sentence = fill(summary, values);
  return {
    ...{ code, part, isProved },
    summary: isProved || isSeen ? sentence : `Possibly, ${sentence[0].toLowerCase()}${sentence.slice(1)}`,
    fix: fill(fix, values),
    ...(name !== undefined && { name }),
    ...(detail !== undefined && { detail }),
  };
}

/**
 * The region and the service of the received host, if they are not passed. A global endpoint may stand for any region, and a host
 * of AWS IoT for two services.
 *
 * @param {string} host
 * @returns {Promise<{ region?: string, service?: string }>}
 */
async function scopeOf(host) {
  const { region = '', service } = (/\.iot\./.test(host) ? undefined : await endpointOf([host])) ?? {};
  return { ...(host.includes(region) && region !== '' && { region }), ...(service && { service }) };
}

/** @param {FindMismatchOptions} options */
function checkedOptions(options) {
  const {
    secretAccessKey,
    now = () => new Date(),
    maxBodyBytes = MAX_BODY_BYTES,
    deadlineMs = 1000,
  } = options ?? {};
  const wrong = [
    ['secretAccessKey', 'the secret, credentials, or a function that finds them', secretAccessKey != null],
    ['now', 'a Date, or a function that returns one', typeof now === 'function' || isDate(now)],
    ...['region', 'service', 'stage'].map((name) => {
      const value = /** @type {any} */ (options)?.[name];
      return /** @type {const} */ ([name, 'a text', value === undefined || typeof value === 'string']);
    }),
    ['maxBodyBytes', 'a number of bytes', isCount(maxBodyBytes)],
    ['deadlineMs', 'a number of milliseconds', isCount(deadlineMs)],
    ['pathEncoding', "'double' or 'single'", [undefined, 'double', 'single'].includes(options?.pathEncoding)],
  ].find(([, , isRight]) => !isRight);
  if (wrong !== undefined) {
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', `the option ${wrong[0]} must be ${wrong[1]}`);
  }
  checkNames(options, VERIFY_OPTIONS, OPTIONS_OF_OTHERS);
  // As for `verifyRequest`, which requires both.
  const [region, service] = [options.region, options.service].map((name) =>
    name === 'any' ? undefined : name,
  );
  return { ...options, region, service, now, maxBodyBytes, deadlineMs };
}

/**
 * @param {FindMismatchOptions['secretAccessKey']} given
 * @param {import('./received-request.js').Authorization} authorization
 */
async function findSecret(given, { accessKeyId, sessionToken }) {
  const found = typeof given === 'function' ? await given(accessKeyId, sessionToken) : given;
  const known = /** @type {import('../verify/verify-request.js').KnownCredentials | null | undefined} */ (
    typeof found === 'string' ? { secretAccessKey: found } : found
  );
  if (known?.secretAccessKey)
    return { secret: known.secretAccessKey, token: known.sessionToken ?? '', expiration: known.expiration };
  throw new Refusal('ERR_SIGV4_ACCESS_KEY_UNKNOWN', ACCESS_KEY_UNKNOWN);
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

/** Changes of a longer text are not tried, because they would use up the time limit. */
const MAX_TEXT_BYTES = 65_536;
/** Deeper JSON would overflow the stack. */
const MAX_DEPTH = 100;

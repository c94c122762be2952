// All data that the page shows about a signature, computed from a request and its settings.

import { init, Signer, signingRules } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

import { bytesOf } from '../../lib/requests/bytes.js';
import { authorizationOf, isToken, REMOVED, unsigned, withToken } from './authorization.js';
import { isoOf } from './dates.js';
import { deriveKeyPair, deriveKeys, sha256Hex } from './key-chain.js';
import { wireHeaders } from './wire-headers.js';

/**
 * @typedef {import('./paste.js').ReadRequest} ParsedRequest
 *
 * What the user chose. Empty values are taken from the request.
 * @typedef {object} Settings
 * @property {string} accessKeyId  that the secret and the token belong to
 * @property {string} secretAccessKey
 * @property {string} sessionToken
 * @property {string} region  of SigV4a: a region set
 * @property {string} service
 * @property {string} date  ISO 8601
 * @property {'headers' | 'query'} placement  of the signature, for a request that has none
 * @property {number} expiresIn  seconds, in the query
 * @property {'AWS4-HMAC-SHA256' | 'AWS4-ECDSA-P256-SHA256'} algorithm  for a request that is not signed
 *
 * `differs`: its hash is not the one that the signature covers. `absent`: only its hash is there
 * @typedef {'signed' | 'unsigned' | 'chunks' | 'differs' | 'absent'} Payload
 *
 * @typedef {object} Inspection
 * @property {ParsedRequest} request  as it was pasted, with its session token if that was hidden
 * @property {import('./authorization.js').Authorization | undefined} authorization  of a signed request
 * @property {boolean} isSigV4a
 * @property {import('sigv4-wasm/trace').SigningTrace} trace
 * @property {import('sigv4-wasm').ServiceRules} rules  of the service
 * @property {string} amzDate
 * @property {string} region  of SigV4a the region set
 * @property {string} service
 * @property {string} accessKeyId
 * @property {string} secretAccessKey  of this access key id; empty if it is not known
 * @property {string} [otherKey]  the access key id that the secret at hand belongs to, if it is another one
 * @property {string[]} missing  what there can be no signature without; the rest can be shown
 * @property {boolean} [isRight]  whether the signature of a signed request is right; `undefined` if that is not known
 * @property {{ found: number, declared: number }} [incompleteBody]  bytes
 * @property {Payload} [payload]  of a signed request
 * @property {string | undefined} sessionToken
 * @property {import('./key-chain.js').KeyChain | undefined} chain
 * @property {import('../../lib/requests/format-request.js').Writable | undefined} signed
 *   what to send; of a signed request, as it came
 * @property {number | undefined} expiresIn  of a presigned URL
 */

/**
 * @param {ParsedRequest} pasted
 * @param {Settings} settings
 * @returns {Promise<Inspection>}
 * @throws {import('sigv4-wasm').SigV4Error}
 */
export async function inspect(pasted, settings) {
  await init();
  const found = await authorizationOf(pasted);
  // With the secret of another key, every signature would be wrong.
  const isOwn = found === undefined || found.accessKeyId === settings.accessKeyId;
  const { secretAccessKey, sessionToken: givenToken } = isOwn ? settings : NO_CREDENTIALS;
  const request = givenToken ? withToken(pasted, givenToken, found) : pasted;
  const authorization = request === pasted ? found : await authorizationOf(request);
  const isSigV4a = (authorization?.algorithm ?? settings.algorithm) === 'AWS4-ECDSA-P256-SHA256';
  const sessionToken =
    authorization === undefined ? tokenFor(request, givenToken) : authorization.sessionToken;
  const missing = [
    ...(secretAccessKey ? [] : ['the secret access key']),
    ...(sessionToken === undefined || isToken(sessionToken) ? [] : ['the session token']),
    ...(authorization === undefined ? [] : removedFrom(request)),
  ];
  const accessKeyId = authorization?.accessKeyId ?? (settings.accessKeyId || 'AKID');
  const signer = await signerOf(isSigV4a, authorization?.regionSet ?? [settings.region || '*'], {
    credentials: { accessKeyId, secretAccessKey: secretAccessKey || 'unknown', sessionToken },
    region: authorization?.region ?? (settings.region || undefined),
    service: authorization?.service ?? (settings.service || undefined),
    date: new Date(authorization === undefined ? settings.date : isoOf(authorization.amzDate)),
    ...(request.signedHeaders && {
      signedHeaders: request.signedHeaders,
      payload: { sha256: request.payloadHash ?? '' },
      contentSha256Header: request.signedHeaders.includes('x-amz-content-sha256'),
    }),
    ...(authorization && optionsOf(authorization)),
  });
  const expiresIn =
    authorization === undefined && settings.placement === 'query'
      ? settings.expiresIn
      : authorization?.expiresIn;
  const input = authorization === undefined ? withoutSigning(request) : unsigned(request, authorization);
  const traced = await trace(
    signer,
    /** @type {any} */ (input),
    expiresIn === undefined ? {} : { expiresIn },
  );
  const scope = traced.scope.split('/');
  const isKnown = authorization !== undefined && missing.length === 0;
  return {
    ...{ request, authorization, isSigV4a, trace: traced, missing, expiresIn },
    ...{ accessKeyId, secretAccessKey, sessionToken },
    ...(!isOwn && settings.secretAccessKey !== '' && { otherKey: settings.accessKeyId }),
    ...(isKnown && {
      isRight: isSigV4a
        ? await isVerified(request, authorization, secretAccessKey)
        : authorization.signature === traced.signature,
      incompleteBody: incompleteBody(request),
      payload: await payloadOf(request, traced.canonicalRequest),
    }),
    region: isSigV4a
      ? (/^x-amz-region-set:(.*)$/m.exec(traced.canonicalRequest)?.[1] ??
        authorization?.regionSet?.join(',') ??
        '*')
      : scope[1],
    service: scope[scope.length - 2],
    rules: signingRules(scope[scope.length - 2]),
    amzDate: traced.stringToSign.split('\n')[1],
    chain: secretAccessKey
      ? await (isSigV4a
          ? deriveKeyPair(secretAccessKey, accessKeyId)
          : deriveKeys(secretAccessKey, traced.scope, traced.stringToSign))
      : undefined,
    signed: authorization !== undefined || secretAccessKey ? await signedRequest() : undefined,
  };

  async function signedRequest() {
    if (authorization !== undefined) return request;
    if (expiresIn === undefined) return /** @type {any} */ (await signer.sign(/** @type {any} */ (input)));
    const url = await signer.presign(/** @type {any} */ (input), { expiresIn });
    const headers = Object.fromEntries(
      input.headers.filter(([name]) => traced.signedHeaders.includes(name.toLowerCase())),
    );
    return { method: input.method, url, headers, body: input.body };
  }
}

/**
 * A canonical request names its headers, the one of the token among them.
 *
 * @param {ParsedRequest} request
 * @param {string} given
 */
function tokenFor({ signedHeaders, headers }, given) {
  if (signedHeaders === undefined) return given || undefined;
  const name = signedHeaders.find((header) => /^x-amz-(?:security|s3session)-token$/.test(header));
  if (name === undefined) return undefined;
  const written = headers.find(([header]) => header === name)?.[1];
  return isToken(written) ? written : given || written;
}

/**
 * @param {boolean} isSigV4a
 * @param {string[]} regionSet
 * @param {import('sigv4-wasm').SignerOptions} options
 * @returns {Promise<Signer>}
 */
async function signerOf(isSigV4a, regionSet, { region, ...options }) {
  if (!isSigV4a) return new Signer({ ...options, region });
  // Loaded only when it is used.
  const { SignerV4a } = await import('sigv4-wasm/v4a');
  return /** @type {any} */ (new SignerV4a({ ...options, regionSet, deterministic: true }));
}

/**
 * A signature of SigV4a is checked with the public key: two of the same request differ.
 *
 * @param {ParsedRequest} request
 * @param {import('./authorization.js').Authorization} authorization
 * @param {string} secretAccessKey
 */
async function isVerified({ method, url, headers, body }, { amzDate }, secretAccessKey) {
  const { verifyRequest } = await import('sigv4-wasm/verify');
  const now = new Date(isoOf(amzDate));
  const incoming = { method, url, headers: wireHeaders(headers), body };
  return verifyRequest(/** @type {any} */ (incoming), {
    ...{ secretAccessKey: () => secretAccessKey, region: 'any', service: 'any', now, bodyRequired: false },
  }).then(
    () => true,
    () => false,
  );
}

/**
 * The parts that a shared link leaves out.
 *
 * @param {ParsedRequest} request
 */
function removedFrom({ url, headers }) {
  const inUrl = [...new URL(url).searchParams].filter(([, value]) => value === REMOVED);
  const inHeaders = headers.filter(([, value]) => value === REMOVED);
  return [...inHeaders, ...inUrl]
    .filter(([name]) => !/^x-amz-(?:security|s3session)-token$/i.test(name))
    .map(([name]) => `the value of ${name}`);
}

/**
 * @param {ParsedRequest} request
 * @param {string} canonicalRequest
 * @returns {Promise<Payload>}
 */
async function payloadOf({ method, body }, canonicalRequest) {
  const hash = canonicalRequest.slice(canonicalRequest.lastIndexOf('\n') + 1);
  const hasBody = body !== undefined || !/^(?:GET|HEAD|DELETE)$/.test(method);
  if (/^STREAMING-UNSIGNED|^UNSIGNED/.test(hash)) return hasBody ? 'unsigned' : 'signed';
  if (hash.startsWith('STREAMING-')) return 'chunks';
  const actual = await sha256Hex(body ?? '');
  // Browsers hash on HTTPS pages and on localhost only.
  if (actual === '' || actual === hash) return 'signed';
  return body === undefined ? 'absent' : 'differs';
}

/**
 * A log or an archive may have cut it off.
 *
 * @param {ParsedRequest} request
 */
function incompleteBody({ headers, body }) {
  const declared = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]);
  const found = body === undefined ? 0 : bytesOf(body).length;
  return declared > found ? { found, declared } : undefined;
}

/**
 * The options that sign what the request says was signed.
 *
 * @param {import('./authorization.js').Authorization} authorization
 * @returns {Partial<import('sigv4-wasm').SignerOptions>}
 */
function optionsOf({ signedHeaders, contentSha256, rules }) {
  const hasHash = contentSha256 !== undefined && signedHeaders.includes('x-amz-content-sha256');
  return {
    signedHeaders,
    contentSha256Header: hasHash,
    sessionTokenMode: signedHeaders.includes(rules.sessionTokenHeader) ? 'signed' : undefined,
    ...(contentSha256 !== undefined && {
      payload: contentSha256 === 'UNSIGNED-PAYLOAD' ? 'unsigned' : { sha256: contentSha256 },
    }),
  };
}

/**
 * Removes the remains of another signature.
 *
 * @param {ParsedRequest} request
 */
function withoutSigning({ method, url, headers, body }) {
  return { method, url, headers: headers.filter(([name]) => !REPLACED.has(name.toLowerCase())), body };
}

const REPLACED = new Set(['authorization', 'content-length', 'connection', 'x-amz-region-set']);
const NO_CREDENTIALS = { secretAccessKey: '', sessionToken: '' };

// Everything that the page shows of a signature, computed from a request and its settings.

import { init, Signer, signingRules } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

import { authorizationOf, isToken, unsigned, withToken } from './authorization.js';
import { isoOf } from './dates.js';
import { deriveKeys } from './key-chain.js';

/**
 * @typedef {import('../../lib/requests/index.js').ParsedRequest} ParsedRequest
 *
 * What the user chose. Empty values are taken from the request.
 * @typedef {object} Settings
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} sessionToken
 * @property {string} region
 * @property {string} service
 * @property {string} date  ISO 8601
 * @property {'headers' | 'query'} placement  of the signature, for a request that has none
 * @property {number} expiresIn  seconds, in the query
 *
 * @typedef {object} Inspection
 * @property {ParsedRequest} request  as it was pasted, with its session token if that was hidden
 * @property {import('./authorization.js').Authorization | undefined} authorization  of a signed request
 * @property {import('sigv4-wasm/trace').SigningTrace} trace
 * @property {import('sigv4-wasm').ServiceRules} rules  of the service
 * @property {string} amzDate
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string[]} missing  what there can be no signature without; the rest can be shown
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
  const { secretAccessKey } = settings;
  await init();
  const found = await authorizationOf(pasted);
  if (found?.algorithm === 'AWS4-ECDSA-P256-SHA256') {
    throw new Error(
      'This request is signed with SigV4a (AWS4-ECDSA-P256-SHA256), which this page does not support.',
    );
  }
  const request = settings.sessionToken ? withToken(pasted, settings.sessionToken, found) : pasted;
  const authorization = request === pasted ? found : await authorizationOf(request);
  const sessionToken =
    authorization === undefined ? settings.sessionToken || undefined : authorization.sessionToken;
  const missing = [
    ...(secretAccessKey ? [] : ['the secret access key']),
    ...(sessionToken === undefined || isToken(sessionToken) ? [] : ['the session token']),
  ];
  const accessKeyId = authorization?.accessKeyId ?? (settings.accessKeyId || 'AKID');
  const signer = new Signer({
    credentials: {
      accessKeyId,
      secretAccessKey: secretAccessKey || 'unknown',
      sessionToken,
    },
    region: authorization?.region ?? (settings.region || undefined),
    service: authorization?.service ?? (settings.service || undefined),
    date: new Date(authorization === undefined ? settings.date : isoOf(authorization.amzDate)),
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
  return {
    ...{
      request,
      authorization,
      trace: traced,
      accessKeyId,
      secretAccessKey,
      sessionToken,
      missing,
      expiresIn,
    },
    rules: signingRules(traced.scope.split('/')[2]),
    amzDate: traced.stringToSign.split('\n')[1],
    chain: secretAccessKey ? await deriveKeys(secretAccessKey, traced.scope, traced.stringToSign) : undefined,
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

const REPLACED = new Set(['authorization', 'content-length', 'connection']);

// Parses an untrusted proof of identity. Anything but an exact request for `GetCallerIdentity` is refused.

import { inferEndpoint } from '../engine/endpoint.js';
import { fromBase64 } from '../protocol/base64.js';
import { Refusal } from '../protocol/verification-error.js';
import { CALLER_IDENTITY, GLOBAL_STS, stsOf } from '../tokens/caller-identity.js';
import { AUDIENCE, isNonce, NONCE } from './proof-headers.js';

/**
 * @typedef {object} ReadProof
 * @property {{ url: string, region: string }} endpoint  of STS, from the table of the core
 * @property {Map<string, string>} headers  by lower-case name, without `host`
 * @property {string} audience
 * @property {string | undefined} nonce
 * @property {string[]} mustSign  what the signature must cover
 */

/** The headers that a proof may have, and those that are sent to STS. @type {Record<string, { allowed: string[], audience: string, mustSign: string[] }>} */
const FORMS = {
  plain: { allowed: [AUDIENCE, NONCE], audience: AUDIENCE, mustSign: ['host', AUDIENCE, NONCE] },
  vault: {
    // The user agent is not sent on: what signs it is refused by STS.
    allowed: ['x-vault-aws-iam-server-id', 'user-agent'],
    audience: 'x-vault-aws-iam-server-id',
    mustSign: ['host', 'x-vault-aws-iam-server-id'],
  },
};
const ALLOWED = [
  'host',
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'content-type',
  'content-length',
];

/**
 * @param {unknown} proof
 * @param {'plain' | 'vault'} form
 * @returns {ReadProof}
 * @throws {Refusal} `ERR_SIGV4_PROOF_INVALID`
 */
export function readProof(proof, form) {
  const { method, url, headers: given, body } = (form === 'vault' ? ofVault : asIs)(proof);
  const { allowed, audience: audienceHeader, mustSign } = FORMS[form];
  if (method !== 'POST') throw invalid('its method is not POST');
  if (body !== CALLER_IDENTITY) throw invalid(`its body is not ${CALLER_IDENTITY}`);
  const endpoint = endpointOf(url);
  const headers = new Map();
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid('it has no headers');
  for (const [key, value] of Object.entries(given)) {
    const name = key.toLowerCase();
    if (!ALLOWED.includes(name) && !allowed.includes(name))
      throw invalid('it has a header that a proof must not have');
    if (headers.has(name)) throw invalid(`it has the header ${name} twice`);
    const text = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (typeof text !== 'string' || !/^[ -~]*$/.test(text) || text.length > 16_384) {
      throw invalid(`its header ${name} is not printable ASCII text`);
    }
    headers.set(name, text);
  }
  const host = headers.get('host');
  if (host !== undefined && host !== new URL(endpoint.url).host)
    throw invalid('its host header does not match its URL');
  const length = headers.get('content-length');
  if (length !== undefined && length !== String(CALLER_IDENTITY.length))
    throw invalid('its content-length does not match its body');
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(headers.get('content-type') ?? '')) {
    throw invalid('its content-type is not application/x-www-form-urlencoded');
  }
  headers.delete('host');
  const audience = headers.get(audienceHeader);
  if (audience === undefined) throw invalid(`it has no header ${audienceHeader}`);
  const nonce = headers.get(NONCE);
  if (form === 'plain' && !isNonce(nonce)) throw invalid(`its header ${NONCE} is not a nonce`);
  return { endpoint, headers, audience, nonce, mustSign };
}

/**
 * The endpoint of STS for a URL. It is built from the region, which must be in the table of the core, so the text of a proof
 * never decides which host gets the request.
 *
 * @param {unknown} url
 */
function endpointOf(url) {
  const [, host = ''] = /^https:\/\/([a-z\d.-]+)\/?$/.exec(typeof url === 'string' ? url : '') ?? [];
  const { region = '', service } = inferEndpoint(host);
  const isOfHost = (/** @type {{ url: string }} */ endpoint) => endpoint.url === `https://${host}/`;
  const known = isOfHost(GLOBAL_STS) ? GLOBAL_STS : service === 'sts' ? stsOf(region) : undefined;
  if (known !== undefined && isOfHost(known)) return known;
  throw invalid('its URL is not an endpoint of AWS STS');
}

/** @param {any} proof */
function asIs(proof) {
  if (typeof proof !== 'object' || proof === null) throw invalid('it is not an object');
  return proof;
}

/** @param {any} proof */
function ofVault(proof) {
  const { iam_http_request_method: method, iam_request_url: url, iam_request_headers: headers } = asIs(proof);
  try {
    return {
      method,
      url: fromBase64(url),
      headers: typeof headers === 'string' ? JSON.parse(fromBase64(headers)) : headers,
      body: fromBase64(proof.iam_request_body),
    };
  } catch {
    throw invalid('a part of it is not Base64 or not JSON');
  }
}

/** @param {string} why */
export function invalid(why) {
  return new Refusal('ERR_SIGV4_PROOF_INVALID', `The proof of identity is not valid: ${why}.`);
}

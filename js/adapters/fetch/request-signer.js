// Signed requests as a fetch `Request`, for packages that expect such a signer.

import { signRequest } from '../../sign/signer.js';
import { isFetchRequest, settingsOf } from './prepare-request.js';

/**
 * @typedef {import('../../sign/signed-request.js').SignedRequest} SignedRequest
 *
 * What Powertools for AWS Lambda and others call a signer.
 * @typedef {{ sign: (request: Request) => Promise<Request> }} RequestSigner
 */

/**
 * Turns a signer into one that takes a fetch `Request` and returns a signed one. The settings of the request, such as its
 * `signal`, are kept; its body is read.
 *
 * Source: `Signer` of `@aws-lambda-powertools/signer`.
 *
 * @example
 *   const signer = toRequestSigner(new Signer({ credentials, region: 'eu-west-1', service: 'execute-api' }));
 *   await fetch(await signer.sign(new Request('https://api.example.com/orders')));
 *
 * @param {{ sign: (request: any) => Promise<SignedRequest> }} signer  a `Signer`, a `SignerV4a`, or that of `sigv4-wasm/fips`
 * @returns {RequestSigner}
 */
export function toRequestSigner(signer) {
  return { sign: async (request) => asRequest(await signer.sign(request), request) };
}

/**
 * Signs a request, as `signRequest` does, and returns it as a fetch `Request`.
 *
 * @example
 *   const response = await fetch(await signFetchRequest('https://abc123.execute-api.eu-west-1.amazonaws.com/prod', { credentials
 *   }));
 *
 * @param {import('../../sign/normalize-request.js').SignableRequest} request
 * @param {import('../../sign/signer.js').SignerOptions} options
 * @returns {Promise<Request>}
 * @throws {SigV4Error} as `signRequest`
 */
export async function signFetchRequest(request, options) {
  return asRequest(await signRequest(request, options), request);
}

/**
 * @param {SignedRequest} signed
 * @param {unknown} given
 */
function asRequest({ method, url, headers, body }, given) {
  const settings = isFetchRequest(given)
    ? settingsOf(/** @type {Request} */ (given), undefined, new URL(url))
    : {};
  const isStream = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
  const init = { ...settings, method, headers, body, ...(isStream && { duplex: 'half' }) };
  return new Request(url, /** @type {RequestInit} */ (init));
}

// The package's rules for a service, found by signing a request that is never sent, so that there is no second table of them.

import { Signer } from 'sigv4-wasm';

/**
 * @typedef {object} Written  what a signature adds to a request, replacing what was there
 * @property {string[]} headers  in lower case
 * @property {string[]} parameters  of a presigned URL
 * @property {string} tokenHeader  the header that carries the session token
 * @property {string} tokenParameter  the parameter that carries it in a presigned URL
 */

/**
 * Works synchronously, so the module must have been started: call `init()` before.
 *
 * @param {string} service  signing name
 * @returns {Written}
 * @throws {import('sigv4-wasm').SigV4Error}
 */
export function writtenFor(service) {
  const signer = new Signer({ credentials: NOBODY, region: 'us-east-1', service, contentSha256Header: true });
  const headers = Object.entries(signer.signSync(NOWHERE).headers);
  const parameters = [...new URL(signer.presignSync(NOWHERE)).searchParams];
  return {
    headers: headers.map(([name]) => name),
    parameters: parameters.map(([name]) => name),
    tokenHeader: nameOf(headers),
    tokenParameter: nameOf(parameters),
  };
}

/** @param {[string, string][]} pairs  one of which has the token */
function nameOf(pairs) {
  return pairs.find(([, value]) => value === NOBODY.sessionToken)?.[0] ?? '';
}

/**
 * Whether the signature covers the body.
 *
 * @param {Signer} signer
 * @param {import('sigv4-wasm').SignableRequest} request  without its body
 * @param {number} [expiresIn]  of a presigned URL
 */
export async function coversBody(signer, request, expiresIn) {
  const { canonicalRequest } = await signer.trace(request, expiresIn === undefined ? {} : { expiresIn });
  return !canonicalRequest.endsWith('\nUNSIGNED-PAYLOAD');
}

const NOBODY = { accessKeyId: 'nobody', secretAccessKey: 'nobody', sessionToken: 'the-token-of-nobody' };
const NOWHERE = 'https://nowhere.invalid/';

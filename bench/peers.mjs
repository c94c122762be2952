// Each peer as its users call it, for one request. All sign the same: method, URL, headers, body, credentials. These
// run anywhere; peers-node.mjs has those that need Node.js.

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsV4Signer } from 'aws4fetch';

export const OURS = 'sigv4-wasm';
export const SMITHY = '@smithy/signature-v4 + sha256-js';
export const AWS4FETCH = 'aws4fetch';

/**
 * @typedef {import('./requests.mjs').Work} Work
 * @typedef {import('./requests.mjs').Scope} Scope
 * @typedef {(credentials: any, scope: Scope) => (work: Work) => any} Peer  what it returns is read by verify.mjs
 */

/** @param {any} Signer @returns {Peer} */
export function ours(Signer) {
  return (credentials, scope) => {
    const signer = new Signer({ credentials, ...scope });
    return (work) => signer.signSync(work);
  };
}

/** In its newest version, with one signer for all requests. @type {Peer} */
export const smithy = smithyWith(Sha256);

/** @param {any} sha256 @returns {Peer} */
export function smithyWith(sha256) {
  return (credentials, scope) => {
    const signer = smithySigner(credentials, scope, sha256);
    return (work) => signer.sign(smithyRequest(work));
  };
}

/** As @aws-sdk/s3-request-presigner does it. @type {Peer} */
export function smithyPresign(credentials, scope) {
  const signer = smithySigner(credentials, scope, Sha256);
  return (work) => {
    const request = smithyRequest(work);
    request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
    return signer.presign(request, {
      expiresIn: 3600,
      unhoistableHeaders: UNSENT,
      unsignableHeaders: UNSENT,
    });
  };
}
const UNSENT = new Set(['x-amz-content-sha256']);

function smithySigner(credentials, { region, service }, sha256) {
  return new SignatureV4({ credentials, region, service, sha256, uriEscapePath: service !== 's3' });
}

/** @param {Work} work */
export function smithyRequest({ method, url, headers, body }, Request = HttpRequest) {
  const { protocol, hostname, pathname, searchParams } = new URL(url);
  return new Request({
    method,
    protocol,
    hostname,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { ...headers, host: hostname },
    body,
  });
}

/** With the cache of keys that its client has. @type {Peer} */
export function aws4fetch(credentials, scope) {
  const cache = new Map();
  return (work) => new AwsV4Signer({ ...work, ...scope, ...credentials, cache }).sign();
}

/** @type {Peer} */
export function aws4fetchPresign(credentials, scope) {
  const cache = new Map();
  return ({ url }) => {
    const presigned = new URL(url);
    presigned.searchParams.set('X-Amz-Expires', '3600');
    return new AwsV4Signer({ url: presigned, signQuery: true, ...scope, ...credentials, cache }).sign();
  };
}

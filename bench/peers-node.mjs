// The peers that need Node.js. See peers.mjs.

import { createHash, createHmac } from 'node:crypto';

import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { HttpRequest as ArticleHttpRequest } from '@aws-sdk/protocol-http';
import { SignatureV4 as ArticleSignatureV4 } from '@aws-sdk/signature-v4';
import { createSignedFetcher } from 'aws-sigv4-fetch';
import aws4 from 'aws4';
import { aws4Interceptor } from 'aws4-axios';
import { AxiosHeaders } from 'axios';

import { smithyRequest, smithyWith } from './peers.mjs';

export const AWS4 = 'aws4';
export const REPLACED = '@aws-sdk/signature-v4 + sha256-js';
export const SMITHY_NODE = '@smithy/signature-v4 + node:crypto';
export const AWS4_AXIOS = 'aws4-axios';
export const SIGV4_FETCH = 'aws-sigv4-fetch';

/** @typedef {import('./peers.mjs').Peer} Peer */

/** @type {Peer} */
export function aws4Peer(credentials, scope) {
  return ({ method, url, headers, body }) => {
    const { host, pathname, search } = new URL(url);
    return aws4.sign(
      { method, host, path: pathname + search, headers: { ...headers }, body, ...scope },
      credentials,
    );
  };
}

/** @type {Peer} */
export function aws4Presign(credentials, scope) {
  return ({ method, url }) => {
    const { host, pathname } = new URL(url);
    return aws4.sign(
      { method, host, path: `${pathname}?X-Amz-Expires=3600`, signQuery: true, ...scope },
      credentials,
    );
  };
}

/**
 * The stack that we replace, as guides have it: the packages' old names, and for each request a signer and the default
 * chain of credential providers, whose first link finds them in the environment.
 *
 * @type {Peer}
 */
export function replaced(credentials, scope) {
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  if (credentials.sessionToken) process.env.AWS_SESSION_TOKEN = credentials.sessionToken;
  else delete process.env.AWS_SESSION_TOKEN;
  return (work) => {
    const signer = new ArticleSignatureV4({ credentials: defaultProvider(), ...scope, sha256: Sha256 });
    return signer.sign(smithyRequest(work, ArticleHttpRequest));
  };
}

/** What @smithy/hash-node does, without the checks. */
export class NodeSha256 {
  #hash;
  constructor(secret) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data) {
    this.#hash.update(data);
  }
  async digest() {
    return this.#hash.digest();
  }
}

export const smithyNode = smithyWith(NodeSha256);

/** Its interceptor alone, on the config that axios would hand it. @type {Peer} */
export function aws4Axios(credentials, scope) {
  const sign = aws4Interceptor({ credentials, options: scope });
  const transformRequest = [(/** @type {unknown} */ data) => data];
  return ({ method, url, headers, body }) =>
    sign({ method, url, headers: new AxiosHeaders(headers), data: body, transformRequest });
}

/** Up to the request that it hands to fetch. @type {Peer} */
export function sigv4Fetch(credentials, scope) {
  const signed = createSignedFetcher({ ...scope, credentials, fetch: async (request) => request });
  return ({ url, ...init }) => signed(url, init);
}

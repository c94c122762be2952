// Each peer as its users call it, for one request. All sign the same: method, URL, headers, body, credentials.

import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { HttpRequest as ArticleHttpRequest } from '@aws-sdk/protocol-http';
import { SignatureV4 as ArticleSignatureV4 } from '@aws-sdk/signature-v4';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import aws4 from 'aws4';
import { AwsV4Signer } from 'aws4fetch';

const region = 'eu-west-1';
const service = 'execute-api';

/** @typedef {{ method: string, url: string, headers: Record<string, string>, body?: string }} Work */

/** @param {any} Signer @param {any} credentials @returns {(work: Work) => any} */
export function sigv4Wasm(Signer, credentials) {
  const signer = new Signer({ credentials, region, service });
  return (work) => signer.signSync(work);
}

/** @returns {(work: Work) => any} */
export function aws4Peer(credentials) {
  return ({ method, url, headers, body }) => {
    const { host, pathname, search } = new URL(url);
    return aws4.sign(
      { method, host, path: pathname + search, headers: { ...headers }, body, service, region },
      credentials,
    );
  };
}

/**
 * The stack that we replace, as guides have it: the packages' old names, and for each request a signer and the default
 * chain of credential providers, whose first link finds them in the environment.
 */
export function articlePeer(credentials) {
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  if (credentials.sessionToken) process.env.AWS_SESSION_TOKEN = credentials.sessionToken;
  else delete process.env.AWS_SESSION_TOKEN;
  return articleWork;
}

const articleWork = smithyWork(
  () => new ArticleSignatureV4({ credentials: defaultProvider(), region, service, sha256: Sha256 }),
  ArticleHttpRequest,
);

/** The same in its newest version, with one signer for all requests. */
export function smithyPeer(credentials) {
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  return smithyWork(() => signer, HttpRequest);
}

/** @returns {(work: Work) => any} */
function smithyWork(signerFor, Request) {
  return ({ method, url, headers, body }) => {
    const { protocol, hostname, pathname, searchParams } = new URL(url);
    return signerFor().sign(
      new Request({
        method,
        protocol,
        hostname,
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: { ...headers, host: hostname },
        body,
      }),
    );
  };
}

/** @returns {(work: Work) => any} */
export function aws4fetchPeer(credentials) {
  return ({ method, url, headers, body }) =>
    new AwsV4Signer({ method, url, headers, body, region, service, ...credentials }).sign();
}

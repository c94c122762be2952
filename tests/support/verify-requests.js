// Signed requests as a server gets them, by signers that no one here wrote, and by our own.

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { SignatureV4a } from '@smithy/signature-v4a';
import aws4 from 'aws4';
import { AwsV4Signer } from 'aws4fetch';

import { Signer } from 'sigv4-wasm';
import { SignerV4a } from 'sigv4-wasm/v4a';

import { CREDENTIALS } from './wire.js';

/**
 * @typedef {object} Sent
 * @property {string} service
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} [headers]
 * @property {string | Uint8Array} [body]
 *
 * As it arrives.
 * @typedef {{ method: string, url: string, headers: [string, string][], body: Uint8Array }} Arrived
 */

export const REGION = 'eu-west-1';
export const DATE = new Date('2026-02-03T04:05:06Z');
export const AMZ_DATE = '20260203T040506Z';

export const { sessionToken: _, ...LONG_TERM } = CREDENTIALS;

/** What a server knows. */
export const KNOWN = {
  secretAccessKey: (accessKeyId) => (accessKeyId === CREDENTIALS.accessKeyId ? CREDENTIALS : undefined),
  region: REGION,
  service: 'any',
  now: DATE,
};

const API = 'https://abc123.execute-api.eu-west-1.amazonaws.com';
const S3 = 'https://my-bucket.s3.eu-west-1.amazonaws.com';

/** @type {Record<string, Sent>} */
export const REQUESTS = {
  plain: { service: 'execute-api', method: 'GET', url: `${API}/prod/orders` },
  'query, repeated and escaped': {
    service: 'execute-api',
    method: 'GET',
    url: `${API}/prod/orders?b=2&a=x%20y&a=%C3%BC&c=&A=1%2B1`,
  },
  'escapes in the path': {
    service: 'execute-api',
    method: 'DELETE',
    url: `${API}/prod/a%20b/%40c/${'%C3%BC'}/`,
  },
  json: {
    service: 'execute-api',
    method: 'POST',
    url: `${API}/prod/orders`,
    headers: { 'content-type': 'application/json', 'x-amz-target': 'Orders.Create', accept: 'text/plain' },
    body: '{"item":"grüner Tee","pieces":3}',
  },
  bytes: {
    service: 'lambda',
    method: 'PUT',
    url: 'https://abc.lambda-url.eu-west-1.on.aws/photo?v=1',
    headers: { 'content-type': 'image/jpeg' },
    body: Uint8Array.from({ length: 600 }, (_, i) => i % 251),
  },
  'an object of S3': { service: 's3', method: 'GET', url: `${S3}/photos/a%20b/42.jpg?versionId=3` },
  'an upload to S3': {
    service: 's3',
    method: 'PUT',
    url: `${S3}/photos/42.txt`,
    headers: { 'content-type': 'text/plain', 'x-amz-storage-class': 'STANDARD_IA' },
    body: 'hello',
  },
};

/**
 * Signs in headers, or in the query where the name says so.
 *
 * @type {Record<string, (sent: Sent) => Promise<{ method?: string, url: string, headers: any }>>}
 */
export const SIGNERS = {
  'sigv4-wasm': (sent) => signer(Signer, sent).sign(sent),
  'sigv4-wasm, presigned': async (sent) => ({ ...sent, ...(await presigned(Signer, sent)) }),
  'sigv4-wasm, SigV4a': (sent) => signer(SignerV4a, sent).sign(sent),
  'sigv4-wasm, SigV4a, presigned': async (sent) => ({ ...sent, ...(await presigned(SignerV4a, sent)) }),
  smithy: async (sent) => formatted(await smithy(sent).sign(parts(sent), { signingDate: DATE })),
  'smithy, presigned': async (sent) => {
    const request = parts(withoutBody(sent));
    // As @aws-sdk/s3-request-presigner does.
    if (sent.service === 's3') request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
    return formatted(await smithy(sent).presign(request, { signingDate: DATE, expiresIn: 60 }));
  },
  'smithy, SigV4a': async (sent) => {
    const init = { service: sent.service, region: REGION, credentials: CREDENTIALS, sha256: Sha256 };
    const uriEscapePath = sent.service !== 's3';
    const theirs = new SignatureV4a({ ...init, uriEscapePath });
    return formatted(await theirs.sign(parts(sent), { signingDate: DATE }));
  },
  aws4: async (sent) => withAws4(sent, { 'X-Amz-Date': AMZ_DATE }),
  'aws4, in the query': async (sent) =>
    withAws4(withoutBody(sent), {}, { signQuery: true, 'X-Amz-Date': AMZ_DATE }),
  aws4fetch: async (sent) => withAws4fetch(sent, false),
  'aws4fetch, in the query': async (sent) => withAws4fetch(withoutBody(sent), true),
};

/**
 * @param {string} name  of a signer
 * @param {Sent} sent
 * @returns {Promise<Arrived>}
 */
export async function signedBy(name, sent) {
  const { method = sent.method, url, headers } = await SIGNERS[name](sent);
  const isBodyless = name.includes('presigned') || name.includes('query');
  return arrived({ method, url, headers, body: isBodyless ? undefined : sent.body });
}

/** @returns {Arrived} */
export function arrived({ method, url, headers, body }) {
  const { host, origin } = new URL(url);
  const sent = new Headers(headers);
  if (!sent.has('host')) sent.set('host', host);
  return { method, url: url.slice(origin.length), headers: [...sent], body: Buffer.from(body ?? '') };
}

/** @param {string} text  such as `20260203T040506Z` */
export function parseDate(text) {
  return new Date(text.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
}

function signer(Class, { service }) {
  const scope = Class === SignerV4a ? { regionSet: ['us-*', 'eu-*-1'] } : { region: REGION };
  return new Class({ credentials: CREDENTIALS, service, ...scope, date: DATE });
}

async function presigned(Class, sent) {
  const options = { expiresIn: 60, headerPlacement: 'headers' };
  const url = await signer(Class, sent).presign(withoutBody(sent), options);
  return { url, headers: withoutBody(sent).headers };
}

function smithy({ service }) {
  const init = { service, region: REGION, credentials: CREDENTIALS, sha256: Sha256 };
  return new SignatureV4({ ...init, uriEscapePath: service !== 's3' });
}

function parts({ method, url, headers, body }) {
  const { protocol, hostname, pathname, searchParams } = new URL(url);
  const query = Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)]));
  const host = { host: hostname };
  return new HttpRequest({
    method,
    protocol,
    hostname,
    path: pathname,
    query,
    headers: { ...host, ...headers },
    body,
  });
}

function formatted({ method, protocol, hostname, path, query, headers }) {
  const pairs = Object.entries(query).flatMap(([key, values]) =>
    [values].flat().map((value) => `${encode(key)}=${encode(value)}`),
  );
  return {
    method,
    url: `${protocol}//${hostname}${path}${pairs.length > 0 ? '?' : ''}${pairs.join('&')}`,
    headers,
  };
}

function withAws4({ service, method, url, headers, body }, added, options = {}) {
  const { hostname, pathname, search } = new URL(url);
  const { 'X-Amz-Date': date, ...rest } = options;
  const path = `${pathname}${search}${date ? `${search ? '&' : '?'}X-Amz-Date=${date}` : ''}`;
  const request = {
    service,
    region: REGION,
    method,
    host: hostname,
    path,
    headers: { ...headers, ...added },
    body,
  };
  const signed = aws4.sign({ ...request, ...rest }, CREDENTIALS);
  return { method, url: `https://${hostname}${signed.path}`, headers: signed.headers };
}

async function withAws4fetch({ service, ...sent }, signQuery) {
  const theirs = new AwsV4Signer({
    ...sent,
    ...CREDENTIALS,
    service,
    region: REGION,
    datetime: AMZ_DATE,
    signQuery,
  });
  const { url, headers } = await theirs.sign();
  return { url: url.href, headers };
}

function withoutBody({
  headers: { 'content-type': _, 'x-amz-target': __, ...headers } = {},
  body: ___,
  ...sent
}) {
  return { ...sent, headers };
}

/** @param {string} text */
function encode(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

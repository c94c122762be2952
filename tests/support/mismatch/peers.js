// Signers and clients that no one here wrote.

import { Agent } from 'node:http';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import aws4 from 'aws4';
import { AwsV4Signer } from 'aws4fetch';
import axios from 'axios';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

import { AMZ_DATE, DATE, REGION } from '../verify-requests.js';
import { CREDENTIALS } from '../wire.js';
import { escape, signByHand } from './by-hand.js';
import { sendRaw } from './server.js';

export const HOST = 'abc123.execute-api.eu-west-1.amazonaws.com';
export const API = `https://${HOST}`;
export const S3 = 'https://my-bucket.s3.eu-west-1.amazonaws.com';
export const JSON_TYPE = { 'content-type': 'application/json' };

/** @param {Record<string, any>} request */
export function withAws4({ headers, ...request }, credentials = CREDENTIALS) {
  const { method, path, host, ...signed } = aws4.sign(
    {
      ...{ service: 'execute-api', region: REGION, host: HOST, method: 'GET' },
      ...request,
      headers: { ...headers, 'X-Amz-Date': AMZ_DATE },
    },
    credentials,
  );
  return { method, url: `https://${host ?? HOST}${path}`, headers: signed.headers, body: request.body };
}

export async function withAws4fetch(credentials) {
  const signer = new AwsV4Signer({
    ...credentials,
    ...{ url: `${API}/prod`, service: 'execute-api', region: REGION, datetime: AMZ_DATE },
  });
  const { method, url, headers } = await signer.sign();
  return { method, url: url.href, headers: { ...Object.fromEntries(headers), host: HOST } };
}

function smithyRequest({ url, method = 'GET', headers, body, query }) {
  const [, hostname, path, search = ''] = /^https:\/\/([^/]+)([^?]*)\??(.*)$/.exec(url);
  const all = query ?? Object.fromEntries(new URLSearchParams(search));
  return new HttpRequest({
    method,
    hostname,
    path,
    query: all,
    headers: { host: hostname, ...headers },
    body,
  });
}

export async function withSmithy({
  service = 'execute-api',
  region = REGION,
  uriEscapePath = service !== 's3',
  ...request
}) {
  const init = { service, region, credentials: CREDENTIALS, sha256: Sha256, uriEscapePath };
  const signer = new SignatureV4({ ...init, applyChecksum: service === 's3' });
  const { method, headers, body } = await signer.sign(smithyRequest(request), { signingDate: DATE });
  return { method, url: request.url, headers, body };
}

/** As @aws-sdk/s3-request-presigner does. */
export async function presigned({ service = 's3', ...request }, credentials = CREDENTIALS) {
  const init = { service, region: REGION, credentials, sha256: Sha256, uriEscapePath: service !== 's3' };
  const headers = service === 's3' ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {};
  const { path, query } = await new SignatureV4(init).presign(smithyRequest({ headers, ...request }), {
    signingDate: DATE,
    expiresIn: 60,
    unhoistableHeaders: new Set(),
  });
  const search = Object.entries(query).map(([name, value]) => `${escape(name)}=${escape(value)}`);
  return `${path}?${search.join('&')}`;
}

/** What a browser sends that opens a link. */
export function sentTo(origin, target) {
  return { method: 'GET', url: `${origin}${target}`, headers: { host: new URL(origin).host } };
}

/** What a handler sees below a router. */
export async function behindExpress(mount, { headers, url }) {
  const app = express();
  const seen = new Promise((resolve) => {
    const router = express.Router();
    router.use((request, response) => {
      response.end();
      resolve({ method: request.method, url: request.url, headers: request.rawHeaders });
    });
    app.use(mount, router);
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await sendRaw(server.address().port, { method: 'GET', url, headers });
  server.close();
  return { request: await seen };
}

/** A development proxy, behind which every name is this machine. */
export async function throughProxy(options, signed) {
  const lookup = (_, { all }, done) =>
    all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
  const agent = new Agent({ lookup });
  const app = express().use(createProxyMiddleware({ ...options, agent }));
  const proxy = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  await sendRaw(proxy.address().port, signed);
  agent.destroy();
  proxy.close();
}

/** With the host of the API, which fetch sets to that of the URL: as behind a proxy that puts it back. */
export async function overFetch(url, init) {
  const { Host: host, ...headers } = init.headers;
  await (await fetch(url, { ...init, headers })).arrayBuffer();
  return { host };
}

/** One body is signed, and another sent. */
export async function reserialised(send, signed, sent) {
  const { headers, ...request } = withAws4({
    method: 'POST',
    path: '/prod',
    body: signed,
    headers: JSON_TYPE,
  });
  await send({ ...request, headers: withoutLength(headers), body: sent });
}

/** A text is signed by aws4, and axios makes its own of the same. */
export async function throughAxios({ origin }, body, data) {
  const type = {
    'content-type':
      data instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json',
  };
  const { headers } = withAws4({ method: 'POST', path: '/prod', body, headers: type });
  await axios.post(`${origin}/prod`, data, { headers: withoutLength(headers) });
}

/** A body is signed by aws4, and an interceptor of axios, or what else is done to an instance of it, changes it. */
export async function throughInterceptor({ origin }, body, change, path = '/prod') {
  const { headers } = withAws4({ method: 'POST', path, body: JSON.stringify(body), headers: JSON_TYPE });
  const client = axios.create({ baseURL: origin });
  change(client);
  await client.post(path, body, { headers: withoutLength(headers) });
}

/** aws4 adds a length, which it does not sign where somebody sets it. */
export function withoutLength({ 'Content-Length': _, ...headers }) {
  return headers;
}

/** With the mistakes of a hand in the query. */
export function handQuery(send, search, query) {
  return send(
    signByHand({ url: `${API}/prod/orders?${search}` }, { query: (right, sent) => query(sent, right) }),
  );
}

export function withSecret(secretAccessKey) {
  return { ...CREDENTIALS, secretAccessKey };
}

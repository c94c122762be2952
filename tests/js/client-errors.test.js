// Printed errors of HTTP clients contain no part of a signature.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';

import got from 'got';
import { sigv4Interceptor as axiosInterceptor } from 'sigv4-wasm/axios';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { sigv4Interceptor as undiciInterceptor } from 'sigv4-wasm/undici';
import { Agent, interceptors, request as undiciRequest } from 'undici';

import { ENVIRONMENTS } from '../support/axios-versions.js';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'a-secret-access-key',
  sessionToken: 'the-session-token-of-this-test',
};
const OPTIONS = { credentials, region: 'us-east-1', service: 'execute-api' };

/** @type {import('node:http').Server} */
let server;
let origin = '';
before(async () => {
  server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '', 'http://localhost');
    if (pathname === '/die') incoming.socket.destroy();
    else if (pathname === '/away') outgoing.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();
    else outgoing.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"Forbidden"}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** @type {Record<string, (url: string, options: any) => Promise<unknown>>} */
const CLIENTS = {
  got: (url, options) => got.post(url, { body: 'b', hooks: sigv4Hooks(options), retry: { limit: 0 } }),
  undici: (url, options) => {
    const dispatcher = new Agent().compose(undiciInterceptor(options), interceptors.responseError());
    const answered = undiciRequest(url, { method: 'POST', body: 'b', dispatcher });
    return answered
      .then(({ statusCode }) => Promise.reject(new Error(`answered ${statusCode}`)))
      .finally(() => dispatcher.destroy());
  },
  fetch: async (url, options) => {
    const { status } = await createSigv4Fetch(options)(url, { method: 'POST', body: 'b' });
    throw new Error(`answered ${status}`);
  },
};
for (const { name, axios, adapter } of ENVIRONMENTS) {
  CLIENTS[name] = (url, options) => {
    const client = axios.create(adapter === 'fetch' ? { adapter } : {});
    client.interceptors.request.use(axiosInterceptor({ ...options, axios }));
    return client.post(url, { a: 1 });
  };
}

for (const [name, sends] of Object.entries(CLIENTS)) {
  describe(name, () => {
    for (const signatureLocation of ['headers', 'query']) {
      for (const path of ['/refused', '/die', '/away']) {
        it(`${path}, the signature in ${signatureLocation}`, async () => {
          const error = await sends(`${origin}${path}?q=1`, { ...OPTIONS, signatureLocation }).then(
            () => assert.fail('was accepted'),
            (/** @type {any} */ reason) => reason,
          );
          const texts = {
            printed: inspect(error, { depth: 20, maxStringLength: null, maxArrayLength: null }),
            text: `${error}\n${error.stack}\n${error.message}`,
            json: json(error),
            properties: json({ ...error }),
          };
          for (const [how, text] of Object.entries(texts)) {
            for (const secret of ['the-session-token', 'a-secret-access-key', 'Signature=']) {
              const shown = text.replaceAll('X-Amz-Signature=<redacted>', '');
              assert.ok(!shown.includes(secret), `${how}: ${shown.slice(0, 4000)}`);
            }
          }
        });
      }
    }
  });
}

it('who asks for the request still gets it', async () => {
  for (const { name, axios, adapter } of ENVIRONMENTS) {
    const error = await CLIENTS[name](`${origin}/refused`, OPTIONS).catch((reason) => reason);
    assert.ok(error.request, name);
    assert.ok(error.response.request, name);
    assert.equal(error.config.headers.authorization, undefined);
    assert.ok(axios && adapter);
  }
  const error = await CLIENTS.got(`${origin}/refused`, OPTIONS).catch((reason) => reason);
  assert.equal(error.options.method, 'POST');
  assert.equal(error.response.statusCode, 403);
});

/** @param {unknown} value */
function json(value) {
  const seen = new Set();
  return JSON.stringify(value, (_, one) => {
    if (typeof one !== 'object' || one === null) return typeof one === 'bigint' ? String(one) : one;
    if (seen.has(one)) return undefined;
    seen.add(one);
    return one;
  });
}

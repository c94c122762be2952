// The table of axios.cases.js in Node.js: all versions of axios, both adapters.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

import axiosLatest from 'axios';
import axios027 from 'axios-0.27';
import axios13 from 'axios-1.3';
import axios17 from 'axios-1.7';
import NodeFormData from 'form-data';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { assertSameRequest } from '../support/axios-compare.js';
import { appliesTo, sendCase } from '../support/axios-harness.js';
import { startIamServer } from '../support/iam-server.js';
import { CASES } from './axios.cases.js';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'to/ke+n==' };
const ENVIRONMENTS = [
  { axios: axios027, version: '0.27', adapter: 'http' },
  { axios: axios13, version: '1.3', adapter: 'http' },
  { axios: axios17, version: '1.7', adapter: 'http' },
  { axios: axios17, version: '1.7', adapter: 'fetch' },
  { axios: axiosLatest, version: 'latest', adapter: 'http' },
  { axios: axiosLatest, version: 'latest', adapter: 'fetch' },
];
const node = { Buffer, Readable, gzipSync, NodeFormData };

/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => (server = await startIamServer({ credentials: [credentials] })));
after(() => server.close());

for (const { axios, ...environment } of ENVIRONMENTS) {
  const env = /** @type {import('./axios.cases.js').Environment} */ (environment);
  describe(`axios ${env.version}, ${env.adapter} adapter`, () => {
    for (const one of CASES.filter((each) => appliesTo(each, env))) {
      it(one.name, () => check(one, env, axios));
    }
  });
}

/**
 * @param {import('./axios.cases.js').Case} one
 * @param {import('./axios.cases.js').Environment} env
 * @param {any} axios
 */
async function check(one, env, axios) {
  const adapter = env.adapter === 'fetch' ? 'fetch' : undefined;
  const tools = (/** @type {string} */ path) => ({
    origin: server.origin,
    path,
    base: server.origin + path,
    node,
  });
  const interceptor = sigv4Interceptor({ axios, region: 'us-east-1', service: 'execute-api', credentials });

  const signed = server.requests[await sendCase(one, tools('/prod'), { axios, adapter, interceptor })];
  assert.equal(signed.status, 200);
  assert.ok(!signed.url.includes('+') || !signed.url.split('?')[1]?.includes('+'), 'no server misreads a +');
  if (one.body !== undefined) assert.equal(Buffer.from(signed.body).toString(), one.body);

  const compare = typeof one.compare === 'function' ? one.compare(env) : one.compare;
  if (compare?.never) return;
  const plain = server.requests[await sendCase(one, tools('/open'), { axios, adapter })];
  assertSameRequest(signed, plain, compare?.except);
}

// The table of axios.cases.js in Node.js: all versions of axios, both adapters.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

import NodeFormData from 'form-data';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { assertSameRequest } from '../support/axios-compare.js';
import { appliesTo, sendCase } from '../support/axios-harness.js';
import { CREDENTIALS, ENVIRONMENTS, OPTIONS } from '../support/axios-versions.js';
import { startIamServer } from '../support/iam-server.js';
import { CASES } from './axios.cases.js';

const node = { Buffer, Readable, gzipSync, NodeFormData };

/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => (server = await startIamServer({ credentials: [CREDENTIALS] })));
after(() => server.close());

for (const { name, ...env } of ENVIRONMENTS) {
  describe(name, () => {
    for (const one of CASES.filter((each) => appliesTo(each, env))) it(one.name, () => check(one, env));
  });
}

/**
 * @param {import('./axios.cases.js').Case} one
 * @param {import('./axios.cases.js').Environment & { axios: any }} env
 */
async function check(one, env) {
  const { axios } = env;
  const adapter = env.adapter === 'fetch' ? 'fetch' : undefined;
  const tools = (/** @type {string} */ path) => {
    return { origin: server.origin, path, base: server.origin + path, node };
  };
  const interceptor = sigv4Interceptor({ ...OPTIONS, axios });

  const signed = server.requests[await sendCase(one, tools('/prod'), { axios, adapter, interceptor })];
  assert.equal(signed.status, 200);
  assert.doesNotMatch(signed.url, /\?.*\+/, 'a + that a server could read in two ways');
  if (one.body !== undefined) assert.equal(Buffer.from(signed.body).toString(), one.body);

  const compare = typeof one.compare === 'function' ? one.compare(env) : one.compare;
  if (compare?.never) return;
  const plain = server.requests[await sendCase(one, tools('/open'), { axios, adapter })];
  assertSameRequest(signed, plain, compare?.except);
}

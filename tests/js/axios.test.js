// The table of axios.cases.js in Node.js: all versions of axios, both adapters, HTTP/1.1 and HTTP/2.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

import axios from 'axios';
import NodeFormData from 'form-data';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { assertSameRequest } from '../support/axios-compare.js';
import { appliesTo, sendCase } from '../support/axios-harness.js';
import { CREDENTIALS, ENVIRONMENTS, OPTIONS } from '../support/axios-versions.js';
import { startIamServer } from '../support/iam-server.js';
import { CASES } from './axios.cases.js';

const node = { Buffer, Readable, gzipSync, NodeFormData };

/** @type {Record<'http1' | 'http2', import('../support/iam-server.js').IamServer>} */
let servers;
before(async () => {
  const credentials = [CREDENTIALS];
  servers = {
    http1: await startIamServer({ credentials }),
    http2: await startIamServer({ credentials, http2: true }),
  };
});
after(() => Promise.all(Object.values(servers).map((server) => server.close())));

for (const { name, ...env } of ENVIRONMENTS) {
  describe(name, () => {
    for (const one of CASES.filter((each) => appliesTo(each, env)))
      it(one.name, () => check(one, env, 'http1'));
  });
}

describe('axios latest, httpVersion: 2', () => {
  const env = { axios, version: /** @type {const} */ ('latest'), adapter: /** @type {const} */ ('http') };
  // Node's http2 ends a stream of these methods with its headers, unless it is told otherwise.
  const refused = ['DELETE with a body', 'GET with a body', 'call: client.delete with data'];
  for (const one of CASES.filter((each) => appliesTo(each, env))) {
    if (!refused.includes(one.name)) it(one.name, () => check(one, env, 'http2'));
    else it(`${one.name}: plain axios cannot`, () => assert.rejects(sendPlain(one, env, 'http2')));
  }
});

/**
 * @typedef {import('./axios.cases.js').Case} Case
 * @typedef {import('./axios.cases.js').Environment & { axios: any }} Environment
 *
 * @param {Case} one
 * @param {Environment} env
 * @param {keyof typeof servers} protocol
 */
async function check(one, env, protocol) {
  const interceptor = sigv4Interceptor({ ...OPTIONS, axios: env.axios });
  const how = { ...settings(env, protocol), interceptor };
  const signed = servers[protocol].requests[await sendCase(one, tools(protocol, '/prod'), how)];
  assert.equal(signed.status, 200);
  assert.doesNotMatch(signed.url, /\?.*\+/, 'a + that a server could read in two ways');
  if (one.body !== undefined) assert.equal(Buffer.from(signed.body).toString(), one.body);

  const compare = typeof one.compare === 'function' ? one.compare(env) : one.compare;
  if (compare?.never) return;
  assertSameRequest(signed, await sendPlain(one, env, protocol), compare?.except);
}

/**
 * @param {Case} one
 * @param {Environment} env
 * @param {keyof typeof servers} protocol
 */
async function sendPlain(one, env, protocol) {
  const arrived = await sendCase(one, tools(protocol, '/open'), settings(env, protocol));
  return servers[protocol].requests[arrived];
}

/**
 * @param {Environment} env
 * @param {keyof typeof servers} protocol
 */
function settings({ axios, adapter }, protocol) {
  return {
    axios,
    adapter: adapter === 'fetch' ? 'fetch' : undefined,
    defaults: protocol === 'http2' ? { httpVersion: 2 } : {},
  };
}

/**
 * @param {keyof typeof servers} protocol
 * @param {string} path
 */
function tools(protocol, path) {
  const { origin } = servers[protocol];
  return { origin, path, base: origin + path, node };
}

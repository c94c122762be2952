// Node's own fetch over TLS, by the HTTP version that it agrees on: HTTP/2 from Node.js 26 on, whose undici speaks it by
// default.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

import { CERTIFICATE_FILE, startHttp2Server } from '../support/http2-server.js';
import { OPTIONS } from '../support/wire.js';

const expected = parseInt(process.versions.undici, 10) >= 8 ? '2.0' : '1.1';

/** The certificate must be there when a process starts. */
const SENT = `
import { Signer } from 'sigv4-wasm';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

const [origin, options] = [process.argv[1], JSON.parse(process.argv[2])];
const signed = createSigv4Fetch(options);
const said = async (response) => [response.status, await response.text()];
const answers = [
  await said(await signed(origin + '/a?q=a%20b&q=1')),
  await said(await signed(origin + '/a', { method: 'POST', body: 'größe' })),
  await said(await signed(new Request(origin + '/a', { method: 'PUT', body: 'abc', headers: { 'x-amz-meta-a': ' a  b ' } }))),
  await said(await signed(origin + '/redirect', { method: 'POST', body: new Uint8Array(4) })),
];
const { url, ...init } = await new Signer(options).sign({ method: 'POST', url: origin + '/b', body: { a: 1 } });
answers.push(await said(await fetch(url, init)));
console.log(JSON.stringify(answers));
`;

describe("Node's fetch", () => {
  it(`over HTTP ${expected}: what is signed arrives`, async (t) => {
    const server = await startHttp2Server();
    t.after(() => server.close());
    const args = ['--input-type=module', '-e', SENT, server.origin, JSON.stringify(OPTIONS)];
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: CERTIFICATE_FILE };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    assert.deepEqual(JSON.parse(stdout), [
      [200, '0'],
      [200, '7'],
      [200, '3'],
      [200, '4'],
      [200, '7'],
    ]);
    assert.equal(server.requests.length, 6);
    for (const { httpVersion } of server.requests) assert.equal(httpVersion, expected);
  });
});

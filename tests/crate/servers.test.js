// The examples of the crate, against one another and against others: a client with reqwest signs, a server with axum
// verifies, and a byte that is changed in between is noticed.

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import aws4 from 'aws4';

import { startIamServer } from '../support/iam-server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, 'target/crate');

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const env = {
  ...process.env,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: undefined,
  AWS_REGION: 'eu-west-1',
};

/** @type {import('node:child_process').ChildProcess} */
let server;
/** @type {string} */
let address;

before(async () => {
  const build = ['build', '--quiet', '--locked', '--package', 'rust-axum', '--package', 'rust-reqwest'];
  execFileSync('cargo', build, { cwd: root, env: { ...process.env, CARGO_TARGET_DIR: target } });
  server = spawn(join(target, 'debug/rust-axum'), ['127.0.0.1:0'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(/** @type {import('node:stream').Readable} */ (server.stdout), 'data');
  address = String(line).trim().replace('listening on ', '');
});

after(() => server?.kill());

/** What the client with reqwest gets. @param {string} url @param {string} body @param {object} [changes] */
async function order(url, body, changes) {
  const client = join(target, 'debug/rust-reqwest');
  const { stdout } = await promisify(execFile)(client, ['POST', url, body], { env: { ...env, ...changes } });
  const [status, ...lines] = stdout.trimEnd().split('\n');
  return { status: Number(status), body: lines.join('\n') };
}

test('a client with reqwest is accepted by a server with axum', async () => {
  const body = 'seven äpples';
  const response = await order(`http://${address}/orders`, body);
  assert.deepEqual(response, { status: 200, body: `ana orders ${body}` });
});

test('a byte that is changed on the way is a 403 with a reason', async () => {
  const proxy = createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    body[0] ^= 1;
    const { method, url: path, rawHeaders: headers } = incoming;
    const [host, port] = address.split(':');
    const onward = send({ host, port, method, path, headers, setHost: false });
    onward.end(body);
    const [response] = await once(onward, 'response');
    outgoing.writeHead(response.statusCode, response.headers);
    response.pipe(outgoing);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  try {
    const response = await order(`http://127.0.0.1:${port}/orders`, 'seven apples');
    assert.equal(response.status, 403);
    assert.match(JSON.parse(response.body).message, /^The request signature we calculated does not match/);
  } finally {
    proxy.close();
  }
});

test('others are refused with a reason', async () => {
  const url = `http://${address}/orders`;
  for (const [changes, message] of /** @type {const} */ ([
    [{ AWS_SECRET_ACCESS_KEY: 'another' }, /^The request signature we calculated does not match/],
    [{ AWS_ACCESS_KEY_ID: 'AKIDUNKNOWN' }, /security token included in the request is invalid/],
    [{ AWS_REGION: 'us-east-1' }, /^Credential should be scoped to a valid region, not 'us-east-1'/],
    [{ AWS_SESSION_TOKEN: 'token' }, /security token included in the request is invalid/],
  ])) {
    const response = await order(url, 'seven apples', changes);
    assert.equal(response.status, 403);
    assert.match(JSON.parse(response.body).message, message);
  }
  const unsigned = await fetch(url, { method: 'POST', body: 'seven apples' });
  assert.equal(unsigned.status, 403);
  assert.equal(unsigned.headers.get('x-amzn-errortype'), 'MissingAuthenticationTokenException');
  const long = await order(url, 'x'.repeat(65_537));
  assert.equal(long.status, 413);
});

test('a client that signs with aws4 is accepted by a server with axum', async () => {
  const body = 'seven apples';
  const [host, port] = address.split(':');
  const signed = aws4.sign(
    { host: address, service: 'execute-api', region: 'eu-west-1', method: 'POST', path: '/orders', body },
    credentials,
  );
  const onward = send({ host, port, method: 'POST', path: '/orders', headers: signed.headers });
  onward.end(body);
  const [response] = await once(onward, 'response');
  assert.equal(response.statusCode, 200);
});

test('a client with reqwest is accepted by a server that verifies with @smithy/signature-v4', async () => {
  const iam = await startIamServer({ credentials: [credentials], region: 'eu-west-1' });
  try {
    for (const path of ['/orders', '/a%20b/ü/../c?x=1&x=0&y=a+b%2B']) {
      const response = await order(`${iam.origin}${encodeURI(decodeURI(path))}`, 'seven apples');
      assert.equal(response.status, 200, response.body);
    }
    const { status } = await order(`${iam.origin}/orders`, 'x', { AWS_SECRET_ACCESS_KEY: 'another' });
    assert.equal(status, 403);
  } finally {
    await iam.close();
  }
});

// `sigv4 explain`: from the response alone, and with the request that was sent.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import aws4 from 'aws4';

import { BARE, SIGNED_IN, SIGV4, sigv4 } from '../support/cli.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const HOST = 'abc123.execute-api.us-east-1.amazonaws.com';

/** @type {string} */
let folder;
/** What the server answers to a wrong signature, token and all. @type {string} */
let refusal;
/** @type {string} */
let withHead;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sigv4-explain-'));
  const server = await startIamServer({ credentials: [CREDENTIALS] });
  const signed = aws4.sign(
    { host: new URL(server.origin).host, path: '/a?b=1', service: 'execute-api', region: 'us-east-1' },
    { ...CREDENTIALS, secretAccessKey: 'another-secret' },
  );
  const headers = /** @type {Record<string, string>} */ (signed.headers);
  const args = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  withHead = (await promisify(execFile)('curl', ['-si', `${server.origin}/a?b=1`, ...args])).stdout;
  refusal = withHead.slice(withHead.indexOf('\r\n\r\n') + 4);
  await server.close();
});
after(() => rm(folder, { recursive: true }));

describe('the answer', () => {
  it('is read from standard input or a file, with its head or without', async () => {
    assert.match(refusal, /IQoJb3JpZ2luX2VjE/);
    await writeFile(join(folder, 'answer'), refusal);
    for (const [args, input] of /** @type {[string[], string][]} */ ([
      [[], refusal],
      [['-'], withHead],
      [[join(folder, 'answer')], ''],
    ])) {
      const { code, stdout, stderr } = await sigv4(['explain', ...args], { input });
      assert.equal(code, 0, stderr);
      assert.match(stdout, /\bsignature-mismatch\b/);
      assert.match(stdout, /^Fix: \S/m);
    }
  });

  it('needs no credentials', async () => {
    const input = '{"message":"Missing Authentication Token"}';
    const { code, stdout } = await sigv4(['explain'], { input, env: BARE });
    assert.equal(code, 0);
    assert.match(stdout, /\bsignature-missing\b/);
  });

  it('is JSON, with --format json', async () => {
    const { stdout } = await sigv4(['explain', '--format', 'json'], { input: withHead });
    const { explanation } = JSON.parse(stdout);
    assert.equal(explanation.code, 'signature-mismatch');
    assert.equal(explanation.status, 403);
  });

  it('cannot write to the terminal', async () => {
    const input = '{"message":"User: \\u001b[31mred is not authorized to perform: x"}';
    const { stdout } = await sigv4(['explain'], { input });
    assert.doesNotMatch(stdout, /\u001b/);
  });
});

/** What a client signs, and what then arrives. @type {Record<string, { sign?: object, send?: object, secret?: string, code?: RegExp }>} */
const MISTAKES = {
  'nothing wrong': { code: /^none$/ },
  'a stage that is missing': { sign: { path: '/x' }, send: { path: '/prod/x' }, code: /stage|path/ },
  'a body with other spaces': {
    sign: { method: 'POST', path: '/prod/x', body: '{"a":1}' },
    send: { method: 'POST', path: '/prod/x', body: '{"a": 1}' },
    code: /body|json/,
  },
  'another method': { sign: { method: 'POST' }, send: { method: 'PUT' }, code: /method/ },
  'a secret with a line break': { secret: `${CREDENTIALS.secretAccessKey}\n`, code: /secret/ },
};

describe('with the request that was sent, the mistake is found', () => {
  for (const [title, { sign, send, secret = CREDENTIALS.secretAccessKey, code }] of Object.entries(
    MISTAKES,
  )) {
    it(title, async () => {
      const request = {
        host: HOST,
        method: 'GET',
        path: '/prod/x',
        service: 'execute-api',
        region: 'us-east-1',
      };
      const headers = { 'content-type': 'application/json' };
      const signed = aws4.sign({ ...request, headers, ...sign }, { ...CREDENTIALS, secretAccessKey: secret });
      const { method, path, body = '' } = /** @type {any} */ ({ ...request, ...send });
      const lines = Object.entries(signed.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
      const text = [`${method} ${path} HTTP/1.1`, ...lines, '', body].join('\r\n');
      await writeFile(join(folder, 'request'), text.replace(/^content-length:.*\r\n/im, ''));
      const {
        code: exit,
        stdout,
        stderr,
      } = await sigv4(['explain', '--request', join(folder, 'request'), '--format', 'json']);
      assert.equal(exit, 0, stderr);
      assert.match(JSON.parse(stdout).mismatches[0].code, code);
    });
  }

  it('or it is not, and the exit code says so', async () => {
    const signature = createHmac('sha256', 'x').update('y').digest('hex');
    const text =
      `GET /prod/x HTTP/1.1\nHost: ${HOST}\nX-Amz-Date: 20260131T120000Z\n` +
      `X-Amz-Security-Token: ${CREDENTIALS.sessionToken}\n` +
      `Authorization: AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/20260131/us-east-1/execute-api/aws4_request, ` +
      `SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=${signature}\n`;
    await writeFile(join(folder, 'request'), text);
    const { code, stdout } = await sigv4(['explain', '--request', join(folder, 'request')]);
    assert.equal(code, 65, stdout);
  });

  it('beside the explanation of the answer', async () => {
    const url = `https://${HOST}/prod/x`;
    const { stdout: headers } = await sigv4(['sign', url], { showsToken: true });
    await writeFile(join(folder, 'request'), `PUT /prod/x HTTP/1.1\nHost: ${HOST}\n${headers}`);
    const { code, stdout } = await sigv4(['explain', '-', '--request', join(folder, 'request')], {
      input: refusal,
    });
    assert.equal(code, 0);
    // What is proved comes first.
    assert.match(stdout, /^Proved:[^]*method[^]*signature-mismatch/);
  });
});

it('colours are for terminals that want them', async () => {
  await writeFile(join(folder, 'answer'), refusal);
  const line = `"${SIGV4}" explain "${join(folder, 'answer')}"`;
  for (const [more, hasColours] of /** @type {[object, boolean][]} */ ([
    [{ TERM: 'xterm-256color' }, true],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ])) {
    // A terminal of its own.
    const { stdout } = await promisify(execFile)('script', ['-qec', line, '/dev/null'], {
      env: { ...SIGNED_IN, ...more },
    });
    assert.equal(/\u001b\[1m/.test(stdout), hasColours, JSON.stringify(more));
  }
  assert.doesNotMatch((await sigv4(['explain'], { input: refusal })).stdout, /\u001b/);
});

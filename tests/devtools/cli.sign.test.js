// `sigv4 sign` and `sigv4 presign`: their output works when it is pasted, and equals the output of AWS's own tools.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';

import axios from 'axios';

import { findPython } from '../differential/oracle.js';
import { BARE, SIGNED_IN, SIGV4, sigv4 } from '../support/cli.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const SCOPE = ['--region', 'us-east-1', '--service', 'execute-api'];
const DATE = '2026-01-31T12:00:00Z';
const python = findPython();
const run = promisify(execFile);

/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** @type {string} */
let folder;

before(async () => {
  server = await startIamServer({ credentials: [CREDENTIALS] });
  folder = await mkdtemp(join(tmpdir(), 'sigv4-sign-'));
});
after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  server.requests.length = 0;
});

/**
 * @param {string[]} args
 * @param {string} [input]
 */
async function printed(args, input) {
  const { code, stdout, stderr } = await sigv4(args, { input, showsToken: true });
  assert.equal(code, 0, stderr);
  return stdout;
}

/** @param {{ url?: string, body?: string, method?: string }} expected */
function assertAccepted({ url = '/orders?b=2&a=1', body = '', method = 'GET' }) {
  assert.equal(server.requests.length, 1);
  const [arrived] = server.requests;
  assert.equal(arrived.status, 200);
  assert.equal(arrived.method, method);
  assert.equal(arrived.url, url);
  assert.equal(Buffer.from(arrived.body).toString(), body);
}

describe('sign prints', () => {
  it('headers for curl', async () => {
    const url = `${server.origin}/orders?b=2&a=1`;
    const line = `curl -sf -H @<("${SIGV4}" sign "${url}" ${SCOPE.join(' ')}) "${url}"`;
    await run('bash', ['-c', line], { env: SIGNED_IN });
    assertAccepted({});
  });

  const body = `{"it's":"größe & \\"more\\""}`;
  /** @type {Record<string, (text: string) => Promise<unknown>>} */
  const pasted = {
    curl: (text) => run('bash', ['-c', text], { env: BARE }),
    fetch: (text) => new AsyncFunction(text)(),
    axios: (text) => new AsyncFunction('axios', text)(axios),
  };
  for (const [format, use] of Object.entries(pasted)) {
    it(`a request for ${format}`, async () => {
      const args = ['sign', 'PUT', `${server.origin}/orders?b=2&a=1`, '--data-raw', body, ...SCOPE];
      const headers = ['-H', 'content-type: application/json', '-H', 'note: größe'];
      await use(await printed([...args, ...headers, '--as', format]));
      assertAccepted({ method: 'PUT', body });
      const { rawHeaders } = server.requests[0];
      const note = rawHeaders[rawHeaders.indexOf('note') + 1];
      assert.equal(Buffer.from(note, 'latin1').toString(), 'größe');
    });
  }

  it('JSON', async () => {
    const args = [
      'sign',
      `${server.origin}/orders?b=2&a=1`,
      '-d',
      'x=1',
      ...SCOPE,
      '--format',
      'json',
      '--trace',
    ];
    const { method, url, headers, body, trace } = JSON.parse(await printed(args));
    await fetch(url, { method, headers, body });
    assertAccepted({ method: 'POST', body: 'x=1' });
    assert.match(trace.stringToSign, /^AWS4-HMAC-SHA256\n/);
    assert.equal(headers.authorization.endsWith(trace.signature), true);
  });

  it('the strings, on standard error, without the token', async () => {
    const { stdout, stderr } = await sigv4(['sign', 'https://example.com/', ...SCOPE, '--trace'], {
      showsToken: true,
    });
    assert.match(stdout, /^authorization: /m);
    assert.match(stderr, /^x-amz-security-token:<session token>$/m);
    assert.match(stderr, /^AWS4-HMAC-SHA256$/m);
  });
});

const AsyncFunction = /** @type {any} */ (async () => {}).constructor;

describe('sign reads', () => {
  /** @type {Record<string, () => string>} */
  const texts = {
    'a curl command': () =>
      `curl '${server.origin}/orders?b=2&a=1' -H 'authorization: Bearer old' --data-raw 'a=1'`,
    'a fetch call': () =>
      `fetch("${server.origin}/orders?b=2&a=1", { "method": "POST", "headers": { "content-type": "application/x-www-form-urlencoded" }, "body": "a=1" });`,
    'an HTTP request': () =>
      `POST /orders?b=2&a=1 HTTP/1.1\r\nHost: ${new URL(server.origin).host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=1`,
    'a HAR entry': () =>
      JSON.stringify({
        request: {
          method: 'POST',
          url: `${server.origin}/orders?b=2&a=1`,
          headers: [{ name: 'content-type', value: 'application/x-www-form-urlencoded' }],
          postData: { mimeType: 'application/x-www-form-urlencoded', text: 'a=1' },
        },
      }),
  };
  for (const [title, text] of Object.entries(texts)) {
    it(`${title}, from standard input and from a file`, async () => {
      await run('bash', ['-c', await printed(['sign', ...SCOPE, '--as', 'curl'], text())]);
      assertAccepted({ method: 'POST', body: 'a=1' });
      server.requests.length = 0;
      await writeFile(join(folder, 'request'), text());
      const file = ['--from', join(folder, 'request')];
      await run('bash', ['-c', await printed(['sign', ...SCOPE, '--as', 'curl', ...file])]);
      assertAccepted({ method: 'POST', body: 'a=1' });
    });
  }

  it('an Authorization header of one that it reads is left out, with a note, and one that you pass is an error', async () => {
    const { code, stderr } = await sigv4(['sign', ...SCOPE], {
      input: texts['a curl command'](),
      showsToken: true,
    });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^sigv4: the Authorization header of the request is left out/m);
    for (const command of ['sign', 'request']) {
      const passed = await sigv4([
        command,
        `${server.origin}/x`,
        ...SCOPE,
        '-H',
        'Authorization: Bearer own',
      ]);
      assert.equal(passed.code, 2);
      assert.match(passed.stderr, /ERR_SIGV4_AUTHORIZATION_PRESENT.*--presign/);
    }
    const kept = ['request', `${server.origin}/x`, ...SCOPE, '--presign', '-H', 'Authorization: Bearer own'];
    server.requests.length = 0;
    await sigv4(kept, { showsToken: true }); // in the echo
    const { rawHeaders, url } = server.requests[0];
    assert.equal(rawHeaders[rawHeaders.findIndex((name) => /^authorization$/i.test(name)) + 1], 'Bearer own');
    assert.match(url, /X-Amz-Signature=/);
  });

  it('what curl is told of the scope and the credentials', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = CREDENTIALS;
    const text =
      `curl '${server.origin}/orders?b=2&a=1' --aws-sigv4 'aws:amz:us-east-1:execute-api' ` +
      `--user '${accessKeyId}:${secretAccessKey}' -H 'X-Amz-Security-Token: ${sessionToken}'`;
    const { code, stdout, stderr } = await sigv4(['sign', '--as', 'curl'], { env: BARE, input: text });
    assert.equal(code, 0, stderr);
    await run('bash', ['-c', stdout]);
    assertAccepted({});
  });
});

const PRESIGN = `
import json, sys
import botocore.session
from botocore.config import Config
config = Config(signature_version='s3v4', s3={'addressing_style': 'virtual'})
client = botocore.session.get_session().create_client('s3', region_name='eu-west-1', config=config)
for key in json.load(sys.stdin):
    print(client.generate_presigned_url('get_object', Params={'Bucket': 'bucket', 'Key': key}, ExpiresIn=900))
`;

describe('presign prints', () => {
  it('the URL that botocore prints', { skip: !python && 'there is no Python with botocore' }, async () => {
    const keys = ['report.pdf', "a b/ü+(1)'*.txt", 'x//y=z&w', '%41'];
    const urls = execFileSync(String(python), ['-c', PRESIGN], {
      input: JSON.stringify(keys),
      env: SIGNED_IN,
      encoding: 'utf8',
    });
    for (const url of urls.trim().split('\n')) {
      const date = String(new URL(url).searchParams.get('X-Amz-Date'));
      const ours = await printed(['presign', url.split('?')[0], '--expires', '15m', '--date', date]);
      assert.deepEqual(parts(ours), parts(url));
    }
  });

  it('a URL that the server takes, for another method, and with a header', async () => {
    const url = await printed([
      'presign',
      'PUT',
      `${server.origin}/orders?b=2&a=1`,
      ...SCOPE,
      '-H',
      'content-type: a/b',
    ]);
    const { status } = await fetch(url.trim(), { method: 'PUT', headers: { 'content-type': 'a/b' } });
    assert.equal(status, 200);
  });

  it('JSON', async () => {
    const args = [
      'presign',
      'https://example.com/',
      ...SCOPE,
      '--expires',
      '12h',
      '--date',
      DATE,
      '--format',
      'json',
    ];
    const { url, method, expiresIn, expires } = JSON.parse(await printed(args));
    assert.match(url, /X-Amz-Expires=43200/);
    assert.deepEqual([method, expiresIn, expires], ['GET', 43_200, '2026-02-01T00:00:00.000Z']);
  });

  it('a URL for WebSockets', async () => {
    const args = ['presign', 'wss://abc123.execute-api.eu-west-1.amazonaws.com/prod', '--expires', '60'];
    assert.match(
      await printed(args),
      /^wss:.*X-Amz-Expires=60.*eu-west-1|^wss:.*eu-west-1.*X-Amz-Expires=60/,
    );
  });
});

/** @param {string} url */
function parts(url) {
  const { origin, pathname, searchParams } = new URL(url.trim());
  return { origin, pathname, query: [...searchParams].sort() };
}

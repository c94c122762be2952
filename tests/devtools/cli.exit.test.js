// Every exit code of `sigv4`, with a cause.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { BARE, SIGNED_IN, SIGV4, sigv4 } from '../support/cli.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const SCOPE = ['--region', 'us-east-1', '--service', 'execute-api'];

/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** Accepts connections and says nothing. @type {import('node:net').Server} */
let silent;
/** @type {string} */
let folder;
/** @type {Set<import('node:net').Socket>} */
const sockets = new Set();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sigv4-exit-'));
  await writeFile(join(folder, 'not-json'), 'AKIA, or so');
  await writeFile(join(folder, 'unsigned'), 'GET /x HTTP/1.1\nHost: example.com\n');
  await writeFile(join(folder, 'unknown'), '{"hello":"world"}');
  const expired = { ...named(CREDENTIALS), Expiration: '2020-01-01T00:00:00Z' };
  await writeFile(join(folder, 'expired'), JSON.stringify({ Credentials: expired }));
  server = await startIamServer({
    credentials: [CREDENTIALS],
    respond: ({ url }) =>
      url === '/loop'
        ? { status: 302, headers: { location: '/loop' } }
        : { status: Number(url.slice(1)), body: 'body' },
  });
  silent = createServer((socket) => {
    sockets.add(socket);
    // Half an answer, and no more.
    socket.on('data', (data) => String(data).startsWith('PUT') && socket.destroy());
    socket.on('error', () => {});
  });
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', () => resolve(undefined)));
});
after(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await server.close();
  await rm(folder, { recursive: true });
});

/** @param {import('sigv4-wasm').Credentials} credentials */
function named({ accessKeyId, secretAccessKey, sessionToken }) {
  return { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken };
}

const request = (/** @type {string} */ path, /** @type {string[]} */ ...more) => [
  'request',
  `${server.origin}${path}`,
  ...SCOPE,
  ...more,
];
const mute = () => `http://127.0.0.1:${/** @type {any} */ (silent.address()).port}/`;

/** @type {Record<number, [title: string, args: () => string[], env?: Record<string, string | undefined>][]>} */
const CASES = {
  0: [
    ['an answer below 400', () => request('/204')],
    ['a redirect, which is not followed', () => request('/302')],
    ['a URL', () => ['presign', 'https://example.com/', ...SCOPE]],
    ['no command, which shows the help', () => []],
    ['--help', () => ['--help']],
    ['--version', () => ['--version']],
    ['help of a command', () => ['request', '--help']],
  ],
  2: [
    ['an unknown command', () => ['fly']],
    ['an unknown option', () => request('/200', '--regoin', 'x')],
    ['an option without its value', () => ['request', 'https://example.com/', '--region']],
    ['no URL', () => ['request']],
    ['no URL, but a method', () => ['request', 'GET']],
    ['another scheme', () => ['request', 'ftp://example.com/', ...SCOPE]],
    ['too many words', () => ['request', 'GET', 'https://example.com/', 'x', ...SCOPE]],
    ['two URLs', () => ['request', 'https://a.example/', 'https://b.example/', ...SCOPE]],
    ['two bodies', () => request('/200', '-d', 'x', '-F', 'a=b')],
    ['a body for HEAD', () => request('/200', '-I', '-d', 'x')],
    ['an option of curl that is not there', () => request('/200', '--ntlm')],
    ['a form field without a name', () => request('/200', '-F', 'nothing')],
    ['a header without a colon', () => request('/200', '-H', 'nothing')],
    ['a header with a line break', () => request('/200', '-H', 'x-a: b\nc: d')],
    ['no method', () => ['request', 'G T', 'https://example.com/', ...SCOPE]],
    ['no time', () => request('/200', '--date', 'yesterday')],
    ['too long a life', () => ['presign', 'https://example.com/', ...SCOPE, '--expires', '8d']],
    ['no duration', () => ['presign', 'https://example.com/', ...SCOPE, '--expires', 'long']],
    ['no seconds', () => request('/200', '--max-time', 'soon')],
    ['a secret in the command line', () => request('/200', '--secret-access-key', 'abc')],
    ['credentials as curl has them', () => request('/200', '-u', 'a:b')],
    ['standard input for two', () => request('/200', '-d', '@-', '--credentials', '-')],
    ['an unknown format', () => ['sign', 'https://example.com/', ...SCOPE, '--as', 'wget']],
    ['an unknown shell', () => ['completion', 'csh']],
  ],
  7: [
    ['a refused connection', () => ['request', 'http://127.0.0.1:1/', ...SCOPE]],
    ['a lost connection', () => ['request', 'PUT', mute(), ...SCOPE]],
    ['HTTP where HTTPS is asked for', () => ['request', server.origin.replace('http', 'https'), ...SCOPE]],
  ],
  22: [
    ['404', () => request('/404')],
    ['500', () => request('/500')],
  ],
  23: [
    ['a folder that is not there', () => request('/200', '-o', join(folder, 'none/x'))],
    ['a folder', () => request('/200', '-o', folder)],
    ['a full disk', () => request('/200', '-o', '/dev/full')],
  ],
  26: [
    ['no such file', () => request('/200', '--data-binary', `@${folder}/none`)],
    ['no such file of text', () => request('/200', '-d', `@${folder}/none`)],
    ['credentials that are not there', () => request('/200', '--credentials', join(folder, 'none'))],
    ['credentials that are no JSON', () => request('/200', '--credentials', join(folder, 'not-json'))],
    ['a text that is no request', () => ['sign', '--from', join(folder, 'not-json')]],
    ['a request without a signature', () => ['explain', '--request', join(folder, 'unsigned')]],
    ['no answer', () => ['explain', join(folder, 'none')]],
    ['data without an end', () => request('/200', '-d', '@/dev/zero')],
    ['a body without an end', () => request('/200', '--data-binary', '@/dev/zero')],
    ['credentials without an end', () => request('/200', '--credentials', '/dev/zero')],
    ['a request without an end', () => ['sign', '--from', '/dev/zero']],
    ['an answer without an end', () => ['explain', '/dev/zero']],
  ],
  28: [['--max-time', () => ['request', mute(), ...SCOPE, '--max-time', '0.5']]],
  47: [['redirects without an end', () => request('/loop', '-L', '--max-redirs', '2')]],
  65: [['an answer that nobody knows', () => ['explain', join(folder, 'unknown')]]],
  69: [
    ['a port that is taken', () => ['gateway', '--port', new URL(server.origin).port]],
    ['an address that is not here', () => ['gateway', '--port', '0', '--host', '192.0.2.1']],
  ],
  77: [
    ['403', () => request('/403')],
    ['401', () => request('/401')],
  ],
  78: [
    ['no credentials', () => request('/200'), BARE],
    ['half of them', () => request('/200'), { ...BARE, AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE' }],
    ['a config that is not there', () => ['gateway', '--config', join(folder, 'none')]],
    ['a config without an end', () => ['gateway', '--config', '/dev/zero']],
    ['no region', () => ['request', server.origin, '--service', 's3']],
    ['no service', () => ['request', server.origin, '--region', 'us-east-1']],
    ['a profile that is not there', () => request('/200', '--profile', 'nobody')],
    ['expired credentials', () => request('/200', '--credentials', join(folder, 'expired'))],
    [
      'a secret with a line break',
      () => request('/200'),
      { ...SIGNED_IN, AWS_SECRET_ACCESS_KEY: `${CREDENTIALS.secretAccessKey}\n` },
    ],
  ],
};

for (const [expected, cases] of Object.entries(CASES)) {
  describe(`exit code ${expected}`, () => {
    for (const [title, args, env] of cases) {
      it(title, async () => {
        const { code, stdout, stderr } = await sigv4(args(), {
          env: env ?? SIGNED_IN,
          showsToken: args()[0] === 'presign',
        });
        assert.equal(code, Number(expected), `${stdout}\n${stderr}`);
        if (['2', '7', '23', '26', '28', '47', '78'].includes(expected)) {
          assert.match(stderr, /^sigv4: \S/);
          assert.equal(stdout, '');
        }
      });
    }
  });
}

describe('the table of exit codes', () => {
  it('is the same in --help and in the README, and all but the one for bugs are tested here', async () => {
    const { stdout } = await sigv4(['--help']);
    const help = [...stdout.matchAll(/^ +(\d+)  \S/gm)].map(([, code]) => code);
    const readme = await readFile(
      new URL('../../node_modules/sigv4-wasm-devtools/README.md', import.meta.url),
      'utf8',
    );
    const rows = [...readme.matchAll(/^\| `(\d+)` +\|/gm)].map(([, code]) => code);
    assert.deepEqual(help, rows);
    assert.deepEqual(
      help.filter((code) => code !== '1'),
      Object.keys(CASES),
    );
  });
});

it('a missing argument is named, in English whatever the locale', async () => {
  const { stderr } = await sigv4(['presign'], { env: { ...SIGNED_IN, LC_ALL: 'de_DE.UTF-8' } });
  assert.match(stderr, /^sigv4: there is no URL: pass one/);
});

it('a status of 400 or above shows its body, unless -f', async () => {
  assert.equal((await sigv4(request('/404'))).stdout, 'body');
  assert.equal((await sigv4(request('/404', '-f'))).stdout, '');
});

it('errors show where they were with DEBUG, and no secret', async () => {
  const { code, stderr } = await sigv4(request('/200', '--date', 'x'), { env: { ...SIGNED_IN, DEBUG: '1' } });
  assert.equal(code, 2);
  assert.match(stderr, /^\s+at .*options\.js:\d+/m);
});

it('standard output that is full ends like a file that is', async () => {
  const line = `"${SIGV4}" ${request('/200').join(' ')} > /dev/full`;
  const { code, stderr } = await sigv4(['-c', line], { command: 'bash' });
  assert.equal(code, 23);
  assert.match(stderr, /^sigv4: .*ENOSPC/);
});

// `sigv4 request` against a server that verifies with AWS's own signer.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { BARE, SIGNED_IN, SIGV4, sigv4, startProxy } from '../support/cli.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const BINARY = randomBytes(100_000);
const SCOPE = ['--region', 'us-east-1', '--service', 'execute-api'];
const API = 'http://abc123.execute-api.us-east-1.amazonaws.com';

/** @type {import('../support/iam-server.js').IamServer} */
let api;
/** @type {import('../support/iam-server.js').IamServer} */
let s3;
/** @type {Awaited<ReturnType<typeof startProxy>>} */
let proxy;
/** @type {string} */
let folder;
/** The clock of the server, in milliseconds ahead. */
let skew = 0;
/** @type {import('../support/iam-server.js').Answer | undefined} */
let answer;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sigv4-request-'));
  const options = {
    credentials: [CREDENTIALS],
    now: () => new Date(Date.now() + skew),
    respond: () => answer,
  };
  api = await startIamServer(options);
  s3 = await startIamServer({ ...options, service: 's3', region: 'eu-west-1' });
  proxy = await startProxy((host) => (host.includes('.s3.') ? s3.origin : api.origin));
});
after(async () => {
  await Promise.all([api.close(), s3.close(), proxy.close()]);
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  skew = 0;
  // Not the echo, which has the token in it.
  answer = { body: 'fine' };
  api.requests.length = 0;
  s3.requests.length = 0;
});

/**
 * @param {string[]} args
 * @param {import('../support/cli.js').RunOptions} [options]
 */
function request(args, options) {
  return sigv4(['request', ...args], { env: { ...SIGNED_IN, ...proxy.env }, ...options });
}

/** @param {Uint8Array} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What is accepted, and how it arrives. @type {[title: string, args: () => string[], expected: object, input?: string][]} */
const ACCEPTED = [
  [
    'a URL alone is GET',
    () => [`${API}/prod/orders?b=2&a=%20x`],
    { method: 'GET', url: '/prod/orders?b=2&a=%20x' },
  ],
  ['a method before the URL', () => ['delete', `${API}/prod/orders/1`], { method: 'DELETE' }],
  ['a method as curl has it', () => ['-X', 'PATCH', `${API}/prod`], { method: 'PATCH' }],
  [
    'data makes it POST',
    () => [`${API}/prod`, '-d', 'a=1', '-d', 'b=2'],
    { method: 'POST', text: 'a=1&b=2' },
  ],
  [
    '-d of a file is without its line breaks',
    () => [`${API}/`, '-d', `@${folder}/lines`],
    { text: 'one,two' },
  ],
  ['-d of standard input', () => [`${API}/`, '-d', '@-'], { text: 'from a pipe' }, 'from a\n pipe'],
  ['--data-raw is taken as it is', () => [`${API}/`, '--data-raw', '@x'], { text: '@x' }],
  [
    '--data-binary of a file',
    () => ['PUT', `${API}/f`, '--data-binary', `@${folder}/binary`],
    { bytes: BINARY },
  ],
  [
    '--data-binary of standard input',
    () => [`${API}/f`, '--data-binary', '@-'],
    { text: 'a\nb\n' },
    'a\nb\n',
  ],
  ['an empty body', () => ['POST', `${API}/`, '-d', ''], { text: '' }],
  ['GET with a body', () => ['GET', `${API}/search`, '-d', '{}'], { method: 'GET', text: '{}' }],
  ['in the URL', () => ['--presign', `${API}/prod?a=1`, '-H', 'x-amz-meta: b'], { hasSignatureInUrl: true }],
  [
    'in the URL, with a file',
    () => ['PUT', '--presign', `${API}/f`, '--data-binary', `@${folder}/binary`],
    { bytes: BINARY },
  ],
  [
    'headers',
    () => [
      `${API}/`,
      '-d',
      '{}',
      '-H',
      'Content-Type: application/json',
      '-H',
      'X-Amz-Meta:  a  b ',
      '-H',
      'Accept:',
      '-H',
      'X-Empty;',
    ],
    {
      headers: { 'content-type': 'application/json', 'x-amz-meta': 'a  b', accept: undefined, 'x-empty': '' },
    },
  ],
];

describe('what is accepted', () => {
  before(async () => {
    await writeFile(join(folder, 'binary'), BINARY);
    await writeFile(join(folder, 'lines'), 'one,\r\ntwo\n');
  });

  for (const [title, args, expected, input] of ACCEPTED) {
    it(title, async () => {
      const { code, stderr } = await request(args(), { input });
      assert.equal(code, 0, stderr);
      assert.equal(stderr, '');
      const [arrived, ...others] = api.requests;
      assert.equal(others.length, 0);
      check(arrived, expected);
    });
  }
});

describe('a file, as each service wants it signed', () => {
  for (const service of [
    's3',
    's3express',
    's3-object-lambda',
    's3-outposts',
    'execute-api',
    'vpc-lattice-svcs',
  ]) {
    for (const options of [[], ['--presign'], ['--unsigned-payload']]) {
      if (options[0] === '--unsigned-payload' && service === 'execute-api') continue;
      it(`${service} ${options}`, async () => {
        // Judged by @smithy/signature-v4.
        const server = await startIamServer({
          credentials: [CREDENTIALS],
          service,
          respond: () => ({ body: '' }),
        });
        const scope = ['--region', 'us-east-1', '--service', service];
        const { code, stderr } = await request(
          ['PUT', `${server.origin}/a%20b`, '--data-binary', `@${folder}/binary`, ...scope, ...options],
          { env: SIGNED_IN },
        );
        await server.close();
        assert.equal(code, 0, stderr);
        const [arrived] = server.requests;
        check(arrived, { bytes: BINARY });
      });
    }
  }

  it('presigned: headers that stay headers are sent, and those that moved are not', async () => {
    const headers = {
      'x-amz-server-side-encryption': 'AES256',
      'x-amz-tagging': 'a=b',
      'x-amz-meta-a': 'b',
      'content-type': 'text/plain',
    };
    const { code, stderr } = await request([
      ...['PUT', 'http://bucket.s3.eu-west-1.amazonaws.com/f', '--presign', '-d', 'tea'],
      ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ]);
    assert.equal(code, 0, stderr);
    const [arrived] = s3.requests;
    const { 'x-amz-meta-a': moved, ...kept } = headers;
    check(arrived, { headers: { ...kept, 'x-amz-meta-a': undefined } });
    assert.match(arrived.url, new RegExp(`[?&]x-amz-meta-a=${moved}&`, 'i'));
  });
});

/**
 * @param {import('../support/iam-server.js').RecordedRequest} arrived
 * @param {any} expected
 */
function check(arrived, { method, url, text, bytes, headers = {}, hasSignatureInUrl }) {
  if (method) assert.equal(arrived.method, method);
  if (url) assert.equal(arrived.url, url);
  if (text !== undefined) assert.equal(Buffer.from(arrived.body).toString(), text);
  if (bytes) assert.equal(sha256(arrived.body), sha256(bytes));
  if (hasSignatureInUrl) assert.match(arrived.url, /X-Amz-Signature=/);
  const names = arrived.rawHeaders.map((name) => name.toLowerCase());
  for (const [name, value] of Object.entries(headers)) {
    const at = names.findIndex((one, i) => i % 2 === 0 && one === name);
    assert.equal(at < 0 ? undefined : arrived.rawHeaders[at + 1], value, name);
  }
}

describe('the host', () => {
  it('tells region and service, whatever AWS_REGION says', async () => {
    const env = { ...SIGNED_IN, ...proxy.env, AWS_REGION: 'ap-south-1' };
    const { code, stderr } = await request([`${API}/prod`, '-v'], { env });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^\* region us-east-1, from the host$/m);
  });

  for (const more of [[], ['--unsigned-payload'], ['--presign']]) {
    it(`of S3 has the rules of S3 ${more}`, async () => {
      await writeFile(join(folder, 'object'), BINARY);
      const url = 'http://bucket.s3.eu-west-1.amazonaws.com/a//b%2Bc';
      const { code, stderr } = await request(['PUT', url, '--data-binary', `@${folder}/object`, ...more]);
      assert.equal(code, 0, stderr);
      assert.equal(sha256(s3.requests[0].body), sha256(BINARY));
      check(s3.requests[0], {
        url: more[0] === '--presign' ? undefined : '/a//b%2Bc',
        headers: {
          'x-amz-content-sha256': { '': sha256(BINARY), '--unsigned-payload': 'UNSIGNED-PAYLOAD' }[
            String(more)
          ],
        },
      });
    });
  }

  it('that tells nothing needs options, or the environment', async () => {
    const env = { ...SIGNED_IN, AWS_DEFAULT_REGION: 'us-east-1' };
    const { code, stderr } = await request([`${api.origin}/x`, '--service', 'execute-api', '-v'], { env });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^\* region us-east-1, from AWS_DEFAULT_REGION$/m);
    assert.match(stderr, /^\* service execute-api, from --service$/m);
    assert.match(stderr, /^\* credentials ASIAEXAMPLE, from the environment$/m);
  });
});

describe('the output', () => {
  it('is the body, byte for byte', async () => {
    answer = { body: BINARY };
    const { bytes } = await request([`${API}/`]);
    assert.ok(bytes.equals(BINARY));
  });

  it('is not decompressed', async () => {
    answer = { headers: { 'content-encoding': 'gzip' }, body: BINARY };
    const { bytes } = await request([`${API}/`]);
    assert.ok(bytes.equals(BINARY));
  });

  it('goes to a file', async () => {
    answer = { body: BINARY };
    const { code, stdout } = await request([`${API}/`, '-o', join(folder, 'out')]);
    assert.equal(code, 0);
    assert.equal(stdout, '');
    assert.ok((await readFile(join(folder, 'out'))).equals(BINARY));
  });

  it('has the headers, with -i', async () => {
    answer = { status: 201, headers: { 'x-two': 'b' }, body: 'made' };
    const { stdout } = await request([`${API}/`, '-i']);
    assert.match(stdout, /^HTTP\/1.1 201 Created\r\n[^]*x-two: b\r\n[^]*\r\n\r\nmade$/);
  });

  it('has headers that a terminal takes for no command', async () => {
    answer = { headers: { 'x-two': 'a\xc2\x9b31mb' } }; // U+009B, as UTF-8
    const { stdout } = await request([`${API}/`, '-i']);
    assert.doesNotMatch(stdout, /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/);
    assert.match(stdout, /x-two: a.*31mb/);
  });

  it('has the headers alone, with -I', async () => {
    const { stdout } = await request([`${API}/`, '-I']);
    assert.equal(api.requests[0].method, 'HEAD');
    assert.match(stdout, /^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\n$/);
  });

  it('shows what goes over the wire, with -v, but no token and no signature', async () => {
    for (const more of [[], ['--presign']]) {
      const { stderr } = await request([`${API}/x`, '-v', ...more]);
      assert.match(stderr, /^> GET \/x/m);
      assert.match(stderr, /^> host: abc123\.execute-api/m);
      assert.match(stderr, /Signature=<signature>/);
      assert.match(stderr, /<session token>/);
      assert.match(stderr, /^< HTTP\/1.1 200 OK$/m);
    }
  });

  it('shows them, with --show-secrets', async () => {
    const { stderr } = await request([`${API}/x`, '-v', '--show-secrets'], { showsToken: true });
    assert.match(stderr, /Signature=[0-9a-f]{64}/);
    assert.match(stderr, new RegExp(CREDENTIALS.sessionToken.replace(/[+/]/g, '\\$&')));
  });

  it('is JSON, with --format json', async () => {
    answer = { headers: { 'x-a': '1' }, body: 'grüße' };
    const { stdout } = await request([`${API}/x`, '--format', 'json']);
    const { request: sent, response, durationMs } = JSON.parse(stdout);
    assert.equal(sent.method, 'GET');
    assert.match(sent.headers.authorization, /Signature=<signature>$/);
    assert.equal(response.status, 200);
    assert.equal(response.headers['x-a'], '1');
    assert.equal(response.body, 'grüße');
    assert.equal(typeof durationMs, 'number');
    answer = { body: Uint8Array.of(0xff, 0) };
    assert.equal(
      JSON.parse((await request([`${API}/x`, '--format', 'json'])).stdout).response.bodyBase64,
      '/wA=',
    );
  });

  it('may be cut short by its reader', async () => {
    answer = { body: Buffer.alloc(5_000_000, 'x\n') };
    const line = `"${SIGV4}" request ${API}/ | head -c 10`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line], {
      env: { ...SIGNED_IN, ...proxy.env },
    });
    assert.equal(stdout.length, 10);
    assert.equal(stderr, '');
  });
});

describe('a refusal', () => {
  const wrong = { ...SIGNED_IN, AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/of/another/key' };

  it('is explained at once, on standard error', async () => {
    const { code, stdout, stderr } = await request([`${api.origin}/x`, ...SCOPE], { env: wrong });
    assert.equal(code, 77);
    assert.match(JSON.parse(stdout).message, /does not match/);
    assert.match(stderr, /\bwrong-secret\b/);
    assert.match(stderr, /^Fix: /m);
  });

  it('is explained in the JSON', async () => {
    const { stdout } = await request([`${api.origin}/x`, ...SCOPE, '--format=json'], { env: wrong });
    assert.equal(JSON.parse(stdout).explanation.code, 'wrong-secret');
  });

  it('is not explained with --no-explain, nor with -s', async () => {
    for (const option of ['--no-explain', '-s']) {
      const { code, stderr } = await request([`${api.origin}/x`, ...SCOPE, option], { env: wrong });
      assert.equal(code, 77);
      assert.equal(stderr, '');
    }
  });

  it('of another region says so', async () => {
    const { stderr } = await request([
      `${api.origin}/x`,
      '--region',
      'eu-west-1',
      '--service',
      'execute-api',
    ]);
    assert.match(stderr, /\bwrong-region\b/);
  });

  it('is explained in words of the shell', async () => {
    const { stderr } = await request([`${api.origin}/x`, ...SCOPE], { env: wrong });
    assert.match(stderr, /^Fix: Run the command again with -v/m);
    answer = {
      status: 403,
      headers: { 'x-amzn-errortype': 'InvalidSignatureException' },
      body: JSON.stringify({ message: "Credential should be scoped to a valid region, not 'us-east-1'. " }),
    };
    const scoped = await request([`${API}/x`]);
    assert.doesNotMatch(scoped.stderr, /region: '|option|signer/);
  });

  it('of HEAD on a route that is not there does not say that the signature is missing', async () => {
    answer = {
      status: 403,
      headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException', 'x-amz-apigw-id': 'abc=' },
    };
    for (const options of [['-I'], []]) {
      const { stderr } = await request([`${API}/none`, ...options]);
      assert.match(stderr, /\bnot-found\b/);
      assert.doesNotMatch(stderr, /has no signature/);
    }
  });

  it('by the clock is signed again, once, with the time of the server', async () => {
    await writeFile(join(folder, 'again'), BINARY);
    for (const minutes of [-30, 30]) {
      api.requests.length = 0;
      skew = minutes * 60_000;
      const { code, stderr } = await request(['PUT', `${API}/x`, '--data-binary', `@${folder}/again`]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, minutes > 0 ? /1[78]\d\d s behind/ : /1[78]\d\d s ahead/);
      assert.deepEqual(
        api.requests.map(({ status }) => status),
        [403, 200],
      );
      assert.equal(sha256(api.requests[1].body), sha256(BINARY));
    }
  });

  it('is not signed again for a time that was asked for', async () => {
    const { code } = await request([`${API}/x`, '--date', '2015-08-30T12:36:00Z']);
    assert.equal(code, 77);
    assert.equal(api.requests.length, 1);
  });

  it('of a server whose clock never fits ends after two', async () => {
    answer = {
      status: 403,
      headers: { date: new Date(Date.now() + 3_600_000).toUTCString() },
      body: JSON.stringify({ message: 'Forbidden' }),
    };
    const { code } = await request([`${API}/x`]);
    assert.equal(code, 77);
    assert.equal(api.requests.length, 2);
  });
});

describe('a redirect', () => {
  /** @type {import('node:http').Server} */
  let other;
  /** @type {Record<string, unknown>[]} */
  let seen;
  let origin = '';
  before(async () => {
    other = createServer(({ url, headers }, response) => {
      seen.push({ url, ...headers });
      response.writeHead(302, { location: `${api.origin}/open/back` }).end();
    });
    await new Promise((resolve) => other.listen(0, '127.0.0.1', () => resolve(undefined)));
    origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (other.address()).port}`;
  });
  after(() => other.close());
  beforeEach(() => {
    seen = [];
  });

  it('to the same origin is signed again', async () => {
    const { code, stderr } = await sigv4(['request', '-L', `${api.origin}/open/go`, ...SCOPE], {
      env: SIGNED_IN,
    });
    assert.equal(code, 0, stderr);
    answer = { status: 307, headers: { location: '/x?b=2' } };
    const first = sigv4(['request', '-L', '--max-redirs', '3', `${api.origin}/x`, '-d', 'tea', ...SCOPE], {
      env: SIGNED_IN,
    });
    assert.equal((await first).code, 47);
    const signed = api.requests.filter(({ url }) => !url.startsWith('/open'));
    assert.deepEqual(
      signed.map(({ status, url }) => [status, url]),
      [
        [307, '/x'],
        [307, '/x?b=2'],
        [307, '/x?b=2'],
        [307, '/x?b=2'],
      ],
    );
  });

  it('to another origin takes no signature, token or cookie along, and none is made on the way back', async () => {
    answer = { status: 302, headers: { location: `${origin}/away` } };
    api.requests.length = 0;
    const args = [
      'request',
      '-L',
      `${api.origin}/x`,
      ...SCOPE,
      '-b',
      'a=1',
      '-H',
      'X-Own: 1',
      '--max-redirs',
      '2',
    ];
    const { stderr } = await sigv4(args, { env: SIGNED_IN });
    assert.match(stderr, /sent there without a signature/);
    assert.equal(seen[0].url, '/away');
    assert.equal(seen[0]['x-own'], '1');
    for (const name of ['authorization', 'x-amz-date', 'x-amz-security-token', 'cookie']) {
      assert.equal(seen[0][name], undefined, name);
    }
    const back = api.requests.find(({ url }) => url === '/open/back');
    assert.ok(!back?.rawHeaders.some((name) => /^authorization$/i.test(name)));
  });
});

it('a retry is signed again, after the time that the server asks for', async () => {
  let count = 0;
  const busy = await startIamServer({
    credentials: [CREDENTIALS],
    respond: () => ((count += 1) < 3 ? { status: 503, headers: { 'retry-after': '1' } } : { body: 'fine' }),
  });
  const { code, stdout, stderr } = await sigv4(
    ['request', '--retry', '3', `${busy.origin}/x`, '-d', 'tea', ...SCOPE],
    {
      env: SIGNED_IN,
    },
  );
  await busy.close();
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'fine');
  assert.deepEqual(
    busy.requests.map(({ status }) => status),
    [503, 503, 200],
  );
  const dates = busy.requests.map(({ rawHeaders }) => rawHeaders[rawHeaders.indexOf('x-amz-date') + 1]);
  assert.equal(new Set(dates).size, 3);
});

it('-s says nothing of the network, and -sS does', async () => {
  for (const [option, expected] of /** @type {[string, RegExp][]} */ ([
    ['-s', /^$/],
    ['-sS', /^sigv4: the connection to 127\.0\.0\.1:1 failed/],
  ])) {
    const { code, stderr } = await sigv4(['request', option, 'http://127.0.0.1:1/', ...SCOPE]);
    assert.equal(code, 7);
    assert.match(stderr, expected);
  }
});

it('a large file is sent without being held', async () => {
  let length = 0;
  const sink = createServer((incoming, outgoing) => {
    incoming.on('data', (chunk) => (length += chunk.length));
    incoming.on('end', () => outgoing.end());
  });
  await new Promise((resolve) => sink.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (sink.address());
  const size = 300 * 1024 * 1024;
  const file = join(folder, 'large');
  await writeFile(file, Buffer.alloc(size));
  // As much memory as a Node.js that does nothing has, and a little.
  const args = ['request', 'PUT', `http://127.0.0.1:${port}/x`, ...SCOPE, '--data-binary', `@${file}`];
  const script = `process.on('exit', () => console.error(process.resourceUsage().maxRSS))`;
  const probe = join(folder, 'probe.mjs');
  await writeFile(probe, script);
  const env = { ...SIGNED_IN, NODE_OPTIONS: `--import ${probe}` };
  const { code, stderr } = await sigv4(args, { env });
  sink.close();
  assert.equal(code, 0, stderr);
  assert.equal(length, size);
  assert.ok(Number(stderr) < 200_000, `${stderr.trim()} kB`);
});

it('a request without credentials is not sent', async () => {
  const { code } = await request([`${api.origin}/x`, ...SCOPE], { env: BARE });
  assert.equal(code, 78);
  assert.equal(api.requests.length, 0);
});

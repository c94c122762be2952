// sigv4-wasm/fips: every hash, key and signature is that of node:crypto. Here, the SHA-256 of the wasm module traps, so that
// whatever is signed was hashed elsewhere.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import crypto from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inspect, promisify } from 'node:util';

import { SignatureV4 } from '@smithy/signature-v4';

import { startIamServer } from '../support/iam-server.js';
import { hasCargo, parseRequest, suiteDirectory } from '../support/official-suite.js';
import { trapSha256 } from '../support/trap-sha256.js';
import { CASES, reasonToLeaveOut, signatureOf } from '../support/vectors.js';
import { CREDENTIALS, OPTIONS, send } from '../support/wire.js';

const replaced = trapSha256();
const crossings = watchCrossings();
const { presignUrl, Signer, signRequest } = await import('sigv4-wasm/fips');
const main = await import('sigv4-wasm');
const { presignMany } = await import('sigv4-wasm/batch');
const { eventSigner } = await import('sigv4-wasm/events');
const { presignPost, signStream } = await import('sigv4-wasm/s3');
const { trace } = await import('sigv4-wasm/trace');

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const temporary = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: SECRET, sessionToken: 'a/session+token==' };
const date = new Date('2015-08-30T12:36:00Z');
const options = { credentials: temporary, region: 'eu-west-1', service: 's3', date };
const url = 'https://bucket.s3.eu-west-1.amazonaws.com/a%20key';

test('the SHA-256 of the module traps: the main entry cannot sign with it', () => {
  const signer = new main.Signer({ ...options, credentials: CREDENTIALS });
  assert.throws(() => signer.signSync(url), { code: 'ERR_SIGV4_LIMIT_EXCEEDED', message: /unreachable/ });
  assert.ok(replaced.functions > 0);
});

describe('signs what others sign', () => {
  test('the cross-checked requests', () => {
    let checked = 0;
    for (const c of CASES) {
      if (reasonToLeaveOut(c) !== undefined) continue;
      assert.equal(signatureOf(c, Signer), c.expected.signature, `${c.id} (${c.cls}): ${c.url}`);
      checked += 1;
    }
    assert.ok(checked > 900, `${checked} requests`);
  });

  test('the official suite', { skip: !hasCargo && 'cargo tells where it lies' }, () => {
    const suite = join(suiteDirectory(), 'v4');
    /** @type {Record<string, number>} */
    const counts = { header: 0, query: 0 };
    for (const name of readdirSync(suite).sort()) {
      const file = (/** @type {string} */ part) => join(suite, name, part);
      if (!existsSync(file('context.json'))) continue;
      const context = JSON.parse(readFileSync(file('context.json'), 'utf8'));
      const { method, url, headers, body } = parseRequest(readFileSync(file('request.txt'), 'latin1'));
      const [, host] = headers.find(([header]) => header.toLowerCase() === 'host') ?? [];
      const request = { method, url: `https://${host}${url}`, headers, body };
      if (LEFT_OUT.some(([, applies]) => applies(context, request, name))) continue;
      const signer = new Signer({
        credentials: {
          accessKeyId: context.credentials.access_key_id,
          secretAccessKey: context.credentials.secret_access_key,
          sessionToken: context.credentials.token,
        },
        region: context.region,
        service: context.service,
        date: new Date(context.timestamp),
        // The suite signs all that it sends, content-length too.
        signedHeaders: headers.map(([name]) => name),
        headerPlacement: 'headers',
        contentSha256Header: context.sign_body,
        sessionTokenMode: context.omit_session_token ? 'appended' : 'signed',
      });
      const expected = (/** @type {string} */ part) =>
        readFileSync(file(`${part}-signature.txt`), 'utf8').trim();
      const { authorization } = signer.signSync(request).headers;
      assert.equal(/Signature=(\w+)/.exec(authorization)?.[1], expected('header'), `${name}, header`);
      counts.header += 1;
      if (!existsSync(file('query-signature.txt'))) continue;
      const presigned = signer.presignSync(request, { expiresIn: context.expiration_in_seconds });
      assert.equal(/X-Amz-Signature=(\w+)/.exec(presigned)?.[1], expected('query'), `${name}, query`);
      counts.query += 1;
    }
    assert.ok(counts.header > 20 && counts.query > 20, JSON.stringify(counts));
  });

  test('bodies of every length, as the AWS SDK does', async () => {
    const signer = new Signer({ ...options, service: 'execute-api', credentials: temporary });
    const sdk = new SignatureV4({
      ...{ credentials: temporary, region: 'eu-west-1', service: 'execute-api' },
      sha256: /** @type {any} */ (NodeSha256),
      applyChecksum: false,
    });
    for (const length of [0, 1, 55, 56, 64, 111, 112, 113, 3071, 3073, 100_000]) {
      const body = 'ü'.repeat(length);
      const headers = { 'content-type': 'text/plain; charset=utf-8', host: 'example.com' };
      const request = { method: 'POST', url: 'https://example.com/items', headers, body };
      const { headers: ours } = await signer.sign(request);
      const theirs = await sdk.sign(
        {
          method: 'POST',
          protocol: 'https:',
          hostname: 'example.com',
          path: '/items',
          query: {},
          headers,
          body,
        },
        { signingDate: date },
      );
      assert.equal(ours.authorization, theirs.headers.authorization, `${length} characters`);
    }
  });
});

/** What cannot be said in JavaScript, with the reason: tests/official_suite.rs has these, too. @type {[string, (context: any, request: any, name: string) => boolean][]} */
const LEFT_OUT = [
  ['dot segments are kept, and yet encoded twice', (context) => context.normalize === false],
  [
    'the request of this copy is encoded already, its results are not',
    (_, request, name) => name === 'get-space-normalized',
  ],
  ['a URL that every URL parser rewrites', (_, { url }) => new URL(url).href !== url],
  [
    'repeated headers, which a record joins with ", "',
    (_, { headers }) =>
      new Set(headers.map(([/** @type {string} */ name]) => name.toLowerCase())).size < headers.length,
  ],
];

describe('has the interface of the main entry', () => {
  /** @type {import('../support/iam-server.js').IamServer} */
  let server;
  before(async () => {
    server = await startIamServer({ credentials: [CREDENTIALS] });
  });
  after(() => server.close());

  test('a server of AWS’s own code accepts what it signs and presigns', async () => {
    const target = `${server.origin}/prod/items?b=2&a=1`;
    const body = { name: 'tea' };
    assert.equal((await send(await signRequest({ method: 'POST', url: target, body }, OPTIONS))).status, 200);
    const presigned = await presignUrl(target, { ...OPTIONS, expiresIn: 60 });
    assert.equal((await send({ method: 'GET', url: presigned, headers: {} })).status, 200);
    const signer = new Signer(OPTIONS);
    await signer.ready();
    assert.equal((await send(signer.signSync(target))).status, 200);
  });

  test('for other days and regions the key is derived anew', async () => {
    const signer = new Signer({ ...options, date: undefined });
    for (const overrides of [
      { date },
      { date: new Date(date.getTime() + 86_400_000) },
      { date, region: 'us-gov-west-1' },
      { date, service: 'sqs' },
      { date },
    ]) {
      const { authorization } = (await signer.sign(url, overrides)).headers;
      const [, scope, signature] = /Credential=[^/]+\/([^,]+), .*Signature=(\w+)$/.exec(authorization) ?? [];
      const { stringToSign } = await trace(signer, url, overrides);
      const key = /** @type {Buffer} */ (chainOf(SECRET, scope).at(-1));
      assert.equal(signature, crypto.createHmac('sha256', key).update(stringToSign).digest('hex'));
    }
  });

  test('functions that take a signer take this one, and give what they give for the other', async () => {
    // In a process whose SHA-256 does not trap.
    const { stdout } = await run(`
      import * as fips from 'sigv4-wasm/fips';
      import * as main from 'sigv4-wasm';
      import assert from 'node:assert/strict';
      import { presignMany } from 'sigv4-wasm/batch';
      import { eventSigner } from 'sigv4-wasm/events';
      import { presignPost, signStream } from 'sigv4-wasm/s3';
      import { trace } from 'sigv4-wasm/trace';
      const options = ${JSON.stringify({ ...options, date: undefined })};
      options.date = new Date(${date.getTime()});
      const [one, other] = [fips, main].map(({ Signer }) => new Signer(options));
      for (const call of [
        (signer) => signer.sign({ method: 'PUT', url: '${url}', body: 'x'.repeat(500) }),
        (signer) => signer.presign('${url}', { expiresIn: 60, sessionTokenMode: 'appended' }),
        (signer) => presignMany(signer, ['a', 'b+c', 'd'].map((key) => new URL(key, '${url}').href)),
        (signer) => presignPost(signer, { bucket: 'bucket', key: 'key' }),
        async (signer) => (await eventSigner(signer, 'ab'.repeat(32))).end(new Date(0)),
        (signer) => trace(signer, '${url}'),
        (signer) => trace(signer, '${url}', { expiresIn: 60 }),
        async (signer) => {
          const { body, ...signed } = await signStream(signer, '${url}', 'hello'.repeat(50_000), { trailer: 'crc32c' });
          return { ...signed, sent: await new Response(body).text() };
        },
      ]) {
        assert.deepEqual(await call(one), await call(other), String(call));
      }
      console.log('alike');
    `);
    assert.equal(stdout.trim(), 'alike');
  });

  test('and do so without the SHA-256 of the module', async () => {
    const signer = new Signer(options);
    const urls = await presignMany(signer, [url, `${url}+2`]);
    assert.ok(urls.every((one) => /X-Amz-Signature=[\da-f]{64}/.test(one)));
    assert.match(
      (await presignPost(signer, { bucket: 'bucket', key: 'key' })).fields['x-amz-signature'],
      /^[\da-f]{64}$/,
    );
    assert.ok((await (await eventSigner(signer, 'ab'.repeat(32))).end()).length > 0);
    const { body } = await signStream(signer, url, 'hello');
    assert.match(await new Response(/** @type {any} */ (body)).text(), /chunk-signature=[\da-f]{64}/);
  });

  test('refuses what the core refuses, with its codes', async () => {
    const of = (/** @type {object} */ changed) =>
      signRequest(url, /** @type {any} */ ({ ...options, ...changed }));
    for (const secretAccessKey of [`${SECRET}\n`, ` ${SECRET}`, `${SECRET} `, 'a\0b', '\x7f']) {
      const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey };
      const code = 'ERR_SIGV4_CREDENTIALS_INVALID';
      await assert.rejects(of({ credentials }), (/** @type {any} */ error) => {
        assert.equal(error.code, code);
        assert.match(error.message, /^secretAccessKey is not valid: it is empty/);
        return true;
      });
    }
    for (const [changed, code] of /** @type {[object, string][]} */ ([
      [{ credentials: { ...temporary, accessKeyId: 'A\nB' } }, 'ERR_SIGV4_CREDENTIALS_INVALID'],
      [{ credentials: { ...temporary, sessionToken: 'A\nB' } }, 'ERR_SIGV4_CREDENTIALS_INVALID'],
      [{ credentials: undefined }, 'ERR_SIGV4_CREDENTIALS_INVALID'],
      [{ region: 'a/b' }, 'ERR_SIGV4_REGION_REQUIRED'],
      [{ regionSet: ['*'] }, 'ERR_SIGV4_OPTION_INVALID'],
      [{ date: new Date(NaN) }, 'ERR_SIGV4_DATE_INVALID'],
    ])) {
      await assert.rejects(of(changed), { code }, JSON.stringify(changed));
    }
    await assert.rejects(
      eventSigner(new Signer(options), 'ab'.repeat(32), { region: 'a/b' }).then((it) => it.end()),
      {
        code: 'ERR_SIGV4_REGION_REQUIRED',
      },
    );
    // SigV4a is not there: the host says so.
    await assert.rejects(
      signRequest('https://m.accesspoint.s3-global.amazonaws.com/', { credentials: temporary }),
      {
        code: 'ERR_SIGV4_REGION_REQUIRED',
      },
    );
  });

  test('no secret and no key is in the memory of the module at any crossing, and all else is', async () => {
    const { secretAccessKey } = temporary;
    const keys = chainOf(secretAccessKey, '20150830/eu-west-1/s3/aws4_request');
    const found = { secret: 0, keys: 0, token: 0 };
    crossings.see = (memory) => {
      const holds = (/** @type {string | Uint8Array} */ text) => Number(memory.includes(text));
      found.secret += holds(secretAccessKey);
      found.keys += keys.filter(holds).length;
      found.token += holds(temporary.sessionToken);
    };
    crossings.count = 0;
    const signer = new Signer(options);
    for (let i = 0; i < 3; i++) {
      await signer.sign({ method: 'PUT', url, body: 'x'.repeat(10 ** i) });
      await signer.presign(url);
      await trace(signer, url);
      await presignMany(signer, [url, `${url}+2`]);
      await presignPost(signer, { bucket: 'bucket', key: 'key' });
      const { body } = await signStream(signer, url, 'hello');
      await new Response(/** @type {any} */ (body)).text();
    }
    signer.dispose();
    assert.ok(crossings.count > 30, `${crossings.count} crossings`);
    assert.ok(found.token > 10);
    assert.deepEqual({ secret: found.secret, keys: found.keys }, { secret: 0, keys: 0 });
    // The same look finds the secret where it does cross.
    const other = new main.Signer(options);
    assert.throws(() => other.signSync(url));
    assert.ok(found.secret > 0);
    crossings.see = undefined;
  });

  test('shows no secret, and after dispose() signs no more', () => {
    const signer = new Signer(options);
    signer.signSync(url);
    assert.ok(!inspect(signer, { depth: 9, showHidden: true }).includes(SECRET));
    assert.ok(!JSON.stringify(signer).includes(SECRET));
    signer.dispose();
    assert.throws(() => signer.signSync(url), { code: 'ERR_SIGV4_CREDENTIALS_INVALID' });
  });

  test('CommonJS has the same', () => {
    const { Signer: CjsSigner } = createRequire(import.meta.url)('sigv4-wasm/fips');
    assert.deepEqual(new CjsSigner(options).signSync(url), new Signer(options).signSync(url));
  });
});

describe('is of Node.js alone', () => {
  /** Global state as other runtimes have it, and whether this entry works there. @type {[string, string][]} */
  const ELSEWHERE = [
    ['a browser', 'delete globalThis.process;'],
    ['Node.js before 20.16', 'process.getBuiltinModule = undefined;'],
    ['an edge runtime', 'process.getBuiltinModule = () => { throw new Error("no"); };'],
    ['Bun', "Object.defineProperty(process, 'versions', { value: { ...process.versions, bun: '1.2.0' } });"],
    [
      'Deno',
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, deno: '2.0.0' } });",
    ],
    [
      'a Worker of Cloudflare',
      "Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Cloudflare-Workers' } });",
    ],
  ];
  for (const [where, code] of ELSEWHERE) {
    test(`${where}: every call is refused with a code that says so`, async () => {
      const { stdout } = await run(`
        const print = console.log;
        ${code}
        const { Signer, signRequest, presignUrl } = await import('sigv4-wasm/fips');
        const options = { credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' }, region: 'eu-west-1', service: 's3' };
        const codes = [];
        for (const call of [() => new Signer(options), () => signRequest('${url}', options), () => presignUrl('${url}', options)]) {
          try { await call(); codes.push('signed'); } catch (error) { codes.push(error.code); }
        }
        print(codes.join(' '));
      `);
      assert.deepEqual([...new Set(stdout.trim().split(' '))], ['ERR_SIGV4_FIPS_UNAVAILABLE']);
    });
  }

  test('with --force-fips, or an OpenSSL without that provider, Node.js itself says whether it is on', async (t) => {
    const started = await run("console.log((await import('node:crypto')).getFips())", ['--force-fips']).catch(
      (/** @type {any} */ error) => error,
    );
    if (started instanceof Error) return t.skip('this Node.js has no FIPS provider');
    const { stdout } = await run(
      `import { signRequest } from 'sigv4-wasm/fips';
       const { headers } = await signRequest('${url}', { credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret'.repeat(4) } });
       console.log(headers.authorization);`,
      ['--force-fips'],
    );
    assert.match(stdout, /Signature=[\da-f]{64}/);
  });
});

/**
 * The keys of "Create a signed AWS API request", step 3.
 *
 * @param {string} secret
 * @param {string} scope
 */
function chainOf(secret, scope) {
  const keys = [Buffer.from(`AWS4${secret}`)];
  for (const part of scope.split('/')) {
    keys.push(
      crypto
        .createHmac('sha256', /** @type {Buffer} */ (keys.at(-1)))
        .update(part)
        .digest(),
    );
  }
  return keys;
}

/** Looks at the memory of a module before and after each call of one of its functions. */
function watchCrossings() {
  /** @type {{ count: number, see: ((memory: Buffer) => void) | undefined }} */
  const watch = { count: 0, see: undefined };
  WebAssembly.Instance = /** @type {any} */ (
    new Proxy(WebAssembly.Instance, {
      construct(target, [module, imports]) {
        const { exports } = new target(module, imports);
        const look = () => watch.see?.(Buffer.from(/** @type {any} */ (exports).memory.buffer));
        const watched = Object.entries(exports).map(([name, value]) => [
          name,
          typeof value !== 'function'
            ? value
            : (/** @type {number[]} */ ...numbers) => {
                watch.count += 1;
                look();
                try {
                  return value(...numbers);
                } finally {
                  look();
                }
              },
        ]);
        return { exports: Object.fromEntries(watched) };
      },
    })
  );
  return watch;
}

/** The interface that the signer of the AWS SDK takes, over node:crypto. */
class NodeSha256 {
  #hash;
  /** @param {string | Uint8Array} [key] */
  constructor(key) {
    this.#hash = key === undefined ? crypto.createHash('sha256') : crypto.createHmac('sha256', key);
  }
  /** @param {string | Uint8Array} data */
  update(data) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
}

/**
 * Runs a module in a process of its own.
 *
 * @param {string} code
 * @param {string[]} [flags]
 */
function run(code, flags = []) {
  return promisify(execFile)(process.execPath, [...flags, '--input-type=module', '--eval', code]);
}

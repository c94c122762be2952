// Faults, put into everything around a signature, for every client: each ends in a defined way, and nothing half-signed is
// ever sent.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import axios from 'axios';
import { Signer, signRequest } from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { MINUTES, headersOf, statuses } from '../support/clients-harness.js';
import { startIamServer } from '../support/iam-server.js';
import { SIGNING_CLIENTS } from '../support/signing-clients.js';
import { CREDENTIALS, OPTIONS } from '../support/wire.js';

/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => {
  server = await startIamServer({ credentials: [CREDENTIALS] });
});
after(() => server.close());
afterEach(() => {
  server.requests.length = 0;
});

const failure = new Error('the metadata service is down');
const CREDENTIALS_CODES = /^ERR_SIGV4_CREDENTIALS_(?:PROVIDER|INVALID)$/;

/** What providers do wrong. @type {[string, () => unknown][]} */
const BROKEN_PROVIDERS = [
  ['throws', () => { throw failure; }], // prettier-ignore
  ['throws no error', () => { throw 'no'; }], // prettier-ignore
  ['rejects', () => Promise.reject(failure)],
  ['rejects with nothing', () => Promise.reject()],
  ...[undefined, null, '', 'AKIDEXAMPLE', 42, true, [], {}, new Date(), Symbol('x'), () => CREDENTIALS].map(
    (garbage) =>
      /** @type {[string, () => unknown]} */ ([
        `returns ${String(garbage) || "''"} (${typeof garbage})`,
        () => garbage,
      ]),
  ),
  ['returns a key id without a secret', () => ({ accessKeyId: 'AKIDEXAMPLE' })],
  ['returns an empty secret', async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: '' })],
  ['returns a token with a line feed', async () => ({ ...CREDENTIALS, sessionToken: 'a\nb' })],
  ['returns a key id with a line feed', async () => ({ ...CREDENTIALS, accessKeyId: 'AKID\nEXAMPLE' })],
  ['returns numbers', async () => ({ accessKeyId: 1, secretAccessKey: 2 })],
  ['returns a getter that throws', () => ({ get accessKeyId() { throw failure; } })], // prettier-ignore
  ['returns a proxy that throws', () => new Proxy({}, { get() { throw failure; } })], // prettier-ignore
  ['returns a thenable that throws', () => ({ get then() { throw failure; } })], // prettier-ignore
  ['returns an expiration that is none', async () => ({ ...CREDENTIALS, expiration: 'soon' })],
];

for (const { name, make } of SIGNING_CLIENTS) {
  describe(name, () => {
    const url = () => `${server.origin}/prod/items`;

    it('a provider that fails or answers garbage: an error with a code, and nothing is sent', async () => {
      for (const [fault, credentials] of BROKEN_PROVIDERS) {
        const send = make({ ...OPTIONS, credentials });
        const error = await send(url()).then(
          () => assert.fail(`${fault}: sent`),
          (/** @type {any} */ reason) => reason,
        );
        assert.match(codeOf(error), CREDENTIALS_CODES, fault);
        assert.ok(!String(error?.stack).includes(CREDENTIALS.secretAccessKey), fault);
        assert.equal(server.requests.length, 0, fault);
      }
    });

    it('a provider that failed once: the next request asks again, and is signed', async () => {
      let calls = 0;
      const credentials = async () => {
        if (++calls === 1) throw failure;
        return CREDENTIALS;
      };
      const send = make({ ...OPTIONS, credentials });
      await assert.rejects(send(url()));
      assert.equal((await send(url())).status, 200);
    });

    it('a provider that rotates while requests are under way: each is signed by one set of credentials', async () => {
      const known = Array.from({ length: 50 }, (_, i) => ({
        accessKeyId: `ASIAROTATED${i}`,
        secretAccessKey: `secret of rotation ${i}, which is long enough`,
        sessionToken: `token-of-rotation-${i}`,
      }));
      const rotating = await startIamServer({ credentials: known });
      try {
        let turn = 0;
        const credentials = async () => {
          const mine = known[turn++ % known.length];
          await sleep(turn % 5);
          return { ...mine, expiration: new Date(Date.now() + 10) };
        };
        const send = make({ ...OPTIONS, credentials });
        const sent = Array.from({ length: 60 }, async (_, i) => {
          await sleep(i % 30);
          return send(`${rotating.origin}/prod/items?i=${i}`, { method: 'POST', body: `body ${i}` });
        });
        for (const { status, text } of await Promise.all(sent)) assert.equal(status, 200, text);
        for (const request of rotating.requests) {
          const headers = headersOf(request);
          const [, number] = /ASIAROTATED(\d+)\//.exec(headers.authorization) ?? [];
          assert.equal(headers['x-amz-security-token'], `token-of-rotation-${number}`);
        }
      } finally {
        await rotating.close();
      }
    });

    it('a provider that hangs: given up with the signal of the request, and nothing is sent, not even later', async () => {
      /** @type {(credentials: any) => void} */
      let settle = () => {};
      const credentials = () => new Promise((resolve) => (settle = resolve));
      const send = make({ ...OPTIONS, credentials });
      const started = performance.now();
      await assert.rejects(send(url(), { signal: AbortSignal.timeout(50) }));
      assert.ok(performance.now() - started < 2000);
      settle(CREDENTIALS);
      await sleep(50);
      assert.equal(server.requests.length, 0);
    });

    it('a body that fails half-way: the request is rejected, and nothing is sent', async () => {
      const send = make(OPTIONS);
      await assert.rejects(send(url(), { method: 'POST', body: broken() }));
      await sleep(20);
      assert.equal(server.requests.length, 0);
    });

    for (const [fault, answer] of /** @type {[string, string | undefined][]} */ ([
      ['before it answers', undefined],
      ['within its headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
      ['within its body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
      [
        'within a refusal',
        'HTTP/1.1 403 Forbidden\r\ncontent-length: 100\r\n\r\n{"message":"Signature expired',
      ],
    ])) {
      it(`a server that closes ${fault}: an error of the client, and the request was sent once`, async () => {
        const closing = await startClosingServer(answer);
        try {
          const send = make(OPTIONS);
          await assert.rejects(send(`${closing.origin}/prod/items`, { method: 'POST', body: 'x' }));
          await sleep(20);
          assert.equal(closing.requests.length, 1);
          assert.match(closing.requests[0], /^authorization: AWS4-HMAC-SHA256 .*Signature=[\da-f]{64}\r$/im);
        } finally {
          closing.close();
        }
      });
    }

    it('a storm of refusals: no request is sent more than twice, and the provider is asked once', async () => {
      const storm = await startIamServer({ credentials: [] });
      try {
        let calls = 0;
        const credentials = async () => {
          calls++;
          return { ...CREDENTIALS, expiration: new Date(Date.now() + 60 * MINUTES) };
        };
        const send = make({ ...OPTIONS, credentials });
        const answers = await Promise.all(
          Array.from({ length: 100 }, (_, i) => send(`${storm.origin}/prod/items?i=${i}`)),
        );
        assert.ok(answers.every(({ status }) => status === 403));
        assert.ok(storm.requests.length <= 200, `${storm.requests.length} requests`);
        assert.equal(calls, 1);
      } finally {
        await storm.close();
      }
    });

    it('a clock that steps between requests, forth and back: refused at most once, then corrected', async () => {
      let ahead = 0;
      const stepping = await startIamServer({
        credentials: [CREDENTIALS],
        now: () => new Date(Date.now() + ahead),
      });
      try {
        const send = make(OPTIONS);
        for (const step of [0, 40, -40, 0, 600, 0]) {
          ahead = step * MINUTES;
          stepping.requests.length = 0;
          assert.equal((await send(`${stepping.origin}/prod/items`)).status, 200, `${step} minutes`);
          assert.ok(stepping.requests.length <= 2, `${step} minutes: ${statuses(stepping)}`);
        }
      } finally {
        await stepping.close();
      }
    });

    it('two servers with clocks of their own, asked in turn: each is corrected once', async () => {
      const servers = await Promise.all(
        [50, -50].map((minutes) =>
          startIamServer({ credentials: [CREDENTIALS], now: () => new Date(Date.now() + minutes * MINUTES) }),
        ),
      );
      try {
        const send = make(OPTIONS);
        for (let i = 0; i < 6; i++) {
          for (const { origin } of servers) assert.equal((await send(`${origin}/prod/items`)).status, 200);
        }
        for (const one of servers) assert.deepEqual(statuses(one), [403, 200, 200, 200, 200, 200, 200]);
      } finally {
        await Promise.all(servers.map((one) => one.close()));
      }
    });
  });
}

describe('a provider that hangs', () => {
  const hanging = { ...OPTIONS, credentials: () => new Promise(() => {}) };

  it('is given up as the signal of the request says', async () => {
    const signal = AbortSignal.timeout(50);
    const signedFetch = createSigv4Fetch(hanging);
    await assert.rejects(signedFetch(`${server.origin}/prod/items`, { signal }), { name: 'TimeoutError' });
    assert.equal(server.requests.length, 0);
  });

  it('is given up with the timeout of axios; those of the other clients begin when the request is sent', async () => {
    const viaAxios = axios.create({ timeout: 50 });
    viaAxios.interceptors.request.use(sigv4Interceptor({ .../** @type {any} */ (hanging), axios }));
    await assert.rejects(viaAxios.get(`${server.origin}/prod/items`), { code: 'ECONNABORTED' });
    assert.equal(server.requests.length, 0);
  });

  it('signSync says that credentials must be there, at once', () => {
    assert.throws(() => new Signer(/** @type {any} */ (hanging)).signSync(`${server.origin}/`), {
      code: 'ERR_SIGV4_NOT_READY',
    });
  });
});

/** Half of a body, and then an error. */
function broken() {
  return Readable.from(
    (async function* () {
      yield Buffer.from('the first half');
      await sleep(5);
      throw failure;
    })(),
  );
}

describe('a body that fails half-way', () => {
  it('read for its hash: the error comes through, and nothing is sent', async () => {
    const stream = Readable.toWeb(broken());
    const request = { method: 'POST', url: `${server.origin}/prod/items`, body: /** @type {any} */ (stream) };
    await assert.rejects(signRequest(request, OPTIONS), /metadata service is down/);
    const signedFetch = createSigv4Fetch(OPTIONS);
    const init = /** @type {any} */ ({ method: 'POST', body: Readable.toWeb(broken()), duplex: 'half' });
    await assert.rejects(signedFetch(`${server.origin}/prod/items`, init));
    assert.equal(server.requests.length, 0);
  });

  it('sent as it comes, unsigned: the request ends unfinished, and the error is the caller’s', async () => {
    const signedFetch = createSigv4Fetch({ ...OPTIONS, payload: 'unsigned' });
    const init = /** @type {any} */ ({ method: 'POST', body: Readable.toWeb(broken()), duplex: 'half' });
    await assert.rejects(signedFetch(`${server.origin}/prod/items`, init));
    await sleep(20);
    assert.equal(server.requests.length, 0, 'a request that is whole must not arrive');
  });
});

describe('a module that is corrupt, cut, or another one', () => {
  it('starts nothing and signs nothing; the right one starts afterwards', async () => {
    const script = `
      import { readFileSync } from 'node:fs';
      import binaryen from 'binaryen';
      import { createServer } from 'node:http';
      import { init, Signer, signRequest } from 'sigv4-wasm';
      const folder = new URL('./wasm/', import.meta.resolve('sigv4-wasm'));
      const good = readFileSync(new URL('signing.wasm', folder));
      const changed = Uint8Array.from(good);
      changed.fill(0, 500, 900);
      const module = binaryen.readBinary(good);
      module.removeExport('version');
      module.addFunction('other', binaryen.none, binaryen.i32, [], module.i32.const(7));
      module.addFunctionExport('other', 'version');
      const otherVersion = module.emitBinary();
      const server = createServer((request, response) => {
        response.writeHead(request.url === '/missing' ? 404 : 200).end(request.url === '/html' ? '<!doctype html>' : '');
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const at = (path) => new URL(path, 'http://127.0.0.1:' + server.address().port);
      const BAD = {
        empty: new Uint8Array(0),
        'a page': new TextEncoder().encode('<!doctype html>'),
        cut: good.subarray(0, good.length / 2),
        changed,
        'another module': readFileSync(new URL('policy.wasm', folder)),
        'a module without exports': new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]),
        'a module of another version': otherVersion,
        'a 404': at('/missing'),
        'a page behind a URL': at('/html'),
        'a server that is gone': new URL('http://127.0.0.1:1/signing.wasm'),
        nothing: null,
        'a number': 7,
      };
      const codes = {};
      for (const [name, source] of Object.entries(BAD)) {
        codes[name] = await init(source).then(() => 'started', (error) => error.code);
      }
      const blocked = Promise.reject(new Error('blocked'));
      codes['a promise that rejects'] = await init(blocked).catch((error) => error.code);
      server.close();
      const options = ${JSON.stringify(OPTIONS)};
      await init(good);
      const signed = new Signer(options).signSync('https://example.com/');
      console.log(JSON.stringify({ codes, authorization: signed.headers.authorization }));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const { codes, authorization } = JSON.parse(stdout);
    const others = ['another module', 'a module without exports', 'a module of another version'];
    for (const [name, code] of Object.entries(codes)) {
      const isOther = others.includes(name);
      assert.equal(code, isOther ? 'ERR_SIGV4_VERSION_MISMATCH' : 'ERR_SIGV4_WASM_UNAVAILABLE', name);
    }
    assert.equal(Object.keys(codes).length, 13);
    assert.match(authorization, /Signature=[\da-f]{64}$/);
  });
});

/** @param {any} error */
function codeOf(error) {
  return String(error?.code?.startsWith?.('ERR_SIGV4_') ? error.code : (error?.cause?.code ?? error?.code));
}

/**
 * Reads a request, answers with part of a response or nothing, and closes.
 *
 * @param {string | undefined} answer
 */
async function startClosingServer(answer) {
  /** @type {string[]} */
  const requests = [];
  const listener = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk;
      const [head, body] = text.split('\r\n\r\n');
      if (body === undefined || !/x\r?\n?|^$/.test(body)) return;
      if (/content-length: 1\r/i.test(head) && body === '') return;
      requests.push(`${head}\r\n`);
      text = '';
      if (answer === undefined) socket.destroy();
      else socket.end(answer);
    });
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (listener.address());
  return { origin: `http://127.0.0.1:${port}`, requests, close: () => listener.close() };
}

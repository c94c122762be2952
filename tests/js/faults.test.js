// Faults, put into everything around a signature, for every client: each ends in a defined way, and nothing half-signed is
// ever sent.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Signer, signRequest } from 'sigv4-wasm';
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

  it('is given up with the signal of the request, and nothing is sent', async () => {
    const signal = AbortSignal.timeout(50);
    const signedFetch = createSigv4Fetch(hanging);
    await assert.rejects(signedFetch(`${server.origin}/prod/items`, { signal }), { name: 'TimeoutError' });
    assert.equal(server.requests.length, 0);
  });

  it('signSync says that credentials must be there, at once', () => {
    assert.throws(() => new Signer(/** @type {any} */ (hanging)).signSync(`${server.origin}/`), {
      code: 'ERR_SIGV4_NOT_READY',
    });
  });
});

describe('a body that fails half-way', () => {
  const broken = () =>
    Readable.from(
      (async function* () {
        yield Buffer.from('the first half');
        await sleep(5);
        throw failure;
      })(),
    );

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

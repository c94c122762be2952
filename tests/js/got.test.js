// The hooks of got: every attempt is signed, verified on the wire.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, describe, it } from 'node:test';

import got from 'got';
import { sigv4Hooks } from 'sigv4-wasm/got';

import {
  MINUTES,
  assertSignedAnew,
  assertTypes,
  assertUnsigned,
  headersOf,
  redirectPath,
  startServers,
  statuses,
  tickingDate,
} from '../support/clients-harness.js';
import { authorize } from '../support/iam-authorizer.js';
import { CREDENTIALS, OPTIONS } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** @type {import('../support/iam-server.js').IamServer} */
let elsewhere;
/** @param {Parameters<typeof startServers>[0]} [options] */
const start = async (options) => ({ server, elsewhere } = servers = await startServers(options));
afterEach(() => servers.close());

/** @param {object} [options] */
const client = (options) =>
  got.extend({
    prefixUrl: server.origin,
    hooks: sigv4Hooks({ ...OPTIONS, ...options }),
    retry: { limit: 1, calculateDelay: ({ computedValue }) => computedValue && 1 },
  });

const form = () => {
  const data = new FormData();
  data.append('file', new Blob(['größe']), 'ü.txt');
  return data;
};

describe('a request', () => {
  /** @type {[string, any, string?][]} */
  const cases = [
    ['GET', {}],
    ['searchParams', { searchParams: { q: 'a b', ü: "!'()*" } }],
    ['json', { method: 'POST', json: { a: 'ö' } }, '{"a":"ö"}'],
    ['form', { method: 'POST', form: { a: 'b c' } }, 'a=b+c'],
    ['text', { method: 'PUT', body: 'größe' }, 'größe'],
    ['Buffer', { method: 'PUT', body: Buffer.from('abc') }, 'abc'],
    ['a view', { method: 'PUT', body: new Uint8Array([64, 65, 66]).subarray(1) }, 'AB'],
    ['a form', { method: 'POST', body: form() }],
    ['a stream', { method: 'POST', body: Readable.from(['ab', 'c']) }, 'abc'],
    ['headers', { headers: { 'X-Amz-Meta-A': ' a  b', 'x-list': ['1', '2'] } }],
    ['DELETE', { method: 'DELETE' }],
    ['HEAD', { method: 'HEAD' }],
  ];
  for (const [name, options, body] of cases) {
    it(name, async () => {
      await start();
      assert.equal((await client()('a/@b=', options)).statusCode, 200);
      const [arrived] = server.requests;
      if (body !== undefined) assert.equal(Buffer.from(arrived.body).toString(), body);
      if (arrived.body.length > 0)
        assert.equal(headersOf(arrived)['content-length'], String(arrived.body.length));
      assert.doesNotMatch(arrived.url, /\+/);
    });
  }

  it('got.stream', async () => {
    await start();
    let text = '';
    for await (const chunk of client().stream('a', { method: 'POST', body: 'abc' })) text += chunk;
    assert.equal(JSON.parse(text).length, 3);

    const late = client().stream('a', { method: 'POST' });
    await assert.rejects(
      pipeline(Readable.from(['abc']), late, (all) => all.resume()),
      ({ cause }) => {
        assert.equal(cause.code, 'ERR_SIGV4_BODY_UNSUPPORTED');
        return true;
      },
    );
    assert.equal(server.requests.length, 1);
  });

  it('a stream whose bytes are not signed passes unread', async () => {
    await start();
    const body = Readable.from(['ab', 'c']);
    assert.equal((await client({ payload: 'unsigned' }).post('a', { body })).statusCode, 200);
    assert.equal(headersOf(server.requests[0])['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
    assert.equal(Buffer.from(server.requests[0].body).toString(), 'abc');
  });

  it('a retry is signed afresh', async () => {
    await start();
    await client({ date: tickingDate() }).put('flaky', { json: { a: 1 } });
    assert.deepEqual(statuses(server), [503, 200]);
    assertSignedAnew(server.requests[0], server.requests[1]);
  });

  it('match keeps credentials away from other hosts, and leaves headers alone', async () => {
    await start();
    const matching = client({ match: ({ origin }) => origin === server.origin });
    const headers = { authorization: 'Bearer own' };
    const url = `${elsewhere.origin}/open${redirectPath(302, '/open/a')}`;
    await matching(url, { prefixUrl: '', headers });
    assert.equal(headersOf(elsewhere.requests[0]).authorization, 'Bearer own');
  });
});

describe('a redirect', () => {
  for (const status of [302, 303, 307]) {
    it(`${status} within the origin is signed again`, async () => {
      await start();
      const url = redirectPath(status, '/b/@c=?q=1').slice(1);
      await client({ date: tickingDate() }).post(url, { json: { a: 1 } });
      assert.deepEqual(statuses(server), [status, 200]);
      assertSignedAnew(server.requests[0], server.requests[1]);
    });
  }

  it('to another origin takes no signature and no session token along, nor does its retry', async () => {
    await start();
    await client()(redirectPath(302, `${elsewhere.origin}/open/a`).slice(1));
    assertUnsigned(elsewhere.requests[0]);
    await assert.rejects(client()(redirectPath(302, `${elsewhere.origin}/gone`).slice(1)), {
      name: 'HTTPError',
    });
    await servers.close();

    await start();
    let answers = 0;
    const away = await startServers({ respond: () => ({ status: answers++ ? 200 : 503 }) });
    await client()(redirectPath(302, `${away.server.origin}/open/a`).slice(1));
    assert.equal(away.server.requests.length, 2);
    for (const request of away.server.requests) assertUnsigned(request);
    await away.close();
  });
});

describe('a wrong clock', () => {
  it('one retry, then none', async () => {
    await start({ now: () => new Date(Date.now() + 20 * MINUTES) });
    const skewed = client();
    assert.equal((await skewed.post('a', { json: { a: 1 } })).statusCode, 200);
    assert.deepEqual(statuses(server), [403, 200]);
    assert.deepEqual(server.requests[1].body, server.requests[0].body);
    await skewed('b');
    assert.equal(server.requests.length, 3);
  });

  it('never retries twice, and not where the clock is not at fault', async () => {
    let ahead = 0;
    await start({ now: () => new Date(Date.now() + (ahead += 20) * MINUTES) });
    await assert.rejects(client()('a'), { name: 'HTTPError' });
    assert.deepEqual(statuses(server), [403, 403]);
    await servers.close();

    await start();
    await assert.rejects(client({ credentials: { ...CREDENTIALS, secretAccessKey: 'wrong' } })('a'), {
      name: 'HTTPError',
    });
    await assert.rejects(client({ correctClockSkew: false, date: new Date(0) })('a'), { name: 'HTTPError' });
    assert.equal(server.requests.length, 2);
  });
});

describe('hooks that were added later', () => {
  /** @type {[string, (request: any) => void, (request: any) => unknown, unknown][]} */
  const changes = [
    [
      'a header',
      ({ headers }) => void (headers['x-amz-meta-late'] = '1'),
      (request) => headersOf(request)['x-amz-meta-late'],
      '1',
    ],
    ['the query', ({ url }) => url.searchParams.set('late', 'a b'), ({ url }) => url, '/a?late=a%20b'],
    ['the method', (request) => void (request.method = 'PUT'), ({ method }) => method, 'PUT'],
    ['the body', (request) => void (request.body = 'größer'), ({ body }) => String(body), 'größer'],
  ];
  for (const [what, change, look, expected] of changes) {
    it(`${what} that they change is signed`, async () => {
      await start();
      const late = client().extend({ hooks: { beforeRequest: [change] } });
      assert.equal((await late('a', { method: 'POST', body: 'abc' })).statusCode, 200);
      assert.equal(look(server.requests[0]), expected);
      assert.equal(headersOf(server.requests[0])['content-length'], String(server.requests[0].body.length));
    });
  }

  it('run once for each attempt, and each attempt is signed once', async () => {
    await start();
    let ran = 0;
    const late = client({ date: tickingDate() }).extend({
      hooks: { beforeRequest: [(request) => void (request.headers['x-amz-meta-late'] = String(++ran))] },
    });
    await late.put('flaky', { json: { a: 1 } });
    assert.deepEqual(statuses(server), [503, 200]);
    assertSignedAnew(server.requests[0], server.requests[1]);
    assert.deepEqual(
      server.requests.map((request) => headersOf(request)['x-amz-meta-late']),
      ['1', '2'],
    );
    await late(redirectPath(302, '/b').slice(1));
    assert.deepEqual(statuses(server), [503, 200, 302, 200]);
  });

  it('see the answer to a request that is sent once more', async () => {
    await start({ now: () => new Date(Date.now() + 20 * MINUTES) });
    /** @type {number[]} */
    const seen = [];
    const late = client().extend({
      hooks: { afterResponse: [(response) => (seen.push(response.statusCode), response)] },
    });
    assert.equal((await late('a')).statusCode, 200);
    assert.deepEqual(statuses(server), [403, 200]);
    assert.deepEqual(seen, [200]);
  });

  it('a second signer signs last', async () => {
    await start();
    const wrong = { ...OPTIONS, service: 'other' };
    const twice = got.extend({ hooks: sigv4Hooks(wrong) }).extend({ hooks: sigv4Hooks(OPTIONS) });
    assert.equal((await twice(`${server.origin}/a`)).statusCode, 200);
  });
});

describe('Unix sockets', () => {
  /** @type {[string, object, object, string][]} */
  const cases = [
    ['the host that got sends', {}, {}, 'unix'],
    ['the option host', { host: 'api.example.com' }, {}, 'api.example.com'],
    ['a host header', {}, { headers: { host: 'api.example.com:81' } }, 'api.example.com:81'],
  ];
  for (const [what, own, options, host] of cases) {
    it(`${what} is signed`, async () => {
      await start();
      const directory = await mkdtemp(join(tmpdir(), 'got-'));
      const socket = join(directory, 'api.sock');
      /** @type {any[]} */
      const arrived = [];
      const settings = { credentials: [CREDENTIALS], region: 'us-east-1', service: 'execute-api' };
      const api = createServer(async (incoming, outgoing) => {
        const chunks = [];
        for await (const chunk of incoming) chunks.push(chunk);
        const { method = '', url = '', rawHeaders, headers } = incoming;
        arrived.push([method, url, headers.host]);
        const request = { method, url, rawHeaders, body: Buffer.concat(chunks) };
        const refusal = await authorize(request, { ...settings, now: () => new Date() }).catch((e) => e);
        outgoing.writeHead(refusal instanceof Error ? 403 : 200).end(String(refusal));
      });
      await new Promise((resolve) => api.listen(socket, () => resolve(undefined)));
      try {
        const local = client(own).extend({ prefixUrl: '', enableUnixSockets: true });
        const url = `http://unix:${socket}:/a/@b=?q=a+b&q=%3A`;
        await local.post(url, { json: { a: 1 }, ...options });
        await client({ ...own, signatureLocation: 'query' })
          .extend({ prefixUrl: '', enableUnixSockets: true })
          .get(`http://unix:${socket}:/c`, options);
        assert.deepEqual(arrived[0], ['POST', '/a/@b=?q=a%20b&q=%3A', host]);
        assert.match(arrived[1][1], /^\/c\?.*X-Amz-Signature=/);
      } finally {
        api.closeAllConnections();
        api.close();
        await rm(directory, { recursive: true });
      }
    });
  }
});

describe('errors', () => {
  /** @type {[string, object, object, string][]} */
  const cases = [
    ['user and password', {}, { username: 'u', password: 'secret' }, 'ERR_SIGV4_HEADER_INVALID'],
    ['no region', { region: undefined }, {}, 'ERR_SIGV4_REGION_REQUIRED'],
    [
      'a stream of objects',
      {},
      { method: 'POST', body: Readable.from([{ a: 1 }]) },
      'ERR_SIGV4_BODY_UNSUPPORTED',
    ],
  ];
  for (const [name, own, options, code] of cases) {
    it(`${name}: ${code}, and nothing is sent`, async () => {
      await start();
      await assert.rejects(client(own)('a', options), (error) => {
        const { cause, message } = /** @type {any} */ (error);
        assert.equal(cause.code, code);
        assert.doesNotMatch(message, /secret/);
        return true;
      });
      assert.equal(server.requests.length, 0);
    });
  }
});

it('has types that fit without casts', async () => {
  await start();
  await assertTypes(
    'got',
    `import got from 'got';
     import { sigv4Hooks } from 'sigv4-wasm/got';
     const client = got.extend({ hooks: sigv4Hooks({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }) });
     const body: string = (await client('https://example.com')).body;
     void body;`,
  );
});

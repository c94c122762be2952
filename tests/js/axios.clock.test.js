// A wrong local clock (aws4fetch#73, amplify-js#2014): learned from the refusal, corrected once.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { afterEach, describe, it } from 'node:test';

import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { AXIOS_VERSIONS, CREDENTIALS, ENVIRONMENTS, OPTIONS } from '../support/axios-versions.js';
import { startIamServer } from '../support/iam-server.js';

const MINUTES = 60_000;
const latest = AXIOS_VERSIONS[3].axios;

/** @type {import('../support/iam-server.js').IamServer} */
let server;
afterEach(() => server.close());

/**
 * @param {() => number} ahead  of the local clock, in milliseconds
 * @param {Partial<import('../support/iam-server.js').IamServerOptions>} [options]
 */
async function startServer(ahead, options) {
  const now = () => new Date(Date.now() + ahead());
  server = await startIamServer({ credentials: [CREDENTIALS], now, ...options });
}

/**
 * @param {any} axios
 * @param {object} [options]  of the interceptor
 * @param {object} [defaults]  of the client
 */
function createClient(axios, options, defaults) {
  const client = axios.create({ baseURL: `${server.origin}/prod`, ...defaults });
  client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios, ...options }));
  return client;
}

for (const { name, axios, adapter } of ENVIRONMENTS) {
  const defaults = adapter === 'fetch' ? { adapter } : {};

  describe(name, () => {
    for (const style of /** @type {const} */ (['rest', 'http'])) {
      for (const ahead of [20, -20]) {
        it(`${style} API ${ahead} minutes ahead: one retry, then none`, async () => {
          await startServer(() => ahead * MINUTES, { style });
          const client = createClient(axios, {}, defaults);
          assert.equal((await client.post('/a', { a: 1 }, { params: { q: 'a b' } })).status, 200);
          assert.deepEqual(
            server.requests.map(({ status }) => status),
            [403, 200],
          );
          assert.deepEqual(server.requests[1].body, server.requests[0].body);
          assert.equal(server.requests[1].url, server.requests[0].url);

          assert.equal((await client.get('/b')).status, 200);
          assert.equal(server.requests.length, 3);
        });
      }
    }

    it('never retries twice', async () => {
      let ahead = 0;
      await startServer(() => (ahead += 20 * MINUTES));
      await assert.rejects(createClient(axios, {}, defaults).get('/a'), isStatus(403));
      assert.equal(server.requests.length, 2);
    });

    it('does not retry when switched off, or with an explicit date', async () => {
      await startServer(() => 20 * MINUTES);
      for (const options of [{ correctClockSkew: false }, { date: new Date() }]) {
        server.requests.length = 0;
        await assert.rejects(createClient(axios, options, defaults).get('/a'), isStatus(403));
        assert.equal(server.requests.length, 1);
      }
    });

    it('does not retry what was refused for another reason', async () => {
      await startServer(() => 0);
      const credentials = { ...CREDENTIALS, secretAccessKey: 'wrong' };
      await assert.rejects(createClient(axios, { credentials }, defaults).get('/a'), isStatus(403));
      assert.equal(server.requests.length, 1);
    });

    it('corrects concurrent requests', async () => {
      await startServer(() => 20 * MINUTES);
      const client = createClient(axios, {}, defaults);
      const responses = await Promise.all(['/a', '/b', '/c'].map((url) => client.get(url)));
      assert.deepEqual(
        responses.map(({ status }) => status),
        [200, 200, 200],
      );
      assert.ok(server.requests.length <= 6);
    });

    for (const responseType of ['arraybuffer', 'stream', 'text', 'json']) {
      it(`corrects with responseType ${responseType}, and with a validateStatus that accepts all`, async () => {
        await startServer(() => 20 * MINUTES);
        const config = { responseType, validateStatus: null };
        assert.equal((await createClient(axios, {}, defaults).get('/a', config)).status, 200);
        assert.equal(server.requests.length, 2);
      });
    }
  });
}

it('a stream that was sent unsigned is not sent again, but the clock is learned', async () => {
  await startServer(() => 20 * MINUTES);
  const client = createClient(latest, { payload: 'unsigned', contentSha256Header: true });
  await assert.rejects(client.post('/a', Readable.from(['x'])), isStatus(403));
  assert.equal(server.requests.length, 1);
  assert.equal((await client.post('/a', Readable.from(['x']))).status, 200);
});

it('a HEAD, whose answer has no text', async () => {
  await startServer(() => 20 * MINUTES);
  assert.equal((await createClient(latest).head('/a')).status, 200);
});

it('follows a clock that is set right again', async () => {
  let ahead = 20 * MINUTES;
  await startServer(() => ahead);
  const client = createClient(latest);
  await client.get('/a');
  ahead = 0;
  assert.equal((await client.get('/a')).status, 200);
  assert.equal(server.requests.length, 4);
});

describe('which answers blame the clock', () => {
  const stamp = (/** @type {number} */ time) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  const later = Date.now() + 20 * MINUTES;
  const expired = (/** @type {number} */ time) =>
    `Signature expired: ${stamp(time - 20 * MINUTES)} is now earlier than ${stamp(time - 5 * MINUTES)} (${stamp(time)} - 5 min.)`;
  const date = (/** @type {number} */ time) => ({ date: new Date(time).toUTCString() });
  const xml = `<Error><Code>RequestTimeTooSkewed</Code><ServerTime>${new Date(later).toISOString()}</ServerTime></Error>`;

  /** @type {[string, number, Record<string, string>, string, number][]} */
  const ANSWERS = [
    ['the text alone, where CORS hides Date', 403, {}, JSON.stringify({ message: expired(later) }), 2],
    ['the text of a service that answers 400', 400, {}, expired(later), 2],
    ['S3, with its own time', 403, {}, xml, 2],
    ['S3, with a Date', 403, date(later), '<Code>RequestTimeTooSkewed</Code>', 2],
    ['S3, with no time at all', 403, {}, '<Code>RequestTimeTooSkewed</Code>', 1],
    ['Forbidden, with a Date that is off', 403, date(later), '{"message":"Forbidden"}', 2],
    ['Forbidden, with a Date that is right', 403, date(Date.now()), '{"message":"Forbidden"}', 1],
    [
      'Forbidden, from a cache',
      403,
      { ...date(Date.now() - 20 * MINUTES), age: '1200' },
      '{"message":"Forbidden"}',
      1,
    ],
    ['a policy, with a Date that is off', 403, date(later), '{"message":"User: … is not authorized"}', 1],
    ['an upload that outlived its signature', 403, {}, expired(Date.now()), 1],
    ['a server error', 500, date(later), expired(later), 1],
  ];
  for (const [name, status, headers, body, attempts] of ANSWERS) {
    it(`${name}: ${attempts === 2 ? 'retry' : 'no retry'}`, async () => {
      const respond = () => ({
        status,
        headers: { ...(headers.date ? {} : { date: '' }), ...headers },
        body,
      });
      await startServer(() => 0, { respond });
      await assert.rejects(createClient(latest).get('/a'));
      assert.equal(server.requests.length, attempts);
    });
  }
});

/** @param {number} status */
function isStatus(status) {
  return (/** @type {any} */ error) => error.response?.status === status;
}

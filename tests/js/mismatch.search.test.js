// Two mistakes together, none, and mistakes that cannot be found; the time of the search, and other work meanwhile.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';

import { findMismatch, KNOWN_MISMATCHES } from 'sigv4-wasm/explain';

import { Random } from '../differential/case.js';
import { signByHand } from '../support/mismatch/by-hand.js';
import { areApart, MISTAKES, requestWith } from '../support/mismatch/mistakes.js';
import { API } from '../support/mismatch/peers.js';
import { sendRaw } from '../support/mismatch/server.js';
import { AMZ_DATE, DATE, REGION, REQUESTS, signedBy, SIGNERS } from '../support/verify-requests.js';
import { CREDENTIALS } from '../support/wire.js';

const options = { secretAccessKey: CREDENTIALS, region: REGION, service: 'execute-api', now: DATE };
/** Of each, the first or the second thing that is tried is what was signed. */
const LIKELY = [
  ...['path-encoded-once', 'path-trailing-slash', 'query-left-out', 'query-unsorted', 'query-plus-for-space'],
  ...[
    'host-with-port',
    'header-lines-format',
    'body-not-signed',
    'body-unsigned-payload',
    'secret-white-space',
  ],
];

describe('two mistakes together', () => {
  const seed = Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32);
  const random = new Random(seed);
  const codes = Object.keys(MISTAKES);
  const pairs = codes.flatMap((one, i) => codes.slice(i + 1).map((other) => [one, other]));
  const apart = pairs.filter((pair) => areApart(pair));

  test('are each found alone', async () => {
    for (const code of codes) assert.deepEqual(await foundOf(code), [code]);
  });

  test('are found in 240 pairs', async (t) => {
    const times = [];
    for (const pair of shuffled(apart, random).slice(0, 240)) {
      const startedAt = performance.now();
      const found = await foundOf(...pair);
      times.push(performance.now() - startedAt);
      assert.deepEqual(found, [...pair].sort(), `SIGV4_SEED=${seed}: ${pair.join(' and ')}`);
    }
    t.diagnostic(summary(times));
  });
});

describe('three mistakes together', () => {
  const seed = Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32);
  const random = new Random(seed);

  test('are found where each is likely', async (t) => {
    const times = [];
    for (let number = 0; number < 40; number++) {
      const codes = shuffled(LIKELY, random).slice(0, 3);
      if (!areApart(codes)) continue;
      const startedAt = performance.now();
      const found = await foundOf(...codes);
      times.push(performance.now() - startedAt);
      assert.deepEqual(found, [...codes].sort(), `SIGV4_SEED=${seed}: ${codes.join(' and ')}`);
    }
    t.diagnostic(summary(times));
  });
});

describe('nothing is proved falsely', () => {
  for (const signer of Object.keys(SIGNERS)) {
    test(`of what ${signer} signs: right, and with another secret`, async (t) => {
      const times = [];
      for (const sent of Object.values(REQUESTS)) {
        const request = await signedBy(signer, sent);
        const given = { ...options, service: sent.service };
        const right = await findMismatch(request, given);
        assert.deepEqual(
          right.map(({ code }) => code),
          ['none'],
        );
        const startedAt = performance.now();
        const secretAccessKey = {
          ...CREDENTIALS,
          secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
        };
        assert.deepEqual(await provedOf(request, { ...given, secretAccessKey }), []);
        times.push(performance.now() - startedAt);
      }
      t.diagnostic(summary(times));
    });
  }

  test('of JSON that is nested deeply', async () => {
    const body = '['.repeat(30_000) + ']'.repeat(30_000);
    const request = signByHand({ method: 'POST', url: `${API}/prod`, body, secret: 'another' });
    assert.deepEqual(await provedOf(request, options), []);
  });

  test('of the first day and the last', async () => {
    for (const amzDate of ['19700101T000000Z', '99991231T235959Z']) {
      const request = signByHand({
        url: `${API}/prod`,
        amzDate,
        secret: 'another',
        headers: { date: 'Jan 1 200000' },
      });
      assert.deepEqual(await provedOf(request, { ...options, deadlineMs: 100 }), []);
    }
  });

  test('of a request that was changed in no known way', async () => {
    const signed = signByHand({ method: 'POST', url: `${API}/prod/orders?a=1`, body: '{"pieces":3}' });
    const changed = [
      { ...signed, body: '{"pieces":30}' },
      { ...signed, url: `${API}/prod/other?a=1` },
      { ...signed, url: `${API}/prod/orders?a=2` },
      {
        ...signed,
        headers: { ...signed.headers, authorization: signed.headers.authorization.replace(/.$/, 'x') },
      },
    ];
    for (const request of changed) assert.deepEqual(await provedOf(request, options), []);
  });
});

describe('time', () => {
  const other = { ...options, secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' };

  test('a search ends when its time is out', async () => {
    const request = await signedBy('sigv4-wasm, SigV4a', REQUESTS.json);
    const startedAt = performance.now();
    assert.deepEqual(await provedOf(request, { ...other, deadlineMs: 30 }), []);
    const took = performance.now() - startedAt;
    assert.ok(took < 5000, `${took} ms`); // All of it would take a minute.
  });

  test('within 20 milliseconds', async () => {
    const request = await signedBy('smithy', REQUESTS.json);
    let least = Infinity;
    // The machine may do other things.
    for (let attempt = 0; attempt < 10 && least > 20; attempt++) {
      const startedAt = performance.now();
      await findMismatch(request, { ...other, deadlineMs: 40 });
      least = Math.min(least, performance.now() - startedAt - 40);
    }
    assert.ok(least < 20, `${least} ms late`);
  });

  test('no time, no search', async () => {
    const request = { ...(await signedBy('aws4', REQUESTS.plain)), method: 'PUT' };
    assert.deepEqual(await provedOf(request, { ...options, deadlineMs: 0 }), []);
    const [{ code }] = await findMismatch(request, options);
    assert.equal(code, 'method-changed');
  });

  test('others go on meanwhile', async (t) => {
    const waits = [];
    let last = performance.now();
    const timer = setInterval(() => {
      waits.push(performance.now() - last);
      last = performance.now();
    }, 1);
    await findMismatch(await signedBy('smithy', REQUESTS.json), { ...other, deadlineMs: 10_000 });
    clearInterval(timer);
    t.diagnostic(`others waited ${Math.max(...waits).toFixed(0)} ms at most`);
    assert.ok(waits.length > 10, `only ${waits.length} turns`);
  });

  test('a runtime whose setImmediate throws, as the edge runtime of Next.js', async (t) => {
    let calls = 0;
    t.mock.method(globalThis, 'setImmediate', () => {
      calls += 1;
      throw new Error('A Node.js API is used (setImmediate) which is not supported in the Edge Runtime.');
    });
    assert.deepEqual(
      await provedOf(await signedBy('smithy', REQUESTS.json), { ...other, deadlineMs: 200 }),
      [],
    );
    assert.ok(calls > 0, 'it was asked for a turn');
  });

  test('a body of 10 MiB', async (t) => {
    const body = Buffer.alloc(10_485_760, '{"a":"b"}');
    const signed = signByHand({ method: 'POST', url: `${API}/prod/orders`, body: 'undefined' });
    const startedAt = performance.now();
    const [{ code }] = await findMismatch({ ...signed, body }, { ...options, deadlineMs: 10_000 });
    assert.equal(code, 'body-hash-of-undefined');
    t.diagnostic(`${(performance.now() - startedAt).toFixed(0)} ms`);
  });
});

describe('what it is given', () => {
  const put = async (signer) => ({ ...(await signedBy(signer, REQUESTS.json)), method: 'PUT' });

  test('the secret as a text, as credentials, or as what finds them', async () => {
    const request = await put('smithy');
    const { secretAccessKey } = CREDENTIALS;
    for (const known of [secretAccessKey, CREDENTIALS, () => secretAccessKey, async () => CREDENTIALS]) {
      const [{ code }] = await findMismatch(request, { ...options, secretAccessKey: known });
      assert.equal(code, 'method-changed');
    }
    const asked = [];
    await findMismatch(request, { secretAccessKey: (...of) => (asked.push(of), secretAccessKey) });
    assert.deepEqual(asked, [[CREDENTIALS.accessKeyId, CREDENTIALS.sessionToken]]);
  });

  test('a fetch Request', async () => {
    const { method, headers, body } = await put('aws4');
    const request = new Request(`${API}/prod/orders`, { method, headers, body });
    const [{ code }] = await findMismatch(request, options);
    assert.equal(code, 'method-changed');
    assert.equal(request.bodyUsed, false, 'the handler can read it');
  });

  test('the request of a Node.js server, whose body was read', async () => {
    const server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      request.rawBody = Buffer.concat(chunks);
      found = await findMismatch(request, options);
      response.end();
    });
    let found;
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { method, url, headers, body } = await put('aws4fetch');
    await sendRaw(server.address().port, { method, url, headers: Object.fromEntries(headers), body });
    server.close();
    assert.equal(found[0].code, 'method-changed');
  });

  test('SigV4a', async () => {
    const [{ code }] = await findMismatch(await put('smithy, SigV4a'), options);
    assert.equal(code, 'method-changed');
    const right = await signedBy('smithy, SigV4a', REQUESTS.json);
    const [region] = await findMismatch(right, { ...options, region: 'ap-south-1' });
    assert.deepEqual([region.code, region.detail.expected], ['wrong-region', 'ap-south-1']);
  });

  test('the encoding of the path', async () => {
    const request = signByHand({ url: `${API}/prod/a%20b` }, { path: (_, { path }) => path });
    const [once] = await findMismatch(request, options);
    const [right] = await findMismatch(request, { ...options, pathEncoding: 'single' });
    assert.deepEqual([once.code, right.code], ['path-encoded-once', 'none']);
  });

  for (const [name, [code, request, given]] of Object.entries({
    'no signature': ['SIGNATURE_MISSING', { url: '/' }],
    'a signature in no known form': [
      'SIGNATURE_MALFORMED',
      { url: '/', headers: { authorization: 'AWS4-HMAC-SHA256 x' } },
    ],
    'a key that is not known': ['ACCESS_KEY_UNKNOWN', put('aws4'), { secretAccessKey: () => undefined }],
    'no secret': ['OPTION_INVALID', put('aws4'), { secretAccessKey: undefined }],
    'a time that is none': ['OPTION_INVALID', put('aws4'), { now: AMZ_DATE }],
    'a deadline that is none': ['OPTION_INVALID', put('aws4'), { deadlineMs: '1 s' }],
    'an encoding that is none': ['OPTION_INVALID', put('aws4'), { pathEncoding: 'triple' }],
  })) {
    test(`${name} is an error`, async () => {
      await assert.rejects(findMismatch(await request, { ...options, ...given }), {
        code: `ERR_SIGV4_${code}`,
      });
    });
  }

  test('what it knows can be listed', () => {
    assert.ok(KNOWN_MISMATCHES.size > 100, String(KNOWN_MISMATCHES.size));
    for (const [code, { summary, fix }] of KNOWN_MISMATCHES) {
      assert.match(code, /^[a-z]+(?:-[a-z\d]+)*$/);
      for (const text of [summary, fix]) assert.match(text, /^[A-Zx][^]*\.$/, text);
    }
  });
});

test('nothing of a secret or a token is left in the memory of a search', async (t) => {
  const memories = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(module, imports) {
      super(module, imports);
      memories.push(this.exports.memory);
    }
  };
  t.after(() => (WebAssembly.Instance = Instance));
  const secret = 'Search/For+This1234567890abcdefghijklmno';
  const holds = (text) => memories.some((memory) => Buffer.from(memory.buffer).includes(text));
  let wasThere = false;
  const timer = setInterval(() => (wasThere ||= holds(secret)), 1);
  const request = await signedBy('smithy', REQUESTS.json);
  await findMismatch(request, { ...options, secretAccessKey: { ...CREDENTIALS, secretAccessKey: secret } });
  clearInterval(timer);
  assert.ok(wasThere, 'it was there while others had their turn');
  for (const text of [secret, CREDENTIALS.sessionToken.slice(0, 40)]) assert.ok(!holds(text), text);
});

test('what is hostile costs an error of ours at most', async (t) => {
  const seed = Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32);
  const random = new Random(seed);
  const requests = await Promise.all(
    Object.keys(SIGNERS).flatMap((signer) => Object.values(REQUESTS).map((sent) => signedBy(signer, sent))),
  );
  const bodies = [
    '['.repeat(60_000),
    '{"a":'.repeat(5000),
    '{"__proto__":{"x":1}}',
    '\x1f\x8b\x08broken',
    '"\\ud800"',
  ];
  const given = { ...options, deadlineMs: 30 };
  for (let i = 0; i < 200; i++) {
    const request = structuredClone(random.pick(requests));
    const header = random.pick(request.headers);
    header[1] = mutated(header[1], random);
    if (random.percent(50)) request.url = mutated(request.url, random);
    if (random.percent(30)) request.body = random.pick(bodies);
    if (random.percent(20)) request.url += '&a'.repeat(3000);
    if (random.percent(20)) request.url = '/%2f'.repeat(2000) + request.url;
    if (random.percent(20)) request.headers.push(['x-forwarded-for', ','.repeat(8000)]);
    const startedAt = performance.now();
    await findMismatch(request, given).catch((error) => {
      assert.match(String(error.code), /^ERR_SIGV4_/, `SIGV4_SEED=${seed} ${error.stack}`);
    });
    assert.ok(performance.now() - startedAt < 10_000, `SIGV4_SEED=${seed}: request ${i} took long`);
  }
  t.diagnostic(`SIGV4_SEED=${seed}`);
});

/** One byte, or a few. */
function mutated(text, random) {
  const at = random.below(text.length + 1);
  const insert = random.pick([
    '%',
    '%ff',
    '%c3%28',
    '\xff',
    ',',
    ' ',
    '/../',
    '//',
    '9999',
    '1970',
    'T',
    '+',
    '&',
    '=',
    '',
  ]);
  return text.slice(0, at) + insert + text.slice(at + random.below(3));
}

/** What is likely is named, but is no proof. */
async function provedOf(request, given) {
  const found = await findMismatch(request, given);
  assert.ok(found.length > 0, 'something is likely');
  return found.filter(({ isProved }) => isProved);
}

/** @param {...string} codes */
async function foundOf(...codes) {
  const { request, more } = requestWith(...codes);
  // Time enough on a machine that does other things.
  const found = await findMismatch(request, { ...options, ...more, deadlineMs: 20_000 });
  assert.ok(found.every(({ isProved }) => isProved));
  return found.map(({ code }) => code).sort();
}

function shuffled(list, random) {
  return list
    .map((it) => [random.next(), it])
    .sort(([one], [other]) => one - other)
    .map(([, it]) => it);
}

/** @param {number[]} times  in milliseconds */
function summary(times) {
  const sorted = [...times].sort((one, other) => one - other);
  const median = sorted[sorted.length >> 1];
  return `${times.length} searches: median ${median.toFixed(0)} ms, longest ${sorted.at(-1).toFixed(0)} ms`;
}

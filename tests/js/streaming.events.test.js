// Signed messages of event streams.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { Signer, signRequest } from 'sigv4-wasm';
import { eventSigner } from 'sigv4-wasm/events';

import { signatureOf } from '../support/aws-chunked.js';

const SIGNED_EVENTS = { sha256: 'STREAMING-AWS4-HMAC-SHA256-EVENTS' };
const hash = (data) => createHash('sha256').update(data).digest('hex');
const utf8 = (text) => new TextEncoder().encode(text);

/** CRC-32 by the bit. */
function crc32(data) {
  let crc = -1;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** Takes a frame apart as a server does. */
function parse(frame) {
  const view = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  assert.equal(view.readUInt32BE(0), frame.length);
  assert.equal(view.readUInt32BE(8), crc32(view.subarray(0, 8)), 'checksum of the prelude');
  assert.equal(view.readUInt32BE(frame.length - 4), crc32(view.subarray(0, -4)), 'checksum of the message');
  const headersEnd = 12 + view.readUInt32BE(4);
  const headers = {};
  const encodedHeaders = {};
  for (let at = 12; at < headersEnd;) {
    const start = at;
    const name = view.toString('utf8', at + 1, at + 1 + view[at]);
    at += 1 + view[at];
    const type = view[at++];
    if (type === 8) {
      headers[name] = new Date(Number(view.readBigInt64BE(at)));
      at += 8;
    } else {
      assert.equal(type, 6);
      const length = view.readUInt16BE(at);
      headers[name] = view.toString('hex', at + 2, at + 2 + length);
      at += 2 + length;
    }
    encodedHeaders[name] = view.toString('hex', start, at);
  }
  return { headers, encodedHeaders, payload: view.subarray(headersEnd, -4) };
}

/** From the tests of aws-c-auth, test_event_signing.c. */
const credentials = { accessKeyId: 'access', secretAccessKey: 'secret' };
const options = { credentials, region: 'us-east-1', service: 'demo' };
const SEED = 'e1d8e8c8815e60969f2a34765c9a15945ffc0badbaa4b7e3b163ea19131e949b';
const EVENTS = [
  ['1981-01-16T06:30:01Z', 'A', '7aabf85b765e6a4d0d500b6e968657b14726fa3e1eb7e839302728ffd77629a5'],
  ['1981-01-16T06:30:02Z', 'B', 'f72aa9642f571d24a6e1ae42f10f073ad9448d8a028b6bcd82da081335adda02'],
  ['1981-01-16T06:30:03Z', 'C', '632af120435b57ec241d8bfbb12e496dfd5e2730a1a02ac0ab6eaa230ae02e9a'],
  ['1981-01-16T06:30:04Z', '', 'c6f679ddb3af68f5e82f0cf6761244cb2338cf11e7d01a24130aea1b7c17e53e'],
];
const seedRequest = () =>
  signRequest(
    {
      method: 'POST',
      url: 'https://demo.us-east-1.amazonaws.com/streaming',
      headers: { 'content-encoding': 'application/vnd.amazon.eventstream' },
    },
    {
      ...options,
      date: new Date('1981-01-16T06:30:00Z'),
      payload: SIGNED_EVENTS,
      contentSha256Header: true,
      signedHeaders: ['content-encoding'],
    },
  );

describe('published signatures', () => {
  for (const from of ['the signed request', 'its signature']) {
    test(`of the CRT (aws-c-auth, test_event_signing.c), from ${from}`, async () => {
      const request = await seedRequest();
      assert.match(request.headers.authorization, new RegExp(`Signature=${SEED}$`));
      const own = from === 'its signature' ? options : { credentials };
      const events = await eventSigner(new Signer(own), from === 'its signature' ? SEED : request);
      assert.equal(events.signature, SEED);
      for (const [date, payload, signature] of EVENTS) {
        const frame =
          payload === '' ? events.end(new Date(date)) : events.sign(utf8(payload), new Date(date));
        const { headers, encodedHeaders, payload: sent } = parse(await frame);
        assert.equal(headers[':chunk-signature'], signature);
        assert.equal(events.signature, signature);
        assert.equal(headers[':date'].getTime(), Date.parse(date));
        assert.deepEqual(Object.keys(headers), [':date', ':chunk-signature']);
        assert.equal(sent.toString(), payload);
        if (payload === 'A') assert.equal(encodedHeaders[':date'], '053a64617465080000005122b46e28');
      }
    });
  }

  test('of the Ruby SDK (aws-sigv4, signer_spec.rb), whose event has another date than its signature', async () => {
    const { signingEngine } = await import('../../node_modules/sigv4-wasm/esm/signing.js');
    const { SignatureChain } = await import('../../node_modules/sigv4-wasm/esm/protocol.js');
    const identity = { accessKeyId: 'akid', secretAccessKey: 'secret', sessionToken: '', credentialsId: 0 };
    const chain = new SignatureChain('AWS4-HMAC-SHA256', '', (text, scope) =>
      signingEngine.signText(text, scope, identity),
    );
    const scope = { date: '20130524', region: 'REGION', service: 'SERVICE' };
    const headers = Buffer.from('053a646174650800000167f77d5770', 'hex');
    assert.equal(
      await chain.next('PAYLOAD', '20130524T000000Z', scope, hash(headers), hash('foo')),
      '204bb5e2713e95354680e9522986d3ac0304aeafd33397f39e6540ca51ffe226',
    );
  });

  test('of the Rust SDK (smithy-rs, aws-sigv4, event_stream.rs): what is hashed', async () => {
    const message = Buffer.from(
      '0000003000000014ded9b3920b736f6d652d68656164657207000576616c756574657374207061796c6f61643e89b924',
      'hex',
    );
    const prior = 'be1f8c7d79ef8e1abc5254a2c70e4da3bfaf4f07328f527444e1fc6ea67273e2';
    const signer = new Signer({ credentials, region: 'us-east-1', service: 'testservice' });
    const events = await eventSigner(signer, prior);
    await events.sign(message, new Date('1973-11-29T21:33:09.001Z'));
    const stringToSign =
      'AWS4-HMAC-SHA256-PAYLOAD\n19731129T213309Z\n19731129/us-east-1/testservice/aws4_request\n' +
      'be1f8c7d79ef8e1abc5254a2c70e4da3bfaf4f07328f527444e1fc6ea67273e2\n' +
      '0c0e3b3bf66b59b976181bd7d401927bbd624107303c713fd1e5f3d3c8dd1b1e\n' +
      'f2eba0f2e95967ee9fbc6db5e678d2fd599229c0d04b11e4fc8e0f2a02a806c6';
    const scope = ['19731129', 'us-east-1', 'testservice'];
    assert.equal(events.signature, signatureOf(stringToSign, 'secret', scope));
  });
});

describe('a stream of events', () => {
  test('keeps the order of calls that are not awaited, and over midnight', async () => {
    const events = await eventSigner(new Signer(options), SEED);
    const start = Date.parse('2024-02-29T23:59:58Z');
    const message = new Uint8Array(100);
    const frames = [];
    for (let i = 0; i < 5; i++) {
      message.fill(i);
      frames.push(events.sign(message, new Date(start + 1000 * i)));
    }
    message.fill(9); // what was handed over does not change
    frames.push(events.end(new Date(start + 5000)));
    let previous = SEED;
    for (const [i, frame] of (await Promise.all(frames)).entries()) {
      const { headers, encodedHeaders, payload } = parse(frame);
      assert.ok(payload.every((byte) => byte === i));
      const amzDate = new Date(start + 1000 * i).toISOString().replace(/[-:]|\.000/g, '');
      const scope = [amzDate.slice(0, 8), 'us-east-1', 'demo'];
      const text = [
        'AWS4-HMAC-SHA256-PAYLOAD',
        amzDate,
        `${scope.join('/')}/aws4_request`,
        previous,
        hash(Buffer.from(encodedHeaders[':date'], 'hex')),
        hash(payload),
      ].join('\n');
      assert.equal(headers[':chunk-signature'], signatureOf(text, 'secret', scope));
      previous = headers[':chunk-signature'];
    }
  });

  test('is dated now, by the clock that date is', async () => {
    const signer = new Signer({ ...options, date: () => new Date(Date.now() + 3_600_000) });
    const events = await eventSigner(signer, SEED);
    const { headers } = parse(await events.sign(utf8('x')));
    assert.ok(Math.abs(headers[':date'] - Date.now() - 3_600_000) < 2000);
  });

  test('a refused message leaves the chain as it was', async () => {
    const events = await eventSigner(new Signer(options), SEED);
    const [date, payload, signature] = EVENTS[0];
    for (const [message, at, code] of [
      ['text', undefined, 'ERR_SIGV4_BODY_UNSUPPORTED'],
      [utf8('x'), new Date(NaN), 'ERR_SIGV4_DATE_INVALID'],
      [utf8('x'), new Date(-1), 'ERR_SIGV4_DATE_INVALID'],
      [utf8('x'), '1981', 'ERR_SIGV4_DATE_INVALID'],
    ]) {
      await assert.rejects(events.sign(message, at), { code });
    }
    await assert.rejects(events.end(new Date(NaN)), { code: 'ERR_SIGV4_DATE_INVALID' });
    await events.sign(utf8(payload), new Date(date));
    assert.equal(events.signature, signature);
    await events.end();
    await assert.rejects(events.sign(utf8('x')), { code: 'ERR_SIGV4_BODY_USED' });
    await assert.rejects(events.end(), { code: 'ERR_SIGV4_BODY_USED' });
  });

  test('a start that is none', async () => {
    const signer = new Signer(options);
    for (const prior of ['', 'abc', 'A'.repeat(64), undefined, {}, { headers: {} }, 5]) {
      await assert.rejects(eventSigner(signer, prior), { code: 'ERR_SIGV4_OPTION_INVALID' }, inspect(prior));
    }
    const bare = new Signer({ credentials });
    await assert.rejects(eventSigner(bare, SEED), { code: 'ERR_SIGV4_REGION_REQUIRED' });
    await assert.rejects(eventSigner(bare, SEED, { region: 'a' }), { code: 'ERR_SIGV4_SERVICE_REQUIRED' });
    const slash = await eventSigner(bare, SEED, { region: 'a/b', service: 'c' });
    await assert.rejects(slash.sign(utf8('x')), { code: 'ERR_SIGV4_REGION_REQUIRED' });
  });

  test('shows no secret', async () => {
    const events = await eventSigner(new Signer(options), SEED);
    await events.sign(utf8('x'));
    assert.ok(!inspect(events, { depth: 10, showHidden: true }).includes('secret'));
  });
});

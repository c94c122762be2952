// Messages of event streams, verified: what @smithy/signature-v4 signs, known values of aws-c-auth, and what was changed on the way.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { Signer } from 'sigv4-wasm';
import { eventSigner } from 'sigv4-wasm/events';
import { eventVerifier, verifyRequest } from 'sigv4-wasm/verify';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const scope = { region: 'us-east-1', service: 'transcribe' };
const date = new Date('2026-02-03T10:00:00Z');
const signer = new Signer({ credentials, ...scope, date });
/** @type {import('sigv4-wasm/verify').VerifyOptions} */
const options = { ...scope, now: date, bodyRequired: false, secretAccessKey: () => credentials };

async function signedRequest() {
  return signer.sign(
    { method: 'POST', url: 'https://transcribestreaming.us-east-1.amazonaws.com/stream-transcription' },
    { payload: { sha256: 'STREAMING-AWS4-HMAC-SHA256-EVENTS' }, contentSha256Header: true },
  );
}

/** @param {{ method: string, url: string, headers: Record<string, string> }} signed */
async function verified({ method, url, headers }, more = {}) {
  const { host, pathname } = new URL(url);
  return verifyRequest({ method, url: pathname, headers: { ...headers, host } }, { ...options, ...more });
}

/** Of the messages of smithy: frames as the codec of event streams writes them, with a date and a signature. */
function frameOf(
  /** @type {Date} */ signedAt,
  /** @type {string} */ signature,
  /** @type {Uint8Array} */ message,
) {
  const dateHeader = dateHeaderOf(signedAt);
  const bytes = Buffer.from(signature, 'hex');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  const name = Buffer.from(':chunk-signature');
  const headers = Buffer.concat([
    dateHeader,
    Buffer.from([name.length]),
    name,
    Buffer.from([6]),
    length,
    bytes,
  ]);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(12 + headers.length + message.length + 4);
  prelude.writeUInt32BE(headers.length, 4);
  return new Uint8Array(Buffer.concat([prelude, headers, message, Buffer.alloc(4)]));
}

function dateHeaderOf(/** @type {Date} */ signedAt) {
  const value = Buffer.alloc(8);
  value.writeBigInt64BE(BigInt(signedAt.getTime()));
  return Buffer.concat([Buffer.from([5]), Buffer.from(':date'), Buffer.from([8]), value]);
}

const smithy = new SignatureV4({ credentials, ...scope, sha256: Sha256 });

/** Messages that smithy has signed, each with the signature before. */
async function framesOfSmithy(/** @type {string} */ seed, /** @type {Uint8Array[]} */ messages) {
  const frames = [];
  let priorSignature = seed;
  for (const [i, payload] of messages.entries()) {
    const signingDate = new Date(date.getTime() + 1000 * i);
    const headers = dateHeaderOf(signingDate);
    priorSignature = await smithy.sign({ headers, payload }, { priorSignature, signingDate });
    frames.push(frameOf(signingDate, priorSignature, payload));
  }
  return frames;
}

const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text);
const MESSAGES = [utf8('one'), utf8('two'.repeat(9999)), utf8('')];

/** @param {{ headers: Record<string, string> }} signed */
const seedOf = ({ headers }) => headers.authorization.slice(-64);

test('accepts the messages that @smithy/signature-v4 signs, until the empty one', async () => {
  const signed = await signedRequest();
  const events = eventVerifier(await verified(signed));
  const frames = await framesOfSmithy(seedOf(signed), MESSAGES);
  const outcomes = await Promise.all(frames.map((frame) => events.verify(frame)));
  assert.deepEqual(
    outcomes.map(({ message }) => Buffer.from(message).toString()),
    MESSAGES.map((message) => Buffer.from(message).toString()),
  );
  assert.deepEqual(outcomes[1].signedAt, new Date('2026-02-03T10:00:01Z'));
  await assert.rejects(events.verify(frames[0]), { code: 'ERR_SIGV4_SIGNATURE_MALFORMED' });
});

test('accepts the messages of the CRT (aws-c-auth, test_event_signing.c)', async () => {
  const known = { accessKeyId: 'access', secretAccessKey: 'secret' };
  const at = new Date('1981-01-16T06:30:00Z');
  const seed = 'e1d8e8c8815e60969f2a34765c9a15945ffc0badbaa4b7e3b163ea19131e949b';
  const names = 'content-encoding;host;x-amz-content-sha256;x-amz-date';
  const request = {
    method: 'POST',
    url: '/streaming',
    headers: {
      host: 'demo.us-east-1.amazonaws.com',
      'content-encoding': 'application/vnd.amazon.eventstream',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-EVENTS',
      'x-amz-date': '19810116T063000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=access/19810116/us-east-1/demo/aws4_request, SignedHeaders=${names}, Signature=${seed}`,
    },
  };
  const events = eventVerifier(
    await verifyRequest(request, { ...options, service: 'demo', now: at, secretAccessKey: () => known }),
  );
  for (const [second, payload, signature] of /** @type {const} */ ([
    [1, 'A', '7aabf85b765e6a4d0d500b6e968657b14726fa3e1eb7e839302728ffd77629a5'],
    [2, 'B', 'f72aa9642f571d24a6e1ae42f10f073ad9448d8a028b6bcd82da081335adda02'],
    [3, 'C', '632af120435b57ec241d8bfbb12e496dfd5e2730a1a02ac0ab6eaa230ae02e9a'],
    [4, '', 'c6f679ddb3af68f5e82f0cf6761244cb2338cf11e7d01a24130aea1b7c17e53e'],
  ])) {
    const message = utf8(payload);
    const frame = frameOf(new Date(at.getTime() + 1000 * second), signature, message);
    assert.deepEqual((await events.verify(frame)).message, message);
  }
});

test('accepts what eventSigner signs', async () => {
  const signed = await signedRequest();
  const sender = await eventSigner(signer, signed);
  const events = eventVerifier(await verified(signed));
  for (const message of MESSAGES.slice(0, 2)) {
    assert.deepEqual((await events.verify(await sender.sign(message))).message, message);
  }
  assert.equal((await events.verify(await sender.end())).message.length, 0);
});

test('by a key that was derived for the day of a message', async () => {
  const signed = await signedRequest();
  /** @type {string[]} */
  const days = [];
  const signingKey = ({ date: day, region, service }) => {
    days.push(day);
    return [day, region, service, 'aws4_request'].reduce(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      /** @type {any} */ (`AWS4${credentials.secretAccessKey}`),
    );
  };
  const known = await verified(signed, { secretAccessKey: () => ({ signingKey }) });
  const events = eventVerifier(known);
  const next = new Date('2026-02-04T00:00:00Z');
  const signature = await smithy.sign(
    { headers: dateHeaderOf(next), payload: MESSAGES[0] },
    { priorSignature: seedOf(signed), signingDate: next },
  );
  await events.verify(frameOf(next, signature, MESSAGES[0]));
  assert.deepEqual(days, ['20260203', '20260204']);
});

describe('refuses', () => {
  /** @type {[string, string, (frames: Uint8Array[]) => Uint8Array][]} */
  const CASES = [
    ['a message that was left out', 'MISMATCH', (frames) => frames[1]],
    ['another message', 'MISMATCH', (frames) => changed(frames[0], frames[0].length - 5)],
    ['another date', 'MISMATCH', (frames) => changed(frames[0], 12 + 14)],
    ['another signature', 'MISMATCH', (frames) => changed(frames[0], 12 + 15 + 30)],
    ['another length', 'MALFORMED', (frames) => changed(frames[0], 3)],
    ['another length of the headers', 'MALFORMED', (frames) => changed(frames[0], 7)],
    ['another header', 'MALFORMED', (frames) => changed(frames[0], 14)],
    ['a part of a message', 'MALFORMED', (frames) => frames[0].subarray(0, 20)],
    ['nothing', 'MALFORMED', () => new Uint8Array(0)],
    ['text', 'MALFORMED', () => /** @type {any} */ ('message')],
  ];
  for (const [name, code, choose] of CASES) {
    test(`${name}, and every message after it`, async () => {
      const signed = await signedRequest();
      const events = eventVerifier(await verified(signed));
      const frames = await framesOfSmithy(seedOf(signed), MESSAGES);
      await assert.rejects(events.verify(choose(frames)), {
        code: `ERR_SIGV4_SIGNATURE_${code}`,
        status: 403,
      });
      await assert.rejects(events.verify(frames[0]), { code: 'ERR_SIGV4_SIGNATURE_MALFORMED' });
    });
  }

  test('the outcome of any other request, and a copy', async () => {
    const plain = await signer.sign({ url: 'https://transcribestreaming.us-east-1.amazonaws.com/x' });
    const other = await verified({ ...plain, method: 'GET' });
    const copy = { ...(await verified(await signedRequest())) };
    for (const outcome of [other, copy]) {
      assert.throws(() => eventVerifier(outcome), { code: 'ERR_SIGV4_OPTION_INVALID' });
    }
  });

  test('the request, unless unsigned bodies are accepted', async () => {
    await assert.rejects(verified(await signedRequest(), { bodyRequired: undefined }), {
      code: 'ERR_SIGV4_ACCESS_DENIED',
    });
  });
});

function changed(/** @type {Uint8Array} */ frame, /** @type {number} */ at) {
  const copy = frame.slice();
  copy[at] ^= 1;
  return copy;
}

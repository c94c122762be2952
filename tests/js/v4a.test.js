// SigV4a: signatures that node:crypto (OpenSSL) verifies, beside the signer of the AWS SDK.

import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { SignatureV4a } from '@smithy/signature-v4a';
import { Sha256 } from '@aws-crypto/sha256-js';

import { SignerV4a } from 'sigv4-wasm/v4a';
import { presignMany } from 'sigv4-wasm/batch';
import { signStream } from 'sigv4-wasm/s3';
import { trace } from 'sigv4-wasm/trace';

/** Of the examples of the AWS documentation; the key that it gives is in the tests of aws-c-auth. */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const publicKey = publicKeyOf(
  '18b7d04643359f6ec270dcbab8dce6d169d66ddc9778c75cfb08dfdb701637ab',
  'fa36b35e4fe67e3112261d2e17a956ef85b06e44712d2850bcd3c2161e9993f2',
);
const OF_AWS_C_AUTH = {
  credentials: {
    accessKeyId: 'AKISORANDOMAASORANDOM',
    secretAccessKey: 'q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom',
  },
  regionSet: ['*'],
};
const PUBLIC_KEY_OF_AWS_C_AUTH = publicKeyOf(
  '15d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb',
  '0515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0',
);
const date = new Date('2013-05-24T00:00:00Z');
const service = 's3';
const options = { credentials, service, date };
const regionSet = ['us-east-1', 'us-west-*'];
const url = 'https://example.com/a%20b?x=2&x=1';

describe('headers', () => {
  test('carry the region set, and a signature that verifies', async () => {
    const signer = new SignerV4a({ ...options, regionSet, deterministic: true });
    const request = { method: 'PUT', url, headers: { 'content-type': 'text/plain' }, body: 'hello' };
    const { headers } = await signer.sign(request);
    const traced = await trace(signer, request);
    assert.equal(headers['x-amz-region-set'], 'us-east-1,us-west-*');
    assert.match(
      headers.authorization,
      /^AWS4-ECDSA-P256-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20130524\/s3\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-region-set, Signature=[0-9a-f]{136,144}$/,
    );
    assert.equal(traced.scope, '20130524/s3/aws4_request');
    assert.ok(traced.canonicalRequest.includes('\nx-amz-region-set:us-east-1,us-west-*\n'));
    assert.ok(verifies(traced.stringToSign, signatureIn(headers)));
    assert.equal(signatureIn(headers), traced.signature);
  });

  test('as the AWS SDK signs', async () => {
    const temporary = { ...credentials, sessionToken: 'a/token+' };
    for (let n = 0; n < 25; n++) {
      const signer = new SignerV4a({ ...options, credentials: temporary, service: 'execute-api', regionSet });
      const sdk = new SignatureV4a({
        ...{ service: 'execute-api', region: regionSet.join(','), credentials: temporary, sha256: Sha256 },
        applyChecksum: false,
      });
      const path = `/items/${n}`;
      const body = `{"n":${n}}`;
      const headers = { host: 'example.com', 'content-type': 'application/json' };
      const request = { method: 'POST', url: `https://example.com${path}`, headers, body };
      const ours = await signer.sign(request);
      const theirs = await sdk.sign(
        { method: 'POST', protocol: 'https:', hostname: 'example.com', path, query: {}, headers, body },
        { signingDate: date },
      );
      assert.deepEqual(withoutSignature(ours.headers), withoutSignature(theirs.headers));
      const { stringToSign } = await trace(signer, request);
      assert.ok(verifies(stringToSign, signatureIn(ours.headers)));
      assert.ok(verifies(stringToSign, signatureIn(theirs.headers)));
    }
  });
});

test('derives the key of the AWS C library (aws-c-auth, tests/key_derivation_tests.c)', async () => {
  const signer = new SignerV4a({ ...options, ...OF_AWS_C_AUTH });
  const { stringToSign, signature } = await trace(signer, url);
  assert.ok(verifies(stringToSign, signature, PUBLIC_KEY_OF_AWS_C_AUTH));
  assert.ok(!verifies(stringToSign, signature), 'another key');
});

describe('presigned URLs', () => {
  test('carry the region set as a parameter', async () => {
    const signer = new SignerV4a({ ...options, regionSet: ['*'], deterministic: true });
    const presigned = new URL(await signer.presign({ url }, { expiresIn: 60 }));
    const { canonicalRequest, stringToSign } = await trace(signer, { url }, { expiresIn: 60 });
    assert.equal(presigned.searchParams.get('X-Amz-Region-Set'), '*');
    assert.equal(presigned.searchParams.get('X-Amz-Algorithm'), 'AWS4-ECDSA-P256-SHA256');
    assert.equal(
      presigned.searchParams.get('X-Amz-Credential'),
      'AKIAIOSFODNN7EXAMPLE/20130524/s3/aws4_request',
    );
    assert.ok(canonicalRequest.includes('X-Amz-Region-Set=%2A&'));
    assert.ok(verifies(stringToSign, presigned.searchParams.get('X-Amz-Signature')));
    assert.equal(signer.presignSync({ url }, { expiresIn: 60 }), presigned.href);
    assert.deepEqual(await presignMany(signer, [url], { expiresIn: 60 }), [presigned.href]);
    // Presigned again, nothing of the old signature stays.
    assert.equal(signer.presignSync(presigned.href, { expiresIn: 60 }), presigned.href);
  });
});

describe('signatures vary', () => {
  const request = { method: 'PUT', url, body: 'a' };
  const crypto = process.getBuiltinModule('node:crypto');

  /** Ten signatures of one request, in each of its forms, which all verify; how many of them differ. */
  async function signInEveryWay(signer) {
    const { stringToSign } = await trace(signer, request);
    const { stringToSign: presignedText } = await trace(signer, { url }, { expiresIn: 60 });
    const signatures = [];
    for (let n = 0; n < 10; n++) {
      signatures.push(signatureIn(signer.signSync(request).headers));
      assert.ok(verifies(stringToSign, signatures.at(-1)));
      const urls = [signer.presignSync({ url }, { expiresIn: 60 })];
      urls.push(...(await presignMany(signer, [url, url], { expiresIn: 60 })));
      for (const one of urls) {
        signatures.push(new URL(one).searchParams.get('X-Amz-Signature'));
        assert.ok(verifies(presignedText, signatures.at(-1)));
      }
      const traced = await trace(signer, { url }, { expiresIn: 60 });
      signatures.push(traced.signature);
      assert.ok(verifies(traced.stringToSign, traced.signature));
    }
    return new Set(signatures).size;
  }

  test('made by node:crypto, and made by the core', async (t) => {
    const sign = t.mock.method(crypto, 'sign');
    assert.equal(await signInEveryWay(new SignerV4a({ ...options, regionSet })), 50);
    assert.ok(sign.mock.callCount() > 30);
    sign.mock.resetCalls();
    t.mock.method(process, 'getBuiltinModule', () => undefined);
    assert.equal(await signInEveryWay(new SignerV4a({ ...options, regionSet })), 50);
    assert.equal(sign.mock.callCount(), 0);
  });

  test('with the option deterministic, none does, and none is made by node:crypto', async (t) => {
    const sign = t.mock.method(crypto, 'sign');
    const signer = new SignerV4a({ ...options, regionSet, deterministic: true });
    assert.equal(await signInEveryWay(signer), 2);
    assert.equal(sign.mock.callCount(), 0);
    const other = signer.signSync(request, { deterministic: false }).headers;
    assert.notEqual(signatureIn(other), signatureIn(signer.signSync(request).headers));
    assert.throws(() => new SignerV4a({ ...options, regionSet, deterministic: 'yes' }), {
      code: 'ERR_SIGV4_OPTION_INVALID',
    });
  });

  test('with the option deterministic, they are those of RFC 6979', async () => {
    const signer = new SignerV4a({
      ...options,
      ...OF_AWS_C_AUTH,
      service: 'execute-api',
      deterministic: true,
    });
    // Computed by the Python package ecdsa 0.19.1 (`sign_deterministic`) from the text and the key that aws-c-auth gives.
    assert.equal(
      signatureIn(signer.signSync(url).headers),
      '3046022100ebb452d52c437b9e37943519f0bfd26cf9abd8ad6111bab1cfe2ada04d57aee1022100938883857a4608ba8b5f2da35010f6a27e6a19e6253f110292b41b376ddd27c0',
    );
  });

  test('node:crypto signs for credentials that have signed 16 times, until they are forgotten', (t) => {
    const sign = t.mock.method(crypto, 'sign');
    const signer = new SignerV4a({ ...options, regionSet });
    const counts = Array.from({ length: 18 }, () => {
      signer.signSync(request);
      return sign.mock.callCount();
    });
    // One more, which is verified before any other is used.
    assert.deepEqual(counts, [...Array(16).fill(0), 2, 3]);
    const again = new SignerV4a({ ...options, regionSet });
    signer.dispose();
    assert.throws(() => signer.signSync(request), { code: 'ERR_SIGV4_CREDENTIALS_INVALID' });
    again.signSync(request);
    assert.equal(sign.mock.callCount(), 3);
  });

  for (const [what, name, broken] of [
    ['makes no key', 'createPrivateKey', () => assert.fail()],
    ['signs with another key', 'createPublicKey', () => PUBLIC_KEY_OF_AWS_C_AUTH],
    ['makes bad signatures', 'sign', () => Buffer.alloc(70)],
  ]) {
    test(`where node:crypto ${what}, the core signs`, async (t) => {
      const signer = new SignerV4a({ ...options, regionSet });
      const method = t.mock.method(crypto, name, broken);
      const traces = await Promise.all(Array.from({ length: 20 }, () => trace(signer, request)));
      assert.equal(method.mock.callCount(), 1);
      method.mock.restore();
      for (const { stringToSign, signature } of traces) assert.ok(verifies(stringToSign, signature));
    });
  }

  test('where there are no random bytes, the core signs as RFC 6979 says', async (t) => {
    t.mock.method(process, 'getBuiltinModule', () => undefined);
    const given = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
    Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true });
    t.after(() => Object.defineProperty(globalThis, 'crypto', given));
    const [random, fixed] = [false, true].map((deterministic) => {
      const signer = new SignerV4a({ ...options, regionSet, deterministic });
      return [1, 2, 3].map(() => signatureIn(signer.signSync(request).headers));
    });
    assert.deepEqual(random, fixed);
    assert.equal(new Set(random).size, 1);
  });
});

describe('chunks', () => {
  // The texts are those of aws-c-auth, tests/test_chunked_signing.c (sigv4a_chunked_signing_test), whose trailers have
  // other names; and its content-length is that of shorter signatures.
  const request = {
    url: 'https://s3.amazonaws.com/examplebucket/chunkObject.txt',
    headers: { 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
  };
  const overrides = { regionSet: ['us-east-1'], signedHeaders: ['content-encoding', 'content-length'] };
  const empty = sha256('');

  for (const trailer of [undefined, 'crc32c']) {
    test(trailer === undefined ? 'signed' : 'signed, with a trailer', async () => {
      const signer = new SignerV4a({ ...options, ...overrides });
      const signed = await signStream(signer, request, 'a'.repeat(66_560), { trailer });
      const encoded = Buffer.from(await new Response(signed.body).arrayBuffer()).toString('latin1');
      const suffix = trailer === undefined ? '' : '-TRAILER';
      const names = 'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;';
      const canonicalRequest =
        'PUT\n/examplebucket/chunkObject.txt\n\ncontent-encoding:aws-chunked\n' +
        `content-length:${encoded.length}\nhost:s3.amazonaws.com\n` +
        `x-amz-content-sha256:STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD${suffix}\nx-amz-date:20130524T000000Z\n` +
        'x-amz-decoded-content-length:66560\nx-amz-region-set:us-east-1\nx-amz-storage-class:REDUCED_REDUNDANCY\n' +
        (trailer === undefined ? '' : 'x-amz-trailer:x-amz-checksum-crc32c\n') +
        `\n${names}x-amz-decoded-content-length;x-amz-region-set;x-amz-storage-class` +
        `${trailer === undefined ? '' : ';x-amz-trailer'}\nSTREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD${suffix}`;
      const text = (kind, ...rest) =>
        [`AWS4-ECDSA-P256-SHA256${kind}`, '20130524T000000Z', '20130524/s3/aws4_request', ...rest].join('\n');

      let previous = signatureIn(signed.headers);
      assert.ok(verifies(text('', sha256(canonicalRequest)), previous), 'the headers');
      assert.equal(signed.headers['content-length'], String(encoded.length));

      let rest = encoded;
      for (const [head, data] of [
        ['10000', 'a'.repeat(65_536)],
        ['400', 'a'.repeat(1024)],
        ['0', ''],
      ]) {
        const [, onWire] = new RegExp(`^${head};chunk-signature=([0-9a-f*]{144})\r\n`).exec(rest);
        const signature = onWire.replace(/\*+$/, '');
        assert.ok(verifies(text('-PAYLOAD', previous, empty, sha256(data)), signature), `chunk ${head}`);
        previous = signature;
        rest = rest.slice(`${head};chunk-signature=${onWire}\r\n${data}`.length);
        if (head !== '0') rest = rest.slice(2);
      }
      if (trailer !== undefined) {
        const line = 'x-amz-checksum-crc32c:sOO8/Q==';
        assert.ok(rest.startsWith(`${line}\r\n`), rest);
        const [, onWire] = /\r\nx-amz-trailer-signature:([0-9a-f*]{144})\r\n/.exec(rest);
        assert.ok(
          verifies(text('-TRAILER', previous, sha256(`${line}\n`)), onWire.replace(/\*+$/, '')),
          'trailer',
        );
        rest = rest.slice(`${line}\r\nx-amz-trailer-signature:${onWire}\r\n`.length);
      }
      assert.equal(rest, '\r\n');
    });
  }
});

describe('the region set', () => {
  test('is by default the region of a known host', async () => {
    const signer = new SignerV4a({ credentials });
    const { headers } = await signer.sign('https://abc.execute-api.eu-west-1.amazonaws.com/prod');
    assert.equal(headers['x-amz-region-set'], 'eu-west-1');
  });

  test('of an S3 Multi-Region Access Point is all regions', async () => {
    const signer = new SignerV4a({ credentials });
    const { headers } = await signer.sign('https://abc.mrap.accesspoint.s3-global.amazonaws.com/key');
    assert.equal(headers['x-amz-region-set'], '*');
    assert.match(headers.authorization, /\/s3\/aws4_request,/);
  });

  test('may differ from request to request, and replaces what the caller sent', async () => {
    const signer = new SignerV4a({ ...options, regionSet });
    const request = { url, headers: { 'X-Amz-Region-Set': 'stale' } };
    assert.equal((await signer.sign(request)).headers['x-amz-region-set'], 'us-east-1,us-west-*');
    const { headers } = await signer.sign(request, { regionSet: ['eu-west-1'] });
    assert.equal(headers['x-amz-region-set'], 'eu-west-1');
  });

  for (const [regionSet, code] of [
    [undefined, 'ERR_SIGV4_REGION_REQUIRED'],
    [[], 'ERR_SIGV4_REGION_REQUIRED'],
    ['us-east-1', 'ERR_SIGV4_REGION_REQUIRED'],
    [['us-east-1,us-west-2'], 'ERR_SIGV4_REGION_REQUIRED'],
    [['us-east-1', ''], 'ERR_SIGV4_REGION_REQUIRED'],
    [['us-east-1\r\nx: y'], 'ERR_SIGV4_REGION_REQUIRED'],
    [['ü'], 'ERR_SIGV4_REGION_REQUIRED'],
    [[1], 'ERR_SIGV4_REGION_REQUIRED'],
  ]) {
    test(`${inspect(regionSet)} is refused`, async () => {
      await assert.rejects(async () => new SignerV4a({ ...options, regionSet }).sign(url), { code });
    });
  }

  test('a region in its place is refused, with a word on what to pass', () => {
    assert.throws(() => new SignerV4a({ ...options, region: 'eu-west-1' }), {
      code: 'ERR_SIGV4_OPTION_INVALID',
      message: /regionSet/,
    });
  });
});

test('no error or inspection shows a secret', async () => {
  const secretAccessKey = 'the-secret-of-this-test';
  const signer = new SignerV4a({ credentials: { accessKeyId: 'AKID', secretAccessKey }, service, regionSet });
  await signer.sign(url);
  assert.ok(!inspect(signer, { depth: 9, showHidden: true }).includes(secretAccessKey));
  const bad = { accessKeyId: 'AKID', secretAccessKey: `${secretAccessKey}\n` };
  await assert.rejects(
    () => signer.sign(url, { credentials: bad }),
    (error) => error.code === 'ERR_SIGV4_CREDENTIALS_INVALID' && !inspect(error).includes(secretAccessKey),
  );
});

function publicKeyOf(x, y) {
  const base64url = (hex) => Buffer.from(hex, 'hex').toString('base64url');
  return createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: base64url(x), y: base64url(y) },
  });
}

/** What the headers are signed with is DER in hex. */
function verifies(text, signature, key = publicKey) {
  return verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'hex'));
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

function signatureIn({ authorization }) {
  return /Signature=([0-9a-f]+)$/.exec(authorization)[1];
}

function withoutSignature(headers) {
  const { authorization, ...rest } = headers;
  return { ...rest, authorization: authorization.replace(/Signature=.*/, '') };
}

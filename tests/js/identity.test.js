// Proofs of identity: STS is played by a server that verifies signatures with AWS's own signer.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import { inspect } from 'node:util';

import { signRequest } from 'sigv4-wasm';
import { createIdentityProof, verifyIdentityProof } from 'sigv4-wasm/identity';
import { ReplayCache } from 'sigv4-wasm/verify';

import { startIamServer } from '../support/iam-server.js';

const audience = 'https://api.example.com';
const region = 'eu-west-1';
const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret/key', sessionToken: 'to/ke+n==' };
const ARN = 'arn:aws:sts::123456789012:assumed-role/reader/session';
const identity = (arn = ARN, account = '123456789012') =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AROA:session</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

/** @type {import('../support/iam-server.js').IamServer} */
let sts;
/** What STS was asked. @type {{ url: string, init: any }[]} */
const asked = [];
before(async () => {
  sts = await startIamServer({
    credentials: [credentials],
    region,
    service: 'sts',
    respond: () => ({ body: identity() }),
  });
});
after(() => sts.close());
beforeEach(() => {
  asked.length = 0;
});

/** Sends to the played STS what is for that of AWS. @type {any} */
const fetch = (/** @type {string} */ url, /** @type {any} */ init) => {
  asked.push({ url, init });
  const headers = { ...Object.fromEntries(init.headers), host: new URL(url).host };
  return new Promise((resolve, reject) => {
    httpRequest(sts.origin, { method: init.method, headers }, async (incoming) => {
      const chunks = [];
      for await (const chunk of incoming) chunks.push(chunk);
      resolve(new Response(Buffer.concat(chunks), { status: incoming.statusCode }));
    })
      .on('error', reject)
      .end(init.body);
  });
};
const make = (/** @type {any} */ options = {}) =>
  createIdentityProof({ audience, region, credentials, ...options });
const verify = (/** @type {unknown} */ proof, /** @type {any} */ options = {}) =>
  verifyIdentityProof(proof, { audience, fetch, ...options });
/** A server that answers the same to everybody. @param {string} body @param {ResponseInit} [init] @returns {any} */
const answering = (body, init) => async (/** @type {string} */ url) => {
  asked.push({ url, init });
  return new Response(body, init);
};

describe('a proof', () => {
  test('says who made it, and is asked about once', async () => {
    const nonce = 'chosen-by-the-server_1';
    const proof = JSON.parse(JSON.stringify(await make({ nonce })));
    const found = await verify(proof);
    const { arn, account, userId, accessKeyId } = found;
    assert.deepEqual(
      [arn, account, userId, accessKeyId],
      [ARN, '123456789012', 'AROA:session', 'ASIAEXAMPLE'],
    );
    assert.equal(found.nonce, nonce);
    assert.equal(found.region, region);
    assert.ok(Math.abs(Number(found.signedAt) - Date.now()) < 5000);
    assert.equal(asked.length, 1);
    assert.equal(asked[0].url, 'https://sts.eu-west-1.amazonaws.com/');
    assert.equal(asked[0].init.redirect, 'manual');
    assert.doesNotMatch(JSON.stringify(proof), /secret/);
  });

  test('in the form of Vault, for those who ask for it', async () => {
    const proof = await make({ form: 'vault', role: 'app' });
    assert.equal(proof.iam_http_request_method, 'POST');
    assert.equal((await verify(proof, { form: 'vault' })).arn, ARN);
    await assert.rejects(verify(await make({ form: 'vault' })), { code: 'ERR_SIGV4_PROOF_INVALID' });
    await assert.rejects(verify(await make(), { form: 'vault' }), { code: 'ERR_SIGV4_PROOF_INVALID' });
  });

  test('a second use is refused, also while the first is still asked about', async () => {
    const proof = await make();
    /** @type {() => void} */
    let release = () => {};
    const held = new Promise((resolve) => (release = () => resolve(undefined)));
    const slow = async (/** @type {any} */ ...args) => {
      await held;
      return fetch(...args);
    };
    const first = verify(proof, { fetch: slow });
    const others = await Promise.allSettled(Array.from({ length: 10 }, () => verify({ ...proof })));
    for (const other of others) {
      assert.equal(/** @type {any} */ (other).reason?.code, 'ERR_SIGV4_REPLAYED');
    }
    release();
    assert.equal((await first).arn, ARN);
    await assert.rejects(verify(proof), { code: 'ERR_SIGV4_REPLAYED', status: 403 });
    assert.equal(asked.length, 1);
  });

  test('it is used up, whatever STS answers', async () => {
    const proof = await make();
    await assert.rejects(verify(proof, { fetch: answering('', { status: 503 }) }), {
      code: 'ERR_SIGV4_STS_UNAVAILABLE',
    });
    await assert.rejects(verify(proof), { code: 'ERR_SIGV4_REPLAYED' });
    assert.equal(asked.length, 1);
  });

  test('two proofs of one caller are two', async () => {
    const date = new Date();
    for (const proof of [await make({ date }), await make({ date })]) await verify(proof);
    assert.equal(asked.length, 2);
  });

  test('is remembered where it is told to be', async () => {
    /** @type {any[]} */
    const ids = [];
    const replays = { admit: async (/** @type {any} */ entry) => ids.push(entry) === 1 };
    const proof = await make();
    await verify(proof, { replays });
    await assert.rejects(verify(proof, { replays }), { code: 'ERR_SIGV4_REPLAYED' });
    assert.equal(ids[0].replayId, ids[1].replayId);
    assert.ok(Math.abs(ids[0].acceptableUntil - Date.now() - 300_000) < 5000);
    await verify(await make(), { replays: new ReplayCache() });
  });
});

describe('refused without asking anybody', () => {
  /** @type {Record<string, (proof: any) => any>} */
  const HOSTILE = {
    'another method': (proof) => ({ ...proof, method: 'GET' }),
    'another action': (proof) => ({ ...proof, body: 'Action=GetSessionToken&Version=2011-06-15' }),
    'an action more': (proof) => ({ ...proof, body: `${proof.body}&Action=GetSessionToken` }),
    'no body': ({ body, ...proof }) => proof,
    'no object': () => 'proof',
    nothing: () => null,
    'no headers': (proof) => ({ ...proof, headers: undefined }),
    'a list of headers': (proof) => ({ ...proof, headers: Object.entries(proof.headers) }),
    'a header more': (proof) => withHeader(proof, 'x-amz-meta', 'a'),
    'a header that proxies read': (proof) => withHeader(proof, 'x-forwarded-host', 'a'),
    'a cookie': (proof) => withHeader(proof, 'cookie', 'a'),
    'a header twice': (proof) => withHeader(proof, 'X-Sigv4-Audience', audience),
    'two values': (proof) => withHeader(proof, 'x-sigv4-nonce', ['a'.repeat(16), 'b'.repeat(16)]),
    'a line end in a header': (proof) =>
      withHeader(proof, 'content-type', 'application/x-www-form-urlencoded;\r\nx: y'),
    'another content type': (proof) => withHeader(proof, 'content-type', 'application/json'),
    'another length': (proof) => withHeader(proof, 'content-length', '4'),
    'another host in a header': (proof) => withHeader(proof, 'host', 'sts.us-east-1.amazonaws.com'),
    'no nonce': (proof) => withHeader(proof, 'x-sigv4-nonce', undefined),
    'a short nonce': (proof) => withHeader(proof, 'x-sigv4-nonce', 'short'),
    'no audience': (proof) => withHeader(proof, 'x-sigv4-audience', undefined),
    'another audience': (proof) => withHeader(proof, 'x-sigv4-audience', 'https://evil.example.com'),
    'the same audience, with a space': (proof) => withHeader(proof, 'x-sigv4-audience', ` ${audience}`),
    'an access to a prototype': (proof) => ({ ...proof, headers: JSON.parse('{"__proto__":"x"}') }),
    ...Object.fromEntries(
      [
        'https://sts.evil.example.com/',
        'https://evil.example.com/?sts.eu-west-1.amazonaws.com',
        'https://sts.eu-west-1.amazonaws.com.evil.example.com/',
        'https://sts.eu-west-1.amazonaws.com@evil.example.com/',
        'https://evil.example.com#sts.eu-west-1.amazonaws.com/',
        'https://sts.eu-west-1.amazonaws.com:8443/',
        'http://sts.eu-west-1.amazonaws.com/',
        'https://sts.eu-west-1.amazonaws.com/x',
        'https://sts.eu-west-1.amazonaws.com/?Action=GetSessionToken',
        'https://STS.eu-west-1.amazonaws.com/',
        'https://sts.eu-west-1.amazonaws.com./',
        // Hosts that somebody else may have: of S3, of API Gateway, of an endpoint in a VPC.
        'https://sts.s3.amazonaws.com/',
        'https://sts.s3-website-us-east-1.amazonaws.com/',
        'https://sts.s3-eu-west-1.amazonaws.com/',
        'https://sts.execute-api.eu-west-1.amazonaws.com/',
        'https://vpce-0123-a.sts.eu-west-1.vpce.amazonaws.com/',
        'https://evil.sts.eu-west-1.amazonaws.com/',
        'https://sts.evil.amazonaws.com/',
        'https://iam.amazonaws.com/',
        'https://169.254.169.254/',
        'file:///etc/passwd',
        '//sts.eu-west-1.amazonaws.com/',
        '',
        {},
      ].map((url) => [`the URL ${inspect(url)}`, (/** @type {any} */ proof) => ({ ...proof, url })]),
    ),
  };
  for (const [name, change] of Object.entries(HOSTILE)) {
    test(name, async () => {
      await assert.rejects(verify(change(await make())), { code: 'ERR_SIGV4_PROOF_INVALID', status: 403 });
      assert.equal(asked.length, 0);
    });
  }

  /** Signed requests that leave something out. @type {Record<string, [code: string, sign: () => Promise<any>]>} */
  const SIGNED = {
    'the audience is not signed': ['ERR_SIGV4_PROOF_INVALID', () => signed({}, ['x-sigv4-audience'])],
    'the nonce is not signed': ['ERR_SIGV4_PROOF_INVALID', () => signed({}, ['x-sigv4-nonce'])],
    'another service': ['ERR_SIGV4_SCOPE_MISMATCH', () => signed({ service: 'iam' })],
    'another region': ['ERR_SIGV4_SCOPE_MISMATCH', () => signed({ region: 'us-west-2' })],
    'ten minutes old': [
      'ERR_SIGV4_SIGNATURE_EXPIRED',
      () => signed({ date: new Date(Date.now() - 600_000) }),
    ],
    'of the future': ['ERR_SIGV4_SIGNATURE_EXPIRED', () => signed({ date: new Date(Date.now() + 600_000) })],
    'without a signature': [
      'ERR_SIGV4_SIGNATURE_MISSING',
      async () => withHeader(await make(), 'authorization', undefined),
    ],
    'with another authorization': [
      'ERR_SIGV4_SIGNATURE_MALFORMED',
      async () => withHeader(await make(), 'authorization', 'AWS4-HMAC-SHA256 Credential=x'),
    ],
    'a token that is not signed': [
      'ERR_SIGV4_ACCESS_DENIED',
      async () =>
        withHeader(
          await make({ credentials: { ...credentials, sessionToken: undefined } }),
          'x-amz-security-token',
          'x',
        ),
    ],
  };
  for (const [name, [code, sign]] of Object.entries(SIGNED)) {
    test(name, async () => {
      await assert.rejects(verify(await sign()), { code });
      assert.equal(asked.length, 0);
    });
  }

  test('a region that is not accepted', async () => {
    await assert.rejects(verify(await make(), { regions: ['us-east-1'] }), {
      code: 'ERR_SIGV4_PROOF_INVALID',
    });
    await verify(await make(), { regions: ['us-east-1', region] });
  });

  test('a signature of SigV4a', async () => {
    const { SignerV4a } = await import('sigv4-wasm/v4a');
    const { method, url, headers, body } = await make();
    const { authorization, 'x-amz-date': date, 'x-amz-security-token': token, ...rest } = headers;
    const names = ['x-sigv4-audience', 'x-sigv4-nonce'];
    const v4a = new SignerV4a({ credentials, regionSet: [region], service: 'sts', signedHeaders: names });
    const proof = await v4a.sign({ method, url, headers: rest, body });
    await assert.rejects(verify({ ...proof, body }), { code: 'ERR_SIGV4_PROOF_INVALID' });
    assert.equal(asked.length, 0);
  });

  /** @param {any} options @param {string[]} [unsigned] */
  async function signed(options, unsigned = []) {
    const { method, url, headers, body } = await make();
    const { authorization, 'x-amz-date': date, 'x-amz-security-token': token, ...rest } = headers;
    const names = ['x-sigv4-audience', 'x-sigv4-nonce'].filter((name) => !unsigned.includes(name));
    const request = { method, url, headers: rest, body };
    const result = await signRequest(request, {
      credentials,
      service: 'sts',
      region,
      signedHeaders: names,
      ...options,
    });
    return { ...result, body };
  }
});

describe('what STS answers', () => {
  test('a signature of somebody else', async () => {
    const proof = await make({ credentials: { ...credentials, secretAccessKey: 'another' } });
    await assert.rejects(verify(proof), (/** @type {any} */ error) => error.status === 403);
    assert.equal(asked.length, 1);
  });

  /** "Common Error Types", AWS Security Token Service API reference. @type {[status: number, body: string, code: string][]} */
  const ANSWERS = [
    [403, refusal('SignatureDoesNotMatch'), 'ERR_SIGV4_SIGNATURE_MISMATCH'],
    [403, refusal('InvalidClientTokenId'), 'ERR_SIGV4_ACCESS_KEY_UNKNOWN'],
    [403, refusal('ExpiredToken'), 'ERR_SIGV4_CREDENTIALS_EXPIRED'],
    [403, refusal('AccessDenied'), 'ERR_SIGV4_ACCESS_DENIED'],
    [403, refusal('constructor'), 'ERR_SIGV4_ACCESS_DENIED'],
    [302, identity(), 'ERR_SIGV4_STS_UNAVAILABLE'],
    [429, '', 'ERR_SIGV4_STS_UNAVAILABLE'],
    [500, refusal('InternalFailure'), 'ERR_SIGV4_STS_UNAVAILABLE'],
    [204, '', 'ERR_SIGV4_STS_UNAVAILABLE'],
    [200, '', 'ERR_SIGV4_STS_UNAVAILABLE'],
    [200, '{"Arn":"x"}', 'ERR_SIGV4_STS_UNAVAILABLE'],
    [200, identity().replaceAll('GetCallerIdentity', 'AssumeRole'), 'ERR_SIGV4_STS_UNAVAILABLE'],
    [
      200,
      identity('arn:aws:sts::123456789012:assumed-role/a/b', '999999999999'),
      'ERR_SIGV4_STS_UNAVAILABLE',
    ],
    [200, identity('x'), 'ERR_SIGV4_STS_UNAVAILABLE'],
  ];
  for (const [status, body, code] of ANSWERS) {
    test(`${status} ${body.slice(0, 60)}: ${code}`, async () => {
      const fetch = answering(status === 204 ? /** @type {any} */ (null) : body, { status });
      await assert.rejects(verify(await make(), { fetch }), { code });
      assert.equal(asked.length, 1);
    });
  }

  test('nothing, in time', async () => {
    const never = (/** @type {any} */ _, /** @type {any} */ { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    await assert.rejects(verify(await make(), { fetch: never, timeoutMs: 20 }), {
      code: 'ERR_SIGV4_STS_UNAVAILABLE',
      status: 503,
    });
    const controller = new AbortController();
    const waiting = verify(await make(), { fetch: never, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await assert.rejects(waiting, /enough/);
  });

  test('no error shows a token', async () => {
    const failing = async () => {
      throw new TypeError('fetch failed');
    };
    for (const attempt of [
      verify(await make(), { fetch: failing }),
      verify(await make(), { audience: 'other' }),
      verify(withHeader(await make(), 'x-other', 'to/ke+n==')),
    ]) {
      const error = await attempt.catch((/** @type {any} */ error) => error);
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /to\/ke\+n/);
    }
  });

  /** @param {string} code */
  function refusal(code) {
    return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>`;
  }
});

test('options', async () => {
  const proof = await make();
  for (const wrong of [
    { audience: '' },
    { audience: 'a  b' },
    { audience: undefined },
    { form: 'other' },
    { maxAgeSeconds: 0 },
    { maxAgeSeconds: 3600 },
    { adience: 'x' },
  ]) {
    await assert.rejects(verify(proof, wrong), { code: 'ERR_SIGV4_OPTION_INVALID' });
  }
  for (const wrong of [
    { audience: ' x' },
    { nonce: 'short' },
    { region: undefined },
    { region: 'a.b/' },
    { form: 'x' },
    { role: 'r' },
  ]) {
    await assert.rejects(make(wrong), { code: 'ERR_SIGV4_OPTION_INVALID' });
  }
  assert.equal(asked.length, 0);
});

/** @param {any} proof @param {string} name @param {unknown} value */
function withHeader(proof, name, value) {
  const headers = { ...proof.headers, [name]: value };
  if (value === undefined) delete headers[name];
  return { ...proof, headers };
}

// Presigned URLs of every kind of service: the same signature as botocore and the AWS Common Runtime make. tests/servers sends them to real servers; tokens that are presigned URLs are in tokens.test.js.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { presignUrl, Signer } from 'sigv4-wasm';
import { presignMany } from 'sigv4-wasm/batch';

import { findPython, Oracle } from '../differential/oracle.js';
import { sha256, signatureOf } from '../support/aws-chunked.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS, OPTIONS, send } from '../support/wire.js';

const SECONDS = Date.UTC(2015, 7, 30, 12, 36) / 1000;
const bucket = 'https://bucket.s3.eu-west-1.amazonaws.com';
const upload = {
  method: 'PUT',
  url: `${bucket}/photos/a%20b%2Bc.jpg`,
  headers: {
    'content-type': 'image/jpeg',
    'x-amz-meta-note': 'two  words',
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-tagging': 'a=b',
  },
};

/**
 * What is presigned, with which options; where others are told something else, that; and which headers the user of the
 * URL must send.
 *
 * @type {Record<string, { request: any, options?: any, others?: any, service: string, signedHeaders?: string }>}
 */
const CASES = {
  'S3: download': { request: `${bucket}/photos/a%20b.jpg?versionId=1`, service: 's3' },
  'S3: upload, whose metadata becomes parameters': {
    request: upload,
    others: {
      headers: {
        'content-type': 'image/jpeg',
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-tagging': 'a=b',
      },
      query: 'x-amz-meta-note=two%20%20words',
    },
    service: 's3',
    signedHeaders: 'content-type;host;x-amz-server-side-encryption;x-amz-tagging',
  },
  'S3: upload, whose metadata stays in headers': {
    request: upload,
    options: { headerPlacement: 'headers' },
    service: 's3',
    signedHeaders: 'content-type;host;x-amz-meta-note;x-amz-server-side-encryption;x-amz-tagging',
  },
  'S3: upload, whose metadata is named among the signed headers': {
    request: upload,
    options: { signedHeaders: ['X-Amz-Meta-Note'] },
    service: 's3',
    signedHeaders: 'content-type;host;x-amz-meta-note;x-amz-server-side-encryption;x-amz-tagging',
  },
  'S3: upload of a length and a digest': {
    request: { ...upload, headers: { 'content-length': '3', 'content-md5': 'kAFQmDzST7DWlj99KOF/cg==' } },
    options: { signedHeaders: ['Content-Length'] },
    service: 's3',
    signedHeaders: 'content-length;content-md5;host',
  },
  'API Gateway': {
    request: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod/@connections/ab=?q=a+b',
    others: { query: 'q=a%20b' },
    service: 'execute-api',
  },
  'API Gateway: a body, which is signed': {
    request: {
      method: 'POST',
      url: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod',
      body: { item: 'tea' },
    },
    others: {
      payload: sha256('{"item":"tea"}'),
      headers: { 'content-type': 'application/json' },
    },
    service: 'execute-api',
    signedHeaders: 'content-type;host',
  },
  'API Gateway: WebSocket': {
    request: 'wss://abc.execute-api.eu-west-1.amazonaws.com/prod?a=b',
    service: 'execute-api',
  },
  'AWS IoT: WebSocket': {
    request: 'wss://abc-ats.iot.eu-west-1.amazonaws.com/mqtt',
    service: 'iotdevicegateway',
  },
  'Transcribe: WebSocket, with a port': {
    request:
      'wss://transcribestreaming.eu-west-1.amazonaws.com:8443/stream-transcription-websocket?language-code=de-DE',
    service: 'transcribe',
  },
  'AppSync: WebSocket': {
    request: 'wss://abc.appsync-realtime-api.eu-west-1.amazonaws.com/graphql',
    options: { service: 'appsync' },
    service: 'appsync',
  },
  'a Lambda URL': { request: 'https://abc.lambda-url.eu-west-1.on.aws/', service: 'lambda' },
  STS: {
    request: 'https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15',
    service: 'sts',
  },
};

const python = findPython();
const missing = 'there is no Python with botocore: scripts/setup test installs one';
if (python === undefined) {
  if (process.env.CI === 'true') throw new Error(missing);
  test('presigned like others do', { skip: missing });
} else {
  describe('presigned like others do', () => {
    /** @type {Oracle} */
    let oracle;
    before(async () => {
      oracle = await new Oracle(python).start();
    });
    after(() => oracle?.stop());

    for (const [name, one] of Object.entries(CASES)) {
      for (const sessionToken of [undefined, CREDENTIALS.sessionToken]) {
        test(`${name}${sessionToken === undefined ? '' : ', temporary credentials'}`, async () => {
          const credentials = { ...CREDENTIALS, sessionToken };
          const signer = new Signer({ credentials, date: new Date(SECONDS * 1000), ...one.options });
          const url = await signer.presign(one.request, { expiresIn: 300 });
          const given = new URL(one.request.url ?? one.request);
          assert.equal(url.split('?')[0], given.href.split('?')[0]);

          const query = new URL(url).searchParams;
          assert.equal(query.get('X-Amz-SignedHeaders'), one.signedHeaders ?? 'host');
          assert.equal(query.get('X-Amz-Security-Token') ?? undefined, sessionToken);
          const [answer] = await oracle.ask([forOthers(one, given, credentials)]);
          for (const signer of Object.keys(oracle.versions)) {
            const { signature, signedHeaders } = answer[signer];
            assert.deepEqual(
              [query.get('X-Amz-Signature'), query.get('X-Amz-SignedHeaders')],
              [signature, signedHeaders],
              signer,
            );
          }
        });
      }
    }
  });
}

/**
 * @param {(typeof CASES)[string]} one
 * @param {URL} url
 * @param {import('sigv4-wasm').Credentials} credentials
 */
function forOthers({ request, others = {}, service }, url, credentials) {
  const { headers = request.headers ?? {}, query = url.search.slice(1), payload = null } = others;
  return {
    mode: 'presigned',
    method: request.method ?? 'GET',
    scheme: 'https',
    host: url.host,
    path: url.pathname,
    query,
    headers: Object.entries(headers),
    bodyHex: '',
    payload,
    region: 'eu-west-1',
    service,
    ...credentials,
    sessionToken: credentials.sessionToken ?? null,
    epochSeconds: SECONDS,
    expires: 300,
  };
}

describe('a presigned request', () => {
  /** @type {import('../support/iam-server.js').IamServer} */
  let server;
  /** @type {string} */
  let url;
  before(async () => {
    server = await startIamServer({ credentials: [CREDENTIALS] });
    url = `${server.origin}/prod/items`;
  });
  after(() => server.close());

  /** @param {string} presigned @param {Record<string, string>} [headers] */
  const use = async (presigned, headers = {}) =>
    (await send({ method: 'GET', url: presigned, headers })).status;

  test('is good with the headers that it was presigned for, and no others', async () => {
    const headers = { 'x-k8s-aws-id': 'cluster', 'content-type': 'text/plain' };
    const presigned = await presignUrl({ url, headers }, { ...OPTIONS, signedHeaders: ['X-K8s-Aws-Id'] });
    assert.equal(
      new URL(presigned).searchParams.get('X-Amz-SignedHeaders'),
      'content-type;host;x-k8s-aws-id',
    );
    assert.equal(await use(presigned, headers), 200);
    assert.equal(await use(presigned, { ...headers, 'x-k8s-aws-id': 'other' }), 403);
    assert.equal(await use(presigned, { 'content-type': headers['content-type'] }), 403);
    assert.equal(await use(presigned, { ...headers, 'x-other': '1' }), 200, 'what is not signed is free');
  });

  test('holds a parameter beyond Latin-1, which no header can', async () => {
    const moved = await presignUrl({ url, headers: { 'x-amz-meta': '日本 ü' } }, OPTIONS);
    assert.equal(new URL(moved).searchParams.get('x-amz-meta'), '日本 ü');
    assert.equal(await use(moved), 200);
  });

  test('signs a header that stays as it is sent, one byte for each character', async () => {
    // The server of these tests, as smithy, reads header values as UTF-8.
    const headers = { 'x-amz-meta-moves': 'grüße 日本', 'x-amz-meta-stays': 'grüße' };
    const { sessionToken: _, ...credentials } = CREDENTIALS;
    const presigned = new URL(
      await presignUrl(
        { url: 'https://example.com/', headers },
        {
          ...OPTIONS,
          credentials,
          date: new Date(SECONDS * 1000),
          signedHeaders: ['x-amz-meta-stays', 'x-absent'],
        },
      ),
    );
    const query = presigned.searchParams;
    assert.equal(query.get('x-amz-meta-moves'), headers['x-amz-meta-moves']);
    assert.equal(query.get('X-Amz-SignedHeaders'), 'host;x-amz-meta-stays');
    const [, canonicalQuery, signature] = /^\?(.*)&X-Amz-Signature=(.*)$/.exec(presigned.search);
    const canonicalRequest =
      `GET\n/\n${canonicalQuery}\nhost:example.com\nx-amz-meta-stays:grüße\n\n` +
      `host;x-amz-meta-stays\n${sha256('')}`;
    const scope = ['20150830', OPTIONS.region, OPTIONS.service];
    const stringToSign =
      `AWS4-HMAC-SHA256\n20150830T123600Z\n${scope.join('/')}/aws4_request\n` +
      sha256(Buffer.from(canonicalRequest, 'latin1'));
    assert.equal(signature, signatureOf(stringToSign, credentials.secretAccessKey, scope));
  });

  test('refuses a header that stays and that no client sends', async () => {
    for (const [name, options] of [
      ['x-amz-meta-a', { signedHeaders: ['x-amz-meta-a'] }],
      ['x-amz-meta-a', { headerPlacement: 'headers' }],
      ['x-amz-tagging', {}],
      ['x-other', {}],
    ]) {
      await assert.rejects(presignUrl({ url, headers: { [name]: 'v 日本' } }, { ...OPTIONS, ...options }), {
        code: 'ERR_SIGV4_HEADER_INVALID',
        message: new RegExp(`"${name}"`),
      });
    }
  });

  test('is the same whatever is left of an earlier signature, and without the fragment', async () => {
    const options = { ...OPTIONS, date: new Date(SECONDS * 1000) };
    const plain = await presignUrl(`${url}?a=b`, options);
    const stale = [
      'Algorithm',
      'Credential',
      'Date',
      'Expires',
      'SignedHeaders',
      'Signature',
      'Security-Token',
    ];
    const query = stale.map((name) => `X-Amz-${name}=x`).join('&');
    assert.equal(await presignUrl(`${url}?${query}&a=b#part`, options), plain);
    assert.equal(await presignUrl(`${url}?${query.toLowerCase()}&a=b`, options), plain);
    for (const headerPlacement of ['query', 'headers']) {
      const headers = { Authorization: 'x', 'x-amz-date': 'x', 'x-amz-security-token': 'x' };
      assert.equal(await presignUrl({ url: `${url}?a=b`, headers }, { ...options, headerPlacement }), plain);
    }
  });

  test('an option of the signer holds for its URLs, and not for its headers', async () => {
    const signer = new Signer({ ...OPTIONS, headerPlacement: 'headers' });
    const request = { url, headers: { 'x-amz-meta': '1' } };
    assert.equal(new URL(await signer.presign(request)).searchParams.has('x-amz-meta'), false);
    const moved = await signer.presign(request, { headerPlacement: 'query' });
    assert.equal(new URL(moved).searchParams.get('x-amz-meta'), '1');
    const [many] = await presignMany(signer, [request]);
    assert.equal(await use(many, request.headers), 200);
    const signed = await signer.sign(request);
    assert.equal((await send(signed)).status, 200);
  });
});

// What servers that no one here wrote refuse, explained: moto, Swift and s3s-fs, each with its own words.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';

import { Signer } from 'sigv4-wasm';
import { explainResponse, formatExplanation } from 'sigv4-wasm/explain';
import { trace } from 'sigv4-wasm/trace';

import { assumeRole, startMotoAccount } from './support/moto-account.js';
import { S3Client, send } from './support/s3-client.js';
import { refusals } from './support/s3-operations.js';
import { s3sFs, swift } from './support/s3-servers.js';
import { PYTHON, describeWith } from './support/tools.js';

describeWith(PYTHON, 'moto', () => {
  /** @type {import('./support/moto-account.js').MotoAccount} */
  let moto;
  /** @type {import('sigv4-wasm').Credentials} */
  let temporary;
  before(async () => {
    moto = await startMotoAccount();
    temporary = await assumeRole(moto);
  });
  after(() => moto?.stop());

  const listTables = () => ({
    method: 'POST',
    url: `${moto.origin}/`,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables' },
    body: {},
  });
  const listUsers = () => ({
    method: 'POST',
    url: `${moto.origin}/`,
    body: new URLSearchParams({ Action: 'ListUsers', Version: '2010-05-08' }),
  });
  /** @type {Record<string, [code: string, service: string, request: () => any, credentials: () => import('sigv4-wasm').Credentials]>} */
  const REFUSED = {
    'a wrong secret': [
      'signature-mismatch',
      'dynamodb',
      listTables,
      () => ({ ...temporary, secretAccessKey: 'another' }),
    ],
    'an unknown key': [
      'token-invalid',
      'dynamodb',
      listTables,
      () => ({ ...temporary, accessKeyId: 'ASIDUNKNOWN' }),
    ],
    'no session token': [
      'token-invalid',
      'dynamodb',
      listTables,
      () => ({ ...temporary, sessionToken: undefined }),
    ],
    'no permission': ['not-allowed', 'iam', listUsers, () => temporary],
  };
  for (const [name, [code, service, request, credentials]] of Object.entries(REFUSED)) {
    test(name, async () => {
      const signer = new Signer({ region: 'us-east-1', service, credentials: credentials() });
      const { status, headers, text } = await send(await signer.sign(request()));
      const explanation = await explainResponse({ status, headers, body: text });
      assert.equal(explanation.code, code, formatExplanation(explanation));
      assert.equal(explanation.status, 403);
      if (code === 'not-allowed')
        assert.match(explanation.summary, /\S+assumed-role\/reader\/session to perform iam:ListUsers/);
    });
  }

  test('a client of the AWS SDK', async () => {
    const credentials = { ...temporary, secretAccessKey: 'another' };
    const client = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: moto.origin,
      credentials,
      maxAttempts: 1,
    });
    const error = await client
      .send(new ListTablesCommand({}))
      .catch((/** @type {unknown} */ reason) => reason);
    // moto answers this protocol in XML, which the SDK cannot parse and does not keep.
    const { code, status, detail } = await explainResponse(error);
    assert.deepEqual([code, status], ['no-reason', 403]);
    assert.match(detail, /read already/);
  });
});

/**
 * What the refusals of s3-operations.js are explained as, by their names; all others are `signature-mismatch`.
 *
 * @type {Record<string, Record<string, string>>}
 */
const CODES = {
  [swift.name]: {
    'no signature': 'unknown', // it is no request for s3api, but for Swift itself
    'a header added': 'header-not-signed',
    'a changed body': 'body-mismatch',
    'a clock 20 minutes behind': 'signature-expired',
    'a clock 20 minutes ahead': 'signature-expired',
    'the wrong region': 'wrong-region',
    'the wrong service': 'wrong-service',
    'presigned: expired': 'url-expired',
    'presigned: from 20 minutes ahead': 'no-failure',
  },
  [s3sFs.name]: {
    'no signature': 'access-denied',
    'a header added': 'no-failure',
    'a changed body': 'server-error',
    'an unknown access key': 'account-not-signed-up',
    'a clock 20 minutes behind': 'signature-expired',
    'a clock 20 minutes ahead': 'signature-expired',
    'the wrong region': 'no-failure',
    'the wrong service': 'wrong-service',
    'presigned: expired': 'url-expired',
    'presigned: from 20 minutes ahead': 'signature-expired',
  },
};

for (const { name, program, credentials, start } of [swift, s3sFs]) {
  describeWith(program, name, () => {
    /** @type {import('./support/server.js').RunningServer} */
    let server;
    /** @type {S3Client} */
    let s3;
    before(async () => {
      server = await start(credentials);
      s3 = new S3Client({ origin: server.origin, credentials, bucket: 'bucket' });
      await s3.ok({ method: 'PUT' });
      await s3.ok({ method: 'PUT', path: '/kept', body: 'kept' });
    });
    after(() => server?.stop());

    for (const [what, { send: refuse }] of Object.entries(refusals)) {
      test(what, async () => {
        const { status, headers, text } = await refuse(s3);
        const explanation = await explainResponse({ status, headers, body: text });
        assert.equal(explanation.code, CODES[name][what] ?? 'signature-mismatch', text);
        assert.doesNotMatch(explanation.summary + explanation.fix, /[{}]|undefined/);
      });
    }

    // s3s-fs does not say what it expected.
    if (name !== swift.name) return;

    const date = new Date();
    /** @type {Record<string, [change: (signed: import('sigv4-wasm').SignedRequest) => void, summary: RegExp]>} */
    const CHANGES = {
      'another path': [
        (signed) => (signed.url = signed.url.replace('/kept', '/other')),
        /path \/bucket\/other, but you signed \/bucket\/kept/,
      ],
      'a query added': [(signed) => (signed.url += '?acl'), /received the parameter acl/],
      'another header': [
        ({ headers }) => (headers['x-amz-meta-a'] = 'two'),
        /header x-amz-meta-a: two, but you signed one/,
      ],
      'another token': [
        ({ headers }) => (headers['x-amz-security-token'] = 'another'),
        /session token that the server received is not the one that you signed/,
      ],
      'another method': [(signed) => (signed.method = 'HEAD'), /says nothing/],
    };
    for (const [what, [change, summary]] of Object.entries(CHANGES)) {
      test(`its canonical request beside ours: ${what}`, async () => {
        const temporary = { ...credentials, sessionToken: 'a/token+with==' };
        const signer = new Signer({ credentials: temporary, region: 'us-east-1', service: 's3', date });
        const request = { url: `${server.origin}/bucket/kept`, headers: { 'x-amz-meta-a': 'one' } };
        const signed = await signer.sign(request);
        change(signed);
        const { status, headers, text } = await send(signed);
        const explanation = await explainResponse(
          { status, headers, body: text },
          { signed: await trace(signer, request) },
        );
        assert.match(explanation.summary, summary, formatExplanation(explanation));
        assert.ok(!JSON.stringify(explanation).includes('a/token'));
      });
    }

    test('its canonical request beside ours: another secret', async () => {
      const wrong = { ...credentials, secretAccessKey: 'another' };
      const signer = new Signer({ credentials: wrong, region: 'us-east-1', service: 's3', date });
      const request = {
        url: `${server.origin}/bucket/kept?a=b%20c`,
        headers: { 'x-amz-meta-a': ' two  words' },
      };
      const { status, headers, text } = await send(await signer.sign(request));
      const answer = { status, headers, body: text };
      const { code, diff = [] } = await explainResponse(answer, { signed: await trace(signer, request) });
      assert.equal(code, 'wrong-secret');
      assert.ok(diff.length > 8 && diff.every(({ isEqual }) => isEqual));
    });
  });
}

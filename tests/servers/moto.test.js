// moto with its IAM turned on. It verifies with botocore's signer, looks temporary credentials up that its own STS has
// handed out, and applies policies to whom the signature names.
//
// What it does otherwise than AWS: it takes a signature of any date, and no presigned URL; it hashes forms as Python
// would have written them, and the query of a GET as if it were a body, so that no GET with a query can be right but
// for S3; and in S3 it takes the path as it is written, which Amazon S3 and servers that verify by themselves encode
// again. So forms here have no `~` or `*`, and keys are written in the one way that comes to the same. Of an upload in
// chunks it verifies the headers, not the chunks. With IAM it has no uploads by HTML form: it looks for a header.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Signer } from 'sigv4-wasm';

import { assumeRole, callQuery, element, startMotoAccount } from './support/moto-account.js';
import { S3Client, send } from './support/s3-client.js';
import { PYTHON, describeWith } from './support/tools.js';

const LARGE = Buffer.alloc(200_000, '0123456789abcdef-');

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

  /**
   * The AWS JSON protocol.
   *
   * @param {string} target
   * @param {object} body
   */
  const jsonRequest = (target, body) => ({
    method: 'POST',
    url: `${moto.origin}/`,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target },
    body,
  });
  const signerFor = (
    /** @type {string} */ service,
    /** @type {import('sigv4-wasm').SignerOptions['credentials']} */ credentials,
  ) => new Signer({ region: 'us-east-1', service, credentials });

  const who = {
    'an access key': () => moto.user.credentials,
    'temporary credentials': () => temporary,
    'a provider that assumes the role': () => () => assumeRole(moto),
  };
  for (const [name, credentials] of Object.entries(who)) {
    describe(`accepts ${name}`, () => {
      test('STS, which tells who signed', async () => {
        const answer = await callQuery(
          moto.origin,
          'sts',
          { Action: 'GetCallerIdentity', Version: '2011-06-15' },
          credentials(),
        );
        const expected =
          name === 'an access key' ? moto.user.arn : 'arn:aws:sts::123456789012:assumed-role/reader/session';
        assert.equal(element(answer, 'Arn'), expected);
      });

      test('DynamoDB', async () => {
        const signer = signerFor('dynamodb', credentials());
        const TableName = `table-${name.replaceAll(' ', '-')}`;
        const call = async (/** @type {string} */ action, /** @type {object} */ body) => {
          const request = jsonRequest(`DynamoDB_20120810.${action}`, { TableName, ...body });
          const answer = await send(await signer.sign(request));
          assert.equal(answer.status, 200, answer.text);
          return JSON.parse(answer.text);
        };
        await call('CreateTable', {
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        });
        const Item = { id: { S: 'ü/€ 🦀' }, text: { S: 'long '.repeat(60_000) } };
        await call('PutItem', { Item });
        assert.deepEqual(await call('GetItem', { Key: { id: Item.id } }), { Item });
      });

      test('SQS, in JSON and as a query', async () => {
        const signer = signerFor('sqs', credentials());
        const call = async (/** @type {string} */ action, /** @type {object} */ body) => {
          const answer = await send(await signer.sign(jsonRequest(`AmazonSQS.${action}`, body)));
          assert.equal(answer.status, 200, answer.text);
          return JSON.parse(answer.text);
        };
        const { QueueUrl } = await call('CreateQueue', { QueueName: `queue-${name.replaceAll(' ', '-')}` });
        const query = { Version: '2012-11-05', Action: 'SendMessage', QueueUrl, MessageBody: 'a b+c&d=ü/' };
        await callQuery(moto.origin, 'sqs', query, credentials());
        const { Messages } = await call('ReceiveMessage', { QueueUrl });
        assert.equal(Messages[0].Body, query.MessageBody);
      });

      test('S3', async () => {
        const bucket = `bucket-${name.replaceAll(' ', '-')}`;
        const s3 = new S3Client({ origin: moto.origin, credentials: credentials(), bucket });
        await s3.ok({ method: 'PUT' });
        for (const path of [
          '/a%20b',
          '/%C3%BC/%E2%82%AC',
          '/%24%21%27%28%29%2A',
          '//a//b',
          '/a/./b/../c',
          '/d/',
        ]) {
          const headers = { 'content-type': 'text/plain', 'x-amz-meta-note': ' two  words' };
          await s3.ok({ method: 'PUT', path, headers, body: path });
          assert.equal((await s3.ok({ path, headers: { range: 'bytes=1-' } })).text, path.slice(1));
          await s3.ok({ method: 'PUT', path, body: 'unsigned' }, { payload: 'unsigned' });
        }
        const { text } = await s3.ok({
          path: '',
          query: { 'list-type': '2', prefix: 'a b', 'start-after': '+' },
        });
        assert.match(text, /<Key>a b<\/Key>/);
        for (const payload of /** @type {const} */ (['signed', 'unsigned'])) {
          const signed = await s3.signStream({ path: '/chunks' }, LARGE, { trailer: 'crc32', payload });
          assert.equal((await fetch(signed.url, signed)).status, 200);
          assert.ok((await s3.ok({ path: '/chunks' })).bytes.equals(LARGE));
        }
        await s3.ok({ method: 'DELETE', path: '/a%20b' });
        assert.equal((await s3.try({ path: '/a%20b' })).status, 404);
      });
    });
  }

  describe('refuses', () => {
    /** @typedef {import('sigv4-wasm').SignedRequest} SignedRequest */
    /** @type {Record<string, [change: (signed: SignedRequest) => void, code: string]>} */
    const changes = {
      'a changed body': [(signed) => (signed.body = '{"Limit":1}'), 'SignatureDoesNotMatch'],
      'a changed header': [
        ({ headers }) => (headers['x-amz-target'] = 'DynamoDB_20120810.DescribeLimits'),
        'SignatureDoesNotMatch',
      ],
      'a changed query': [(signed) => (signed.url += '?a=b'), 'SignatureDoesNotMatch'],
      'another date': [
        ({ headers }) => (headers['x-amz-date'] = headers['x-amz-date'].replace(/T\d+/, 'T000000')),
        'SignatureDoesNotMatch',
      ],
      'another session token': [
        ({ headers }) => (headers['x-amz-security-token'] += 'A'),
        'InvalidClientTokenId',
      ],
      'no session token': [({ headers }) => delete headers['x-amz-security-token'], 'InvalidClientTokenId'],
    };
    for (const [what, [change, code]] of Object.entries(changes)) {
      test(what, async () => {
        const signed = await signerFor('dynamodb', temporary).sign(
          jsonRequest('DynamoDB_20120810.ListTables', {}),
        );
        assert.equal((await send(signed)).status, 200);
        change(signed);
        const refused = await send(signed);
        assert.deepEqual([refused.status, refused.code], [403, code]);
      });
    }

    /** @type {Record<string, [credentials: () => import('sigv4-wasm').Credentials, code: string]>} */
    const keys = {
      'a wrong secret key': [() => ({ ...temporary, secretAccessKey: 'another' }), 'SignatureDoesNotMatch'],
      'an unknown access key': [() => ({ ...temporary, accessKeyId: 'ASIDUNKNOWN' }), 'InvalidClientTokenId'],
      'temporary credentials without their token': [
        () => ({ ...temporary, sessionToken: undefined }),
        'InvalidClientTokenId',
      ],
    };
    for (const [what, [credentials, code]] of Object.entries(keys)) {
      test(what, async () => {
        const request = jsonRequest('DynamoDB_20120810.ListTables', {});
        const refused = await send(await signerFor('dynamodb', credentials()).sign(request));
        assert.deepEqual([refused.status, refused.code], [403, code]);
      });
    }

    test('an upload in chunks whose length was changed', async () => {
      const s3 = new S3Client({ origin: moto.origin, credentials: temporary, bucket: 'bucket' });
      await s3.ok({ method: 'PUT' });
      const signed = await s3.signStream({ path: '/chunks' }, LARGE, { trailer: 'crc32' });
      const body = new Uint8Array(await new Response(signed.body).arrayBuffer());
      assert.equal((await send({ ...signed, body })).status, 200);
      signed.headers['x-amz-decoded-content-length'] = '1';
      const refused = await send({ ...signed, body });
      assert.deepEqual([refused.status, refused.code], [403, 'SignatureDoesNotMatch']);
    });

    test('what the policy does not allow', async () => {
      const signed = await signerFor('iam', temporary).sign({
        method: 'POST',
        url: `${moto.origin}/`,
        body: new URLSearchParams({ Action: 'ListUsers', Version: '2010-05-08' }),
      });
      const refused = await send(signed);
      assert.deepEqual([refused.status, refused.code], [403, 'AccessDenied']);
      assert.match(refused.text, /assumed-role\/reader\/session is not authorized to perform: iam:ListUsers/);
    });
  });
});

// Clients of the AWS SDK, with `SignatureV4` of sigv4-wasm/smithy as their signer, and servers that verify: moto with its
// IAM turned on, Swift and s3s-fs.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';

import { DynamoDBClient, GetItemCommand, PutItemCommand, CreateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import { HttpRequest } from '@smithy/protocol-http';

import { SignatureV4 } from 'sigv4-wasm/smithy';

import { assumeRole, startMotoAccount } from './support/moto-account.js';
import { s3sFs, swift } from './support/s3-servers.js';
import { describeWith, PYTHON } from './support/tools.js';

const region = 'us-east-1';
/** A client asks for credentials of its own; those of its signer are the ones that must count. */
const UNUSED = { accessKeyId: 'AKIDUNUSED', secretAccessKey: 'unused' };

describeWith(PYTHON, 'moto', () => {
  /** @type {import('./support/moto-account.js').MotoAccount} */
  let moto;
  before(async () => {
    moto = await startMotoAccount();
  });
  after(() => moto?.stop());

  /**
   * @param {string} service
   * @param {any} credentials
   */
  const configFor = (service, credentials) => ({
    region,
    endpoint: moto.origin,
    credentials: UNUSED,
    signer: new SignatureV4({ service, region: async () => region, credentials }),
  });
  const who = {
    'an access key': () => moto.user.credentials,
    'a provider that assumes the role': () => () => assumeRole(moto),
  };
  for (const [name, credentials] of Object.entries(who)) {
    test(`DynamoDB accepts ${name}`, async () => {
      const client = new DynamoDBClient(configFor('dynamodb', credentials()));
      const TableName = `sdk-${name.replaceAll(' ', '-')}`;
      await client.send(
        new CreateTableCommand({
          TableName,
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        }),
      );
      const Item = { id: { S: 'ü/€ 🦀' }, text: { S: 'long '.repeat(60_000) } };
      await client.send(new PutItemCommand({ TableName, Item }));
      const got = await client.send(new GetItemCommand({ TableName, Key: { id: Item.id } }));
      client.destroy();
      assert.deepEqual(got.Item, Item);
    });

    test(`SQS accepts ${name}`, async () => {
      const client = new SQSClient(configFor('sqs', credentials()));
      const QueueName = `sdk-${name.replaceAll(' ', '-')}`;
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName }));
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'größe & <mehr>' }));
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
      client.destroy();
      assert.deepEqual(
        Messages.map(({ Body }) => Body),
        ['größe & <mehr>'],
      );
    });
  }

  test('a wrong secret is refused', async () => {
    const wrong = { ...moto.user.credentials, secretAccessKey: 'wrong' };
    const client = new SQSClient(configFor('sqs', wrong));
    // In XML, which the SDK cannot read here.
    await assert.rejects(
      client.send(new CreateQueueCommand({ QueueName: 'none' })),
      (/** @type {any} */ error) => error.$response.statusCode === 403,
    );
    client.destroy();
  });
});

for (const { name, program, credentials, start } of [swift, s3sFs]) {
  describeWith(program, name, () => {
    /** @type {import('./support/server.js').RunningServer} */
    let server;
    /** @type {S3Client} */
    let client;
    const Bucket = 'sdk';
    /** @param {string} secretAccessKey */
    const signerWith = (secretAccessKey) =>
      new SignatureV4({
        service: 's3',
        region,
        credentials: { ...credentials, secretAccessKey },
        uriEscapePath: false,
      });
    const signer = signerWith(credentials.secretAccessKey);
    const clientWith = (/** @type {SignatureV4} */ signer) =>
      new S3Client({ region, endpoint: server.origin, forcePathStyle: true, credentials: UNUSED, signer });
    before(async () => {
      server = await start(credentials);
      client = clientWith(signer);
      await client.send(new CreateBucketCommand({ Bucket }));
    });
    after(async () => {
      client?.destroy();
      await server?.stop();
    });
    /** @param {string} Key */
    const read = async (Key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    };

    test('takes objects, and gives and lists them', async () => {
      for (const Key of ['plain', 'a b', 'ü/€', "+@=~!'()*,;:&$", '%2F', '🦀']) {
        await client.send(new PutObjectCommand({ Bucket, Key, Body: Key, Metadata: { note: 'a  b' } }));
        assert.equal(String(await read(Key)), Key);
      }
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a b' }));
      assert.deepEqual(
        Contents.map(({ Key }) => Key),
        ['a b'],
      );
    });

    for (const ChecksumAlgorithm of /** @type {const} */ (['CRC32', 'CRC32C', 'SHA1', 'SHA256'])) {
      test(`takes a stream with ${ChecksumAlgorithm} at its end`, async () => {
        const chunks = Array.from({ length: 20 }, (_, i) => Buffer.alloc(70_000, `chunk ${i} `));
        const whole = Buffer.concat(chunks);
        const Key = `stream-${ChecksumAlgorithm}`;
        const Body = Readable.from(chunks);
        const command = new PutObjectCommand({
          Bucket,
          Key,
          Body,
          ContentLength: whole.length,
          ChecksumAlgorithm,
        });
        /** @type {any} */
        let sent;
        command.middlewareStack.add(
          (next) => (args) => {
            sent = args.request;
            return next(args);
          },
          { step: 'finalizeRequest', priority: 'low' },
        );
        await client.send(command);
        assert.equal(sent.headers['x-amz-content-sha256'], 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
        assert.equal(sent.headers['x-amz-trailer'], `x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`);
        assert.ok((await read(Key)).equals(whole));
      });
    }

    test('takes and gives objects by presigned URLs', async () => {
      const presigner = new S3RequestPresigner({
        region,
        credentials,
        sha256: /** @type {any} */ (undefined),
      });
      /** @type {any} */ (presigner).signer = signer;
      const { hostname, port } = new URL(server.origin);
      /**
       * @param {string} method
       * @param {string | undefined} body
       * @param {Record<string, string>} [query]
       */
      const use = async (method, body, query) => {
        const path = `/${Bucket}/presigned%20%C3%BC`;
        const address = { protocol: 'http:', hostname, port: Number(port), path };
        const presigned = await presigner.presign(new HttpRequest({ ...address, method, query }), {
          expiresIn: 60,
        });
        const search = new URLSearchParams(/** @type {any} */ (presigned.query)).toString();
        const url = `${server.origin}${path}?${search.replaceAll('+', '%20')}`;
        const answer = await fetch(url, { method, body });
        assert.equal(answer.status, 200, await answer.clone().text());
        return answer;
      };
      await use('PUT', 'text ü');
      const answer = await use('GET', undefined, { 'response-content-type': 'text/x; a="b c"' });
      assert.equal(await answer.text(), 'text ü');
      assert.equal(answer.headers.get('content-type'), 'text/x; a="b c"');
    });

    test('refuses what was signed with a wrong secret', async () => {
      const other = clientWith(signerWith('wrong'));
      await assert.rejects(other.send(new ListObjectsV2Command({ Bucket })), {
        name: 'SignatureDoesNotMatch',
      });
      other.destroy();
    });
  });
}

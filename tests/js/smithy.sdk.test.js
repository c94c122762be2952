// Clients of the AWS SDK sign with the class of this package, in each way that the SDK offers. A server on the loopback
// interface verifies what arrives, and answers as the service would.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import { HttpRequest } from '@smithy/protocol-http';

import { SignatureV4 } from 'sigv4-wasm/smithy';

import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS, send } from '../support/wire.js';

const REGION = 'eu-west-1';
const HOUR = 60 * 60 * 1000;

/** Counts, so that the SDK cannot have signed by itself. */
class Counted extends SignatureV4 {
  static signed = 0;

  /** @param {any[]} args */
  // @ts-ignore: of one of the overloads
  sign(...args) {
    Counted.signed++;
    return super.sign(.../** @type {[any, any]} */ (args));
  }
}
beforeEach(() => {
  Counted.signed = 0;
});

/**
 * What the SDK would make of its own class, for a service.
 *
 * @param {string} service
 */
const signerFor = (service) =>
  new Counted({
    service,
    region: REGION,
    credentials: async () => CREDENTIALS,
    uriEscapePath: service !== 's3',
  });

/** A client asks for credentials of its own, though its signer has others, which are those that must count. */
const UNUSED = { accessKeyId: 'AKIDUNUSED', secretAccessKey: 'unused' };

/** The ways to hand a signer to a client. */
const WAYS = {
  'as its signer': (/** @type {string} */ service) => ({ signer: signerFor(service) }),
  'as a function that gives its signer': (/** @type {string} */ service) => ({
    signer: async () => signerFor(service),
  }),
  'as the class of its signer': () => ({ signerConstructor: Counted, credentials: CREDENTIALS }),
};

/** @type {Record<string, { service: string, Client: any, answer: string, commands: any[], config?: object }>} */
const CLIENTS = {
  S3: {
    service: 's3',
    Client: S3Client,
    answer: '<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>',
    commands: [
      new PutObjectCommand({
        Bucket: 'bucket',
        Key: "a b/ü/+~!'()*@=/../x//y",
        Body: 'text',
        ContentType: 'text/plain',
        Metadata: { one: 'a  b' },
      }),
      new PutObjectCommand({ Bucket: 'bucket', Key: 'bytes', Body: new Uint8Array(100_000), ACL: 'private' }),
      new GetObjectCommand({
        Bucket: 'bucket',
        Key: 'a',
        ResponseContentType: 'text/plain; a=1',
        Range: 'bytes=0-1',
      }),
      new ListObjectsV2Command({ Bucket: 'bucket', Prefix: "a b/+ü!'()*", Delimiter: '/', MaxKeys: 3 }),
    ],
    config: { forcePathStyle: true },
  },
  DynamoDB: {
    service: 'dynamodb',
    Client: DynamoDBClient,
    answer: '{}',
    commands: [
      new PutItemCommand({
        TableName: 'table',
        Item: { id: { S: 'größe 🦀' }, bytes: { B: new Uint8Array(20_000) } },
      }),
      new GetItemCommand({ TableName: 'table', Key: { id: { S: 'a' } } }),
    ],
  },
  'API Gateway management': {
    service: 'execute-api',
    Client: ApiGatewayManagementApiClient,
    answer: '',
    commands: [
      new PostToConnectionCommand({ ConnectionId: 'L0SM9cOFvHcCIhw=', Data: Buffer.from([0, 255]) }),
    ],
  },
};

for (const [name, { service, Client, answer, commands, config }] of Object.entries(CLIENTS)) {
  describe(`the client of ${name}`, () => {
    /** @type {import('../support/iam-server.js').IamServer} */
    let server;
    let clock = 0;
    let failures = 0;
    before(async () => {
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      server = await startIamServer({
        credentials: [CREDENTIALS],
        region: REGION,
        service,
        now: () => new Date(Date.now() + clock),
        respond: () => (failures-- > 0 ? { status: 503 } : { headers, body: answer }),
      });
    });
    after(() => server.close());
    beforeEach(() => {
      server.requests.length = 0;
      clock = failures = 0;
    });
    const endpoint = () => (name.startsWith('API') ? `${server.origin}/prod` : server.origin);
    const client = (/** @type {object} */ way) =>
      new Client({ region: REGION, credentials: UNUSED, endpoint: endpoint(), ...config, ...way });
    const statuses = () => server.requests.map(({ status }) => status);

    for (const [way, signing] of Object.entries(WAYS)) {
      test(`takes it ${way}`, async () => {
        const own = client(signing(service));
        for (const command of commands) await own.send(command);
        own.destroy();
        assert.deepEqual(
          statuses(),
          commands.map(() => 200),
        );
        assert.equal(Counted.signed, commands.length);
      });
    }

    test('signs a retry afresh', async () => {
      failures = 2;
      const own = client({ signer: signerFor(service) });
      await own.send(commands[0]);
      own.destroy();
      assert.deepEqual(statuses(), [503, 503, 200]);
      assert.equal(Counted.signed, 3);
    });

    test('corrects a wrong clock', async () => {
      clock = HOUR;
      const own = client({ signer: signerFor(service) });
      await own.send(commands[0]);
      own.destroy();
      assert.deepEqual(statuses(), [403, 200]);
    });
  });
}

describe('the presigner of S3', () => {
  test('presigns with it, and the URL is good', async () => {
    const server = await startIamServer({ credentials: [CREDENTIALS], region: REGION, service: 's3' });
    try {
      const { hostname, port } = new URL(server.origin);
      const presigner = new S3RequestPresigner(
        /** @type {any} */ ({ region: REGION, credentials: CREDENTIALS }),
      );
      /** @type {any} */ (presigner).signer = signerFor('s3');
      const request = new HttpRequest({
        protocol: 'http:',
        hostname,
        port: Number(port),
        path: '/bucket/a%20b',
        headers: { 'x-amz-server-side-encryption': 'AES256', 'X-Amz-Meta-A': 'b' },
      });
      const { query, path, headers } = await presigner.presign(request, { expiresIn: 60 });
      const search = new URLSearchParams(/** @type {any} */ (query)).toString().replaceAll('+', '%20');
      const answer = await send({ method: 'GET', url: `${server.origin}${path}?${search}`, headers });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    } finally {
      await server.close();
    }
  });
});

describe('in place of the package', () => {
  // The SDK's own modules, but what they require as @smithy/signature-v4 is ours: as an alias of a bundler would do it.
  const aliased = `
    const Module = require('node:module');
    const resolve = Module._resolveFilename;
    const instead = require.resolve(process.argv[1]);
    let replaced = 0;
    Module._resolveFilename = (request, ...rest) => {
      const isIt = request === '@smithy/signature-v4';
      if (isIt) replaced++;
      return isIt ? instead : resolve(request, ...rest);
    };
    Date.now = () => 1440938160000;
    globalThis.Date = class extends Date { constructor(...args) { super(...(args.length ? args : [1440938160000])); } };
    require('@smithy/signature-v4a');
    const { SignatureV4MultiRegion } = require('@aws-sdk/signature-v4-multi-region');
    const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
    const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');
    const { HttpRequest } = require('@smithy/protocol-http');
    const { Sha256 } = require('@aws-crypto/sha256-js');
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
    const session = (name) => ({ accessKeyId: name, secretAccessKey: name + '!', sessionToken: name + '?' });
    const request = () => new HttpRequest({ hostname: 'bucket.s3.amazonaws.com', headers: { host: 'bucket' } });
    (async () => {
      const options = { credentials, region: 'eu-west-1', service: 's3', sha256: Sha256, uriEscapePath: false };
      const signer = new SignatureV4MultiRegion(options);
      const client = new S3Client({ region: 'eu-west-1', credentials });
      const results = await Promise.all([
        signer.sign(request()),
        signer.signWithCredentials(request(), session('one')),
        signer.signWithCredentials(request(), session('two')),
        signer.sign(request()),
        signer.presign(request(), { expiresIn: 5 }),
        signer.sign(request(), { signingRegion: '*' }),
        signer.presignWithCredentials(request(), session('three'), {}),
        getSignedUrl(client, new GetObjectCommand({ Bucket: 'bucket', Key: 'a b/ü' }), { expiresIn: 5 }),
      ]);
      // An ECDSA signature is another one each time.
      console.log(JSON.stringify({ replaced, results }).replace(/Signature=30[0-9a-f]+/, ''));
    })();`;

  test('SignatureV4MultiRegion, SignatureV4a and getSignedUrl give what they give with the package', () => {
    const [theirs, own] = ['@smithy/signature-v4', 'sigv4-wasm/smithy'].map((name) =>
      JSON.parse(
        execFileSync(process.execPath, ['--no-warnings', '-e', aliased, name], { encoding: 'utf8' }),
      ),
    );
    assert.ok(own.replaced > 0);
    assert.deepEqual(own, theirs);
    assert.match(own.results[1].headers.authorization, /Credential=one\//);
    assert.match(own.results[5].headers.authorization, /^AWS4-ECDSA/);
  });
});

describe('its types', () => {
  test('fit those of the SDK, without casts', async () => {
    const scratch = fileURLToPath(new URL('../../smithy-types/', import.meta.url));
    const tsc = fileURLToPath(new URL('../../../../node_modules/typescript/bin/tsc', import.meta.url));
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch);
    const compilerOptions = {
      ...{ noEmit: true, strict: true, target: 'es2022', module: 'nodenext' },
      ...{ lib: ['es2022', 'dom', 'dom.iterable'], types: ['node'], skipLibCheck: true },
    };
    try {
      await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
      for (const extension of ['mts', 'cts']) await writeFile(join(scratch, `a.${extension}`), TYPES);
      execFileSync(process.execPath, [tsc, '-p', scratch], { encoding: 'utf8' });
    } catch (/** @type {any} */ error) {
      assert.fail(error.stdout ?? error);
    } finally {
      await rm(scratch, { recursive: true });
    }
  });
});

const TYPES = `
import { Sha256 } from '@aws-crypto/sha256-js';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { HttpRequest } from '@smithy/protocol-http';
import * as smithy from '@smithy/signature-v4';
import type * as types from '@smithy/types';
import {
  SignatureV4, SignatureV4Base, clearCredentialCache, getCanonicalHeaders, getSigningKey, signatureV4aContainer,
} from 'sigv4-wasm/smithy';
import type { OptionalSigV4aSigner, SignatureV4CryptoInit, SignatureV4Init } from 'sigv4-wasm/smithy';

export const signer = new SignatureV4({
  service: 's3', region: async () => 'eu-west-1', credentials: defaultProvider(), sha256: Sha256,
});
export const every: types.RequestSigner & types.RequestPresigner & types.StringSigner & types.EventSigner &
  types.MessageSigner = signer;
export const clients = [
  new S3Client({ signer }),
  new S3Client({ signer: async () => signer }),
  new S3Client({ signerConstructor: SignatureV4 }),
  new DynamoDBClient({ signer, credentials: defaultProvider() }),
];
export const init: SignatureV4Init & SignatureV4CryptoInit =
  {} as smithy.SignatureV4Init & smithy.SignatureV4CryptoInit;
export const container: { SignatureV4a: OptionalSigV4aSigner | null } = signatureV4aContainer;
export class Theirs extends smithy.SignatureV4Base {
  static hash = (signer: Theirs) => signer.sha256;
}
export class Ours extends SignatureV4Base {
  static hash = (signer: Ours) => signer.sha256;
}
type Hashes<Signer extends { hash(signer: never): unknown }> = ReturnType<Signer['hash']>;
export const hashes: [Hashes<typeof Theirs>, Hashes<typeof Ours>] =
  [{} as Hashes<typeof Ours>, {} as Hashes<typeof Theirs>];
export class Custom extends SignatureV4 {
  protected async hashOf(request: types.HttpRequest) {
    await new this.sha256('secret').digest();
    return smithy.getPayloadHash(request, this.sha256);
  }
  protected override formatDate(now: types.DateInput) {
    return super.formatDate(now);
  }
}
export async function results(request: HttpRequest, message: types.Message) {
  const signed: types.HttpRequest = await signer.sign(request, { signableHeaders: new Set(['te']), signingDate: 1 });
  const text: string = await signer.sign('text');
  const one: types.SignedMessage = await signer.signMessage({ message, priorSignature: '' }, {});
  const key: Uint8Array = await getSigningKey(Sha256, await defaultProvider()(), '20260203', 'a', 'b');
  const headers: types.HeaderBag = getCanonicalHeaders(request);
  clearCredentialCache();
  // @ts-expect-error: a request is no text
  const wrong: string = await signer.sign(request);
  return { signed, text, one, key, headers, wrong };
}
`;

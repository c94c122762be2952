// S3 behind the proxy: s3s-fs, which verifies every signature and every chunk, and the AWS SDK as a client with other
// keys.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';

import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Signer } from 'sigv4-wasm';
import { signStream } from 'sigv4-wasm/s3';
import { startProxy } from 'sigv4-wasm-devtools/proxy';
import { Agent } from 'undici';

import { findPython } from '../differential/oracle.js';
import { s3sFs } from '../servers/support/s3-servers.js';
import { describeWith, S3S_FS } from '../servers/support/tools.js';
import { KEYS, proxyFor, send, upstreamFor } from '../support/proxy.js';

const run = promisify(execFile);
const STRANGER = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'of nobody here' };
const MIB = 1 << 20;
const bytes = randomBytes(5 * MIB + 17);
const sha256 = (/** @type {Uint8Array} */ data) => createHash('sha256').update(data).digest('hex');

describeWith(S3S_FS, 's3s-fs', () => {
  let server;
  let proxy;
  let folder;
  /** A client with keys that are unknown to the server. @type {S3Client} */
  let sdk;
  before(async () => {
    server = await s3sFs.start(s3sFs.credentials);
    folder = await mkdtemp(join(tmpdir(), 'sigv4-proxy-'));
    await writeFile(join(folder, 'file'), bytes);
  });
  after(async () => {
    await proxy?.close();
    sdk?.destroy();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('it starts, and accepts the AWS SDK with its own keys', async () => {
    proxy = await startProxy({
      upstream: { url: server.origin, region: 'us-east-1', service: 's3' },
      credentials: s3sFs.credentials,
      maxBodyBytes: MIB,
    });
    sdk = new S3Client({
      endpoint: proxy.origin,
      region: 'eu-north-1',
      forcePathStyle: true,
      credentials: STRANGER,
    });
    sdk.middlewareStack.add(
      (next) => async (args) => {
        args.request.headers['x-sigv4-proxy-token'] = proxy.token;
        return next(args);
      },
      { step: 'build' },
    );
    await sdk.send(new CreateBucketCommand({ Bucket: 'bucket' }));
    await sdk.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'a b/ü.txt', Body: 'small' }));
    const { Body } = await sdk.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a b/ü.txt' }));
    assert.equal(await Body.transformToString(), 'small');
    const { Contents } = await sdk.send(new ListObjectsV2Command({ Bucket: 'bucket', Prefix: 'a b/' }));
    assert.equal(Contents?.length, 1);
    await sdk.send(
      new DeleteObjectsCommand({ Bucket: 'bucket', Delete: { Objects: [{ Key: 'a b/ü.txt' }] } }),
    );
  });

  const stored = async (/** @type {string} */ key) => {
    const { Body, ContentEncoding } = await sdk.send(new GetObjectCommand({ Bucket: 'bucket', Key: key }));
    return { hash: sha256(await Body.transformToByteArray()), encoding: ContentEncoding };
  };

  test('an upload by curl that is larger than the limit for bodies in memory is signed in chunks', async () => {
    const url = `${proxy.origin.replace('//', `//me:${proxy.token}@`)}/bucket/curl`;
    await run('curl', ['-sSf', '-T', join(folder, 'file'), url]);
    assert.equal((await stored('curl')).hash, sha256(bytes));
  });

  test('an upload that the SDK streams with a checksum in the trailer arrives', async () => {
    const Body = Readable.from([bytes.subarray(0, MIB), bytes.subarray(MIB)]);
    await sdk.send(
      new PutObjectCommand({
        ...{ Bucket: 'bucket', Key: 'sdk', Body, ContentLength: bytes.length },
        ChecksumAlgorithm: 'CRC32',
      }),
    );
    assert.equal((await stored('sdk')).hash, sha256(bytes));
  });

  for (const [what, options] of /** @type {[string, any][]} */ ([
    ['signed chunks', {}],
    ['signed chunks of a MiB', { chunkSize: MIB }],
    ['signed chunks with a signed checksum', { trailer: 'crc32' }],
    ['unsigned chunks with a checksum', { trailer: 'sha256', payload: 'unsigned' }],
  ])) {
    test(`${what} that another key signed are signed again`, async () => {
      const signer = new Signer({ credentials: STRANGER, region: 'eu-north-1', service: 's3' });
      const key = what.replaceAll(' ', '-');
      const headers = { 'x-sigv4-proxy-token': proxy.token };
      const url = `${proxy.origin}/bucket/${key}`;
      const upload = await signStream(signer, { url, headers }, bytes, { length: bytes.length, ...options });
      // With its length, which S3 requires.
      const { status, text } = await send(
        proxy.origin,
        { method: 'PUT', path: new URL(url).pathname, headers: upload.headers },
        await buffer(upload.body),
      );
      assert.equal(status, 200, text);
      const { hash } = await stored(key);
      assert.equal(hash, sha256(bytes), 'without the signatures of chunks in it');
    });
  }

  test('malformed chunks are refused', async () => {
    const headers = {
      'x-sigv4-proxy-token': proxy.token,
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': '5',
    };
    for (const body of [
      'hello',
      '5;chunk-signature=x\r\nhello',
      'zz\r\n',
      `${'1'.repeat(5000)}`,
      '5\r\nhel',
    ]) {
      const path = '/bucket/broken';
      const { status } = await send(proxy.origin, { method: 'PUT', path, headers }, body).catch(() => ({
        status: 0,
      }));
      assert.notEqual(status, 200, body.slice(0, 30));
    }
    await assert.rejects(stored('broken'), { name: 'NoSuchKey' });
  });

  const python = findPython();
  test('boto3, if it is installed', { skip: python === undefined && 'there is no botocore' }, async () => {
    const script = `
import sys, botocore.session
from botocore.config import Config
origin, token, path = sys.argv[1:]
client = botocore.session.get_session().create_client('s3', endpoint_url=origin, region_name='eu-north-1',
  aws_access_key_id='AKIASTRANGER', aws_secret_access_key='x', config=Config(s3={'addressing_style': 'path'}))
client.meta.events.register('before-sign.s3', lambda request, **_: request.headers.add_header('x-sigv4-proxy-token', token))
client.put_object(Bucket='bucket', Key='boto', Body=open(path, 'rb'))
print(client.get_object(Bucket='bucket', Key='boto')['ContentLength'])`;
    const args = ['-c', script, proxy.origin, proxy.token, join(folder, 'file')];
    const { stdout } = await run(String(python), args);
    assert.equal(stdout.trim(), String(bytes.length));
    assert.equal((await stored('boto')).hash, sha256(await readFile(join(folder, 'file'))));
  });
});

test('how a body for S3 is signed', async () => {
  const upstream = await upstreamFor();
  const small = 'x'.repeat(1000);
  const large = 'x'.repeat(100_000);
  /** @type {[payload: any, service: string, body: string, expected: RegExp][]} */
  const CASES = [
    ['auto', 's3', small, new RegExp(sha256(Buffer.from(small)))],
    ['auto', 's3', large, /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD$/],
    ['chunks', 's3', small, /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD$/],
    ['signed', 's3', large, new RegExp(sha256(Buffer.from(large)))],
    ['unsigned', 's3', small, /^UNSIGNED-PAYLOAD$/],
    ['auto', 's3express', large, /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD$/],
    ['auto', 'vpc-lattice-svcs', large, /^UNSIGNED-PAYLOAD$/],
    ['auto', 'aoss', large, new RegExp(sha256(Buffer.from(large)))],
    ['auto', 'execute-api', large, /^undefined$/],
  ];
  for (const [payload, service, body, expected] of CASES) {
    const proxy = await proxyFor({ upstream: { url: upstream.origin, service }, payload, credentials: KEYS });
    const options = {
      method: 'PUT',
      path: '/key',
      headers: { ...proxy.headers, 'content-length': String(body.length) },
    };
    const { headers } = (await send(proxy.origin, options, body)).json();
    assert.match(String(headers['x-amz-content-sha256']), expected, `${payload} ${service} ${body.length}`);
  }
});

test('over TLS, the body of an upload to S3 is not signed, and streams', async () => {
  const tls = new URL('../support/tls/', import.meta.url);
  const [key, cert] = await Promise.all(
    ['key.pem', 'certificate.pem'].map((name) => readFile(new URL(name, tls))),
  );
  /** @type {any[]} */
  const arrived = [];
  const server = createServer({ key, cert }, (incoming, outgoing) => {
    arrived.push(incoming.headers);
    incoming.resume().on('end', () => outgoing.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close().closeAllConnections());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const host = 'bucket.s3.eu-west-1.amazonaws.com';
  const proxy = await proxyFor({
    upstream: { url: `https://127.0.0.1:${port}`, service: 's3', host },
    dispatcher,
    maxBodyBytes: 1000,
  });
  const response = await fetch(`${proxy.origin}/key`, { method: 'PUT', headers: proxy.headers, body: bytes });
  assert.equal(response.status, 200);
  assert.equal(arrived[0]['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
  assert.equal(arrived[0].host, host, 'the host that is signed is the one that is sent');
  assert.match(arrived[0].authorization, /SignedHeaders=host;/);
});

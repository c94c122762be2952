// One signature for each request: URLs that are already presigned, and requests with their own Authorization header.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { S3Client, GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 as Smithy } from '@smithy/signature-v4';
import aws4 from 'aws4';
import axios from 'axios';
import got from 'got';
import { Signer, presignUrl, signRequest } from 'sigv4-wasm';
import * as ours4 from 'sigv4-wasm/aws4';
import { sigv4Interceptor as axiosInterceptor } from 'sigv4-wasm/axios';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { SignatureV4 } from 'sigv4-wasm/smithy';
import { sigv4Interceptor as undiciInterceptor } from 'sigv4-wasm/undici';
import { SignerV4a } from 'sigv4-wasm/v4a';
import { signStream } from 'sigv4-wasm/s3';
import { trace } from 'sigv4-wasm/trace';
import { Agent, request as undiciRequest } from 'undici';

import { startServers } from '../support/clients-harness.js';
import { CREDENTIALS, OPTIONS, send } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => ({ server } = servers = await startServers()));
beforeEach(() => (server.requests.length = 0));
after(() => servers.close());

const { sessionToken, ...longTerm } = CREDENTIALS;

/** Of an S3 bucket, by the AWS SDK: with a session token, x-amz-content-sha256, x-amz-checksum-mode, x-id. */
async function presignedBySdk() {
  const client = new S3Client({ region: 'eu-west-1', credentials: CREDENTIALS });
  const command = new GetObjectCommand({ Bucket: 'b', Key: 'k', ChecksumMode: 'ENABLED' });
  return new URL(await getSignedUrl(client, command)).search;
}

/** @type {Record<string, (url: string, headers?: Record<string, string>) => Promise<unknown>>} */
const CLIENTS = {
  signRequest: async (url, headers) => send(await signRequest({ url, headers }, OPTIONS)),
  signSync: async (url, headers) => send(new Signer(OPTIONS).signSync({ url, headers })),
  'signRequest, as the SDK writes it': async (url, headers) => {
    const { protocol, hostname, port, pathname: path, searchParams } = new URL(url);
    const query = Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)]));
    return send(await signRequest({ protocol, hostname, port: Number(port), path, query, headers }, OPTIONS));
  },
  fetch: (url, headers) => createSigv4Fetch(OPTIONS)(url, { headers }),
  'fetch, a Request': (url, headers) => createSigv4Fetch(OPTIONS)(new Request(url, { headers })),
  'axios, http': (url, headers) => viaAxios('http', url, headers),
  'axios, fetch': (url, headers) => viaAxios('fetch', url, headers),
  got: (url, headers) => got(url, { headers, hooks: sigv4Hooks(OPTIONS), retry: { limit: 0 } }),
  undici: (url, headers) => {
    const dispatcher = new Agent().compose(undiciInterceptor(OPTIONS));
    return undiciRequest(url, { headers, dispatcher }).finally(() => dispatcher.destroy());
  },
};

/**
 * @param {string} adapter
 * @param {string} url
 * @param {Record<string, string>} [headers]
 */
function viaAxios(adapter, url, headers) {
  const client = axios.create({ adapter });
  client.interceptors.request.use(axiosInterceptor(OPTIONS));
  return client.get(url, { headers });
}

for (const [name, sends] of Object.entries(CLIENTS)) {
  describe(name, () => {
    const spellings = {
      'as it was presigned': (/** @type {string} */ search) => search,
      'in lower case': (/** @type {string} */ search) =>
        search.replace(/X-Amz-\w+/g, (one) => one.toLowerCase()),
      'in upper case': (/** @type {string} */ search) =>
        search.replace(/X-Amz-[\w-]+/g, (one) => one.toUpperCase()),
      'with escaped letters': (/** @type {string} */ search) => search.replaceAll('X-Amz-S', '%58-Amz%2dS'),
    };
    for (const [spelling, spell] of Object.entries(spellings)) {
      it(`a URL that is presigned, ${spelling}, arrives with one signature`, async () => {
        await sends(`${server.origin}/a${spell(await presignedBySdk())}&a=1&x-amz-meta=2&a=0`);
        const [arrived] = server.requests;
        assert.equal(arrived.status, 200);
        const kept = [...new URL(arrived.url, server.origin).searchParams];
        assert.deepEqual(kept.sort(), [
          ['a', '0'],
          ['a', '1'],
          ['x-amz-checksum-mode', 'ENABLED'],
          ['x-amz-meta', '2'],
          ['x-id', 'GetObject'],
        ]);
      });
    }

    it('parameters of these names that are no signature stay', async () => {
      await sends(`${server.origin}/a?X-Amz-Date=1&x-amz-expires=60&X-Amz-Security-Token=t`);
      const [arrived] = server.requests;
      assert.equal(arrived.status, 200);
      assert.equal(arrived.url, '/a?X-Amz-Date=1&x-amz-expires=60&X-Amz-Security-Token=t');
    });

    it('an Authorization header of one’s own is an error, and nothing is sent', async () => {
      for (const own of ['Bearer secret-of-mine', 'Basic dTpw', 'AWS AKID:sig', 'aws4-hmac-sha256 x']) {
        const error = await sends(`${server.origin}/a`, { Authorization: own }).then(
          () => undefined,
          (/** @type {any} */ caught) => (caught.code?.startsWith('ERR_SIGV4') ? caught : caught.cause),
        );
        assert.equal(error?.code, 'ERR_SIGV4_AUTHORIZATION_PRESENT', own);
        assert.doesNotMatch(error.message, /secret-of-mine|dTpw/);
      }
      assert.equal(server.requests.length, 0);
    });

    it('that of an earlier attempt is replaced', async () => {
      for (const stale of ['AWS4-HMAC-SHA256 Credential=A', 'AWS4-ECDSA-P256-SHA256 Credential=A', '']) {
        await sends(`${server.origin}/a`, { authorization: stale });
      }
      assert.deepEqual(
        server.requests.map(({ status }) => status),
        [200, 200, 200],
      );
    });
  });
}

describe('an Authorization header of one’s own', () => {
  const request = { url: 'https://example.com/', headers: [['Authorization', 'Bearer x']] };

  it('is an error wherever headers are signed', async () => {
    const code = 'ERR_SIGV4_AUTHORIZATION_PRESENT';
    await assert.rejects(new SignerV4a({ ...OPTIONS, region: undefined, regionSet: ['*'] }).sign(request), {
      code,
    });
    await assert.rejects(signStream(new Signer(OPTIONS), request, 'body'), { code });
    await assert.rejects(trace(new Signer(OPTIONS), request), { code });
    const both = ['AWS4-HMAC-SHA256 Credential=A', 'Bearer x'];
    await assert.rejects(signRequest({ url: request.url, headers: { authorization: both } }, OPTIONS), {
      code,
    });
  });

  it('is left to whoever uses a presigned URL', async () => {
    const url = await presignUrl({ ...request, url: `${server.origin}/a` }, OPTIONS);
    assert.doesNotMatch(url, /Bearer|SignedHeaders=[^&]*authorization/i);
    assert.equal((await fetch(url, { headers: { authorization: 'Bearer x' } })).status, 200);
  });

  it('is replaced by sigv4-wasm/aws4, as by aws4', () => {
    for (const name of ['Authorization', 'authorization']) {
      const options = {
        host: 'sqs.eu-west-1.amazonaws.com',
        headers: { [name]: 'Bearer x', 'X-Amz-Date': '20150830T123600Z' },
      };
      const [theirs, mine] = [aws4, ours4].map(({ sign }) => sign(structuredClone(options), longTerm));
      assert.deepEqual(mine.headers, theirs.headers);
      assert.match(mine.headers.Authorization, /^AWS4-/);
    }
  });

  it('is replaced by sigv4-wasm/smithy, as by @smithy/signature-v4', async () => {
    const init = { service: 'sqs', region: 'eu-west-1', credentials: CREDENTIALS, sha256: Sha256 };
    const [theirs, mine] = await Promise.all(
      [Smithy, SignatureV4].map((Class) =>
        new Class(init).sign(
          new HttpRequest({ hostname: 'h', headers: { host: 'h', Authorization: 'Bearer x' } }),
          {
            signingDate: new Date(0),
          },
        ),
      ),
    );
    assert.deepEqual(mine.headers, theirs.headers);
  });
});

it('a URL that is presigned is presigned afresh, x-amz-content-sha256 included', async () => {
  const url = new URL(await presignUrl(`${server.origin}/a${await presignedBySdk()}`, OPTIONS));
  const names = [...url.searchParams.keys()].map((name) => name.toLowerCase());
  assert.equal(names.length, new Set(names).size, 'each once');
  assert.ok(!names.includes('x-amz-content-sha256'));
  assert.equal((await fetch(url)).status, 200);
});

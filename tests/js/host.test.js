// The host that is signed, if it is not that of the URL: behind a tunnel, a proxy or a VPC endpoint.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import got from 'got';
import { Signer, presignUrl, signRequest } from 'sigv4-wasm';
import { sigv4Interceptor as axiosInterceptor } from 'sigv4-wasm/axios';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { sigv4Interceptor as undiciInterceptor } from 'sigv4-wasm/undici';
import { SignerV4a } from 'sigv4-wasm/v4a';
import { presignMany } from 'sigv4-wasm/batch';
import { signStream } from 'sigv4-wasm/s3';
import { trace } from 'sigv4-wasm/trace';
import { Agent, request as undiciRequest } from 'undici';

import { AXIOS_VERSIONS } from '../support/axios-versions.js';
import { headersOf, startServers } from '../support/clients-harness.js';
import { CREDENTIALS, send } from '../support/wire.js';

const HOST = 'vpce-1a2b-abcd.execute-api.us-east-1.vpce.amazonaws.com';
/** Region and service are told by the host. */
const OPTIONS = { credentials: CREDENTIALS, host: HOST };

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => ({ server } = servers = await startServers()));
beforeEach(() => (server.requests.length = 0));
after(() => servers.close());

/** AWS's own signer has accepted what arrived, and this was its host. */
function assertArrived(count = 1) {
  const arrived = server.requests.map((request) => [request.status, headersOf(request).host]);
  assert.deepEqual(
    arrived,
    Array.from({ length: count }, () => [200, HOST]),
  );
}

describe('the option host', () => {
  it('is signed, handed back, and tells region and service', async () => {
    const signed = await signRequest(`${server.origin}/a`, OPTIONS);
    assert.equal(signed.headers.host, HOST);
    assert.equal(signed.url, `${server.origin}/a`);
    assert.match(signed.headers.authorization, /\/us-east-1\/execute-api\/aws4_request,/);
    await send(signed);
    await send(new Signer(OPTIONS).signSync({ method: 'PUT', url: `${server.origin}/b`, body: 'b' }));
    await send(await new Signer({ credentials: CREDENTIALS }).sign(`${server.origin}/c`, { host: HOST }));
    assertArrived(3);
  });

  it('goes before a host header, and before what the URL tells', async () => {
    const headers = { Host: 'other.example.com' };
    const url = 'https://sqs.eu-west-1.amazonaws.com/';
    const signed = await signRequest({ url, headers }, OPTIONS);
    assert.equal(signed.headers.host, HOST);
    assert.match(signed.headers.authorization, /\/us-east-1\/execute-api\//);
    await send(await signRequest({ url: `${server.origin}/a`, headers }, OPTIONS));
    assertArrived();
  });

  it('is written as HTTP clients would', async () => {
    for (const [host, expected] of [
      ['API.Example.com', 'api.example.com'],
      ['api.example.com:443', 'api.example.com'],
      ['api.example.com:8443', 'api.example.com:8443'],
      ['[::1]:80', '[::1]:80'],
    ]) {
      const signed = await signRequest('https://127.0.0.1/', {
        ...{ ...OPTIONS, host, region: 'us-east-1', service: 'execute-api' },
      });
      assert.equal(signed.headers.host, expected);
    }
  });

  it('of a presigned URL is signed, and sent by whoever uses the URL', async () => {
    const url = await presignUrl({ url: `${server.origin}/a`, headers: { host: 'x' } }, OPTIONS);
    assert.equal(new URL(url).origin, server.origin);
    await send({ method: 'GET', url, headers: { host: HOST } });
    const paths = ['/b', '/c', '/d'].map((path) => server.origin + path);
    const urls = await presignMany(new Signer(OPTIONS), paths);
    assert.deepEqual(
      urls.map((one) => new URL(one).pathname),
      ['/b', '/c', '/d'],
    );
    for (const one of urls) await send({ method: 'GET', url: one, headers: { host: HOST } });
    assertArrived(4);
  });

  it('is signed by SigV4a and in uploads by chunks, too', async () => {
    const signer = new SignerV4a({ ...OPTIONS, service: 's3', regionSet: ['*'] });
    const traced = await trace(signer, 'https://127.0.0.1/');
    assert.match(traced.canonicalRequest, new RegExp(`\nhost:${HOST}\n`));
    const upload = await signStream(new Signer(OPTIONS), 'https://127.0.0.1/k', 'body', { service: 's3' });
    assert.equal(upload.headers.host, HOST);
  });

  for (const { version, axios } of AXIOS_VERSIONS) {
    it(`is sent by axios ${version}`, async () => {
      const client = axios.create({ baseURL: server.origin });
      client.interceptors.request.use(axiosInterceptor({ ...OPTIONS, axios }));
      await client.post('/a', { a: 1 });
      assertArrived();
    });
  }

  it('is sent by got', async () => {
    await got(`${server.origin}/a`, { hooks: sigv4Hooks(OPTIONS), headers: { host: 'x' } });
    assertArrived();
  });

  it('is sent by undici', async () => {
    const dispatcher = new Agent().compose(undiciInterceptor(OPTIONS));
    await undiciRequest(`${server.origin}/a`, { dispatcher });
    await dispatcher.destroy();
    assertArrived();
  });

  for (const host of [
    '',
    'https://api.example.com',
    'api.example.com/',
    'a b',
    'user@api.example.com',
    'a?b',
    'a#b',
    'a\\b',
    'a:b',
    5,
  ]) {
    it(`cannot be ${JSON.stringify(host)}`, async () => {
      const options = { ...OPTIONS, host: /** @type {any} */ (host) };
      await assert.rejects(signRequest('https://127.0.0.1/', options), { code: 'ERR_SIGV4_OPTION_INVALID' });
    });
  }
});

it('a host header that is not the URL’s is signed and handed back, for clients that send it', async () => {
  const options = { credentials: CREDENTIALS, region: 'us-east-1', service: 'execute-api' };
  const signed = await signRequest({ url: `${server.origin}/a`, headers: { Host: HOST } }, options);
  assert.equal(signed.headers.host, HOST);
  await send(signed);
  assertArrived();
  const code = 'ERR_SIGV4_REGION_REQUIRED';
  await assert.rejects(
    signRequest({ url: 'https://127.0.0.1/', headers: { Host: HOST } }, { credentials: CREDENTIALS }),
    { code },
    'only the option tells region and service',
  );
});

describe('hostname, port and protocol of a request as the SDK writes it', () => {
  const known = 'abc123.execute-api.us-east-1.amazonaws.com';
  const options = { credentials: CREDENTIALS };
  const sign = (/** @type {object} */ parts) =>
    signRequest(/** @type {any} */ ({ path: '/', ...parts }), options);

  for (const separator of ['/', '?', '#', '\\', '@', ' ', '\t', '\n', '\r', '/x?#@', '\u00a0']) {
    it(`a hostname with ${JSON.stringify(separator)} is refused: it would be that of another URL`, async () => {
      for (const hostname of [`evil.example${separator}.${known}`, `${known}${separator}evil.example`]) {
        await assert.rejects(sign({ hostname }), { code: 'ERR_SIGV4_URL_INVALID' }, hostname);
        assert.throws(() => new Signer(options).presignSync(/** @type {any} */ ({ hostname })), {
          code: 'ERR_SIGV4_URL_INVALID',
        });
      }
    });
  }

  it('what URL parsers take for one of these is refused, too', async () => {
    for (const hostname of [
      `evil.example%23.${known}`,
      `evil.example%2f.${known}`,
      `evil.example\uff0f.${known}`,
    ]) {
      await assert.rejects(sign({ hostname }), { code: 'ERR_SIGV4_URL_INVALID' }, hostname);
    }
  });

  it('a port is a number', async () => {
    for (const port of ['443/evil', '443@evil.example', '443#', '-1', '1e3', ' 443', 70_000]) {
      await assert.rejects(sign({ hostname: known, port }), { code: 'ERR_SIGV4_URL_INVALID' }, String(port));
    }
    assert.equal((await sign({ hostname: known, port: '8443' })).url, `https://${known}:8443/`);
    assert.equal((await sign({ hostname: known, port: 443 })).url, `https://${known}/`);
  });

  it('a protocol is http, https, ws or wss', async () => {
    for (const protocol of [
      'ftp:',
      'file',
      'javascript:',
      'https://evil.example/#',
      'https:evil',
      '',
      'data:',
      'https::',
    ]) {
      await assert.rejects(sign({ hostname: known, protocol }), { code: 'ERR_SIGV4_URL_INVALID' }, protocol);
    }
    for (const protocol of ['http', 'https:', 'HTTPS:', 'ws', 'wss:']) {
      const { url } = await sign({ hostname: known, protocol });
      assert.equal(url, `${protocol.toLowerCase().replace(':', '')}://${known}/`);
    }
  });

  it('a query is an object', async () => {
    await assert.rejects(sign({ hostname: known, query: 'a=1' }), { code: 'ERR_SIGV4_URL_INVALID' });
  });
});

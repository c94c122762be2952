// `/_sigv4/…`: the data that the gateway exposes, and the clients that may read it.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { describe, test } from 'node:test';

import { fromHttp } from '@aws-sdk/credential-provider-http';
import { presignUrl, signRequest } from 'sigv4-wasm';
import { fromContainer } from 'sigv4-wasm/credentials';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { gatewayFor } from '../support/gateway.js';

const ask = ({ origin, inspector }, path) =>
  fetch(`${origin}/_sigv4/${path}`, { headers: { authorization: `Bearer ${inspector.token}` } });
const own = async (gateway, path) => (await ask(gateway, path)).json();

describe('the list of requests', async () => {
  const gateway = await gatewayFor();

  test('has the request, the response, the caller and the policy that decided', async () => {
    const send = createSigv4Fetch(gateway.options);
    await send(`${gateway.base}/orders/1?a=b`, { method: 'POST', body: 'grün', headers: { 'x-tag': 'ü' } });
    const { requests } = await own(gateway, 'requests');
    const [{ id, at, durationMs, request, response, ...rest }] = requests;
    assert.equal(request.method, 'POST');
    assert.equal(request.url, '/prod/orders/1?a=b');
    assert.equal(Buffer.from(request.body, 'base64').toString(), 'grün');
    assert.equal(response.status, 200);
    assert.equal(JSON.parse(Buffer.from(response.body, 'base64').toString()).body, 'grün');
    assert.ok(Math.abs(Date.now() - Date.parse(at)) < 60_000 && durationMs > 0);
    assert.deepEqual(rest, {
      principal: 'arn:aws:sts::123456789012:assumed-role/developer/local',
      number: 1,
      allowed: true,
      policy: { decision: 'allow', decidedBy: 'identity', statement: { policy: 0, statement: 0 } },
      stage: 'prod',
      route: 'ANY /{proxy+}',
    });
    for (const name of [id, 1]) assert.equal((await own(gateway, `requests/${name}`)).id, id);
    assert.equal((await ask(gateway, 'requests/none')).status, 404);
  });

  test('contains no secret, wherever a client puts it', async () => {
    const { secretAccessKey, sessionToken } = gateway.credentials();
    const send = createSigv4Fetch(gateway.options);
    await fetch(await presignUrl(`${gateway.base}/x`, gateway.options));
    await send(`${gateway.base}/x?k=${encodeURIComponent(secretAccessKey)}`, {
      method: 'POST',
      headers: { 'x-oops': secretAccessKey },
      body: JSON.stringify({ sessionToken, secretAccessKey }),
    });
    await fetch(`${gateway.base}/x?X-Amz-Security-Token=someone-elses`);
    const { requests } = await own(gateway, 'requests');
    const decode = ({ request, response }) =>
      [request.body ?? '', response.body].map((body) => Buffer.from(body, 'base64').toString());
    const all = JSON.stringify(requests) + requests.flatMap(decode).join();
    for (const secret of [secretAccessKey, sessionToken, 'someone-elses']) {
      assert.ok(!all.includes(secret) && !all.includes(encodeURIComponent(secret)), secret);
    }
  });

  test('keeps the last 200 requests, and truncates long bodies', async () => {
    const send = createSigv4Fetch(gateway.options);
    for (let i = 0; i < 205; i++) await send(`${gateway.base}/n/${i}`);
    await send(`${gateway.base}/long`, { method: 'POST', body: 'x'.repeat(100_000) });
    const { requests } = await own(gateway, 'requests');
    assert.equal(requests.length, 200);
    assert.equal(requests[0].request.truncated, true);
    assert.ok(requests[0].request.body.length < 100_000);
    assert.equal(requests[1].request.url, '/prod/n/204');
    assert.equal(requests[1].request.truncated, false);
  });

  test('is also available as events', async () => {
    const response = await ask(gateway, 'events');
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    await fetch(`${gateway.base}/seen`);
    let text = '';
    while (!/^data: .*\n\n/m.test(text)) text += (await reader.read()).value;
    const [, data] = /event: request\ndata: (.*)\n\n/.exec(text);
    assert.equal(JSON.parse(data).request.url, '/prod/seen');
    await reader.cancel();
  });
});

describe('strangers', async () => {
  const gateway = await gatewayFor({
    routes: [{ route: 'ANY /{proxy+}' }, { route: 'GET /open', auth: 'none' }],
  });
  const status = (path, headers = {}, method = 'GET') =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(gateway.origin);
      httpRequest({ hostname, port, path, method, headers }, (r) => resolve(r.resume().statusCode))
        .on('error', reject)
        .end();
    });

  test('with a rebound name (DNS rebinding) get nothing', async () => {
    for (const path of ['requests', 'events', 'health', 'inspector/', 'credentials']) {
      for (const host of [
        'evil.example',
        'evil.example:80',
        '127.0.0.1.evil.example',
        'localhost.evil.example',
        '0.0.0.0',
      ]) {
        assert.equal(await status(`/_sigv4/${path}`, { host }), 403, `${path} ${host}`);
      }
    }
    for (const host of ['localhost', 'localhost:3000', '127.0.0.1:1', '[::1]:3000', 'api.localhost']) {
      assert.equal(await status('/_sigv4/health', { host }), 200, host);
    }
  });

  test('on this machine cannot see requests without the token that the terminal shows', async () => {
    const headers = {
      cookie: 'session=of-a-cookie',
      authorization: 'Bearer of-a-bearer',
      'x-api-key': 'of-an-api-key',
    };
    await fetch(`${gateway.base}/open?access_token=of-a-query`, { headers });
    const signed = await signRequest(
      { method: 'POST', url: `${gateway.base}/x`, body: 'of-a-body' },
      gateway.options,
    );
    await fetch(signed.url, signed);
    const presigned = await presignUrl(`${gateway.base}/x`, gateway.options);
    await fetch(presigned);
    const signatures = [signed.headers.authorization, presigned].map(
      (text) => /Signature=([0-9a-f]{64})/.exec(text)[1],
    );
    const secrets = [...signatures, 'of-a-cookie', 'of-a-bearer', 'of-an-api-key', 'of-a-query'];
    const [{ id }] = await gateway.requests();
    const { token } = gateway.inspector;
    const open = (path, headers = {}) => fetch(`${gateway.origin}/_sigv4/${path}`, { headers });

    const all = await (await open(`requests?token=${token}`)).text();
    for (const secret of secrets) assert.ok(all.includes(secret), `the owner sees ${secret}`);
    for (const path of ['requests', `requests/${id}`, 'events', 'connections']) {
      for (const [query, given] of [
        [''],
        ['?token='],
        ['?token=wrong'],
        [`?token=${token}x`],
        [`?token=wrong&token=${token}`],
        [`?tok=${token}`],
        [`?token=${gateway.credentialsEndpoint.token}`],
        ['', { authorization: 'Bearer wrong' }],
        ['', { authorization: `Basic ${token}` }],
        [`?token=${token}`, { authorization: 'Bearer wrong' }],
        ['', { authorization: gateway.credentialsEndpoint.token }],
      ]) {
        const response = await open(path + query, given);
        const text = await response.text();
        assert.equal(response.status, 401, `${path}${query}`);
        for (const secret of secrets) assert.ok(!text.includes(secret), `${path}${query} shows ${secret}`);
      }
      for (const [query, given] of [[`?token=${token}`], ['', { authorization: `Bearer ${token}` }]]) {
        const response = await open(path + query, given);
        assert.equal(response.status, 200, path);
        await response.body.cancel();
      }
    }
    const health = await (await open('health')).text();
    for (const secret of [...secrets, token, gateway.credentialsEndpoint.token])
      assert.ok(!health.includes(secret));
    assert.equal(new URL(gateway.inspector.url).hash, `#token=${token}`);
    assert.notEqual((await gatewayFor()).inspector.token, token);
  });

  test('on pages of another origin get nothing, but links on these pages open the page', async () => {
    const { host, origin } = new URL(gateway.origin);
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost:1' },
      { origin: `${origin}.evil.example` },
      { origin: `http://evil.example/${host}` },
      { origin: `ftp://${host}` },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    ]) {
      for (const path of ['health', `requests?token=${gateway.inspector.token}`, 'inspector/'])
        assert.equal(await status(`/_sigv4/${path}`, { host, ...headers }), 403, JSON.stringify(headers));
    }
    for (const headers of [
      { origin },
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    ]) {
      assert.equal(await status('/_sigv4/inspector/', { host, ...headers }), 200, JSON.stringify(headers));
    }
  });

  test('cannot change anything', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      assert.equal(await status('/_sigv4/requests', {}, method), 405);
    for (const path of ['', 'nothing', '__proto__', 'constructor', '../prod']) {
      assert.equal(await status(`/_sigv4/${path}`), 404, path);
    }
  });

  test('get no credentials without the token', async () => {
    assert.equal(await status('/_sigv4/credentials'), 401);
    assert.equal(await status('/_sigv4/credentials', { authorization: 'x' }), 401);
  });
});

describe('credentials', async () => {
  const gateway = await gatewayFor({ sessionSeconds: 900 });
  const provider = (path = '') =>
    fromHttp({
      awsContainerCredentialsFullUri: gateway.credentialsEndpoint.uri + path,
      awsContainerAuthorizationToken: gateway.credentialsEndpoint.token,
    });

  test('of the endpoint can be read by fromContainer', async () => {
    const { uri, token } = gateway.credentialsEndpoint;
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token };
    const send = createSigv4Fetch({ ...gateway.options, credentials: fromContainer({ env }) });
    assert.equal((await send(`${gateway.base}/x`)).status, 200);
    await assert.rejects(fromContainer({ env: { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'another' } })(), {
      code: 'ERR_SIGV4_CREDENTIALS_PROVIDER',
      message: /answered 401, Unauthorized/,
    });
  });

  test("for the SDK's provider are valid until they expire", async () => {
    const credentials = await provider()();
    assert.ok(Math.abs(credentials.expiration - Date.now() - 900_000) < 10_000);
    const response = await createSigv4Fetch({ ...gateway.options, credentials: provider() })(
      `${gateway.base}/x`,
    );
    assert.equal(
      (await response.json()).identity.userArn,
      'arn:aws:sts::123456789012:assumed-role/developer/local',
    );
    assert.notEqual((await provider('/developer')()).accessKeyId, credentials.accessKeyId);
    await assert.rejects(provider('/nobody')());
  });

  test('are accepted for ten seconds after they expire, and no longer', async () => {
    let offset = 0;
    const gateway = await gatewayFor(
      { sessionSeconds: 900 },
      { now: () => new Date(Date.now() + offset * 1000) },
    );
    const { uri, token } = gateway.credentialsEndpoint;
    const issued = await (await fetch(uri, { headers: { authorization: token } })).json();
    const credentials = {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      sessionToken: issued.Token,
    };
    for (const [seconds, status] of [
      [0, 200],
      [890, 200],
      [905, 200],
      [915, 403],
    ]) {
      offset = seconds;
      const date = new Date(Date.now() + offset * 1000);
      const signed = createSigv4Fetch({ ...gateway.options, credentials, date });
      assert.equal((await signed(`${gateway.base}/x`)).status, status, `${seconds} s`);
    }
  });

  test('are forgotten, the oldest first', async () => {
    const first = await provider()();
    for (let i = 0; i < 101; i++) {
      await fetch(gateway.credentialsEndpoint.uri, {
        headers: { authorization: gateway.credentialsEndpoint.token },
      });
    }
    const { accessKeyId, secretAccessKey, sessionToken } = first;
    const old = { ...gateway.options, credentials: { accessKeyId, secretAccessKey, sessionToken } };
    assert.equal((await createSigv4Fetch(old)(`${gateway.base}/x`)).status, 403);
    assert.equal((await createSigv4Fetch(gateway.options)(`${gateway.base}/x`)).status, 200);
  });
});

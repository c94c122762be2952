// The server behind the gateway.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, describe, test } from 'node:test';
import { buffer } from 'node:stream/consumers';

import { presignUrl, signRequest } from 'sigv4-wasm';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { answerOf, eventually, gatewayFor } from '../support/gateway.js';

describe('an upstream', () => {
  /** @type {import('node:http').Server[]} */
  const servers = [];
  after(() => servers.forEach((server) => server.close().closeAllConnections()));
  const listen = async (handler) => {
    const server = createServer(handler);
    servers.push(server);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return `http://127.0.0.1:${server.address().port}`;
  };

  test('gets the path without the stage, the body and the caller, but no credentials', async () => {
    /** @type {any} */
    let seen;
    const upstream = await listen(async (incoming, outgoing) => {
      seen = {
        method: incoming.method,
        url: incoming.url,
        headers: incoming.headers,
        body: await buffer(incoming),
      };
      outgoing.writeHead(201, {
        'x-own': '1',
        server: 'mine',
        connection: 'x-hop',
        'x-hop': '1',
        'set-cookie': ['a=1', 'b=2'],
      });
      outgoing.end('made');
    });
    const { base, options } = await gatewayFor({ upstream: `${upstream}/v1/`, cors: true });
    const body = Buffer.from([0, 255, 128]);
    const headers = {
      'content-type': 'image/jpeg',
      'x-caller-arn': 'arn:forged',
      x_caller_arn: 'arn:forged',
      'x-amz-meta': 'kept',
      origin: 'http://x',
    };
    const response = await createSigv4Fetch(options)(`${base}/photos/a%2Fb%20c?x=%C3%BC&y`, {
      method: 'POST',
      body,
      headers,
    });
    assert.equal(response.status, 201);
    assert.equal(await response.text(), 'made');
    assert.equal(response.headers.get('x-own'), '1');
    assert.equal(response.headers.get('x-hop'), null);
    assert.equal(response.headers.get('x-amzn-remapped-server'), 'mine');
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
    assert.equal(seen.url, '/v1/photos/a%2Fb%20c?x=%C3%BC&y');
    assert.deepEqual(seen.body, body);
    assert.equal(seen.headers['content-type'], 'image/jpeg');
    assert.equal(seen.headers['x-amz-meta'], 'kept');
    assert.equal(seen.headers['x-caller-arn'], 'arn:aws:sts::123456789012:assumed-role/developer/local');
    for (const name of ['authorization', 'x-amz-security-token', 'x-amz-date', 'x_caller_arn'])
      assert.equal(seen.headers[name], undefined);
  });

  test('gets no credentials of a presigned URL, however their names are escaped', async () => {
    let seen = '';
    const upstream = await listen(({ url }, outgoing) => {
      seen = url;
      outgoing.end();
    });
    const { base, options } = await gatewayFor({ upstream });
    const url = await presignUrl(`${base}/x?a=1`, options);
    assert.equal((await fetch(url.replaceAll('X-Amz-', '%58-Am%7A-'))).status, 200);
    assert.equal(seen, '/x?a=1');
  });

  test('that does not respond, or does not exist', async () => {
    const slow = await gatewayFor({ upstream: await listen(() => {}), timeoutMs: 100 });
    assert.deepEqual(await answerOf(await createSigv4Fetch(slow.options)(`${slow.base}/x`)), {
      status: 504,
      type: 'InternalServerErrorException',
      body: { message: 'Endpoint request timed out' },
    });
    const gone = await gatewayFor({ upstream: 'http://127.0.0.1:9' });
    assert.deepEqual(await answerOf(await createSigv4Fetch(gone.options)(`${gone.base}/x`)), {
      status: 502,
      type: 'InternalServerErrorException',
      body: { message: 'Internal server error' },
    });
    const http = await gatewayFor({ type: 'http', upstream: 'http://127.0.0.1:9' });
    assert.deepEqual(await answerOf(await createSigv4Fetch(http.options)(http.origin)), {
      status: 503,
      type: null,
      body: { message: 'Service Unavailable' },
    });
    const switching = await gatewayFor({
      upstream: await listen(({ socket }) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      ),
    });
    const signal = AbortSignal.timeout(5000);
    assert.equal((await createSigv4Fetch(switching.options)(`${switching.base}/x`, { signal })).status, 502);
    const torn = await gatewayFor({ upstream: await listen((incoming) => incoming.socket.destroy()) });
    assert.equal((await createSigv4Fetch(torn.options)(`${torn.base}/x`)).status, 502);
  });

  test('that stops in the middle, or closes an idle connection', async () => {
    const stuck = await gatewayFor({
      upstream: await listen((_, outgoing) => outgoing.writeHead(200, { 'content-length': 5 }).write('he')),
      timeoutMs: 100,
    });
    assert.equal((await createSigv4Fetch(stuck.options)(`${stuck.base}/x`)).status, 504);
    let count = 0;
    const upstream = await listen((incoming, outgoing) => {
      count += 1;
      if (count === 2 || count === 5) incoming.socket.resetAndDestroy();
      else outgoing.end('ok');
    });
    const { base, options } = await gatewayFor({ upstream });
    const send = (method) => createSigv4Fetch(options)(`${base}/x`, { method }).then(({ status }) => status);
    assert.deepEqual([await send('GET'), await send('GET'), count], [200, 200, 3], 'sent once more');
    assert.deepEqual([await send('POST'), await send('POST'), count], [200, 502, 5], 'sent once');
  });

  test('of one route', async () => {
    const upstream = await listen((_, outgoing) => outgoing.end('{"from":"upstream"}'));
    const { base } = await gatewayFor({
      routes: [
        { route: 'GET /a', auth: 'none', upstream },
        { route: 'GET /b', auth: 'none' },
      ],
    });
    assert.deepEqual(await (await fetch(`${base}/a`)).json(), { from: 'upstream' });
    assert.equal((await (await fetch(`${base}/b`)).json()).route, 'GET /b');
  });

  test('a client that disconnects leaves only its line in the log', async () => {
    const { origin, requests, options } = await gatewayFor();
    const signed = await signRequest({ method: 'PUT', url: `${origin}/prod/x`, body: 'hello' }, options);
    const controller = new AbortController();
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const sent = fetch(signed.url, { ...signed, body, duplex: 'half', signal: controller.signal }).catch(
      () => {},
    );
    setTimeout(() => controller.abort(), 100);
    await sent;
    assert.equal((await createSigv4Fetch(options)(`${origin}/prod/y`)).status, 200);
    await eventually(async () => (await requests()).length === 1);
  });
});

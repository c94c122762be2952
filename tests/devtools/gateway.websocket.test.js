// WebSocket APIs: a handshake that is signed in its URL, and @connections by AWS's own client.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, describe, test } from 'node:test';
import { buffer } from 'node:stream/consumers';

import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { presignUrl, signRequest } from 'sigv4-wasm';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { answerOf, exchangeBytes, gatewayFor } from '../support/gateway.js';

/** Undici's `WebSocket`, which Node.js has built in since version 22. */
const { WebSocket } = globalThis.WebSocket ? globalThis : await import('undici');

/** A frame that closes the connection. */
const CLOSE = '\x88\x80\0\0\0\0';

/** @param {string} url */
async function connect(url) {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  await Promise.race([once(socket, 'open'), once(socket, 'error').then(() => assert.fail('refused'))]);
  return socket;
}

const next = async (socket) => (await once(socket, 'message'))[0].data;

describe('a WebSocket API', async () => {
  const gateway = await gatewayFor({ type: 'websocket' });
  const url = gateway.base.replace('http', 'ws');
  const presigned = () => presignUrl(`${url}?room=a%20b`, { ...gateway.options, expiresIn: 60 });
  const client = new ApiGatewayManagementApiClient({
    endpoint: gateway.base,
    region: gateway.options.region,
    credentials: gateway.credentials(),
  });
  after(() => client.destroy());

  test('echoes text and bytes to a client that connects with a presigned URL', async () => {
    const socket = await connect(await presigned());
    socket.send('grüß dich');
    assert.equal(await next(socket), 'grüß dich');
    socket.send(new Uint8Array([0, 255]));
    assert.deepEqual([...new Uint8Array(await next(socket))], [0, 255]);
    const [exchange] = await gateway.requests();
    assert.equal(exchange.response.status, 101);
    assert.equal(exchange.route, '$connect');
    assert.ok(exchange.allowed);
    assert.ok(!JSON.stringify(exchange).includes(encodeURIComponent(gateway.credentials().sessionToken)));
    socket.close();
  });

  test('accepts a handshake that is signed in headers', async () => {
    const { headers } = await signRequest(gateway.base, gateway.options);
    const { host } = new URL(gateway.base);
    const lines = Object.entries({
      ...headers,
      host,
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await exchangeBytes(gateway.origin, `GET /prod HTTP/1.1\r\n${lines.join('')}\r\n${CLOSE}`);
    assert.match(answer, /^HTTP\/1\.1 101 /);
    assert.match(answer, /s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
  });

  test('refuses a missing or wrong signature', async () => {
    const refusal = async (target) => {
      const handshake = `upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;
      const { host } = new URL(gateway.base);
      return exchangeBytes(
        gateway.origin,
        `GET ${target} HTTP/1.1\r\nhost: ${host}\r\n${handshake}\r\n${CLOSE}`,
      );
    };
    const { pathname, search } = new URL(await presigned());
    assert.match(
      await refusal(`${pathname}${search.replace('room=a', 'room=b')}`),
      /^HTTP\/1\.1 403 [^]*The request signature we calculated/,
    );
    assert.match(await refusal('/prod'), /^HTTP\/1\.1 403 [^]*Missing Authentication Token/);
    assert.match(await refusal('/other'), /^HTTP\/1\.1 403 [^]*Missing Authentication Token/);
    assert.match(await refusal(pathname + search), /^HTTP\/1\.1 101 /);
    const plain = await createSigv4Fetch(gateway.options)(`${gateway.base}/orders`);
    assert.equal((await answerOf(plain)).status, 403);
  });

  test('lets the SDK send to a client, describe it, and disconnect it', async () => {
    const before = new Set(await connections());
    const socket = await connect(await presigned());
    socket.send('who am I?');
    await next(socket);
    const [ConnectionId] = (await connections()).filter((id) => !before.has(id));
    assert.match(ConnectionId, /=$/);
    const [[{ data }]] = await Promise.all([
      once(socket, 'message'),
      client.send(new PostToConnectionCommand({ ConnectionId, Data: 'shipped ü' })),
    ]);
    assert.equal(data, 'shipped ü');
    const { ConnectedAt, LastActiveAt, Identity } = await client.send(
      new GetConnectionCommand({ ConnectionId }),
    );
    assert.ok(ConnectedAt <= LastActiveAt);
    assert.equal(Identity.SourceIp, '127.0.0.1');
    const closed = once(socket, 'close');
    await client.send(new DeleteConnectionCommand({ ConnectionId }));
    await closed;
    await assert.rejects(
      client.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' })),
      GoneException,
    );
    await assert.rejects(
      client.send(new PostToConnectionCommand({ ConnectionId: 'never=', Data: 'x' })),
      GoneException,
    );
  });

  async function connections() {
    const response = await fetch(`${gateway.origin}/_sigv4/connections?token=${gateway.inspector.token}`);
    return (await response.json()).connections.map(({ id }) => id);
  }

  test('closes a connection that sends too long a message', async () => {
    const socket = await connect(await presigned());
    const closed = once(socket, 'close');
    socket.send('x'.repeat(128 * 1024 + 1));
    assert.equal((await closed)[0].code, 1009);
  });
});

test('connecting and sending need separate permissions', async () => {
  const allow = (Action, Resource) => ({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action, Resource },
  });
  const api = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/prod';
  const gateway = await gatewayFor({
    type: 'websocket',
    roles: {
      connects: { policies: [allow('execute-api:Invoke', `${api}/$connect`)] },
      sends: { policies: [allow('execute-api:ManageConnections', `${api}/POST/@connections/*`)] },
    },
  });
  const url = gateway.base.replace('http', 'ws');
  const as = (name) => ({ ...gateway.options, credentials: gateway.credentials(name) });
  const socket = await connect(await presignUrl(url, { ...as('connects'), expiresIn: 60 }));
  await assert.rejects(connect(await presignUrl(url, { ...as('sends'), expiresIn: 60 })), /refused/);
  const post = (name) =>
    createSigv4Fetch(as(name))(`${gateway.base}/@connections/gone%3D`, { method: 'POST', body: 'x' }).then(
      answerOf,
    );
  assert.deepEqual(await post('sends'), { status: 410, type: 'GoneException', body: { message: 'Gone' } });
  assert.match(
    (await post('connects')).body.Message,
    /not authorized to perform: execute-api:ManageConnections on resource: .*\/prod\/POST\/@connections\/gone= because no identity-based policy allows the execute-api:ManageConnections action$/,
  );
  socket.close();
});

test('messages go to an HTTP upstream, which can reply later', async () => {
  /** @type {any} */
  let seen;
  const server = createServer(async (incoming, outgoing) => {
    seen = { headers: incoming.headers, body: String(await buffer(incoming)) };
    outgoing.end(seen.body === 'ask' ? 'answer' : '');
  });
  after(() => server.close().closeAllConnections());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const gateway = await gatewayFor({
    type: 'websocket',
    upstream: `http://127.0.0.1:${server.address().port}/hook`,
  });
  const socket = await connect(await presignUrl(gateway.base.replace('http', 'ws'), gateway.options));
  socket.send('ask');
  assert.equal(await next(socket), 'answer');
  const id = seen.headers.connectionid;
  const [[{ data }], { status }] = await Promise.all([
    once(socket, 'message'),
    createSigv4Fetch(gateway.options)(`${gateway.base}/@connections/${encodeURIComponent(id)}`, {
      method: 'POST',
      body: 'later',
    }),
  ]);
  assert.equal(status, 200);
  assert.equal(data, 'later');
});

test('messages go to a WebSocket upstream, and its messages to the client', async () => {
  const behind = await gatewayFor({ type: 'websocket', routes: [{ route: '$connect', auth: 'none' }] });
  const gateway = await gatewayFor({ type: 'websocket', upstream: behind.base.replace('http', 'ws') });
  const socket = await connect(await presignUrl(gateway.base.replace('http', 'ws'), gateway.options));
  socket.send('through');
  assert.equal(await next(socket), 'through');
});

describe('a client that floods its connection is disconnected', { timeout: 20_000 }, () => {
  test('if an HTTP upstream does not respond', async () => {
    let count = 0;
    const server = createServer(() => count++);
    after(() => server.close().closeAllConnections());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const upstream = `http://127.0.0.1:${server.address().port}/hook`;
    const gateway = await gatewayFor({ type: 'websocket', upstream });
    const socket = await connect(await presignUrl(gateway.base.replace('http', 'ws'), gateway.options));
    const closed = once(socket, 'close');
    for (let i = 0; i < 500; i++) socket.send('more');
    await closed;
    assert.ok(count <= 100, `${count} requests`);
  });

  test('if a WebSocket upstream does not read', async () => {
    const server = createServer();
    after(() => server.close().closeAllConnections());
    server.on('upgrade', ({ headers }, socket) => {
      const accept = createHash('sha1')
        .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64');
      const head = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n';
      socket.on('error', () => {}).pause();
      socket.write(`${head}sec-websocket-accept: ${accept}\r\n\r\n`);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const upstream = `ws://127.0.0.1:${server.address().port}/`;
    const gateway = await gatewayFor({ type: 'websocket', upstream });
    const socket = await connect(await presignUrl(gateway.base.replace('http', 'ws'), gateway.options));
    const closed = once(socket, 'close');
    for (let i = 0; i < 400; i++) {
      if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      socket.send('x'.repeat(100_000));
    }
    await closed;
  });
});

// The proxy streams events, long responses, uploads, WebSockets, and MCP over streamable HTTP.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, test } from 'node:test';

import { verifyRequest } from 'sigv4-wasm/verify';
import { WebSocket as WsClient, WebSocketServer } from 'ws';

import { eventually, exchangeBytes, gatewayFor, REGION } from '../support/gateway.js';
import { KEYS, proxyFor, send, upstreamFor } from '../support/proxy.js';

/** Undici's `WebSocket`, which Node.js has built in since version 22. */
const { WebSocket } = globalThis.WebSocket ? globalThis : await import('undici');

/** @param {any} socket */
async function opened(socket) {
  socket.binaryType = 'arraybuffer';
  await Promise.race([once(socket, 'open'), once(socket, 'error').then(() => assert.fail('refused'))]);
  return socket;
}

describe('server-sent events', async () => {
  /** @type {http.ServerResponse | undefined} */
  let stream;
  const upstream = await upstreamFor((_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    stream = outgoing;
  });
  const proxy = await proxyFor({ upstream: upstream.origin });

  test('the head arrives before the first event, and each event before the next', async () => {
    const response = await fetch(proxy.origin, { headers: proxy.headers });
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (const text of ['data: one\n\n', 'data: two\n\n', ': still here\n\n']) {
      stream.write(text);
      assert.equal((await reader.read()).value, text);
    }
    const closed = once(stream, 'close');
    await reader.cancel();
    await closed;
  });
});

describe('an upload', async () => {
  test('of an unsigned body is forwarded before it ends', async () => {
    /** @type {string[]} */
    const arrived = [];
    const upstream = await upstreamFor((incoming, outgoing) => {
      incoming.on('data', (chunk) => arrived.push(String(chunk)));
      incoming.on('end', () => outgoing.end(arrived.join('')));
    });
    const proxy = await proxyFor({ upstream: upstream.origin, payload: 'unsigned' });
    const { hostname, port } = new URL(proxy.origin);
    const request = http.request({ hostname, port, method: 'POST', headers: proxy.headers });
    const response = once(request, 'response');
    for (const piece of ['one', 'two', 'three']) {
      request.write(piece);
      await eventually(() => arrived.at(-1) === piece);
    }
    request.end();
    const [{ statusCode }] = await response;
    assert.equal(statusCode, 200);
    assert.equal(upstream.requests[0].headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
  });

  test('that is refused while the client sends it: the client gets the error', async () => {
    const upstream = await upstreamFor((incoming, outgoing) => {
      incoming.once('data', () => outgoing.writeHead(413).end('too long'));
      incoming.on('error', () => {}).resume();
    });
    const proxy = await proxyFor({ upstream: upstream.origin, payload: 'unsigned' });
    const { hostname, port } = new URL(proxy.origin);
    const request = http.request({ hostname, port, method: 'POST', headers: proxy.headers });
    request.on('error', () => {});
    request.write(Buffer.alloc(300_000));
    const [response] = await once(request, 'response');
    assert.equal(response.statusCode, 413);
    request.destroy();
    assert.equal((await send(proxy.origin, { method: 'POST', headers: proxy.headers }, 'x')).status, 413);
  });

  test('that the client aborts is aborted upstream', async () => {
    /** @type {http.IncomingMessage | undefined} */
    let arriving;
    const upstream = await upstreamFor((incoming) => {
      incoming.on('error', () => {});
      arriving = incoming.resume();
    });
    const proxy = await proxyFor({ upstream: upstream.origin, payload: 'unsigned' });
    const { hostname, port } = new URL(proxy.origin);
    const request = http.request({ hostname, port, method: 'POST', headers: proxy.headers });
    request.on('error', () => {});
    request.write('the beginning');
    await eventually(() => arriving);
    const closed = new Promise((resolve) => arriving.on('close', resolve));
    request.destroy();
    await closed;
    assert.ok(!arriving.complete);
  });
});

describe('WebSockets', async () => {
  const gateway = await gatewayFor({ type: 'websocket', routes: [{ route: '$connect', auth: 'iam' }] });
  const proxy = await proxyFor({
    upstream: { url: gateway.base, region: REGION, service: 'execute-api' },
    credentials: gateway.credentials,
  });
  const url = (/** @type {string} */ query) => `${proxy.origin.replace('http', 'ws')}/${query}`;

  test('the gateway accepts the handshake, and messages pass in both directions', async () => {
    const socket = await opened(new WebSocket(url(`?room=a%20b&sigv4-proxy-token=${proxy.token}`)));
    const next = async () => (await once(socket, 'message'))[0].data;
    for (const text of ['grüß dich', 'x'.repeat(100_000)]) {
      socket.send(text);
      assert.equal(await next(), text);
    }
    socket.send(new Uint8Array([0, 255]));
    assert.deepEqual([...new Uint8Array(await next())], [0, 255]);
    assert.match(proxy.metrics(), /^sigv4_proxy_open_websockets 1$/m);
    const [exchange] = await gateway.requests();
    assert.match(exchange.request.url, /\?room=a%20b$/);
    assert.ok(!JSON.stringify(exchange).includes(proxy.token));
    socket.close();
    await once(socket, 'close');
    await eventually(() => /^sigv4_proxy_open_websockets 0$/m.test(proxy.metrics()));
  });

  test('work with the client of ws, with the token in a header', async () => {
    const socket = await opened(new WsClient(url(''), { headers: proxy.headers }));
    socket.send('hello');
    assert.equal(String((await once(socket, 'message'))[0]), 'hello');
    socket.close();
  });

  test('are refused without the token, or from a page of another site', async () => {
    for (const [headers, status] of /** @type {[Record<string, string>, number][]} */ ([
      [{}, 401],
      [{ ...proxy.headers, origin: 'https://evil.example' }, 403],
      [{ ...proxy.headers, host: 'rebound.example' }, 403],
    ])) {
      const socket = new WsClient(url(''), { headers });
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      assert.equal(response.statusCode, status);
      socket.terminate();
    }
  });

  test('a refusal of the upstream passes unchanged, and is explained', async () => {
    const wrong = await proxyFor({
      upstream: { url: gateway.base, region: 'us-east-1', service: 'execute-api' },
      credentials: gateway.credentials,
    });
    const socket = new WsClient(wrong.origin.replace('http', 'ws'), { headers: wrong.headers });
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    assert.equal(response.statusCode, 403);
    assert.ok(response.headers['x-amzn-errortype']);
    await eventually(() => wrong.lines.some((line) => /cause/.test(line)));
    socket.terminate();
  });

  test('the two ends negotiate extensions and subprotocols', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true });
    await once(server, 'listening');
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    const compressing = await proxyFor({ upstream: `http://127.0.0.1:${server.address().port}` });
    const at = compressing.origin.replace('http', 'ws');
    const socket = await opened(new WsClient(at, ['chat'], { headers: compressing.headers }));
    assert.match(socket.extensions, /permessage-deflate/);
    assert.equal(socket.protocol, 'chat');
    socket.send('x'.repeat(10_000));
    assert.equal((await once(socket, 'message'))[0].byteLength, 10_000);
    socket.terminate();
    await eventually(() => server.clients.size === 0);
    server.close();
  });

  test('a service that requires the signature in the query gets it there', async () => {
    const upstream = await upstreamFor();
    /** @type {http.IncomingMessage[]} */
    const handshakes = [];
    upstream.server.on('upgrade', (incoming, socket) => {
      handshakes.push(incoming);
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    });
    const iot = await proxyFor({ upstream: { url: upstream.origin, service: 'iotdevicegateway' } });
    const socket = new WsClient(`${iot.origin.replace('http', 'ws')}/mqtt`, { headers: iot.headers });
    socket.on('error', () => {});
    await once(socket, 'unexpected-response');
    socket.terminate();
    const [{ url: signed = '', headers }] = handshakes;
    assert.match(signed, /^\/mqtt\?X-Amz-Algorithm=AWS4-HMAC-SHA256&.*&X-Amz-Signature=[\da-f]{64}/);
    assert.ok(!('authorization' in headers));
    const verified = await verifyRequest(
      { method: 'GET', url: `ws://${upstream.host}${signed}`, headers: { host: String(headers.host) } },
      { region: REGION, service: 'iotdevicegateway', secretAccessKey: () => KEYS },
    );
    assert.equal(verified.accessKeyId, KEYS.accessKeyId);
  });

  test('bytes that come with the handshake are not lost', async () => {
    const echo = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nearly',
        );
        socket.on('data', (data) => socket.end(`got ${data}`));
      });
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (echo.address());
    const raw = await proxyFor({ upstream: `http://127.0.0.1:${port}` });
    const head = [
      ...['GET / HTTP/1.1', `host: ${new URL(raw.origin).host}`, `x-sigv4-proxy-token: ${raw.token}`],
      ...['connection: upgrade', 'upgrade: websocket', '', 'first'],
    ];
    const answer = await exchangeBytes(raw.origin, head.join('\r\n'));
    assert.match(answer, /^HTTP\/1\.1 101 .*\r\n\r\nearlygot first$/s);
    echo.close();
  });

  test('close() ends them', async () => {
    const closing = await proxyFor({
      upstream: { url: gateway.base, region: REGION, service: 'execute-api' },
      credentials: gateway.credentials,
    });
    const socket = await opened(
      new WsClient(closing.origin.replace('http', 'ws'), { headers: closing.headers }),
    );
    const closed = once(socket, 'close');
    await closing.close();
    await closed;
  });
});

/** The messages that a client of MCP and a server exchange. Source: "Streamable HTTP", Model Context Protocol specification. */
describe('MCP over streamable HTTP', async () => {
  const upstream = await upstreamFor(async (incoming, outgoing) => {
    const { method, headers } = incoming;
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    try {
      await verifyRequest(
        { method: String(method), url: String(incoming.url), headers, body },
        { region: REGION, service: 'bedrock-agentcore', secretAccessKey: () => KEYS },
      );
    } catch (error) {
      return outgoing.writeHead(403).end(String(error));
    }
    if (method === 'GET')
      return outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    if (method === 'DELETE') return outgoing.writeHead(204).end();
    const { id, method: call } = JSON.parse(body.toString());
    if (id === undefined) return outgoing.writeHead(202).end();
    if (call === 'initialize') {
      const result = {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 's' },
      };
      return outgoing
        .writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'session-1' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    }
    assert.equal(headers['mcp-session-id'], 'session-1');
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write(`event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n`);
    return outgoing.end(`event: message\ndata: {"jsonrpc":"2.0","id":${id},"result":{}}\n\n`);
  });
  const proxy = await proxyFor({ upstream: { url: upstream.origin, service: 'bedrock-agentcore' } });

  test('a whole session passes: initialize, a notification, a call that streams, a stream of the server, its end', async () => {
    const url = `${proxy.origin}/mcp`;
    const headers = {
      authorization: `Bearer ${proxy.token}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    };
    const post = (/** @type {object} */ message, more = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      });
    const first = await post({ id: 1, method: 'initialize', params: {} });
    const session = { 'mcp-session-id': first.headers.get('mcp-session-id') ?? '' };
    assert.equal((await first.json()).result.protocolVersion, '2025-06-18');
    assert.equal((await post({ method: 'notifications/initialized' }, session)).status, 202);
    const call = await post({ id: 2, method: 'tools/call', params: {} }, session);
    assert.equal(call.headers.get('content-type'), 'text/event-stream');
    assert.equal((await call.text()).match(/^data: /gm)?.length, 2);
    const cancel = new AbortController();
    const events = await fetch(url, { headers: { ...headers, ...session }, signal: cancel.signal });
    assert.equal(events.status, 200);
    cancel.abort();
    assert.equal((await fetch(url, { method: 'DELETE', headers: { ...headers, ...session } })).status, 204);
  });
});

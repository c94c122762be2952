// Behind the verifier, what a framework does with a body is what it does without: its parsers get the bytes that arrived.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { connect as connect2, createServer as createServer2 } from 'node:http2';
import { after, describe, test } from 'node:test';
import { createGunzip, gunzipSync, gzipSync } from 'node:zlib';

import { getRequestListener } from '@hono/node-server';
import { bodyParser } from '@koa/bodyparser';
import connect from 'connect';
import express4 from 'express';
import express5 from 'express-5';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { Signer } from 'sigv4-wasm';
import { verifyMiddleware, verifyRequest, withVerification } from 'sigv4-wasm/verify';

import { CREDENTIALS, OPTIONS } from '../support/wire.js';

const options = {
  secretAccessKey: (id) => (id === CREDENTIALS.accessKeyId ? CREDENTIALS : undefined),
  region: OPTIONS.region,
  service: OPTIONS.service,
};
const signer = new Signer(OPTIONS);

/**
 * What a route answers: the body as its framework parsed it, and the bytes that the verifier kept.
 *
 * @param {any} parsed
 * @param {Uint8Array} [rawBody]
 * @param {any} [verified]
 */
const answer = (parsed, rawBody, verified) => ({
  parsed: parsed ?? null,
  raw: rawBody === undefined ? null : Buffer.from(rawBody).toString('base64'),
  key: verified?.accessKeyId ?? null,
});

/** Of a refusal, in frameworks that have no middleware of Connect's shape. */
const refusalOf = (error) => {
  if (error.status === undefined) throw error;
  return { status: error.status, type: error.type, body: { message: error.message } };
};

/**
 * By name: takes `onError`, which is told what is no refusal, and returns what listens to requests.
 *
 * @type {Record<string, (onError: (error: any) => void) => (request: any, response: any) => void>}
 */
const FRAMEWORKS = {
  'Express 4': (onError) => withExpress(express4, onError),
  'Express 5': (onError) => withExpress(express5, onError),
  Connect: (onError) => {
    const app = connect();
    app.use(verifyMiddleware(options)).use(express4.json({ limit: '1mb' }));
    app.use((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(request.body, request.rawBody, request.sigv4)));
    });
    app.use((error, _, response, __) => {
      onError(error);
      response.writeHead(500).end('{}');
    });
    return app;
  },
  'Node.js itself': (onError) => {
    const verify = verifyMiddleware(options);
    return (request, response) =>
      verify(request, response, async (error) => {
        if (error) {
          onError(error);
          return response.writeHead(500).end('{}');
        }
        const chunks = [];
        request.on('data', (chunk) => chunks.push(chunk));
        await once(request, 'end');
        const bytes = Buffer.concat(chunks);
        const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
        const parsed = text.length > 0 ? JSON.parse(text) : undefined;
        return response.end(JSON.stringify(answer(parsed, request.rawBody, request.sigv4)));
      });
  },
  'Fastify, preParsing': (onError) => {
    let handler;
    const app = fastify({ serverFactory: (listener) => createServer((handler = listener)) });
    app.addHook('preParsing', async (request, reply, payload) => {
      try {
        request.sigv4 = await verifyRequest(request, options);
      } catch (error) {
        const { status, type, body } = refusalOf(error);
        return reply.code(status).header('x-amzn-errortype', type).send(body);
      }
      return request.headers['content-encoding'] === 'gzip' ? inflated(payload) : payload;
    });
    app.setErrorHandler((error, _, reply) => {
      onError(error);
      return reply.code(500).send({});
    });
    // Fastify refuses bodies of no type, empty ones too.
    app.addContentTypeParser('*', { parseAs: 'string' }, async (_, text) => text || undefined);
    app.all('/*', ({ body, raw, sigv4 }) => answer(body, raw.rawBody, sigv4));
    const isReady = app.ready();
    return (request, response) => isReady.then(() => handler(request, response));
  },
  Koa: (onError) => {
    const app = new Koa();
    app.silent = true;
    app.on('error', onError);
    app.use(async (context, next) => {
      try {
        context.state.sigv4 = await verifyRequest(context, options);
      } catch (error) {
        const { status, type, body } = refusalOf(error);
        context.set('x-amzn-errortype', type);
        Object.assign(context, { status, body });
        return undefined;
      }
      return next();
    });
    app.use(bodyParser({ jsonLimit: '1mb', parsedMethods: ['POST', 'PUT'] }));
    app.use((context) => {
      context.body = answer(context.request.body, context.req.rawBody, context.state.sigv4);
    });
    return app.callback();
  },
  'Hono, the verifier as middleware': (onError) => {
    const app = new Hono();
    app.use(async (context, next) => {
      try {
        context.set('sigv4', await verifyRequest(context.req, options));
      } catch (error) {
        const { status, type, body } = refusalOf(error);
        return context.json(body, status, { 'x-amzn-errortype': type });
      }
      return next();
    });
    return listenerOfHono(app, onError, (request) => app.fetch(request));
  },
  'Hono, the verifier around it': (onError) => {
    const app = new Hono();
    const handler = withVerification((request, sigv4) => app.fetch(request, { sigv4 }), options);
    return listenerOfHono(app, onError, handler);
  },
};

function withExpress(express, onError) {
  const app = express();
  app.use(verifyMiddleware(options), express.json({ limit: '1mb' }));
  app.use((request, response) => response.json(answer(request.body, request.rawBody, request.sigv4)));
  app.use((error, _, response, __) => {
    onError(error);
    response.status(500).json({});
  });
  return app;
}

function listenerOfHono(app, onError, handler) {
  app.onError((error, context) => {
    onError(error);
    return context.json({}, 500);
  });
  app.all('*', async (context) => {
    const bytes = Buffer.from(await context.req.arrayBuffer());
    const text = context.req.header('content-encoding') === 'gzip' ? gunzipSync(bytes) : bytes;
    const parsed = text.length > 0 ? JSON.parse(text) : undefined;
    return context.json(answer(parsed, bytes, context.get('sigv4') ?? context.env.sigv4));
  });
  return getRequestListener(handler, {
    errorHandler: (error) => {
      onError(error);
      return Response.json({}, { status: 500 });
    },
  });
}

function inflated(payload) {
  const gunzip = createGunzip();
  payload.on('data', ({ length }) => (gunzip.receivedEncodedLength += length));
  gunzip.receivedEncodedLength = 0;
  return payload.pipe(gunzip);
}

const servers = [];
after(() => {
  for (const { server, sockets } of servers) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

async function listen(listener, create = createServer) {
  const server = create(listener);
  const sockets = new Set();
  servers.push({ server, sockets });
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

/** Over a real socket, the body in as many writes as there are chunks. */
async function send({ method = 'POST', url, headers }, chunks = [], agent = false) {
  const outgoing = httpRequest(url, { method, headers, agent });
  const arrived = once(outgoing, 'response');
  for (const chunk of chunks) {
    // Each leaves before the next is written.
    await new Promise((resolve) => outgoing.write(chunk, resolve));
    await new Promise(setImmediate);
  }
  outgoing.end();
  const [response] = await arrived;
  const { statusCode: status, headers: got } = response;
  return { status, type: got['x-amzn-errortype'], body: JSON.parse(await textOf(response)) };
}

async function textOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const JSON_TYPE = { 'content-type': 'application/json' };
const sign = (url, body, headers = JSON_TYPE) => signer.sign({ method: 'POST', url, headers, body });

for (const [name, create] of Object.entries(FRAMEWORKS)) {
  describe(name, () => {
    const errors = [];
    let origin;
    const start = async () => (origin ??= await listen(create((error) => errors.push(error))));

    test('the parser placed next yields the parsed object, and the bytes stand in rawBody', async () => {
      await start();
      const body = '{"item": "grüner Tee", "pieces": [1, 2]}';
      const { status, body: got } = await send(await sign(`${origin}/a%20b?c=d`, body), [body]);
      const raw = Buffer.from(body).toString('base64');
      assert.deepEqual([status, got], [200, { parsed: JSON.parse(body), raw, key: CREDENTIALS.accessKeyId }]);
    });

    test('100 kB in ten chunks, with and without a content-length', async () => {
      await start();
      const body = Buffer.from(JSON.stringify({ text: 'ü'.repeat(50_000) }));
      const size = Math.ceil(body.length / 10);
      const chunks = Array.from({ length: 10 }, (_, i) => body.subarray(i * size, (i + 1) * size));
      const signed = await sign(origin, body);
      for (const headers of [
        { ...signed.headers, 'content-length': body.length },
        { ...signed.headers, 'transfer-encoding': 'chunked' },
      ]) {
        const { status, body: got } = await send({ ...signed, headers }, chunks);
        assert.equal(status, 200);
        assert.ok(Buffer.from(got.raw, 'base64').equals(body));
        assert.deepEqual(got.parsed, JSON.parse(body));
      }
    });

    test('gzip, which is signed as it is sent, and inflated by the parser', async () => {
      await start();
      const value = { list: Array(2000).fill('tea') };
      const body = gzipSync(JSON.stringify(value));
      const signed = await sign(origin, body, { ...JSON_TYPE, 'content-encoding': 'gzip' });
      const { status, body: got } = await send(signed, [body.subarray(0, 20), body.subarray(20)]);
      assert.equal(status, 200);
      assert.deepEqual(got.parsed, value);
      assert.equal(got.raw, body.toString('base64'));
    });

    test('an empty body, however it is announced, keeps nobody waiting', async () => {
      await start();
      const signed = await signer.sign({ method: 'POST', url: origin });
      for (const headers of [{ 'content-length': 0 }, { 'transfer-encoding': 'chunked' }]) {
        const { status, body } = await send({ ...signed, headers: { ...signed.headers, ...headers } });
        assert.deepEqual([status, body.raw], [200, '']);
      }
      const { status, body } = await send({ method: 'GET', ...(await signer.sign(origin)) });
      assert.deepEqual([status, body.raw], [200, '']);
    });

    test('a changed body is refused, and a body where there was none', async () => {
      await start();
      const signed = await sign(origin, '{"a":1}');
      const refused = await send(signed, ['{"a":2}']);
      assert.deepEqual([refused.status, refused.type], [403, 'InvalidSignatureException']);
      assert.match(refused.body.message, /^The request signature we calculated/);
      const empty = await signer.sign({ method: 'POST', url: origin, headers: JSON_TYPE });
      assert.equal((await send(empty, ['{"a":2}'])).status, 403);
    });

    test('requests follow each other on one connection', async () => {
      await start();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ports = new Set();
      agent.on('free', (socket) => ports.add(socket.localPort));
      for (const body of ['{"a":1}', '[2]', '{"b":[]}']) {
        const { status, body: got } = await send(await sign(origin, body), [body], agent);
        assert.deepEqual([status, got.parsed], [200, JSON.parse(body)]);
      }
      agent.destroy();
      assert.equal(ports.size, 1);
    });

    test('an upload that is aborted reaches no route, and the next is served', async () => {
      await start();
      errors.length = 0;
      const body = JSON.stringify({ text: 'x'.repeat(1000) });
      const { headers, url } = await sign(origin, body);
      const outgoing = httpRequest(url, {
        method: 'POST',
        headers: { ...headers, 'content-length': body.length },
      });
      outgoing.on('error', () => {});
      await new Promise((resolve) => outgoing.write(body.slice(0, 500), resolve));
      outgoing.destroy();
      await new Promise((resolve) => outgoing.on('close', resolve));
      const next = await send(await sign(origin, body), [body]);
      assert.equal(next.status, 200);
      while (errors.length === 0) await new Promise(setImmediate);
      const codes = errors.map((error) => error.code ?? error.cause?.code ?? error.name);
      // Koa tells of the socket, too; of a fetch request, it is its body that fails.
      if (!name.startsWith('Hono')) assert.ok(codes.includes('ERR_SIGV4_BODY_USED'), String(codes));
      assert.ok(
        errors.every(({ status }) => status === undefined),
        'no refusal',
      );
    });
  });
}

describe('HTTP/2', () => {
  const CONNECT_SHAPED = ['Connect', 'Node.js itself', 'Koa'];
  for (const name of CONNECT_SHAPED) {
    test(`${name}: the body is read and parsed`, async () => {
      const origin = await listen(
        FRAMEWORKS[name]((error) => assert.fail(error)),
        createServer2,
      );
      const session = connect2(origin);
      const body = Buffer.from(JSON.stringify({ text: 'ü'.repeat(50_000) }));
      const { headers } = await sign(`${origin}/a?b=c`, body);
      // Parsers made for HTTP/1 look for the length.
      const length = { 'content-length': body.length };
      const stream = session.request({ ':method': 'POST', ':path': '/a?b=c', ...headers, ...length });
      for (let at = 0; at < body.length; at += 10_000) {
        stream.write(body.subarray(at, at + 10_000));
        await new Promise(setImmediate);
      }
      stream.end();
      const [{ ':status': status }] = await once(stream, 'response');
      const got = JSON.parse(await textOf(stream));
      session.destroy();
      assert.equal(status, 200);
      assert.equal(got.raw, body.toString('base64'));
      assert.deepEqual(got.parsed, JSON.parse(body));
    });
  }

  test('an upload that is aborted reaches no route', async () => {
    let failed;
    const settled = new Promise((resolve) => (failed = resolve));
    const verify = verifyMiddleware(options);
    const origin = await listen((request, response) => verify(request, response, failed), createServer2);
    const session = connect2(origin);
    const { headers } = await sign(origin, '{"a":1}');
    const stream = session.request({ ':method': 'POST', ':path': '/', ...headers });
    stream.on('error', () => {});
    await new Promise((resolve) => stream.write('{"a"', resolve));
    await new Promise((resolve) => session.ping(resolve));
    stream.close(8); // CANCEL
    assert.equal((await settled)?.code, 'ERR_SIGV4_BODY_USED');
    session.destroy();
  });
});

test('a stream that yields text is signed by its bytes, and yields text to who reads it next', async () => {
  const origin = await listen((request, response) => {
    request.setEncoding('utf8');
    verifyMiddleware(options)(request, response, async (error) => {
      assert.ifError(error);
      const parts = [];
      for await (const part of request) parts.push(part);
      response.end(
        JSON.stringify({ types: [...new Set(parts.map((part) => typeof part))], text: parts.join('') }),
      );
    });
  });
  const body = '{"item":"grüner Tee"}';
  const { body: got } = await send(await sign(origin, body), [body]);
  assert.deepEqual(got, { types: ['string'], text: body });
});

test('a body that a framework has read already is not taken for an empty one', async () => {
  const app = fastify();
  let failed;
  app.addHook('preHandler', async (request) => {
    await verifyRequest(request, options).catch((error) => (failed = error));
  });
  app.post('/*', () => ({}));
  await app.listen({ port: 0, host: '127.0.0.1' });
  servers.push({ server: app.server, sockets: new Set() });
  const url = `http://127.0.0.1:${app.server.address().port}/`;
  await send(await signer.sign({ method: 'POST', url, headers: JSON_TYPE }), ['{"a":1}']);
  assert.equal(failed?.code, 'ERR_SIGV4_BODY_USED');
});

test('a Request of Next.js, whose edge runtime throws at what old middleware asked for', async () => {
  // NextRequestHint of next/dist/server/web/adapter.js.
  class NextRequestHint extends Request {
    get request() {
      throw new Error('accepts an async API directly');
    }
  }
  const signed = await signer.sign({
    method: 'POST',
    url: 'https://api.example.com/',
    headers: JSON_TYPE,
    body: '{}',
  });
  const request = new NextRequestHint(signed.url, signed);
  const { accessKeyId } = await verifyRequest(request, options);
  assert.equal(accessKeyId, CREDENTIALS.accessKeyId);
  assert.equal(await request.text(), '{}');
});

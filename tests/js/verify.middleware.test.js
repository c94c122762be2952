// In front of Express, Connect's call shape, and handlers of fetch requests.

import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import { createServer as createServer2, connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, test } from 'node:test';

import express from 'express';
import { presignUrl, Signer } from 'sigv4-wasm';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { verifyMiddleware, verifyRequest, withVerification } from 'sigv4-wasm/verify';

import { CREDENTIALS, OPTIONS, send } from '../support/wire.js';

const known = {
  secretAccessKey: (id) => (id === CREDENTIALS.accessKeyId ? CREDENTIALS : undefined),
  region: OPTIONS.region,
  service: OPTIONS.service,
};
const signer = new Signer(OPTIONS);
const body = '{"item":"grüner Tee"}';

/** @type {import('node:http').Server[]} */
const servers = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections?.();
  }
});

async function listen(handler, create = createServer) {
  const server = create(handler);
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

describe('Express', () => {
  test('reads the body, and leaves its bytes to the parser and to the route', async () => {
    const app = express();
    app.use(verifyMiddleware(known));
    app.use(express.json());
    app.post('/orders', (request, response) => {
      const { accessKeyId, payload } = request.sigv4;
      assert.ok(Buffer.isBuffer(request.rawBody) && request.rawBody.equals(Buffer.from(body)));
      response.json({ accessKeyId, payload, item: request.body.item });
    });
    const origin = await listen(app);
    const answer = await send(
      await signer.sign({ method: 'POST', url: `${origin}/orders`, body: JSON.parse(body) }),
    );
    assert.deepEqual(answer, {
      status: 200,
      body: { accessKeyId: CREDENTIALS.accessKeyId, payload: 'signed', item: 'grüner Tee' },
    });
  });

  test('takes the bytes that a parser kept, and the path before the router cut it', async () => {
    const app = express();
    app.use(express.json({ verify: (request, _, bytes) => (request.rawBody = bytes) }));
    app.use('/api', verifyMiddleware(known), (request, response) => response.json(request.body));
    const origin = await listen(app);
    const signed = await signer.sign({
      method: 'POST',
      url: `${origin}/api/a%20b?q=1`,
      body: JSON.parse(body),
    });
    assert.deepEqual(await send(signed), { status: 200, body: JSON.parse(body) });
    assert.equal((await send({ ...signed, body: body.replace('T', 't') })).status, 403);
  });

  test('a parser that kept no bytes is a mistake of the server', async () => {
    const app = express();
    app.use(express.json(), verifyMiddleware(known));
    let failed;
    app.use((error, _, response, __) => response.status(500).json({ code: (failed = error).code }));
    const origin = await listen(app);
    const answer = await send(await signer.sign({ method: 'POST', url: origin, body: JSON.parse(body) }));
    assert.deepEqual(answer, { status: 500, body: { code: 'ERR_SIGV4_BODY_USED' } });
    assert.match(failed.message, /rawBody/);
    // Without a body, there was nothing to keep.
    const app2 = express();
    app2.use(express.json(), verifyMiddleware(known), (_, response) => response.json({}));
    assert.equal((await send(await signer.sign(await listen(app2)))).status, 200);
  });
});

test('a middleware without region or service is refused where it is made', () => {
  for (const name of ['region', 'service', 'secretAccessKey']) {
    const { [name]: _, ...others } = known;
    for (const make of [
      () => verifyMiddleware(others),
      () => withVerification(() => new Response(), others),
    ]) {
      assert.throws(make, { code: 'ERR_SIGV4_OPTION_INVALID', message: new RegExp(`the option ${name} `) });
    }
  }
});

describe('Node.js', () => {
  const guard = (options) => {
    const verify = verifyMiddleware({ ...known, ...options });
    return (incoming, outgoing) =>
      verify(incoming, outgoing, (error) => {
        outgoing.writeHead(error ? 500 : 200, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify({ error: error?.message, body: incoming.rawBody?.toString() }));
      });
  };

  test('refused requests are answered as API Gateway answers them', async () => {
    const origin = await listen(guard());
    const signed = await signer.sign({ url: origin });
    assert.equal((await send(signed)).status, 200);
    assert.deepEqual(await send({ method: 'GET', url: origin, headers: {} }), {
      status: 403,
      body: { message: 'Missing Authentication Token' },
    });
    const response = await fetch(origin, {
      headers: { ...signed.headers, 'x-amz-date': '20200101T000000Z' },
    });
    assert.equal(response.headers.get('x-amzn-errortype'), 'InvalidSignatureException');
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.match((await response.json()).message, /^Date in Credential scope/);
  });

  test('a clock that is off is corrected by a client of ours', async () => {
    const origin = await listen(guard({ now: () => new Date(Date.now() + 3_600_000) }));
    const response = await createSigv4Fetch(OPTIONS)(origin);
    assert.equal(response.status, 200);
  });

  test('presigned URLs, headers of several values, bytes beyond ASCII', async () => {
    const origin = await listen(guard());
    const url = await presignUrl(`${origin}/a%20b?tag=%C3%BC&tag=`, { ...OPTIONS, expiresIn: 5 });
    assert.equal((await fetch(url)).status, 200);
    const several = await signer.sign(
      { url: origin, headers: { 'x-tag': ['b', 'a  \t c'], 'x-latin': 'größe' } },
      { signedHeaders: 'all' },
    );
    assert.equal((await send(several)).status, 200);
    const { hostname, port } = new URL(origin);
    const raw = httpRequest({ hostname, port, headers: { ...several.headers, 'x-tag': ['b,', 'a c'] } });
    const status = await new Promise((resolve) =>
      raw.on('response', (r) => resolve(r.resume().statusCode)).end(),
    );
    assert.equal(status, 403);
  });

  test('a copy of an IncomingMessage says itself what its body was', async () => {
    const origin = await listen(async (incoming, outgoing) => {
      const chunks = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const { method, url, rawHeaders } = incoming;
      const copies = [{ rawBody: Buffer.concat(chunks) }, {}].map((body) =>
        verifyRequest({ method, url, rawHeaders, ...body }, known).then(
          ({ payload }) => payload,
          ({ code }) => code,
        ),
      );
      outgoing.end(JSON.stringify(await Promise.all(copies)));
    });
    const empty = await signer.sign({ method: 'POST', url: origin });
    assert.deepEqual((await send(empty)).body, ['signed', 'signed']);
    const { body: got } = await send(await signer.sign({ method: 'POST', url: origin, body }));
    assert.deepEqual(got, ['signed', 'ERR_SIGV4_BODY_UNSUPPORTED']);
  });

  test('an empty body is not taken for granted before anything was read', async () => {
    const origin = await listen((incoming, outgoing) => {
      incoming.body = '';
      verifyMiddleware(known)(incoming, outgoing, () => outgoing.end('{}'));
    });
    const empty = await signer.sign({ method: 'POST', url: origin });
    assert.equal((await send(empty)).status, 200);
    assert.equal((await send({ ...empty, body })).status, 403);
  });

  test('a body beyond the limit is refused, and told so', async () => {
    const origin = await listen(guard({ maxBodyBytes: 10 }));
    const declared = await signer.sign({ method: 'PUT', url: origin, body: '12345678901' });
    assert.deepEqual(await send(declared), { status: 413, body: { message: 'Request Too Long' } });
    const fits = await signer.sign({ method: 'PUT', url: origin, body: '1234567890' });
    assert.deepEqual(await send(fits), { status: 200, body: { body: '1234567890' } });
    const chunked = { ...declared, headers: { ...declared.headers, 'transfer-encoding': 'chunked' } };
    assert.equal((await send({ ...chunked, body: streamOf(declared.body) })).status, 413);
  });

  test('an unsigned body stays unread', async () => {
    let read;
    const verify = verifyMiddleware({ ...known, bodyRequired: false });
    const origin = await listen((incoming, outgoing) =>
      verify(incoming, outgoing, async () => {
        read = '';
        for await (const chunk of incoming) read += chunk;
        outgoing.end('{}');
      }),
    );
    const signed = await signer.sign({ method: 'PUT', url: origin, body: 'hello' }, { payload: 'unsigned' });
    assert.equal((await send(signed)).status, 200);
    assert.equal(read, 'hello');
  });

  test('a client that goes away in the middle', async () => {
    const outcome = {};
    const settled = new Promise((resolve) => (outcome.settle = resolve));
    const origin = await listen((incoming) => verifyRequest(incoming, known).catch(outcome.settle));
    const { headers } = await signer.sign({ method: 'PUT', url: origin, body: 'hello' });
    const outgoing = httpRequest(origin, { method: 'PUT', headers: { ...headers, 'content-length': 5 } });
    outgoing.on('error', () => {});
    outgoing.write('he', () => setTimeout(() => outgoing.destroy(), 50));
    const error = await settled;
    assert.equal(error.status, undefined, String(error));
  });

  test('HTTP/2, where the host has another name', async () => {
    const origin = await listen(guard(), createServer2);
    const session = connect(origin);
    const { headers } = await signer.sign({ method: 'POST', url: `${origin}/a?b=c`, body });
    const stream = session.request({ ':method': 'POST', ':path': '/a?b=c', ...headers });
    stream.end(body);
    const status = await new Promise((resolve) => stream.on('response', (r) => resolve(r[':status'])));
    session.destroy();
    assert.equal(status, 200);
  });

  // RFC 9113, section 8.3.1: a Host that differs from :authority. What reads the latter would see another host than is signed.
  test('HTTP/2: an :authority that is not the signed host is refused', async () => {
    const origin = await listen(guard(), createServer2);
    const session = connect(origin);
    const { host } = new URL(origin);
    const { headers } = await signer.sign({ url: origin });
    const statusOf = async (names) => {
      const stream = session.request({ ':path': '/', ...headers, ...names });
      const status = await new Promise((resolve) => stream.on('response', (r) => resolve(r[':status'])));
      let text = '';
      for await (const part of stream) text += part;
      return [status, JSON.parse(text).message];
    };
    assert.deepEqual(await statusOf({ ':authority': host }), [200, undefined]);
    assert.deepEqual(await statusOf({ ':authority': host, host }), [200, undefined]);
    for (const names of [
      { ':authority': 'admin.example', host },
      { ':authority': host, host: 'admin.example' },
    ]) {
      const [status, message] = await statusOf(names);
      assert.equal(status, 403);
      assert.match(message, /^The request names more than one host: .*'admin\.example'/);
    }
    session.destroy();
  });

  // RFC 9112, section 3.2.2: a server must take the host of an absolute target, whatever Host says.
  test('HTTP/1.1: an absolute target of another host than the signed one is refused, two Host headers, too', async () => {
    const origin = await listen(guard());
    const { host, port } = new URL(origin);
    const { headers } = await signer.sign({ url: `${origin}/a?b=c` });
    const lines = Object.entries({ ...headers, connection: 'close' })
      .filter(([name]) => name !== 'host')
      .map(([name, value]) => `${name}: ${value}\r\n`);
    const statusOf = async (target, ...hosts) => {
      const socket = connectTcp(Number(port), '127.0.0.1');
      const named = hosts.map((name) => `Host: ${name}\r\n`);
      socket.end(`GET ${target} HTTP/1.1\r\n${[...named, ...lines].join('')}\r\n`);
      let text = '';
      for await (const part of socket) text += part;
      return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
    };
    assert.equal(await statusOf('/a?b=c', host), 200);
    assert.equal(await statusOf(`http://${host}/a?b=c`, host), 200);
    assert.equal(await statusOf(`http://${host.toUpperCase()}/a?b=c`, host), 200);
    assert.equal(await statusOf('http://admin.example/a?b=c', host), 403);
    assert.equal(await statusOf(`http://${host}/a?b=c`, 'admin.example'), 403);
    assert.equal(await statusOf('/a?b=c', host, 'admin.example'), 403);
    assert.equal(await statusOf('/a?b=c', 'admin.example', host), 403);
  });

  // RFC 9113, section 8.1: neither content-length nor transfer-encoding tells of a body, only what follows the headers.
  test('HTTP/2, behind a parser that kept no bytes: only what ended with its headers had no body', async () => {
    const verify = verifyMiddleware(known);
    const origin = await listen(async (incoming, outgoing) => {
      let text = '';
      for await (const part of incoming) text += part;
      if (text !== '') incoming.body = JSON.parse(text);
      verify(incoming, outgoing, (error) => outgoing.end(error?.code ?? incoming.sigv4.payload));
    }, createServer2);
    const session = connect(origin);
    const { headers } = await signer.sign({ method: 'POST', url: `${origin}/pay` });
    /** @type {[string | undefined, boolean, string][]} */
    const cases = [
      [undefined, true, 'signed'],
      ['{"to":"mallory"}', false, 'ERR_SIGV4_BODY_USED'],
      // It may have been one of no bytes; nobody can tell any more.
      ['', false, 'ERR_SIGV4_BODY_USED'],
    ];
    for (const [sent, endStream, expected] of cases) {
      const request = { ':method': 'POST', ':path': '/pay', ...headers };
      const stream = session.request(request, { endStream });
      if (!endStream) setImmediate(() => stream.end(sent));
      let text = '';
      for await (const part of stream) text += part;
      assert.equal(text, expected, JSON.stringify(sent));
    }
    session.destroy();
  });
});

describe('handlers of fetch requests', () => {
  const handler = withVerification(
    async (request, { accessKeyId }, env) => Response.json({ accessKeyId, text: await request.text(), env }),
    known,
  );

  test('get the request with its body unread, the outcome, and the rest', async () => {
    const signed = await signer.sign({ method: 'POST', url: 'https://example.com/a%20b?c=d', body });
    const response = await handler(new Request(signed.url, signed), { region: 'here' });
    const { accessKeyId } = CREDENTIALS;
    assert.deepEqual(await response.json(), { accessKeyId, text: body, env: { region: 'here' } });
  });

  test('are not called for what is refused', async () => {
    const signed = await signer.sign({ method: 'POST', url: 'https://example.com/', body });
    const response = await handler(new Request(signed.url, { ...signed, body: 'x' }));
    assert.equal(response.status, 403);
    assert.match((await response.json()).message, /^The request signature we calculated/);
    const limited = withVerification(() => assert.fail('was called'), { ...known, maxBodyBytes: 3 });
    assert.equal((await limited(new Request(signed.url, signed))).status, 413);
  });

  test('a request that was read, and errors of the lookup, are no refusals', async () => {
    const signed = await signer.sign({ method: 'POST', url: 'https://example.com/', body });
    const read = new Request(signed.url, signed);
    await read.text();
    await assert.rejects(handler(read), { code: 'ERR_SIGV4_BODY_USED' });
    const failing = withVerification(() => assert.fail('was called'), {
      ...known,
      secretAccessKey: () => Promise.reject(new Error('away')),
    });
    await assert.rejects(failing(new Request(signed.url, signed)), /away/);
  });
});

async function* streamOf(data) {
  yield Buffer.from(data);
}

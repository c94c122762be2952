// Lambda functions that stream their response: each chunk reaches the client as it is written.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { eventually, gatewayFor } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-streaming-'));
after(() => rm(folder, { recursive: true }));

/** A server that responds when the test tells it to, so that a handler waits for it. */
const gate = createServer((_, outgoing) => waiting.push(outgoing)).listen(0, '127.0.0.1');
/** @type {import('node:http').ServerResponse[]} */
const waiting = [];
await new Promise((resolve) => gate.once('listening', () => resolve(undefined)));
after(() => gate.close().closeAllConnections());
const gateUrl = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (gate.address()).port}/`;
const open = async () => (await eventually(() => waiting.shift())).end();

await writeFile(
  join(folder, 'app.mjs'),
  `import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
const require = createRequire(${JSON.stringify(import.meta.url)});
const { streamifyResponse, HttpResponseStream } = awslambda;
const wait = () => fetch(process.env.GATE);

export const slow = streamifyResponse(async (event, stream) => {
  const out = HttpResponseStream.from(stream, {
    statusCode: 203,
    headers: { 'content-type': 'text/event-stream', 'x-caller': event.requestContext.identity?.userArn },
    cookies: ['a=1', 'b=2; Secure'],
  });
  out.write('first,');
  await wait();
  out.write('second,');
  await wait();
  out.end('third');
});
export const raw = streamifyResponse(async (event, stream) => {
  stream.write({ no: 'metadata' });
  stream.end();
});
export const typed = streamifyResponse(async (event, stream) => {
  stream.setContentType('text/csv');
  await pipeline(Readable.from(['a,', 'b']), stream);
});
// Some libraries write the format themselves. It may arrive in several chunks.
export const byHand = streamifyResponse(async (event, stream) => {
  stream.setContentType('application/vnd.awslambda.http-integration-response');
  const bytes = Buffer.from('{"statusCode":404,"multiValueHeaders":{"x-many":["1","2"]}}' + '\\0'.repeat(8) + 'gone');
  for (const byte of bytes) stream.write(Buffer.of(byte));
  stream.end();
});
export const late = streamifyResponse(async (event, stream) => {
  stream.write('x');
  stream.setContentType('text/plain');
});
export const throwsFirst = streamifyResponse(async () => { throw new TypeError('no such order'); });
export const throwsThen = streamifyResponse(async (event, stream) => {
  stream.write('half');
  await wait();
  throw new TypeError('lost the database');
});
export const unfinished = streamifyResponse(async (event, stream) => { stream.write('half'); });
export const hangs = streamifyResponse(async (event, stream) => { stream.write('half'); await new Promise(() => {}); });
export const noMetadata = streamifyResponse(async (event, stream) => {
  stream.setContentType('application/vnd.awslambda.http-integration-response');
  stream.end('{"statusCode":200}');
});
export const badStatus = streamifyResponse(async (event, stream) => {
  const out = HttpResponseStream.from(stream, { statusCode: 'soon' });
  out.write('x');
  out.end();
});
export const onlyEnds = streamifyResponse(async (event, stream) => {
  HttpResponseStream.from(stream, { statusCode: 200 }).end('x');
});
export const large = streamifyResponse(async (event, stream) => {
  await pipeline(Readable.from(pieces()), stream);
  console.log('all written');
});
function* pieces() {
  for (let i = 0; i < 200; i++) yield Buffer.alloc(100_000, i);
}
const { Hono } = require('hono');
const { streamHandle } = require('hono/aws-lambda');
const { streamText } = require('hono/streaming');
const app = new Hono();
app.get('*', (c) => {
  c.status(202);
  c.header('x-order', '7');
  return streamText(c, async (out) => { await out.write('one,'); await wait(); await out.write('two'); });
});
export const hono = streamHandle(app);
`,
);

/**
 * @param {string} name  of an export
 * @param {object} [config]
 */
async function streaming(name, { functions, ...config } = /** @type {any} */ ({})) {
  /** @type {string[]} */
  const lines = [];
  const handler = join(folder, `app.${name}`);
  const gateway = await gatewayFor(
    {
      functions: { f: { handler, timeoutMs: 20_000, environment: { GATE: gateUrl }, ...functions } },
      function: 'f',
      ...config,
    },
    { log: (line) => lines.push(line) },
  );
  return Object.assign(gateway, { send: createSigv4Fetch(gateway.options), lines });
}

/** @param {Response} response */
function readerOf({ body }) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const decoder = new TextDecoder();
  return async () => {
    const { value, done } = await reader.read();
    return done ? undefined : decoder.decode(value);
  };
}

describe('a function that streams', () => {
  test('reaches the client chunk by chunk while it runs', async () => {
    const { send, url, requests } = await streaming('slow');
    const response = await send(`${url}/orders`);
    assert.equal(response.status, 203);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.equal(response.headers.get('transfer-encoding'), 'chunked');
    assert.equal(response.headers.get('x-caller'), 'arn:aws:sts::123456789012:assumed-role/developer/local');
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2; Secure']);
    const read = readerOf(response);
    assert.equal(await read(), 'first,');
    assert.deepEqual(await requests(), [], 'it is not over');
    await open();
    assert.equal(await read(), 'second,');
    await open();
    assert.equal(await read(), 'third');
    assert.equal(await read(), undefined);
    const [{ response: recorded, allowed }] = await requests();
    assert.equal(Buffer.from(recorded.body, 'base64').toString(), 'first,second,third');
    assert.ok(allowed);
  });

  test('with hono', async () => {
    const { send, url } = await streaming('hono');
    const response = await send(`${url}/orders`);
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('x-order'), '7');
    const read = readerOf(response);
    assert.equal(await read(), 'one,');
    await open();
    assert.equal(await read(), 'two');
  });

  /** @type {Record<string, [status: number, body: string, headers: Record<string, string | null>]>} */
  const CASES = {
    raw: [200, '{"no":"metadata"}', { 'content-type': 'application/octet-stream' }],
    typed: [200, 'a,b', { 'content-type': 'text/csv' }],
    byHand: [404, 'gone', { 'x-many': '1, 2', 'content-type': 'application/octet-stream' }],
  };
  for (const [name, [status, body, headers]] of Object.entries(CASES)) {
    test(`${name}: its status, headers and body`, async () => {
      const { send, url } = await streaming(name);
      const response = await send(url);
      assert.equal(response.status, status);
      assert.equal(await response.text(), body);
      for (const [key, value] of Object.entries(headers)) assert.equal(response.headers.get(key), value);
    });
  }

  test('HEAD gets the headers, and the function ends', async () => {
    const { send, url, lines } = await streaming('large');
    const response = await send(url, { method: 'HEAD' });
    assert.equal(response.status, 200);
    await eventually(() => lines.some((line) => line.includes('all written')));
  });

  test('a long response arrives complete, and the function waits for the client', async () => {
    const { options, url, lines } = await streaming('large', { routes: [{ route: 'GET /', auth: 'none' }] });
    assert.ok(options);
    const incoming = await new Promise((resolve) => get(url, resolve));
    incoming.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok(!lines.some((line) => line.includes('all written')), 'it waits for the client');
    const expected = createHash('sha256');
    for (let i = 0; i < 200; i++) expected.update(Buffer.alloc(100_000, i));
    const arrived = createHash('sha256');
    for await (const chunk of incoming) arrived.update(chunk);
    assert.equal(arrived.digest('hex'), expected.digest('hex'));
  });

  test('keeps running if the client disconnects', async () => {
    const { url, lines } = await streaming('large', { routes: [{ route: 'GET /', auth: 'none' }] });
    const incoming = await new Promise((resolve) => get(url, resolve));
    await new Promise((resolve) => incoming.once('data', resolve));
    incoming.destroy();
    await eventually(() => lines.some((line) => line.includes('all written')));
  });

  test('behind an HTTP API, the log says once that AWS does not stream there', async () => {
    const { send, url, lines } = await streaming('typed', { type: 'http' });
    assert.equal(await (await send(url)).text(), 'a,b');
    assert.equal(await (await send(url)).text(), 'a,b');
    assert.equal(lines.filter((line) => /note +f streams its response\. In AWS, /.test(line)).length, 1);
  });
});

describe('a function that fails', () => {
  for (const [name, why] of Object.entries({
    throwsFirst: /TypeError: no such order/,
    noMetadata: /failed: its stream ended before the metadata/,
    onlyEnds: /Only write\(\) sends the metadata/,
    badStatus: /statusCode must be a number from 200 to 599, not "soon"/,
  })) {
    test(`${name}: before its response begins`, async () => {
      const { send, url, requests } = await streaming(name);
      assert.equal((await send(url)).status, 502);
      const [{ refusal }] = await requests();
      assert.match(/** @type {any} */ (refusal).message, why);
    });
  }

  for (const [name, why] of Object.entries({
    throwsThen: /TypeError: lost the database/,
    unfinished: /Response stream is not finished/,
    late: /Cannot set content-type, too late/,
    hangs: /longer than its timeout of 1000 ms/,
  })) {
    test(`${name}: in the middle, so the client gets an incomplete response`, async () => {
      const functions = name === 'hangs' ? { timeoutMs: 1000 } : {};
      const { send, url, requests } = await streaming(name, { functions });
      const response = await send(url);
      assert.equal(response.status, 200);
      if (name === 'throwsThen') await open();
      await assert.rejects(response.text());
      const [{ refusal, response: recorded }] = await requests();
      assert.match(/** @type {any} */ (refusal).message, why);
      assert.equal(recorded.status, 200);
    });
  }
});

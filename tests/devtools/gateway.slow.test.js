// Clients that stop in the middle, on purpose or not: when they are disconnected, and their cost until then.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { BARE, SIGV4 } from '../support/cli.js';
import { eventually, gatewayFor } from '../support/gateway.js';

const MIB = 1024 * 1024;

/** @param {string} origin */
function open(origin) {
  const { hostname, port } = new URL(origin);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  after(() => socket.destroy());
  socket.on('error', () => {});
  return socket;
}

describe('a client that is slow', { concurrency: true }, async () => {
  const { origin } = await gatewayFor();

  /** @param {string} start  what it sends @returns {Promise<{ seconds: number, answer: string }>} */
  const cutOff = async (start) => {
    const socket = open(origin);
    const began = performance.now();
    socket.write(start);
    let answer = '';
    socket.setEncoding('latin1').on('data', (text) => (answer += text));
    await once(socket, 'end');
    const seconds = (performance.now() - began) / 1000;
    // The client does not end its side, and the gateway does not wait for that.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const more = setInterval(() => socket.write('x'), 100);
    await closed;
    clearInterval(more);
    return { seconds, answer };
  };

  test('is disconnected after 10 or 60 seconds', async () => {
    const cases = {
      'says nothing': ['', 10],
      'sends half its headers': ['POST /prod/x HTTP/1.1\r\nhost: x\r\n', 10],
      'sends half its body': ['POST /prod/x HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhello', 60],
    };
    await Promise.all(
      Object.entries(cases).map(async ([what, [start, expected]]) => {
        const { seconds, answer } = await cutOff(start);
        assert.match(answer, /^HTTP\/1\.1 408 [^]*{"message":"Request Timeout"}$/, what);
        // The limits are generous, for a busy machine.
        assert.ok(seconds >= expected - 0.5 && seconds < expected + 15, `${what}: ${seconds}`);
      }),
    );
  });

  test('is disconnected after a minute if it does not read its response', async () => {
    const { origin } = await gatewayFor({ routes: [{ route: 'ANY /{proxy+}', auth: 'none' }] });
    const socket = open(origin);
    const length = 9 * MIB;
    const head = `POST /prod/x HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`;
    // The JSON of the echo is six times as long, which is more than the system buffers for a connection.
    socket.write(head + '\x01'.repeat(length));
    await once(socket, 'readable');
    await sleep(75_000);
    let received = 0;
    socket.on('data', (chunk) => (received += chunk.length));
    await new Promise((resolve) => socket.on('end', resolve).on('error', resolve));
    assert.ok(received < 6 * length, 'what had not been read by then was dropped');
  });

  test('gets only one response, even if the rest of its body arrives later', async () => {
    const { origin } = await gatewayFor({ maxBodyBytes: 10 });
    const socket = open(origin);
    let answer = '';
    socket.setEncoding('latin1').on('data', (text) => (answer += text));
    socket.write(`POST /prod/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(100)}`);
    await once(socket, 'end');
    assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1);
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });
});

describe('memory', async () => {
  /** The gateway in a separate process. */
  const start = async () => {
    const child = spawn(SIGV4, ['gateway', '--port', '0', '--region', 'eu-west-1', '--quiet'], { env: BARE });
    after(() => child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    await eventually(() => output.includes('AWS_CONTAINER_AUTHORIZATION_TOKEN'));
    const value = (/** @type {string} */ name) => new RegExp(`^export ${name}=(.*)$`, 'm').exec(output)[1];
    const credentials = {
      accessKeyId: value('AWS_ACCESS_KEY_ID'),
      secretAccessKey: value('AWS_SECRET_ACCESS_KEY'),
      sessionToken: value('AWS_SESSION_TOKEN'),
    };
    const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
    const send = createSigv4Fetch({ credentials, region: 'eu-west-1', service: 'execute-api' });
    return {
      origin,
      send,
      rss: async () => (await (await fetch(`${origin}/_sigv4/health`)).json()).rssBytes,
    };
  };

  test('is not filled by bodies that stall, and good requests are served meanwhile', async () => {
    const { origin, send, rss } = await start();
    const before = await rss();
    const part = Buffer.alloc(9.3 * MIB);
    const sockets = Array.from({ length: 40 }, () => {
      const socket = open(origin);
      socket.write(`POST /prod/x HTTP/1.1\r\nhost: x\r\ncontent-length: ${10 * MIB}\r\n\r\n`);
      socket.write(part);
      return socket;
    });
    const written = () =>
      sockets.reduce((sum, { bytesWritten, writableLength }) => sum + bytesWritten - writableLength, 0);
    // Writes until nothing more is sent: the whole body, or as much as the gateway accepts.
    let most = 0;
    for (let last = -1; last !== written();) {
      last = written();
      most = Math.max(most, await rss());
      await sleep(500);
    }
    const echoed = await (
      await send(`${origin}/prod/small`, { method: 'POST', body: 'x'.repeat(1000) })
    ).json();
    assert.equal(echoed.length, 1000);
    most = Math.max(most, await rss());
    assert.ok(most - before < 200 * MIB, `${Math.round((most - before) / MIB)} MiB`);
    // A large body must wait for the stalled ones, which are then refused.
    const response = await send(`${origin}/prod/large`, { method: 'PUT', body: Buffer.alloc(9 * MIB, 120) });
    assert.equal(response.status, 200);
    assert.equal((await response.json()).length, 9 * MIB);
  });

  test('is enough for many large bodies at once', async () => {
    const { origin, send } = await start();
    const body = Buffer.alloc(9 * MIB, 120);
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await send(`${origin}/prod/large`, { method: 'PUT', body });
        await response.arrayBuffer();
        return response.status;
      }),
    );
    assert.deepEqual(statuses, Array(20).fill(200));
  });

  test('is not filled by a body in single bytes', async () => {
    const { origin, rss } = await start();
    const before = await rss();
    const socket = open(origin);
    socket.write('POST /prod/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    socket.write('1\r\nx\r\n'.repeat(2 * MIB));
    while (socket.writableLength > 0) await sleep(50);
    const grown = (await rss()) - before;
    assert.ok(grown < 150 * MIB, `${Math.round(grown / MIB)} MiB`);
    socket.end('0\r\n\r\n');
    const [answer] = await once(socket, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 403 /);
  });
});

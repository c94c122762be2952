// examples/bedrock-stream against a server that verifies, and answers with streams that others wrote.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EventStreamCodec } from '@smithy/eventstream-codec';

import { REGION, runExample } from '../support/examples.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes),
  (text) => new TextEncoder().encode(text),
);

/** @param {Record<string, string>} headers @param {unknown} value */
const message = (headers, value) =>
  codec.encode({
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]),
    ),
    body: new TextEncoder().encode(JSON.stringify(value)),
  });

const event = (/** @type {string} */ type, /** @type {unknown} */ value) =>
  message({ ':message-type': 'event', ':event-type': type, ':content-type': 'application/json' }, value);

const chunk = (/** @type {string} */ content) =>
  `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`;

/** @param {Uint8Array[]} messages */
const bedrock = (messages) =>
  startIamServer({
    credentials: [CREDENTIALS],
    region: REGION,
    service: 'bedrock',
    respond: ({ url }) =>
      url.startsWith('/openai')
        ? {
            headers: { 'content-type': 'text/event-stream' },
            body: `${chunk('Grüner ')}${chunk('Tee')}data: [DONE]\n\n`,
          }
        : {
            headers: { 'content-type': 'application/vnd.amazon.eventstream' },
            body: Buffer.concat(messages),
          },
  });

test('prints what both APIs stream, through the openai package and through fetch', async () => {
  const server = await bedrock([
    event('messageStart', { role: 'assistant' }),
    event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Assam' } }),
    event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: ', größer' } }),
    event('messageStop', { stopReason: 'end_turn' }),
  ]);
  try {
    const { code, stdout, stderr } = await runExample('bedrock-stream', {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: server.origin,
    });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'Grüner Tee\nAssam, größer\n');
    assert.deepEqual(
      server.requests.map(({ method, url, status }) => [method, url, status]),
      [
        ['POST', '/openai/v1/chat/completions', 200],
        ['POST', '/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream', 200],
      ],
    );
    assert.equal(JSON.parse(Buffer.from(server.requests[0].body).toString()).stream, true);
  } finally {
    await server.close();
  }
});

test('an exception in the stream, and a refusal, are errors', async () => {
  const server = await bedrock([
    message(
      {
        ':message-type': 'exception',
        ':exception-type': 'throttlingException',
        ':content-type': 'application/json',
      },
      { message: 'Too many' },
    ),
  ]);
  try {
    const env = { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: server.origin };
    const thrown = await runExample('bedrock-stream', env);
    assert.notEqual(thrown.code, 0);
    assert.match(thrown.stderr, /throttlingException: Too many/);
    const refused = await runExample('bedrock-stream', { ...env, AWS_SECRET_ACCESS_KEY: 'another' });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /403/);
  } finally {
    await server.close();
  }
});

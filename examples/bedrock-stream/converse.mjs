// Plain fetch with ConverseStream, which responds with an event stream of AWS.

import { EventStreamCodec } from '@smithy/eventstream-codec';

import { endpoint, signedFetch } from './bedrock.mjs';

const { MODEL_ID = 'anthropic.claude-3-haiku-20240307-v1:0' } = process.env;
const decoder = new TextDecoder();
const codec = new EventStreamCodec(
  (bytes) => decoder.decode(bytes),
  (text) => new TextEncoder().encode(text),
);

const response = await signedFetch(`${endpoint}/model/${encodeURIComponent(MODEL_ID)}/converse-stream`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Which tea goes with rain?' }] }] }),
});
if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);

for await (const { headers, body } of messagesOf(response.body)) {
  const content = JSON.parse(decoder.decode(body));
  if (headers[':message-type'].value === 'exception') {
    throw new Error(`${headers[':exception-type'].value}: ${content.message}`);
  }
  if (headers[':event-type'].value === 'contentBlockDelta') process.stdout.write(content.delta.text ?? '');
}
process.stdout.write('\n');

/** Splits the stream into messages: each begins with its length, in four bytes. */
async function* messagesOf(stream) {
  let rest = new Uint8Array();
  for await (const piece of stream) {
    const bytes = new Uint8Array(rest.length + piece.length);
    bytes.set(rest);
    bytes.set(piece, rest.length);
    rest = bytes;
    while (rest.length >= 4) {
      const length = new DataView(rest.buffer, rest.byteOffset).getUint32(0);
      if (rest.length < length) break;
      yield codec.decode(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  }
}

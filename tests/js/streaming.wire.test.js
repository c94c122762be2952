// Uploads in chunks arrive as they were signed, with the HTTP clients of Node.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';

import { Signer } from 'sigv4-wasm';
import { signStream } from 'sigv4-wasm/s3';

import { decode } from '../support/aws-chunked.js';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET };
const signer = new Signer({ credentials, region: 'eu-west-1', service: 's3' });

describe('on the wire', () => {
  const send = {
    fetch: async (signed) => (await fetch(signed.url, signed)).status,
    'node:http': async ({ method, url: target, headers, body }) => {
      const outgoing = httpRequest(target, { method, headers });
      const response = once(outgoing, 'response');
      await pipeline(Readable.fromWeb(body), outgoing);
      const [incoming] = await response;
      incoming.resume();
      return incoming.statusCode;
    },
  };
  for (const [name, sendWith] of Object.entries(send)) {
    for (const length of [undefined, 100_000]) {
      test(`${name} sends it as it was signed, of length ${length}`, async () => {
        let arrived;
        const server = createServer(async (incoming, response) => {
          const parts = [];
          for await (const part of incoming) parts.push(part);
          arrived = { headers: incoming.headers, body: Buffer.concat(parts) };
          response.end();
        });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        try {
          const target = `http://127.0.0.1:${server.address().port}/bucket/key`;
          const source = new Blob(['x'.repeat(100_000)]).stream();
          const signed = await signStream(signer, target, source, { length, trailer: 'crc32' });
          assert.equal(await sendWith(signed), 200);
          const { headers, body } = arrived;
          assert.equal(headers['content-length'], signed.headers['content-length']);
          assert.equal(headers['transfer-encoding'], length === undefined ? 'chunked' : undefined);
          assert.equal(headers['content-encoding'], 'aws-chunked');
          assert.equal(decode(signed, body, SECRET).body.length, 100_000);
        } finally {
          server.close();
          server.closeAllConnections();
        }
      });
    }
  }
});

// A server that tells what arrived.

import { createServer, request as httpRequest } from 'node:http';

/**
 * A server that keeps what arrived, and answers with whatever `answer` does.
 *
 * @returns {Promise<{ port: number, arrived: any[], answer: (request: any, response: any) => void, close: () => void }>}
 */
export async function recordingServer() {
  const recorder = { arrived: [], answer: (_, response) => response.end('{}') };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, rawHeaders } = request;
    recorder.arrived.push({ method, url, headers: rawHeaders, body: Buffer.concat(chunks) });
    recorder.answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return Object.assign(recorder, { port: server.address().port, close: () => server.close() });
}

/**
 * Sends with Node's own client, which leaves path and headers as they are.
 *
 * @param {number} port
 * @param {{ method: string, url: string, headers: Record<string, string | string[]>, body?: string | Uint8Array }} signed
 * @param {{ isChunked?: boolean }} [how]
 */
export async function sendRaw(port, { method, url, headers, body }, { isChunked = false } = {}) {
  const path = url.replace(/^https?:\/\/[^/?]+/, '') || '/';
  const outgoing = httpRequest({ method, host: '127.0.0.1', port, path, headers, agent: false });
  const response = new Promise((resolve, reject) => outgoing.on('response', resolve).on('error', reject));
  if (isChunked) outgoing.write(body);
  outgoing.end(isChunked ? undefined : body);
  (await response).resume();
}

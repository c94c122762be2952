// A server that keeps what arrives: the request line, the headers as they are written, the bytes of the body.

import { createServer } from 'node:http';

/**
 * @typedef {object} Arrival
 * @property {string} method
 * @property {string} url
 * @property {[string, string][]} headers
 * @property {Buffer} body
 *
 * @returns {Promise<{ origin: string, take: () => Arrival, close: () => void }>}
 */
export async function startRawServer() {
  /** @type {Arrival[]} */
  const arrivals = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', rawHeaders } = request;
    const headers = Array.from({ length: rawHeaders.length / 2 }, (_, i) => [
      rawHeaders[2 * i],
      rawHeaders[2 * i + 1],
    ]);
    arrivals.push({ method, url, headers: /** @type {any} */ (headers), body: Buffer.concat(chunks) });
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    take: () => {
      const arrival = arrivals.shift();
      if (arrival === undefined) throw new Error('nothing arrived');
      return arrival;
    },
    close: () => server.closeAllConnections() ?? server.close(),
  };
}

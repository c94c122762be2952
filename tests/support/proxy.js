// Proxies for tests, which stop by themselves, and upstreams that say what arrived.

import { once } from 'node:events';
import http from 'node:http';
import { after } from 'node:test';
import { buffer } from 'node:stream/consumers';

import { startProxy } from 'sigv4-wasm-devtools/proxy';

import { gatewayFor, REGION } from './gateway.js';

/** The gateway gets requests of 10 MiB at most; this is for those that are longer. */
export const KEYS = { accessKeyId: 'AKIAPROXY', secretAccessKey: 'only the proxy knows it' };

/**
 * @param {import('sigv4-wasm-devtools/proxy').ProxyOptions} options
 */
export async function proxyFor(options) {
  /** @type {string[]} */
  const lines = [];
  const proxy = await startProxy({
    credentials: KEYS,
    region: REGION,
    service: 'execute-api',
    log: (line) => lines.push(line),
    ...options,
  });
  after(() => proxy.close());
  return { ...proxy, lines, headers: { 'x-sigv4-proxy-token': proxy.token ?? '' } };
}

/**
 * A gateway that verifies, and a proxy before it.
 *
 * @param {object} [config]  of the gateway
 * @param {Partial<import('sigv4-wasm-devtools/proxy').ProxyOptions>} [options]  of the proxy
 */
export async function gatewayAndProxy(config = {}, options = {}) {
  const gateway = await gatewayFor(config);
  const proxy = await proxyFor({
    upstream: { url: gateway.base, region: REGION, service: 'execute-api' },
    credentials: gateway.credentials,
    ...options,
  });
  return { gateway, proxy };
}

/**
 * An upstream that does as it is told, and keeps what arrived.
 *
 * @param {(incoming: http.IncomingMessage, outgoing: http.ServerResponse) => unknown} [serve]  default: says what arrived
 */
export async function upstreamFor(serve) {
  /** @type {http.IncomingMessage[]} */
  const requests = [];
  const server = http.createServer(async (incoming, outgoing) => {
    requests.push(incoming);
    if (serve !== undefined) return serve(incoming, outgoing);
    const { method, url, headers, rawHeaders } = incoming;
    const body = await buffer(incoming);
    const said = { method, url, headers, rawHeaders, length: body.length, body: body.toString('latin1') };
    outgoing.setHeader('content-type', 'application/json');
    return outgoing.end(JSON.stringify(said));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { origin: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, port, requests, server };
}

/**
 * With headers that `fetch` does not let through, such as `Host`.
 *
 * @param {string} origin
 * @param {http.RequestOptions} [options]
 * @param {string | Buffer} [body]
 * @returns {Promise<{ status: number, headers: http.IncomingHttpHeaders, rawHeaders: string[], text: string, json: () => any }>}
 */
export async function send(origin, options = {}, body) {
  const { hostname, port } = new URL(origin);
  const request = http.request({ hostname, port, agent: false, ...options });
  request.end(body);
  const [response] = await once(request, 'response');
  const text = (await buffer(response)).toString('latin1');
  const { statusCode: status, headers, rawHeaders } = response;
  return { status, headers, rawHeaders, text, json: () => JSON.parse(text) };
}

// A server for the inspector's page that forwards the page's requests to a gateway.

import { createServer, request as httpRequest } from 'node:http';
import { isIP } from 'node:net';
import { pipeline } from 'node:stream';

import { isFromOtherOrigin } from '../origin.js';
import { inspectorFiles, SECURITY_HEADERS } from './files.js';

/**
 * @param {object} options
 * @param {number} [options.port]  default: any that is free
 * @param {string} [options.host]  to listen on; default 127.0.0.1
 * @param {URL} [options.gateway]  where to forward `GET /_sigv4/…`: the page address, with its token, that the gateway printed
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}  `url` ends with that token, which is needed to see the gateway's
 *   requests
 * @throws {Error} of `listen`, such as EADDRINUSE
 */
export async function serveInspector({ port = 0, host = '127.0.0.1', gateway }) {
  const server = createServer((request, response) => {
    if (!isTrustedHost(request.headers.host, host)) {
      answer(response, 403, 'Use localhost or an IP address to open this page.\n');
    } else if (isFromOtherOrigin(request.headers)) {
      answer(response, 403, 'This server does not answer requests from pages of other origins.\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, 'Only GET is allowed.\n', { allow: 'GET, HEAD' });
    } else if (request.url?.startsWith('/_sigv4/')) {
      if (gateway !== undefined) forward(request, response, gateway);
      // The page requests this first.
      else if (/^\/_sigv4\/health(?:\?|$)/.test(request.url))
        answer(response, 200, '{"ok":false}', JSON_TYPE);
      else answer(response, 404, 'No gateway: pass its URL with --gateway.\n');
    } else {
      const file = inspectorFiles((request.url ?? '/').replace(/[?#].*/s, ''));
      if (file === undefined) answer(response, 404, 'Not found.\n');
      else answer(response, file.status, file.body, file.headers);
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}/${gateway?.hash ?? ''}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      // Streams of events do not end by themselves.
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * A page can make its own name resolve to this machine (DNS rebinding), but not an address.
 *
 * @param {string | undefined} authority
 * @param {string} host  that the server listens on
 */
export function isTrustedHost(authority = '', host = 'localhost') {
  const name = authority.replace(/:\d*$/, '').replace(/^\[|\]$/g, '');
  return isIP(name) !== 0 || /^(?:.+\.)?localhost$/i.test(name) || name.toLowerCase() === host.toLowerCase();
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {URL} gateway
 */
function forward(request, response, gateway) {
  const target = new URL(request.url ?? '/', gateway);
  const { accept = '*/*', authorization } = request.headers;
  const onward = httpRequest(target, {
    method: request.method,
    // Forwards the caller's token and has none of its own: every user of this machine can reach this server.
    headers: { accept, ...(authorization && { authorization }) },
  });
  onward.on('response', (incoming) => {
    const type = incoming.headers['content-type'] ?? 'application/octet-stream';
    response.writeHead(incoming.statusCode ?? 502, {
      ...SECURITY_HEADERS,
      'content-type': type,
      'cache-control': 'no-store',
    });
    // The page must see the response before the first event.
    response.flushHeaders();
    // If the gateway closes the connection, the page must see it.
    pipeline(incoming, response, () => {});
  });
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else answer(response, 502, 'The gateway does not respond.\n');
  });
  response.on('close', () => onward.destroy());
  onward.end();
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {string | Buffer} body
 * @param {Record<string, string>} [headers]
 */
function answer(response, status, body, headers) {
  const all = { ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8', ...headers };
  response.writeHead(status, { ...all, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

const JSON_TYPE = { 'content-type': 'application/json' };

// An HTTP server with limits for slow clients.

import { createServer } from 'node:http';

const LIMITS = {
  // The header quota of API Gateway.
  maxHeaderSize: 10_240,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 60_000,
  // How often Node.js checks these limits. With its default of 30 seconds, clients would be disconnected that much later.
  connectionsCheckingInterval: 500,
};

/** How long a client may stop reading its response: twice this time, because Node.js counts the start of a write as progress. */
const UNREAD_MS = 30_000;
/** How long a client has to read the reason before it is disconnected. */
const LAST_WORDS_MS = 1000;

/**
 * @param {import('node:http').RequestListener} serve
 * @param {import('node:http').ServerOptions} [limits]  limits that replace these
 * @returns {import('node:http').Server}
 */
export function openServer(serve, limits = {}) {
  /** The response in progress on a socket. @type {WeakMap<import('node:stream').Duplex, import('node:http').ServerResponse>} */
  const answers = new WeakMap();
  const server = createServer({ ...LIMITS, ...limits }, (incoming, outgoing) => {
    answers.set(incoming.socket, outgoing);
    serve(incoming, outgoing);
  });
  server.on('clientError', (/** @type {NodeJS.ErrnoException} */ error, socket) => {
    const outgoing = answers.get(socket);
    // The client would mistake a second response for that of the next request.
    const isAnswered = outgoing?.headersSent && !outgoing.req.complete;
    if (!socket.writable || error.code === 'ECONNRESET' || isAnswered) socket.destroy();
    else refuse(error, socket);
  });
  return server;
}

/**
 * Sends a response. Disconnects a client that does not read it, so that unread responses cannot fill the memory.
 *
 * @param {import('node:http').ServerResponse} outgoing
 * @param {string | Buffer | undefined} body
 */
export function sendAll(outgoing, body) {
  outgoing.end(body);
  if (outgoing.writableLength > 0) cutOffUnread(outgoing);
}

/**
 * @param {import('node:http').ServerResponse} outgoing  a response with unread data
 * @returns {() => void} call it when the data has been read
 */
export function cutOffUnread(outgoing) {
  const destroy = () => outgoing.destroy();
  outgoing.setTimeout(UNREAD_MS, destroy);
  return () => outgoing.off('timeout', destroy).setTimeout(0);
}

/**
 * Responds to a request that is not HTTP, or that arrives too slowly.
 *
 * @param {NodeJS.ErrnoException} error
 * @param {import('node:stream').Duplex} socket
 */
function refuse(error, socket) {
  const [status, message] = CLIENT_ERRORS[error.code ?? ''] ?? ['400 Bad Request', 'Bad Request'];
  const body = JSON.stringify({ message });
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  socket.end(`${head}\r\n\r\n${body}`);
  // The client might never close its side.
  setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
}

/** @type {Record<string, [status: string, message: string]>} */
const CLIENT_ERRORS = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'Request Timeout'],
};

// A server that slow clients do not hold up.

import { createServer } from 'node:http';

const LIMITS = {
  // The header quota of API Gateway.
  maxHeaderSize: 10_240,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 60_000,
  // How often these are looked at. By default, 30 seconds: a client would be cut off up to so much later.
  connectionsCheckingInterval: 500,
};

/** Without a byte being read of an answer. */
const UNREAD_MS = 60_000;
/** For a client to read why it is cut off. */
const LAST_WORDS_MS = 1000;

/**
 * @param {import('node:http').RequestListener} serve
 * @returns {import('node:http').Server}
 */
export function openServer(serve) {
  /** What is being answered. @type {WeakMap<import('node:stream').Duplex, import('node:http').ServerResponse>} */
  const answers = new WeakMap();
  const server = createServer(LIMITS, (incoming, outgoing) => {
    answers.set(incoming.socket, outgoing);
    serve(incoming, outgoing);
  });
  server.on('clientError', (/** @type {NodeJS.ErrnoException} */ error, socket) => {
    const outgoing = answers.get(socket);
    // It has its answer: a second one would be taken for that of another request.
    const isAnswered = outgoing?.headersSent && !outgoing.req.complete;
    if (!socket.writable || error.code === 'ECONNRESET' || isAnswered) socket.destroy();
    else refuse(error, socket);
  });
  return server;
}

/**
 * Ends an answer. A client that does not read it is cut off, before many of them fill the memory.
 *
 * @param {import('node:http').ServerResponse} outgoing
 * @param {string | Buffer | undefined} body
 */
export function sendAll(outgoing, body) {
  outgoing.setTimeout(UNREAD_MS, () => outgoing.destroy());
  outgoing.end(body);
}

/**
 * Answers what is no HTTP, or comes too slowly.
 *
 * @param {NodeJS.ErrnoException} error
 * @param {import('node:stream').Duplex} socket
 */
function refuse(error, socket) {
  const [status, message] = CLIENT_ERRORS[error.code ?? ''] ?? ['400 Bad Request', 'Bad Request'];
  const body = JSON.stringify({ message });
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  socket.end(`${head}\r\n\r\n${body}`);
  // The client's own end may never come.
  setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
}

/** @type {Record<string, [status: string, message: string]>} */
const CLIENT_ERRORS = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'Request Timeout'],
};

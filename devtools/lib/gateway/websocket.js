// WebSocket APIs: connections, their messages, and `@connections`, which backends use to send messages.
//
// Sources: "Working with WebSocket APIs" and "Use @connections commands in your backend service", API Gateway developer guide.

import { randomBytes } from 'node:crypto';

import { WebSocket, WebSocketServer } from 'ws';

import { GatewayError, jsonResponse } from './gateway-error.js';

/** "Quotas for configuring and running a WebSocket API": payload of a message, minutes idle, hours of a connection. */
const MAX_MESSAGE_BYTES = 128 * 1024;
const IDLE_MS = 10 * 60_000;
const LONGEST_MS = 2 * 3_600_000;
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** How many messages of a connection may wait for a WebSocket upstream to open, or for responses of an HTTP upstream. */
const MAX_EARLY = 100;

/**
 * @typedef {object} Connection
 * @property {string} id
 * @property {WebSocket} socket
 * @property {Date} connectedAt
 * @property {Date} lastActiveAt
 * @property {{ sourceIp: string, userAgent: string }} identity
 *
 * @typedef {{ upstream: string | undefined, upstreams: import('./integration.js').Upstreams }} Backend
 */

export class Connections {
  #server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  /** @type {Map<string, Connection>} */
  #open = new Map();
  #backend;

  /** @param {() => Backend} backend  called for each message, because a new config may name another backend */
  constructor(backend) {
    this.#backend = backend;
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('node:stream').Duplex} duplex
   * @param {Buffer} head
   * @param {import('./request.js').GatewayRequest} request
   * @param {import('./routes.js').Place} place
   * @param {Partial<import('./authorizer.js').Authorized>} authorized
   */
  accept(incoming, duplex, head, request, place, authorized) {
    this.#server.handleUpgrade(incoming, duplex, head, (socket) => {
      const now = new Date();
      const identity = { sourceIp: request.sourceIp, userAgent: request.headers['user-agent'] ?? '' };
      // Like an ID of AWS, it ends with `=`, which many signers encode wrongly.
      const id = randomBytes(11).toString('base64url').concat('=');
      const connection = { id, socket, connectedAt: now, lastActiveAt: now, identity };
      this.#open.set(id, connection);
      const timers = [
        setTimeout(() => socket.close(1001, 'Going away'), LONGEST_MS),
        setTimeout(() => socket.close(1001, 'Going away'), IDLE_MS),
      ];
      let waiting = 0;
      socket.on('message', async (data, isBinary) => {
        connection.lastActiveAt = new Date();
        timers[1].refresh();
        if (socket.bufferedAmount > MAX_WAITING_BYTES || waiting === MAX_EARLY) return socket.terminate();
        waiting++;
        await this.#receive(connection, toBuffer(data), isBinary, request, place, authorized);
        waiting--;
        return undefined;
      });
      socket.on('error', () => socket.terminate());
      socket.on('close', () => {
        timers.forEach(clearTimeout);
        this.#open.delete(id);
      });
      const { upstream } = this.#backend();
      if (isSocket(upstream)) this.#join(socket, /** @type {string} */ (upstream));
    });
  }

  /**
   * @param {Connection} connection
   * @param {Buffer} message
   * @param {boolean} isBinary
   * @param {import('./request.js').GatewayRequest} request
   * @param {import('./routes.js').Place} place
   * @param {Partial<import('./authorizer.js').Authorized>} authorized
   */
  async #receive({ id, socket }, message, isBinary, request, place, authorized) {
    const { upstream, upstreams } = this.#backend();
    if (upstream === undefined) return socket.send(message, { binary: isBinary });
    if (isSocket(upstream)) return undefined;
    // An HTTP integration: it replies with its response, or later through @connections.
    const route = { route: '$default', auth: 'iam', method: 'ANY', path: '$default', segments: [], rank: '' };
    const matched = {
      ...place,
      rawPath: '',
      query: '',
      route: /** @type {any} */ (route),
      parameters: {},
      rawParameters: {},
    };
    const sent = { ...request, method: 'POST', rawBody: message, rawHeaders: ['connectionid', id] };
    try {
      const { status, body } = await upstreams.send(upstream, sent, matched, authorized);
      if (status < 300 && body.length > 0) socket.send(body, { binary: false });
    } catch {
      socket.send(JSON.stringify({ message: 'Internal server error', connectionId: id }));
    }
    return undefined;
  }

  /**
   * @param {WebSocket} socket
   * @param {string} upstream
   */
  #join(socket, upstream) {
    const behind = new WebSocket(upstream, { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
    const early = /** @type {[Buffer, boolean][]} */ ([]);
    socket.on('message', (data, binary) => {
      if (behind.readyState === WebSocket.OPEN) pass(behind, toBuffer(data), binary);
      else if (early.push([toBuffer(data), binary]) > MAX_EARLY) socket.close(1013, 'Try again later');
    });
    behind.on('open', () => early.splice(0).forEach(([data, binary]) => pass(behind, data, binary)));
    behind.on('message', (data, binary) => pass(socket, toBuffer(data), binary));
    behind.on('close', () => socket.close());
    behind.on('error', () => socket.close(1011, 'Internal server error'));
    socket.on('close', () => behind.close());
  }

  /**
   * @param {string} method
   * @param {string} id
   * @param {Buffer} body
   * @returns {import('./gateway-error.js').GatewayResponse}
   * @throws {GatewayError} ERR_GATEWAY_GONE, ERR_GATEWAY_PAYLOAD, ERR_GATEWAY_ROUTE
   */
  command(method, id, body) {
    const connection = this.#open.get(id);
    if (connection?.socket.readyState !== WebSocket.OPEN)
      throw new GatewayError('ERR_GATEWAY_GONE', `No client is connected as ${id}.`);
    const { socket, connectedAt, lastActiveAt, identity } = connection;
    switch (method) {
      case 'GET':
        return jsonResponse(200, { connectedAt, lastActiveAt, identity });
      case 'POST':
        if (body.length > MAX_MESSAGE_BYTES) {
          throw new GatewayError(
            'ERR_GATEWAY_PAYLOAD',
            `The message has more than ${MAX_MESSAGE_BYTES} bytes.`,
          );
        }
        socket.send(body, { binary: false });
        return { status: 200, headers: [], body: Buffer.alloc(0) };
      case 'DELETE':
        socket.close(1000);
        return { status: 204, headers: [], body: Buffer.alloc(0) };
      default:
        throw new GatewayError('ERR_GATEWAY_ROUTE', `@connections does not support ${method}.`);
    }
  }

  list() {
    return [...this.#open.values()].map(({ socket: _, ...connection }) => connection);
  }

  close() {
    for (const { socket } of this.#open.values()) socket.terminate();
    this.#server.close();
  }
}

/** @param {string | undefined} upstream */
function isSocket(upstream) {
  return upstream !== undefined && /^wss?:/.test(upstream);
}

/**
 * Disconnects a receiver that does not read, so that unread messages cannot fill the memory.
 *
 * @param {WebSocket} to
 * @param {Buffer} data
 * @param {boolean} binary
 */
function pass(to, data, binary) {
  if (to.bufferedAmount > MAX_WAITING_BYTES) to.terminate();
  else to.send(data, { binary });
}

/** @param {import('ws').RawData} data */
function toBuffer(data) {
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(/** @type {Buffer} */ (data));
}

// Forwards a request that has been admitted: signs it, sends it to its upstream, and relays the response.

import { Bodies } from '../gateway/bodies.js';
import { MAX_BODY_BYTES, REFUSED } from './explainer.js';
import { planOf, prepare } from './payload.js';
import { ProxyError } from './refusal.js';
import { relay } from './relay.js';
import { requestHeaders } from './request-headers.js';
import { responseHeaders } from './response-headers.js';

/**
 * @typedef {import('node:http').IncomingMessage} Incoming
 *
 * @typedef {object} Forwarded
 * @property {import('./payload.js').Outgoing & { method: string }} request  as it was sent
 * @property {import('./relay.js').Relayed} response
 * @property {number} requestBytes  the length of the body, or 0 if it is unknown
 *
 * @typedef {{ accept: (rawHeaders: string[], remote: import('node:stream').Duplex) => void }} Handshake
 */

export class Forwarder {
  #settings;
  #upstreams;
  #guard;
  #dispatcher;
  #bodies;

  /**
   * @param {import('./options.js').Settings} settings
   * @param {import('./upstreams.js').Upstreams} upstreams
   * @param {import('./guard.js').Guard} guard
   * @param {import('undici').Dispatcher} dispatcher
   */
  constructor(settings, upstreams, guard, dispatcher) {
    this.#settings = settings;
    this.#upstreams = upstreams;
    this.#guard = guard;
    this.#dispatcher = dispatcher;
    this.#bodies = new Bodies(() => settings.maxBodyBytes);
  }

  /**
   * @param {Incoming} incoming
   * @param {import('node:http').ServerResponse} outgoing
   * @param {import('./upstreams.js').Target} target
   * @param {Handshake} [handshake]  of a WebSocket
   * @returns {Promise<Forwarded>}
   * @throws {ProxyError}; what the signer throws
   */
  async forward(incoming, outgoing, target, handshake) {
    const { upstream } = target;
    const { method = 'GET' } = incoming;
    const unsigned = {
      method,
      path: `${upstream.prefix}${target.path}`,
      headers: requestHeaders(incoming, this.#settings, target, handshake !== undefined),
    };
    const prepared = handshake
      ? await prepareHandshake(unsigned, upstream)
      : await this.#prepare(incoming, outgoing, unsigned, upstream);
    const { origin } = upstream;
    const cors = this.#guard.isAllowedOrigin(incoming.headers)
      ? (/** @type {string[]} */ exposed) => this.#guard.corsHeaders(incoming.headers, exposed)
      : undefined;
    const response = await relay(
      this.#dispatcher,
      {
        ...{ origin, method, path: prepared.path, headers: prepared.headers, body: prepared.body },
        headersTimeout: this.#settings.timeoutMs,
        ...(handshake && { upgrade: 'websocket' }),
      },
      outgoing,
      {
        headersFor: (rawHeaders) => responseHeaders(rawHeaders, { target, upstreams: this.#upstreams, cors }),
        kept: (status) => (REFUSED.has(status) ? MAX_BODY_BYTES : 0),
        onUpgrade: handshake?.accept,
      },
    );
    const known = Buffer.isBuffer(prepared.body)
      ? prepared.body.length
      : Number(incoming.headers['content-length']);
    return { request: { ...prepared, method }, response, requestBytes: known || 0 };
  }

  /**
   * @param {Incoming} incoming
   * @param {import('node:http').ServerResponse} outgoing
   * @param {import('./signer.js').Unsigned} unsigned
   * @param {import('./upstreams.js').Upstream} upstream
   */
  async #prepare(incoming, outgoing, unsigned, upstream) {
    const plan = planOf(incoming, upstream, this.#settings);
    if (plan.kind === 'hashed') this.#checkLength(incoming);
    if (plan.kind !== 'none' && incoming.headers.expect?.toLowerCase() === '100-continue')
      outgoing.writeContinue();
    return prepare(plan, incoming, unsigned, upstream, (body) => this.#read(body));
  }

  /** Refuses a body that is too long before the client sends it. @param {Incoming} incoming */
  #checkLength({ headers }) {
    if (Number(headers['content-length'] ?? 0) > this.#settings.maxBodyBytes) throw this.#tooLong();
  }

  /**
   * @param {Incoming} incoming
   * @returns {Promise<Buffer>}
   */
  async #read(incoming) {
    try {
      return await this.#bodies.read(incoming);
    } catch (error) {
      const { code, message } = /** @type {{ code?: string, message: string }} */ (error);
      if (code === 'ERR_GATEWAY_BODY') throw this.#tooLong();
      throw code === 'ERR_GATEWAY_SLOW' ? new ProxyError('ERR_PROXY_SLOW', message) : error;
    }
  }

  #tooLong() {
    return new ProxyError(
      'ERR_PROXY_BODY',
      `The body has more than ${this.#settings.maxBodyBytes} bytes, which is the limit for bodies that must be hashed first.`,
      {
        fix:
          'Raise --max-body (option maxBodyBytes), or send the SHA-256 of the body as x-amz-content-sha256 to stream it. If ' +
          'the service accepts unsigned bodies, start the proxy with --payload unsigned.',
      },
    );
  }
}

/**
 * @param {import('./signer.js').Unsigned} unsigned
 * @param {import('./upstreams.js').Upstream} upstream
 * @returns {Promise<import('./payload.js').Outgoing>}
 */
async function prepareHandshake(unsigned, { signer }) {
  const signed = await signer?.signHandshake(unsigned);
  const { path, headers } = signed ?? { path: unsigned.path, headers: unsigned.headers.flat() };
  return { path, headers, body: undefined, unsigned };
}

// `sigv4-wasm-devtools/proxy`: a local proxy that signs the requests of programs that cannot sign, and signs signed requests again.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { ServerResponse } from 'node:http';

import { Agent } from 'undici';

import { labelled, requestLine } from '../gateway/access-log.js';
import { openServer, sendAll } from '../gateway/server.js';
import { Explainer, REFUSED } from './explainer.js';
import { Forwarder } from './forward.js';
import { Guard } from './guard.js';
import { Metrics } from './metrics.js';
import { readOptions } from './options.js';
import { ProxyError, responseOf, toProxyError } from './refusal.js';
import { cookieFor, TOKEN_PARAMETER, withoutToken } from './token.js';
import { Upstreams } from './upstreams.js';

/**
 * @typedef {import('./options.js').ProxyOptions} ProxyOptions
 * @typedef {import('./options.js').UpstreamOptions} UpstreamOptions
 *
 * @typedef {object} RunningProxy
 * @property {string} origin  such as `http://127.0.0.1:8080`
 * @property {string | undefined} token  the token that clients send; `undefined` if none is required
 * @property {string} page  the address for a browser; it contains the token and a host name that no other server on the machine has
 * @property {{ url: string, name: string, region?: string, service?: string }[]} upstreams
 * @property {() => string} metrics  in the text format of Prometheus
 * @property {() => Promise<void>} close
 */

/** Paths of the proxy itself. */
const PREFIX = '/_sigv4/';
const LIMITS = {
  // Dashboards have many cookies.
  maxHeaderSize: 65_536,
  // Uploads have no time limit.
  requestTimeout: 0,
  // An option of Node.js 24 and newer. Older versions emit `upgrade` for every protocol, including HTTP/2.
  shouldUpgradeCallback: isWebSocket,
};
const CONNECT_MS = 10_000;

/**
 * Starts a proxy.
 *
 * @example
 *   const proxy = await startProxy({
 *     upstream: 'https://search-logs-abc123.eu-west-1.es.amazonaws.com',
 *     credentials: fromNodeChain(),
 *   });
 *   await fetch(`${proxy.origin}/_search`, { headers: { authorization: `Bearer ${proxy.token}` } });
 *   await proxy.close();
 *
 * @param {ProxyOptions} options
 * @returns {Promise<RunningProxy>}
 * @throws {import('./options.js').ProxyOptionError} `ERR_PROXY_OPTION`; errors of `listen()`, such as EADDRINUSE
 */
export async function startProxy(options) {
  const proxy = new Proxy(options);
  await proxy.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return proxy.handle();
}

class Proxy {
  #settings;
  #log;
  #label = `sigv4-${randomBytes(6).toString('hex')}`;
  #upstreams;
  #guard;
  #metrics = new Metrics();
  #explainer = new Explainer();
  #dispatcher;
  #ownsDispatcher;
  #forwarder;
  #server;
  /** Both ends of WebSockets. @type {Set<import('node:stream').Duplex>} */
  #sockets = new Set();

  /** @param {ProxyOptions} options */
  constructor(options) {
    this.#settings = readOptions(options);
    this.#log = options.log;
    this.#upstreams = new Upstreams(this.#settings, this.#label);
    this.#guard = new Guard(this.#settings, this.#upstreams);
    this.#ownsDispatcher = options.dispatcher === undefined;
    this.#dispatcher = options.dispatcher ?? new Agent({ connect: { timeout: CONNECT_MS } });
    this.#forwarder = new Forwarder(this.#settings, this.#upstreams, this.#guard, this.#dispatcher);
    const serve = (/** @type {any} */ incoming, /** @type {any} */ outgoing) =>
      void this.#serve(incoming, outgoing);
    this.#server = openServer(serve, LIMITS);
    // The client gets 100 Continue after the request has been admitted.
    this.#server.on('checkContinue', serve);
    this.#server.on('upgrade', (incoming, socket, head) => void this.#upgrade(incoming, socket, head));
    this.#server.on('connect', (incoming, socket) => this.#refuseTunnel(incoming, socket));
  }

  /**
   * @param {number} port
   * @param {string} host
   */
  async listen(port, host) {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
  }

  /** @returns {RunningProxy} */
  handle() {
    const { address, port, family } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    const isAny = address === '0.0.0.0' || address === '::';
    const name = isAny ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
    const { token } = this.#settings;
    const single = this.#upstreams.single;
    const first = single === undefined ? `${this.#upstreams.list()[0]?.name ?? 'HOST'}.` : '';
    const query = token === false ? '' : `?${TOKEN_PARAMETER}=${token}`;
    return {
      origin: `http://${name}:${port}`,
      token: token === false ? undefined : token,
      page: `http://${this.#label}.${first}localhost:${port}/${query}`,
      upstreams: this.#upstreams.list().map(({ origin, prefix, name, region, service }) => ({
        ...{ url: `${origin}${prefix}`, name, region, service },
      })),
      metrics: () => this.#metrics.text(),
      close: () => this.#close(),
    };
  }

  async #close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    if (this.#ownsDispatcher) await this.#dispatcher.destroy();
    await closed;
  }

  // --- a request --------------------------------------------------------------------------------------------------

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {ServerResponse} outgoing
   * @param {import('./forward.js').Handshake} [handshake]
   */
  async #serve(incoming, outgoing, handshake) {
    const began = performance.now();
    const at = new Date();
    this.#metrics.inFlight += 1;
    try {
      const target = this.#admit(incoming, outgoing);
      if (target === undefined) return;
      const forwarded = await this.#forwarder.forward(incoming, outgoing, target, handshake);
      await this.#report(incoming, target, forwarded, { at, durationMs: performance.now() - began });
    } catch (error) {
      this.#refuse(incoming, outgoing, error, { at, durationMs: performance.now() - began });
    } finally {
      this.#metrics.inFlight -= 1;
      // Discards the rest of a body that was not read.
      incoming.resume();
    }
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {ServerResponse} outgoing
   * @returns {import('./upstreams.js').Target | undefined} `undefined` if the response has been sent
   * @throws {ProxyError}
   */
  #admit(incoming, outgoing) {
    const place = this.#guard.placeOfToken(incoming);
    const target = this.#guard.checkSource(incoming, place);
    if (this.#guard.isPreflight(incoming))
      return respond(outgoing, { status: 204, headers: this.#guard.preflightHeaders(incoming) });
    if (target.path === `${PREFIX}health`) return respond(outgoing, OK);
    this.#guard.checkToken(place);
    if (place === 'query' && isNavigation(incoming))
      return respond(outgoing, { status: 303, headers: this.#withCookie(target) });
    if (target.path.startsWith(PREFIX)) return this.#serveOwn(target.path, incoming, outgoing);
    return { ...target, path: withoutToken(target.path) };
  }

  /**
   * Moves the token from the URL into a cookie, out of the address bar, the history and the upstream's view. Browsers send a cookie
   * to every port of a host, including servers of other users of this machine, so the cookie is for a name that only this proxy has.
   *
   * @param {import('./upstreams.js').Target} target
   * @returns {[string, string][]}
   */
  #withCookie({ authority, namedBy, path }) {
    const [, hostname, port] = /** @type {RegExpExecArray} */ (/^(.*?)(:\d+)?$/.exec(authority));
    const { token } = this.#settings;
    if (hostname.startsWith(`${this.#label}.`)) {
      // With the host, because a path may begin with two slashes.
      const location = `http://${authority}${withoutToken(path)}`;
      return [['location', location], ['set-cookie', cookieFor(String(token))], ...NO_STORE];
    }
    const name = namedBy === 'localhost' ? hostname : 'localhost';
    return [['location', `http://${this.#label}.${name}${port ?? ''}${path}`], ...NO_STORE];
  }

  /**
   * @param {string} path
   * @param {import('node:http').IncomingMessage} incoming
   * @param {ServerResponse} outgoing
   */
  #serveOwn(path, incoming, outgoing) {
    if (withoutToken(path) !== `${PREFIX}metrics`)
      throw new ProxyError(
        'ERR_PROXY_NOT_FOUND',
        `The only paths of the proxy below ${PREFIX} are health and metrics.`,
      );
    const cors = this.#guard.corsHeaders(incoming.headers);
    /** @type {[string, string][]} */
    const headers = [['content-type', 'text/plain; version=0.0.4; charset=utf-8'], ...NO_STORE, ...cors];
    return respond(outgoing, { status: 200, headers, body: this.#metrics.text() });
  }

  // --- its outcome ------------------------------------------------------------------------------------------------

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('./upstreams.js').Target} target
   * @param {import('./forward.js').Forwarded} forwarded
   * @param {{ at: Date, durationMs: number }} times
   */
  async #report({ method = 'GET' }, { upstream, path }, { request, response, requestBytes }, times) {
    const { status, bytes, error } = response;
    const { host } = upstream;
    const { durationMs } = times;
    this.#metrics.add({ host, status, durationMs, requestBytes, responseBytes: bytes });
    if (this.#log === undefined) return;
    const note = `${host}${error ? `  broken off (${/** @type {any} */ (error).code ?? error.message})` : ''}`;
    this.#log(requestLine({ ...times, request: { method, url: path }, status, note }));
    if (!REFUSED.has(status)) return;
    const found = await this.#explainer
      .explain({ status, rawHeaders: response.rawHeaders, body: response.beginning }, request, upstream)
      .catch(() => undefined);
    if (found === undefined) return;
    this.#log(labelled('cause', found.summary));
    this.#log(labelled('fix', found.fix));
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {ServerResponse} outgoing
   * @param {unknown} error
   * @param {{ at: Date, durationMs: number }} times
   */
  #refuse(incoming, outgoing, error, times) {
    // The client disconnected.
    if (outgoing.destroyed || incoming.errored) return;
    const failure = toProxyError(error);
    const { status, headers, body } = responseOf(failure);
    this.#metrics.refuse(failure.code);
    // Do not wait for the rest of the body.
    if (!incoming.complete) headers.push(['connection', 'close']);
    respond(outgoing, { status, headers: [...headers, ...this.#guard.corsHeaders(incoming.headers)], body });
    if (this.#log === undefined) return;
    const { method = 'GET', url = '/' } = incoming;
    this.#log(
      requestLine({ ...times, request: { method, url: withoutToken(url) }, status, note: failure.code }),
    );
    const { message: cause } = /** @type {Error} */ (failure.cause ?? failure);
    this.#log(labelled('cause', failure.code === 'ERR_PROXY_REQUEST' ? cause : failure.message));
    if (failure.code === 'ERR_PROXY_CREDENTIALS') this.#log(labelled('cause', cause));
    if (failure.fix) this.#log(labelled('fix', failure.fix));
  }

  // --- other protocols --------------------------------------------------------------------------------------------

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head
   */
  async #upgrade(incoming, socket, head) {
    socket.on('error', () => socket.destroy());
    const outgoing = responseOn(incoming, socket);
    if (!isWebSocket(incoming)) {
      const error = new ProxyError(
        'ERR_PROXY_UPGRADE',
        'The proxy upgrades connections only to WebSockets.',
        {
          fix: 'Tell the client to use HTTP/1.1, such as HttpClient.Version.HTTP_1_1 in Java.',
        },
      );
      return this.#refuse(incoming, outgoing, error, { at: new Date(), durationMs: 0 });
    }
    const accept = (
      /** @type {string[]} */ rawHeaders,
      /** @type {import('node:stream').Duplex} */ remote,
    ) => {
      outgoing.detachSocket(/** @type {import('node:net').Socket} */ (socket));
      this.#join(socket, head, rawHeaders, remote);
    };
    return this.#serve(incoming, outgoing, { accept });
  }

  /**
   * @param {import('node:stream').Duplex} socket  of the client
   * @param {Buffer} head  the first bytes that the client sent after its handshake
   * @param {string[]} rawHeaders
   * @param {import('node:stream').Duplex} remote
   */
  #join(socket, head, rawHeaders, remote) {
    const lines = ['HTTP/1.1 101 Switching Protocols'];
    for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    if (head.length > 0) remote.write(head);
    this.#metrics.webSockets += 1;
    for (const [one, other] of [
      [socket, remote],
      [remote, socket],
    ]) {
      this.#sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        if (this.#sockets.delete(one) && one === socket) this.#metrics.webSockets -= 1;
        other.destroy();
      });
      one.pipe(other);
    }
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('node:stream').Duplex} socket
   */
  #refuseTunnel(incoming, socket) {
    socket.on('error', () => socket.destroy());
    const error = new ProxyError(
      'ERR_PROXY_TUNNEL',
      'The proxy opens no tunnels, because it cannot sign requests that it cannot read.',
      {
        fix: `Send the request for http://${String(incoming.url).replace(/:443$/, '')} instead: the proxy sends it over TLS.`,
      },
    );
    this.#refuse(incoming, responseOn(incoming, socket), error, { at: new Date(), durationMs: 0 });
  }
}

/** @param {import('node:http').IncomingMessage} incoming */
function isWebSocket({ method, headers }) {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** @param {import('node:http').IncomingMessage} incoming */
function isNavigation({ method, headers }) {
  return method === 'GET' && /\btext\/html\b/.test(headers.accept ?? '');
}

/**
 * Writes a response on a connection that Node.js no longer handles.
 *
 * @param {import('node:http').IncomingMessage} incoming
 * @param {import('node:stream').Duplex} socket
 */
function responseOn(incoming, socket) {
  const outgoing = new ServerResponse(incoming);
  outgoing.assignSocket(/** @type {import('node:net').Socket} */ (socket));
  outgoing.shouldKeepAlive = false;
  outgoing.on('finish', () => socket.end());
  return outgoing;
}

/**
 * @param {ServerResponse} outgoing
 * @param {{ status: number, headers: [string, string][], body?: string | Buffer }} response
 */
function respond(outgoing, { status, headers, body }) {
  outgoing.writeHead(status, headers.flat());
  sendAll(outgoing, body);
  return undefined;
}

/** @type {[string, string][]} */
const NO_STORE = [['cache-control', 'no-store']];
/** @type {{ status: number, headers: [string, string][], body: string }} */
const OK = {
  status: 200,
  headers: [['content-type', 'application/json'], ...NO_STORE],
  body: '{"ok":true}\n',
};

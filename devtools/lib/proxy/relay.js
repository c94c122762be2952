// Sends a request to an upstream, and streams the response to the client.

import { ProxyError } from './refusal.js';

/**
 * @typedef {object} Sent
 * @property {string} origin
 * @property {string} path
 * @property {string} method
 * @property {Record<string, string> | string[]} headers
 * @property {any} body
 * @property {number} headersTimeout  in milliseconds
 * @property {string} [upgrade]  the protocol of a handshake
 *
 * @typedef {object} Relayed
 * @property {number} status
 * @property {string[]} rawHeaders
 * @property {number} bytes  of the body
 * @property {Buffer} beginning  the first bytes of the body, as many as `kept` requests
 * @property {Error} [error]  why the response broke off after its beginning was sent to the client
 *
 * @typedef {object} RelayOptions
 * @property {(rawHeaders: string[]) => string[]} headersFor  returns the headers for the client
 * @property {(status: number) => number} kept  how many bytes of the body to keep
 * @property {(rawHeaders: string[], remote: import('node:stream').Duplex) => void} [onUpgrade]  the upstream accepted a handshake
 */

/** RFC 9110, section 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const NOTHING = Buffer.alloc(0);

/**
 * @param {import('undici').Dispatcher} dispatcher
 * @param {Sent} sent
 * @param {import('node:http').ServerResponse} outgoing
 * @param {RelayOptions} options
 * @returns {Promise<Relayed>}
 * @throws {ProxyError} ERR_PROXY_UPSTREAM or ERR_PROXY_TIMEOUT, if nothing has been sent to the client yet
 */
export async function relay(dispatcher, sent, outgoing, options) {
  const first = await attempt(dispatcher, sent, outgoing, options);
  if (!(first instanceof Error)) return first;
  // The upstream closed an idle connection at the moment when this request was sent on it.
  const isClosed = CLOSED.has(/** @type {any} */ (first).code);
  const isSafe = IDEMPOTENT.has(sent.method) && (sent.body === undefined || Buffer.isBuffer(sent.body));
  const last =
    isClosed && isSafe && !outgoing.destroyed ? await attempt(dispatcher, sent, outgoing, options) : first;
  if (!(last instanceof Error)) return last;
  throw upstreamError(last, sent.origin);
}

const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/**
 * @param {import('undici').Dispatcher} dispatcher
 * @param {Sent} sent
 * @param {import('node:http').ServerResponse} outgoing
 * @param {RelayOptions} options
 * @returns {Promise<Relayed | Error>} an error if nothing has been sent to the client yet
 */
function attempt(dispatcher, sent, outgoing, options) {
  return new Promise((resolve) => {
    const handler = new Relay(outgoing, options, resolve);
    try {
      dispatcher.dispatch(
        /** @type {any} */ ({ ...sent, bodyTimeout: 0 }),
        /** @type {import('undici').Dispatcher.DispatchHandler} */ (handler),
      );
    } catch (error) {
      handler.onResponseError(undefined, /** @type {Error} */ (error));
    }
  });
}

/** Receives the events of a request from undici. */
class Relay {
  #outgoing;
  #options;
  #resolve;
  /** @type {import('undici').Dispatcher.DispatchController | undefined} */
  #controller;
  #status = 0;
  /** @type {string[]} */
  #rawHeaders = [];
  #bytes = 0;
  #limit = 0;
  /** @type {Buffer[]} */
  #kept = [];
  #isDone = false;

  /**
   * @param {import('node:http').ServerResponse} outgoing
   * @param {RelayOptions} options
   * @param {(result: Relayed | Error) => void} resolve
   */
  constructor(outgoing, options, resolve) {
    this.#outgoing = outgoing;
    this.#options = options;
    this.#resolve = resolve;
  }

  /** Cancels the request to the upstream, because the client disconnected. */
  #abort = () => {
    if (!this.#isDone) this.#controller?.abort(new Error('the client disconnected'));
  };

  /** @param {import('undici').Dispatcher.DispatchController} controller */
  onRequestStart(controller) {
    this.#controller = controller;
    if (this.#outgoing.destroyed) this.#abort();
    else this.#outgoing.once('close', this.#abort);
  }

  /**
   * @param {import('undici').Dispatcher.DispatchController} controller
   * @param {number} status
   * @param {unknown} _
   * @param {string} [statusText]
   */
  onResponseStart(controller, status, _, statusText) {
    if (status < 200) return;
    const outgoing = this.#outgoing;
    this.#rawHeaders = texts(/** @type {Buffer[]} */ (controller.rawHeaders ?? []));
    this.#limit = this.#options.kept(status);
    // This throws if the upstream's headers are not valid for Node.js; the response then counts as missing.
    outgoing.writeHead(status, statusText, this.#options.headersFor(this.#rawHeaders));
    this.#status = status;
    // The head is sent with the first bytes of the body. If there are none yet, as in a stream of events, it is sent alone.
    setImmediate(() => {
      if (this.#bytes === 0 && !this.#isDone && !outgoing.destroyed) outgoing.flushHeaders();
    });
  }

  /**
   * @param {import('undici').Dispatcher.DispatchController} controller
   * @param {number} status
   * @param {unknown} _
   * @param {import('node:stream').Duplex} remote
   */
  onRequestUpgrade(controller, status, _, remote) {
    this.#status = status;
    this.#rawHeaders = texts(/** @type {Buffer[]} */ (controller.rawHeaders ?? []));
    this.#options.onUpgrade?.(this.#rawHeaders, remote);
    this.#finish();
  }

  /**
   * @param {import('undici').Dispatcher.DispatchController} controller
   * @param {Buffer} chunk
   */
  onResponseData(controller, chunk) {
    const room = this.#limit - this.#bytes;
    this.#bytes += chunk.length;
    if (room > 0) this.#kept.push(Buffer.from(chunk.subarray(0, room)));
    if (this.#outgoing.write(chunk)) return;
    controller.pause();
    this.#outgoing.once('drain', () => controller.resume());
  }

  onResponseEnd() {
    this.#outgoing.end();
    this.#finish();
  }

  /**
   * @param {unknown} _
   * @param {Error} error
   */
  onResponseError(_, error) {
    if (this.#status === 0) {
      this.#isDone = true;
      this.#outgoing.off('close', this.#abort);
      this.#resolve(error);
      return;
    }
    this.#finish(error);
    // The client must not mistake a part of the response for the whole.
    this.#outgoing.destroy();
  }

  /** @param {Error} [error] */
  #finish(error) {
    this.#isDone = true;
    this.#outgoing.off('close', this.#abort);
    this.#resolve({
      status: this.#status,
      rawHeaders: this.#rawHeaders,
      bytes: this.#bytes,
      beginning: this.#kept.length > 0 ? Buffer.concat(this.#kept) : NOTHING,
      error,
    });
  }
}

/** @param {(Buffer | string)[]} raw */
function texts(raw) {
  return raw.map((one) => (typeof one === 'string' ? one : one.toString('latin1')));
}

/**
 * @param {any} error
 * @param {string} origin
 * @returns {ProxyError}
 */
function upstreamError(error, origin) {
  if (error instanceof ProxyError) return error;
  if (/^UND_ERR_(?:HEADERS|CONNECT)_TIMEOUT$|^ETIMEDOUT$/.test(error.code)) {
    const what =
      error.code === 'UND_ERR_HEADERS_TIMEOUT'
        ? 'did not answer in time'
        : 'did not accept a connection in time';
    return new ProxyError('ERR_PROXY_TIMEOUT', `${origin} ${what}.`, { cause: error });
  }
  const { code } = error.cause?.code ? error.cause : error;
  return new ProxyError('ERR_PROXY_UPSTREAM', `${origin} gave no response (${code ?? error.message}).`, {
    fix: UNREACHABLE.has(code)
      ? 'Check the URL of the upstream, and that this machine can reach it.'
      : undefined,
    cause: error,
  });
}

const UNREACHABLE = new Set(['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);

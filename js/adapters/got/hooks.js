// Signs the requests of got. Its `beforeRequest` hooks run for each attempt, when the body is serialized: also for retries and
// redirects.

import { isStream } from '../../http/body.js';
import { SigV4Error } from '../../engine/errors.js';
import { fromChunks } from '../shared/iterable-body.js';
import { ClientSigner, isStale } from '../shared/client-signer.js';
import { isRefusal } from '../shared/status.js';
import { hide, withoutSecrets } from '../shared/redact-error.js';

/**
 * @typedef {object} GotHooks
 * @property {((options: any) => Promise<void>)[]} beforeRequest
 * @property {((response: any, retry: (options: {}) => any) => any)[]} afterResponse
 * @property {((error: any) => any)[]} beforeError
 */

/**
 * Hooks that sign every request of a got client; got 14 or newer.
 *
 * Bodies are read into memory, because the signature covers their bytes; with `payload: 'unsigned'`, streams pass unread.
 * They sign after all other `beforeRequest` hooks. `got.stream` has no hook for responses, so it never sends a request again.
 *
 * A request that cannot be signed is rejected, with a `SigV4Error` as the `cause` of got's own error:
 * `ERR_SIGV4_HEADER_INVALID` (`username` and `password` would replace the signature), `ERR_SIGV4_BODY_UNSUPPORTED` (a
 * body that is written to `got.stream` later), `ERR_SIGV4_BODY_USED`, and what `Signer.sign` rejects with.
 *
 * @example
 *   const client = got.extend({ hooks: sigv4Hooks({ credentials }) });
 *
 * @param {import('../shared/client-signer.js').SignerChoice & import('../shared/client-signer.js').ClientOptions} options
 * @returns {GotHooks}
 */
export function sigv4Hooks(options) {
  const client = new ClientSigner(options);
  /** Where the state of a request is: got hands its `context` on to retries and redirects. */
  const key = Symbol('sigv4Hooks');

  const sign = async (/** @type {any} */ request) => {
    const { url, context } = request;
    /** @type {State} */
    const state = (context[key] ??= { exchange: client.open(url), wasMatched: client.match(url) });
    // got removes the hooks from a request that one of them sends again.
    if (state.afterResponse) request.hooks.afterResponse = state.afterResponse;
    if (!state.exchange.signs(url)) {
      if (!state.wasMatched) return;
      for (const [name, value] of Object.entries(request.headers)) {
        if (isStale(name, value)) delete request.headers[name];
      }
      return;
    }
    refuse(request, client);

    state.passes = !client.signsBody && isStream(request.body);
    const body = state.passes ? undefined : fromChunks(request.body);
    const socket = socketOf(request);
    const signed = await state.exchange.sign({
      ...targetOf(request, socket),
      headers: request.headers,
      body,
    });
    moveTo(request, signed.url, socket);
    request.headers = signed.headers;
    if (body === undefined) return;
    request.body = toBuffer(signed.body);
    request.headers['content-length'] = String(request.body.length);
  };

  return {
    beforeRequest: [
      function beforeRequest(request) {
        const { hooks } = request;
        if (hooks.beforeRequest.at(-1) === beforeRequest) return sign(request);
        // Hooks that were added later may change the request, so it is signed after them.
        if (hooks.beforeRequest.at(-1) !== sign) hooks.beforeRequest.push(sign);
        return Promise.resolve();
      },
    ],
    afterResponse: [
      async (response, retry) => {
        const { options: request } = response.request;
        /** @type {State | undefined} */
        const state = request.context[key];
        if (!state || !(await state.exchange.isSentAgain(answerOf(response), !state.passes))) return response;
        state.afterResponse = request.hooks.afterResponse;
        return retry({});
      },
    ],
    beforeError: [
      (error) => {
        hide(error, 'options');
        // got writes the URL into it.
        for (const name of ['message', 'stack']) {
          if (typeof error[name] === 'string') error[name] = withoutSecrets(error[name]);
        }
        return error;
      },
    ],
  };
}

/**
 * The state of a request.
 *
 * @typedef {object} State
 * @property {import('../shared/exchange.js').Exchange} exchange
 * @property {boolean} wasMatched  whether its first URL was to be signed
 * @property {boolean} [passes]  whether the body passed unread
 * @property {any[]} [afterResponse]  the hooks of a request that is sent once more
 */

/**
 * @param {any} response
 * @returns {import('../../protocol/clock-skew.js').ServerResponse}
 */
function answerOf({ statusCode: status, headers, rawBody }) {
  const get = (/** @type {string} */ name) => headers[name];
  return {
    status,
    headers: { get },
    body: isRefusal(status) ? new TextDecoder().decode(rawBody) : undefined,
  };
}

/**
 * The Unix socket of a URL such as `http://unix:/var/run/api.sock:/path`, as got parses it.
 *
 * @param {any} request
 * @returns {string | undefined}
 */
function socketOf({ url, enableUnixSockets }) {
  if (!enableUnixSockets || url.hostname !== 'unix') return undefined;
  return /^(.+?):.+/.exec(url.pathname + url.search)?.[1];
}

/**
 * What is requested, as the server sees it: to a Unix socket, got sends the host `unix`.
 *
 * @param {any} request
 * @param {string | undefined} socket
 */
function targetOf({ method, url }, socket) {
  const bare = new URL(socket === undefined ? url : url.href.replace(`${socket}:`, ''));
  bare.username = bare.password = '';
  return { method, url: bare };
}

/**
 * The URL that was signed is spelled so that all servers read it alike, has no signature of an earlier attempt, and may
 * have one of its own.
 *
 * @param {any} request
 * @param {string} signed
 * @param {string | undefined} socket
 */
function moveTo(request, signed, socket) {
  const { pathname, search } = new URL(signed);
  const { url } = request;
  if (socket !== undefined) request.url = `${url.protocol}//unix${socket}:${pathname}${search}`;
  else if (search !== url.search || pathname !== url.pathname) Object.assign(url, { pathname, search });
}

/**
 * @param {any} request
 * @param {ClientSigner} client
 */
function refuse({ username, password, isStream, body, method }, { signsBody, signsQuery }) {
  if ((username || password) && !signsQuery) {
    const message =
      'username and password would replace the signature, because both use the Authorization header';
    throw new SigV4Error('ERR_SIGV4_HEADER_INVALID', `${message}: remove them`);
  }
  if (isStream && signsBody && body === undefined && !/^(GET|HEAD)$/.test(method)) {
    const message =
      "a body written to got.stream cannot be signed, because it follows the signature: pass it as body, or set payload: 'unsigned'";
    throw new SigV4Error('ERR_SIGV4_BODY_UNSUPPORTED', message);
  }
}

/**
 * got 14.0 takes no other bytes, and with text, Node's http would send headers as UTF-8, too.
 *
 * @param {any} body  a text, or bytes
 * @returns {Uint8Array}
 */
function toBuffer(body) {
  const { Buffer } = /** @type {any} */ (globalThis);
  return typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

// Signs the requests of an undici dispatcher: its own requests, and those of Node's `fetch`.
//
// An interceptor sees each dispatch as undici is about to send it, so it also sees the requests that retries
// and redirects send again, if they were composed after it. Nothing of undici is imported: its dispatchers and handlers are
// distinguished by their methods, which all versions since 6 have.

import { isStream } from '../../http/body.js';
import { SigV4Error } from '../../engine/errors.js';
import { fromChunks } from '../shared/iterable-body.js';
import { ClientSigner, NO_OPTIONS, unlessAborted } from '../shared/client-signer.js';
import { redirectError } from '../shared/redirect-error.js';
import { fail, watched } from './handler.js';

/**
 * @typedef {object} UndiciOption
 * @property {string | URL} [origin]  the origin of requests that do not name it: those of a `Client` or a `Pool`
 *
 * @typedef {import('../shared/client-signer.js').SignerChoice & import('../shared/client-signer.js').ClientOptions & UndiciOption} InterceptorOptions
 */

/**
 * An interceptor for `dispatcher.compose()` that signs every request; undici 6 or newer.
 *
 * Bodies are read into memory, because the signature covers their bytes; with `payload: 'unsigned'`, streams pass unread. A
 * dispatcher cannot recognize the redirects that `fetch` follows, and signs them wherever they lead: use
 * `createSigv4Fetch`, or `match`.
 *
 * A request that cannot be signed fails with a `SigV4Error`: `ERR_SIGV4_URL_INVALID` (no origin; a redirect that
 * would go out with the old signature), `ERR_SIGV4_BODY_UNSUPPORTED`, `ERR_SIGV4_BODY_USED`, and what `Signer.sign`
 * rejects with.
 *
 * @example
 *   const dispatcher = new Agent().compose(sigv4Interceptor({ credentials }), interceptors.retry());
 *   const response = await fetch(url, { dispatcher });
 *
 * @param {InterceptorOptions} options
 * @returns {<D extends (options: any, handler: any) => boolean>(dispatch: D) => D}
 */
export function sigv4Interceptor(options) {
  const { origin, ...rest } = options ?? NO_OPTIONS;
  checkOrigin(origin);
  const client = new ClientSigner(rest, 'origin');
  /** @type {WeakMap<object, import('../shared/exchange.js').Exchange>} */
  const exchanges = new WeakMap();

  return (dispatch) => {
    const intercept = (/** @type {any} */ opts, /** @type {any} */ handler) => {
      try {
        const url = targetUrl(opts, opts.origin ?? origin);
        const source = sourceOf(handler);
        const exchange = exchanges.get(source) ?? client.open(url);
        exchanges.set(source, exchange);
        if (!exchange.signs(url)) return dispatch(opts, handler);
        send(client, exchange, dispatch, opts, handler, url).catch((error) => fail(handler, error));
      } catch (error) {
        fail(handler, error);
      }
      return true;
    };
    return /** @type {typeof dispatch} */ (intercept);
  };
}

/**
 * The object that all requests of one dispatch share: undici's redirect interceptor, for which an inner retry interceptor creates
 * a new handler each time, or otherwise the handler itself, which a retry passes again.
 *
 * @param {any} handler
 * @returns {object}
 */
function sourceOf(handler) {
  for (let one = handler; typeof one === 'object' && one !== null; one = one.handler) {
    if (Array.isArray(one.history)) return one;
  }
  return handler;
}

/**
 * @param {ClientSigner} client
 * @param {import('../shared/exchange.js').Exchange} exchange
 * @param {(options: any, handler: any) => boolean} dispatch
 * @param {any} opts
 * @param {any} handler
 * @param {URL} url
 */
async function send(client, exchange, dispatch, opts, handler, url) {
  const passes = !client.signsBody && isStream(opts.body);
  const request = {
    method: opts.method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    // As on the wire: undici does not normalize it.
    path: wirePath(opts),
    headers: Array.isArray(opts.headers) ? pairs(opts.headers) : opts.headers,
    body: passes ? undefined : fromChunks(opts.body),
  };
  const signal = opts.signal instanceof AbortSignal ? opts.signal : undefined;

  const attempt = async () => {
    const signed = await unlessAborted(signal, exchange.sign(request));
    // Read once: a request that is signed again has this body, and the headers that came with it.
    Object.assign(request, { headers: signed.headers, body: signed.body });

    const goOn = (/** @type {boolean} */ isSentAgain) => {
      if (isSentAgain) attempt().catch((error) => fail(handler, error));
      return isSentAgain;
    };
    dispatch(
      {
        ...opts,
        method: signed.method,
        path: signed.url.slice(signed.url.indexOf('/', url.protocol.length + 2)),
        query: undefined,
        headers: renewing(signed.headers, () => exchange.signSync(request).headers),
        // Text stays text: a MockAgent compares it.
        body: passes || typeof opts.body === 'string' ? opts.body : (signed.body ?? null),
      },
      watched(handler, {
        onRedirect: () => redirectError(url.href, 'another URL', COMPOSE_LATER),
        onAnswer: (answer) => {
          const isSentAgain = exchange.isSentAgain(answer, !passes);
          return typeof isSentAgain === 'boolean' ? goOn(isSentAgain) : isSentAgain.then(goOn);
        },
      }),
    );
  };
  await attempt();
}

/** @param {unknown} origin */
function checkOrigin(origin) {
  if (origin === undefined || origin instanceof URL || (typeof origin === 'string' && URL.canParse(origin)))
    return;
  const message =
    "the option origin must be the origin of the Client or Pool, such as 'https://api.example.com'";
  throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
}

const COMPOSE_LATER =
  'compose the redirect interceptor after the one that signs, so that its redirects are signed again';

/**
 * @param {any} opts
 * @param {string | URL | undefined} origin
 * @returns {URL}
 */
function targetUrl(opts, origin) {
  if (!origin || !opts.path?.startsWith('/')) {
    const message = origin
      ? 'the path must begin with a slash'
      : 'the request has no origin, because a Client or Pool does not pass its own on: pass sigv4Interceptor({ origin, … })';
    throw new SigV4Error('ERR_SIGV4_URL_INVALID', message);
  }
  return new URL(new URL(origin).origin + wirePath(opts));
}

/**
 * @param {any} opts
 * @returns {string} with the parameters of `query`, as undici writes them
 */
function wirePath({ path, query }) {
  if (query && /[?#]/.test(path)) {
    const message = 'the path and query both contain parameters: put all of them into one of the two';
    throw new SigV4Error('ERR_SIGV4_URL_INVALID', message);
  }
  const parameters = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one ?? '')}`),
  );
  return parameters.length > 0 ? `${path}?${parameters.join('&')}` : path;
}

/**
 * @param {unknown[]} list  names and values in turn
 * @returns {[string, string][]}
 */
function pairs(list) {
  return list.flatMap((name, i) => (i % 2 === 0 ? [[String(name), String(list[i + 1])]] : []));
}

/**
 * Headers that are signed again each time they are read, except the first time: an inner retry interceptor sends them again.
 *
 * @param {Record<string, string>} headers
 * @param {() => Record<string, string>} renew
 */
function renewing(headers, renew) {
  let isFirst = true;
  return Object.defineProperty({ ...headers }, Symbol.iterator, {
    value: () => {
      const current = isFirst ? headers : renew();
      isFirst = false;
      return Object.entries(current).values();
    },
  });
}

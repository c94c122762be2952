// A `fetch` that signs.

import { SigV4Error } from '../../engine/errors.js';
import { ClientSigner, NO_OPTIONS, requireFunction, unlessAborted } from '../shared/client-signer.js';
import { isRedirect } from '../shared/status.js';
import { escapePluses } from '../shared/spelling.js';
import { isFetchRequest, prepare } from './prepare-request.js';
import { discard, readResponse } from './response.js';

/**
 * A `fetch`: the platform's, or that of a package, such as undici or node-fetch.
 *
 * @typedef {(input: any, init?: any) => Promise<any>} AnyFetch
 */

/**
 * @template {AnyFetch} [F=typeof globalThis.fetch]
 * @typedef {object} FetchOption
 * @property {F} [fetch]  the function that sends; default: the global `fetch` at the time of the request
 */

/**
 * @template {AnyFetch} [F=typeof globalThis.fetch]
 * @typedef {import('../shared/client-signer.js').SignerChoice & import('../shared/client-signer.js').ClientOptions & FetchOption<F>} Sigv4FetchOptions
 */

/**
 * A `fetch` that signs every request. You can pass it to every library that takes a `fetch`: ky, openapi-fetch, Apollo Client.
 *
 * Bodies are read into memory, because the signature covers their bytes; with `payload: 'unsigned'`, streams, Blobs and the
 * bodies of a `Request` pass unread. A `host` header is left out, and the host of the URL is signed. Redirects within an origin
 * are signed again, unless the chain has left it before. In browsers, which do not reveal where a redirect leads, it is an error.
 * All other settings of a request are kept, except that mode `no-cors`, with which browsers remove signatures, becomes
 * `same-origin`.
 *
 * Besides what `fetch` rejects with, a request that cannot be signed is rejected with a `SigV4Error`:
 * `ERR_SIGV4_URL_INVALID` (a relative URL outside of a page, `user:password@`, a redirect that cannot be signed),
 * `ERR_SIGV4_BODY_USED` (the redirect of a body that passed unread), `ERR_SIGV4_OPTION_INVALID` (mode `no-cors` to another
 * origin, in a browser), and what `Signer.sign` rejects with.
 *
 * Source of what a redirect changes: "HTTP-redirect fetch", section 4.4 of the Fetch standard.
 *
 * @example
 *   const signedFetch = createSigv4Fetch({ credentials });
 *   const response = await signedFetch('https://abc.execute-api.eu-west-1.amazonaws.com/prod/orders');
 *
 * @template {AnyFetch} [F=typeof globalThis.fetch]
 * @param {Sigv4FetchOptions<F>} options
 * @returns {F}  a function of the same type as the one that sends
 */
export function createSigv4Fetch(options) {
  const { fetch, ...rest } = options ?? NO_OPTIONS;
  requireFunction('fetch', fetch);
  const client = new ClientSigner(rest, 'fetch');
  return /** @type {any} */ (
    async (/** @type {RequestInfo | URL} */ input, /** @type {RequestInit | undefined} */ init) => {
      const send = fetch ?? globalThis.fetch;
      const url = targetUrl(input);
      if (!client.match(url)) return send(input, init);
      refusePassword(url);
      const given = isFetchRequest(input) ? input : undefined;
      return follow(client, send, await prepare(client, send, given, init ?? undefined, url));
    }
  );
}

/**
 * Sends, and follows redirects.
 *
 * @param {ClientSigner} client
 * @param {AnyFetch} send
 * @param {import('./prepare-request.js').Hop} first
 * @returns {Promise<Response>}
 */
async function follow(client, send, first) {
  const { signal, redirect = 'follow' } = first.settings;
  const follows = redirect === 'follow';
  const exchange = client.open(first.url);
  const waiting = (/** @type {Promise<any>} */ work) => unlessAborted(signal, work);

  for (let hop = first, count = 0; ; count += 1) {
    const attempt = async () => {
      const signed = hop.isSigned ? await waiting(exchange.sign(hop)) : undefined;
      return send(...requestOf(hop, signed, follows ? 'manual' : redirect));
    };
    const canRepeat = hop.unreadBody === undefined;
    const response = hop.isSigned
      ? await exchange.send(attempt, readResponse, canRepeat && discard, waiting)
      : await attempt();
    if (!follows) return response;

    const isLast = response.type !== 'opaqueredirect' && !isRedirect(response.status);
    const next = isLast
      ? undefined
      : (await import('./redirect.js')).nextHop(hop, response, (to) => exchange.signs(to));
    if (!next) return count === 0 ? response : Object.defineProperty(response, 'redirected', { value: true });
    if (count === MAX_REDIRECTS) throw new TypeError(`more than ${MAX_REDIRECTS} redirects`);
    discard(response);
    hop = next;
  }
}

/** As many as `fetch` follows. */
const MAX_REDIRECTS = 20;

/**
 * The arguments of `fetch`.
 *
 * @param {import('./prepare-request.js').Hop} hop
 * @param {import('../../sign/signer.js').SignedRequest | undefined} signed
 * @param {RequestRedirect} redirect
 * @returns {[Request | string, RequestInit]}
 */
function requestOf({ carrier, settings, body, unreadBody, ...hop }, signed, redirect) {
  const { method } = signed ?? hop;
  const url = signed?.url ?? hop.url.href;
  const { host, ...headers } = signed?.headers ?? Object.fromEntries(hop.headers);
  const init = { ...settings, method, headers, redirect };
  if (body !== undefined) init.body = body;
  if (unreadBody !== undefined && unreadBody !== true) init.body = unreadBody;
  if (carrier?.url.split('#')[0] === url) return [carrier, init];
  return [unreadBody === true ? new Request(url, carrier) : url, init];
}

/**
 * @param {RequestInfo | URL} input
 * @returns {URL} as it is sent
 */
function targetUrl(input) {
  const text = isFetchRequest(input) ? input.url : String(input);
  let url;
  try {
    url = new URL(text, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch {
    const message = `"${text.split(/[?#]/)[0].replace(/\/\/.*@/, '//')}" is not an absolute URL: pass an absolute URL`;
    throw new SigV4Error('ERR_SIGV4_URL_INVALID', message);
  }
  url.hash = '';
  escapePluses(url);
  return url;
}

/** @param {URL} url */
function refusePassword({ username, password, host }) {
  if (username === '' && password === '') return;
  const message = `the user name and password in the URL (${host}) would replace the signature: remove them`;
  throw new SigV4Error('ERR_SIGV4_URL_INVALID', message);
}

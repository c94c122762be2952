// A `fetch` that signs.

import { isBlob, isForm, isStream, mayHaveBody, readBody, readRequestBody } from '../body.js';
import { SigV4Error } from '../errors.js';
import { ClientSigner, NO_OPTIONS, isRefusal, unlessAborted } from './client.js';
import { MAX_REDIRECTS, escapePluses, nextHop } from './fetch-redirect.js';

/**
 * @typedef {object} FetchOption
 * @property {typeof globalThis.fetch} [fetch]  what sends; default: the global `fetch` at the time of the request
 *
 * @typedef {import('../signer.js').SignerOptions & import('./client.js').ClientOptions & FetchOption} Sigv4FetchOptions
 */

/**
 * A `fetch` that signs every request. Whatever takes a `fetch` takes it: ky, openapi-fetch, Apollo Client.
 *
 * Bodies are read into memory, as the signature covers their bytes; with `payload: 'unsigned'`, streams, Blobs and the
 * bodies of a `Request` pass unread. Redirects within an origin are signed again. Browsers do not tell where a redirect
 * leads, so that there it is an error. All other settings of a request are kept.
 *
 * Besides what `fetch` rejects with, a request that cannot be signed is rejected with a `SigV4Error`:
 * `ERR_SIGV4_URL_INVALID` (a relative URL outside of a page, `user:password@`, a redirect that cannot be signed),
 * `ERR_SIGV4_BODY_USED` (the redirect of a body that passed unread), and what `Signer.sign` rejects with.
 *
 * Source of what a redirect changes: "HTTP-redirect fetch", section 4.4 of the Fetch standard.
 *
 * @example
 *   const signedFetch = createSigv4Fetch({ credentials });
 *   const response = await signedFetch('https://abc.execute-api.eu-west-1.amazonaws.com/prod/orders');
 *
 * @param {Sigv4FetchOptions} options
 * @returns {typeof globalThis.fetch}
 */
export function createSigv4Fetch({ fetch, ...options } = NO_OPTIONS) {
  const client = new ClientSigner(options);
  return async (input, init) => {
    const send = fetch ?? globalThis.fetch;
    const url = targetUrl(input);
    if (!client.match(url)) return send(input, init);
    return exchange(client, send, await prepare(client, input, init, url));
  };
}

/**
 * What is asked for, as `fetch` would understand it. Everything that takes time or can be done only once.
 *
 * @param {ClientSigner} client
 * @param {RequestInfo | URL} input
 * @param {RequestInit | undefined} init
 * @param {URL} url
 * @returns {Promise<{ request: Request, first: import('./fetch-redirect.js').Hop }>}
 */
async function prepare(client, input, init, url) {
  if (url.username || url.password) {
    const message = `the user name and password in the URL (${url.host}) would replace the signature: remove them`;
    throw new SigV4Error('ERR_SIGV4_URL_INVALID', message);
  }
  const given = isFetchRequest(input) ? input : undefined;
  if (isForm(init?.body)) init = await withBytes(init, given);
  let request = new Request(given ?? url, init);
  if (given && given.url.split('#')[0] !== url.href) request = new Request(url, request);

  const mayPass = given !== undefined || isStream(init?.body) || isBlob(init?.body);
  const hasBody = mayHaveBody(request);
  const unread = !client.signsBody && mayPass && hasBody;
  const { method, headers } = request;
  const first = {
    // A Request may hold settings that only its maker knows, such as Node's `dispatcher`. It stays unread, or it could not be
    // copied to another URL.
    target: given || unread ? request : url.href,
    settings: given ? { ...settingsOf(request), ...init } : init,
    method,
    url,
    headers,
    body:
      unread || !hasBody
        ? undefined
        : await unlessAborted(request.signal, readRequestBody(given ? request.clone() : request)),
    unread,
    isSigned: true,
  };
  return { request, first };
}

/**
 * Sends, and follows redirects.
 *
 * @param {ClientSigner} client
 * @param {typeof globalThis.fetch} send
 * @param {{ request: Request, first: import('./fetch-redirect.js').Hop }} prepared
 */
async function exchange(client, send, { request, first }) {
  const { signal, redirect } = request;
  const follows = redirect === 'follow';

  for (let hop = first, count = 0; ; count += 1) {
    const { target, settings, method, body, unread, isSigned } = hop;
    const attempt = async () => {
      const init = {
        ...settings,
        method,
        body,
        redirect: follows ? /** @type {const} */ ('manual') : redirect,
      };
      if (!isSigned) return send(target, { ...init, headers: hop.headers });
      const { url, headers } = await unlessAborted(signal, client.signer.sign(hop));
      return send(at(url, target), { ...init, headers });
    };
    const response = isSigned ? await client.send(attempt, readAnswer, !unread && discard) : await attempt();
    if (!follows) return response;

    const next = nextHop(hop, response, (to) => client.signsRedirect(first.url, to));
    if (!next) return count === 0 ? response : Object.defineProperty(response, 'redirected', { value: true });
    if (count === MAX_REDIRECTS) throw new TypeError(`more than ${MAX_REDIRECTS} redirects`);
    discard(response);
    hop = next;
  }
}

/**
 * The same request, at the URL that was signed.
 *
 * @param {string} url
 * @param {Request | string} target
 * @returns {Request | string}
 */
function at(url, target) {
  if (typeof target === 'string') return url;
  return target.url.split('#')[0] === url ? target : new Request(url, target);
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
    const message = `"${text.split(/[?#]/)[0].replace(/\/\/.*@/, '//')}" is not an absolute URL: request one`;
    throw new SigV4Error('ERR_SIGV4_URL_INVALID', message);
  }
  url.hash = '';
  escapePluses(url);
  return url;
}

/**
 * By its methods rather than by its class: a Request may come from another realm.
 *
 * @param {RequestInfo | URL} input
 * @returns {input is Request}
 */
function isFetchRequest(input) {
  return typeof input === 'object' && 'clone' in input;
}

/**
 * A form, in bytes: not every browser can read it out of a Request.
 *
 * @param {RequestInit} init
 * @param {Request | undefined} given
 * @returns {Promise<RequestInit>}
 */
async function withBytes({ body: form, ...init }, given) {
  const { data, contentType = '' } = await readBody(form);
  const headers = new Headers(init.headers ?? given?.headers);
  if (!headers.has('content-type')) headers.set('content-type', contentType);
  return { ...init, headers, body: /** @type {BodyInit} */ (data) };
}

/** @param {Response} response */
async function readAnswer(response) {
  const { status, headers } = response;
  // A clone, as the caller reads the answer, too.
  return isRefusal(status) ? { status, headers, body: await response.clone().text() } : undefined;
}

/**
 * Frees the connection of a response that nobody will read.
 *
 * @param {Response} response
 */
function discard(response) {
  response.body?.cancel().catch(() => {});
}

/**
 * What a Request that is made from another one loses where anything is set anew, and what a redirect must have again.
 *
 * @param {Request} request
 * @returns {RequestInit}
 */
function settingsOf(request) {
  return Object.fromEntries(SETTINGS.map((name) => [name, request[name]]));
}

/** @type {(keyof Request & keyof RequestInit)[]} */
const SETTINGS = ['cache', 'credentials', 'integrity', 'keepalive', 'referrer', 'referrerPolicy', 'signal'];

// Signs the requests of an axios client.
//
// An interceptor cannot sign: `transformRequest`, which makes the final body, and axios' own content type come
// after all interceptors. So this interceptor only wraps the adapter, which is the last function that axios calls. The wrapper
// gets the final config and passes on a signed copy. Everything here is public API of axios 0.27 and 1.x.

import { SigV4Error } from '../../engine/errors.js';
import { loadOlder, resolveAdapter } from './resolve-adapter.js';
import { ownRange } from './body.js';
import { signedConfig } from './signed-config.js';
import { signingAdapter, withoutRedirects } from './fetch-adapter.js';
import { readRequest, sendsHost, targetUrl } from './outgoing-request.js';
import { Attempt } from './deadline.js';
import { ClientSigner, NO_OPTIONS } from '../shared/client-signer.js';
import { isRedirect, isRefusal } from '../shared/status.js';
import { hide } from '../shared/redact-error.js';

/** @typedef {import('./resolve-adapter.js').AxiosStatic} AxiosStatic */
/** @typedef {import('./resolve-adapter.js').Adapter} Adapter */
/** @typedef {import('./resolve-adapter.js').AdapterOption} AdapterOption */

/**
 * @typedef {object} AxiosOption
 * @property {AxiosStatic} [axios]  the axios that created the client; default: the result of `import('axios')`. Only needed
 *   if that is a different one: an alias, a second copy, a bundle that must not be split.
 *
 * @typedef {AxiosOption & import('../shared/client-signer.js').ClientOptions} InterceptorOptions
 */

/**
 * An interceptor that signs every request of an axios client, 0.27 or 1.x.
 *
 * It signs when the request is dispatched, so the order of the
 * interceptors does not matter. In browsers, axios' fetch adapter sends signed requests, unless the config needs XMLHttpRequest,
 * which follows redirects with the session token. Streams are read into memory, because the signature covers their bytes;
 * `payload: 'unsigned'` streams them. Requests are rejected with a `SigV4Error` if they cannot be signed: `ERR_SIGV4_URL_INVALID`
 * (a relative URL without `baseURL`, or one with `user:password@`), `ERR_SIGV4_HEADER_INVALID` (axios' `auth` would replace the
 * signature), `ERR_SIGV4_BODY_UNSUPPORTED`, `ERR_SIGV4_BODY_USED`, and what `Signer.sign` rejects with.
 *
 * @example
 *   const client = axios.create({ baseURL: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod' });
 *   client.interceptors.request.use(sigv4Interceptor({ credentials }));
 *
 * @param {import('../shared/client-signer.js').SignerChoice & InterceptorOptions} options
 * @returns {<C extends object>(config: C) => C}
 */
export function sigv4Interceptor(options) {
  const signing = new SigningAdapter(options);
  return (/** @type {any} */ config) => {
    // Changed, not copied: axios made it for this request, from the client's and the caller's. A config that is sent
    // again, by a retry, has both of these already.
    if (!signing.isAround(config.adapter)) config.adapter = signing.around(config.adapter);
    const transforms = [config.transformRequest ?? []].flat();
    if (!transforms.includes(ownRange)) config.transformRequest = [ownRange, ...transforms];
    return config;
  };
}

/**
 * The key under which a wrapper stores its owner and the wrapped adapter: another interceptor's wrapper, or axios' own adapter.
 * Not a WeakMap, because there is a wrapper for each request.
 */
const INSIDE = Symbol('sigv4Interceptor');

/**
 * @param {AdapterOption | undefined} adapter
 * @returns {{ owner: SigningAdapter, next: AdapterOption | undefined } | undefined} of a wrapper
 */
function inside(adapter) {
  return typeof adapter === 'function' ? /** @type {any} */ (adapter)[INSIDE] : undefined;
}

/** Loaded on use. @type {typeof import('./redirect.js') | undefined} */
let redirects;

class SigningAdapter extends ClientSigner {
  /** @param {import('../shared/client-signer.js').SignerChoice & InterceptorOptions} options */
  constructor(options) {
    const { axios, ...rest } = options ?? NO_OPTIONS;
    super(rest, 'axios');
    if (axios && typeof axios.Axios !== 'function') {
      const message = 'the option axios must be axios itself, not a client made with axios.create()';
      throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
    }
    this.axios = axios;
  }

  /**
   * @param {AdapterOption | undefined} adapter
   * @returns {boolean} whether requests through this adapter pass this wrapper
   */
  isAround(adapter) {
    const wrapper = inside(adapter);
    return wrapper !== undefined && (wrapper.owner === this || this.isAround(wrapper.next));
  }

  /**
   * @param {AdapterOption | undefined} next
   * @returns {Adapter}
   */
  around(next) {
    const wrapper = (/** @type {any} */ config) => this.dispatch(config, next);
    return Object.assign(wrapper, { [INSIDE]: { owner: this, next } });
  }

  /**
   * @param {any} config  final: only the adapter follows
   * @param {AdapterOption | undefined} next
   * @returns {Promise<any>} axios' response
   */
  async dispatch(config, next) {
    const axios = (this.axios ??= await importAxios());
    if (!axios.getAdapter) await loadOlder();
    const adapter = signingAdapter(innermost(next), config, axios);
    const url = targetUrl(config, axios, adapter.own);
    if (!this.match(url)) return resolveAdapter(next, config, axios).send(config);

    /** @type {Attempt | undefined} */
    let upcoming = new Attempt(config, axios);
    const prepared = await upcoming.waitFor(readRequest(config, url, adapter, this));

    const exchange = this.open(url);
    const outcome = await exchange.send(
      () => {
        const attempt = upcoming ?? new Attempt(config, axios);
        upcoming = undefined;
        return this.attempt(config, prepared, adapter, exchange, attempt);
      },
      readResponse,
      !prepared.stream && discard,
      (work) => (upcoming = new Attempt(config, axios)).waitFor(work),
    );
    if (outcome.error) throw outcome.error;
    return outcome.response;
  }

  /**
   * Signs and sends. The result shows the caller's config instead of the signed copy: a retry starts from it, and it contains no
   * signature and no session token.
   *
   * @param {any} config
   * @param {import('./outgoing-request.js').PreparedRequest} prepared
   * @param {import('./resolve-adapter.js').ResolvedAdapter} adapter
   * @param {import('../shared/exchange.js').Exchange} exchange
   * @param {Attempt} attempt
   * @returns {Promise<Outcome>}
   */
  async attempt(config, prepared, adapter, exchange, attempt) {
    const { own } = adapter;
    const { request } = prepared;
    const signed = await attempt.waitFor(exchange.sign(request));
    if (!sendsHost(own)) delete signed.headers.host;

    const axios = /** @type {AxiosStatic} */ (this.axios);
    const { send, options } = withoutRedirects(config, adapter, axios);
    /** @type {unknown} */
    let hopError;
    const sent = signedConfig(config, prepared, signed, own, axios);
    if (mayFollow(own)) {
      redirects ??= await import('./redirect.js');
      sent.beforeRedirect = redirects.beforeRedirect({
        exchange,
        request,
        callers: config.beforeRedirect,
        onError: (error) => (hopError = error),
      });
    }
    Object.assign(sent, options, attempt.remaining());

    const { response, error } = await settle(send(sent));
    if (response) response.config = config;
    conceal(error, config);

    // Browsers reveal nothing about a redirect that was not followed, so the caller could not follow it either.
    const isCallers = config.maxRedirects === 0 && response?.status !== 0;
    const isExpected = isCallers || config.fetchOptions?.redirect !== undefined;
    if (isExpected || !mayBeRedirect(response)) return { response, error: hopError ?? error };
    redirects ??= await import('./redirect.js');
    const redirected = redirects.refusedRedirect(response, signed.url, error);
    return { response, error: hopError ?? (redirected || error) };
  }
}

/**
 * Whether an adapter may follow redirects, and ask before: axios' http adapter, or one of the caller's, in Node.js.
 *
 * @param {import('./resolve-adapter.js').ResolvedAdapter['own']} own
 */
function mayFollow(own) {
  const { process } = /** @type {any} */ (globalThis);
  return own !== 'xhr' && own !== 'fetch' && process?.versions?.node !== undefined;
}

/**
 * Whether a response is a redirect that was not signed again, or may have come after one.
 *
 * @param {any} response
 */
function mayBeRedirect(response) {
  const status = response?.status;
  return status === 0 || status === 403 || isRedirect(status);
}

/**
 * Hides the signature in an error and in its causes, because axios wraps its own errors.
 *
 * @param {any} error
 * @param {any} config  the caller's
 */
function conceal(error, config) {
  for (
    let one = error, depth = 0;
    typeof one === 'object' && one !== null && depth < 5;
    one = one.cause, depth++
  ) {
    if (one.config) one.config = config;
    if (one.response?.config) one.response.config = config;
    hide(one, 'request');
    hide(one.response, 'request');
  }
}

/**
 * @typedef {object} Outcome
 * @property {any} [response]  also where it is part of `error`
 * @property {any} [error]
 */

/**
 * @param {Promise<any>} sending
 * @returns {Promise<{ response?: any, error?: any }>}
 */
async function settle(sending) {
  try {
    return { response: await sending };
  } catch (error) {
    return { response: /** @type {any} */ (error)?.response, error };
  }
}

/**
 * @param {AdapterOption | undefined} adapter
 * @returns {AdapterOption | undefined} without any wrapper of ours, because a request is signed only once
 */
function innermost(adapter) {
  const wrapper = inside(adapter);
  return wrapper ? innermost(wrapper.next) : adapter;
}

/** @returns {Promise<AxiosStatic>} */
async function importAxios() {
  try {
    return (await import('axios')).default;
  } catch (cause) {
    const message = 'cannot import axios: pass the axios that you use, as in sigv4Interceptor({ axios, … })';
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', message, { cause });
  }
}

/** @param {Outcome} outcome */
async function readResponse({ response }) {
  if (!response) return undefined;
  const { status, headers, data } = response;
  const get = (/** @type {string} */ name) => headers?.get?.(name) ?? headers?.[name];
  return { status, headers: { get }, body: isRefusal(status) ? await readText(data) : undefined };
}

/**
 * @param {any} data  of a response, before `transformResponse`
 * @returns {Promise<string | undefined>} undefined for a stream, which can only be read once
 */
async function readText(data) {
  if (typeof data === 'string') return data;
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return new TextDecoder().decode(data);
  return typeof data?.text === 'function' ? data.text() : undefined;
}

/**
 * Frees the connection of a response that nobody will read.
 *
 * @param {Outcome} outcome
 */
function discard({ response: { data } }) {
  data?.destroy?.();
  data?.cancel?.()?.catch?.(() => {});
}

// axios' fetch adapter, which must not follow a redirect, because it would send the old signature along. It is the default in
// browsers, because XMLHttpRequest cannot be prevented from following redirects.

import { resolveAdapter } from './resolve-adapter.js';

/**
 * Chooses the adapter that sends a signed request. axios prefers XMLHttpRequest to fetch. Browsers then follow every redirect and
 * send `x-amz-security-token` to the origin that it leads to: they remove only `authorization` (Fetch standard, "HTTP-redirect
 * fetch"). So this chooses fetch, unless the caller chose an adapter, or needs a feature that only XMLHttpRequest has.
 *
 * @param {import('./resolve-adapter.js').AdapterOption | undefined} adapter
 * @param {any} config
 * @param {import('./resolve-adapter.js').AxiosStatic} axios
 * @returns {import('./resolve-adapter.js').ResolvedAdapter & { insteadOfXhr?: true }}
 */
export function signingAdapter(adapter, config, axios) {
  const resolved = resolveAdapter(adapter, config, axios);
  if (resolved.own !== 'xhr') return resolved;
  const isLeftToAxios = String(adapter ?? axios.defaults.adapter) === 'xhr,http,fetch'; // since 1.7
  const needsXhr = config.onUploadProgress || config.responseType === 'document';
  if (!isLeftToAxios || needsXhr || !canStayPut()) return resolved;
  return { ...resolveAdapter('fetch', config, axios), insteadOfXhr: true };
}

/**
 * Whether fetch can be made to follow no redirect, and can be aborted. In React Native it cannot, because its fetch is
 * XMLHttpRequest; nor in jsdom, where the fetch of Node.js knows no AbortSignal of jsdom.
 */
function canStayPut() {
  try {
    const { signal } = new AbortController();
    return new Request('https://example.com', { redirect: 'manual', signal }).redirect === 'manual';
  } catch {
    return false;
  }
}

/**
 * Prevents an adapter that may be built on fetch from following a redirect. `fetchOptions` only if nothing else
 * does: with them, axios from 1.12 on calls `fetch(request, fetchOptions)`, and the `fetch` that Next.js 15 patches in its
 * edge runtime then loses the method, the headers and the body.
 *
 * @param {any} config
 * @param {import('./resolve-adapter.js').ResolvedAdapter} adapter
 * @param {import('./resolve-adapter.js').AxiosStatic} axios
 * @returns {{ send: import('./resolve-adapter.js').Adapter, options?: Record<string, unknown> }}
 */
export function withoutRedirects(config, { send, own }, axios) {
  const { env, fetchOptions } = config;
  if (own === 'http' || own === 'xhr' || fetchOptions?.redirect !== undefined) return { send };

  const minor = axios.VERSION.startsWith('0.') ? 0 : Number(axios.VERSION.split('.')[1]);
  if (own === 'fetch' && minor >= 20) return { send, options: { maxRedirects: 0 } };
  if (own === 'fetch' && minor >= 12 && !env?.Request && typeof Request === 'function') {
    const options = { env: { ...env, Request: manualRequest() } };
    return { send: resolveAdapter('fetch', options, axios).send, options };
  }
  return { send, options: { fetchOptions: { redirect: 'manual', ...fetchOptions } } };
}

/** Always the same class, because axios keeps an adapter for each. @type {typeof Request | undefined} */
let ManualRequest;

function manualRequest() {
  return (ManualRequest ??= class extends Request {
    /**
     * @param {RequestInfo | URL} input
     * @param {RequestInit} [init]
     */
    constructor(input, init) {
      super(input, { ...init, redirect: 'manual' });
    }
  });
}

// axios' fetch adapter, which must not follow a redirect: the old signature would go along.

import { resolveAdapter } from './axios-adapter.js';

/**
 * What keeps an adapter that may be on top of fetch from following a redirect. `fetchOptions` only where nothing else
 * does: with them, axios from 1.12 on calls `fetch(request, fetchOptions)`, of which the fetch that Next.js 15 patches
 * in its edge runtime loses the method, the headers and the body.
 *
 * @param {any} config
 * @param {import('./axios-adapter.js').ResolvedAdapter} adapter
 * @param {import('./axios-adapter.js').AxiosStatic} axios
 * @returns {{ send: import('./axios-adapter.js').Adapter, options: Record<string, unknown> }}
 */
export function withoutRedirects(config, { send, own }, axios) {
  const { env, fetchOptions } = config;
  if (own === 'http' || own === 'xhr' || fetchOptions?.redirect !== undefined) return { send, options: {} };

  const minor = axios.VERSION.startsWith('0.') ? 0 : Number(axios.VERSION.split('.')[1]);
  if (own === 'fetch' && minor >= 20) return { send, options: { maxRedirects: 0 } };
  if (own === 'fetch' && minor >= 12 && !env?.Request && typeof Request === 'function') {
    const options = { env: { ...env, Request: manualRequest() } };
    return { send: resolveAdapter('fetch', options, axios).send, options };
  }
  return { send, options: { fetchOptions: { redirect: 'manual', ...fetchOptions } } };
}

/** Always the same class, as axios keeps an adapter for each. @type {typeof Request | undefined} */
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

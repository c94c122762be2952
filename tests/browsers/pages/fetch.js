// What checks/fetch.js runs in the browser.

import { explainResponse } from 'sigv4-wasm/explain';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

/** @type {Record<string, () => [string, RequestInit?]>} */
const REQUESTS = {
  GET: () => ['/prod/ä/@b=?q=a+b&q=1'],
  text: () => ['/prod/a', { method: 'POST', body: 'größe' }],
  'empty text': () => ['/prod/a', { method: 'POST', body: '' }],
  Blob: () => ['/prod/a', { method: 'PUT', body: new Blob(['x'], { type: 'text/csv' }) }],
  URLSearchParams: () => ['/prod/a', { method: 'POST', body: new URLSearchParams({ a: 'b c' }) }],
  form: () => {
    const body = new FormData();
    body.append('file', new Blob(['größe']), 'ü.txt');
    return ['/prod/a', { method: 'POST', body }];
  },
  HEAD: () => ['/prod/a', { method: 'HEAD' }],
};

Object.assign(globalThis, {
  names: () => Object.keys(REQUESTS),
  /** Sends a request of the table, as a URL or as a Request. */
  async send(/** @type {string} */ name, /** @type {boolean} */ asRequest, /** @type {any} */ signing) {
    const signedFetch = createSigv4Fetch(signing);
    const [url, init] = REQUESTS[name]();
    try {
      const response = await (asRequest ? signedFetch(new Request(url, init)) : signedFetch(url, init));
      return response.status;
    } catch (error) {
      return /** @type {any} */ (error).code ?? String(error);
    }
  },
  async get(/** @type {string} */ url, /** @type {any} */ init, /** @type {any} */ signing) {
    try {
      return (await createSigv4Fetch(signing)(new Request(url, init))).status;
    } catch (error) {
      return /** @type {any} */ (error).code ?? String(error);
    }
  },
  /** What becomes of a request that is not signed, and whether its answer can still be read. */
  async explain(/** @type {string} */ url) {
    const outcome = await fetch(url).catch((error) => error);
    const { code, status } = await explainResponse(outcome);
    return [code, status, outcome instanceof Response && (await outcome.json()).message];
  },
});

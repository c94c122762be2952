// One request to a source of credentials: with a timeout, with retries if it is busy, and without redirects.

import { failed } from './provider.js';

/**
 * @typedef {object} RequestOptions
 * @property {typeof globalThis.fetch} [fetch]  that sends the requests; default: the global one
 * @property {AbortSignal} [signal]  ends the request under way, and every later one
 * @property {number} [timeoutMs]  how long one request may take, in milliseconds; default 10000, and of metadata services 1000
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} text
 * @property {any} json  what it says; an empty object if it is not JSON
 */

/**
 * @param {string} source  that errors name
 * @param {string} url
 * @param {RequestInit} init
 * @param {RequestOptions} options
 * @returns {Promise<Answer>} of any status; after a few attempts where it is 429 or 5xx
 * @throws {SigV4Error} `ERR_SIGV4_CREDENTIALS_PROVIDER` if there is no response in time. The reason of the signal, if it aborts
 */
export async function request(source, url, init, options) {
  const { fetch = globalThis.fetch, signal, timeoutMs = 10_000 } = options;
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const stop = () => controller.abort();
    signal?.addEventListener('abort', stop);
    const timer = setTimeout(stop, timeoutMs);
    try {
      // Redirects are not followed, because the request is only for this host.
      const response = await fetch(url, { redirect: 'manual', ...init, signal: controller.signal });
      const { status } = response;
      const text = await response.text();
      if ((status !== 429 && status < 500) || attempt === 2) return { status, text, json: object(text) };
    } catch (error) {
      signal?.throwIfAborted();
      const why = controller.signal.aborted ? 'timed out' : 'is unreachable';
      throw failed(source, `${new URL(url).origin} ${why}`, /** @type {Error} */ (error));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
    await new Promise((resolve) => setTimeout(resolve, 100 << attempt));
  }
}

/** @param {string} text */
function object(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/**
 * The error for a response without credentials.
 *
 * @param {Answer} answer
 */
export function refusal({ status, json }) {
  const { code, Code = code, __type = Code, Message, message = Message } = json;
  return [`it answered ${status}`, __type, message].filter(Boolean).join(', ');
}

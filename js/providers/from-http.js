// Credentials from your own server.

import { failed, provider } from './provider.js';
import { refusal, request } from './request.js';

/**
 * Credentials from your own server, which responds with JSON in any form that the option `credentials` accepts, such as the
 * result of `AssumeRole` in an AWS SDK.
 *
 * @example
 *   const credentials = fromHttp('/credentials', { headers: async () => ({ authorization: `Bearer ${await token()}` }) });
 *
 * @param {string | URL} url  absolute; in a page, it may be relative to it
 * @param {{ headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>), method?: string, body?: string,
 *   credentials?: RequestCredentials } & import('./request.js').RequestOptions} [options]  `method`: default GET. `body`: sent
 *   with POST. `credentials`: whether cookies are sent, as `fetch` has it. `timeoutMs`: default 10000
 * @returns {import('./provider.js').Provider}
 * @throws {SigV4Error} `ERR_SIGV4_CREDENTIALS_PROVIDER`, from the provider
 */
export function fromHttp(url, options = {}) {
  const { headers, method, body, credentials } = options;
  return provider('fromHttp', async () => {
    const { href, origin, pathname } = new URL(url, /** @type {any} */ (globalThis).location?.href);
    const init = {
      headers: typeof headers === 'function' ? await headers() : headers,
      method,
      body,
      ...(credentials && { credentials }),
    };
    const answer = await request('fromHttp', href, init, options);
    if (answer.status === 200) return answer.json;
    throw failed('fromHttp', `${origin}${pathname}: ${refusal(answer)}`);
  });
}

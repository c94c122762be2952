// Signs the requests of got. Its `beforeRequest` hooks run for each attempt, when the body is serialised: for retries
// and redirects, too.

import { isStream } from '../body.js';
import { SigV4Error } from '../errors.js';
import { fromChunks } from './chunks.js';
import { ClientSigner, isStale } from './client.js';

/**
 * @typedef {object} GotHooks
 * @property {((options: any) => Promise<void>)[]} beforeRequest
 * @property {((response: any, retry: (options: {}) => any) => any)[]} afterResponse
 */

/**
 * Hooks that sign every request of a got client; got 14 or newer.
 *
 * Bodies are read into memory, as the signature covers their bytes; with `payload: 'unsigned'`, streams pass unread.
 * The clock is not corrected for `got.stream`, which has no hook for answers.
 *
 * A request that cannot be signed is rejected, with a `SigV4Error` as the `cause` of got's own error:
 * `ERR_SIGV4_HEADER_INVALID` (`username` and `password` would replace the signature), `ERR_SIGV4_BODY_UNSUPPORTED` (a
 * body that is written to `got.stream` later), `ERR_SIGV4_BODY_USED`, and what `Signer.sign` rejects with.
 *
 * @example
 *   const client = got.extend({ hooks: sigv4Hooks({ credentials }) });
 *
 * @param {import('../signer.js').SignerOptions & import('./client.js').ClientOptions} options
 * @returns {GotHooks}
 */
export function sigv4Hooks(options) {
  const client = new ClientSigner(options);
  /** What the signature of a request was made with. @type {WeakMap<object, { clockOffset: number, passes: boolean }>} */
  const attempts = new WeakMap();

  return {
    beforeRequest: [
      async (request) => {
        const { url, method, context } = request;
        const first = new URL((context[FIRST_URL] ??= url.href));
        if (!client.signsRedirect(first, url)) {
          if (!client.match(first)) return;
          for (const [name, value] of Object.entries(request.headers)) {
            if (isStale(name, value)) delete request.headers[name];
          }
          return;
        }
        refuse(request, client);

        // got writes a space as a plus, which servers read in two ways.
        if (url.search.includes('+')) url.search = url.search.replaceAll('+', '%20');
        const passes = !client.signsBody && isStream(request.body);
        attempts.set(request, { clockOffset: client.signer.clockOffset, passes });
        const body = passes ? undefined : fromChunks(request.body);
        const bare = new URL(url);
        bare.username = bare.password = '';
        const signed = await client.signer.sign({ method, url: bare, headers: request.headers, body });
        // Its own signature comes into it, and that of an earlier attempt goes.
        const { search } = new URL(signed.url);
        if (search !== url.search) url.search = search;
        request.headers = signed.headers;
        if (body === undefined) return;
        request.body = signed.body;
        request.headers['content-length'] = String(byteLength(signed.body));
      },
    ],
    afterResponse: [
      (response, retry) => {
        const attempt = attempts.get(response.request.options);
        if (!attempt) return response;
        const { statusCode: status, headers, rawBody } = response;
        const answer = {
          status,
          headers: { get: (/** @type {string} */ name) => headers[name] },
          body: new TextDecoder().decode(rawBody),
        };
        return client.learnClock(answer, attempt.clockOffset) && !attempt.passes ? retry({}) : response;
      },
    ],
  };
}

/** Where a request went first: got hands its `context` on to retries and redirects. */
const FIRST_URL = Symbol('first URL');

/**
 * @param {any} request
 * @param {ClientSigner} client
 */
function refuse({ username, password, isStream, body, method }, { signsBody, signsQuery }) {
  if ((username || password) && !signsQuery) {
    const message =
      'username and password would replace the signature, as both go into the authorization header';
    throw new SigV4Error('ERR_SIGV4_HEADER_INVALID', `${message}: remove them`);
  }
  if (isStream && signsBody && body === undefined && !/^(GET|HEAD)$/.test(method)) {
    const message =
      "a body that is written to got.stream cannot be signed before: pass it as body, or payload: 'unsigned'";
    throw new SigV4Error('ERR_SIGV4_BODY_UNSUPPORTED', message);
  }
}

/** @param {any} body */
function byteLength(body) {
  return typeof body === 'string' ? new TextEncoder().encode(body).length : body.length;
}

// devtools/lib/requests reads and writes requests as people paste them: curl, fetch, HAR, HTTP. Nothing here touches a network
// or a file, so it works in browsers and in Node.js.

import { isCurl, parseCurl } from './curl.js';
import { RequestSyntaxError } from './error.js';
import { isFetch, parseFetch } from './fetch.js';
import { parseHar } from './har.js';
import { isHttp, parseHttp } from './http.js';

export { RequestSyntaxError } from './error.js';
export { toAxios, toCurl, toFetch } from './format-request.js';

/**
 * @typedef {object} ParsedRequest
 * @property {'curl' | 'fetch' | 'har' | 'http'} format
 * @property {string} method
 * @property {string} url  absolute; its path and query as they are sent
 * @property {[name: string, value: string][]} headers  in order. What the client adds on its own is there where AWS signs
 *   it, such as the `Content-Type` of `curl -d`.
 * @property {string | Uint8Array} [body]  bytes if it is not UTF-8
 * @property {SigningHints} [signing]  from curl's `--aws-sigv4` and `--user`
 * @property {{ status: number, headers: [string, string][], body: string }} [response]  the one in a HAR
 * @property {string[]} notes  what a reader should know, in sentences
 *
 * @typedef {{ accessKeyId?: string, secretAccessKey?: string, sessionToken?: string, region?: string, service?: string }} SigningHints
 */

/**
 * Reads a curl command, a call of fetch, a HAR (an archive, an entry, or its request) or a request as HTTP/1.1 writes it.
 * Nothing of the text is run.
 *
 * @param {string} text
 * @returns {ParsedRequest[]}  more than one if it is an archive
 * @throws {RequestSyntaxError} which says what is wrong, and where
 */
export function parseRequests(text) {
  if (/^\s*$/.test(text)) throw new RequestSyntaxError('there is no request here');
  if (/^\s*\{/.test(text)) return parseHar(text);
  const format = FORMATS.find(({ is }) => is(text));
  if (format !== undefined) return [format.parse(text)];
  throw new RequestSyntaxError(
    'this is not a curl command, a call of fetch, a HAR, or a request that begins like "GET /path HTTP/1.1"',
    text,
    text.search(/\S/),
  );
}

/**
 * Likewise, one.
 *
 * @param {string} text
 * @returns {ParsedRequest}
 * @throws {RequestSyntaxError} also for an archive of several requests
 */
export function parseRequest(text) {
  const requests = parseRequests(text);
  if (requests.length === 1) return requests[0];
  throw new RequestSyntaxError(`this archive has ${requests.length} requests: pass one of its entries`);
}

const FORMATS = [
  { is: isCurl, parse: parseCurl },
  { is: isHttp, parse: parseHttp },
  { is: isFetch, parse: parseFetch },
];

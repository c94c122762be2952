// devtools/lib/requests reads and writes requests as people paste them: commands, code, archives, HTTP. It uses no network and no
// files, so it works in browsers and in Node.js.

import { isAwscurl, parseAwscurl } from './awscurl.js';
import { isAxios, parseAxios } from './axios.js';
import { isBruno, parseBruno } from './bruno.js';
import { isCurl, parseCurl } from './curl.js';
import { RequestSyntaxError } from './error.js';
import { isFetch, parseFetch } from './fetch.js';
import { parseHar } from './har.js';
import { isHttp, parseHttp } from './http.js';
import { isHttpie, parseHttpie } from './httpie.js';
import { parseJson } from './json.js';
import { isPostman, parsePostman } from './postman.js';
import { isPowershell, parsePowershell } from './powershell.js';
import { isUrl, parseUrl } from './url.js';
import { isWget, parseWget } from './wget.js';

export { RequestSyntaxError } from './error.js';
export { toAxios, toCurl, toFetch } from './format-request.js';

/**
 * @typedef {object} ParsedRequest
 * @property {Format} format
 * @property {string} method
 * @property {string} url  absolute; its path and query as they are sent
 * @property {[name: string, value: string][]} headers  in order. What the client adds on its own is there where AWS signs
 *   it, such as the `Content-Type` of `curl -d`.
 * @property {string | Uint8Array} [body]  bytes if it is not UTF-8
 * @property {SigningHints} [signing]  what it says of its own signature, such as curl's `--aws-sigv4` and `--user`
 * @property {{ status: number, headers: [string, string][], body: string }} [response]  the one in a HAR
 * @property {string[]} [transfer]  options of a curl command that say how it is sent, as they are written
 * @property {string[]} notes  what a reader should know, in sentences
 *
 * @typedef {'curl' | 'awscurl' | 'wget' | 'httpie' | 'powershell' | 'fetch' | 'axios' | 'har' | 'postman' | 'bruno' | 'http' | 'url'} Format
 *
 * @typedef {{ accessKeyId?: string, secretAccessKey?: string, sessionToken?: string, region?: string, service?: string }} SigningHints
 */

/**
 * Reads a command of curl, awscurl, wget, HTTPie or PowerShell; a call of fetch or axios; a HAR (an archive, an entry, or its
 * request); a Postman collection, or an item of one; a Bruno file; a request as HTTP/1.1 writes it; a URL. No part of the text is
 * run.
 *
 * @param {string} text
 * @returns {ParsedRequest[]}  more than one if it is an archive
 * @throws {RequestSyntaxError} which says what is wrong, and where
 */
export function parseRequests(text) {
  if (/^\s*$/.test(text)) throw new RequestSyntaxError('there is no request here');
  if (/^\s*\{/.test(text)) {
    const json = parseJson(text);
    return isPostman(json) ? parsePostman(json) : parseHar(json);
  }
  const format = FORMATS.find(({ is }) => is(text));
  if (format !== undefined) return [format.parse(text)];
  throw new RequestSyntaxError(
    'this is not a request: paste a curl, awscurl, wget, HTTPie or PowerShell command, a fetch or axios call, a HAR, a Postman ' +
      'or Bruno request, a URL, or a request that begins like "GET /path HTTP/1.1"',
    text,
    text.search(/\S/),
  );
}

/**
 * Reads one request.
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

/** The first that fits. Commands before code, which may hold their names in texts. */
const FORMATS = [
  { is: isUrl, parse: parseUrl },
  { is: isCurl, parse: parseCurl },
  { is: isAwscurl, parse: parseAwscurl },
  { is: isWget, parse: parseWget },
  { is: isPowershell, parse: parsePowershell },
  { is: isHttpie, parse: parseHttpie },
  { is: isBruno, parse: parseBruno },
  { is: isHttp, parse: parseHttp },
  { is: isAxios, parse: parseAxios },
  { is: isFetch, parse: parseFetch },
];

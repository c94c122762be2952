// A request as HTTP/1.1 writes it.
//
// Source: RFC 9112, 2.1 and 3.

import { bytesOf, textOrBytes } from './bytes.js';
import { RequestSyntaxError } from './error.js';
import { absoluteUrl, headerOf } from './parts.js';

/** @param {string} text */
export function isHttp(text) {
  const { method, target, version } = requestLineOf(asSent(text).trimStart());
  return (
    METHOD.test(method) && (version !== undefined ? target !== '' : /^(?:\/|https?:\/\/)\S/.test(target))
  );
}

const METHOD = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * `curl -v` marks the lines of a head that it sends, and writes others between them.
 *
 * @param {string} text
 */
function asSent(text) {
  const marked = text.match(/^> .*$|^>\r?$/gm);
  if (marked === null || !/^> \S+ \S+ HTTP\//.test(marked[0])) return text;
  const lines = marked.map((line) => line.replace(/^> ?/, ''));
  // Only the first request, of several.
  const end = lines.findIndex((line) => line.trim() === '');
  return lines.slice(0, end < 0 ? undefined : end + 1).join('\n');
}

/**
 * By searching for single characters: patterns that may match spaces in several ways take long on many of them.
 *
 * @param {string} text
 * @returns {{ line: string, method: string, target: string, version?: string }} `line`: with its end
 */
function requestLineOf(text) {
  const [line] = /** @type {RegExpExecArray} */ (/^[^\r\n]*(?:\r?\n|\r|$)/.exec(text));
  const words = line.trimEnd();
  const methodEnd = words.indexOf(' ');
  if (methodEnd < 0) return { line, method: words, target: '' };
  const method = words.slice(0, methodEnd);
  const rest = words.slice(methodEnd).trimStart();
  const last = rest.slice(rest.lastIndexOf(' ') + 1);
  if (!/^HTTP\/\d(?:\.\d)?$/i.test(last)) return { line, method, target: rest };
  return { line, method, target: rest.slice(0, -last.length).trimEnd(), version: last };
}

/**
 * Line ends may be LF alone. The target may be a path, with a `Host` header, or a URL.
 *
 * @param {string} given
 * @returns {import('./index.js').ParsedRequest}
 * @throws {RequestSyntaxError}
 */
export function parseHttp(given) {
  const text = asSent(given);
  const start = /** @type {RegExpExecArray} */ (/^\s*/.exec(text))[0].length;
  const { line, method, target } = requestLineOf(text.slice(start));
  if (target === '' || /\s/.test(method)) {
    throw new RequestSyntaxError('the first line must look like "GET /path HTTP/1.1"', text, start);
  }
  const targetAt = start + line.indexOf(target, method.length);
  if (/\s/.test(target)) {
    throw new RequestSyntaxError(
      'a space in the target must be written as %20',
      text,
      targetAt + target.search(/\s/),
    );
  }
  const { headers, end } = readHeaders(text, start + line.length);
  const host = headerOf({ headers }, 'host') ?? headerOf({ headers }, ':authority');
  if (target.startsWith('/') && !host) {
    throw new RequestSyntaxError('this request has no host: add a Host header', text, targetAt);
  }
  const url = target.startsWith('/')
    ? `${schemeFor(/** @type {string} */ (host))}//${host}${target}`
    : target;
  const { body, notes } = cutBody(text.slice(end), headerOf({ headers }, 'content-length'));
  return {
    format: 'http',
    method,
    url: absoluteUrl(url, 'https:', text, targetAt),
    headers: headers.filter(([name]) => !name.startsWith(':')),
    ...(body !== undefined && { body }),
    notes,
  };
}

/**
 * @param {string} text
 * @param {number} at
 */
function readHeaders(text, at) {
  /** @type {[string, string][]} */
  const headers = [];
  let end = at;
  for (const match of text.slice(at).matchAll(/(.*?)(?:\r?\n|$)/gy)) {
    const [all, line] = match;
    const lineAt = end;
    end += all.length;
    if (line === '') break;
    const [, name, value] = /^(:?[\w!#$%&'*+.^`|~-]+):(.*)$/.exec(line) ?? [];
    if (name !== undefined) headers.push([name, value.trim()]);
    else if (/^[ \t]/.test(line) && headers.length > 0) headers[headers.length - 1][1] += ` ${line.trim()}`;
    else throw new RequestSyntaxError('a header needs a name, a colon and a value', text, lineAt);
  }
  return { headers, end };
}

/**
 * @param {string} text
 * @param {string | undefined} contentLength
 * @returns {{ body?: string | Uint8Array, notes: string[] }}
 */
function cutBody(text, contentLength) {
  if (contentLength === undefined) return text === '' ? { notes: [] } : { body: text, notes: [] };
  const bytes = bytesOf(text);
  const length = Number(contentLength);
  // An editor adds a line end.
  if (/^\s*$/.test(new TextDecoder().decode(bytes.slice(length)))) {
    if (bytes.length < length) return { body: text, notes: [short(length, bytes.length)] };
    return length === 0 ? { notes: [] } : { body: textOrBytes(bytes.slice(0, length)), notes: [] };
  }
  return {
    body: text,
    notes: [`Content-Length says ${length} bytes, but the body has ${bytes.length}: all of it is used`],
  };
}

/** @param {number} length @param {number} found */
function short(length, found) {
  return `Content-Length says ${length} bytes, but the body has ${found}: line ends may have been CR LF, or it is cut off`;
}

/** @param {string} host */
function schemeFor(host) {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(host) ? 'http:' : 'https:';
}

// Further texts that can be pasted, besides the requests that `devtools/lib/requests` reads: a canonical request, and the
// response of a server.

import { parseRequests } from '../../lib/requests/index.js';

/**
 * @typedef {Omit<import('../../lib/requests/index.js').ParsedRequest, 'format'> & { format: string, payloadHash?: string, signedHeaders?: string[] }} ReadRequest
 *   `payloadHash`: instead of a body that is not known; `signedHeaders`: of a canonical request
 */

/**
 * @param {string} text
 * @returns {ReadRequest[]}
 * @throws {import('../../lib/requests/index.js').RequestSyntaxError}
 */
export function readRequests(text) {
  if (isCanonicalRequest(text)) return [readCanonicalRequest(text)];
  const requests = parseRequests(text);
  const extra = extraRequests(text, requests[0]);
  if (extra > 0) {
    const note = `the text has ${extra + 1} requests, and this is the first one: paste the others one at a time`;
    for (const request of requests) request.notes.push(note);
  }
  return requests;
}

/**
 * Whether a text is a request by itself, or the answer to one.
 *
 * @param {string} text
 */
export function isRequest(text) {
  if (isAnswer(text)) return true;
  try {
    readRequests(text);
    return true;
  } catch {
    // Code may wait for its parser.
    const end = text.slice(-100).trimEnd();
    return (
      CODE_START.test(text) && /\b(?:fetch|axios)\b/.test(text) && (end.endsWith(')') || end.endsWith(');'))
    );
  }
}

/**
 * The response of a server: its status and headers, or a body that only errors of AWS have.
 *
 * @param {string} text
 */
export function isAnswer(text) {
  const start = text.trimStart().slice(0, 2000);
  if (/^HTTP\/\d(?:\.\d)? \d{3}\b/.test(start)) return true;
  if (/^(?:<\?xml[^>]*>\s*)?<(?:Error|ErrorResponse|Response|AccessDenied\w*)[\s>]/.test(start)) return true;
  return (
    /^\{\s*"(?:message|Message|__type|Error|code)"\s*:/.test(start) &&
    !/"(?:url|log|request)"\s*:/.test(start)
  );
}

/**
 * The canonical request in the response of a server.
 *
 * @param {string} text
 * @returns {string | undefined}
 */
export function canonicalRequestIn(text) {
  const xml = /<CanonicalRequest>([^<]*)<\/CanonicalRequest>/.exec(text)?.[1];
  if (xml !== undefined) return unescapeXml(xml);
  const plain = text.includes('\\n') ? text.replaceAll('\\n', '\n').replaceAll('\\"', '"') : text;
  return /The Canonical String for this request should have been\s*'([^']*)'/.exec(plain)?.[1];
}

/** @param {string} text */
export function isCanonicalRequest(text) {
  return CANONICAL_REQUEST.test(`${text.trim().replaceAll('\r\n', '\n')}`);
}

/**
 * The request of a canonical request, which contains only the hash of the body.
 *
 * @param {string} text
 * @returns {ReadRequest}
 */
function readCanonicalRequest(text) {
  const lines = text.trim().replaceAll('\r\n', '\n').split('\n');
  const [method, path, query, ...rest] = lines;
  const [payloadHash] = rest.slice(-1);
  const headers = rest
    .slice(0, -3)
    .map(
      (line) =>
        /** @type {[string, string]} */ ([
          line.slice(0, line.indexOf(':')),
          line.slice(line.indexOf(':') + 1),
        ]),
    );
  const host = headers.find(([name]) => name === 'host')?.[1] ?? 'unknown.invalid';
  const isS3 = /(?:^|[.-])s3(?:express)?[.-]/.test(host);
  return {
    ...{ format: 'canonical', method, payloadHash, signedHeaders: rest[rest.length - 2].split(';') },
    // All services but S3 encode the path twice.
    url: `https://${host}${isS3 ? path : path.replaceAll('%25', '%')}${query === '' ? '' : `?${query}`}`,
    headers: headers.filter(([name]) => !/^(?:host|x-amz-date|x-amz-content-sha256)$/.test(name)),
    notes: ['a canonical request contains the hash of the body, not the body'],
  };
}

/** The time in a canonical request. @param {string} text @returns {string | undefined} */
export function amzDateIn(text) {
  return /^x-amz-date:(\d{8}T\d{6}Z)$/m.exec(text)?.[1] ?? /[?&]X-Amz-Date=(\d{8}T\d{6}Z)/.exec(text)?.[1];
}

/**
 * How many requests a text has after its first: a line that begins like another one, outside of quotes.
 *
 * @param {string} text
 * @param {ReadRequest} first
 */
function extraRequests(text, { format, headers }) {
  if (format === 'http') {
    // A body may hold requests, too, such as one of multipart/mixed.
    const isMeasured = headers.some(([name]) => /^content-(?:length|type)$/i.test(name));
    return isMeasured ? 0 : Math.max(0, [...text.matchAll(REQUEST_LINE)].length - 1);
  }
  const bare = text.replace(format === 'curl' ? SHELL_QUOTED : CODE_QUOTED, "''");
  return Math.max(0, [...bare.matchAll(STARTS[format] ?? /(?!)/g)].length - 1);
}

/** @param {string} text */
function unescapeXml(text) {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

const CANONICAL_REQUEST =
  /^[A-Z]+\n\/[^\s?]*\n[^\s?]*\n(?:[a-z0-9!#$%&'*+.^_`|~-]+:[^\n]*\n)+\n[a-z0-9!#$%&'*+.^_`|~;-]+\n[\w-]+$/;
const CODE_START = /^\s*(?:await|const|let|var|import|return|fetch|axios)\b/;
const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/\d(?:\.\d)?\r?$/gm;
const SHELL_QUOTED = /'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]/g;
const CODE_QUOTED = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[^]|[^`\\])*`/g;

/** @type {Record<string, RegExp>} */
const STARTS = {
  curl: /(?:^|[\n;|&])\s*(?:\$\s+)?curl\s/g,
  fetch: /\bfetch\s*\(/g,
  axios: /\baxios\s*(?:\.\w+\s*)?\(/g,
  wget: /(?:^|[\n;|&])\s*(?:\$\s+)?wget\s/g,
  awscurl: /(?:^|[\n;|&])\s*(?:\$\s+)?awscurl\s/g,
  httpie: /(?:^|[\n;|&])\s*(?:\$\s+)?https?\s/g,
  powershell: /\b(?:Invoke-RestMethod|Invoke-WebRequest|irm|iwr)\b/gi,
  url: /(?:^|\s)https?:\/\//g,
};

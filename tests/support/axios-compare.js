// Whether a signed request and the same one by plain axios arrived as the same.

import assert from 'node:assert/strict';

/** What a signature adds, what differs with the host, and what follows from how a body was framed. */
const IGNORED = new Set([
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
  'connection',
  'content-length',
  'transfer-encoding',
]);

/**
 * @param {import('./iam-server.js').RecordedRequest} signed
 * @param {import('./iam-server.js').RecordedRequest} plain
 * @param {string[]} [except]  'path', 'body', 'content-type': what plain axios does otherwise
 */
export function assertSameRequest(signed, plain, except = []) {
  const [left, right] = [describe(signed), describe(plain)];
  for (const part of except) {
    if (part === 'content-type') (delete left.headers['content-type'], delete right.headers['content-type']);
    else left[/** @type {'path'} */ (part)] = right[/** @type {'path'} */ (part)];
  }
  // Left out if there is no body, on purpose.
  if (!('content-type' in left.headers) && right.body === '') delete right.headers['content-type'];
  assert.deepEqual(left, right);
}

/** @param {import('./iam-server.js').RecordedRequest} request */
function describe({ method, url, rawHeaders, body }) {
  const [path, query = ''] = url.split(/\?(.*)/s);
  /** @type {Record<string, string>} */
  const headers = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    if (IGNORED.has(name)) continue;
    const value = rawHeaders[i + 1].trim().replace(/\s+/g, ' ').replace(/, ?/g, ', ');
    const separator = name === 'cookie' ? '; ' : ', '; // RFC 9113, 8.2.3
    headers[name] = name in headers ? `${headers[name]}${separator}${value}` : value;
  }
  const boundary = /boundary=(.+)/.exec(headers['content-type'] ?? '')?.[1];
  // Some serialisers end a form with one more line.
  const anonymous = (/** @type {string} */ text) =>
    boundary ? text.replaceAll(boundary, 'BOUNDARY').replace(/--\s+$/, '--') : text;
  if (boundary) headers['content-type'] = anonymous(headers['content-type']);
  // XMLHttpRequest rewrites the charset of text.
  else headers['content-type'] &&= headers['content-type'].replace('UTF-8', 'utf-8');
  return {
    method,
    path: unescape(path.replace(/^\/[^/]+/, '')), // the stage
    query: query.split('&').filter(Boolean).map(parsePair),
    headers,
    body: anonymous(Buffer.from(body).toString('latin1')),
  };
}

/** @param {string} pair */
function parsePair(pair) {
  const [name, value = ''] = pair.replaceAll('+', ' ').split(/=(.*)/s);
  return [unescape(name), unescape(value)];
}

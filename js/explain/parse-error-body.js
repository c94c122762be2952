// Parses the body of a response, in JSON, XML, HTML or plain text.

import { redact } from '../protocol/redact.js';
import { elements, unescape } from '../protocol/xml-elements.js';

/**
 * @typedef {object} ParsedBody
 * @property {string} message  or empty
 * @property {string} type  AWS's name of the exception, or empty
 * @property {Record<string, string>} fields  elements or properties that are texts
 * @property {string} text  the whole body, for patterns that may match anywhere
 * @property {string} [requestId]
 * @property {string} [canonicalRequest]  the server's canonical request
 * @property {string} [stringToSign]  likewise
 */

/**
 * @param {import('./read-response.js').ReadResponse} answer
 * @returns {ParsedBody}
 */
export function parseErrorBody({ body, headers, fields: known }) {
  const fields = { ...parse(body), ...known };
  const message = first(fields, MESSAGES) ?? (fields.Code === undefined ? withoutTags(redact(body)) : '');
  // Without its namespace and any suffix.
  const type = [
    headers.get('x-amzn-errortype'),
    headers.get('x-amzn-query-error'),
    ...TYPES.map((name) => fields[name]),
  ]
    .map((name) => /^(?:[\w.]+#)?([A-Za-z][\w.]*)(?:[:;]|$)/.exec(name ?? '')?.[1])
    .find((name) => name !== undefined);
  const [, ofCli, ofError] = /\bAn error occurred \((\w+)\)|^(\w+(?:Exception|Error)): /.exec(message) ?? [];
  return {
    message,
    type: type ?? ofCli ?? ofError ?? '',
    fields,
    text: body === '' ? Object.values(fields).join('\n') : body,
    requestId:
      first(fields, ['RequestId', 'RequestID', 'requestId', 'traceId']) ??
      REQUEST_IDS.map((name) => headers.get(name)).find(Boolean),
    ...serverStrings(fields, message),
  };
}

const MESSAGES = [
  ...['message', 'Message', 'detailedMessage', 'errorMessage', 'reason', 'error_description', 'error'],
];
const TYPES = ['__type', 'errorType', 'Code', 'code', 'type'];
const REQUEST_IDS = [
  ...['x-amzn-requestid', 'x-amz-request-id', 'apigw-requestid', 'x-clv-request-id', 'x-amz-cf-id'],
];

/**
 * @param {Record<string, string>} fields
 * @param {string[]} names
 */
function first(fields, names) {
  return names.map((name) => fields[name]).find((text) => text !== undefined && text !== '');
}

/**
 * @param {string} body
 * @returns {Record<string, string>}
 */
function parse(body) {
  const start = body.indexOf('{');
  const end = body.lastIndexOf('}');
  const candidates = [body, body.slice(start, end + 1)];
  for (const text of start < 0 ? [] : candidates) {
    try {
      const value = JSON.parse(text);
      return typeof value === 'string' ? parse(value) : flatten(value, Object.create(null), 0);
    } catch {
      // something else, then
    }
  }
  return elements(body);
}

/**
 * What is deeper, as in `{"error":{"reason":"…"}}` and `{"errors":[{"message":"…"}]}`, comes after what is not.
 *
 * @param {any} value
 * @param {Record<string, string>} into
 * @param {number} depth
 */
function flatten(value, into, depth) {
  const entries = Object.entries(value).slice(0, 100);
  for (const [name, text] of entries) {
    if (typeof text === 'string') into[name] ??= text;
  }
  for (const [, inner] of entries) {
    if (typeof inner === 'object' && inner !== null && depth < 4) flatten(inner, into, depth + 1);
  }
  return into;
}

/** @param {string} text */
function withoutTags(text) {
  if (!text.includes('<')) return text.trim();
  // Except the placeholder of a secret.
  return unescape(text.replace(/<(?!(?:session token|signature|redacted)>)[^<>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * S3 has both strings as elements, and also as bytes, which are exact. REST APIs include them in the message.
 *
 * @param {Record<string, string>} fields
 * @param {string} message
 * @returns {Pick<ParsedBody, 'canonicalRequest' | 'stringToSign'>}
 */
function serverStrings(fields, message) {
  // In a text that was copied from a log, line breaks may still be escaped.
  const text = message.includes("should have been\\n'") ? message.replaceAll('\\n', '\n') : message;
  const canonicalRequest =
    ofBytes(fields.CanonicalRequestBytes) ??
    fields.CanonicalRequest ??
    between(text, "The Canonical String for this request should have been\n'", "'\n\nThe String-to-Sign");
  const stringToSign =
    ofBytes(fields.StringToSignBytes) ??
    fields.StringToSign ??
    between(text, "The String-to-Sign should have been\n'", "'");
  return { canonicalRequest: canonicalRequest?.trim(), stringToSign: stringToSign?.trim() };
}

/** @param {string | undefined} hex  such as `47 45 54` */
function ofBytes(hex = '') {
  const pairs = hex.trim().split(/\s+/);
  if (!pairs.every((pair) => /^[\da-f]{2}$/i.test(pair))) return undefined;
  return new TextDecoder().decode(Uint8Array.from(pairs, (pair) => parseInt(pair, 16)));
}

/**
 * @param {string} text
 * @param {string} before
 * @param {string} after
 */
function between(text, before, after) {
  const start = text.indexOf(before);
  if (start < 0) return undefined;
  const end = text.indexOf(after, start + before.length);
  return text.slice(start + before.length, end < 0 ? undefined : end);
}

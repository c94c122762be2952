// Redacts tokens and passwords, and removes characters that could harm a terminal or a log.

import { SESSION_TOKEN_HEADERS } from '../engine/generated/headers.js';
import { REDACTED } from './redact-token.js';

/** Replaces a signature, because anyone with the signature of a presigned URL can make its request. */
export const REDACTED_SIGNATURE = '<signature>';

/**
 * Responses repeat parts of the request: tokens in canonical requests, in XML, and in messages about a header; and whole URLs.
 * This is a function, because bundlers keep top-level calls even if nobody uses the result.
 *
 * @returns {[RegExp, string][]}
 */
function secretPatterns() {
  // Between a name and its value: as text, in a URL within a URL, in JSON with escapes, and in HTML.
  const equals = /["']?(?:[ \t]*[:=]|%(?:25){0,3}3D|\\u003d|&#(?:61|x3d);)[ \t]*["']?/.source;
  // Up to the end of it, in each of these.
  const value = /(?:(?!%(?:25){0,3}26|\\u0026)[^\s&"'<>,;)\]}])+/.source;
  return [
    // In a canonical request: a header, or a parameter.
    [
      new RegExp(`((?:${SESSION_TOKEN_HEADERS.join('|')}|x-amz-access-token)${equals})(?!<)${value}`, 'gi'),
      `$1${REDACTED}`,
    ],
    [/\b((?:session_?token|secret_?access_?key)["']?[ \t]*[:=][ \t]*["']?)[^\s&"'<,]+/gi, '$1<redacted>'],
    [
      new RegExp(
        `(<(?:Token-\\d+|SessionToken|SecretAccessKey|\\w+Bytes|${SESSION_TOKEN_HEADERS.join('|')})(?:\\s[^<>]*)?>)[^<]+`,
        'gi',
      ),
      '$1<redacted>',
    ],
    // Of presigned URLs, also those of SigV2, CloudFront and Google Cloud Storage, of headers, and of forms.
    [
      new RegExp(`(signature(?:_?provided)?${equals})(?!<)(?=[\\w%+/=.~-]{16})${value}`, 'gi'),
      `$1${REDACTED_SIGNATURE}`,
    ],
    [/(<SignatureProvided>)[^<]+/g, `$1${REDACTED_SIGNATURE}`],
    [
      /^((?:proxy-authorization|cookie|set-cookie|x-api-key|[\w-]+-token):[ \t]*)(?!<session token>).+$/gim,
      '$1<redacted>',
    ],
    [/\b((?:Bearer|Basic)[ \t]+)[\w.~+/=-]{16,}/gi, '$1<redacted>'],
    // A token of JWT.
    [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, '<redacted>'],
    // API Gateway quotes the header, where its scheme is another.
    [/'(?!AWS4-)[^'\s]*'(?= not a valid key=value pair)/g, "'<redacted>'"],
    [/(in Authorization header: ')(?!AWS4-)(\w+ )?[^']*/g, '$1$2<redacted>'],
    [/(Authorization=)(?!AWS4-|'AWS4-)[^\s'"]+/g, '$1<redacted>'],
  ];
}

const SECRETS = /* @__PURE__ */ secretPatterns();

/**
 * @param {string} text
 * @returns {string} printable, without what is secret
 */
export function redact(text) {
  return SECRETS.reduce((shown, [secret, instead]) => shown.replace(secret, instead), printable(text));
}

/**
 * With escape sequences and characters that change the text direction, a response could write to a terminal.
 *
 * @param {string} text
 */
function printable(text) {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '?');
}

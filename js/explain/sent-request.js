// The known parts of the refused request: from the client, from the caller, or from its trace.

import { EMPTY_SHA256 } from '../engine/hashing.js';

/**
 * Each property is the empty string if it is not known.
 *
 * @typedef {object} SentRequest
 * @property {string} accessKeyId
 * @property {string} region  of the credential scope
 * @property {string} service  likewise
 * @property {string} amzDate
 * @property {string} host
 * @property {boolean} hasBody
 * @property {boolean | undefined} hasContentHash  whether x-amz-content-sha256 was sent; `undefined` where that is not known
 *
 * @typedef {object} Known
 * @property {string} url
 * @property {string} method
 * @property {Map<string, string>} headers  of the request, by lower-case name
 * @property {unknown} [body]
 * @property {Partial<import('../sign/trace.js').SigningTrace>} signed
 */

/**
 * @param {Known} known
 * @returns {SentRequest}
 */
export function describeSentRequest({ url, method, headers, body, signed }) {
  const { canonicalRequest = '', stringToSign = '' } = signed;
  const credential =
    CREDENTIAL.exec(headers.get('authorization') ?? '') ?? CREDENTIAL.exec(decoded(url.slice(0, MAX_URL)));
  const ofTrace = SCOPE.exec(signed.scope ?? stringToSign.split('\n')[2] ?? '');
  const { region = '', service = '' } = credential?.groups ?? ofTrace?.groups ?? {};
  const { canonicalMethod = '', payloadHash = '' } =
    /^(?<canonicalMethod>\S*)\n[^]*\n(?<payloadHash>[^\n]*)$/.exec(canonicalRequest)?.groups ?? {};
  const isTraced = payloadHash !== '';
  return {
    accessKeyId: credential?.groups?.accessKeyId ?? '',
    region,
    service,
    amzDate:
      headers.get('x-amz-date') ??
      /[?&]X-Amz-Date=(\d{8}T\d{6}Z)/.exec(url)?.[1] ??
      stringToSign.split('\n')[1] ??
      '',
    host: headers.get('host') ?? /^host:(.+)$/m.exec(canonicalRequest)?.[1] ?? '',
    hasBody: isTraced
      ? payloadHash !== EMPTY_SHA256
      : hasContent(body) || /^(?:POST|PUT|PATCH)$/.test(method || canonicalMethod),
    hasContentHash: isTraced
      ? /^x-amz-content-sha256:/m.test(canonicalRequest)
      : headers.has('authorization')
        ? headers.has('x-amz-content-sha256')
        : undefined,
  };
}

/** @param {unknown} body */
function hasContent(body) {
  return body !== undefined && body !== null && body !== '';
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Longer ones cannot be presigned URLs: servers refuse them. */
const MAX_URL = 16_384;
const CREDENTIAL =
  /\b(?:X-Amz-)?Credential=(?<accessKeyId>[^\s,&]+?)\/\d{8}\/(?:(?<region>[^\s,&/]*)\/)?(?<service>[^\s,&/]+)\/aws4_request/;
const SCOPE = /^\d{8}\/(?:(?<region>[^/]*)\/)?(?<service>[^/]+)\/aws4_request$/;

// How a server answers a request that it refuses: as API Gateway does, or as S3 does.

/**
 * @typedef {import('../protocol/verification-error.js').Refusal} Refusal
 * @typedef {'api-gateway' | 's3'} ErrorFormat
 * @typedef {{ status: number, headers: Record<string, string>, body: string }} ErrorResponse
 */

/**
 * @param {Refusal} refusal
 * @param {ErrorFormat} [format]
 * @returns {ErrorResponse}
 */
export function errorResponse(refusal, format = 'api-gateway') {
  return FORMATS[format](refusal);
}

/** @type {Record<ErrorFormat, (refusal: Refusal) => ErrorResponse>} */
export const FORMATS = {
  'api-gateway': ({ status, type, message }) => ({
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
    body: JSON.stringify({ message }),
  }),
  s3: (refusal) => {
    const { status, code, message } = s3Error(refusal);
    const { expectedRegion } = refusal.details ?? {};
    // Clients that signed for another region try again with this one.
    const region = code === 'AuthorizationHeaderMalformed' ? expectedRegion : undefined;
    const elements = Object.entries({ Code: code, Message: message, Region: region });
    const shown = elements.filter(([, value]) => value !== undefined);
    const xml = shown.map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`).join('');
    return {
      status,
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${xml}</Error>`,
    };
  },
};

/**
 * @param {Refusal} refusal
 * @returns {{ status: number, code: string, message: string }}
 */
function s3Error({ code, status, type, message }) {
  // AWS's exceptions end so; what does not is S3's own.
  const isOfS3 = !type.endsWith('Exception');
  const [s3Status, s3Code, s3Message = message] = (isOfS3 ? undefined : S3_ERRORS[code]) ?? [status, type];
  return { status: s3Status, code: s3Code, message: s3Message };
}

/**
 * What S3 names otherwise than API Gateway. The rest, such as `BadDigest`, has S3's name from the start.
 *
 * Source: "List of error codes", Amazon S3 API reference.
 *
 * @type {Record<string, [status: number, code: string, message?: string]>}
 */
const S3_ERRORS = {
  ERR_SIGV4_SIGNATURE_MISSING: [403, 'AccessDenied', 'Access Denied'],
  ERR_SIGV4_SIGNATURE_MALFORMED: [400, 'AuthorizationHeaderMalformed'],
  ERR_SIGV4_SIGNATURE_MISMATCH: [403, 'SignatureDoesNotMatch'],
  ERR_SIGV4_SIGNATURE_EXPIRED: [
    403,
    'RequestTimeTooSkewed',
    "The difference between the request time and the server's time is too large.",
  ],
  ERR_SIGV4_REQUEST_EXPIRED: [403, 'AccessDenied'],
  ERR_SIGV4_SCOPE_MISMATCH: [400, 'AuthorizationHeaderMalformed'],
  ERR_SIGV4_ACCESS_KEY_UNKNOWN: [
    403,
    'InvalidAccessKeyId',
    'The AWS access key ID that you provided does not exist in our records.',
  ],
  ERR_SIGV4_CREDENTIALS_EXPIRED: [400, 'ExpiredToken', 'The provided token has expired.'],
  ERR_SIGV4_ACCESS_DENIED: [403, 'AccessDenied'],
  ERR_SIGV4_BODY_UNSUPPORTED: [
    400,
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed object size.',
  ],
  ERR_SIGV4_REPLAY_CACHE_FULL: [503, 'ServiceUnavailable'],
};

/** @param {string} text */
function escapeXml(text) {
  // XML 1.0 has no other control characters.
  const printable = text.replace(/[^\t\n\r -\ud7ff\ue000-\ufffd]/g, '?');
  return printable.replace(/[&<>]/g, (character) => XML_ESCAPES[character]);
}

/** @type {Record<string, string>} */
const XML_ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

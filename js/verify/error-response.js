// The response to a refused request, in the form of API Gateway or of S3.

import { S3_ERRORS } from '../engine/generated/s3-errors.js';

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
    const { status, name, message = refusal.message, hasRegion } = s3Error(refusal);
    const region = hasRegion ? refusal.details?.expectedRegion : undefined;
    const elements = Object.entries({ Code: name, Message: message, Region: region });
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
 * @returns {{ status: number, name: string, message?: string, hasRegion?: boolean }}
 */
function s3Error({ code, status, type }) {
  const other = S3_ERRORS.find((one) => one.code === code && one.type === type);
  // Most are S3's own; of AWS's exceptions, S3 leaves the ending out.
  return other ?? { status, name: type.replace(/Exception$/, '') };
}

/** @param {string} text */
function escapeXml(text) {
  // XML 1.0 has no other control characters.
  const printable = text.replace(/[^\t\n\r -\ud7ff\ue000-\ufffd]/g, '?');
  return printable.replace(/[&<>]/g, (character) => XML_ESCAPES[character]);
}

/** @type {Record<string, string>} */
const XML_ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

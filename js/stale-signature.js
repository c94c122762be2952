// The signature of an earlier attempt, which a new one replaces.

/**
 * A URL that is presigned loses that signature when it is signed again. With two, S3 answers 400: "Only one auth
 * mechanism allowed". Without `X-Amz-Signature`, parameters of these names are part of the request.
 *
 * @param {string} query
 */
export function withoutSignature(query) {
  if (!MAY_HOLD_SIGNATURE.test(query)) return query;
  const parameters = query.split('&').map((text) => ({ text, name: nameOf(text) }));
  if (!parameters.some(({ name }) => name === 'x-amz-signature')) return query;
  return parameters
    .filter(({ name }) => !SIGNATURE_PARAMETERS.has(name))
    .map(({ text }) => text)
    .join('&');
}

/** @param {string} parameter */
function nameOf(parameter) {
  const name = parameter.split('=', 1)[0];
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name;
  }
}

/**
 * Whether an Authorization header is a signature.
 *
 * @param {string} value
 */
export function isSignature(value) {
  return /^\s*AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256)/.test(value);
}

/** What the quick look for a parameter of this name, or one in which letters are escaped, goes by. */
const MAY_HOLD_SIGNATURE = /signature|%(?:2d|[46][1-9a-f]|[57][0-9a])/i;
/** In lower case; servers differ in whether they tell cases apart. */
export const SIGNATURE_PARAMETERS = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signedheaders',
  'x-amz-signature',
  'x-amz-security-token',
  'x-amz-s3session-token',
  'x-amz-region-set',
  'x-amz-content-sha256',
]);

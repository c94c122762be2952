// The signature of an earlier attempt, which a new one replaces.

import { PAYLOAD_PARAMETER, SIGNATURE_PARAMETERS } from '../engine/generated/parameters.js';

/**
 * The signature of a presigned URL is removed when it is signed again. With two signatures, S3 responds with 400: "Only one auth
 * mechanism allowed". Without `X-Amz-Signature`, parameters of these names are part of the request.
 *
 * @param {string} query
 */
export function withoutSignature(query) {
  if (!MAY_HOLD_SIGNATURE.test(query)) return query;
  const parameters = query.split('&');
  if (!parameters.some((text) => nameOf(text) === SIGNATURE)) return query;
  return parameters.filter((text) => !isSignatureParameter(nameOf(text))).join('&');
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

/** @param {string} name  in lower case; servers differ in whether they tell cases apart */
export function isSignatureParameter(name) {
  return STALE_PARAMETERS.has(name);
}

/**
 * Whether an Authorization header is a signature.
 *
 * @param {string} value
 */
export function isSignature(value) {
  return /^\s*AWS4-(?:HMAC-SHA|ECDSA-P256-SHA)256/.test(value);
}

export const SIGNATURE = 'x-amz-signature';
/** A parameter that begins like that one, or with an escape: few do, and to look at each of them takes time. */
const MAY_HOLD_SIGNATURE = /(?:^|&)[Xx%]/;
const STALE_PARAMETERS = /* @__PURE__ */ new Set(
  /* @__PURE__ */ [...SIGNATURE_PARAMETERS, PAYLOAD_PARAMETER].map((name) => name.toLowerCase()),
);

// Parses the result of a crossing. See src/sign/texts.rs.

/**
 * @typedef {object} Signature
 * @property {string} amzDate
 * @property {string} contentSha256  the header to send, or empty
 * @property {string} sessionTokenHeader  the name of the header for the session token
 * @property {string} regionSet  the header `x-amz-region-set` to send, or empty
 * @property {string} target  path and query to send instead of those given, or, of a presigned request, the path alone;
 *   empty if they are sent as they were given
 * @property {string} value  the authorization header or, presigned, the query
 * @property {string} canonicalRequest  where `FLAG.trace` asks for it
 * @property {string} stringToSign  likewise, and where `FLAG.platformSign` leaves the signature out of `value`
 */

/**
 * @param {string} text
 * @param {boolean} isTrace  whether the canonical request and the string to sign follow, or one of them
 * @returns {Signature}
 */
export function parseSignature(text, isTrace) {
  // Slices rather than splits: this is the hot path.
  const end = isTrace ? text.indexOf('\0') : text.length;
  const contentAt = AMZ_DATE_LENGTH + 1;
  const tokenAt = text.indexOf('\n', contentAt) + 1;
  const regionsAt = text.indexOf('\n', tokenAt) + 1;
  const targetAt = text.indexOf('\n', regionsAt) + 1;
  const valueAt = text.indexOf('\n', targetAt) + 1;
  const stringAt = isTrace ? text.indexOf('\0', end + 1) : end;
  return {
    amzDate: text.slice(0, AMZ_DATE_LENGTH),
    contentSha256: text.slice(contentAt, tokenAt - 1),
    sessionTokenHeader: text.slice(tokenAt, regionsAt - 1),
    regionSet: text.slice(regionsAt, targetAt - 1),
    target: text.slice(targetAt, valueAt - 1),
    value: text.slice(valueAt, end),
    canonicalRequest: text.slice(end + 1, stringAt),
    stringToSign: text.slice(stringAt + 1),
  };
}

const AMZ_DATE_LENGTH = 'YYYYMMDDTHHMMSSZ'.length;

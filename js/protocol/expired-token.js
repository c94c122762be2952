// AWS's messages for expired temporary credentials.

/** The error code, of STS and the services with a JSON or a query protocol, and of S3. */
export const EXPIRED_TOKEN_TYPE = /^(?:ExpiredToken\w*|TokenRefreshRequired)$/;

/** Its message: API Gateway and most services, and S3. */
export const EXPIRED_TOKEN_MESSAGE =
  /(?:security|session|provided) token (?:included in the request )?(?:is|has) expired/i;

/**
 * Whether a request was refused because its credentials have expired.
 *
 * @param {import('./clock-skew.js').ServerResponse} answer
 * @returns {boolean}
 */
export function blamesToken({ status, headers, body = '' }) {
  if (status < 400 || status > 499) return false;
  // `ExpiredTokenException:http://internal.amazon.com/…`, as some services write it.
  const [type] = String(headers.get('x-amzn-errortype') ?? '').split(':');
  return EXPIRED_TOKEN_TYPE.test(type) || EXPIRED_TOKEN_MESSAGE.test(body) || EXPIRED_TOKEN_CODE.test(body);
}

/** The code in a body: an element of XML, or a value of JSON, which may have its namespace before it. */
const EXPIRED_TOKEN_CODE = /[>"#](?:ExpiredToken\w*|TokenRefreshRequired)[<":]/;

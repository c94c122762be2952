// The gateway's own responses, with the messages of API Gateway and of function URLs.

/** @type {Answer} */
const FORBIDDEN = [
  403,
  'AccessDeniedException',
  'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
  'Message',
];

/**
 * Status, exception and message of a REST API (WebSocket APIs and function URLs respond in the same way), status and message of an
 * HTTP API, and the differences of a function URL.
 *
 * Sources: "Gateway response types for API Gateway" and "Troubleshooting issues with HTTP APIs", API Gateway developer
 * guide, and observed responses of both; for function URLs, awsdocs/aws-lambda-developer-guide#494, and "Monitoring Lambda function
 * URLs", AWS Lambda developer guide.
 *
 * @typedef {[status: number, type: string, message: string, key?: 'message' | 'Message']} Answer
 * @type {Record<string, { rest: Answer, http: [status: number, message: string], url?: Answer }>}
 */
const ANSWERS = {
  ERR_GATEWAY_ROUTE: {
    rest: [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    http: [404, 'Not Found'],
  },
  ERR_GATEWAY_REFUSED: {
    rest: [403, 'AccessDeniedException', 'Forbidden'],
    http: [403, 'Forbidden'],
    url: FORBIDDEN,
  },
  // The same response as for a caller without permission.
  ERR_SIGV4_SIGNATURE_MISSING: {
    rest: [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    http: [403, 'Forbidden'],
    url: FORBIDDEN,
  },
  ERR_GATEWAY_AUTHORIZER: {
    rest: [401, 'UnauthorizedException', 'Unauthorized'],
    http: [401, 'Unauthorized'],
  },
  ERR_GATEWAY_REQUEST: { rest: [400, 'BadRequestException', 'Bad Request'], http: [400, 'Bad Request'] },
  ERR_GATEWAY_BODY: {
    rest: [413, 'RequestEntityTooLargeException', 'Request Too Long'],
    http: [413, 'Request Entity Too Large'],
  },
  // API Gateway has no such response, because it does not run out of memory.
  ERR_GATEWAY_SLOW: {
    rest: [408, 'RequestTimeoutException', 'Request Timeout'],
    http: [408, 'Request Timeout'],
  },
  ERR_GATEWAY_THROTTLED: {
    rest: [429, 'TooManyRequestsException', 'Too Many Requests'],
    http: [429, 'Too Many Requests'],
  },
  ERR_GATEWAY_GONE: { rest: [410, 'GoneException', 'Gone'], http: [410, 'Gone'] },
  ERR_GATEWAY_PAYLOAD: {
    rest: [413, 'PayloadTooLargeException', 'Payload Too Large'],
    http: [413, 'Payload Too Large'],
  },
  ERR_GATEWAY_INTERNAL: {
    rest: [500, 'InternalServerErrorException', 'Internal server error'],
    http: [500, 'Internal Server Error'],
  },
  ERR_GATEWAY_UPSTREAM: {
    rest: [502, 'InternalServerErrorException', 'Internal server error'],
    http: [503, 'Service Unavailable'],
  },
  ERR_GATEWAY_FUNCTION: {
    rest: [502, 'InternalServerErrorException', 'Internal server error'],
    http: [500, 'Internal Server Error'],
    url: [502, 'InternalServerErrorException', 'Internal Server Error', 'Message'],
  },
  // "Invalid permissions on Lambda function".
  ERR_GATEWAY_CALLER: {
    rest: [500, 'InternalServerErrorException', 'Internal server error'],
    http: [500, 'Internal Server Error'],
  },
  ERR_GATEWAY_TIMEOUT: {
    rest: [504, 'InternalServerErrorException', 'Endpoint request timed out'],
    http: [503, 'Service Unavailable'],
  },
};

/**
 * @typedef {object} GatewayResponse
 * @property {number} status
 * @property {[string, string][]} headers
 * @property {Buffer} body
 * @property {import('node:stream').Readable} [stream]  instead of the body: the output of a function as it is written
 */

/** The error of a request that does not reach its integration. The message is for the person who runs the gateway. */
export class GatewayError extends Error {
  /**
   * @param {string} code  of the table above, or of `SigV4Error`
   * @param {string} message  one sentence
   * @param {{ shown?: string, status?: number, type?: string, key?: 'message' | 'Message', fix?: string, cause?: unknown }} [details]
   *   `shown`: the message of a REST API, if it is not a fixed text. `fix`: the remedy, for the person who runs the gateway
   */
  constructor(code, message, { shown, status, type, key = 'message', fix, cause } = {}) {
    super(message, { cause });
    const { rest } = ANSWERS[code] ?? ANSWERS.ERR_GATEWAY_REFUSED;
    this.code = code;
    this.status = status ?? rest[0];
    this.type = type ?? rest[1];
    this.shown = shown ?? rest[2];
    this.key = key;
    this.fix = fix;
  }

  /**
   * @param {import('./api-types.js').ApiType} apiType
   * @returns {GatewayResponse}
   */
  answer(apiType) {
    const { http, url } = ANSWERS[this.code] ?? ANSWERS.ERR_GATEWAY_REFUSED;
    if (apiType === 'http') return jsonResponse(http[0], { message: http[1] });
    const isFixed = apiType === 'function-url' && url !== undefined && this.code in ANSWERS;
    const [status, type, message, key = 'message'] = isFixed
      ? url
      : /** @type {Answer} */ ([this.status, this.type, this.shown, this.key]);
    return jsonResponse(status, { [key]: message }, [['x-amzn-errortype', type]]);
  }
}

/**
 * @param {number} status
 * @param {unknown} value
 * @param {[string, string][]} [headers]
 * @returns {GatewayResponse}
 */
export function jsonResponse(status, value, headers = []) {
  return {
    status,
    headers: [['content-type', 'application/json'], ...headers],
    body: Buffer.from(JSON.stringify(value)),
  };
}

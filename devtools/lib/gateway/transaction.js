// The state of one request on its way through the gateway.

import { randomUUID } from 'node:crypto';

import { GatewayError } from './gateway-error.js';

/**
 * The response header with the number of the request in the log and in `requests()`.
 *
 * API Gateway has no such header. Its own IDs, which are long, are in the headers of {@link idHeaders}.
 */
export const NUMBER_HEADER = 'x-sigv4-request';

export class Transaction {
  /** The `requestId` of a REST API. */
  id = randomUUID();
  /** The `extendedRequestId` of a REST API, and `requestId` of an HTTP API. It reuses the random bytes, which are the costly part. */
  extendedId = Buffer.from(this.id.replaceAll('-', '').slice(-22), 'hex').toString('base64');
  at = new Date();
  startedAt = performance.now();
  /** @type {Partial<import('./authorizer.js').Authorized>} */
  authorized = {};
  /** @type {import('./gateway-error.js').GatewayResponse} */
  answer = { status: 500, headers: [], body: Buffer.alloc(0) };
  /** @type {GatewayError | undefined} */
  failure;
  /** @type {string | undefined} */
  stage;
  /** @type {string | undefined} */
  route;

  /**
   * @param {number} number  the number of the request, in order of arrival
   * @param {import('./request.js').GatewayRequest} request
   */
  constructor(number, request) {
    this.number = number;
    this.request = request;
  }

  /** @param {unknown} error */
  fail(error) {
    this.failure = toGatewayError(error);
  }
}

/**
 * @param {Transaction} transaction
 * @param {import('./api-types.js').ApiType} type
 * @returns {[string, string][]} the headers in which API Gateway names a request
 */
export function idHeaders({ id, extendedId }, type) {
  if (type === 'http') return [['apigw-requestid', extendedId]];
  if (type === 'function-url') return [['x-amzn-requestid', id]];
  return [
    ['x-amzn-requestid', id],
    ['x-amz-apigw-id', extendedId],
  ];
}

/** @param {unknown} error */
function toGatewayError(error) {
  if (error instanceof GatewayError) return error;
  return new GatewayError('ERR_GATEWAY_INTERNAL', String(error), { cause: error });
}

// Makes the response to the client from the result of a Lambda function, as API Gateway does.
//
// Sources: "Output format of a Lambda function for proxy integration" (REST APIs) and "Lambda function response format" (HTTP
// APIs), API Gateway developer guide.

import { GatewayError } from '../gateway-error.js';
import { HOP_BY_HOP, remapHeader } from '../integration.js';

/** @typedef {import('../gateway-error.js').GatewayResponse} GatewayResponse */

/**
 * @param {import('./event.js').EventFormat} format
 * @param {string} name  of the function
 * @param {string} payload  JSON
 * @returns {GatewayResponse}
 * @throws {GatewayError} ERR_GATEWAY_FUNCTION
 */
export function responseOf(format, name, payload) {
  const result = JSON.parse(payload);
  // With payload format 2.0, a result without a status is the body.
  if (format === '2.0' && result?.statusCode === undefined) {
    const body = Buffer.from(typeof result === 'string' ? result : payload);
    return { status: 200, headers: [['content-type', 'application/json']], body };
  }
  const status = statusOf(name, result?.statusCode);
  const { body = null, isBase64Encoded = false } = result;
  if (body !== null && typeof body !== 'string')
    throw malformed(
      name,
      `its body must be a string, not ${Array.isArray(body) ? 'an array' : `of type ${typeof body}`}`,
    );
  const headers = headersOf(format, name, result);
  if (!headers.some(([name]) => name.toLowerCase() === 'content-type'))
    headers.push(['content-type', format === 'rest' ? 'application/json' : 'text/plain;charset=UTF-8']);
  return { status, headers, body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8') };
}

/**
 * @param {import('./event.js').EventFormat} format
 * @param {string} name  of the function
 * @param {import('./streamed-response.js').Begun} begun
 * @returns {GatewayResponse}
 * @throws {GatewayError} ERR_GATEWAY_FUNCTION
 */
export function streamedResponseOf(format, name, { contentType, metadata, body: stream }) {
  const result =
    metadata === undefined ? { headers: { 'content-type': contentType } } : jsonOf(name, metadata);
  const status = statusOf(name, result.statusCode ?? 200);
  const headers = headersOf(format, name, result);
  // Here, cookies are a separate field in every format.
  if (format !== '2.0') headers.push(...cookiesOf(result.cookies));
  if (!headers.some(([key]) => key.toLowerCase() === 'content-type'))
    headers.push(['content-type', 'application/octet-stream']);
  return { status, headers, body: Buffer.alloc(0), stream };
}

/**
 * @param {string} name
 * @param {string} metadata
 */
function jsonOf(name, metadata) {
  try {
    return Object(JSON.parse(metadata));
  } catch {
    throw malformed(name, 'the metadata before its body is not JSON');
  }
}

/**
 * @param {import('./event.js').EventFormat} format
 * @param {string} owner
 * @param {{ headers?: unknown, multiValueHeaders?: unknown, cookies?: unknown }} result
 * @returns {[string, string][]}
 */
function headersOf(format, owner, { headers, multiValueHeaders, cookies }) {
  const single = Object.entries(record(headers, 'headers', owner));
  const multiple =
    format === '2.0' ? [] : Object.entries(record(multiValueHeaders, 'multiValueHeaders', owner));
  const lists = new Map(multiple.map(([name, values]) => [name, [values].flat().map(String)]));
  const merged = single.filter(([name, value]) => !lists.get(name)?.includes(String(value)));
  /** @type {[string, string][]} */
  const all = [
    ...merged.map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)])),
    ...[...lists].flatMap(([name, values]) =>
      values.map((value) => /** @type {[string, string]} */ ([name, value])),
    ),
    ...(format === '2.0' ? cookiesOf(cookies) : []),
  ];
  const kept = all.filter(
    ([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && name.toLowerCase() !== 'content-length',
  );
  return format === 'rest' ? kept.map(remapHeader) : kept;
}

/**
 * @param {string} name
 * @param {unknown} statusCode
 */
function statusOf(name, statusCode) {
  const status = Number(statusCode);
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw malformed(name, `its statusCode must be a number from 200 to 599, not ${JSON.stringify(statusCode)}`);
}

/**
 * @param {unknown} cookies
 * @returns {[string, string][]}
 */
function cookiesOf(cookies) {
  return Array.isArray(cookies) ? cookies.map((cookie) => ['set-cookie', String(cookie)]) : [];
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {string} owner
 * @returns {Record<string, unknown>}
 */
function record(value, name, owner) {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value))
    return /** @type {Record<string, unknown>} */ (value);
  throw malformed(owner, `its ${name} must be an object`);
}

/**
 * @param {string} name
 * @param {string} why
 */
function malformed(name, why) {
  return new GatewayError(
    'ERR_GATEWAY_FUNCTION',
    `The response of the Lambda function ${name} is malformed: ${why}.`,
  );
}

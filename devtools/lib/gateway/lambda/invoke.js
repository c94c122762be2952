// Lambda's invoke call, to `sam local start-lambda`, the runtime interface emulator of Lambda's images, or any server that accepts it.
//
// Source: "Invoke", AWS Lambda API reference.

import { Agent, fetch } from 'undici';

import { GatewayError } from '../gateway-error.js';
import { lateReason } from './function-error.js';

/**
 * @param {string} name
 * @param {{ endpoint: string, timeoutMs: number }} settings
 * @param {string} event
 * @param {(text: string) => void} print  receives the end of the function's log, if the server sends it
 * @returns {Promise<import('./functions.js').Outcome>}
 * @throws {GatewayError} ERR_GATEWAY_UPSTREAM, and the error of a function that takes too long
 */
export async function invoke(name, { endpoint, timeoutMs }, event, print) {
  const url = invokeUrl(endpoint, name);
  const signal = AbortSignal.timeout(timeoutMs);
  // Functions may take longer than the default timeouts of undici.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  try {
    const response = await fetch(url, { method: 'POST', body: event, headers: HEADERS, signal, dispatcher });
    const payload = await response.text();
    if (!response.ok) throw new Error(`it answered ${response.status}: ${payload.slice(0, 200)}`);
    const log = response.headers.get('x-amz-log-result');
    if (log !== null) print(Buffer.from(log, 'base64').toString());
    if (response.headers.get('x-amz-function-error') === null) return { payload };
    const { errorType = 'Error', errorMessage = '' } = JSON.parse(payload);
    return { error: { errorType, errorMessage, trace: [] } };
  } catch (error) {
    if (signal.aborted) return { late: lateReason(timeoutMs) };
    const { message, cause } = /** @type {Error} */ (error);
    const why = cause instanceof Error ? cause.message || message : message;
    throw new GatewayError('ERR_GATEWAY_UPSTREAM', `${url} did not invoke the function: ${why}`, {
      cause: error,
    });
  } finally {
    await dispatcher.destroy();
  }
}

const HEADERS = {
  'content-type': 'application/json',
  'x-amz-invocation-type': 'RequestResponse',
  'x-amz-log-type': 'Tail',
};

/**
 * Accepts an endpoint or the whole URL, because the runtime interface emulator names every function `function`.
 *
 * @param {string} endpoint
 * @param {string} name
 */
function invokeUrl(endpoint, name) {
  if (/\/invocations\/?$/.test(endpoint)) return endpoint;
  return `${endpoint.replace(/\/$/, '')}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
}

// Gateways for tests, which stop by themselves, and bytes that no client library would send.

import { connect } from 'node:net';
import { after } from 'node:test';
import { text } from 'node:stream/consumers';

import { startGateway } from 'sigv4-wasm-devtools/gateway';

export const REGION = 'eu-west-1';

/**
 * @param {object} [config]  as in a file
 * @param {import('sigv4-wasm-devtools/gateway').GatewayOptions} [options]
 */
export async function gatewayFor(config = {}, options = {}) {
  const gateway = await startGateway({ config: { region: REGION, apiId: 'abc123', ...config }, ...options });
  after(() => gateway.close());
  const { origin, credentials } = gateway;
  return Object.assign(gateway, {
    options: { region: REGION, service: 'execute-api', credentials: credentials() },
    base: `${origin}/prod`,
  });
}

/**
 * @param {Response} response
 * @returns {Promise<{ status: number, type: string | null, body: any }>}
 */
export async function answerOf(response) {
  const body = await response.text();
  return {
    status: response.status,
    type: response.headers.get('x-amzn-errortype'),
    body: body === '' ? undefined : JSON.parse(body),
  };
}

/**
 * @param {string} origin
 * @param {string} bytes  latin1
 * @returns {Promise<string>} all that comes back
 */
export async function exchangeBytes(origin, bytes) {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('latin1').write(bytes, 'latin1');
  return text(socket);
}

/**
 * @template T
 * @param {() => T | undefined | false | Promise<T | undefined | false>} look
 * @returns {Promise<T>}
 */
export async function eventually(look) {
  for (let i = 0; i < 200; i++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`never: ${look}`);
}

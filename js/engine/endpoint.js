// Region and service of a host, inferred by the core: src/endpoint.rs.

import { ask } from './ask.js';
import { SigV4Error } from './errors.js';

/**
 * Infers the region and the service that requests to a host are signed for. Synchronous: the wasm module is started
 * if it has not been started yet.
 *
 * @param {string} host  such as `abc123.execute-api.eu-west-1.amazonaws.com`, with its port or without
 * @param {{ webSocket?: boolean }} [options]  `webSocket`: whether a WebSocket is opened, because the MQTT gateway of AWS IoT and
 *   its HTTP API share a host
 * @returns {{ region?: string, service?: string }} without what cannot be inferred. The region of a host that takes only
 *   SigV4a is `*`.
 *
 * @example
 * inferEndpoint('abc123.execute-api.eu-west-1.amazonaws.com'); // { region: 'eu-west-1', service: 'execute-api' }
 * inferEndpoint('api.example.com'); // {}
 */
export function inferEndpoint(host, { webSocket = false } = {}) {
  if (typeof host !== 'string') throw new SigV4Error('ERR_SIGV4_URL_INVALID', 'the host must be a string');
  // For the core, each character is a byte.
  if (/[^!-~]/.test(host)) return {};
  const isWebSocket = webSocket ? 1 : 0;
  const answer = ask(host.toLowerCase(), (instance, length) => instance.endpoint(length, isWebSocket));
  const [region, service] = answer.split('\n');
  return { ...(region !== '' && { region }), ...(service !== '' && { service }) };
}

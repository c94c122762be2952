// A request as it arrived: the bytes of its target, headers and body, untouched.

import { Failure } from './failure.js';

/**
 * @typedef {object} GatewayRequest
 * @property {string} method
 * @property {string} url  as in the request line
 * @property {string[]} rawHeaders  name, value, name, value
 * @property {Buffer} rawBody
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} sourceIp
 */

/**
 * @param {import('node:http').IncomingMessage} incoming
 * @param {Buffer} [rawBody]
 * @returns {GatewayRequest}
 */
export function arrived({ method = 'GET', url = '/', rawHeaders, headers, socket }, rawBody = EMPTY) {
  const sourceIp = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return { method, url, rawHeaders, rawBody, headers, sourceIp };
}

/**
 * @param {import('node:http').IncomingMessage} incoming
 * @param {number} maxBytes
 * @returns {Promise<Buffer>}
 * @throws {Failure} ERR_GATEWAY_BODY; what is left is still read, so that the client gets to see the answer
 */
export function readBody(incoming, maxBytes) {
  const { headers } = incoming;
  const declared = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (declared === undefined || declared === '0')) {
    incoming.resume();
    return Promise.resolve(EMPTY);
  }
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const chunks = [];
    let length = 0;
    incoming.on('data', (/** @type {Buffer} */ chunk) => {
      length += chunk.length;
      if (length <= maxBytes) return chunks.push(chunk);
      chunks.length = 0;
      return reject(new Failure('ERR_GATEWAY_BODY', `The body has more than ${maxBytes} bytes.`));
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks)));
    incoming.on('error', reject);
    incoming.on('close', () => reject(new Error('the client went away')));
  });
}

const EMPTY = Buffer.alloc(0);

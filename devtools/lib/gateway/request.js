// A request with its target, headers and body, unchanged.

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
export function gatewayRequest({ method = 'GET', url = '/', rawHeaders, headers, socket }, rawBody = EMPTY) {
  const sourceIp = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return { method, url, rawHeaders, rawBody, headers, sourceIp };
}

const EMPTY = Buffer.alloc(0);

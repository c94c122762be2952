// The forms of requests and credentials that aws4 accepts.

import { describe } from '../../http/body.js';
import { SigV4Error } from '../../engine/errors.js';
import { sha256Sync } from '../../engine/sha256.js';

/**
 * The options of `http.request`, and the options that aws4 adds.
 *
 * @typedef {object} Aws4Request
 * @property {string | null} [hostname]
 * @property {string | null} [host]  default: the host of `service` and `region`
 * @property {number | string | null} [port]
 * @property {string | null} [path]  with the query; default `/`
 * @property {string} [method]  default `GET`, or `POST` if there is a body
 * @property {any} [headers]
 * @property {string | Uint8Array} [body]
 * @property {string} [service]  default: inferred from the host
 * @property {string} [region]  likewise; otherwise `us-east-1`
 * @property {boolean} [signQuery]  sign the query instead of adding an `Authorization` header
 * @property {boolean} [doNotModifyHeaders]  add no header but `Host` and `Authorization`
 * @property {boolean} [doNotEncodePath]  the service encodes its paths once, not twice
 * @property {Record<string, boolean>} [extraHeadersToIgnore]  not to be signed, by lower-case name
 * @property {Record<string, boolean>} [extraHeadersToInclude]  to be signed in any case
 */

/**
 * The options of `http.request` that are read or written here.
 *
 * @typedef {object} HttpOptions
 * @property {string} [host]
 * @property {string} [hostname]
 * @property {string} [method]
 * @property {string} [path]
 * @property {Record<string, number | string | string[] | undefined>} [headers]
 */

/**
 * As `@types/aws4` has it. Any other option of `http.request` is allowed: their types are those of `@types/node`, which
 * not every project has.
 *
 * @typedef {HttpOptions & Omit<Aws4Request, keyof HttpOptions | 'port'> & { [option: string]: any }} Request
 */

/**
 * @typedef {object} Credentials
 * @property {string | undefined} [accessKeyId]
 * @property {string | undefined} [secretAccessKey]
 * @property {string | undefined} [sessionToken]
 */

/**
 * The options of a URL.
 *
 * @param {string} text
 * @returns {any}
 */
export function parseUrl(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw urlInvalid('the request is not an absolute URL: pass one, or the options of http.request');
  }
  const { protocol, host, port, hostname, hash, search, pathname, href } = url;
  return {
    protocol,
    host,
    port: port || null,
    hostname,
    hash: hash || null,
    search: search || null,
    query: search.slice(1) || null,
    pathname,
    path: pathname + search,
    href,
  };
}

/**
 * Refuses values with which the signed request would differ from the one that is sent: a line break in the method, or a host that
 * Node.js accepts and a server does not.
 *
 * @param {any} request
 */
export function checkRequest(request) {
  checkTypes(request);
  const { method, hostname, host, headers } = request;
  if (method && !/^[\w!#$%&'*+.^`|~-]+$/.test(method)) {
    const message = 'method is not an HTTP method: pass one such as GET (RFC 9110, section 9.1)';
    throw new SigV4Error('ERR_SIGV4_METHOD_INVALID', message);
  }
  const name = Object.keys(headers ?? {}).find((one) => one.toLowerCase() === 'host');
  for (const text of [hostname, host, name && headers[name]]) {
    if (/[\s\0-\x1f\x7f/?#@\\]/.test(text ?? '')) {
      throw urlInvalid(
        'the host contains white space, a control character, or one of / ? # @ \\, which a host cannot contain: remove it',
      );
    }
  }
}

/**
 * Refuses what has no text, such as a Symbol or an object without prototype.
 *
 * @param {any} request
 */
export function checkTypes(request) {
  for (const name of ['method', 'hostname', 'host', 'path', 'service', 'region']) {
    if (request[name] && typeof request[name] !== 'string') throw urlInvalid(`${name} must be a string`);
  }
  if (request.port && !['string', 'number'].includes(typeof request.port)) {
    throw urlInvalid('port must be a number');
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      // Absent ones are left to what names them.
      if (one === null || HEADER_TYPES.includes(typeof one)) continue;
      const message = `the value of the header ${JSON.stringify(name)} must be a string, not ${describe(one)}`;
      throw new SigV4Error('ERR_SIGV4_HEADER_INVALID', message);
    }
  }
}

const HEADER_TYPES = ['string', 'number', 'boolean', 'undefined'];

/** @param {unknown} body */
export function bodyHash(body) {
  return sha256Sync(bytesOf(body));
}

/**
 * @param {unknown} body
 * @returns {Uint8Array}
 */
export function bytesOf(body) {
  if (!body) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  const message = `the body is of type ${typeof body}: pass text or bytes, which are signed and written to the request`;
  throw new SigV4Error('ERR_SIGV4_BODY_UNSUPPORTED', message);
}

/** @param {string} message */
export function urlInvalid(message) {
  return new SigV4Error('ERR_SIGV4_URL_INVALID', message);
}

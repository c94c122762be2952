// The options of the proxy, checked.

import { randomBytes } from 'node:crypto';

import { NOT_COPIED } from './request-headers.js';

/**
 * @typedef {object} UpstreamOptions
 * @property {string | URL} url  `http:` or `https:`. Its path is put before the path of each request
 * @property {string} [name]  for `http://NAME.localhost:PORT/`, if there are several upstreams. Default: its host name
 * @property {string} [region]  default: inferred from the host
 * @property {string} [service]  likewise
 * @property {string} [host]  the host to sign and send, if it is not the host of the URL
 *
 * @typedef {object} ProxyOptions
 * @property {string | URL | UpstreamOptions | (string | URL | UpstreamOptions)[]} [upstream]  one, or several
 * @property {string | string[]} [match]  patterns of hosts that a client may name, such as
 *   `*.execute-api.eu-west-1.amazonaws.com`. Without an upstream, at least one is required
 * @property {import('sigv4-wasm').SignerOptions['credentials']} [credentials]  required, unless `sign` is `false`
 * @property {string} [region]  required if it cannot be inferred from the host
 * @property {string} [service]  likewise
 * @property {'auto' | 'signed' | 'unsigned' | 'chunks'} [payload]  how bodies are signed. Default `auto`: in a way that the service
 *   accepts, and that streams if possible
 * @property {boolean} [sigv4a]  sign for several regions; `region` may be a list with commas
 * @property {boolean} [sign]  `false` forwards requests without a signature. Default: true
 * @property {string | false} [token]  the token that clients send. Default: a new one. `false`: no token is required, so every user
 *   and program of this machine can use your credentials
 * @property {string[]} [allowOrigin]  origins of pages that may send requests, such as `http://localhost:5173`
 * @property {string[]} [allowHost]  more names of this proxy, such as `host.docker.internal`
 * @property {number} [port]  default: a free one
 * @property {string} [host]  address to listen on. Default: 127.0.0.1
 * @property {number} [maxBodyBytes]  the limit for a body that must be hashed before it is sent. Default: 64 MiB
 * @property {number} [timeoutMs]  how long to wait until the upstream's response begins. Default: 300,000
 * @property {Record<string, string>} [headers]  headers to set on each request; they replace the client's
 * @property {string[]} [strip]  names of headers that are not forwarded
 * @property {Record<string, string>} [copyHeaders]  a header's name, and the name under which a copy is forwarded, such as
 *   `{ authorization: 'x-original-authorization' }`
 * @property {import('undici').Dispatcher} [dispatcher]  how to connect to upstreams
 * @property {(line: string) => void} [log]  receives a line for each request. Default: nothing is logged
 *
 * @typedef {object} Settings  the options, checked
 * @property {{ url: URL, name: string, region?: string, service?: string, host?: string }[]} upstreams
 * @property {{ pattern: string, regExp: RegExp }[]} patterns
 * @property {ProxyOptions['credentials']} credentials
 * @property {boolean} sign
 * @property {'auto' | 'signed' | 'unsigned' | 'chunks'} payload
 * @property {string | false} token
 * @property {string | undefined} region
 * @property {string | undefined} service
 * @property {boolean} sigv4a
 * @property {Set<string>} allowOrigins
 * @property {Set<string>} allowHosts
 * @property {number} maxBodyBytes
 * @property {number} timeoutMs
 * @property {[name: string, value: string][]} headers
 * @property {string[]} strip
 * @property {(readonly [from: string, to: string])[]} copyHeaders
 */

/** The error of an option that cannot be used. */
export class ProxyOptionError extends TypeError {
  /**
   * @param {string} option
   * @param {string} message
   */
  constructor(option, message) {
    super(message);
    this.code = 'ERR_PROXY_OPTION';
    this.option = option;
  }
}

/**
 * @param {ProxyOptions} options
 * @returns {Settings}
 * @throws {ProxyOptionError}
 */
export function readOptions(options) {
  const unknown = Object.keys(options).find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw new ProxyOptionError(unknown, `there is no option ${unknown}`);
  const {
    credentials,
    sign = true,
    payload = 'auto',
    token = randomBytes(24).toString('base64url'),
  } = options;
  if (sign && credentials === undefined)
    throw new ProxyOptionError('credentials', 'the option credentials is missing');
  if (!PAYLOADS.includes(payload))
    throw new ProxyOptionError('payload', `payload must be one of ${PAYLOADS.join(', ')}`);
  if (token !== false && !/^[!-~]{16,}$/.test(token)) {
    throw new ProxyOptionError('token', 'the token must have 16 or more characters, without spaces');
  }
  const upstreams = list(options.upstream).map((one) => upstreamOf(one));
  const patterns = list(options.match).map(patternOf);
  if (upstreams.length === 0 && patterns.length === 0) {
    throw new ProxyOptionError(
      'upstream',
      'there is no upstream: pass its URL, or use the option match to allow hosts that clients name',
    );
  }
  const twice = upstreams.find(({ name }, i) => upstreams.findIndex((one) => one.name === name) !== i);
  if (twice !== undefined)
    throw new ProxyOptionError(
      'upstream',
      `two upstreams have the name ${twice.name}: give one of them another name`,
    );
  return {
    ...{ upstreams, patterns, credentials, sign, payload, token },
    region: options.region,
    service: options.service,
    sigv4a: options.sigv4a ?? false,
    allowOrigins: new Set(list(options.allowOrigin).map(originOf)),
    allowHosts: new Set(list(options.allowHost).map((host) => host.toLowerCase())),
    maxBodyBytes: options.maxBodyBytes ?? 64 * 1024 * 1024,
    timeoutMs: options.timeoutMs ?? 300_000,
    headers: Object.entries(options.headers ?? {}).map(([name, value]) => headerOf(name, value)),
    strip: list(options.strip).map((name) => headerOf(name)[0]),
    copyHeaders: Object.entries(options.copyHeaders ?? {}).map(
      ([from, to]) => /** @type {const} */ ([from.toLowerCase(), headerOf(to)[0]]),
    ),
  };
}

/** @type {(keyof ProxyOptions)[]} */
const OPTIONS = [
  ...['upstream', 'match', 'credentials', 'region', 'service', 'payload', 'sigv4a', 'sign', 'token'],
  ...['allowOrigin', 'allowHost', 'port', 'host', 'maxBodyBytes', 'timeoutMs', 'headers', 'strip'],
  ...['copyHeaders', 'dispatcher', 'log'],
].map((name) => /** @type {keyof ProxyOptions} */ (name));
const NAMES = new Set(/** @type {string[]} */ (OPTIONS));

/** The ways to sign a body. */
export const PAYLOADS = ['auto', 'signed', 'unsigned', 'chunks'];

/**
 * @template T
 * @param {T | T[] | undefined} value
 * @returns {T[]}
 */
function list(value) {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** @param {string | URL | UpstreamOptions} given */
function upstreamOf(given) {
  const options = typeof given === 'string' || given instanceof URL ? { url: given } : given;
  const text = String(options.url);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new ProxyOptionError('upstream', `the upstream ${shown(text)} is not an http: or https: URL`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ProxyOptionError(
      'upstream',
      `the upstream ${url.origin} must have no user, query or fragment: pass its origin and path`,
    );
  }
  const { name = url.hostname, region, service, host } = options;
  if (!/^[a-z\d]([a-z\d.-]*[a-z\d])?$|^\[[\da-f:.]+\]$/i.test(name)) {
    throw new ProxyOptionError('upstream', `the name ${shown(name)} of an upstream must be a host name`);
  }
  return { url, name: name.toLowerCase(), region, service, host };
}

/**
 * A pattern of hosts. Its last two labels must be fixed, so that it cannot match every host.
 *
 * @param {string} pattern
 */
function patternOf(pattern) {
  const [, wild = '', rest = ''] = /^(\*\.)?((?:[a-z\d*_-]+\.)+[a-z\d-]+(?::\d+)?)$/i.exec(pattern) ?? [];
  const labels = rest.split('.');
  const isOpen = labels.slice(-2).some((label) => label.includes('*'));
  if (rest === '' || isOpen || (wild !== '' && labels.length < 2)) {
    throw new ProxyOptionError(
      'match',
      `${shown(pattern)} is not a pattern of hosts: pass one such as *.execute-api.eu-west-1.amazonaws.com, without an asterisk ` +
        'in its last two labels',
    );
  }
  // The first asterisk stands for one or more labels, any other for part of a label.
  const source = rest.toLowerCase().replace(/[.*]/g, (char) => (char === '.' ? '\\.' : '[^.]*'));
  return {
    pattern: pattern.toLowerCase(),
    regExp: new RegExp(`^${wild && '(?:[^.:/]+\\.)+'}${source}$`),
  };
}

/** @param {string} text */
function originOf(text) {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  if (origin === text && origin !== 'null') return origin;
  throw new ProxyOptionError(
    'allowOrigin',
    `${shown(text)} is not an origin: name each one, such as http://localhost:5173`,
  );
}

/**
 * @param {string} name
 * @param {string} [value]
 * @returns {[string, string]}
 */
function headerOf(name, value = '') {
  const key = name.toLowerCase();
  if (!/^[!#$%&'*+.^_`|~\da-z-]+$/.test(key) || /[\r\n\0]/.test(value) || NOT_COPIED.has(key)) {
    throw new ProxyOptionError('headers', `the header ${shown(name)} cannot be set or removed`);
  }
  return [key, value];
}

/** @param {string} text */
function shown(text) {
  return JSON.stringify(text.slice(0, 100));
}

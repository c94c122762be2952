// The settings of the connection: TLS, proxies, addresses.

import { Agent, EnvHttpProxyAgent, ProxyAgent, buildConnector } from 'undici';

import { CliError } from './exit.js';
import { readBytes } from './input.js';

/**
 * @typedef {object} ConnectionOptions
 * @property {boolean} [insecure]
 * @property {string} [cacert]
 * @property {string} [cert]
 * @property {string} [key]
 * @property {number} [connectTimeout]  in seconds
 * @property {string[]} [resolve]
 * @property {string[]} [connectTo]
 * @property {boolean} [ipv4]
 * @property {boolean} [ipv6]
 * @property {boolean} [http2]
 * @property {string} [unixSocket]
 * @property {string} [proxy]
 * @property {string} [proxyUser]
 * @property {string} [noproxy]
 * @property {string} [tlsMax]
 */

/**
 * @param {ConnectionOptions & Record<string, unknown>} options
 * @param {string} url  of the first request
 * @returns {Promise<import('undici').Dispatcher>}
 */
export async function dispatcherFor(options, url) {
  const { http2: allowH2 = false, proxy } = options;
  const tls = await tlsOf(options);
  const connectorOptions = {
    ...tls,
    ...{ allowH2, timeout: Math.ceil((options.connectTimeout ?? CURL_TIMEOUT) * 1000) },
    ...(options.unixSocket !== undefined && { socketPath: options.unixSocket }),
    ...((options.ipv4 || options.ipv6) && { family: options.ipv4 ? 4 : 6, autoSelectFamily: false }),
  };
  const isDirect = options.unixSocket !== undefined || proxy === '' || isExempt(url, options.noproxy);
  if (!isDirect && (proxy !== undefined || PROXIES.some((name) => process.env[name]))) {
    const settings = {
      allowH2,
      requestTls: /** @type {any} */ (connectorOptions),
      proxyTls: /** @type {any} */ (tls),
    };
    if (proxy === undefined) return new EnvHttpProxyAgent(settings);
    return new ProxyAgent({ ...settings, ...proxyOf(proxy, options.proxyUser) });
  }
  const connect = buildConnector(/** @type {any} */ (connectorOptions));
  const moved = addressesOf(options);
  return new Agent({
    allowH2,
    connect: (target, callback) =>
      connect({ ...target, ...moved(target.hostname, target.port, target.protocol) }, callback),
  });
}

/** As curl's. */
const CURL_TIMEOUT = 300;

const PROXIES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/** @param {ConnectionOptions & Record<string, unknown>} options */
async function tlsOf({ insecure, cacert, cert, key, tlsMax, ...options }) {
  const min = options['tlsv1.3'] ? 'TLSv1.3' : options['tlsv1.2'] ? 'TLSv1.2' : undefined;
  if (tlsMax !== undefined && !/^1\.[23]$/.test(tlsMax)) {
    throw new CliError('usage', `--tls-max ${tlsMax} is not a version of TLS: pass 1.2 or 1.3`);
  }
  return {
    ...(insecure && { rejectUnauthorized: false }),
    ...(cacert !== undefined && { ca: await readBytes(cacert) }),
    ...(cert !== undefined && { cert: await readBytes(cert), key: await readBytes(key ?? cert) }),
    ...(min !== undefined && { minVersion: min }),
    ...(tlsMax !== undefined && { maxVersion: `TLSv${tlsMax}` }),
  };
}

/**
 * @param {string} proxy
 * @param {string} [user]
 */
function proxyOf(proxy, user) {
  const withScheme = /^[a-z\d]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CliError('usage', `-x ${proxy} is not an HTTP proxy: pass a URL such as http://127.0.0.1:3128`);
  }
  const inUrl =
    url.username === ''
      ? undefined
      : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const credentials = user ?? inUrl;
  const port = url.port || (url.protocol === 'http:' ? '1080' : '443');
  return {
    uri: `${url.protocol}//${url.hostname}:${/^[^/]*\/\/[^/]*:80(?:\/|$)/.test(withScheme) ? '80' : port}`,
    ...(credentials !== undefined && { token: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}

/**
 * @param {string} url
 * @param {string} [list]
 */
function isExempt(url, list) {
  const { hostname } = new URL(url);
  return (list ?? '')
    .split(/[\s,]+/)
    .filter((one) => one !== '')
    .some(
      (one) =>
        one === '*' || hostname === one.replace(/^\./, '') || hostname.endsWith(`.${one.replace(/^\./, '')}`),
    );
}

/**
 * `--resolve` and `--connect-to`.
 *
 * @param {ConnectionOptions} options
 */
function addressesOf({ resolve = [], connectTo = [] }) {
  const resolved = resolve.map((text) => {
    const [, host, port, address] = /^[+]?([^:]+):(\d+):\[?([^\],]+)\]?(?:,.*)?$/.exec(text) ?? [];
    if (host !== undefined) return { host, port, address };
    throw new CliError(
      'usage',
      `--resolve ${text} is not HOST:PORT:ADDRESS, such as example.com:443:127.0.0.1`,
    );
  });
  const others = connectTo.map((text) => {
    const [, host, port, toHost, toPort] = /^([^:]*):(\d*):(\[[^\]]+\]|[^:]*):(\d*)$/.exec(text) ?? [];
    if (host !== undefined) return { host, port, toHost: toHost.replace(/^\[|\]$/g, ''), toPort };
    throw new CliError(
      'usage',
      `--connect-to ${text} is not HOST:PORT:HOST:PORT; leave a part empty for any`,
    );
  });

  /**
   * @param {string} hostname
   * @param {string} given
   * @param {string} protocol
   */
  return (hostname, given, protocol) => {
    const port = given || (protocol === 'https:' ? '443' : '80');
    const other = others.find(
      (one) => (one.host === '' || one.host === hostname) && (one.port === '' || one.port === port),
    );
    const host = other?.toHost || hostname;
    const toPort = other?.toPort || port;
    const found = resolved.find((one) => (one.host === '*' || one.host === host) && one.port === toPort);
    return { hostname: found?.address ?? host, port: toPort };
  };
}

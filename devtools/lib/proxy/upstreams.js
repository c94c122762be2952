// Finds the upstream that a request is for, and decides whether the request may go there.

import { inferEndpoint } from 'sigv4-wasm';

import { signerFor } from './signer.js';
import { ProxyError } from './refusal.js';

/**
 * @typedef {object} Upstream
 * @property {string} origin
 * @property {string} host  with its port
 * @property {string} name  its name below `.localhost`
 * @property {string} prefix  the path that is put before the path of each request, without a trailing slash
 * @property {boolean} isTls
 * @property {string | undefined} region
 * @property {string | undefined} service
 * @property {import('./signer.js').UpstreamSigner | undefined} signer  `undefined` if nothing is signed
 *
 * @typedef {object} Target
 * @property {Upstream} upstream
 * @property {string} path  the path that the client requested, with the query
 * @property {string} authority  host and port that the client addressed
 * @property {'proxy' | 'localhost' | 'host' | 'absolute'} namedBy  how the client named the upstream
 */

/** How many hosts that match a pattern are kept. */
const MAX_KNOWN = 256;

export class Upstreams {
  #settings;
  /** @type {Upstream[]} */
  #exact;
  /** Upstreams that match a pattern, the most recently used last. @type {Map<string, Upstream>} */
  #known = new Map();
  /** The label of this proxy, which may precede the name of an upstream. */
  #label;

  /**
   * @param {import('./options.js').Settings} settings
   * @param {string} label
   */
  constructor(settings, label) {
    this.#settings = settings;
    this.#label = label;
    this.#exact = settings.upstreams.map(({ url, name, region, service, host }) =>
      this.#open(url, name, { region, service, host }),
    );
  }

  /** @returns {readonly Upstream[]} those that have a URL */
  list() {
    return this.#exact;
  }

  /** The only upstream, if clients need not name one. */
  get single() {
    return this.#exact.length === 1 && this.#settings.patterns.length === 0 ? this.#exact[0] : undefined;
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {boolean} mayNameHost  whether the client may name the host of an upstream, as a page with a rebound name also could
   * @returns {Target}
   * @throws {ProxyError} ERR_PROXY_HOST, ERR_PROXY_NOT_ALLOWED, ERR_PROXY_UNNAMED
   */
  find({ url = '/', headers, socket }, mayNameHost) {
    const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url);
    const authority = (absolute ? absolute[1] : (headers.host ?? '')).toLowerCase();
    const path = absolute ? (absolute[2].startsWith('/') ? absolute[2] : `/${absolute[2]}`) : url;
    const hostname = hostnameOf(authority);
    const isAbsolute = absolute !== null;
    if (hostname !== undefined && this.#isOwnName(hostname, socket.localAddress)) {
      const single = this.single;
      if (single !== undefined) return { upstream: single, path, authority, namedBy: 'proxy' };
      return { upstream: this.#below(hostname), path, authority, namedBy: 'localhost' };
    }
    if (hostname === undefined || !mayNameHost) throw notOwnHost(authority, isAbsolute);
    const upstream = this.#ofHost(authority);
    if (upstream === undefined) {
      throw new ProxyError(
        'ERR_PROXY_NOT_ALLOWED',
        `The proxy does not sign requests for ${shown(authority)}.`,
        {
          fix: 'Start the proxy with the URL of that upstream, or allow its host with --match (option match).',
        },
      );
    }
    return { upstream, path, authority, namedBy: isAbsolute ? 'absolute' : 'host' };
  }

  /**
   * The address at the proxy for a URL of an upstream.
   *
   * @param {string} url  of a redirect
   * @param {Target} target  the target of the request that was redirected
   * @returns {string | undefined} `undefined` if the URL is not one of an upstream, so it stays as it is
   */
  clientUrl(url, { upstream, authority, namedBy }) {
    if (/^\/(?!\/)/.test(url))
      return namedBy === 'absolute' ? undefined : withoutPrefix(url, upstream.prefix);
    const parsed = /^(?:https?:)?\/\/[^/?#]/i.test(url) ? new URL(url, upstream.origin) : undefined;
    if (parsed === undefined) return undefined;
    const isSame = parsed.origin === upstream.origin || parsed.host === upstream.signer?.host;
    const other = isSame ? upstream : this.#ofHost(parsed.host);
    if (other === undefined) return undefined;
    const rest = `${parsed.pathname}${parsed.search}${parsed.hash}`;
    if (namedBy === 'absolute') return `http://${parsed.host}${rest}`;
    const path = withoutPrefix(rest, other.prefix);
    if (path === undefined) return undefined;
    if (other === upstream) return `http://${authority}${path}`;
    if (namedBy !== 'localhost') return undefined;
    const port = /:\d+$/.exec(authority)?.[0] ?? '';
    const label = authority.startsWith(`${this.#label}.`) ? `${this.#label}.` : '';
    return `http://${label}${other.name}.localhost${port}${path}`;
  }

  /**
   * @param {string} hostname
   * @param {string} [localAddress]
   */
  #isOwnName(hostname, localAddress = '') {
    const address = localAddress.replace(/^::ffff:/, '');
    if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true;
    if (hostname === address || hostname === `[${address}]` || this.#settings.allowHosts.has(hostname))
      return true;
    return /^127(?:\.\d{1,3}){3}$/.test(hostname) && address.startsWith('127.');
  }

  /**
   * Finds an upstream by `NAME.localhost`, which the label of this proxy may precede.
   *
   * @param {string} hostname
   */
  #below(hostname) {
    const name = hostname.replace(/\.?localhost$/, '').replace(`${this.#label}.`, '');
    const found = this.#exact.find((one) => one.name === name) ?? this.#ofHost(name);
    if (found !== undefined) return found;
    const names = this.#exact.map((one) => `http://${one.name}.localhost`);
    const choice =
      names.length > 0 ? names.join(', ') : 'http://HOST.localhost, with a HOST that --match allows';
    throw new ProxyError('ERR_PROXY_UNNAMED', 'The request does not say which upstream it is for.', {
      fix: `Use one of these names, with the port of the proxy: ${choice}. Or send the token in a header, and name the upstream in Host.`,
    });
  }

  /** @param {string} authority @returns {Upstream | undefined} */
  #ofHost(authority) {
    const host = authority.replace(/:(?:443|80)$/, '');
    const exact = this.#exact.find((one) => one.host === authority || one.host === host);
    if (exact !== undefined) return exact;
    if (!this.#settings.patterns.some(({ regExp }) => regExp.test(host))) return undefined;
    const known = this.#known.get(host) ?? this.#open(new URL(`https://${host}`), host, {});
    this.#known.delete(host);
    this.#known.set(host, known);
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value ?? '');
    return known;
  }

  /**
   * @param {URL} url
   * @param {string} name
   * @param {{ region?: string, service?: string, host?: string }} own
   * @returns {Upstream}
   */
  #open(url, name, { host, ...own }) {
    const inferred = inferEndpoint(host ?? url.host);
    const region =
      own.region ?? (inferred.region === '*' ? undefined : inferred.region) ?? this.#settings.region;
    const service = own.service ?? inferred.service ?? this.#settings.service;
    return {
      ...{ origin: url.origin, host: url.host, name, region, service },
      prefix: url.pathname.replace(/\/$/, ''),
      isTls: url.protocol === 'https:',
      signer: this.#settings.sign ? signerFor(this.#settings, { url, region, service, host }) : undefined,
    };
  }
}

/**
 * @param {string} authority
 * @param {boolean} isAbsolute
 */
function notOwnHost(authority, isAbsolute) {
  return new ProxyError(
    'ERR_PROXY_HOST',
    `${isAbsolute ? 'The target of the request' : 'Host'} names ${shown(authority)}, which is not a name of this proxy.`,
    {
      fix:
        'Use 127.0.0.1 or localhost, or allow the name with --allow-host (option allowHost). A client that sends the token in a ' +
        'header may name a host that the proxy signs for.',
    },
  );
}

/** @param {string} authority @returns {string | undefined} `undefined` if it is none */
function hostnameOf(authority) {
  return /^(\[[\da-f:.]+\]|[a-z\d._-]+)(?::\d{1,5})?$/.exec(authority)?.[1];
}

/**
 * @param {string} url
 * @param {string} prefix
 */
function withoutPrefix(url, prefix) {
  if (!url.startsWith(prefix)) return undefined;
  const rest = url.slice(prefix.length);
  if (rest === '' || /^[?#]/.test(rest)) return `/${rest}`;
  return rest.startsWith('/') ? rest : undefined;
}

/** @param {string} text */
function shown(text) {
  return text === '' ? 'nothing' : text.replace(/[^!-~]/g, '?').slice(0, 255);
}

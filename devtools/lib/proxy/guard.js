// Decides which clients may use the proxy. It refuses pages with a rebound name, pages of other sites, and clients without the token.

import { corsHeaders, isPreflight, preflightHeaders } from '../gateway/cors.js';
import { isCrossSite } from '../origin.js';
import { secretMatcher } from '../token.js';
import { ProxyError } from './refusal.js';
import { placeOfToken, TOKEN_HEADER } from './token.js';

/**
 * @typedef {import('node:http').IncomingMessage} Incoming
 *
 * @typedef {object} Admitted
 * @property {import('./upstreams.js').Target | undefined} target  `undefined` for a path of the proxy itself
 * @property {import('./token.js').Place | undefined} place  the place of the token in the request
 */

export class Guard {
  #settings;
  #upstreams;
  #cors;
  #isToken;

  /**
   * @param {import('./options.js').Settings} settings
   * @param {import('./upstreams.js').Upstreams} upstreams
   */
  constructor(settings, upstreams) {
    this.#settings = settings;
    this.#upstreams = upstreams;
    this.#isToken = settings.token === false ? undefined : secretMatcher(settings.token);
    const all = ['*'];
    this.#cors = {
      allowOrigins: [...settings.allowOrigins],
      allowCredentials: true,
      exposeHeaders: /** @type {string[]} */ ([]),
      allowMethods: all,
      allowHeaders: all,
      maxAge: 600,
    };
  }

  /**
   * @param {Incoming} incoming
   * @returns {import('./token.js').Place | undefined}
   */
  placeOfToken({ headers, url = '/' }) {
    return this.#isToken && placeOfToken(headers, url, this.#isToken);
  }

  /**
   * Checks that the client used a name of the proxy, and that no page of another site sent the request.
   *
   * @param {Incoming} incoming
   * @param {import('./token.js').Place | undefined} place
   * @returns {import('./upstreams.js').Target}
   * @throws {ProxyError} ERR_PROXY_HOST, ERR_PROXY_NOT_ALLOWED, ERR_PROXY_UNNAMED, ERR_PROXY_ORIGIN
   */
  checkSource(incoming, place) {
    const { headers } = incoming;
    // Only a token in a header counts, because a browser adds cookies to requests of any page.
    const target = this.#upstreams.find(incoming, place === 'header');
    if (this.isAllowedOrigin(headers) || !isCrossSite(headers, target.authority)) return target;
    const from = headers.origin ?? `a page of another site (sec-fetch-site: ${headers['sec-fetch-site']})`;
    throw new ProxyError('ERR_PROXY_ORIGIN', `The request comes from ${from.replace(/[^!-~ ]/g, '?')}.`, {
      fix: 'If you trust that page, start the proxy with --allow-origin and its origin (option allowOrigin).',
    });
  }

  /**
   * @param {import('./token.js').Place | undefined} place
   * @throws {ProxyError} ERR_PROXY_TOKEN
   */
  checkToken(place) {
    if (this.#settings.token === false || place !== undefined) return;
    throw new ProxyError('ERR_PROXY_TOKEN', 'The token is missing or wrong.', {
      fix:
        `Send the token that the proxy printed at its start: as ${TOKEN_HEADER}, as Authorization: Bearer, or as the password in ` +
        'the URL. In a browser, open the address that the proxy printed.',
    });
  }

  /** @param {import('node:http').IncomingHttpHeaders} headers */
  isAllowedOrigin({ origin }) {
    return origin !== undefined && this.#settings.allowOrigins.has(origin);
  }

  /**
   * @param {Incoming} incoming
   * @returns {boolean} whether this is the preflight of an allowed page
   */
  isPreflight({ method = '', headers }) {
    return this.isAllowedOrigin(headers) && isPreflight(method, headers);
  }

  /** @param {Incoming} incoming @returns {[string, string][]} */
  preflightHeaders({ headers }) {
    const isPrivate = headers['access-control-request-private-network'] === 'true';
    return [...preflightHeaders(this.#cors, headers), ...(isPrivate ? PRIVATE_NETWORK : [])];
  }

  /**
   * The CORS headers of every response to an allowed page. They replace those of the upstream.
   *
   * @param {import('node:http').IncomingHttpHeaders} headers  of the request
   * @param {string[]} [exposed]  names of headers of the response
   */
  corsHeaders(headers, exposed = []) {
    return corsHeaders({ ...this.#cors, exposeHeaders: exposed }, headers);
  }
}

/** @type {[string, string][]} */
const PRIVATE_NETWORK = [['access-control-allow-private-network', 'true']];

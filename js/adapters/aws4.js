// The call shape of the npm package `aws4`, for the options of Node's `http.request`; at once.
//
// It writes the canonical request itself, as aws4 signs other headers than the core does, and hands out each step. Where
// AWS refuses what aws4 makes of a request, this follows AWS: tests/js/aws4.differences.js lists these cases.

import { canonicalQuery, canonicalRequest } from '../canonical.js';
import { core } from '../core.js';
import { CredentialsSource } from '../credentials.js';
import { SigV4Error } from '../errors.js';
import { sha256Sync } from '../hash.js';
import { S3_SERVICES } from '../s3/services.js';
import { SIGNATURE_PARAMETERS } from '../stale-signature.js';
import { addHeader, canonicalHeaders, copyOfHeaders, nameOf } from './aws4-headers.js';
import { canonicalPath, formatPath, encode, parsePath } from './aws4-path.js';
import { createHost, scopeOfHost } from './aws4-scope.js';

/**
 * The options of `http.request`, and what aws4 adds to them.
 *
 * @typedef {object} Aws4Request
 * @property {string | null} [hostname]
 * @property {string | null} [host]  default: the host of `service` and `region`
 * @property {number | string | null} [port]
 * @property {string | null} [path]  with the query; default `/`
 * @property {string} [method]  default `GET`, or `POST` where there is a body
 * @property {any} [headers]
 * @property {string | Uint8Array} [body]
 * @property {string} [service]  default: what the host tells
 * @property {string} [region]  likewise; otherwise `us-east-1`
 * @property {boolean} [signQuery]  sign the query instead of adding an `Authorization` header
 * @property {boolean} [doNotModifyHeaders]  add no header but `Host` and `Authorization`
 * @property {boolean} [doNotEncodePath]  the service encodes its paths once, not twice
 * @property {Record<string, boolean>} [extraHeadersToIgnore]  not to be signed, by lower-case name
 * @property {Record<string, boolean>} [extraHeadersToInclude]  to be signed in any case
 *
 * @typedef {{ accessKeyId: string, secretAccessKey: string, sessionToken?: string }} Aws4Credentials
 */

/**
 * Signs the options of a request, which it changes, as aws4 does. Options that were signed before are signed afresh.
 *
 * @template {Aws4Request} T
 * @overload
 * @param {T} request
 * @param {Aws4Credentials} [credentials]  default: the environment variables `AWS_ACCESS_KEY_ID`,
 *   `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or `AWS_ACCESS_KEY` and `AWS_SECRET_KEY`
 * @returns {T & { headers: Record<string, any>, path: string }}
 * @throws {SigV4Error} `ERR_SIGV4_SERVICE_REQUIRED`, `…_CREDENTIALS_INVALID`, `…_URL_INVALID`, `…_HEADER_INVALID`,
 *   `…_BODY_UNSUPPORTED`, `…_DATE_INVALID`
 */
/**
 * @overload
 * @param {string} url
 * @param {Aws4Credentials} [credentials]
 * @returns {Aws4Request & { headers: Record<string, any>, path: string }}
 */
/**
 * @param {any} request
 * @param {Aws4Credentials} [credentials]
 * @returns {any}
 */
export function sign(request, credentials) {
  return new RequestSigner(request, credentials).sign();
}

/**
 * @param {Aws4Request | string} request
 * @param {Aws4Credentials} [credentials]
 * @returns {string} the canonical request that `sign` would sign
 */
export function canonicalString(request, credentials) {
  return new RequestSigner(request, credentials).canonicalString();
}

/** Signs one request, in steps. */
export class RequestSigner {
  #credentials;
  #datetime = '';
  /** @type {import('./aws4-path.js').ParsedPath | undefined} */
  #parsed;
  /** @type {[string, string][] | undefined} */
  #signedHeaders;

  /**
   * @param {Aws4Request | string} request
   * @param {Aws4Credentials} [credentials]
   */
  constructor(request, credentials) {
    /** @type {any} */
    const options = (this.request = typeof request === 'string' ? parseUrl(request) : request);
    if (typeof options !== 'object' || options === null)
      throw urlInvalid('the request must be an object or a URL');
    const headers = (options.headers = copyOfHeaders(options.headers));
    const given = nameOf(headers, 'host');
    const host = options.hostname || options.host || (given && headers[given]);

    this.#credentials = sourceOf(credentials || ENVIRONMENT);
    const known = options.service && options.region ? options : scopeOfHost(host);
    /** @type {string} */
    this.service = options.service || known.service;
    if (this.service === 'email') this.service = 'ses';
    /** @type {string} */
    this.region = options.region || known.region;
    this.isCodeCommitGit = this.service === 'codecommit' && options.method === 'GIT';

    if (!options.method && options.body) options.method = 'POST';
    if (!given) {
      const name = host || createHost(this.service, this.region);
      addHeader(headers, 'Host', options.port ? `${name}:${options.port}` : name);
    }
    if (!options.hostname && !options.host) options.hostname = headers[given ?? 'Host'];
  }

  /** @returns {any} the options that were given, changed */
  sign() {
    const { request } = this;
    const parsed = this.#prepare();
    if (request.signQuery) {
      const query = /** @type {Record<string, any>} */ (parsed.query);
      query['X-Amz-Signature'] = this.signature();
      if (this.#appendsToken) query['X-Amz-Security-Token'] = this.#identity.sessionToken;
    } else {
      request.headers.Authorization = this.authHeader();
    }
    request.path = formatPath(parsed);
    return request;
  }

  /** @returns {string} such as `20150830T123600Z` */
  getDateTime() {
    if (this.#datetime === '') {
      const { headers } = this.request;
      const name = nameOf(headers, 'date');
      const date = new Date((name && headers[name]) || Date.now());
      if (Number.isNaN(date.getTime())) throw dateInvalid('Date');
      const text = date.toISOString().replace(/[:-]|\.\d{3}/g, '');
      this.#datetime = this.isCodeCommitGit ? text.slice(0, -1) : text;
    }
    return this.#datetime;
  }

  getDate() {
    return this.getDateTime().slice(0, 8);
  }

  authHeader() {
    this.#prepare();
    return [
      `AWS4-HMAC-SHA256 Credential=${this.#identity.accessKeyId}/${this.credentialString()}`,
      `SignedHeaders=${this.signedHeaders()}`,
      `Signature=${this.signature()}`,
    ].join(', ');
  }

  /** @returns {string} in hex */
  signature() {
    const text = this.stringToSign();
    core.readySync();
    return core.signText(
      text,
      { date: this.getDate(), region: this.region, service: this.service },
      this.#identity,
    );
  }

  stringToSign() {
    const canonical = this.canonicalString();
    // Header values go out as Latin-1; all else is ASCII.
    const hash = sha256Sync(Uint8Array.from(canonical, (char) => char.charCodeAt(0)));
    return ['AWS4-HMAC-SHA256', this.getDateTime(), this.credentialString(), hash].join('\n');
  }

  canonicalString() {
    const { request, service } = this;
    const { path, query } = this.#prepare();
    return canonicalRequest({
      // As Node sends it.
      method: (request.method || 'GET').toUpperCase(),
      path: canonicalPath(
        path,
        S3_SERVICES.includes(service) ? 's3' : request.doNotEncodePath ? 'once' : 'twice',
      ),
      query: queryOf(query),
      headers: this.#headersToSign(),
      payloadHash: this.#payloadHash(),
    });
  }

  canonicalHeaders() {
    return this.#headersToSign()
      .map((header) => header.join(':'))
      .join('\n');
  }

  signedHeaders() {
    return this.#headersToSign()
      .map(([name]) => name)
      .join(';');
  }

  /** @returns {string} the scope */
  credentialString() {
    return [this.getDate(), this.region, this.service, 'aws4_request'].join('/');
  }

  get #identity() {
    return this.#credentials.currentSync();
  }

  /** The MQTT gateway of AWS IoT takes a session token beside the signature, not in it. */
  get #appendsToken() {
    return this.service === 'iotdevicegateway' && this.#identity.sessionToken !== '';
  }

  #headersToSign() {
    const { headers, extraHeadersToInclude, extraHeadersToIgnore } = this.request;
    this.#signedHeaders ??= canonicalHeaders(headers, extraHeadersToInclude, extraHeadersToIgnore);
    return this.#signedHeaders;
  }

  /** @returns {string} */
  #payloadHash() {
    const { headers, body, signQuery } = this.request;
    if (S3_SERVICES.includes(this.service) && signQuery) return UNSIGNED;
    if (this.isCodeCommitGit) return '';
    const given = nameOf(headers, 'x-amz-content-sha256');
    return (given && headers[given]) || bodyHash(body);
  }

  /** Adds what the signature covers, once. */
  #prepare() {
    if (this.#parsed) return this.#parsed;
    const { request } = this;
    if (!this.service) throw serviceRequired(request.headers[nameOf(request.headers, 'host') ?? '']);
    const parsed = (this.#parsed = parsePath(request.path || '/'));
    if (request.signQuery) {
      this.#addToQuery((parsed.query ??= Object.create(null)));
    } else {
      parsed.query = withoutSignature(parsed.query);
      this.#addToHeaders(request);
    }
    return parsed;
  }

  /** @param {Record<string, any>} query */
  #addToQuery(query) {
    const { accessKeyId, sessionToken } = this.#identity;
    delete query['X-Amz-Signature'];
    if (this.#appendsToken) delete query['X-Amz-Security-Token'];
    else if (sessionToken) query['X-Amz-Security-Token'] = sessionToken;
    if (S3_SERVICES.includes(this.service) && !query['X-Amz-Expires']) query['X-Amz-Expires'] = 86400;
    if (query['X-Amz-Date']) this.#datetime = checkedDate(query['X-Amz-Date']);
    else query['X-Amz-Date'] = this.getDateTime();
    query['X-Amz-Algorithm'] = 'AWS4-HMAC-SHA256';
    query['X-Amz-Credential'] = `${accessKeyId}/${this.credentialString()}`;
    query['X-Amz-SignedHeaders'] = this.signedHeaders();
  }

  /** @param {any} request */
  #addToHeaders({ headers, body, doNotModifyHeaders }) {
    /** @type {(name: string, value: () => string | number) => void} */
    const add = (name, value) => {
      if (nameOf(headers, name.toLowerCase()) === undefined) addHeader(headers, name, value());
    };
    if (!doNotModifyHeaders && !this.isCodeCommitGit) {
      const { sessionToken } = this.#identity;
      if (body) add('Content-Type', () => 'application/x-www-form-urlencoded; charset=utf-8');
      if (body) add('Content-Length', () => bytesOf(body).length);
      if (sessionToken) add(TOKEN_HEADERS[this.service] ?? 'X-Amz-Security-Token', () => sessionToken);
      if (HASH_SERVICES.includes(this.service)) {
        const isUnsigned = this.service === 'vpc-lattice-svcs';
        add('X-Amz-Content-Sha256', () => (isUnsigned ? UNSIGNED : bodyHash(body)));
      }
      add('X-Amz-Date', () => this.getDateTime());
    }
    const date = nameOf(headers, 'x-amz-date');
    if (date && !this.isCodeCommitGit) this.#datetime = checkedDate(headers[date]);
    delete headers.Authorization;
    delete headers.authorization;
  }
}

export default { sign, RequestSigner, canonicalString };

const UNSIGNED = 'UNSIGNED-PAYLOAD';
/** These want x-amz-content-sha256. */
const HASH_SERVICES = [...S3_SERVICES, 'aoss', 'vpc-lattice-svcs'];
/** @type {Record<string, string>} */
const TOKEN_HEADERS = { s3express: 'X-Amz-S3session-Token' };

/** Read at each signature, as aws4 does. */
const ENVIRONMENT = {
  get accessKeyId() {
    return environment().AWS_ACCESS_KEY_ID || environment().AWS_ACCESS_KEY;
  },
  get secretAccessKey() {
    return environment().AWS_SECRET_ACCESS_KEY || environment().AWS_SECRET_KEY;
  },
  get sessionToken() {
    return environment().AWS_SESSION_TOKEN;
  },
};

/** @returns {Record<string, string | undefined>} */
function environment() {
  return /** @type {any} */ (globalThis).process?.env ?? {};
}

/** By the object, so that the signing key of credentials that are used again stays cached. */
const sources = new WeakMap();

/**
 * @param {object} credentials
 * @returns {CredentialsSource}
 */
function sourceOf(credentials) {
  if (!sources.has(credentials)) sources.set(credentials, new CredentialsSource(credentials, Date.now));
  return sources.get(credentials);
}

/**
 * That of a URL which was presigned before: S3 takes no request that is signed twice.
 *
 * @param {import('./aws4-path.js').ParsedPath['query']} query
 */
function withoutSignature(query) {
  const names = Object.keys(query ?? {});
  if (query === null || !names.some((name) => name.toLowerCase() === 'x-amz-signature')) return query;
  const kept = names.filter((name) => !SIGNATURE_PARAMETERS.has(name.toLowerCase()));
  if (kept.length === 0) return null;
  return Object.assign(Object.create(null), ...kept.map((name) => ({ [name]: query[name] })));
}

/** @param {import('./aws4-path.js').ParsedPath['query']} query */
function queryOf(query) {
  const pairs = Object.entries(query ?? {}).filter(([key]) => key !== '');
  return canonicalQuery(
    pairs.flatMap(([key, values]) =>
      [values].flat().map((value) => /** @type {[string, string]} */ ([encode(key), encode(value)])),
    ),
  );
}

/** @param {unknown} body */
function bodyHash(body) {
  return sha256Sync(bytesOf(body));
}

/**
 * @param {unknown} body
 * @returns {Uint8Array}
 */
function bytesOf(body) {
  if (!body) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  const message = `the body is of type ${typeof body}: pass text or bytes, which are signed and written to the request`;
  throw new SigV4Error('ERR_SIGV4_BODY_UNSUPPORTED', message);
}

/**
 * @param {unknown} date
 * @returns {string}
 */
function checkedDate(date) {
  if (/^\d{8}T\d{6}Z$/.test(String(date))) return String(date);
  throw dateInvalid('X-Amz-Date');
}

/** @param {string} name */
function dateInvalid(name) {
  return new SigV4Error(
    'ERR_SIGV4_DATE_INVALID',
    `${name} is no date that can be signed: leave it out, or correct it`,
  );
}

/** @param {unknown} host */
function serviceRequired(host) {
  const message = `the host ${host} does not tell the service: pass it, for example service: 'execute-api'`;
  return new SigV4Error('ERR_SIGV4_SERVICE_REQUIRED', message);
}

/** @param {string} message */
function urlInvalid(message) {
  return new SigV4Error('ERR_SIGV4_URL_INVALID', message);
}

/**
 * The options of a URL.
 *
 * @param {string} text
 * @returns {any}
 */
function parseUrl(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw urlInvalid('the request is no absolute URL: pass one, or the options of http.request');
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

// The call shape of the npm package `aws4`, for the options of Node's `http.request`; synchronously.
//
// It writes the canonical request itself, because aws4 signs other headers than the core does, and exposes each step. If AWS
// refuses the result of aws4, this file follows AWS: tests/js/aws4.differences.js lists these cases.

import { canonicalQuery } from '../../engine/canonical-form.js';
import { SigV4Error } from '../../engine/errors.js';
import { sha256Sync } from '../../engine/sha256.js';
import { amzDateOf } from '../../protocol/amz-date.js';
import { isS3, signingRules } from '../../protocol/service-rules.js';
import { checkIdentity } from '../../sign/credentials.js';
import { signText } from '../../sign/text-signer.js';
import { canonicalRequest } from '../shared/canonical-request.js';
import { environmentCredentials, sourceOf } from './credentials.js';
import { addHeader, canonicalHeaders, copyOfHeaders, nameOf } from './headers.js';
import { canonicalPath, formatPath, encode, parsePath, withoutSignature } from './path.js';
import { bodyHash, bytesOf, checkRequest, checkTypes, parseUrl, urlInvalid } from './request-options.js';
import { isSingleRegion, scopeOfHost } from './scope.js';

/**
 * @typedef {import('./request-options.js').Aws4Request} Aws4Request
 * @typedef {import('./request-options.js').Credentials} Credentials
 * @typedef {import('./request-options.js').Request} Request
 */

/**
 * Signs the options of a request, which it changes, as aws4 does. Options that were signed before are signed again.
 *
 * @template {Aws4Request} T
 * @example
 *   https.request(sign({ host, path: '/prod/orders' }, credentials)).end();
 *
 * @overload
 * @param {T} request
 * @param {Credentials} [credentials]  default: the environment variables `AWS_ACCESS_KEY_ID`,
 *   `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or `AWS_ACCESS_KEY` and `AWS_SECRET_KEY`
 * @returns {T & { headers: Record<string, any>, path: string }}
 * @throws {SigV4Error} `ERR_SIGV4_SERVICE_REQUIRED`, `…_CREDENTIALS_INVALID`, `…_URL_INVALID`, `…_HEADER_INVALID`,
 *   `…_BODY_UNSUPPORTED`, `…_DATE_INVALID`
 */
/**
 * @overload
 * @param {string | Aws4Request} request  a URL, or options
 * @param {Credentials} [credentials]
 * @returns {Request & { headers: Record<string, any>, path: string }}
 */
/**
 * @param {any} request
 * @param {Credentials} [credentials]
 * @returns {any}
 */
export function sign(request, credentials) {
  return new RequestSigner(request, credentials).sign();
}

/**
 * @example
 *   console.log(canonicalString({ host, path: '/prod/orders' }, credentials)); // GET, /prod/orders, …
 *
 * @param {Aws4Request | string} request
 * @param {Credentials} [credentials]
 * @returns {string} the canonical request that `sign` would sign
 */
export function canonicalString(request, credentials) {
  return new RequestSigner(request, credentials).canonicalString();
}

/**
 * Signs one request, in steps.
 *
 * @example
 * const signer = new RequestSigner({ host: 'sqs.eu-west-1.amazonaws.com', path: '/' }, credentials);
 * signer.canonicalString();
 * signer.sign().headers.Authorization;
 */
export class RequestSigner {
  /**
   * The path as it is sent, and the decoded query, which is null without a question mark, although the types of aws4 do
   * not say so.
   *
   * @type {{ path: string, query: Record<string, string | string[]> } | undefined}
   */
  parsedPath;
  /** Such as `20150830T123600Z`. You may set it, to sign for another time. @type {string | undefined} */
  datetime;
  /** Behind an accessor, so that no log of a signer shows a secret. @type {Credentials} */
  #credentials;
  #isPrepared = false;
  /** @type {[string, string][] | undefined} */
  #signedHeaders;

  /**
   * @param {Aws4Request | string} request
   * @param {Credentials} [credentials]  default: those of the environment
   */
  constructor(request, credentials) {
    /** @type {any} */
    const options = typeof request === 'string' ? parseUrl(request) : request;
    if (typeof options !== 'object' || options === null)
      throw urlInvalid('the request must be an object or a URL');
    checkTypes(options);
    /** @type {Request} */
    this.request = options;
    const headers = (options.headers = copyOfHeaders(options.headers));
    const given = nameOf(headers, 'host');
    const host = options.hostname || options.host || (given && headers[given]);

    this.#credentials = credentials || this.defaultCredentials();
    const [service, region] =
      options.service && options.region ? [options.service, options.region] : this.matchHost(host);
    /** @type {string} */
    this.service = options.service || service || '';
    if (this.service === 'email') this.service = 'ses';
    /** @type {string} */
    this.region = options.region || region || 'us-east-1';
    /** @type {boolean} */
    this.isCodeCommitGit = this.service === 'codecommit' && options.method === 'GIT';

    if (!options.method && options.body) options.method = 'POST';
    if (!given) {
      const name = host || this.createHost();
      addHeader(headers, 'Host', options.port ? `${name}:${options.port}` : name);
    }
    if (!options.hostname && !options.host) options.hostname = headers[given ?? 'Host'];
  }

  /** The credentials that were passed, or those of the environment at that time. @returns {Credentials} */
  get credentials() {
    return this.#credentials;
  }

  set credentials(credentials) {
    this.#credentials = credentials;
  }

  /** @returns {Credentials} the credentials of the environment, if there are any */
  defaultCredentials() {
    return environmentCredentials();
  }

  /**
   * @param {string} host
   * @returns {[string, string]} service and region, as far as they can be inferred from the host, or empty strings
   */
  matchHost(host) {
    return scopeOfHost(host);
  }

  /** @returns {boolean} whether the host of the service names no region */
  isSingleRegion() {
    return isSingleRegion(this.service, this.region);
  }

  /** @returns {string} the host of the service in the region */
  createHost() {
    const label = this.service === 'ses' ? 'email' : this.service;
    return `${label}${this.isSingleRegion() ? '' : `.${this.region}`}.amazonaws.com`;
  }

  /** Adds the headers, or the parameters, that the signature covers. @returns {void} */
  prepareRequest() {
    this.parsePath();
    this.#addSigned();
  }

  /** Sets `parsedPath` from the path of the request. @returns {void} */
  parsePath() {
    this.parsedPath = /** @type {any} */ (parsePath(this.request.path || '/'));
  }

  /** @returns {string} the path to send, from `parsedPath` */
  formatPath() {
    return formatPath(this.#parsed);
  }

  /** @returns {Request} the options that were given, changed */
  sign() {
    const { request } = this;
    this.#prepare();
    if (request.signQuery) this.#addSignature();
    else /** @type {any} */ (request.headers).Authorization = this.authHeader();
    request.path = this.formatPath();
    return request;
  }

  /** @returns {string} `datetime`; unless it is set, the time of the `Date` header, or now */
  getDateTime() {
    if (!this.datetime) {
      const headers = /** @type {Record<string, any>} */ (this.request.headers);
      const name = nameOf(headers, 'date');
      const date = new Date((name && headers[name]) || Date.now());
      if (Number.isNaN(date.getTime())) throw dateInvalid('Date');
      const text = amzDateOf(date.getTime());
      this.datetime = this.isCodeCommitGit ? text.slice(0, -1) : text;
    }
    return this.datetime;
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
    return signText(
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
      path: canonicalPath(path, this.#isS3 ? 's3' : request.doNotEncodePath ? 'once' : 'twice'),
      query: queryOf(query, service === 's3'),
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
    const identity = sourceOf(this.#credentials).currentSync(Date.now);
    checkIdentity(identity);
    return identity;
  }

  /** @returns {import('./path.js').ParsedPath} */
  get #parsed() {
    if (this.parsedPath === undefined) this.parsePath();
    return /** @type {any} */ (this.parsedPath);
  }

  /** Whether the session token is outside of the signature. */
  get #appendsToken() {
    const { sessionTokenMode } = signingRules(this.service);
    return sessionTokenMode === 'appended' && this.#identity.sessionToken !== '';
  }

  get #isS3() {
    return isS3(this.service);
  }

  #headersToSign() {
    const { headers, extraHeadersToInclude, extraHeadersToIgnore } = /** @type {any} */ (this.request);
    // Before anything was added, the headers are readable, but are not kept.
    if (!this.#isPrepared) return canonicalHeaders(headers, extraHeadersToInclude, extraHeadersToIgnore);
    this.#signedHeaders ??= canonicalHeaders(headers, extraHeadersToInclude, extraHeadersToIgnore);
    return this.#signedHeaders;
  }

  /** @returns {string} */
  #payloadHash() {
    const { headers, body, signQuery } = /** @type {any} */ (this.request);
    if (this.#isS3 && signQuery) return UNSIGNED;
    if (this.isCodeCommitGit) return '';
    const given = nameOf(headers, 'x-amz-content-sha256');
    return (given && headers[given]) || bodyHash(body);
  }

  /** Adds everything that the signature covers, once; to a path that was already parsed, in its current form. */
  #prepare() {
    if (!this.#isPrepared) {
      if (this.parsedPath === undefined) this.prepareRequest();
      else this.#addSigned();
    }
    return this.#parsed;
  }

  #addSigned() {
    const { request } = this;
    checkRequest(request);
    if (!this.service) throw serviceRequired(request.headers?.[nameOf(request.headers, 'host') ?? '']);
    if (this.datetime && !this.isCodeCommitGit) checkedDate('datetime', this.datetime);
    this.#isPrepared = true;
    this.#signedHeaders = undefined;
    const parsed = this.#parsed;
    if (request.signQuery) {
      this.#addToQuery((parsed.query ??= Object.create(null)));
    } else {
      parsed.query = withoutSignature(parsed.query);
      this.#addToHeaders(request);
    }
  }

  /** @param {Record<string, any>} query */
  #addToQuery(query) {
    const { accessKeyId, sessionToken } = this.#identity;
    delete query['X-Amz-Signature'];
    if (this.#appendsToken) delete query['X-Amz-Security-Token'];
    else if (sessionToken) query['X-Amz-Security-Token'] = sessionToken;
    if (this.#isS3 && !query['X-Amz-Expires']) query['X-Amz-Expires'] = 86400;
    if (query['X-Amz-Date']) this.datetime = checkedDate('X-Amz-Date', query['X-Amz-Date']);
    else query['X-Amz-Date'] = this.getDateTime();
    query['X-Amz-Algorithm'] = 'AWS4-HMAC-SHA256';
    query['X-Amz-Credential'] = `${accessKeyId}/${this.credentialString()}`;
    query['X-Amz-SignedHeaders'] = this.signedHeaders();
  }

  #addSignature() {
    const query = /** @type {Record<string, any>} */ (this.#parsed.query);
    delete query['X-Amz-Signature'];
    if (this.#appendsToken) delete query['X-Amz-Security-Token'];
    query['X-Amz-Signature'] = this.signature();
    if (this.#appendsToken) query['X-Amz-Security-Token'] = this.#identity.sessionToken;
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
      const { sessionTokenParameter, contentSha256Header, payload } = signingRules(this.service);
      // The case of aws4, which is that of the parameter.
      if (sessionToken) add(sessionTokenParameter, () => sessionToken);
      if (contentSha256Header) {
        add('X-Amz-Content-Sha256', () => (payload === 'unsigned' ? UNSIGNED : bodyHash(body)));
      }
      add('X-Amz-Date', () => this.getDateTime());
    }
    const date = nameOf(headers, 'x-amz-date');
    if (date && !this.isCodeCommitGit) this.datetime = checkedDate('X-Amz-Date', headers[date]);
    delete headers.Authorization;
    delete headers.authorization;
  }
}

export default { sign, RequestSigner, canonicalString };

const UNSIGNED = 'UNSIGNED-PAYLOAD';

/**
 * @param {import('./path.js').ParsedPath['query']} query
 * @param {boolean} firstOnly  as Amazon S3 takes repeated parameters: see its answer in aws/aws-sdk-go#1495
 */
function queryOf(query, firstOnly) {
  const pairs = Object.entries(query ?? {}).filter(([key]) => key !== '');
  const parts = pairs.flatMap(([key, values]) =>
    [values]
      .flat()
      .slice(0, firstOnly ? 1 : undefined)
      .map((value) => `${encode(key)}=${encode(value)}`),
  );
  return parts.length === 0 ? '' : canonicalQuery(parts.join('&'));
}

/**
 * @param {string} name  where it stands
 * @param {unknown} date
 * @returns {string}
 */
function checkedDate(name, date) {
  if (/^\d{8}T\d{6}Z$/.test(String(date))) return String(date);
  throw dateInvalid(name);
}

/** @param {string} name */
function dateInvalid(name) {
  return new SigV4Error(
    'ERR_SIGV4_DATE_INVALID',
    `${name} is not a date that can be signed: leave it out, or correct it`,
  );
}

/** @param {unknown} host */
function serviceRequired(host) {
  const message = `cannot infer the service from the host ${host}: pass it, for example service: 'execute-api'`;
  return new SigV4Error('ERR_SIGV4_SERVICE_REQUIRED', message);
}

// Signing: a request in, the same request with what AWS accepts out.

import { FLAG, ready, readySync, signRecord } from './core.js';
import { CredentialsSource, expired } from './credentials.js';
import { SigV4Error } from './errors.js';
import { compileSettings, epochMillis } from './options.js';
import { assertSendable, flatten, isSettledAtOnce, settleBody, settleBodySync } from './request.js';

/**
 * @typedef {import('./credentials.js').Credentials} Credentials
 * @typedef {import('./credentials.js').CredentialsProvider} CredentialsProvider
 * @typedef {import('./request.js').SignableRequest} SignableRequest
 * @typedef {import('./options.js').SigningOptions} SigningOptions
 *
 * @typedef {SigningOptions & { credentials: Credentials | CredentialsProvider }} SignerOptions
 *
 * @typedef {object} PresignOptions
 * @property {number} [expiresIn]  how long the URL is good, in seconds, from 1 to 604800; default 3600. A URL cannot
 *   outlive the temporary credentials that signed it: where they expire sooner, so does the URL, and its
 *   `X-Amz-Expires` says so.
 */

/**
 * What must go on the wire.
 *
 * @typedef {object} SignedRequest
 * @property {string} method
 * @property {string} url  absolute
 * @property {Record<string, string>} headers  by lower-case name: what the caller passed, and what the signature adds.
 *   `host` is signed, but not here unless the caller passed it: HTTP clients set it, and browsers forbid to.
 * @property {string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>} [body]
 */

/**
 * What a signature was made of, for debugging. The session token is redacted, and the secret was never in it.
 *
 * @typedef {object} SigningTrace
 * @property {string} canonicalRequest
 * @property {string} stringToSign
 * @property {string} scope  `date/region/service/aws4_request`
 * @property {string[]} signedHeaders
 * @property {string} signature
 */

/**
 * Signs a request.
 *
 * Signing many with the same credentials is cheaper with a {@link Signer}.
 *
 * Source: "Create a signed AWS API request", IAM user guide.
 *
 * @param {SignableRequest} request
 * @param {SignerOptions} options
 * @returns {Promise<SignedRequest>}
 * @throws {SigV4Error}
 */
export async function signRequest(request, options) {
  return new Signer(options).sign(request);
}

/**
 * Presigns a URL: it carries the signature, so whoever has it can make this one request until it expires.
 *
 * Headers named `x-amz-*` move to the query; a `content-type` stays a header, which the user of the URL must send.
 *
 * Source: "Authenticating Requests: Using Query Parameters", Amazon S3 API reference.
 *
 * @param {SignableRequest} request
 * @param {SignerOptions & PresignOptions} options
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function presignUrl(request, options) {
  return new Signer(options).presign(request, { expiresIn: options.expiresIn });
}

/**
 * Starts the wasm module. Optional: everything starts it on first use.
 *
 * @param {BufferSource | WebAssembly.Module | Response | URL | Promise<BufferSource | WebAssembly.Module | Response | URL>} [source]
 *   the module, its bytes, or where they are: for a page that wants to serve `sigv4-wasm/signing.wasm` as a file.
 *   Default: the copy in this package.
 * @returns {Promise<void>}
 * @throws {SigV4Error} `ERR_SIGV4_WASM_UNAVAILABLE`
 */
export function init(source) {
  return source === undefined ? ready() : ready(() => load(source));
}

/** Signs requests for one set of credentials, which it keeps fresh. */
export class Signer {
  /** @type {SigningOptions} */
  #options;
  #settings;
  #credentials;

  /**
   * How far the server's clock is ahead of the local one, in milliseconds. It is added to the local time wherever no
   * `date` is given.
   *
   * @type {number}
   */
  clockOffset = 0;

  /** @param {SignerOptions} options */
  constructor(options) {
    const { credentials, ...rest } = requireOptions(options);
    this.#options = rest;
    this.#settings = compileSettings(rest);
    this.#credentials = new CredentialsSource(credentials, () => this.#now());
  }

  /**
   * Starts the wasm module and fetches credentials, so that the synchronous calls can be used.
   *
   * @returns {Promise<void>}
   */
  async ready() {
    await Promise.all([ready(), this.#credentials.resolve()]);
  }

  /**
   * @param {SignableRequest} request
   * @param {Partial<SignerOptions>} [overrides]  for this request only
   * @returns {Promise<SignedRequest>}
   * @throws {SigV4Error}
   */
  async sign(request, overrides) {
    return headerSigned(await this.#work(request, overrides, 0));
  }

  /**
   * Signs at once: a body in memory, with static credentials, those of a synchronous provider, or ones that were
   * fetched before ({@link Signer.ready}).
   *
   * @param {SignableRequest} request
   * @param {Partial<SignerOptions>} [overrides]
   * @returns {SignedRequest}
   * @throws {SigV4Error} `ERR_SIGV4_NOT_READY` where credentials must be fetched first
   */
  signSync(request, overrides) {
    return headerSigned(this.#workSync(request, overrides, 0));
  }

  /**
   * @param {SignableRequest} request
   * @param {Partial<SignerOptions> & PresignOptions} [overrides]
   * @returns {Promise<string>} the URL
   * @throws {SigV4Error}
   */
  async presign(request, overrides) {
    return presigned(await this.#work(request, overrides, FLAG.presign));
  }

  /**
   * Likewise at once.
   *
   * @param {SignableRequest} request
   * @param {Partial<SignerOptions> & PresignOptions} [overrides]
   * @returns {string}
   * @throws {SigV4Error}
   */
  presignSync(request, overrides) {
    return presigned(this.#workSync(request, overrides, FLAG.presign));
  }

  /**
   * What the signature of a request is made of; with `expiresIn`, of its presigned URL.
   *
   * @param {SignableRequest} request
   * @param {Partial<SignerOptions> & PresignOptions} [overrides]
   * @returns {Promise<SigningTrace>}
   * @throws {SigV4Error}
   */
  async trace(request, overrides) {
    const flags = overrides?.expiresIn === undefined ? FLAG.trace : FLAG.trace | FLAG.presign;
    return traced(await this.#work(request, overrides, flags));
  }

  #now() {
    return Date.now() + this.clockOffset;
  }

  /**
   * @param {SignableRequest} request
   * @param {(Partial<SignerOptions> & PresignOptions) | undefined} overrides
   * @param {number} flags
   */
  async #work(request, overrides, flags) {
    const { options, settings, credentials } = this.#merge(overrides);
    const flat = flatten(request);
    // Nothing to wait for is the usual case: a warm signer settles in one turn.
    await ready();
    const identity = credentials.current() ?? (await credentials.resolve());
    const payload = isSettledAtOnce(flat)
      ? settleBodySync(flat, settings.payload)
      : await settleBody(flat, settings.payload);
    return this.#finish(flat, payload, options, settings, identity, flags, overrides?.expiresIn);
  }

  /**
   * @param {SignableRequest} request
   * @param {(Partial<SignerOptions> & PresignOptions) | undefined} overrides
   * @param {number} flags
   */
  #workSync(request, overrides, flags) {
    const { options, settings, credentials } = this.#merge(overrides);
    const flat = flatten(request);
    readySync();
    const identity = credentials.currentSync();
    const payload = settleBodySync(flat, settings.payload);
    return this.#finish(flat, payload, options, settings, identity, flags, overrides?.expiresIn);
  }

  /** @param {Partial<SignerOptions> | undefined} overrides */
  #merge(overrides) {
    if (overrides === undefined || isOnlyExpiry(overrides)) {
      return { options: this.#options, settings: this.#settings, credentials: this.#credentials };
    }
    const options = { ...this.#options, ...overrides };
    return {
      options,
      settings: compileSettings(options),
      credentials:
        overrides.credentials === undefined
          ? this.#credentials
          : new CredentialsSource(overrides.credentials, () => this.#now()),
    };
  }

  /**
   * The last step, the same for all: time, and the crossing into wasm.
   *
   * @param {import('./request.js').FlatRequest} flat
   * @param {string} payload
   * @param {SigningOptions} options
   * @param {ReturnType<typeof compileSettings>} settings
   * @param {import('./credentials.js').Identity} identity
   * @param {number} flags
   * @param {number | undefined} expiresIn
   */
  #finish(flat, payload, options, settings, identity, flags, expiresIn) {
    if (!(flags & FLAG.presign)) assertSendable(flat);
    const at = options.date === undefined ? this.#now() : epochMillis(options.date);
    const input = {
      method: flat.method,
      host: flat.host,
      path: flat.path,
      query: flat.query,
      headers: flat.headers,
      hasLatin1Headers: flat.hasLatin1Headers,
      body: payload === '' ? /** @type {string | Uint8Array | undefined} */ (flat.body) : undefined,
      payload,
      isBodyHash: flat.isBodyHash,
      webSocket: flat.webSocket,
    };
    const seconds = flags & FLAG.presign ? lifetime(expiresIn, identity, at) : 0;
    return { flat, identity, signature: signRecord(input, settings, identity, at, flags, seconds) };
  }
}

/** @typedef {{ flat: import('./request.js').FlatRequest, identity: import('./credentials.js').Identity, signature: import('./core.js').Signature }} Work */

/** @param {Work} work @returns {SignedRequest} */
function headerSigned({ flat, identity, signature }) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const [name, value] of flat.headers) headers[name] = value;
  headers.authorization = signature.value;
  headers['x-amz-date'] = signature.amzDate;
  if (signature.contentSha256 !== '') headers['x-amz-content-sha256'] = signature.contentSha256;
  if (identity.sessionToken !== '') headers[signature.sessionTokenHeader] = identity.sessionToken;
  /** @type {SignedRequest} */
  const signed = {
    method: flat.method,
    url: flat.query === '' ? flat.origin + flat.path : `${flat.origin}${flat.path}?${flat.query}`,
    headers,
  };
  if (flat.body !== undefined) signed.body = /** @type {SignedRequest['body']} */ (flat.body);
  return signed;
}

/** @param {Work} work */
function presigned({ flat, signature }) {
  return `${flat.origin}${flat.path}?${signature.value}`;
}

/** @param {Work} work @returns {SigningTrace} */
function traced({ identity, signature }) {
  const canonicalRequest = /** @type {string} */ (signature.canonicalRequest);
  const stringToSign = /** @type {string} */ (signature.stringToSign);
  const lines = canonicalRequest.split('\n');
  const token = identity.sessionToken;
  return {
    canonicalRequest:
      token === ''
        ? canonicalRequest
        : canonicalRequest.replaceAll(token, REDACTED).replaceAll(rfc3986(token), REDACTED),
    stringToSign,
    scope: stringToSign.split('\n')[2],
    signedHeaders: lines[lines.length - 2].split(';'),
    signature: /Signature=([0-9a-f]{64})/.exec(signature.value)?.[1] ?? '',
  };
}

const REDACTED = '<session token>';

/** @param {string} text */
function rfc3986(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * @param {unknown} expiresIn  seconds
 * @param {import('./credentials.js').Identity} identity
 * @param {number} at  epoch milliseconds
 * @returns {number} seconds
 */
function lifetime(expiresIn = 3600, identity, at) {
  if (typeof expiresIn !== 'number' || !Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > 604_800) {
    throw new SigV4Error(
      'ERR_SIGV4_EXPIRES_INVALID',
      'expiresIn must be a whole number of seconds from 1 to 604800 (seven days)',
    );
  }
  const left = Math.floor((identity.expiration - at) / 1000);
  if (left < 1) throw expired(identity);
  return Math.min(expiresIn, left);
}

/** @param {object} overrides */
function isOnlyExpiry(overrides) {
  for (const key in overrides) if (key !== 'expiresIn') return false;
  return true;
}

/**
 * @param {SignerOptions} options
 * @returns {SignerOptions}
 */
function requireOptions(options) {
  if (typeof options === 'object' && options !== null) return options;
  throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', 'the options are missing: pass at least { credentials }');
}

/**
 * @param {Exclude<Parameters<typeof init>[0], undefined>} source
 * @returns {Promise<WebAssembly.Module>}
 */
async function load(source) {
  let loaded = await source;
  if (loaded instanceof URL || typeof loaded === 'string') loaded = await fetch(loaded);
  if (typeof Response === 'function' && loaded instanceof Response) {
    if (!loaded.ok) throw new Error(`${loaded.url} answered ${loaded.status}`);
    loaded = await loaded.arrayBuffer();
  }
  return loaded instanceof WebAssembly.Module
    ? loaded
    : WebAssembly.compile(/** @type {BufferSource} */ (loaded));
}

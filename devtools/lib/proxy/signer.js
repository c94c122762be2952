// Signs requests for one upstream.

import { Signer, signingRules } from 'sigv4-wasm';
import { signStream } from 'sigv4-wasm/s3';
import { trace } from 'sigv4-wasm/trace';
import { SignerV4a } from 'sigv4-wasm/v4a';

/**
 * @typedef {import('sigv4-wasm').SignerOptions} SignerOptions
 *
 * @typedef {object} Unsigned
 * @property {string} method
 * @property {string} path  with the query
 * @property {[string, string][]} headers
 * @property {Uint8Array} [body]  if its hash is signed
 *
 * @typedef {object} Signed
 * @property {string} path
 * @property {Record<string, string>} headers
 *
 * @typedef {object} Scope
 * @property {URL} url  of the upstream
 * @property {string} [region]
 * @property {string} [service]
 * @property {string} [host]  the host to sign instead of the one in the URL
 */

/**
 * Services that accept the signature of a WebSocket handshake only in the query. Sources: "MQTT over WSS", AWS IoT Core developer
 * guide; "Setting up a WebSocket stream", Amazon Transcribe developer guide; "Signaling channel websocket APIs", Kinesis Video
 * Streams WebRTC developer guide.
 */
const SIGNED_IN_QUERY = new Set(['iotdevicegateway', 'iotdata', 'transcribe', 'kinesisvideo']);
/** How long the URL of a handshake is valid, in seconds. The handshake is sent immediately. */
const HANDSHAKE_SECONDS = 60;

/**
 * @param {import('./options.js').Settings} settings
 * @param {Scope} scope
 */
export function signerFor({ credentials, sigv4a }, scope) {
  return new UpstreamSigner(/** @type {SignerOptions['credentials']} */ (credentials), sigv4a, scope);
}

export class UpstreamSigner {
  /** How far the clock of the upstream is ahead, in milliseconds. Learned from refusals. */
  clockOffset = 0;
  #signer;
  #origin;
  #target;

  /**
   * @param {SignerOptions['credentials']} credentials
   * @param {boolean} sigv4a
   * @param {Scope} scope
   */
  constructor(credentials, sigv4a, { url, region, service, host }) {
    this.host = host;
    this.service = service;
    const date = () => new Date(Date.now() + this.clockOffset);
    const options = { credentials, service, host, date };
    this.#signer = sigv4a
      ? new SignerV4a({ ...options, regionSet: region?.split(',') })
      : new Signer({ ...options, region });
    const { protocol, hostname, port, origin } = url;
    this.#origin = origin;
    this.#target = { protocol, hostname, ...(port !== '' && { port: Number(port) }) };
  }

  /**
   * @param {Unsigned} request
   * @param {'unsigned' | { sha256: string }} [payload]  default: the hash of the body, or the value that the headers give
   * @returns {Promise<Signed>}
   */
  async sign(request, payload) {
    const signable = this.#signable(request);
    const options = payload === undefined ? undefined : { payload };
    const { url, headers } =
      this.#signSync(signable, options) ?? (await this.#signer.sign(signable, options));
    return { path: pathOf(url), headers };
  }

  /**
   * Signs synchronously, because waiting for a promise takes longer than a signature.
   *
   * @param {import('sigv4-wasm').SignableRequest} signable
   * @param {object} [options]
   * @returns {import('sigv4-wasm').SignedRequest | undefined} `undefined` if the credentials must be fetched first
   */
  #signSync(signable, options) {
    try {
      return this.#signer.signSync(signable, options);
    } catch (error) {
      if (/** @type {any} */ (error).code === 'ERR_SIGV4_NOT_READY') return undefined;
      throw error;
    }
  }

  /**
   * Signs an upload in chunks.
   *
   * @param {Unsigned} request
   * @param {AsyncIterable<Uint8Array>} source
   * @param {{ length?: number, trailer?: any }} options
   * @returns {Promise<Signed & { body: import('sigv4-wasm/s3').SignedStreamRequest['body'] }>}
   */
  async signChunks(request, source, options) {
    const { url, headers, body } = await signStream(this.#signer, this.#signable(request), source, options);
    return { path: pathOf(url), headers, body };
  }

  /**
   * Signs the handshake of a WebSocket, in headers or in the query, as the service requires.
   *
   * @param {Unsigned} request
   * @returns {Promise<Signed>}
   */
  async signHandshake(request) {
    if (!SIGNED_IN_QUERY.has(this.service ?? '')) return this.sign(request);
    const protocol = this.#target.protocol === 'https:' ? 'wss:' : 'ws:';
    const unsigned = { ...this.#target, protocol, path: request.path };
    const url = await this.#signer.presign(unsigned, {
      expiresIn: HANDSHAKE_SECONDS,
      onEarlyExpiry: 'shorten',
    });
    const host = this.host ?? hostOf(url);
    return { path: pathOf(url), headers: { ...Object.fromEntries(request.headers), host } };
  }

  /**
   * The request as it was signed, for an explanation.
   *
   * @param {Unsigned} request
   * @param {Record<string, string>} signed  headers of the request that was refused
   * @param {'unsigned' | { sha256: string }} [payload]
   * @returns {Promise<import('sigv4-wasm/trace').SigningTrace>}
   */
  trace(request, signed, payload) {
    const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(signed['x-amz-date'] ?? '') ?? [];
    const [year, month, day, ...time] = parts;
    const date = parts.length > 0 ? new Date(`${year}-${month}-${day}T${time.join(':')}Z`) : new Date();
    return trace(this.#signer, this.#signable(request), { date, ...(payload && { payload }) });
  }

  /** @param {Unsigned} request */
  #signable({ method, path, headers, body }) {
    if (PLAIN.test(path)) return { method, url: this.#origin + path, headers, body };
    // A URL parser would remove dot segments from the path.
    return { ...this.#target, method, path, headers, body };
  }
}

/** Paths that no URL parser changes. */
const PLAIN = /^(?:\/[\w~-][\w.~-]*)+\/?(?:\?[\w.~=&%-]+)?$/;

/**
 * Whether the service is Amazon S3 or similar: only these encode the path once, and only these accept bodies in chunks.
 *
 * @param {string | undefined} service
 */
export function isS3(service) {
  return service !== undefined && signingRules(service).pathEncoding === 'single';
}

/**
 * Whether the service leaves bodies out of signatures by default.
 *
 * @param {string | undefined} service
 */
export function leavesBodyUnsigned(service) {
  return service !== undefined && signingRules(service).payload === 'unsigned';
}

/** The path and query, without the URL parser, which could change the path. @param {string} url */
function pathOf(url) {
  return url.slice(url.indexOf('/', url.indexOf('//') + 2));
}

/** @param {string} url */
function hostOf(url) {
  return new URL(url).host;
}

// A small S3 client: path-style URLs, signed by the package, sent as they were handed back.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { Signer } from 'sigv4-wasm';
import { presignPost, signStream } from 'sigv4-wasm/s3';
import { trace } from 'sigv4-wasm/trace';

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Buffer} bytes
 * @property {string} text
 * @property {string | undefined} code  the error code in it
 *
 * @typedef {Omit<import('sigv4-wasm').SdkRequest, 'hostname' | 'port' | 'protocol'>} PathRequest
 * @typedef {Partial<import('sigv4-wasm').SignerOptions>} Overrides
 * @typedef {Overrides & { expiresIn?: number }} PresignOverrides
 * @typedef {Overrides & import('sigv4-wasm/s3').StreamOptions} StreamOverrides
 */

export class S3Client {
  /** @type {Signer} */
  #signer;
  #target;

  /**
   * @param {object} options
   * @param {string} options.origin
   * @param {import('sigv4-wasm').Credentials} options.credentials
   * @param {string} options.bucket  what `request.path` begins in; paths begin with a slash
   */
  constructor({ origin, credentials, bucket }) {
    const { hostname, port } = new URL(origin);
    this.#signer = new Signer({ credentials, region: 'us-east-1', service: 's3' });
    this.#target = { protocol: 'http:', hostname, port: Number(port) };
    this.origin = origin;
    this.bucket = bucket;
    this.credentials = credentials;
  }

  /**
   * The request as an AWS SDK would hand it over: the path goes on the wire as it is, which a URL parser would change.
   *
   * @param {PathRequest} request
   */
  #absolute({ path = '', ...rest }) {
    return { ...this.#target, ...rest, path: `/${this.bucket}${path}` };
  }

  /**
   * @param {PathRequest} request
   * @param {Overrides} [overrides]
   */
  sign(request, overrides) {
    return this.#signer.sign(this.#absolute(request), overrides);
  }

  /**
   * @param {PathRequest} request
   * @param {PresignOverrides} [overrides]
   */
  presign(request, overrides) {
    return this.#signer.presign(this.#absolute(request), overrides);
  }

  /**
   * @param {PathRequest} request
   * @param {import('sigv4-wasm').StreamSource} source
   * @param {StreamOverrides} [overrides]
   */
  signStream(request, source, overrides) {
    return signStream(this.#signer, this.#absolute(request), source, overrides);
  }

  /**
   * @param {Omit<import('sigv4-wasm/s3').PostOptions, 'bucket' | 'endpoint'>} upload
   * @param {Overrides} [overrides]
   */
  presignPost(upload, overrides) {
    return presignPost(this.#signer, { ...upload, bucket: this.bucket, endpoint: this.origin }, overrides);
  }

  /**
   * Signs and sends, whatever the answer.
   *
   * @param {PathRequest} request
   * @param {Overrides} [overrides]
   */
  async try(request, overrides) {
    return send(await this.sign(request, overrides));
  }

  /**
   * Signs and sends. Anything but success fails, with what is needed to compare canonical requests.
   *
   * @param {PathRequest} request
   * @param {Overrides} [overrides]
   */
  async ok(request, overrides) {
    const answer = await this.try(request, overrides);
    if (isSuccess(answer)) return answer;
    const { canonicalRequest } = await trace(this.#signer, this.#absolute(request), overrides);
    assert.fail(`${answer.status} ${answer.text}\n\nsigned here:\n${canonicalRequest}`);
  }

  /**
   * Presigns, and uses the URL.
   *
   * @param {PathRequest} request  what is presigned
   * @param {{ headers?: Record<string, string>, body?: import('sigv4-wasm').SignedRequest['body'] }} [use]  what the
   *   user of the URL sends
   * @param {PresignOverrides} [overrides]
   */
  async okPresigned(request, use = {}, overrides = {}) {
    const url = await this.presign(request, overrides);
    const answer = await send({ method: request.method ?? 'GET', url, headers: {}, ...use });
    if (isSuccess(answer)) return answer;
    const { canonicalRequest } = await trace(this.#signer, this.#absolute(request), {
      expiresIn: 3600,
      ...overrides,
    });
    assert.fail(`${answer.status} ${answer.text}\n\nsigned here:\n${canonicalRequest}`);
  }
}

/** @param {Answer} answer */
export function isSuccess({ status }) {
  return status >= 200 && status < 300;
}

/**
 * With Node's own HTTP client, which leaves path and headers alone.
 *
 * @param {import('sigv4-wasm').SignedRequest} signed
 * @returns {Promise<Answer>}
 */
export async function send({ method, url, headers, body }) {
  const { hostname, port, origin } = new URL(url);
  const path = url.slice(origin.length);
  // Node frames a body by itself only for methods that usually have one.
  if (typeof body === 'string' || body instanceof Uint8Array) {
    headers = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
  }
  const isStream = typeof body === 'object' && !(body instanceof Uint8Array);
  // A server that refuses at once would close the connection on what is still being sent, and not be heard.
  if (isStream) headers = { ...headers, expect: '100-continue' };
  const outgoing = httpRequest({ method, hostname, port, path, headers, agent: false });
  outgoing.strictContentLength = true;
  const response = new Promise((resolve, reject) => {
    /** @type {Promise<void> | undefined} */
    let sent;
    outgoing.on('response', resolve);
    outgoing.on('continue', () => {
      sent = pipeline(Readable.fromWeb(/** @type {any} */ (body)), outgoing);
      sent.catch(reject);
    });
    // Where the body has failed, that is the cause, and this only what follows.
    outgoing.on('error', (error) => sent ?? reject(error));
  });
  if (isStream) outgoing.flushHeaders();
  else outgoing.end(body);
  const incoming = await response;
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  outgoing.destroy();
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString();
  return {
    status: incoming.statusCode,
    headers: incoming.headers,
    bytes,
    text,
    code: /<Code>([^<]*)<\/Code>/.exec(text)?.[1],
  };
}

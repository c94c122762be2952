// js/sign adds a signature that AWS accepts to a request. This file: the main entry, which signs with SigV4.

import { signingEngine } from '../engine/signing-engine.js';
import { SIGV4 } from '../protocol/algorithms.js';
import { SIGNER_OPTIONS } from '../protocol/option-names.js';
import { BaseSigner, PRESIGN, SIGN } from './base-signer.js';
import { compileSettings } from './options.js';
import { headerSigned, presigned } from './signed-request.js';
import { signOnce } from './signing.js';

/**
 * @typedef {import('../engine/errors.js').SigV4Error} SigV4Error
 * @typedef {import('./base-signer.js').PresignOptions} PresignOptions
 * @typedef {import('./credentials.js').Credentials} Credentials
 * @typedef {import('./credentials.js').CredentialsProvider} CredentialsProvider
 * @typedef {import('./normalize-request.js').SignableRequest} SignableRequest
 * @typedef {import('./options.js').SigningOptions} SigningOptions
 * @typedef {import('./signed-request.js').SignedRequest} SignedRequest
 *
 * @typedef {SigningOptions & { credentials: import('./credentials.js').AnyCredentials | CredentialsProvider }} SignerOptions
 */

const SIGNING = { engine: signingEngine, algorithm: SIGV4.algorithm, compileSettings, names: SIGNER_OPTIONS };

/**
 * Signs a request.
 *
 * To sign many requests with the same credentials, use a {@link Signer}, which is faster.
 *
 * Source: "Create a signed AWS API request", IAM user guide.
 *
 * @example
 *   const signed = await signRequest({ method: 'POST', url, body: { item: 'tea' } }, { credentials });
 *   await fetch(signed.url, signed);
 *
 * @param {SignableRequest} request
 * @param {SignerOptions} options
 * @returns {Promise<SignedRequest>}
 * @throws {SigV4Error}
 */
export async function signRequest(request, options) {
  return headerSigned(await signOnce(request, options, SIGNING, SIGN));
}

/**
 * Presigns a URL: it contains the signature, so anyone with the URL can make this one request until it expires.
 *
 * Headers named `x-amz-*` move to the query, except those named `x-amz-server-side-encryption*`,
 * `x-amz-copy-source-server-side-encryption*` and `x-amz-tagging`, those that the option `signedHeaders` names, and all
 * of them with `headerPlacement: 'headers'`. These stay headers, like every other header that is signed, such as
 * `content-type`: anyone who uses the URL must send them exactly as you passed them. `X-Amz-SignedHeaders` in the URL
 * names them.
 *
 * Source: "Authenticating Requests: Using Query Parameters", Amazon S3 API reference.
 *
 * @example
 *   const url = await presignUrl('https://my-bucket.s3.eu-west-1.amazonaws.com/report.pdf', { credentials, expiresIn: 900 });
 *
 * @param {SignableRequest} request
 * @param {SignerOptions & PresignOptions} options
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function presignUrl(request, options) {
  return presigned(await signOnce(request, options, SIGNING, PRESIGN));
}

/**
 * Starts the wasm module. Optional: everything starts it on first use.
 *
 * @example
 *   await init(new URL('./signing.wasm', import.meta.url)); // served as a file: sigv4-wasm/signing.wasm
 *
 * @param {BufferSource | WebAssembly.Module | Response | URL | Promise<BufferSource | WebAssembly.Module | Response | URL>}
 *   [source] the module, its bytes, or their location, for a page that serves `sigv4-wasm/signing.wasm` as a file. Default: the
 *   copy in this package.
 * @returns {Promise<void>}
 * @throws {SigV4Error} `ERR_SIGV4_WASM_UNAVAILABLE`
 */
export function init(source) {
  return source === undefined ? signingEngine.ready() : signingEngine.ready(() => load(source));
}

/**
 * Signs requests with one set of credentials, which it refreshes.
 *
 * @example
 *   const signer = new Signer({ credentials, region: 'eu-west-1', service: 'execute-api' });
 *   const { url, headers } = await signer.sign('https://api.example.com/orders');
 *
 * @extends {BaseSigner<SignerOptions>}
 */
export class Signer extends BaseSigner {
  /** @param {SignerOptions} options */
  constructor(options) {
    super(options, SIGNING);
  }
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
  // By tag: the module may come from another realm.
  return Object.prototype.toString.call(loaded) === '[object WebAssembly.Module]'
    ? /** @type {WebAssembly.Module} */ (loaded)
    : WebAssembly.compile(/** @type {BufferSource} */ (loaded));
}

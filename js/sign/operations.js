// How the other entries use a signer: sigv4-wasm/s3, /events, /batch, /trace, and the HTTP clients. A signer of the CommonJS copy
// works with an entry of the ES modules, because the method has a name that both copies know.

import { SigV4Error } from '../engine/errors.js';

/** The name of a non-enumerable method: see `BaseSigner`. */
export const OPERATIONS = /* @__PURE__ */ Symbol.for('sigv4-wasm.operations');

/** The version of the types in this file, including requests, payloads and flags. Increment it with each change. */
export const OPERATIONS_VERSION = 1;

/**
 * A `Signer` or a `SignerV4a`, of either copy of the package.
 *
 * @template [Overrides=Partial<import('./signer.js').SignerOptions>]
 * @typedef {object} AnySigner
 * @property {(request: any, overrides?: Overrides) => Promise<import('./signed-request.js').SignedRequest>} sign
 * @property {() => void} dispose
 */

/**
 * The operations of a signer. It reveals neither its credentials nor its state.
 *
 * @typedef {object} Operations
 * @property {number} version
 * @property {string} algorithm
 * @property {import('./options.js').SigningOptions['date']} date  the options of the signer
 * @property {import('./options.js').SigningOptions['payload']} payload
 * @property {Renewal} credentials
 * @property {(overrides: object | undefined, also: ReadonlySet<string>) => import('./signing.js').Settings} settings
 *   with overrides, whose names are checked: those of a signer, and `also`
 * @property {(request: any, overrides: object | undefined, flags: number) => Promise<Work>} sign
 * @property {(request: any, overrides: object | undefined, flags: number) => Work} signSync
 * @property {(overrides: object | undefined, also?: ReadonlySet<string>) => Promise<ReadySigner>} open
 *
 * @typedef {import('./signed-request.js').Work} Work
 *
 * The credentials from the view of an HTTP client: whether they were replaced, and how to renew them.
 * @typedef {{ readonly version: number, renew: (version: number) => Promise<boolean> }} Renewal
 *
 * A signer whose module has started, with the current credentials. It shows only the parts of the credentials that a signed
 * request shows.
 * @typedef {object} ReadySigner
 * @property {import('./signing.js').Settings} settings
 * @property {import('./credentials.js').ShownIdentity} identity
 * @property {() => number} now  epoch milliseconds
 * @property {(request: NormalizedRequest) => Payload | Promise<Payload>} settle
 * @property {(request: NormalizedRequest, payload: Payload, at: number, flags: number, overrides?: object) => Work} sign
 * @property {import('../engine/engine.js').Engine['signPath']} signPath
 * @property {() => void} wipe
 * @property {import('../protocol/signature-chain.js').SignText} signText
 * @property {(bytes: Uint8Array) => Promise<string>} hash
 *
 * @typedef {import('./normalize-request.js').NormalizedRequest} NormalizedRequest
 * @typedef {import('./payload.js').Payload} Payload
 */

/**
 * @param {any} signer
 * @param {string} [demand]  the error message for other values
 * @returns {Operations}
 * @throws {SigV4Error} `ERR_SIGV4_OPTION_INVALID`, `ERR_SIGV4_VERSION_MISMATCH`
 */
export function operationsOf(signer, demand = 'the first argument must be a Signer or a SignerV4a') {
  const operations = signer?.[OPERATIONS]?.();
  if (operations?.version === OPERATIONS_VERSION) return operations;
  if (operations === undefined) {
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', demand);
  }
  throw new SigV4Error(
    'ERR_SIGV4_VERSION_MISMATCH',
    'the signer is of another version of sigv4-wasm than this function: install one version (npm ls sigv4-wasm)',
  );
}

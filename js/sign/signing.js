// One signature, from the options to the signed request: functions over the state of a signer, so that a bundle contains only
// those that it calls. This file imports no module: each algorithm imports its own.

import { inFull, SigV4Error } from '../engine/errors.js';
import { FLAG } from '../engine/generated/flags.js';
import { epochMillis } from '../protocol/amz-date.js';
import { checkNames } from '../protocol/option-names.js';
import { CredentialsSource } from './credentials.js';
import { assertUnauthorized, normalizeRequest } from './normalize-request.js';
import { canSettleSync, settlePayload, settlePayloadSync } from './payload.js';

/**
 * @typedef {import('./normalize-request.js').NormalizedRequest} NormalizedRequest
 * @typedef {import('./normalize-request.js').SignableRequest} SignableRequest
 * @typedef {import('./options.js').SigningOptions} SigningOptions
 * @typedef {import('./payload.js').Payload} Payload
 * @typedef {import('./signed-request.js').Work} Work
 * @typedef {ReturnType<typeof import('./options.js').compileSettings>} Settings
 * @typedef {import('../engine/engine.js').Engine} Engine
 *
 * The parts of an algorithm.
 * @typedef {object} Variant
 * @property {Engine} engine
 * @property {string} algorithm
 * @property {(options: any) => Settings} compileSettings
 * @property {ReadonlySet<string>} names  of the options
 *
 * The state of a signer.
 * @typedef {object} State
 * @property {Variant} variant
 * @property {SigningOptions} options  without the credentials
 * @property {Settings} settings  those options, compiled
 * @property {CredentialsSource} credentials
 *
 * The properties of one call.
 * @typedef {object} Task
 * @property {number} flags  see `FLAG` in generated/flags.js
 * @property {ReadonlySet<string>} [also]  options that it takes besides those of a signer
 * @property {(overrides: any, identity: import('./credentials.js').Identity, at: number) => number} [lifetime]  of a
 *   presigned URL, in seconds
 */

/**
 * @param {any} options
 * @param {Variant} variant
 * @param {ReadonlySet<string>} [also]  names that they may have besides
 * @returns {State}
 */
export function stateOf(options, variant, also) {
  if (typeof options !== 'object' || options === null) {
    throw new SigV4Error(
      'ERR_SIGV4_OPTION_INVALID',
      'the options are missing: pass at least { credentials }',
    );
  }
  const { credentials, ...rest } = options;
  checkNames(options, variant.names, also);
  return {
    variant,
    options: rest,
    settings: variant.compileSettings(rest),
    credentials: sourceOf(credentials),
  };
}

/**
 * Signs one request without a signer: `signRequest` and `presignUrl` of an algorithm.
 *
 * @param {SignableRequest} request
 * @param {any} options  of a signer, and those of the task
 * @param {Variant} variant
 * @param {Task} task
 * @returns {Promise<Work>}
 */
export async function signOnce(request, options, variant, task) {
  try {
    return await sign(stateOf(options, variant, task.also), request, undefined, task);
  } catch (error) {
    throw await inFull(error);
  }
}

/**
 * @param {State} state
 * @param {SignableRequest} request
 * @param {any} overrides  of the options, for this request only
 * @param {Task} task
 * @returns {Promise<Work>}
 */
export async function sign(state, request, overrides, task) {
  let isReading = false;
  try {
    const { options, settings, credentials } = withOverrides(state, overrides, task.also);
    const normalized = normalizeRequest(request, settings.host);
    const { engine } = state.variant;
    // Usually there is nothing to wait for: a warm signer resolves in one turn.
    await engine.ready();
    const now = clockOf(options);
    const identity = credentials.current(now) ?? (await credentials.resolve(now));
    isReading = true;
    const settled = settle(normalized, settings, engine);
    const payload = settled instanceof Promise ? await settled : settled;
    isReading = false;
    // Without overrides, what the task takes stands among the options: see signOnce.
    return finish(
      engine,
      normalized,
      payload,
      timeOf(options),
      settings,
      identity,
      task,
      overrides ?? options,
    );
  } catch (error) {
    // A stream that fails ends the request of the client that it belongs to: its own error must not come later.
    throw isReading ? error : await inFull(error);
  }
}

/**
 * @param {State} state
 * @param {SignableRequest} request
 * @param {any} overrides
 * @param {Task} task
 * @returns {Work}
 */
export function signSync(state, request, overrides, task) {
  const { options, settings, credentials } = withOverrides(state, overrides, task.also);
  const normalized = normalizeRequest(request, settings.host);
  const { engine } = state.variant;
  engine.readySync();
  const identity = credentials.currentSync(clockOf(options));
  const payload = settlePayloadSync(normalized, settings.payload, engine);
  return finish(engine, normalized, payload, timeOf(options), settings, identity, task, overrides);
}

/**
 * @param {State} state
 * @param {any} overrides
 * @param {ReadonlySet<string>} [also]  names that they may have besides
 * @returns {Pick<State, 'options' | 'settings' | 'credentials'>}
 */
export function withOverrides(state, overrides, also) {
  checkNames(overrides, state.variant.names, also);
  if (overrides === undefined || isAboutTime(overrides)) {
    return overrides?.date === undefined ? state : { ...state, options: overrides };
  }
  const options = { ...state.options, ...overrides };
  return {
    options,
    settings: state.variant.compileSettings(options),
    credentials: overrides.credentials === undefined ? state.credentials : sourceOf(overrides.credentials),
  };
}

/**
 * The payload, and a promise of it only where its body must be read, or the platform hashes it in a thread.
 *
 * @param {NormalizedRequest} request
 * @param {Settings} settings
 * @param {Engine} engine
 * @returns {Payload | Promise<Payload>}
 */
export function settle(request, { payload }, engine) {
  return canSettleSync(request)
    ? settlePayloadSync(request, payload, engine)
    : settlePayload(request, payload, engine);
}

/**
 * The last step, the same for all: the crossing into wasm.
 *
 * @param {Engine} engine
 * @param {NormalizedRequest} request
 * @param {Payload} payload
 * @param {number} at  epoch milliseconds
 * @param {Settings} settings
 * @param {import('./credentials.js').Identity} identity
 * @param {Task} task
 * @param {any} [overrides]
 * @returns {Work}
 */
export function finish(engine, request, payload, at, settings, identity, { flags, lifetime }, overrides) {
  if (!(flags & FLAG.presign)) assertUnauthorized(request);
  const seconds = lifetime?.(overrides, identity, at) ?? 0;
  const signature = engine.sign(request, payload, settings, identity, at, flags, seconds);
  return { request, payload, sessionToken: identity.sessionToken, signature };
}

/**
 * Whether the compiled settings and the credentials stay as they are.
 *
 * @param {object} overrides
 */
function isAboutTime(overrides) {
  for (const key in overrides)
    if (key !== 'date' && key !== 'expiresIn' && key !== 'onEarlyExpiry') return false;
  return true;
}

/**
 * When a request is signed.
 *
 * @param {SigningOptions} options
 * @returns {number} epoch milliseconds
 */
export function timeOf({ date }) {
  return date === undefined ? Date.now() : epochMillis(date);
}

/**
 * The time with which the expiration of credentials is compared: the earlier one of the local clock and `date`, if that is a
 * function. Either can be wrong, and a server refuses expired credentials.
 *
 * @param {SigningOptions} options
 * @returns {import('./credentials.js').Clock}
 */
export function clockOf({ date }) {
  return typeof date === 'function' ? () => Math.min(Date.now(), epochMillis(date)) : Date.now;
}

/** @param {unknown} credentials */
function sourceOf(credentials) {
  return credentials instanceof CredentialsSource ? credentials : new CredentialsSource(credentials);
}

// Passes a text to a function of the module `signing`. Separate from the engine, because a bundle that only signs does not need it.

import { coreError } from './errors.js';
import { LIMIT_EXCEEDED } from './generated/errors.js';
import { MAX_REQUEST_BYTES } from './generated/limits.js';
import { refusal } from './refusals.js';
import { signingEngine } from './signing-engine.js';

/**
 * Synchronous: the module is started if it has not been started yet.
 *
 * @param {string} text  up to U+00FF, each a byte
 * @param {(instance: import('./engine.js').WasmInstance, length: number) => number} call
 * @returns {string} likewise
 */
export function ask(text, call) {
  signingEngine.readySync();
  return signingEngine.use((instance, buffer) => {
    if (text.length > 3 * MAX_REQUEST_BYTES) throw coreError(LIMIT_EXCEEDED, {});
    const view = buffer(text.length * 3);
    const { written } = encoder.encodeInto(text, view);
    const isAscii = written === text.length;
    if (!isAscii) for (let i = 0; i < text.length; i++) view[i] = text.charCodeAt(i);
    const status = call(instance, text.length);
    if (status < 0) throw refusal(status);
    const bytes = buffer(status).subarray(0, status);
    const answer = isAscii ? decoder.decode(bytes) : Array.from(bytes, byteToChar).join('');
    bytes.fill(0); // it may be a token
    if (!isAscii) view.fill(0, 0, written);
    return answer;
  });
}

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder();
const byteToChar = (/** @type {number} */ byte) => String.fromCharCode(byte);

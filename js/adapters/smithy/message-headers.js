// The headers of an event stream's message as bytes: each with the length of its name, name, type and value ("Event
// stream encoding" in the developer guides, such as that of Amazon Transcribe).

import { toBytes } from './canonical.js';

/**
 * As in `@smithy/types`.
 *
 * @typedef {{ type: 'boolean', value: boolean }
 *   | { type: 'byte', value: number }
 *   | { type: 'short', value: number }
 *   | { type: 'integer', value: number }
 *   | { type: 'long', value: { readonly bytes: Uint8Array, valueOf: () => number, toString: () => string } }
 *   | { type: 'binary', value: Uint8Array }
 *   | { type: 'string', value: string }
 *   | { type: 'timestamp', value: Date }
 *   | { type: 'uuid', value: string }} MessageHeaderValue
 *
 * @typedef {Record<string, MessageHeaderValue>} MessageHeaders
 */

/**
 * @param {MessageHeaders} headers
 * @returns {Uint8Array}
 */
export function encodeHeaders(headers) {
  /** @type {ArrayLike<number>[]} */
  const parts = [];
  for (const name of Object.keys(headers)) {
    const bytes = toBytes(name);
    const { type, value } = headers[name];
    parts.push([bytes.length], bytes, VALUES[type]?.(/** @type {never} */ (value)));
  }
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** @type {{ [Type in MessageHeaderValue['type']]: (value: Extract<MessageHeaderValue, { type: Type }>['value']) => number[] }} */
const VALUES = {
  boolean: (value) => [value ? 0 : 1],
  byte: (value) => [2, value],
  short: (value) => [3, ...bigEndian(value, 2)],
  integer: (value) => [4, ...bigEndian(value, 4)],
  long: (value) => [5, ...value.bytes],
  binary: (value) => [6, ...bigEndian(value.byteLength, 2), ...value],
  string: (value) => {
    const bytes = toBytes(value);
    return [7, ...bigEndian(bytes.length, 2), ...bytes];
  },
  timestamp: (value) => [8, ...int64(value.valueOf())],
  uuid: (value) => {
    if (!/^[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}$/.test(value)) {
      throw new Error(`Invalid UUID received: ${value}`);
    }
    const pairs = value.replaceAll('-', '').match(/../g) ?? [];
    return [9, ...pairs.map((pair) => parseInt(pair, 16))];
  },
};

/**
 * @param {number} value
 * @param {number} size  in bytes; what does not fit is cut off
 */
function bigEndian(value, size) {
  return Array.from({ length: size }, (_, i) => (value >> (8 * (size - 1 - i))) & 0xff);
}

/** @param {number} value */
function int64(value) {
  if (Math.abs(value) > 2 ** 63) {
    throw new Error(`${value} is too large (or, if negative, too small) to represent as an Int64`);
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(Math.round(value) || 0)); // 0 for an invalid date
  return bytes;
}

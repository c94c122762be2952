// The search for the mistake of a client in the core: pieces of candidates go in, results come out. See
// src/wasm/mismatch.rs.

import { PARTS, PROGRESS } from './generated/mismatch-names.js';
import { FLAG } from './generated/verify-flags.js';
import { lengths, read, rejectionOf, write } from './incoming-crossing.js';
import { Writer } from './mismatch-record.js';
import { ModuleInstance } from './module-instance.js';

/**
 * @typedef {import('./mismatch-record.js').CorePieces} CorePieces
 * @typedef {import('./mismatch-record.js').Parameter} Parameter
 * @typedef {import('./mismatch-record.js').Payload} Payload
 *
 * @typedef {{ memory: import('./instantiate.js').Memory } & Omit<import('../wasm/mismatch.js').InitOutput, 'memory'>} MismatchExports
 *
 * @typedef {typeof PARTS[number]} PartName  of the canonical request
 *
 * All that a request says, one character for each byte.
 * @typedef {object} Examination
 * @property {number} signedAt  milliseconds since 1970
 * @property {boolean} isSigV4a
 * @property {boolean} isPresigned  whether the signature is in the query
 * @property {string} accessKeyId
 * @property {string} day  of the scope, which should be `YYYYMMDD`
 * @property {string} region  empty with SigV4a
 * @property {string} service
 * @property {string} terminator  of the scope, which should be `aws4_request`
 * @property {string} regionSet  with SigV4a; otherwise empty
 * @property {string} amzDate  when it was signed, `YYYYMMDDTHHMMSSZ`
 * @property {string[]} signedHeaders
 * @property {string} signature
 * @property {string | undefined} sessionToken
 * @property {string | undefined} declared  what is signed instead of the body's hash, as far as the request says
 * @property {{ scope: boolean, region: boolean, service: boolean, time: boolean, payload: boolean, host: boolean, uncovered:
 *   string | undefined }} wrong the scope in itself; the region, the service, the time for this server; what is signed instead of
 *   the body; whether there are several hosts; a header that must be signed, and is not
 * @property {string} hosts  every name that the request gives its host, joined with commas
 * @property {Parameter[]} parameters  that are signed
 * @property {Map<string, string>} headers  by lower-case name, in its order, with canonical values
 * @property {string} path  as on the wire
 * @property {string} query  likewise
 */

/** The module, and the fallback that starts if it cannot. */
export const mismatchModule = /** @type {ModuleInstance<MismatchExports>} */ (
  /* @__PURE__ */ new ModuleInstance({
    compile: async () => (await import('./mismatch-bytes.js')).compile(),
    compileSync: () => {
      throw new Error('the module mismatch can only be loaded asynchronously'); // nobody calls this
    },
  })
);

/**
 * One search, in its own instance of the module, which must have started: it keeps a secret while other code runs, and its whole
 * memory is wiped afterwards.
 */
export class MismatchSearch {
  #instance;
  #writer = new Writer();

  constructor() {
    this.#instance = mismatchModule.another();
  }

  /**
   * The parts of a request, and its problems apart from the signature.
   *
   * @param {import('./incoming-crossing.js').IncomingRecord} record
   * @returns {Examination | import('./incoming-crossing.js').WrittenRejection}
   * @throws {SigV4Error} where the request cannot have arrived like this
   */
  examine(record) {
    const instance = this.#instance;
    try {
      const { headerCount, now, maxSkewSeconds } = record;
      const flags = write(record, '', '', '', instance);
      const { fields, target } = lengths;
      const status = instance.exports.examine(fields, target, headerCount, flags, now, maxSkewSeconds);
      const text = read(status, record, instance);
      return status & FLAG.rejected ? rejectionOf(text) : examinationOf(text);
    } catch (error) {
      throw instance.failed(error);
    }
  }

  /**
   * @param {CorePieces} base  what should have been signed
   * @param {Payload} payload
   * @param {string} signature  in hex; empty: each candidate counts as found, and the caller compares
   */
  begin(base, payload, signature) {
    this.#writer.start().latin1(signature);
    this.#writer.pieces(base, payload);
    const status = this.#call((exports, length) => exports.search_begin(length, signature.length));
    if (status !== 0) throw this.#instance.failed(new Error('the record of the search is invalid'));
  }

  /** Whether the signature is valid. */
  isRight() {
    return Boolean(this.#call((exports) => exports.search_is_right()));
  }

  /**
   * Tries a change alone, and keeps it under the next number, from 0 on.
   *
   * @param {CorePieces} pieces
   * @param {Payload | undefined} payload
   * @param {number} rank  how many likelier changes its cause has
   * @param {boolean} isCombined  whether it is tried with others, too
   * @returns {boolean | undefined} whether it gives the signature; `undefined`: it changes nothing, or was tried before
   */
  add(pieces, payload, rank, isCombined) {
    this.#writer.start();
    this.#writer.pieces(pieces, payload);
    const status = this.#call((exports, length) => exports.search_add(length, rank, Number(isCombined)));
    return status === 0 ? undefined : status === FOUND;
  }

  /**
   * @param {number} first
   * @param {number} second
   * @returns {boolean} whether they are tried together
   */
  combines(first, second) {
    return Boolean(this.#call((exports) => exports.search_combines(first, second)));
  }

  /**
   * What two changes of the payload make of it together: before the row of the second, in order.
   *
   * @param {number} first
   * @param {number} second
   * @param {Payload} payload
   */
  addPayload(first, second, { line, length = -1 }) {
    this.#writer.start().latin1(line);
    this.#call((exports, written) => exports.search_add_payload(first, second, written, length));
  }

  /**
   * Tries a change with each before it.
   *
   * @param {number} second
   * @param {number} budget  how many blocks may be hashed now
   * @returns {Progress}
   */
  pairs(second, budget) {
    return PROGRESS[this.#call((exports) => exports.search_pairs(second, budget))];
  }

  /**
   * Tries every three likely changes.
   *
   * @param {number} budget
   * @returns {Progress}
   */
  triples(budget) {
    return PROGRESS[this.#call((exports) => exports.search_triples(budget))];
  }

  /** The numbers of the changes that were found. */
  found() {
    const numbers = [];
    for (let at = 0; ; at++) {
      const number = this.#call((exports) => exports.search_found(at));
      if (number < 0) return numbers;
      numbers.push(number);
    }
  }

  /** Of what was found. */
  stringToSign() {
    return decoder.decode(this.#read((exports) => exports.search_string_to_sign()));
  }

  /**
   * A part of the canonical request, a character for each byte.
   *
   * @param {PartName} name
   * @param {number} [number]  of a change; without one, as it should be
   */
  part(name, number = -1) {
    let text = '';
    for (const byte of this.#read((exports) => exports.search_part(number, PARTS.indexOf(name)))) {
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** Wipes the data of the search. */
  dispose() {
    this.#writer.wipe();
    this.#instance.discard();
  }

  /**
   * @param {(exports: MismatchExports) => number} work  returns how many bytes it wrote
   * @returns {Uint8Array}
   */
  #read(work) {
    const length = this.#call(work);
    return this.#instance.buffer(length).subarray(0, length);
  }

  /**
   * Has what was written cross, if anything was.
   *
   * @param {(exports: MismatchExports, length: number) => any} work
   * @returns {any}
   */
  #call(work) {
    try {
      const { written } = this.#writer;
      if (written.length > 0) this.#instance.buffer(written.length).set(written);
      this.#writer.start();
      return work(this.#instance.exports, written.length);
    } catch (error) {
      throw this.#instance.failed(error);
    }
  }
}

/** @param {string} text @returns {Examination} */
function examinationOf(text) {
  const fields = text.split('\0');
  const [signedAt, , bits, accessKeyId, day, region, service, terminator, regionSet, amzDate] = fields;
  const [names, signature, sessionToken, declared, uncovered, hosts, places, pathLength, count] =
    fields.slice(10);
  const headersEnd = 19 + 2 * Number(count);
  const headers = fields.slice(19, headersEnd);
  const target = fields.slice(headersEnd).join('\0');
  const query = target.slice(Number(pathLength));
  const numbers = places.split(' ').map(Number);
  const flags = Number(bits);
  const has = (/** @type {number} */ flag) => (flags & flag) !== 0;
  return {
    signedAt: Number(signedAt) * 1000,
    isSigV4a: has(FLAG.isV4a),
    isPresigned: has(FLAG.isPresigned),
    ...{ accessKeyId, day, region, service, terminator, regionSet, amzDate, signature, hosts, query },
    signedHeaders: names.split(';'),
    sessionToken: has(FLAG.hasSessionToken) ? sessionToken : undefined,
    declared: has(FLAG.isDeclared) ? declared : undefined,
    wrong: {
      scope: has(FLAG.scopeWrong),
      region: has(FLAG.regionWrong),
      service: has(FLAG.serviceWrong),
      time: has(FLAG.timeWrong),
      payload: has(FLAG.payloadWrong),
      host: has(FLAG.hostWrong),
      uncovered: uncovered || undefined,
    },
    parameters: Array.from({ length: Math.floor(numbers.length / 3) }, (_, i) => {
      const [start, nameLength, valueLength] = numbers.slice(3 * i);
      const valueStart = start + nameLength + 1;
      return [
        query.slice(start, start + nameLength),
        valueLength === 0 ? undefined : query.slice(valueStart, valueStart + valueLength - 1),
      ];
    }),
    headers: new Map(Array.from({ length: Number(count) }, (_, i) => [headers[2 * i], headers[2 * i + 1]])),
    path: target.slice(0, Number(pathLength)),
  };
}

/** @typedef {typeof PROGRESS[number]} Progress */
const FOUND = PROGRESS.indexOf('found');

const decoder = new TextDecoder();

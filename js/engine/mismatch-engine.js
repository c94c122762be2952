// The search for the mistake of a client in the core: pieces of what may have been signed in, what becomes of them out. See
// src/wasm/mismatch.rs.

import { cross, FLAG, verifyModule } from './verify-engine.js';

/**
 * What is done to a text, one step after the other: src/mismatch/steps.rs.
 *
 * @typedef {'double' | 'single' | 'segments' | 'escapes' | 'normalize' | 'mergeSlashes' | 'urlPath' | 'lowerEscapes' | 'upperEscapes' | 'cutFirst'} PlainStep
 * @typedef {PlainStep | readonly ['replace', from: string, to: string] | readonly ['decode' | 'encode', characters: string]} Step
 *   no characters: all of them
 *
 * As on the wire; without a value where no `=` is.
 * @typedef {readonly [name: string, value: string | undefined]} Parameter
 *
 * @typedef {typeof LIST_CHANGES[number]} ListChange
 * @typedef {typeof ORDERS[number] | readonly ['listed', names: readonly string[]]} Order
 *
 * The last line of the canonical request; with the length of the body where it is not the one that arrived.
 * @typedef {{ line: string, length: number | undefined }} Payload
 *
 * What a mistake changes, by name: what stands before the first dot or colon names the part that it belongs to. A character
 * stands for a byte, but in `scope` and `key`.
 * @typedef {{
 *   'method.name'?: string,
 *   'path.wire'?: readonly [text: string, ...steps: Step[]],
 *   'path.tidy'?: readonly Step[],
 *   'path.spell'?: readonly Step[],
 *   'query.change'?: ListChange,
 *   'query.extra'?: readonly Parameter[],
 *   'query.spell'?: readonly Step[],
 *   'query.order'?: Order,
 *   'query.write'?: typeof WRITE_FORMS[number],
 *   'headers.names'?: readonly string[],
 *   'headers.listed'?: readonly string[],
 *   'headers.line'?: typeof LINE_FORMS[number],
 *   'headers.gap'?: string,
 *   'scope.algorithm'?: string,
 *   'scope.amzDate'?: string,
 *   'scope.day'?: string,
 *   'scope.region'?: string,
 *   'scope.service'?: string,
 *   'scope.end'?: string,
 *   'key.prefix'?: string,
 *   'key.secret'?: string,
 *   'key.day'?: string,
 *   'key.region'?: string,
 *   'key.service'?: string,
 *   'key.end'?: string,
 *   'key.steps'?: typeof KEY_STEPS[number],
 *   [parameter: `query:${number}`]: Parameter | undefined,
 *   [header: `headers:${string}`]: string | undefined,
 * }} CorePieces
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
 * @property {string | undefined} declared  what is signed in place of the body's hash, as far as the request says
 * @property {{ scope: boolean, region: boolean, service: boolean, time: boolean, payload: boolean, host: boolean, uncovered: string | undefined }} wrong
 *   the scope in itself; the region, the service, the time for this server; what is signed in place of the body; whether there
 *   are several hosts; a header that must be signed, and is not
 * @property {string} hosts  every name that the request gives its host, joined with commas
 * @property {Parameter[]} parameters  that are signed
 * @property {Map<string, string>} headers  by lower-case name, in its order, with canonical values
 * @property {string} path  as on the wire
 * @property {string} query  likewise
 */

// By their numbers in src/wasm/mismatch.rs.
const PARTS = /** @type {const} */ (['method', 'path', 'query', 'headers', 'payload']);
const STEPS = [
  ...['double', 'single', 'segments', 'escapes', 'normalize', 'mergeSlashes', 'urlPath', 'lowerEscapes'],
  ...['upperEscapes', 'cutFirst', 'replace', 'decode', 'encode'],
];
const LIST_CHANGES = /** @type {const} */ ([
  'nothing',
  'empty',
  'withoutEmpty',
  'withoutUndefined',
  'lastOfEachName',
  'firstOfEachName',
  'joinRepeated',
  'splitAtCommas',
  'withoutBrackets',
  'withBrackets',
  'withIndexes',
  'lowerCaseNames',
]);
const ORDERS = /** @type {const} */ ([
  'byNameAndValue',
  'asSent',
  'byWholeText',
  'byName',
  'byNameIgnoringCase',
  'byDecodedName',
]);
const WRITE_FORMS = /** @type {const} */ (['equalsAlways', 'noEqualsWithoutValue', 'noEqualsWithEmptyValue']);
const LINE_FORMS = /** @type {const} */ (['canonical', 'capitalNames', 'spaceAfterColon']);
const KEY_STEPS = /** @type {const} */ (['bytes', 'hex', 'none']);
const SCOPE = ['algorithm', 'amzDate', 'day', 'region', 'service', 'end'];
const KEY = ['prefix', 'secret', 'day', 'region', 'service', 'end'];

/** How each piece is written. @type {Record<string, (writer: Writer, value: any) => void>} */
const PIECES = {
  'method.name': (writer, text) => writer.byte(0).text(text),
  'path.wire': (writer, [text, ...steps]) => writer.byte(1).text(text).steps(steps),
  'path.tidy': (writer, steps) => writer.byte(2).steps(steps),
  'path.spell': (writer, steps) => writer.byte(3).steps(steps),
  'query.change': (writer, name) => writer.byte(4).oneOf(LIST_CHANGES, name),
  'query.extra': (writer, list) => writer.byte(5).list(list, (it) => writer.parameter(it)),
  'query.spell': (writer, steps) => writer.byte(6).steps(steps),
  'query.order': (writer, order) =>
    typeof order === 'string'
      ? writer.byte(7).oneOf(ORDERS, order)
      : writer.byte(7).byte(ORDERS.length).texts(order[1]),
  'query.write': (writer, name) => writer.byte(8).oneOf(WRITE_FORMS, name),
  'headers.names': (writer, names) => writer.byte(11).texts(names),
  'headers.listed': (writer, names) => writer.byte(12).texts(names),
  'headers.line': (writer, name) => writer.byte(13).oneOf(LINE_FORMS, name),
  'headers.gap': (writer, text) => writer.byte(14).text(text),
  ...fields(17, 'scope', SCOPE),
  ...fields(18, 'key', KEY),
  'key.steps': (writer, name) => writer.byte(19).oneOf(KEY_STEPS, name),
};

/**
 * @param {number} kind
 * @param {string} part
 * @param {string[]} names
 * @returns {typeof PIECES}
 */
function fields(kind, part, names) {
  return Object.fromEntries(
    names.map((name, number) => [
      `${part}.${name}`,
      (writer, text) => writer.byte(kind).byte(number).utf8(text),
    ]),
  );
}

/**
 * One search, in an instance of the module of its own, which must have started: it keeps a secret while others have their turn, and all its memory is
 * wiped after it.
 */
export class MismatchSearch {
  #instance;
  #writer = new Writer();

  constructor() {
    this.#instance = verifyModule.another();
  }

  /**
   * All that a request says, and what is wrong with it but its signature.
   *
   * @param {import('./verify-engine.js').IncomingRecord} record
   * @returns {Examination | import('./verify-engine.js').WrittenRejection}
   * @throws {SigV4Error} where the request cannot have arrived like this
   */
  examine(record) {
    const { headerCount, now, maxSkewSeconds } = record;
    const outcome = cross(record, this.#instance, (exports, fieldsLength, targetLength, flags) =>
      exports.examine(fieldsLength, targetLength, headerCount, flags, now, maxSkewSeconds),
    );
    return typeof outcome === 'string' ? examinationOf(outcome) : outcome;
  }

  /**
   * @param {CorePieces} base  what should have been signed
   * @param {Payload} payload
   * @param {string} signature  in hex; empty: each candidate counts as found, and the caller compares
   */
  begin(base, payload, signature) {
    this.#writer.start().latin1(signature);
    this.#write(base, payload);
    const status = this.#call((exports, length) => exports.search_begin(length, signature.length));
    if (status !== 0) throw this.#instance.failed(new Error('the record of the search is invalid'));
  }

  /** Whether it was signed as it should be. */
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
    this.#write(pieces, payload);
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

  /** Wipes all that the search knows. */
  dispose() {
    this.#writer.wipe();
    this.#instance.discard();
  }

  /**
   * @param {CorePieces} pieces
   * @param {Payload | undefined} payload
   */
  #write(pieces, payload) {
    const writer = this.#writer;
    for (const [name, value] of /** @type {[string, any][]} */ (Object.entries(pieces))) {
      if (name.startsWith('headers:')) writer.byte(15).text(name.slice('headers:'.length)).optional(value);
      else if (name.startsWith('query:')) writer.sent(Number(name.slice('query:'.length)), value);
      else PIECES[name](writer, value);
    }
    if (payload)
      writer
        .byte(16)
        .text(payload.line)
        .number(payload.length ?? NONE);
  }

  /**
   * @param {(exports: import('./verify-engine.js').VerifyExports) => number} work  returns how many bytes it wrote
   * @returns {Uint8Array}
   */
  #read(work) {
    const length = this.#call(work);
    return this.#instance.buffer(length).subarray(0, length);
  }

  /**
   * Has what was written cross, if anything was.
   *
   * @param {(exports: import('./verify-engine.js').VerifyExports, length: number) => any} work
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

/** A record in the making. */
class Writer {
  #bytes = new Uint8Array(4096);
  #length = 0;

  get written() {
    return this.#bytes.subarray(0, this.#length);
  }

  start() {
    this.#length = 0;
    return this;
  }

  wipe() {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  /** @param {number} byte */
  byte(byte) {
    this.#room(1);
    this.#bytes[this.#length++] = byte;
    return this;
  }

  /** @param {number} number */
  number(number) {
    this.#room(4);
    for (let shift = 0; shift < 32; shift += 8) this.#bytes[this.#length++] = number >>> shift;
    return this;
  }

  /** @param {string} text  one byte for each character, as the canonical request has it */
  latin1(text) {
    this.#room(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length + i] = text.charCodeAt(i);
    this.#length += text.length;
    return this;
  }

  /** @param {string} text */
  text(text) {
    return this.number(text.length).latin1(text);
  }

  /** @param {string | undefined} text */
  optional(text) {
    return text === undefined ? this.number(NONE) : this.text(text);
  }

  /** @param {string} text */
  utf8(text) {
    this.#room(3 * text.length + 4);
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.#length + 4));
    this.number(written);
    this.#length += written;
    return this;
  }

  /**
   * @template T
   * @param {readonly T[]} items
   * @param {(item: T) => void} write
   */
  list(items, write) {
    this.number(items.length);
    items.forEach(write);
    return this;
  }

  /** @param {readonly string[]} texts */
  texts(texts) {
    return this.list(texts, (text) => this.text(text));
  }

  /** @param {readonly Step[]} steps */
  steps(steps) {
    return this.list(steps, (step) => {
      const [name, ...texts] = typeof step === 'string' ? [step] : step;
      this.oneOf(STEPS, name);
      for (const text of texts) this.text(text);
    });
  }

  /** @param {Parameter} parameter */
  parameter([name, value]) {
    return this.text(name).optional(value);
  }

  /**
   * @param {number} number
   * @param {Parameter | undefined} parameter
   */
  sent(number, parameter) {
    if (parameter === undefined) return this.byte(10).number(number);
    return this.byte(9).number(number).parameter(parameter);
  }

  /**
   * @param {readonly string[]} names
   * @param {string} name
   */
  oneOf(names, name) {
    return this.byte(names.indexOf(name));
  }

  /** @param {number} more */
  #room(more) {
    if (this.#length + more <= this.#bytes.length) return;
    const longer = new Uint8Array(2 * this.#bytes.length + more);
    longer.set(this.written);
    this.#bytes.fill(0);
    this.#bytes = longer;
  }
}

/** @typedef {'done' | 'paused' | 'found'} Progress */
const PROGRESS = /** @type {const} */ (['done', 'paused', 'found']);
const FOUND = PROGRESS.indexOf('found');
const NONE = 0xffffffff;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

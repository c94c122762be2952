// The record in which the pieces of candidates cross, and which src/wasm/mismatch.rs reads. Numbers come from
// src/mismatch/names.rs.

import {
  KEY_FIELDS,
  KEY_STEPS,
  LINE_FORMS,
  LIST_CHANGES,
  ORDERS,
  PIECE_NUMBERS,
  SCOPE_FIELDS,
  STEPS,
  WRITE_FORMS,
} from './generated/mismatch-names.js';

/**
 * The steps that change a text, in order: src/mismatch/steps.rs.
 *
 * @typedef {'double' | 'single' | 'segments' | 'escapes' | 'normalize' | 'mergeSlashes' | 'urlPath' | 'lowerEscapes' | 'upperEscapes' | 'cutFirst'} PlainStep
 * @typedef {PlainStep | readonly ['replace', from: string, to: string] | readonly ['decode' | 'encode', characters: string]} Step
 *   no characters: all of them
 *
 * As on the wire; without a value where no `=` is.
 * @typedef {readonly [name: string, value: string | undefined]} Parameter
 *
 * @typedef {typeof LIST_CHANGES[number]} ListChange
 * @typedef {Exclude<typeof ORDERS[number], 'listed'> | readonly ['listed', names: readonly string[]]} Order
 *
 * The last line of the canonical request; with the length of the body if it is not the one that arrived.
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
 */

/** How what follows the number of a piece is written. @type {Record<string, (writer: Writer, value: any) => void>} */
const CONTENTS = {
  'method.name': (writer, text) => writer.text(text),
  'path.wire': (writer, [text, ...steps]) => writer.text(text).steps(steps),
  'path.tidy': (writer, steps) => writer.steps(steps),
  'path.spell': (writer, steps) => writer.steps(steps),
  'query.change': (writer, name) => writer.oneOf(LIST_CHANGES, name),
  'query.extra': (writer, list) => writer.list(list, (it) => writer.parameter(it)),
  'query.spell': (writer, steps) => writer.steps(steps),
  'query.order': (writer, order) =>
    typeof order === 'string' ? writer.oneOf(ORDERS, order) : writer.oneOf(ORDERS, order[0]).texts(order[1]),
  'query.write': (writer, name) => writer.oneOf(WRITE_FORMS, name),
  'headers.names': (writer, names) => writer.texts(names),
  'headers.listed': (writer, names) => writer.texts(names),
  'headers.line': (writer, name) => writer.oneOf(LINE_FORMS, name),
  'headers.gap': (writer, text) => writer.text(text),
  'key.steps': (writer, name) => writer.oneOf(KEY_STEPS, name),
};

/** Likewise, of pieces whose number stands for several: what comes after the mark in their name is part of it. */
const CONTENTS_OF_SEVERAL = {
  /** @type {(writer: Writer, at: string, parameter: Parameter | undefined) => void} */
  'query:': (writer, at, parameter) => writer.number(Number(at)).parameter(parameter),
  /** @type {(writer: Writer, header: string, value: string | undefined) => void} */
  'headers:': (writer, header, value) => writer.text(header).optional(value),
  /** @type {(writer: Writer, field: string, text: any) => void} */
  'scope.': (writer, field, text) => writer.oneOf(SCOPE_FIELDS, field).utf8(text),
  /** @type {(writer: Writer, field: string, text: any) => void} */
  'key.': (writer, field, text) => writer.oneOf(KEY_FIELDS, field).utf8(text),
};

/** An unfinished record. */
export class Writer {
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

  /**
   * @param {CorePieces} pieces
   * @param {Payload | undefined} payload
   */
  pieces(pieces, payload) {
    for (const [name, value] of /** @type {[string, any][]} */ (Object.entries(pieces))) {
      const write = CONTENTS[name];
      if (write !== undefined) {
        write(this.piece(name), value);
        continue;
      }
      const [, kind, rest] = /** @type {string[]} */ (/^(\w+[.:])(.*)$/s.exec(name));
      CONTENTS_OF_SEVERAL[/** @type {keyof typeof CONTENTS_OF_SEVERAL} */ (kind)](
        this.piece(kind),
        rest,
        value,
      );
    }
    if (payload) {
      this.piece('payload')
        .text(payload.line)
        .number(payload.length ?? NONE);
    }
    return this;
  }

  /** @param {string} name  of it */
  piece(name) {
    return this.byte(PIECE_NUMBERS[name]);
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

  /** @param {Parameter | undefined} parameter */
  parameter(parameter) {
    if (parameter === undefined) return this.optional(undefined);
    const [name, value] = parameter;
    return this.text(name).optional(value);
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

const NONE = 0xffffffff;

const encoder = new TextEncoder();

// A command line as words: as a POSIX shell or bash cuts it, and as cmd.exe and then the C runtime of Windows do.
//
// Not a package: here, a word is bytes (bash's $'\xe9' need not be UTF-8), and an error has a position.

import { RequestSyntaxError } from './error.js';

/**
 * @typedef {object} Word
 * @property {Uint8Array} bytes
 * @property {number} at  where it begins in the text
 *
 * @typedef {object} CommandLine
 * @property {Word[]} words  of the first command
 * @property {string[]} notes  what a shell would have done besides
 */

/**
 * @param {string} text
 * @returns {CommandLine}
 * @throws {RequestSyntaxError}
 */
export function splitWords(text) {
  return isWindows(text) ? splitWindows(text) : splitPosix(text);
}

/** @param {Word} word @returns {string} its text; bytes that are not UTF-8 become one character each */
export function wordText({ bytes }) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
}

/**
 * Browsers write `^"`, or end lines with a caret. What comes after a single quote may be anything.
 *
 * @param {string} text
 */
function isWindows(text) {
  return /^[^'"]*\^"/.test(text) || (/^[^']*"[^"]*"[ \t]\^\r?\n/.test(text) && !/\\\r?\n/.test(text));
}

/**
 * Source: "Shell Command Language", POSIX.1-2017, 2.2 and 2.3; "ANSI-C Quoting", bash reference manual.
 *
 * @param {string} text
 * @returns {CommandLine}
 */
function splitPosix(text) {
  const cut = new Cutter();
  let i = 0;
  /** @param {RegExp} pattern  sticky */
  const take = (pattern) => {
    pattern.lastIndex = i;
    const match = pattern.exec(text);
    if (match !== null) i += match[0].length;
    return match;
  };
  while (i < text.length) {
    const at = i;
    let match;
    if (take(/\\\r?\n/y)) continue;
    if (take(/\s+/y)) {
      const isEndOfCommand = text.slice(at, i).includes('\n') && cut.hasWords;
      cut.end();
      if (isEndOfCommand) break;
    } else if (!cut.isInWord && take(/#.*/y)) {
      continue;
    } else if ((match = take(cut.isInWord ? /[|;&<>]/y : /[|;&]|\d*[<>]/y))) {
      cut.notes.push(`everything after ${match[0]} is left out, because it is meant for the shell`);
      break;
    } else if ((match = take(/'([^']*)'/y))) {
      cut.add(match[1], at);
    } else if ((match = take(/\$'([^'\\]*(?:\\[^][^'\\]*)*)'/y))) {
      cut.addBytes(ansiC(match[1]), at);
    } else if ((match = take(/"([^"\\]*(?:\\[^][^"\\]*)*)"/y))) {
      noteExpansion(match[1].replace(/\\[^]/g, ''), cut);
      cut.add(match[1].replace(/\\(?:\r?\n|([$`"\\]))/g, '$1'), at);
    } else if (take(/\$?['"]/y)) {
      throw new RequestSyntaxError('this quote is never closed', text, i - 1);
    } else if ((match = take(/\\([^])/y))) {
      cut.add(match[1], at);
    } else if ((match = take(/[^\s\\'"|;&<>$]+|\$/y))) {
      if (match[0] === '$') noteExpansion(text.slice(at, at + 40), cut);
      cut.add(match[0], at);
    } else {
      cut.add(text[i++], at);
    }
  }
  return cut.finish();
}

/** @param {string} text  without what is escaped @param {Cutter} cut */
function noteExpansion(text, cut) {
  const [expansion] = /\$(?:\w+|\{\w+\}|\()|`/.exec(text) ?? [];
  if (expansion === undefined) return;
  cut.notes.push(`${expansion} is kept as written: only a shell could expand it`);
}

/**
 * @param {string} text  between $' and '
 * @returns {Uint8Array}
 */
function ansiC(text) {
  const bytes = new Cutter();
  for (const [all, simple, octal, hex, unicode] of text.matchAll(
    /\\(?:([abeEfnrtv\\'"?])|([0-7]{1,3})|x([\da-fA-F]{1,2})|[uU]([\da-fA-F]{1,8}))|[^\\]+|\\/g,
  )) {
    if (simple !== undefined) bytes.add(ANSI_C[simple] ?? simple, 0);
    else if (octal !== undefined) bytes.addBytes(Uint8Array.of(parseInt(octal, 8)), 0);
    else if (hex !== undefined) bytes.addBytes(Uint8Array.of(parseInt(hex, 16)), 0);
    else if (unicode !== undefined) bytes.addCodeUnits(unicode);
    else bytes.add(all, 0);
  }
  return bytes.take();
}

/** @type {Record<string, string>} */
const ANSI_C = { a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/**
 * Source: "How does the Windows Command Interpreter (CMD.EXE) parse scripts?"; "Parsing C command-line arguments",
 * Microsoft.
 *
 * @param {string} text
 * @returns {CommandLine}
 */
function splitWindows(text) {
  const { line, origin } = uncaret(text);
  const cut = new Cutter();
  let isQuoted = false;
  for (let i = 0; i < line.length; i += 1) {
    const at = origin[i];
    const [backslashes] = /** @type {RegExpExecArray} */ (/^\\*/.exec(line.slice(i)));
    if (backslashes !== '') {
      i += backslashes.length - 1;
      // Only before a quote do they escape.
      if (line[i + 1] !== '"') {
        // DevTools double the others, too, which the C runtime leaves so.
        const isDoubled = text[at - 1] === '^' && backslashes.length % 2 === 0;
        cut.add(isDoubled ? '\\'.repeat(backslashes.length / 2) : backslashes, at);
        continue;
      }
      cut.add('\\'.repeat(backslashes.length >> 1), at);
      if (backslashes.length % 2 === 1) cut.add(line[(i += 1)], at);
    } else if (line[i] === '"') {
      const isDoubled = isQuoted && line[i + 1] === '"';
      if (isDoubled) i += 1;
      else isQuoted = !isQuoted;
      cut.add(isDoubled ? '"' : '', at);
    } else if (!isQuoted && /\s/.test(line[i])) {
      cut.end();
    } else {
      const character = /** @type {number} */ (line.codePointAt(i));
      cut.add(String.fromCodePoint(character), at);
      if (character > 0xffff) i += 1;
    }
  }
  if (isQuoted) throw new RequestSyntaxError('a quote is never closed', text, origin[line.lastIndexOf('"')]);
  return cut.finish();
}

/**
 * The first of the two: carets go, the second line end after one stays.
 *
 * @param {string} text
 */
function uncaret(text) {
  let line = '';
  /** Where each character of it was. @type {number[]} */
  const origin = [];
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    let character = text[i];
    if (character === '"') isQuoted = !isQuoted;
    if (character === '^' && !isQuoted) {
      i += 1;
      if (text[i] === '\r' && text[i + 1] === '\n') i += 1;
      if (text[i] === '\n') {
        if (text[i + 1] !== '\n' && !text.startsWith('\r\n', i + 1)) continue;
        i += text[i + 1] === '\r' ? 2 : 1;
      }
      character = text[i] ?? '';
    }
    line += character;
    if (character !== '') origin.push(i);
  }
  return { line, origin };
}

/** Words that grow piece by piece. */
class Cutter {
  /** @type {Word[]} */
  #words = [];
  /** @type {number[] | undefined} */
  #bytes;
  #at = 0;
  /** The first half of a character that `\u` writes as two. */
  #high = 0;
  /** @type {string[]} */
  notes = [];

  get isInWord() {
    return this.#bytes !== undefined;
  }

  get hasWords() {
    return this.#words.length > 0 || this.isInWord;
  }

  /** @param {string} text @param {number} at */
  add(text, at) {
    this.addBytes(new TextEncoder().encode(text), at);
  }

  /** @param {Uint8Array} bytes @param {number} at */
  addBytes(bytes, at) {
    if (this.#bytes === undefined) {
      this.#bytes = [];
      this.#at = at;
    }
    for (const byte of bytes) this.#bytes.push(byte);
  }

  /** Chromium writes a character past U+FFFF as two, which is not what bash makes of it. @param {string} hex */
  addCodeUnits(hex) {
    // Four digits are all that \u takes.
    const code = parseInt(hex, 16);
    if (code >= 0xd800 && code < 0xdc00) this.#high = code;
    else this.add(this.#high > 0 ? String.fromCharCode(this.#high, code) : String.fromCodePoint(code), 0);
    if (code < 0xd800 || code >= 0xdc00) this.#high = 0;
  }

  end() {
    if (this.#bytes !== undefined) this.#words.push({ bytes: Uint8Array.from(this.#bytes), at: this.#at });
    this.#bytes = undefined;
  }

  /** @returns {Uint8Array} the word that was begun */
  take() {
    return Uint8Array.from(this.#bytes ?? []);
  }

  /** @returns {CommandLine} */
  finish() {
    this.end();
    return { words: this.#words, notes: this.notes };
  }
}

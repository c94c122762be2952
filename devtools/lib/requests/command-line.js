// The options of a pasted command, for programs whose options are few. curl has a table of its own.

import { RequestSyntaxError } from './error.js';
import { splitWords, wordText } from './shell-words.js';

/**
 * @typedef {import('./shell-words.js').Word} Word
 * @typedef {{ value: string, word: Word }} Given
 *
 * @typedef {object} CommandLine
 * @property {string} text  all of it, for errors
 * @property {Given[]} words  that belong to no option
 * @property {(name: string) => Given[]} all  the values of an option, by its long name
 * @property {(name: string) => string | undefined} last
 * @property {(name: string) => boolean} has
 * @property {string[]} notes
 */

/**
 * @param {string} text
 * @param {RegExp} program  its name
 * @param {{ values: string, switches: string }} options  lists of names; an option with a letter is `-x,--long`
 * @returns {CommandLine}
 * @throws {RequestSyntaxError}
 */
export function readCommandLine(text, program, options) {
  const { words: all, notes } = splitWords(text);
  const start = all.findIndex((word) => program.test(wordText(word)));
  const rest = all.slice(start + 1);
  const { names, hasValue } = tableOf(options);
  /** @type {Map<string, Given[]>} */
  const given = new Map();
  const words = [];
  const add = (/** @type {string} */ name, /** @type {string} */ value, /** @type {Word} */ word) => {
    const list = given.get(name) ?? [];
    given.set(name, list);
    list.push({ value, word });
  };
  let hasEnded = false;
  for (let i = 0; i < rest.length; i += 1) {
    const word = rest[i];
    const value = wordText(word);
    if (hasEnded || !/^-./.test(value)) {
      words.push({ value, word });
    } else if (value === '--') {
      hasEnded = true;
    } else if (value.startsWith('--')) {
      const [, written, inline] = /** @type {RegExpExecArray} */ (/^([^=]+)(?:=(.*))?$/s.exec(value));
      const name = names.get(written) ?? names.get(written.replace('--no-', '--'));
      if (name === undefined) throw unknown(written, text, word.at);
      if (!hasValue.has(name)) add(name, '', word);
      else if (inline !== undefined) add(name, inline, word);
      else takeNext(name, word);
    } else {
      for (let at = 1; at < value.length; at += 1) {
        const name = names.get(`-${value[at]}`);
        if (name === undefined) throw unknown(`-${value[at]}`, text, word.at);
        if (!hasValue.has(name)) add(name, '', word);
        else if (at + 1 < value.length) add(name, value.slice(at + 1).replace(/^=/, ''), word);
        else takeNext(name, word);
        if (hasValue.has(name)) break;
      }
    }

    /** @param {string} name @param {Word} word */
    function takeNext(name, { at }) {
      const next = rest[(i += 1)];
      if (next === undefined) throw new RequestSyntaxError(`the option ${name} needs a value`, text, at);
      add(name, wordText(next), next);
    }
  }
  return {
    ...{ text, words, notes },
    all: (name) => given.get(name) ?? [],
    last: (name) => given.get(name)?.at(-1)?.value,
    has: (name) => given.has(name),
  };
}

/** @param {{ values: string, switches: string }} options */
function tableOf({ values, switches }) {
  /** @type {Map<string, string>} */
  const names = new Map();
  const read = (/** @type {string} */ list) =>
    list
      .trim()
      .split(/\s+/)
      .map((one) => {
        const forms = one.split(',');
        const name = forms[forms.length - 1];
        for (const form of forms) names.set(form, name);
        return name;
      });
  read(switches);
  return { hasValue: new Set(read(values)), names };
}

/** @param {string} name @param {string} text @param {number} at */
function unknown(name, text, at) {
  return new RequestSyntaxError(
    `unknown option ${name}: remove it if it does not change the request`,
    text,
    at,
  );
}

/**
 * The one URL among the words.
 *
 * @param {CommandLine} line
 * @param {string} program
 * @returns {Given}
 */
export function onlyUrl({ words, text }, program) {
  if (words.length === 1) return words[0];
  if (words.length === 0) throw new RequestSyntaxError(`this ${program} command has no URL`);
  throw new RequestSyntaxError(
    `${program} would read ${JSON.stringify(words[1].value.slice(0, 80))} as a second URL: paste one request at a ` +
      'time, and quote values that have spaces',
    text,
    words[1].word.at,
  );
}

/**
 * @param {CommandLine} line
 * @param {Given} given
 * @param {string} name
 */
export function fileError({ text }, { word }, name) {
  return new RequestSyntaxError(
    `the command would read the file ${JSON.stringify(name)}, which is not available here: replace it with its content`,
    text,
    word.at,
  );
}

/**
 * @param {CommandLine} line
 * @param {Given} given  "Name: value"
 * @returns {[string, string]}
 */
export function headerPair({ text }, { value, word }) {
  const [, name, content] = /^([^:]+):(.*)$/s.exec(value) ?? [];
  if (name === undefined) {
    throw new RequestSyntaxError(`this header has no colon: ${value.slice(0, 80)}`, text, word.at);
  }
  return [name.trim(), content.trim()];
}

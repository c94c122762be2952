// JavaScript as a syntax tree. Nothing is run.

import { parse } from 'acorn';

import { RequestSyntaxError } from './error.js';

/**
 * @param {string} text
 * @returns {import('acorn').Node & Record<string, any>}
 * @throws {RequestSyntaxError}
 */
export function parseModule(text) {
  try {
    return parse(text, {
      ...{ ecmaVersion: 'latest', sourceType: 'module' },
      ...{ allowAwaitOutsideFunction: true, allowReturnOutsideFunction: true },
    });
  } catch (error) {
    const { message, pos } = /** @type {Error & { pos: number }} */ (error);
    throw new RequestSyntaxError(
      `this is not JavaScript: ${message.replace(/ \(\d+:\d+\)$/, '')}`,
      text,
      pos,
    );
  }
}

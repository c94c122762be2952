// Acorn, for the page: half of what it would load at first, so it comes when the first code is pasted.
// vite.config.js has `lib/requests` import this in its place.

import { signal } from '@preact/signals';

/** `waiting`: code was met, and is to be read once more when it is `loaded`. @type {import('@preact/signals').Signal<'' | 'waiting' | 'loaded'>} */
export const parserState = signal('');

/** @type {((text: string, options: object) => any) | undefined} */
let parseCode;

/** @param {string} text @param {object} options */
export function parse(text, options) {
  if (parseCode !== undefined) return parseCode(text, options);
  if (parserState.peek() === '') load();
  throw new SyntaxError('the parser is being loaded');
}

async function load() {
  parserState.value = 'waiting';
  // By its path, because its name leads here.
  const acorn = await import('../../node_modules/acorn/dist/acorn.mjs');
  parseCode = /** @type {any} */ (acorn.parse);
  parserState.value = 'loaded';
}

// How most runtimes get a wasm module: its bytes travel in the JavaScript. No request, no file, no bundler plug-in.

import { decode } from './base64.js';
import { fromBytes } from './bytes.js';

/** @param {string} base64 */
export const load = (base64) => fromBytes(() => decode(base64));

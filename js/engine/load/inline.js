// js/engine/load has a file for each way in which a runtime gets a wasm module; the build writes js/wasm with them. This is
// the way of most runtimes: the bytes travel in the JavaScript, with no request, no file and no bundler plug-in.

import { decode } from './hex.js';
import { fromBytes } from './bytes.js';

/** @param {string} hex */
export const load = (hex) => fromBytes(() => decode(hex));

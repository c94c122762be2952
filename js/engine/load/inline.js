// js/engine/load has a file for each way in which a runtime loads a wasm module; the build writes js/wasm with them. Most
// runtimes use this file: the bytes are embedded in the JavaScript, without a request, a file or a bundler plug-in.

import { decode } from './hex.js';
import { fromBytes } from './bytes.js';

/** @param {string} hex */
export const load = (hex) => fromBytes(() => decode(hex));

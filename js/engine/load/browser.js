// How browsers get a wasm module: as in inline.js, in a spelling that is a kilobyte smaller once compressed, and slower to
// read.

import { fromBytes } from './bytes.js';
import { decode } from './text.js';

/** @param {Parameters<typeof decode>[0]} written */
export const load = (written) => fromBytes(() => decode(written));

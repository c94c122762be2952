// All rows of the matrix.

import { BUNDLERS } from './bundlers.js';
import { RUNTIMES } from './runtimes.js';
import { TEST_RUNNERS } from './test-runners.js';
import { TYPES } from './types.js';

/** @type {import('./work.js').Row[]} */
export const ROWS = [...RUNTIMES, ...BUNDLERS, ...TEST_RUNNERS, ...TYPES];

export { VERSIONS } from './versions.js';

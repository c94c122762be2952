// Why a request was refused: by what the client knows, and by what a server does.

export { SigV4Error } from './errors.js';
export { formatExplanation } from './explain/format.js';
export { explainResponse } from './explain/response.js';
export { findMismatch, KNOWN_MISMATCHES } from './mismatch/find.js';

/**
 * @typedef {import('./explain/diff.js').DiffLine} DiffLine
 * @typedef {import('./explain/response.js').ExplainOptions} ExplainOptions
 * @typedef {import('./explain/response.js').Explanation} Explanation
 * @typedef {import('./explain/response.js').RefusedRequest} RefusedRequest
 * @typedef {import('./mismatch/find.js').FindMismatchOptions} FindMismatchOptions
 * @typedef {import('./mismatch/find.js').Mismatch} Mismatch
 */

// sigv4-wasm/explain: explains why a request was refused, from the response or, on a server, from the request.

export { SigV4Error } from './engine/errors.js';
export { formatExplanation } from './explain/format-explanation.js';
export { explainResponse } from './explain/explain-response.js';
export { findMismatch, KNOWN_MISMATCHES } from './mismatch/find-mismatch.js';

/**
 * @typedef {import('./explain/diff.js').DiffLine} DiffLine
 * @typedef {import('./explain/explain-response.js').ExplainOptions} ExplainOptions
 * @typedef {import('./explain/explain-response.js').Explanation} Explanation
 * @typedef {import('./explain/explain-response.js').RefusedRequest} RefusedRequest
 * @typedef {import('./mismatch/find-mismatch.js').FindMismatchOptions} FindMismatchOptions
 * @typedef {import('./mismatch/find-mismatch.js').Mismatch} Mismatch
 */

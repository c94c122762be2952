// sigv4-wasm/policy: evaluates IAM policies: which caller may call which method of an API.

export { SigV4Error } from './engine/errors.js';
export { executeApiArn } from './policy/arn.js';
export { evaluateAccess, evaluatePolicies } from './policy/evaluate.js';
export { parsePolicy } from './policy/document.js';

/**
 * @typedef {import('./policy/context.js').RequestContext} RequestContext
 * @typedef {import('./policy/document.js').Policy} Policy
 * @typedef {import('./policy/document.js').PolicyDocument} PolicyDocument
 * @typedef {import('./policy/evaluate.js').Access} Access
 * @typedef {import('./policy/evaluate.js').AccessRequest} AccessRequest
 * @typedef {import('./policy/evaluate.js').Evaluation} Evaluation
 * @typedef {import('./policy/evaluate.js').NearestStatement} NearestStatement
 * @typedef {import('./policy/evaluate.js').PolicyRequest} PolicyRequest
 * @typedef {import('./policy/evaluate.js').PolicySet} PolicySet
 * @typedef {import('./policy/evaluate.js').UnevaluatedStatement} UnevaluatedStatement
 */

// The verifier, the mismatch search and the policies as they were in JavaScript, before these moved into the core: what
// moves is compared with them. They have their own copies of all that they need, and import nothing of js/ or of the wasm
// modules; hashes and signatures are by node:crypto. Nothing here is mended: where the package is changed on purpose,
// `tests/js/oracle*.test.js` list the difference with its reason.

export { findMismatch } from './mismatch/find.js';
export { executeApiArn } from './policy/arn.js';
export { parsePolicy } from './policy/document.js';
export { evaluateAccess, evaluatePolicies } from './policy/evaluate.js';
export { verifyRequest } from './verify/request.js';

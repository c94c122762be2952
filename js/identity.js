// sigv4-wasm/identity: proves the identity of a caller with AWS credentials to a server, and verifies the proof.

export { SigV4Error } from './engine/errors.js';
export { createIdentityProof } from './identity/create-proof.js';
export { verifyIdentityProof } from './identity/verify-proof.js';

/**
 * @typedef {import('./identity/create-proof.js').IdentityProof} IdentityProof
 * @typedef {import('./identity/create-proof.js').ProofOptions} ProofOptions
 * @typedef {import('./identity/create-proof.js').VaultProof} VaultProof
 * @typedef {import('./identity/verify-proof.js').ReplayStore} ReplayStore
 * @typedef {import('./identity/verify-proof.js').VerifiedIdentity} VerifiedIdentity
 * @typedef {import('./identity/verify-proof.js').VerifyProofOptions} VerifyProofOptions
 */

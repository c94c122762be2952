// Proves the identity of a caller with AWS credentials to a server, without revealing them: a signed request for
// `GetCallerIdentity`, which the server sends to STS.

import { SigV4Error } from '../engine/errors.js';
import { checkNames } from '../protocol/option-names.js';
import { CALLER_IDENTITY, FORM_TYPE, signCallerIdentity, stsOf } from '../tokens/caller-identity.js';
import { vaultLogin } from '../tokens/identity-tokens.js';
import { AUDIENCE, isAudience, isNonce, NONCE } from './proof-headers.js';

/**
 * @typedef {object} IdentityProof
 * @property {string} method
 * @property {string} url  of STS
 * @property {Record<string, string>} headers
 * @property {string} body
 *
 * @typedef {Awaited<ReturnType<typeof vaultLogin>>} VaultProof
 *
 * @typedef {object} ProofOptions
 * @property {string} audience  the service that the proof is for, such as `https://api.example.com`; other services refuse it
 * @property {import('../sign/signer.js').SignerOptions['credentials']} credentials
 * @property {string} region  the region of the STS endpoint to which the verifier sends the request, such as `eu-west-1`
 * @property {string} [nonce] from 16 to 128 letters, digits, `-` and `_`, for example one that the verifier chose. Default: 128
 *   random bits
 * @property {Date | (() => Date)} [date]  default: now
 */

const OPTIONS = /* @__PURE__ */ new Set([
  'audience',
  'credentials',
  'region',
  'nonce',
  'date',
  'form',
  'role',
]);

/**
 * Makes a proof of identity for one audience. It is valid once, and for some minutes. Anyone with the proof can learn who signed
 * it, and log in to that audience as the signer, so send it over TLS.
 *
 * Source: `GetCallerIdentity`, AWS Security Token Service API reference; "AWS auth method", Vault documentation.
 *
 * @example
 *   const proof = await createIdentityProof({ audience: 'https://api.example.com', region: 'eu-west-1', credentials });
 *   await fetch('https://api.example.com/login', { method: 'POST', body: JSON.stringify(proof) });
 *
 * @overload
 * @param {ProofOptions & { form?: 'plain' }} options
 * @returns {Promise<IdentityProof>}
 * @throws {SigV4Error}
 */
/**
 * Likewise, as Vault's `aws` auth method takes it, with the audience as `X-Vault-AWS-IAM-Server-ID`. It has no nonce.
 *
 * @overload
 * @param {Omit<ProofOptions, 'nonce'> & { form: 'vault', role?: string }} options
 * @returns {Promise<VaultProof>}
 * @throws {SigV4Error}
 */
/**
 * @param {any} options
 * @returns {Promise<any>}
 */
export async function createIdentityProof(options) {
  checkNames(options, OPTIONS);
  const { audience, credentials, region, date, form = 'plain', role, nonce = randomNonce() } = options ?? {};
  if (!isAudience(audience))
    throw invalid('audience must be printable ASCII text, without spaces at its ends or side by side');
  if (typeof region !== 'string')
    throw invalid('region is missing: pass the region whose STS confirms the proof, such as eu-west-1');
  const signing = { credentials, ...(date && { date }) };
  if (form === 'vault')
    return vaultLogin({ ...signing, region, serverId: audience, ...(role !== undefined && { role }) });
  if (form !== 'plain' || role !== undefined)
    throw invalid("form must be 'plain' or 'vault', and role requires 'vault'");
  if (!isNonce(nonce)) throw invalid('nonce must be from 16 to 128 letters, digits, - and _');
  const headers = { 'content-type': FORM_TYPE, [AUDIENCE]: audience, [NONCE]: nonce };
  const {
    method,
    url,
    headers: signed,
  } = await signCallerIdentity(signing, stsOf(region), headers, CALLER_IDENTITY);
  return { method, url, headers: signed, body: CALLER_IDENTITY };
}

function randomNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} message */
function invalid(message) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', `the option ${message}`);
}

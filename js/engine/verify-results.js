// Results of the module `verify`, read: see src/wasm/verify_results.rs.

import { FLAG } from './generated/verify-flags.js';

/**
 * @typedef {import('./verify-engine.js').Stated} Stated
 * @typedef {import('./verify-engine.js').ParsedSignature} ParsedSignature
 */

/** @param {string} text @returns {Stated} */
export function statedOf(text) {
  // Slices rather than a split: this is the hot path.
  const expiresAt = text.indexOf('\0') + 1;
  const flagsAt = text.indexOf('\0', expiresAt) + 1;
  const idAt = text.indexOf('\0', flagsAt) + 1;
  const tokenAt = text.indexOf('\0', idAt) + 1;
  const regionAt = text.indexOf('\0', tokenAt) + 1;
  const serviceAt = text.indexOf('\0', regionAt) + 1;
  const declaredAt = text.indexOf('\0', serviceAt) + 1;
  const digestsAt = text.indexOf('\0', declaredAt) + 1;
  const stringAt = text.indexOf('\0', digestsAt) + 1;
  const signatureAt = text.indexOf('\0', stringAt) + 1;
  const namesAt = text.indexOf('\0', signatureAt) + 1;
  const flags = Number(text.slice(flagsAt, idAt - 1));
  return {
    signedAt: Number(text.slice(0, expiresAt - 1)) * 1000,
    expiresIn: Number(text.slice(expiresAt, flagsAt - 1)),
    isSigV4a: (flags & FLAG.isV4a) !== 0,
    payload: flags & FLAG.payloadUnsigned ? 'unsigned' : flags & FLAG.payloadChunked ? 'chunked' : 'signed',
    accessKeyId: text.slice(idAt, tokenAt - 1),
    sessionToken: flags & FLAG.hasSessionToken ? text.slice(tokenAt, regionAt - 1) : undefined,
    region: text.slice(regionAt, serviceAt - 1),
    service: text.slice(serviceAt, declaredAt - 1),
    declared: text.slice(declaredAt, digestsAt - 1),
    digests: text.slice(digestsAt, stringAt - 1),
    stringToSign: text.slice(stringAt, signatureAt - 1),
    signature: text.slice(signatureAt, namesAt - 1),
    isDecoded: (flags & FLAG.isDecoded) !== 0,
    signedHeaders: text.slice(namesAt).split(';'),
  };
}

/** @param {string} text @returns {ParsedSignature} */
export function parsedOf(text) {
  const [signedAt, expiresIn, bits, accessKeyId, region, service, scope, amzDate, signature, names] =
    text.split('\0');
  const flags = Number(bits);
  return {
    signedAt: Number(signedAt) * 1000,
    expiresIn: Number(expiresIn),
    isPresigned: (flags & FLAG.isPresigned) !== 0,
    isSigV4a: (flags & FLAG.isV4a) !== 0,
    hasSessionToken: (flags & FLAG.hasSessionToken) !== 0,
    ...{ accessKeyId, region, service, scope, amzDate, signature },
    signedHeaders: names.split(';'),
  };
}

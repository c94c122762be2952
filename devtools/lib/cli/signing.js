// From the command line to a signature: what `request`, `sign` and `presign` have in common.

import { Signer } from 'sigv4-wasm';

import { resolveCredentials, resolveScope } from './identity.js';
import { hashFile } from './input.js';

/**
 * @typedef {object} SigningArguments  as yargs reads them
 * @property {boolean} [unsignedPayload]
 * @property {boolean} [presign]
 *
 * @typedef {object} Prepared
 * @property {import('./input.js').CliRequest} request
 * @property {import('sigv4-wasm').Credentials} credentials
 * @property {string[]} origins  where each setting comes from, in words
 * @property {(date: Date) => Promise<import('./send.js').Wire>} sign  in the URL, where that is asked for
 * @property {(date: Date) => Promise<import('sigv4-wasm').SigningTrace>} trace
 */

/**
 * @param {import('./input.js').CliRequest} request
 * @param {SigningArguments & import('./identity.js').IdentityOptions} argv
 * @param {object} [more]
 * @param {number} [more.expiresIn]  in seconds, of a presigned URL
 * @param {import('../requests/index.js').SigningHints} [more.hints]  what the request itself says
 * @returns {Promise<Prepared>}
 */
export async function prepare(request, argv, { expiresIn = argv.presign ? 3600 : undefined, hints } = {}) {
  const { region, service, sources } = await resolveScope(request.url, argv, hints);
  const { credentials, source } = await resolveCredentials(argv, hints);
  const isPresigned = expiresIn !== undefined;
  const payload = argv.unsignedPayload
    ? 'unsigned'
    : await payloadOf(request, isPresigned && service === 's3');
  const signer = new Signer({ credentials, region, service, payload });
  const { method, url, headers, body } = request;
  const signable = { method, url, headers, body: body && 'file' in body ? undefined : body };
  return {
    request,
    credentials,
    origins: [
      `credentials ${credentials.accessKeyId}, from ${source}`,
      `region ${region}, from ${sources.region}`,
      `service ${service}, from ${sources.service}`,
    ],
    async sign(date) {
      if (!isPresigned) {
        const signed = await signer.sign(signable, { date });
        return { ...signed, body };
      }
      // Those named so have moved to the URL.
      const rest = Object.fromEntries(headers.filter(([name]) => !/^x-amz-/i.test(name)));
      return { method, url: await signer.presign(signable, { date, expiresIn }), headers: rest, body };
    },
    trace: (date) => signer.trace(signable, { date, ...(isPresigned && { expiresIn }) }),
  };
}

/**
 * A file is read for its hash, and once more to be sent, but never held.
 *
 * @param {import('./input.js').CliRequest} request
 * @param {boolean} needsNone  presigned URLs of S3 leave the body open
 */
async function payloadOf({ body }, needsNone) {
  if (needsNone || body === undefined || !('file' in body)) return undefined;
  return { sha256: await hashFile(body) };
}

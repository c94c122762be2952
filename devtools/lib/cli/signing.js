// From the command line to a signature: what `request`, `sign` and `presign` have in common.

import { Signer } from 'sigv4-wasm';

import { resolveCredentials, resolveScope } from './identity.js';
import { coversBody } from '../rules.js';
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
  const { method, url, headers, body } = request;
  const payload = argv.unsignedPayload ? 'unsigned' : await payloadOf();
  const signer = new Signer({ credentials, region, service, payload });
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
      const presigned = await signer.presign(signable, { date, expiresIn });
      return { method, url: presigned, headers: headersBeside(presigned, headers), body };
    },
    trace: (date) => signer.trace(signable, { date, ...(isPresigned && { expiresIn }) }),
  };

  /** A file is read for its hash, and once more to be sent, but never held; and not for a hash that nobody wants. */
  async function payloadOf() {
    if (body === undefined || !('file' in body)) return undefined;
    const asking = new Signer({ credentials, region, service });
    const isCovered = await coversBody(asking, { method, url, headers }, expiresIn);
    return isCovered ? { sha256: await hashFile(body) } : undefined;
  }
}

/**
 * What must be sent with a presigned URL: most `x-amz-*` headers have moved to it, and it names those that have not.
 *
 * @param {string} url
 * @param {[string, string][]} headers
 */
function headersBeside(url, headers) {
  const signed = new URL(url).searchParams.get('X-Amz-SignedHeaders')?.split(';') ?? [];
  const stays = (/** @type {string} */ name) => !name.startsWith('x-amz-') || signed.includes(name);
  return Object.fromEntries(headers.filter(([name]) => stays(name.toLowerCase())));
}

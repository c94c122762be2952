// From the command line to a signature: what `request`, `sign` and `presign` share.

import { Signer, signingRules } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

import { CliError } from './exit.js';
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
 * @property {string[]} origins  a sentence on where each setting comes from
 * @property {(date: Date) => Promise<import('./send.js').Wire>} sign  in the URL, if the options say so
 * @property {(date: Date) => Promise<import('sigv4-wasm/trace').SigningTrace>} trace
 */

/**
 * @param {import('./input.js').CliRequest} request
 * @param {SigningArguments & import('./identity.js').IdentityOptions} argv
 * @param {object} [more]
 * @param {number} [more.expiresIn]  in seconds, of a presigned URL
 * @param {import('../requests/index.js').SigningHints} [more.hints]  what the request says about its signature
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
        const signed = await signer.sign(signable, { date }).catch(inWordsOfOptions);
        return { ...signed, body };
      }
      const presigned = await signer.presign(signable, { date, expiresIn });
      return { method, url: presigned, headers: headersBeside(presigned, headers), body };
    },
    trace: (date) => trace(signer, signable, { date, ...(isPresigned && { expiresIn }) }),
  };

  /** A file is streamed for its hash, only if the signature covers the body, and streamed again when it is sent. */
  async function payloadOf() {
    if (body === undefined || !('file' in body)) return undefined;
    return coversBody() ? { sha256: await hashFile(body) } : undefined;
  }

  /** Unless a header says what stands for the body, the service decides. */
  function coversBody() {
    const [, declared] = headers.find(([name]) => name.toLowerCase() === 'x-amz-content-sha256') ?? [];
    if (declared !== undefined) return declared !== 'UNSIGNED-PAYLOAD';
    const { payload, presignedPayload } = signingRules(service);
    return (isPresigned ? presignedPayload : payload) === 'signed';
  }
}

/**
 * @param {any} error
 * @returns {never}
 */
function inWordsOfOptions(error) {
  if (error.code !== 'ERR_SIGV4_AUTHORIZATION_PRESENT') throw error;
  const fix = 'remove it, or put the signature in the URL with --presign or `sigv4 presign`';
  throw new CliError('usage', `${error.code}: the signature would replace your Authorization header: ${fix}`);
}

/**
 * The headers to send with a presigned URL. Most `x-amz-*` headers have moved to the URL; it names those that have not.
 *
 * @param {string} url
 * @param {[string, string][]} headers
 */
function headersBeside(url, headers) {
  const signed = new URL(url).searchParams.get('X-Amz-SignedHeaders')?.split(';') ?? [];
  const stays = (/** @type {string} */ name) => !name.startsWith('x-amz-') || signed.includes(name);
  return Object.fromEntries(headers.filter(([name]) => stays(name.toLowerCase())));
}

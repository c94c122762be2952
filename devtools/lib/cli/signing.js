// From the command line to a signature: the common part of `request`, `sign` and `presign`.

import { Signer, signingRules } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

import { CliError } from './exit.js';
import { hashFile } from './input.js';

/**
 * @typedef {object} SigningArguments  of the command line
 * @property {boolean} [unsignedPayload]
 * @property {boolean} [presign]
 * @property {boolean} [sigv4a]
 *
 * @typedef {object} Prepared
 * @property {(date: Date) => Promise<import('./send.js').Wire>} sign  in the URL, if the options say so
 * @property {(date: Date) => Promise<import('sigv4-wasm/trace').SigningTrace>} trace
 */

/**
 * @param {import('./input.js').CliRequest} request
 * @param {SigningArguments} argv
 * @param {import('./identity.js').SigningIdentity} identity
 * @param {object} [more]
 * @param {number} [more.expiresIn]  in seconds, of a presigned URL
 * @returns {Promise<Prepared>}
 */
export async function prepare(
  request,
  argv,
  { credentials, region, service },
  { expiresIn = argv.presign ? 3600 : undefined } = {},
) {
  const isPresigned = expiresIn !== undefined;
  const { method, url, headers, body } = request;
  const payload = argv.unsignedPayload ? 'unsigned' : await payloadOf();
  const signer = argv.sigv4a
    ? new (await import('sigv4-wasm/v4a')).SignerV4a({
        credentials,
        regionSet: region?.split(','),
        service,
        payload,
      })
    : new Signer({ credentials, region, service, payload });
  const signable = {
    ...targetOf(url),
    ...{ method, headers, body: body && 'file' in body ? undefined : body },
  };
  return {
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
 * A URL; in parts where a URL parser would take dot segments out of the path.
 *
 * @param {string} url
 */
function targetOf(url) {
  const [, path] = /** @type {RegExpExecArray} */ (/^[^/]*\/\/[^/?]*(.*)$/s.exec(url));
  if (!/\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(path)) return { url };
  const { protocol, hostname, port } = new URL(url);
  return { protocol, hostname, path, ...(port !== '' && { port: Number(port) }) };
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

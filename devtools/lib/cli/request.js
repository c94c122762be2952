// `sigv4 request`: as curl, but signed, and with an explanation where the answer is 403.

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

import { Signer } from 'sigv4-wasm';

import { CliError, exitCode } from './exit.js';
import { resolveCredentials, resolveScope } from './identity.js';
import { hashFile, requestOf } from './input.js';
import {
  IDENTITY_OPTIONS,
  JSON_OPTION,
  REFUSED_OPTIONS,
  REQUEST_OPTIONS,
  SIGNING_OPTIONS,
  optionTable,
  parseDate,
} from './options.js';
import { printJson, redactor } from './output.js';
import { connectionError, send } from './send.js';

/** @param {import('yargs').Argv} yargs */
export function builder(yargs) {
  return yargs
    .options({
      ...REQUEST_OPTIONS,
      ...optionTable('Request:', {
        head: { alias: 'I', type: 'boolean', describe: 'HEAD; shows the headers' },
        'max-time': { alias: 'm', type: 'number', requiresArg: true, describe: 'Seconds, for all of it' },
      }),
      ...SIGNING_OPTIONS,
      ...optionTable('Signature:', {
        presign: { type: 'boolean', describe: 'Sign in the URL rather than in headers' },
      }),
      ...IDENTITY_OPTIONS,
      ...REFUSED_OPTIONS,
      ...JSON_OPTION,
      ...optionTable('Output:', {
        output: { alias: 'o', type: 'string', requiresArg: true, describe: 'File for the body' },
        include: { alias: 'i', type: 'boolean', describe: 'Show the headers of the answer, too' },
        verbose: { alias: 'v', type: 'boolean', describe: 'Show what is sent and where settings come from' },
        silent: { alias: 's', type: 'boolean', describe: 'Say nothing but errors on standard error' },
        fail: { alias: 'f', type: 'boolean', describe: 'No body where the status is 400 or above' },
        explain: { type: 'boolean', default: true, describe: 'Say why it was 401 or 403 (--no-explain)' },
        'show-secrets': { type: 'boolean', describe: 'Show session token and signature' },
      }),
    })
    .example('$0 request https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders', '')
    .example(`$0 request POST URL -H 'content-type: application/json' -d '{"item":"tea"}'`, '')
    .example('$0 request PUT https://bucket.s3.eu-west-1.amazonaws.com/big.iso --data-binary @big.iso', '');
}

/**
 * @param {any} argv
 * @returns {Promise<number>}
 */
export async function handler(argv) {
  const request = await requestOf(argv);
  const scope = await resolveScope(request.url, argv);
  const { credentials, source } = await resolveCredentials(argv);
  const redact = argv.showSecrets ? (/** @type {string} */ text) => text : redactor(credentials);
  const note = (/** @type {string} */ text) => argv.silent || console.error(redact(text));
  const verbose = argv.verbose ? note : undefined;
  verbose?.(`* credentials ${credentials.accessKeyId}, from ${source}`);
  verbose?.(`* region ${scope.region}, from ${scope.sources.region}`);
  verbose?.(`* service ${scope.service}, from ${scope.sources.service}`);

  const signer = new Signer({
    credentials,
    region: scope.region,
    service: scope.service,
    payload: await payloadOf(request, argv, scope.service),
  });
  const signal = argv.maxTime === undefined ? undefined : AbortSignal.timeout(argv.maxTime * 1000);
  const began = performance.now();
  const wire = await sign(signer, request, argv.presign, parseDate(argv.date) ?? new Date());
  const answer = await send(wire, { signal, onHead: verbose && ((head) => verbose(prefixed('>', head))) });
  verbose?.(prefixed('<', headOf(answer)));

  try {
    if (argv.json) {
      const body = await buffer(answer.body);
      printJson({
        request: {
          method: wire.method,
          url: redact(wire.url),
          headers: redactHeaders(Object.entries(wire.headers), redact),
        },
        response: {
          status: answer.status,
          headers: redactHeaders(answer.headers, redact),
          ...bodyForJson(body),
        },
        durationMs: Math.round(performance.now() - began),
      });
    } else {
      await write(answer, argv);
    }
  } catch (error) {
    throw error instanceof CliError ? error : connectionError(error, wire.url);
  }
  return exitCode(
    answer.status === 401 || answer.status === 403 ? 'refused' : answer.status >= 400 ? 'status' : 'ok',
  );
}

/**
 * A file is read for its hash, and once more to be sent, but never held.
 *
 * @param {import('./input.js').CliRequest} request
 * @param {any} argv
 * @param {string} service
 */
async function payloadOf({ body }, { unsignedPayload, presign }, service) {
  if (unsignedPayload) return 'unsigned';
  if (body === undefined || !('file' in body) || (presign && service === 's3')) return undefined;
  return { sha256: await hashFile(body) };
}

/**
 * @param {Signer} signer
 * @param {import('./input.js').CliRequest} request
 * @param {boolean} isPresigned
 * @param {Date} date
 * @returns {Promise<import('./send.js').Wire>}
 */
async function sign(signer, { body, ...request }, isPresigned, date) {
  const signable = { ...request, body: body && !('file' in body) ? body : undefined };
  if (!isPresigned) {
    const { method, url, headers } = await signer.sign(signable, { date });
    return { method, url, headers, body };
  }
  const url = await signer.presign(signable, { date });
  // Those moved to the URL.
  const headers = request.headers.filter(([name]) => !/^x-amz-/i.test(name));
  return { method: request.method, url, headers: Object.fromEntries(headers), body };
}

/**
 * @param {import('./send.js').Answer} answer
 * @param {{ output?: string, include?: boolean, head?: boolean, fail?: boolean }} options
 */
async function write(answer, { output = '-', include, head, fail }) {
  const out = output === '-' ? process.stdout : createWriteStream(output);
  const showsHead = include || head;
  const showsBody = !(fail && answer.status >= 400);
  async function* parts() {
    if (showsHead) yield Buffer.from(`${headOf(answer)}\r\n\r\n`, 'latin1');
    if (showsBody) yield* answer.body;
    else answer.body.destroy();
  }
  try {
    await pipeline(Readable.from(parts()), out, { end: out !== process.stdout });
  } catch (cause) {
    if (/** @type {any} */ (cause).syscall === undefined || !out.errored) throw cause;
    throw new CliError('write', `cannot write ${output} (${/** @type {any} */ (cause).code})`);
  }
}

/** @param {import('./send.js').Answer} answer */
function headOf({ status, statusText, headers }) {
  return [`HTTP/1.1 ${status} ${statusText}`, ...headers.map(([name, value]) => `${name}: ${value}`)].join(
    '\r\n',
  );
}

/**
 * @param {string} mark
 * @param {string} head
 */
function prefixed(mark, head) {
  return head.replaceAll('\r', '').replace(/^/gm, `${mark} `);
}

/**
 * @param {[string, string][]} headers
 * @param {(text: string) => string} redact
 */
function redactHeaders(headers, redact) {
  return headers.map(([name, value]) => [name, redact(`${name}: ${value}`).slice(name.length + 2)]);
}

/** @param {Buffer} bytes */
function bodyForJson(bytes) {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { bodyBase64: bytes.toString('base64') };
  }
}

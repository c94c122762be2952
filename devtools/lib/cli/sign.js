// `sigv4 sign`

import { CliError } from './exit.js';
import { addRequestOptions } from './curl.js';
import { resolveIdentity } from './identity.js';
import { asText, readBytes, readRequest, requestOf } from './input.js';
import { addFormatOption, addIdentityOptions, addOptions, addSigningOptions, parseDate } from './options.js';
import { bodyForJson, printJson } from './output.js';
import { prepare } from './signing.js';

/** The output formats. @type {Record<string, (wire: any) => string | Promise<string>>} */
const FORMATS = {
  headers: ({ headers }) =>
    Object.entries(typed(headers))
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  curl: async (wire) =>
    (await import('../requests/index.js')).toCurl({ ...wire, headers: typed(wire.headers) }),
  fetch: async (wire) => (await import('../requests/index.js')).toFetch(wire),
  axios: async (wire) => (await import('../requests/index.js')).toAxios(wire),
};

/**
 * Text that a terminal turns into the bytes that were signed: JavaScript sends one byte for each character.
 *
 * @param {Record<string, string>} headers
 */
function typed(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, asText(value)]));
}

/** @param {import('commander').Command} command */
export function define(command) {
  command.usage('[METHOD] [URL] [OPTIONS]').argument('[words...]', 'a URL, and a method before it');
  addRequestOptions(command);
  addOptions(command, 'Request:', [
    ['--from <file>', 'File with a curl command, fetch call, HAR entry or HTTP request'],
  ]);
  addSigningOptions(command);
  addIdentityOptions(command);
  addOptions(command, 'Output:', [
    ['--as <format>', 'Output', (option) => option.choices(Object.keys(FORMATS)).default('headers')],
    ['--trace', 'Also show the canonical request and the string to sign'],
  ]);
  addFormatOption(command);
  return command.addHelpText(
    'after',
    `
Examples:
  sigv4 sign URL                                        the headers to send
  curl -H @<(sigv4 sign URL) URL                        for bash and zsh
  sigv4 sign --as curl < copied-from-a-browser.txt      a curl command, signed`,
  );
}

/** @param {any} argv @param {string[]} words */
export async function handler(argv, words) {
  const { request, hints } = await takeRequest(argv, words);
  const identity = await resolveIdentity(request.url, argv, hints);
  const prepared = await prepare(request, argv, identity);
  const date = parseDate(argv.date) ?? new Date();
  const { method, url, headers, body } = await prepared.sign(date);
  const wire = { method, url, headers, body: body && (await inMemory(body)) };
  const trace = argv.trace ? await prepared.trace(date) : undefined;
  if (argv.format === 'json') {
    printJson({ ...wire, body: undefined, ...(wire.body && bodyForJson(wire.body)), trace });
    return;
  }
  if (trace) console.error(`${trace.canonicalRequest}\n\n${trace.stringToSign}\n`);
  console.log(await FORMATS[argv.as]({ ...wire, body: wire.body && textOrBytes(wire.body) }));
}

/**
 * From the command line, or from a text.
 *
 * @param {any} argv
 * @param {string[]} words
 * @returns {Promise<{ request: import('./input.js').CliRequest, hints?: import('../requests/index.js').SigningHints }>}
 */
async function takeRequest(argv, words) {
  const isNamed = words.length > 0 || argv.url !== undefined;
  if (isNamed && argv.from === undefined) return { request: await requestOf(words, argv) };
  if (isNamed) throw new CliError('usage', 'pass a URL or --from, not both');
  if (argv.from === undefined && process.stdin.isTTY)
    throw new CliError('usage', 'pass a URL, or provide a request on standard input');
  const { signing, notes, body, ...request } = await readRequest(argv.from ?? '-');
  const headers = request.headers.filter(([name]) => name.toLowerCase() !== 'authorization');
  if (headers.length < request.headers.length) notes.push(REPLACED);
  for (const note of notes) console.error(`sigv4: ${note}`);
  return {
    request: { ...request, headers, body: body === undefined ? undefined : Buffer.from(body) },
    hints: signing,
  };
}

const REPLACED = 'the Authorization header of the request is left out, because the signature takes its place';

/** @param {import('./input.js').Body} body */
async function inMemory(body) {
  return 'file' in body ? readBytes(body.file) : body;
}

/** @param {Buffer} bytes */
function textOrBytes(bytes) {
  const { body } = bodyForJson(bytes);
  return body ?? bytes;
}

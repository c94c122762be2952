// `sigv4 sign`

import { CliError } from './exit.js';
import { addRequestOptions } from './curl.js';
import { resolveIdentity } from './identity.js';
import { asText, readBytes, takeRequest } from './input.js';
import { addFormatOption, addIdentityOptions, addOptions, addSigningOptions, parseDate } from './options.js';
import { bodyForJson, printJson } from './output.js';
import { checkProfile } from './profiles.js';
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
  command.usage('[METHOD] [URL] [OPTIONS]').argument('[words...]');
  addRequestOptions(command);
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
  checkProfile(argv);
  const isNamed = words.length > 0 || argv.url !== undefined;
  if (!isNamed && argv.from === undefined && process.stdin.isTTY)
    throw new CliError('usage', 'pass a URL, or provide a request on standard input');
  const from = argv.from ?? (isNamed ? undefined : '-');
  const { request, hints, notes } = await takeRequest(words, { ...argv, from });
  for (const note of notes) console.error(`sigv4: ${note}`);
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

/** @param {import('./input.js').Body} body */
async function inMemory(body) {
  return 'file' in body ? readBytes(body.file) : body;
}

/** @param {Buffer} bytes */
function textOrBytes(bytes) {
  const { body } = bodyForJson(bytes);
  return body ?? bytes;
}

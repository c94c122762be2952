// `sigv4 sign`

import { CliError } from './exit.js';
import { asText, readBytes, readRequest, requestOf } from './input.js';
import {
  IDENTITY_OPTIONS,
  JSON_OPTION,
  REFUSED_OPTIONS,
  REQUEST_OPTIONS,
  SIGNING_OPTIONS,
  optionTable,
  parseDate,
  TEXT,
} from './options.js';
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

/** @param {import('yargs').Argv} yargs */
export function builder(yargs) {
  return yargs
    .options({
      ...REQUEST_OPTIONS,
      ...optionTable('Request:', {
        from: {
          ...TEXT,
          describe: 'File with a curl command, fetch call, HAR entry or HTTP request',
        },
      }),
      ...SIGNING_OPTIONS,
      ...IDENTITY_OPTIONS,
      ...REFUSED_OPTIONS,
      ...optionTable('Output:', {
        as: {
          choices: Object.keys(FORMATS),
          default: 'headers',
          nargs: 1,
          describe: 'Output format',
        },
        trace: { type: 'boolean', describe: 'Also show the canonical request and the string to sign' },
      }),
      ...JSON_OPTION,
    })
    .example('$0 sign URL', 'the headers to send')
    .example('curl -H @<($0 sign URL) URL', 'for bash and zsh')
    .example('$0 sign --as curl < copied-from-a-browser.txt', 'a curl command, signed');
}

/** @param {any} argv */
export async function handler(argv) {
  const { request, hints } = await takeRequest(argv);
  const prepared = await prepare(request, argv, { hints });
  const date = parseDate(argv.date) ?? new Date();
  const { method, url, headers, body } = await prepared.sign(date);
  const wire = { method, url, headers, body: body && (await inMemory(body)) };
  const trace = argv.trace ? await prepared.trace(date) : undefined;
  if (argv.json) {
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
 * @returns {Promise<{ request: import('./input.js').CliRequest, hints?: import('../requests/index.js').SigningHints }>}
 */
async function takeRequest(argv) {
  const isNamed = (argv.method ?? argv.url) !== undefined;
  if (isNamed && argv.from === undefined) return { request: await requestOf(argv) };
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

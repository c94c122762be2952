// Input: files, standard input, and the request that the command line describes.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import { CliError } from './exit.js';

/**
 * @typedef {object} RequestOptions  as yargs reads them
 * @property {string} url
 * @property {string} [method]
 * @property {string} [request]
 * @property {string[]} [header]
 * @property {string[]} [data]
 * @property {string[]} [dataRaw]
 * @property {string[]} [dataBinary]
 *
 * A body in memory, or in a file that is only streamed.
 * @typedef {Buffer | { file: string, size: number }} Body
 *
 * @typedef {{ method: string, url: string, headers: [string, string][], body?: Body }} CliRequest
 */

/**
 * @param {RequestOptions & { head?: boolean }} options
 * @param {string[]} [defaults]  headers that are sent unless the options say otherwise
 * @returns {Promise<CliRequest>}
 */
export async function requestOf(options, defaults = []) {
  const { method: named, url } = target(options);
  const body = await bodyOf(options);
  const method = named ?? options.request ?? (options.head ? 'HEAD' : body === undefined ? 'GET' : 'POST');
  return {
    method,
    url,
    headers: headersOf(options.header ?? [], body === undefined ? defaults : [...defaults, FORM]),
    body,
  };
}

/**
 * Two words, one of which is a URL: yargs fills in the required one first.
 *
 * @param {Pick<RequestOptions, 'url' | 'method'>} options
 */
function target({ method, url }) {
  const words = [method, url].filter((word) => word !== undefined);
  const found = words.find((word) => /^https?:\/\//i.test(word));
  if (found !== undefined) return { url: found, method: words.find((word) => word !== found) };
  const given = words.map((word) => word.replace(/\?.*/s, '')).join(' ');
  throw new CliError(
    'usage',
    `${JSON.stringify(given)} is not a URL: pass one that begins with https:// or http://`,
  );
}

/** As curl does, whatever the body is. */
const FORM = 'content-type: application/x-www-form-urlencoded';

/**
 * @param {string[]} lines
 * @param {string[]} defaults
 * @returns {[string, string][]}
 */
function headersOf(lines, defaults) {
  const names = new Set(lines.map(nameOf));
  return headerPairs([...defaults.filter((line) => !names.has(nameOf(line))), ...lines]);
}

/** @param {string} line */
function nameOf(line) {
  return line.split(/[:;]/)[0].toLowerCase();
}

/**
 * As curl reads them: `Name:` removes a default header, `Name;` is sent empty. Their bytes are those of the terminal.
 *
 * @param {string[]} lines
 * @returns {[string, string][]} with one character for each byte
 */
export function headerPairs(lines) {
  return lines.flatMap((line) => {
    const [, name, value] = /^([^:;]+)(?::[ \t]*(.*)|;)$/s.exec(line) ?? [];
    if (name === undefined)
      throw new CliError('usage', `-H ${JSON.stringify(line)} is not a header: write "Name: value"`);
    return value === '' ? [] : [/** @type {[string, string]} */ ([name, asBytes(value ?? '')])];
  });
}

/**
 * @param {RequestOptions} options
 * @returns {Promise<Body | undefined>}
 */
async function bodyOf({ data = [], dataRaw = [], dataBinary = [] }) {
  if (dataBinary.length === 1 && data.length + dataRaw.length === 0) {
    const [, file] = /^@(?!-$)(.+)$/s.exec(dataBinary[0]) ?? [];
    const size = file && (await sizeOf(file));
    if (file && size !== undefined) return { file, size: Number(size) };
  }
  const parts = [];
  for (const text of data)
    parts.push(text.startsWith('@') ? withoutLineBreaks(await readBytes(text.slice(1))) : Buffer.from(text));
  for (const text of dataRaw) parts.push(Buffer.from(text));
  for (const text of dataBinary)
    parts.push(text.startsWith('@') ? await readBytes(text.slice(1)) : Buffer.from(text));
  if (parts.length === 0) return undefined;
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from('&'), part])));
}

/** @param {Buffer} bytes */
function withoutLineBreaks(bytes) {
  return bytes.filter((byte) => byte !== 0x0a && byte !== 0x0d && byte !== 0);
}

/**
 * @param {string} file
 * @returns {Promise<number | undefined>} `undefined` for a pipe or a device, which can only be read once
 */
async function sizeOf(file) {
  const stats = await stat(file).catch((cause) => cannotRead(file, cause));
  return stats.isFile() ? stats.size : undefined;
}

/**
 * @param {Extract<Body, { file: string }>} body
 * @returns {Promise<string>} the SHA-256, in hex
 */
export async function hashFile({ file }) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash).catch((cause) => cannotRead(file, cause));
  return hash.digest('hex');
}

/**
 * A request as people paste it.
 *
 * @param {string} file  `-` is standard input
 * @returns {Promise<import('../requests/index.js').ParsedRequest>} header values with one character for each byte
 */
export async function readRequest(file) {
  const text = await readText(file);
  const { parseRequest, RequestSyntaxError } = await import('../requests/index.js');
  try {
    const request = parseRequest(text);
    return { ...request, headers: request.headers.map(([name, value]) => [name, asBytes(value)]) };
  } catch (error) {
    if (!(error instanceof RequestSyntaxError)) throw error;
    throw new CliError('read', `${file === '-' ? 'standard input' : file}: ${error.message}`);
  }
}

/** @param {string} text @returns {string} one character for each byte of its UTF-8 */
export function asBytes(text) {
  return Buffer.from(text).toString('latin1');
}

/** @param {string} bytes  one character for each @returns {string} */
export function asText(bytes) {
  return Buffer.from(bytes, 'latin1').toString();
}

let isStdinRead = false;

/**
 * @param {string} file  `-` is standard input
 * @returns {Promise<Buffer>}
 */
export async function readBytes(file) {
  if (file !== '-') return collect(createReadStream(file), file).catch((cause) => cannotRead(file, cause));
  if (isStdinRead)
    throw new CliError('usage', 'standard input can only be read once: pass one of the two as a file');
  isStdinRead = true;
  if (process.stdin.isTTY) console.error('sigv4: reading from the terminal; end with Ctrl-D');
  return collect(process.stdin, 'standard input');
}

/**
 * All of a stream, unless it is too long: devices, pipes and answers may have no end.
 *
 * @param {import('node:stream').Readable} stream
 * @param {string} name
 * @returns {Promise<Buffer>}
 */
export async function collect(stream, name) {
  /** @type {Buffer[]} */
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new CliError(
        'read',
        `${name} has more than ${MAX_BYTES} bytes, the most that is read into memory`,
      );
    }
  }
  return Buffer.concat(chunks, length);
}

/** Of a body, a HAR or an answer that is held in memory: 256 MiB. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * @param {string} file  `-` is standard input
 * @returns {Promise<string>}
 */
export async function readText(file) {
  return (await readBytes(file)).toString();
}

/**
 * @param {string} file
 * @param {NodeJS.ErrnoException} cause
 * @returns {never}
 */
function cannotRead(file, cause) {
  if (cause instanceof CliError) throw cause;
  throw new CliError('read', `cannot read ${file} (${cause.code})`);
}

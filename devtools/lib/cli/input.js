// What comes in: files, standard input, and the request that the command line describes.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
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
 * A body, in memory or in a file that is only ever streamed.
 * @typedef {Buffer | { file: string, size: number }} Body
 *
 * @typedef {{ method: string, url: string, headers: [string, string][], body?: Body }} CliRequest
 */

/**
 * @param {RequestOptions & { head?: boolean }} options
 * @returns {Promise<CliRequest>}
 */
export async function requestOf(options) {
  const { method: first, url } = target(options);
  const body = await bodyOf(options);
  const method = first ?? options.request ?? (options.head ? 'HEAD' : body === undefined ? 'GET' : 'POST');
  return { method, url, headers: headersOf(options.header ?? [], body !== undefined), body };
}

/**
 * yargs fills in what must be there first: of two words, `url` has the method.
 *
 * @param {RequestOptions} options
 */
function target({ url, method }) {
  const found = method === undefined ? { url } : { method: url, url: method };
  if (/^https?:\/\//i.test(found.url)) return found;
  const both = `${found.method ?? ''} ${found.url}`.trim();
  throw new CliError(
    'usage',
    `${JSON.stringify(both.replace(/\?.*/, ''))}: pass a URL that begins with https:// or http://`,
  );
}

/**
 * @param {string[]} lines
 * @param {boolean} hasBody
 * @returns {[string, string][]}
 */
function headersOf(lines, hasBody) {
  const defaults = ['accept: */*', ...(hasBody ? ['content-type: application/x-www-form-urlencoded'] : [])];
  const names = new Set(lines.map(nameOf));
  return headerPairs([...defaults.filter((line) => !names.has(nameOf(line))), ...lines]);
}

/** @param {string} line */
function nameOf(line) {
  return line.split(/[:;]/)[0].toLowerCase();
}

/**
 * As curl reads them: `Name:` leaves a default one out, `Name;` is sent empty. Their bytes are those of the terminal.
 *
 * @param {string[]} lines
 * @returns {[string, string][]} with one character for each byte
 */
export function headerPairs(lines) {
  return lines.flatMap((line) => {
    const [, name, value] = /^([^:;]+)(?::[ \t]*(.*)|;)$/s.exec(line) ?? [];
    if (name === undefined)
      throw new CliError('usage', `-H ${JSON.stringify(line)} is no header: write "Name: value"`);
    return value === ''
      ? []
      : [/** @type {[string, string]} */ ([name, Buffer.from(value ?? '').toString('latin1')])];
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
 * @returns {Promise<number | undefined>} undefined for a pipe and such, which can be read only once
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

let isStdinRead = false;

/**
 * @param {string} file  `-` is standard input
 * @returns {Promise<Buffer>}
 */
export async function readBytes(file) {
  if (file !== '-') return readFile(file).catch((cause) => cannotRead(file, cause));
  if (isStdinRead)
    throw new CliError('usage', 'standard input can be read only once: pass one of the two as a file');
  isStdinRead = true;
  return buffer(process.stdin);
}

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
  throw new CliError('read', `cannot read ${file} (${cause.code})`);
}

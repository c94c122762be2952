// Input: files, standard input, and the request that the command line describes.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { curlOption } from '../requests/curl-options.js';
import {
  curlRequest,
  joinData,
  readHeaderLine,
  readUrlencoded,
  urlencoded,
} from '../requests/curl-request.js';
import { sentHeaders } from '../requests/format-request.js';
import { addDefault } from '../requests/parts.js';
import { CliError } from './exit.js';
import { formOf } from './form.js';

/**
 * @typedef {object} RequestOptions  as the command line has them
 * @property {string[]} [url]
 * @property {string} [request]
 * @property {string[]} [header]
 * @property {import('./curl.js').DataOption[]} [given]
 * @property {string} [uploadFile]
 * @property {string} [userAgent]
 * @property {string} [referer]
 * @property {string} [range]
 * @property {string[]} [urlQuery]
 * @property {boolean} [head]
 * @property {boolean} [get]
 * @property {boolean} [pathAsIs]
 * @property {boolean} [globoff]
 * @property {boolean} [formEscape]
 *
 * A body in memory, or in a file that is only streamed.
 * @typedef {Buffer | { file: string, size: number }} Body
 *
 * @typedef {{ method: string, url: string, headers: [string, string][], body?: Body, bodyOf?: string }} CliRequest
 */

/**
 * @param {string[]} words  of the command line that belong to no option
 * @param {RequestOptions} options
 * @param {[string, string][]} [defaults]  headers that are sent unless the options say otherwise
 * @returns {Promise<CliRequest>}
 */
export async function requestOf(words, options, defaults = []) {
  const { method, url } = target([...words, ...(options.url ?? [])], options);
  const { headers, removed } = await headersOf(options);
  const { body, bodyOf, boundary } = await bodyFrom(options);
  const flags = new Set(FLAGS.flatMap(([name, flag]) => (options[name] ? [flag] : [])));
  if (flags.has('--head') && body !== undefined && !flags.has('--get')) {
    throw new CliError(
      'usage',
      'a HEAD request (-I) has no body: leave out the data, or add -G to put it in the query',
    );
  }
  const request = curlRequest(
    {
      ...{ url: bodyOf === 'upload' ? uploadUrl(url, String(options.uploadFile)) : url },
      ...{ method: options.request ?? method, headers, removed, flags },
      ...{ query: await queryOf(options), body, bodyOf, boundary },
    },
    (data) => ('file' in data ? '' : data.toString()),
  );
  for (const [name, value] of defaults) addDefault(request.headers, name, value, removed);
  return { ...request, bodyOf, headers: request.headers.map(([name, value]) => [name, asBytes(value)]) };
}

/** @type {['head' | 'get' | 'pathAsIs', string][]} */
const FLAGS = [
  ['head', '--head'],
  ['get', '--get'],
  ['pathAsIs', '--path-as-is'],
];

/**
 * A URL, and a method before or after it.
 *
 * @param {string[]} words
 * @param {RequestOptions} options
 */
export function target(words, { globoff } = {}) {
  const urls = words.filter((word) => /^(?:https?|wss?):\/\//i.test(word));
  const others = words.filter((word) => !urls.includes(word));
  const shown = words.map((word) => word.replace(/\?.*/s, '')).join(' ');
  if (urls.length > 1)
    throw new CliError('usage', `${shown}: a request has one URL: run the command once for each URL`);
  const [method, ...more] = others;
  if (urls.length === 0) {
    const what = shown === '' ? 'there is no URL' : `${JSON.stringify(shown)} is not a URL`;
    throw new CliError('usage', `${what}: pass one that begins with https:// or http://`);
  }
  if (more.length > 0) {
    throw new CliError(
      'usage',
      `${shown}: a request has one method: does a value with spaces lack its quotes?`,
    );
  }
  const [url] = urls[0].split('#');
  if (!URL.canParse(url)) throw new CliError('usage', `${JSON.stringify(shown)} is not a valid URL`);
  // A backslash keeps curl from taking brackets for a range.
  return { url: withPath(globoff ? url : url.replace(/\\([[\]{}])/g, '$1')), method };
}

/** @param {string} url */
function withPath(url) {
  return url.replace(/^([^/]*\/\/[^/?]*)(?=\?|$)/, '$1/');
}

/**
 * `-T` to a folder sends to the name of the file in it.
 *
 * @param {string} url
 * @param {string} file
 */
function uploadUrl(url, file) {
  return url.endsWith('/') && file !== '-' ? `${url}${encodeURIComponent(basename(file))}` : url;
}

/**
 * Header lines, from files, too.
 *
 * @param {RequestOptions} options
 */
async function headersOf({ header = [], userAgent, referer, range }) {
  /** @type {[string, string][]} */
  const headers = [];
  /** @type {Set<string>} */
  const removed = new Set();
  const lines = [];
  for (const line of header) {
    if (!line.startsWith('@')) lines.push(line);
    else lines.push(...(await readText(line.slice(1))).split(/\r?\n/).filter((one) => one !== ''));
  }
  for (const line of lines) {
    const read = readHeaderLine(line);
    if (read === undefined || /[\r\n]/.test(line)) {
      throw new CliError('usage', `-H ${JSON.stringify(line)} is not a header: write "Name: value"`);
    }
    if (read.value === undefined) removed.add(read.name.toLowerCase());
    else headers.push([read.name, read.value]);
  }
  /** @type {[string, string | undefined][]} */
  const named = [
    ['User-Agent', userAgent],
    ['Referer', referer?.replace(/;auto$/, '')],
    ['Range', range && `bytes=${range}`],
  ];
  for (const [name, value] of named) {
    if (value === '') removed.add(name.toLowerCase());
    else if (value !== undefined) addDefault(headers, name, value, removed);
  }
  return { headers, removed };
}

/** @param {RequestOptions} options */
async function queryOf({ urlQuery = [] }) {
  const query = [];
  for (const value of urlQuery) {
    query.push(value.startsWith('+') ? value.slice(1) : await urlencodedPart(value));
  }
  return query;
}

/**
 * @param {RequestOptions} options
 * @returns {Promise<{ body?: Body, bodyOf?: 'data' | 'json' | 'form' | 'upload', boundary?: string }>}
 */
async function bodyFrom({ given = [], uploadFile, formEscape, get }) {
  const isForm = given.some(({ from }) => from.startsWith('form'));
  const kinds = [isForm, given.some(({ from }) => !from.startsWith('form')), uploadFile !== undefined];
  if (kinds.filter(Boolean).length > 1) {
    throw new CliError('usage', 'a request has one body: pass data (-d), a form (-F) or a file (-T)');
  }
  if (uploadFile !== undefined) return { body: await fileOf(uploadFile), bodyOf: 'upload' };
  if (isForm) return { ...(await formOf(given, { escape: formEscape })), bodyOf: 'form' };
  if (given.length === 0) return {};
  const bodyOf = given.some(({ from }) => from === 'json') ? 'json' : 'data';
  const [only, ...others] = given;
  const [, file] = /^@(?!-$)(.+)$/s.exec(only.value) ?? [];
  // Into the query it goes as text.
  if (others.length === 0 && file && !get && BINARY.includes(only.from))
    return { body: await fileOf(file), bodyOf };
  const pieces = [];
  for (const { from, value } of given)
    pieces.push({ bytes: await dataOf(from, value), isJson: from === 'json' });
  return { body: Buffer.from(joinData(pieces).buffer), bodyOf };
}

/** Which send a file as it is. */
const BINARY = ['data-binary', 'json'];

/**
 * @param {string} from  name of the option
 * @param {string} value
 * @returns {Promise<Buffer>}
 */
async function dataOf(from, value) {
  if (from === 'data-urlencode') return Buffer.from(await urlencodedPart(value));
  if (from === 'data-raw' || !value.startsWith('@')) return Buffer.from(value);
  const bytes = await readBytes(value.slice(1));
  return BINARY.includes(from) ? bytes : Buffer.from(withoutLineBreaks(bytes));
}

/** @param {string} value  of `--data-urlencode` */
async function urlencodedPart(value) {
  const part = readUrlencoded(value);
  return urlencoded(part.name, 'file' in part ? await readBytes(part.file) : part.content);
}

/**
 * @param {string} file  `-` is standard input
 * @returns {Promise<Body>} a regular file is streamed
 */
async function fileOf(file) {
  const size = file === '-' ? undefined : await sizeOf(file);
  return size === undefined ? readBytes(file) : { file, size };
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
 * A pasted request.
 *
 * @param {string} file  `-` is standard input
 * @param {number} [entry]  which one, of several, counted from 1
 * @returns {Promise<import('../requests/index.js').ParsedRequest>} header values with one character for each byte
 */
export async function readRequest(file, entry) {
  const text = await readText(file);
  const { parseRequests, RequestSyntaxError } = await import('../requests/index.js');
  try {
    const request = chosen(parseRequests(text), entry);
    return { ...request, headers: request.headers.map(([name, value]) => [name, asBytes(value)]) };
  } catch (error) {
    if (!(error instanceof RequestSyntaxError)) throw error;
    throw new CliError('read', `${file === '-' ? 'standard input' : file}: ${error.message}`);
  }
}

/**
 * @template {{ method: string, url: string }} Request
 * @param {Request[]} requests
 * @param {number} [entry]
 * @returns {Request}
 */
function chosen(requests, entry) {
  if (requests.length === 1 && entry === undefined) return requests[0];
  const found = requests[(entry ?? 0) - 1];
  if (found !== undefined) return found;
  const lines = requests.map(({ method, url }, i) => `  ${i + 1}  ${method} ${url.split('?')[0]}`);
  const more = lines.length > MAX_LISTED ? [`  … and ${lines.length - MAX_LISTED} more`] : [];
  throw new CliError(
    'usage',
    [
      `there are ${requests.length} requests: choose one with --entry NUMBER`,
      ...lines.slice(0, MAX_LISTED),
      ...more,
    ].join('\n'),
  );
}

const MAX_LISTED = 20;

/**
 * From the command line, or from a text that somebody pasted.
 *
 * @param {string[]} words
 * @param {RequestOptions & { from?: string, entry?: number }} options
 * @param {[string, string][]} [defaults]
 * @returns {Promise<{ request: CliRequest, hints?: import('../requests/index.js').SigningHints, notes: string[] }>}
 */
export async function takeRequest(words, options, defaults = []) {
  const isNamed = words.length > 0 || options.url !== undefined;
  if (options.from === undefined) {
    if (options.entry !== undefined)
      throw new CliError('usage', '--entry chooses from a file: pass --from FILE as well');
    return { request: await requestOf(words, options, defaults), notes: [] };
  }
  if (isNamed) throw new CliError('usage', 'pass a URL or --from, not both');
  if ((options.given ?? []).length > 0 || options.uploadFile !== undefined) {
    throw new CliError('usage', 'the body comes from --from: leave out data, forms and files');
  }
  const {
    signing,
    notes,
    body,
    method,
    url,
    transfer = [],
    ...pasted
  } = await readRequest(options.from, options.entry);
  const left = transfer.filter((name) => MATTERS.has(String(curlOption(name)?.name)));
  if (left.length > 0) notes.push(`${left.join(', ')} of the pasted command are ignored: pass them to sigv4`);
  const { headers: own, removed } = await headersOf(options);
  const replaced = new Set([...removed, ...own.map(([name]) => name.toLowerCase()), 'authorization']);
  const isSignature = (/** @type {[string, string]} */ [name]) => name.toLowerCase() === 'authorization';
  if (pasted.headers.some(isSignature)) notes.push(REPLACED);
  const kept = sentHeaders({ method, url, headers: pasted.headers }).filter(
    ([name]) => !replaced.has(name.toLowerCase()),
  );
  return {
    request: {
      ...{ method: options.request ?? (options.head ? 'HEAD' : method), url },
      headers: [
        ...kept,
        ...own.map(([name, value]) => /** @type {[string, string]} */ ([name, asBytes(value)])),
      ],
      ...(body !== undefined && { body: Buffer.from(body), bodyOf: 'data' }),
    },
    hints: signing,
    notes,
  };
}

/** Options without which the request may fail, or reach another server. */
const MATTERS = new Set(
  '--insecure --location --cacert --capath --cert --key --proxy --resolve --connect-to --unix-socket --cookie-jar --retry --max-time'.split(
    ' ',
  ),
);

const REPLACED = 'the Authorization header of the request is left out, because the signature replaces it';

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
        `${name} has more than ${MAX_BYTES} bytes, the limit for data that is read into memory`,
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

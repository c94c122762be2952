// A multipart form as `curl -F` writes it.
//
// Source: curl(1), `--form`; RFC 7578; "curl/lib/mime.c" for names, types and the boundary.

import { randomBytes } from 'node:crypto';
import { basename, extname } from 'node:path';

import { CliError } from './exit.js';
import { readBytes } from './input.js';

/**
 * @typedef {object} Part
 * @property {string} [disposition]
 * @property {string} [name]
 * @property {string} [filename]
 * @property {string} [type]
 * @property {string[]} headers
 * @property {Buffer} content
 */

/**
 * @param {import('./curl.js').DataOption[]} given  `--form` and `--form-string`
 * @param {{ escape?: boolean }} options
 * @returns {Promise<{ body: Buffer, boundary: string }>}
 */
export async function formOf(given, { escape = false }) {
  const quote = escape ? backslashed : percentEncoded;
  /** @type {Part[]} */
  const parts = [];
  for (const { from, value } of given) {
    const [first, ...more] = await partsOf(from, value);
    if (more.length === 0) parts.push({ ...first, disposition: 'form-data' });
    else parts.push(mixed([first, ...more], quote));
  }
  return multipart(parts, quote);
}

/**
 * Several files of one field are a body within the body.
 *
 * @param {Part[]} files
 * @param {(name: string) => string} quote
 * @returns {Part}
 */
function mixed(files, quote) {
  const { body, boundary } = multipart(
    files.map(({ name, ...file }) => ({ ...file, disposition: 'attachment' })),
    quote,
  );
  return {
    ...{ disposition: 'form-data', name: files[0].name, headers: [] },
    ...{ type: `multipart/mixed; boundary=${boundary}`, content: body },
  };
}

/**
 * @param {Part[]} parts
 * @param {(name: string) => string} quote
 */
function multipart(parts, quote) {
  const boundary = `------------------------${randomBytes(8).toString('hex')}`;
  const chunks = parts.flatMap(({ disposition, name, filename, type, headers, content }) => {
    const line = [
      `Content-Disposition: ${disposition}`,
      ...(name === undefined ? [] : [`name="${quote(name)}"`]),
      ...(filename === undefined ? [] : [`filename="${quote(filename)}"`]),
    ].join('; ');
    const head = [line, ...(type === undefined ? [] : [`Content-Type: ${type}`]), ...headers].join('\r\n');
    return [Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), content, Buffer.from('\r\n')];
  });
  return { body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]), boundary };
}

/**
 * @param {string} from
 * @param {string} value
 * @returns {Promise<Part[]>}
 */
async function partsOf(from, value) {
  const [, name, rest] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
  if (name === undefined) {
    throw new CliError(
      'usage',
      `--${from} ${JSON.stringify(value)} is not a field of a form: write NAME=VALUE or NAME=@FILE`,
    );
  }
  if (from === 'form-string') return [{ name, headers: [], content: Buffer.from(rest) }];
  const mark = /^[@<]/.exec(rest)?.[0];
  if (mark !== '@') {
    const { word, options } = readValue(mark ? rest.slice(1) : rest, false);
    const { type, filename, headers } = settingsOf(options);
    const content = mark ? await readBytes(word) : Buffer.from(word);
    return [{ name, filename, type, headers, content }];
  }
  const parts = [];
  let left = rest.slice(1);
  do {
    const { word, options, more } = readValue(left, true);
    const { type, filename = basename(word), headers } = settingsOf(options);
    parts.push({ name, filename, type: type ?? typeOf(filename), headers, content: await readBytes(word) });
    left = more;
  } while (left !== '');
  return parts;
}

/**
 * A word, in quotes or not, and what follows it after semicolons. Files may be several, with commas between them.
 *
 * @param {string} text
 * @param {boolean} isList
 */
function readValue(text, isList) {
  const words = [];
  let left = text;
  do {
    if (words.length > 0) left = left.slice(1);
    const quoted = /^\s*((?:[a-z]+=)?)"((?:[^"\\]|\\.)*)"\s*(?=[;,]|$)/s.exec(left);
    const plain = /** @type {RegExpExecArray} */ ((isList ? /^[^;,]*/ : /^[^;]*/).exec(left));
    words.push(quoted ? quoted[1] + quoted[2].replace(/\\([\\"])/g, '$1') : plain[0]);
    left = left.slice((quoted ?? plain)[0].length);
  } while (left.startsWith(';'));
  const [word, ...options] = words;
  return { word, options, more: left.startsWith(',') ? left.slice(1) : '' };
}

/** @param {string[]} options */
function settingsOf(options) {
  /** @type {{ type?: string, filename?: string, headers: string[] }} */
  const settings = { headers: [] };
  for (const option of options) {
    const [, key, raw] = /^\s*(type|filename|headers|encoder)=(.*)$/s.exec(option) ?? [];
    if (key === 'type' || key === 'filename') settings[key] = raw.trim();
    else if (key === 'headers') settings.headers.push(raw.trim());
    else {
      const what = key === undefined ? `${JSON.stringify(option)} is unknown` : 'encoder= is for mail';
      throw new CliError('usage', `-F: ${what}: after a semicolon there may be type=, filename= or headers=`);
    }
  }
  return settings;
}

/** @param {string} filename */
function typeOf(filename) {
  return TYPES[extname(filename).toLowerCase()] ?? 'application/octet-stream';
}

/** Those that curl knows. @type {Record<string, string>} */
const TYPES = {
  '.gif': 'image/gif',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.pdf': 'application/pdf',
  '.xml': 'application/xml',
};

/** @param {string} name */
function percentEncoded(name) {
  return name.replace(/["\r\n]/g, (character) => ({ '"': '%22', '\r': '%0D', '\n': '%0A' })[character] ?? '');
}

/** @param {string} name */
function backslashed(name) {
  return name.replace(/[\\"]/g, '\\$&');
}

// Writes a response to standard output or a file, with or without its head, and decompresses it if requested.

import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { CliError } from './exit.js';
import { headOf } from './exchange.js';

/**
 * @typedef {object} DownloadOptions
 * @property {string} [output]
 * @property {boolean} [remoteName]
 * @property {boolean} [remoteHeaderName]
 * @property {string} [outputDir]
 * @property {boolean} [createDirs]
 * @property {boolean} [clobber]
 * @property {boolean} [removeOnError]
 * @property {boolean} [include]
 * @property {boolean} [showHeaders]
 * @property {boolean} [head]
 * @property {boolean} [fail]
 * @property {boolean} [compressed]
 * @property {string} [dumpHeader]
 */

export class Download {
  #options;
  #url;
  /** Heads of responses that were followed. */
  #heads = '';
  /** Of the body, as it arrived. */
  bytes = 0;
  headBytes = 0;
  /** The file that was written. @type {string | undefined} */
  file;

  /**
   * @param {DownloadOptions} options
   * @param {string} url
   */
  constructor(options, url) {
    this.#options = options;
    this.#url = url;
    if (options.output !== undefined && options.remoteName) {
      throw new CliError('usage', 'pass -o or -O, not both');
    }
    if (options.remoteName) remoteNameOf(url);
  }

  /** Keeps the head of a response whose body is not needed. @param {import('./send.js').ServerResponse} answer */
  async head(answer) {
    this.#heads += `${headOf(answer)}\r\n\r\n`;
    for await (const _ of answer.body);
  }

  /** @param {import('./send.js').ServerResponse} answer */
  async write(answer) {
    const { include, showHeaders, head, fail, dumpHeader, compressed } = this.#options;
    const heads = `${this.#heads}${headOf(answer)}\r\n\r\n`;
    this.headBytes = Buffer.byteLength(heads, 'latin1');
    if (dumpHeader === '-') process.stdout.write(heads, 'latin1');
    else if (dumpHeader !== undefined)
      await writeFile(dumpHeader, heads, 'latin1').catch(cannotWrite(dumpHeader));
    const showsHead = include || showHeaders || head;
    const showsBody = !(fail && answer.status >= 400);
    // Where nothing is to be written, there is no file.
    const file = showsHead || showsBody ? await this.#fileFor(answer) : undefined;
    this.file = file;
    const out = file === undefined ? process.stdout : createWriteStream(file);
    const body = compressed ? decompressed(answer) : answer.body;
    const count = (/** @type {Buffer} */ chunk) => (this.bytes += chunk.length);
    async function* parts() {
      if (showsHead) yield Buffer.from(heads, 'latin1');
      if (!showsBody) return void answer.body.on('error', () => {}).destroy();
      for await (const chunk of body) {
        count(chunk);
        yield chunk;
      }
    }
    try {
      await pipeline(Readable.from(parts()), out, { end: out !== process.stdout });
    } catch (cause) {
      if (/** @type {any} */ (cause).syscall === undefined || !out.errored) throw cause;
      cannotWrite(file ?? 'standard output')(/** @type {any} */ (cause));
    }
  }

  /** After an error. */
  async failed() {
    if (this.#options.removeOnError && this.file !== undefined) await rm(this.file, { force: true });
  }

  /** @param {import('./send.js').ServerResponse} answer */
  async #fileFor({ headers }) {
    const { output, remoteName, remoteHeaderName, outputDir, createDirs, clobber = true } = this.#options;
    if (!remoteName && (output === undefined || output === '-')) return undefined;
    const suggested = remoteHeaderName ? nameIn(headers) : undefined;
    const name = output ?? suggested ?? remoteNameOf(this.#url);
    const wanted = outputDir === undefined ? name : join(outputDir, name);
    if (createDirs) await mkdir(dirname(wanted), { recursive: true }).catch(cannotWrite(wanted));
    if (clobber && !(suggested !== undefined && existsSync(wanted))) return wanted;
    // A name that a server chose overwrites nothing.
    if (suggested !== undefined && existsSync(wanted))
      throw new CliError(
        'write',
        `${wanted} exists, and -J does not overwrite files: remove the file, or use -o FILE`,
      );
    let file = wanted;
    for (let i = 1; existsSync(file); i += 1) file = `${wanted}.${i}`;
    return file;
  }
}

/** @param {string} url */
function remoteNameOf(url) {
  const name = url
    .replace(/^[^/]*\/\/[^/?]*/, '')
    .replace(/[?#].*$/s, '')
    .split('/')
    .at(-1);
  if (name) return name;
  throw new CliError('usage', '-O: the path of the URL does not end with a name: use -o FILE');
}

/** @param {[string, string][]} headers */
function nameIn(headers) {
  const [, value] = headers.find(([name]) => name.toLowerCase() === 'content-disposition') ?? [];
  const [, quoted, plain] = /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(value ?? '') ?? [];
  const name = basename((quoted ?? plain ?? '').replace(/\\(.)/g, '$1').replaceAll('\\', '/'));
  return /^\.*$/.test(name) ? undefined : name;
}

/** @param {import('./send.js').ServerResponse} answer */
function decompressed({ headers, body }) {
  const [, encoding = ''] = headers.find(([name]) => name.toLowerCase() === 'content-encoding') ?? [];
  const make = DECODERS[encoding.trim().toLowerCase()];
  if (make === undefined) return body;
  const decoder = make();
  body.on('error', (error) => decoder.destroy(error));
  return body.pipe(decoder);
}

/** @type {Record<string, () => import('node:stream').Transform>} */
const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** @param {string} file @returns {(cause: NodeJS.ErrnoException) => never} */
function cannotWrite(file) {
  return (cause) => {
    throw new CliError('write', `cannot write ${file} (${cause.code})`);
  };
}

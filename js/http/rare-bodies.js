// Bodies that few requests have: streams, also as Node.js 0.8 had them, forms, and forms of the npm package `form-data`. Loaded
// on use. It gets body.js as an argument instead of importing it: in a bundle of one file, files that import each other are
// wrapped, and each start takes a millisecond longer.

import { chunkBytes, chunksOf, concat } from './chunks.js';

/** @typedef {typeof import('./body.js')} Body */

/**
 * @param {import('./body.js').BodyStream} stream
 * @param {Pick<Body, 'assertUnused' | 'unsupportedChunk'>} body
 * @returns {Promise<Uint8Array>}
 */
export async function readStream(stream, { assertUnused, unsupportedChunk }) {
  assertUnused(stream);
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for await (const chunk of chunksOf(stream)) {
    const bytes = chunkBytes(chunk, unsupportedChunk);
    chunks.push(bytes);
    length += bytes.length;
  }
  return concat(chunks, length);
}

/**
 * @param {FormData} form
 * @param {Pick<Body, 'assertUnused' | 'unsupportedChunk'>} body
 * @returns {Promise<import('./body.js').WireBody>}
 */
export async function readForm(form, body) {
  const boundary = randomBoundary();
  const data = await readStream(formChunks(form, boundary), body);
  return { data, contentType: `multipart/form-data; boundary=${boundary}`, ownsContentType: true };
}

/**
 * Encodes a form as `fetch` does. The platform cannot do it: WebKit (2.50) sends a form that contains a file, but does not allow
 * reading it (`InvalidStateError`), and no platform supports the forms of a polyfill.
 *
 * Source: "Multipart form data", section 4.10.21.8 of the HTML standard.
 *
 * @param {FormData} form
 * @param {string} boundary
 * @returns {AsyncGenerator<string | Uint8Array>}
 */
async function* formChunks(form, boundary) {
  for (const [name, value] of form) {
    yield `--${boundary}\r\nContent-Disposition: form-data; name="${escape(withCrlf(name))}"`;
    if (typeof value === 'string') {
      yield `\r\n\r\n${withCrlf(value)}\r\n`;
    } else {
      const type = value.type || 'application/octet-stream';
      yield `; filename="${escape(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`;
      yield new Uint8Array(await value.arrayBuffer());
      yield '\r\n';
    }
  }
  yield `--${boundary}--\r\n`;
}

/** A boundary that nobody can guess, so that no file can contain it and pretend to be several fields. */
function randomBoundary() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `form-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** @param {string} text */
function withCrlf(text) {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

/** @param {string} name */
function escape(name) {
  return name.replace(/[\r\n"]/g, encodeURIComponent);
}

/**
 * @param {any} stream
 * @param {Pick<Body, 'bodyUsed' | 'isFormDataPackage' | 'isStream' | 'readBody'>} body
 * @returns {Promise<import('./body.js').WireBody>}
 * @throws {import('../engine/errors.js').SigV4Error} `ERR_SIGV4_BODY_USED`
 */
export async function readOldStream(stream, body) {
  if (!body.isFormDataPackage(stream)) return readByEvents(stream, body);
  const type = { contentType: stream.getHeaders()['content-type'], ownsContentType: true };
  try {
    // Does not change the form, so that a retry can read it again; throws if a part is a stream.
    if (!spent.has(stream)) return { data: stream.getBuffer(), ...type };
  } catch {
    // read as the stream that it is
  }
  return { ...(await readByEvents(stream, body)), ...type };
}

/** Streams that were read by events, which do not show that they have ended. @type {WeakSet<object>} */
const spent = new WeakSet();

/**
 * These streams are not iterable.
 *
 * @param {any} stream
 * @param {Pick<Body, 'bodyUsed' | 'isStream' | 'readBody'>} body
 */
async function readByEvents(stream, { bodyUsed, isStream, readBody }) {
  if (isStream(stream)) return readBody(stream);
  if (spent.has(stream)) throw bodyUsed();
  spent.add(stream);
  return readBody(
    new ReadableStream({
      start(controller) {
        stream.on('data', (/** @type {unknown} */ chunk) => controller.enqueue(chunk));
        stream.on('end', () => controller.close());
        stream.on('error', (/** @type {unknown} */ error) => controller.error(error));
        stream.resume();
      },
    }),
  );
}

/** Of a fetch Request. */
export const UNREADABLE_FORM =
  'the body of the Request cannot be read, as WebKit reads no form with a file in it out of a Request: pass the form ' +
  'itself as body, beside the URL';

// Bodies that are streams as Node.js 0.8 had them, and forms of the npm package `form-data`, which still are such. Loaded on
// use.

import { bodyUsed, isFormDataPackage, isStream, readBody } from './body.js';

/**
 * @param {any} stream
 * @returns {Promise<import('./body.js').WireBody>}
 * @throws {import('../engine/errors.js').SigV4Error} `ERR_SIGV4_BODY_USED`
 */
export async function readOldStream(stream) {
  if (!isFormDataPackage(stream)) return readByEvents(stream);
  const type = { contentType: stream.getHeaders()['content-type'], ownsContentType: true };
  try {
    // Leaves the form as it is, so that a retry can read it again; but throws where a part is a stream.
    if (!spent.has(stream)) return { data: stream.getBuffer(), ...type };
  } catch {
    // read as the stream that it is
  }
  return { ...(await readByEvents(stream)), ...type };
}

/** Streams that were read by events, which do not show that they have ended. @type {WeakSet<object>} */
const spent = new WeakSet();

/**
 * These streams are not iterable.
 *
 * @param {any} stream
 */
async function readByEvents(stream) {
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

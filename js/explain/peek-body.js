// Reads the start of a stream that the caller can still read.

/** Longer bodies are truncated, because no refusal is longer. */
export const MAX_CHARACTERS = 1_000_000;

/** The time limit, because some bodies never end. */
const MAX_MILLIS = 10_000;

/**
 * @param {Response} response
 * @returns {Promise<string>}
 */
export async function readStart(response) {
  const reader = response.body?.getReader?.();
  if (reader === undefined) return response.text(); // not every runtime has it
  return readStream(reader);
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @returns {Promise<string>}
 */
async function readStream(reader) {
  const decoder = new TextDecoder();
  let text = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<{ done: true, value: undefined }>} */
  const end = new Promise((resolve) => {
    timer = setTimeout(resolve, MAX_MILLIS, { done: true });
  });
  try {
    while (text.length < MAX_CHARACTERS) {
      const { done, value } = await Promise.race([reader.read(), end]);
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
    // Not awaited: a clone is only cancelled when both are.
    reader.cancel().catch(() => {});
  }
  return text + decoder.decode();
}

/**
 * The start of a body that is a stream, which is put back. axios returns one for `responseType: 'stream'`. undici treats a body
 * that was read partly as used, so its bodies, which have a method `text`, are not read.
 *
 * @param {any} given
 * @returns {Promise<string | undefined>}
 */
export async function peek(given) {
  const { data } = given;
  if (typeof data !== 'object' || data === null || typeof data.text === 'function' || given.status < 300)
    return undefined;
  if (typeof data.unshift === 'function' && typeof data.read === 'function') return peekNode(data);
  if (typeof data.tee !== 'function' || data.locked) return undefined;
  const [one, other] = data.tee();
  given.data = other;
  return readStream(one.getReader());
}

/**
 * Node's streams accept data that is put back. Their buffer of about 64 kB is larger than a refusal.
 *
 * @param {any} stream
 * @returns {Promise<string | undefined>}
 */
async function peekNode(stream) {
  if (stream.readableEnded || stream.destroyed || stream.readableFlowing) return undefined;
  let length = -1;
  await new Promise((resolve) => {
    const timer = setTimeout(() => done(), MAX_MILLIS);
    const settle = () => {
      const isFull = stream.readableLength >= stream.readableHighWaterMark;
      // Emitted once more when the end has come, with what was there already.
      if (stream.readableLength === length || isFull || stream.complete) done();
      length = stream.readableLength;
    };
    const done = () => {
      clearTimeout(timer);
      for (const event of ['readable', 'end', 'error', 'close']) stream.off(event, done).off(event, settle);
      resolve(undefined);
    };
    stream.on('readable', settle).on('end', done).on('error', done).on('close', done);
    if (stream.complete && stream.readableLength > 0) done();
  });
  const bytes = stream.read();
  if (bytes === null) return undefined;
  // In the same turn: the end is announced only where nothing is left.
  stream.unshift(bytes);
  return typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
}

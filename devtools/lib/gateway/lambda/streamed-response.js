// Receives the response of a function that streams from its thread: first status and headers, then the body.
//
// Sources: "Response streaming for Lambda functions", AWS Lambda developer guide; "Set up a Lambda proxy integration with payload
// response streaming in API Gateway", API Gateway developer guide, for the limit of the metadata.

import { PassThrough } from 'node:stream';

import { functionError } from './function-error.js';
import { DELIMITER_BYTES, PRELUDE_TYPE } from './response-stream.js';

/**
 * @typedef {import('./response-stream.js').StreamMessage} StreamMessage
 * @typedef {{ contentType: string, metadata: string | undefined, body: PassThrough }} Begun  `metadata`: JSON of status and headers
 */

const MAX_METADATA_BYTES = 16 * 1024;
/** "Lambda quotas": payload of a streamed response. */
const MAX_BYTES = 200 * 1024 * 1024;

export class StreamedResponse {
  #name;
  #body = new PassThrough();
  #contentType = '';
  #isBegun = false;
  /** The chunks of the metadata so far. @type {Uint8Array[]} */
  #prelude = [];
  #length = 0;
  #resolve = (/** @type {Begun} */ _) => {};
  #reject = (/** @type {Error} */ _) => {};
  /** Resolves with the first bytes, or when the stream ends without any. @type {Promise<Begun>} */
  begun = new Promise((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  /** @param {string} name  of the function */
  constructor(name) {
    this.#name = name;
    // Its users handle the error. A function that does not stream never begins.
    this.begun.catch(() => {});
    this.#body.on('error', () => {});
  }

  /**
   * @param {StreamMessage} message
   * @param {() => void} confirm  tells the thread to send the next one
   */
  take(message, confirm) {
    if ('contentType' in message) {
      this.#contentType = message.contentType;
      if (this.#contentType !== PRELUDE_TYPE) this.#begin(undefined);
      confirm();
    } else if ('chunk' in message) {
      this.#take(Buffer.from(message.chunk), confirm);
    } else {
      if (!this.#isBegun) this.#refuse(NO_METADATA);
      this.#body.end();
      confirm();
    }
  }

  /**
   * @param {Error} error
   * @returns {boolean} whether the response had begun
   */
  fail(error) {
    this.#reject(error);
    this.#body.destroy(error);
    return this.#isBegun;
  }

  /** @param {string} why */
  #refuse(why) {
    this.fail(functionError(this.#name, why));
  }

  /**
   * @param {Buffer} chunk
   * @param {() => void} confirm
   */
  #take(chunk, confirm) {
    this.#length += chunk.length;
    if (this.#length > MAX_BYTES) this.#refuse(`its response has more than ${MAX_BYTES} bytes`);
    if (this.#isBegun) return this.#pass(chunk, confirm);
    this.#prelude.push(chunk);
    const bytes = Buffer.concat(this.#prelude);
    const at = bytes.indexOf(DELIMITER);
    if (at >= 0) {
      this.#begin(bytes.toString('utf8', 0, at));
      return this.#pass(bytes.subarray(at + DELIMITER_BYTES), confirm);
    }
    if (bytes.length > MAX_METADATA_BYTES)
      this.#refuse(
        `no ${DELIMITER_BYTES} null bytes end the metadata in the first ${MAX_METADATA_BYTES} bytes`,
      );
    return confirm();
  }

  /**
   * @param {Buffer} bytes
   * @param {() => void} confirm
   */
  #pass(bytes, confirm) {
    // The client disconnected, or the response failed. The function keeps running.
    if (this.#body.destroyed || bytes.length === 0) return confirm();
    return void this.#body.write(bytes, confirm);
  }

  /** @param {string | undefined} metadata */
  #begin(metadata) {
    this.#isBegun = true;
    this.#resolve({ contentType: this.#contentType, metadata, body: this.#body });
  }
}

// The same rule as in AWS's runtime.
const NO_METADATA =
  'its stream ended before the metadata of the response. Only write() sends the metadata: call it before end()';
const DELIMITER = Buffer.alloc(DELIMITER_BYTES);

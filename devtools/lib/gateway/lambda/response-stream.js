// The stream to which a handler of `awslambda.streamifyResponse` writes its response. Runs in the thread of sandboxes.js.
//
// Sources: "Response streaming for Lambda functions", AWS Lambda developer guide; `ResponseStream.js` and `HttpResponseStream.js` of
// AWS's Node.js runtime (aws-lambda-nodejs-runtime-interface-client).

import { Writable } from 'node:stream';

/** The content type of a stream that begins with status and headers. */
export const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
/** The delimiter between status and headers, and the body. */
export const DELIMITER_BYTES = 8;

/**
 * The messages to the gateway. It confirms each one with any message, so that no more data is in transit than the client reads.
 *
 * @typedef {{ contentType: string } | { chunk: Uint8Array } | { end: true }} StreamMessage
 */

export class ResponseStream extends Writable {
  #port;
  #contentType = 'application/octet-stream';
  #isBegun = false;
  /** @type {((error?: Error | null) => void)[]} */
  #unconfirmed = [];
  /** Set by {@link HttpResponseStream}, as in AWS's runtime. @type {((write: (bytes: string | Uint8Array) => void) => void) | undefined} */
  _onBeforeFirstWrite;

  /**
   * @param {import('node:worker_threads').MessagePort} port
   * @param {number} [highWaterMark]
   */
  constructor(port, highWaterMark) {
    super({ highWaterMark });
    this.#port = port;
    port.on('message', () => this.#unconfirmed.shift()?.());
  }

  /** @param {string} contentType */
  setContentType(contentType) {
    if (this.#isBegun)
      throw Object.assign(new Error('Cannot set content-type, too late.'), {
        name: 'InvalidStreamingOperation',
      });
    this.#contentType = contentType;
  }

  /**
   * As in AWS's runtime, values that are neither text nor bytes are written as JSON.
   *
   * @param {any} chunk
   * @param {any} [encoding]
   * @param {any} [callback]
   */
  write(chunk, encoding, callback) {
    const isPlain = typeof chunk === 'string' || chunk instanceof Uint8Array;
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.#send({ contentType: this.#contentType }, () => {});
      this._onBeforeFirstWrite?.((bytes) => super.write(bytes));
    }
    return super.write(isPlain ? chunk : JSON.stringify(chunk), encoding, callback);
  }

  /**
   * @param {Buffer} chunk
   * @param {BufferEncoding} _
   * @param {(error?: Error | null) => void} callback
   */
  _write(chunk, _, callback) {
    this.#send({ chunk }, callback);
  }

  /** @param {(error?: Error | null) => void} callback */
  _final(callback) {
    if (!this.#isBegun) this.#send({ contentType: this.#contentType }, () => {});
    this.#send({ end: true }, callback);
  }

  /**
   * @param {StreamMessage} message
   * @param {(error?: Error | null) => void} onConfirmed
   */
  #send(message, onConfirmed) {
    this.#unconfirmed.push(onConfirmed);
    this.#port.postMessage(message);
  }
}

export const HttpResponseStream = {
  /**
   * @param {ResponseStream} stream
   * @param {object} metadata  statusCode, headers, cookies
   */
  from(stream, metadata) {
    stream.setContentType(PRELUDE_TYPE);
    stream._onBeforeFirstWrite = (write) => {
      write(JSON.stringify(metadata));
      write(new Uint8Array(DELIMITER_BYTES));
    };
    return stream;
  },
};

// Calls the Lambda functions of the routes: a handler file in its own threads, or a server that accepts Lambda's invoke call.

import { labelled } from '../access-log.js';
import { GatewayError } from '../gateway-error.js';
import { eventOf } from './event.js';
import { describe, functionError } from './function-error.js';
import { invoke } from './invoke.js';
import { responseOf, streamedResponseOf } from './response.js';
import { Sandboxes } from './sandboxes.js';

/**
 * @typedef {import('../gateway-error.js').GatewayResponse} GatewayResponse
 *
 * @typedef {{ errorType: string, errorMessage: string, trace: string[] }} Thrown
 *
 * The outcome of a call: the result as JSON, the error that the handler threw, a response that it streams, or a timeout.
 * @typedef {{ payload: string } | { error: Thrown } | { streamed: import('./streamed-response.js').Begun } | { late: string }} Outcome  `late`: the reason why it was stopped
 */

/** "Lambda quotas": payload of a synchronous invocation. */
const MAX_PAYLOAD_BYTES = 6_291_456;

export class Functions {
  #settings;
  #sandboxes;
  #log;
  /** Functions for which the log has already said that AWS would not stream here. @type {Set<string>} */
  #noted = new Set();

  /**
   * @param {import('../config.js').Settings} settings
   * @param {import('../principals.js').Principals} principals
   * @param {((line: string) => void) | undefined} log
   */
  constructor(settings, principals, log) {
    this.#settings = settings;
    this.#sandboxes = new Sandboxes(settings, principals);
    this.#log = log;
  }

  /**
   * @param {string} name
   * @param {import('./event.js').Call} call
   * @returns {Promise<GatewayResponse>}
   * @throws {GatewayError} ERR_GATEWAY_FUNCTION, ERR_GATEWAY_BODY, ERR_GATEWAY_UPSTREAM, ERR_GATEWAY_TIMEOUT
   */
  async call(name, call) {
    const { type, functions } = this.#settings;
    const { payloadFormat } = functions[name];
    const format = type === 'http' ? payloadFormat : type === 'function-url' ? '2.0' : 'rest';
    const event = JSON.stringify(eventOf(format, call, this.#settings));
    if (Buffer.byteLength(event) > MAX_PAYLOAD_BYTES)
      throw new GatewayError(
        'ERR_GATEWAY_BODY',
        `The event of ${name} has more than ${MAX_PAYLOAD_BYTES} bytes.`,
      );
    const print = (/** @type {string} */ text) => this.#print(name, text, call.number);
    const outcome = await this.#withinLimit(name, this.#run(name, event, call, print));
    if ('late' in outcome) throw functionError(name, outcome.late);
    if ('error' in outcome) {
      if (outcome.error.trace.length > 0) print(outcome.error.trace.join('\n'));
      throw functionError(name, describe(outcome.error));
    }
    if ('streamed' in outcome) {
      this.#noteStreaming(name, call.number);
      try {
        return streamedResponseOf(format, name, outcome.streamed);
      } catch (error) {
        outcome.streamed.body.resume(); // The function keeps running.
        throw error;
      }
    }
    if (Buffer.byteLength(outcome.payload) > MAX_PAYLOAD_BYTES)
      throw functionError(name, `its response has more than ${MAX_PAYLOAD_BYTES} bytes`);
    return responseOf(format, name, outcome.payload);
  }

  /** Functions that have been called. */
  started() {
    return this.#sandboxes.started();
  }

  /**
   * Loads the handlers of functions, so that a broken handler is reported before the first request.
   *
   * @param {string[]} names  functions that this gateway does not have are left out
   * @throws {Error}
   */
  async load(names) {
    const { functions } = this.#settings;
    for (const name of names) {
      if (functions[name] === undefined || functions[name].endpoint !== undefined) continue;
      await this.#sandboxes.load(name).catch((cause) => {
        throw new Error(`the Lambda function ${name} cannot be loaded: ${cause.message}`, { cause });
      });
    }
  }

  close() {
    return this.#sandboxes.close();
  }

  /**
   * @param {string} name
   * @param {string} event
   * @param {import('./event.js').Call} call
   * @param {(text: string) => void} print
   * @returns {Promise<Outcome>}
   */
  async #run(name, event, { id }, print) {
    const { endpoint, timeoutMs, name: called = name } = this.#settings.functions[name];
    if (endpoint !== undefined) return invoke(called, { endpoint, timeoutMs }, event, print);
    return this.#sandboxes.run(name, { event, id }, print);
  }

  /**
   * Waits at most for the limit of the API, as API Gateway does; the function keeps running.
   *
   * @param {string} name
   * @param {Promise<Outcome>} running
   * @returns {Promise<Outcome>}
   */
  async #withinLimit(name, running) {
    const { timeoutMs, functions } = this.#settings;
    if (functions[name].timeoutMs <= timeoutMs) return running;
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => {
        running.then(
          (outcome) => 'streamed' in outcome && outcome.streamed.body.resume(),
          () => {},
        );
        const why = `The Lambda function ${name} took longer than ${timeoutMs} ms, the limit of the API (timeoutMs).`;
        reject(new GatewayError('ERR_GATEWAY_TIMEOUT', why));
      }, timeoutMs);
    });
    return Promise.race([running, late]).finally(() => clearTimeout(timer));
  }

  /**
   * @param {string} name
   * @param {number} number
   */
  #noteStreaming(name, number) {
    if (this.#settings.type !== 'http' || this.#noted.has(name)) return;
    this.#noted.add(name);
    this.#log?.(labelled('note', `${name} ${HTTP_API_STREAMS_NOT}`, number));
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {number} number
   */
  #print(name, text, number) {
    for (const line of text.replace(/\n$/, '').split('\n'))
      this.#log?.(labelled('log', `${name}: ${line}`, number));
  }
}

const HTTP_API_STREAMS_NOT =
  'streams its response. In AWS, REST APIs (with responseTransferMode STREAM) and function URLs stream, and HTTP APIs do not.';

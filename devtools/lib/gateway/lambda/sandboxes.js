// The threads in which handlers run: a pool for each function, with Lambda's environment variables.
//
// Source: "Defined runtime environment variables", AWS Lambda developer guide.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';

import { Piscina } from 'piscina';

import { GatewayError } from '../gateway-error.js';
import { readArchive, unpack } from './archive.js';
import { describe, functionError, lateReason } from './function-error.js';
import { handlerFile } from './handler-file.js';
import { StreamedResponse } from './streamed-response.js';

/**
 * @typedef {import('../config.js').FunctionSettings} FunctionSettings
 * @typedef {import('./functions.js').Outcome} Outcome
 *
 * The message to the thread. Without an event, the thread only loads the handler.
 * @typedef {{ event?: string, id: string, timeoutMs: number, port: import('node:worker_threads').MessagePort }} Task
 *
 * The messages of the thread while the handler runs: its output, and its streamed response.
 * @typedef {{ log: string } | import('./response-stream.js').StreamMessage} Sent
 */

/** Sandboxes of one function. Each serves one request at a time, as in Lambda. */
const MAX_SANDBOXES = 4;
const IDLE_MS = 60_000;
/** "Lambda runtime environment lifecycle": the init phase. */
const INIT_MS = 10_000;

export class Sandboxes {
  #settings;
  #principals;
  /** @type {Map<string, Promise<Piscina>>} */
  #pools = new Map();
  /** Folders of functions whose code is in the template. @type {string[]} */
  #folders = [];

  /**
   * @param {import('../config.js').Settings} settings
   * @param {import('../principals.js').Principals} principals
   */
  constructor(settings, principals) {
    this.#settings = settings;
    this.#principals = principals;
  }

  /** The functions that have a sandbox. */
  started() {
    return [...this.#pools.keys()];
  }

  /**
   * @param {string} name
   * @param {{ event: string, id: string }} call
   * @param {(text: string) => void} print  receives the console output of the handler
   * @returns {Promise<Outcome>} when the handler has returned, or has begun to stream its response
   */
  async run(name, call, print) {
    const streamed = new StreamedResponse(name);
    const begun = streamed.begun.then((whole) => /** @type {Outcome} */ ({ streamed: whole }));
    const done = this.#do(name, call, (message, confirm) => {
      if ('log' in message) print(message.log);
      else streamed.take(message, confirm);
    })
      .then((outcome) => {
        if ('streams' in outcome) return begun;
        // The handler may be in the middle of a streamed response.
        if ('late' in outcome) streamed.fail(functionError(name, outcome.late));
        if ('error' in outcome && streamed.fail(functionError(name, describe(outcome.error))))
          print(outcome.error.trace.join('\n'));
        return outcome;
      })
      .catch((cause) => {
        const error = cause instanceof GatewayError ? cause : functionError(name, cause.message, cause);
        streamed.fail(error);
        throw error;
      });
    return Promise.race([done, begun.catch(() => done)]);
  }

  /**
   * Loads the handler without calling it.
   *
   * @param {string} name
   * @throws {Error} if it cannot be loaded
   */
  async load(name) {
    const outcome = await this.#do(name, { id: '' }, () => {});
    if ('late' in outcome) throw new Error(outcome.late);
    if ('error' in outcome) throw new Error(outcome.error.trace.join('\n') || describe(outcome.error));
  }

  async close() {
    const pools = await Promise.allSettled(this.#pools.values());
    await Promise.all(pools.map((pool) => pool.status === 'fulfilled' && pool.value.destroy()));
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  /**
   * @param {string} name
   * @param {{ event?: string, id: string }} call
   * @param {(message: Sent, confirm: () => void) => void} take
   * @returns {Promise<Outcome | { streams: true }>}
   * @throws {Error} if the sandbox ended
   */
  async #do(name, call, take) {
    const { timeoutMs } = this.#settings.functions[name];
    const { port1: own, port2: port } = new MessageChannel();
    const stop = new AbortController();
    let late = '';
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    // The time in the queue does not count: Lambda would have started another sandbox.
    const limit = (/** @type {number} */ ms, /** @type {string} */ why) => {
      clearTimeout(timer);
      late = why;
      timer = setTimeout(() => stop.abort(), ms);
    };
    own.on('message', (/** @type {Sent | { phase: 'init' | 'invoke' }} */ message) => {
      if (!('phase' in message)) take(message, () => own.postMessage('taken'));
      else if (message.phase === 'init') limit(INIT_MS, `it took longer than ${INIT_MS} ms to load`);
      else limit(timeoutMs, lateReason(timeoutMs));
    });
    try {
      const pool = await this.#poolOf(name);
      const task = { ...call, timeoutMs, port };
      return await pool.run(task, { transferList: /** @type {any} */ ([port]), signal: stop.signal });
    } catch (error) {
      if (stop.signal.aborted) return { late };
      throw error;
    } finally {
      clearTimeout(timer);
      own.close();
    }
  }

  /** @param {string} name */
  #poolOf(name) {
    let pool = this.#pools.get(name);
    if (pool === undefined) this.#pools.set(name, (pool = this.#start(name)));
    return pool;
  }

  /** @param {string} key  the key in the config, which is the default name */
  async #start(key) {
    const { region, account, functions } = this.#settings;
    const { handler, code, archive, memoryMb, environment, role, name = key } = functions[key];
    const exported = handler.slice(handler.lastIndexOf('.') + 1);
    const path = archive === undefined ? handler : join(await this.#unpack(archive), handler);
    const file =
      code === undefined ? handlerFile(path.slice(0, path.lastIndexOf('.'))) : await this.#write(code);
    const accessKey =
      role === undefined
        ? undefined
        : this.#principals.all().find(({ principal }) => principal.name === role);
    return new Piscina({
      filename: new URL('./sandbox.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: MAX_SANDBOXES,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      workerData: { file, exported, name, memoryMb, region, account },
      // The environment of the gateway is left out, because it may contain the developer's own credentials.
      env: {
        ...(process.env.PATH && { PATH: process.env.PATH }),
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
        LAMBDA_TASK_ROOT: dirname(file),
        _HANDLER: handler,
        ...(accessKey && {
          AWS_ACCESS_KEY_ID: accessKey.accessKeyId,
          AWS_SECRET_ACCESS_KEY: accessKey.secretAccessKey,
          ...(accessKey.sessionToken && { AWS_SESSION_TOKEN: accessKey.sessionToken }),
        }),
        ...environment,
      },
    });
  }

  /** @param {string} code */
  async #write(code) {
    const file = join(await this.#folder(), 'index.js');
    await writeFile(file, code);
    return file;
  }

  /** @param {string} archive */
  async #unpack(archive) {
    const folder = await this.#folder();
    await unpack(readArchive(archive), folder);
    return folder;
  }

  async #folder() {
    const folder = await mkdtemp(join(tmpdir(), 'sigv4-gateway-'));
    this.#folders.push(folder);
    return folder;
  }
}

// Lambda functions behind the routes: a handler file in threads of its own, or a server that takes Lambda's invoke call, such as
// `sam local start-lambda`.
//
// Sources: "Invoke", AWS Lambda API reference; "Defined runtime environment variables", AWS Lambda developer guide.

import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { MessageChannel } from 'node:worker_threads';

import { Piscina } from 'piscina';

import { labelled } from '../access-log.js';
import { GatewayError } from '../gateway-error.js';
import { readArchive, unpack } from './archive.js';
import { eventOf } from './event.js';
import { responseOf } from './response.js';

/**
 * @typedef {import('../config.js').FunctionSettings} FunctionSettings
 *
 * What the thread returns: the result as JSON, or what the handler threw.
 * @typedef {{ payload: string } | { error: { errorType: string, errorMessage: string, trace: string[] } }} Outcome
 */

/** "Lambda quotas": payload of a synchronous invocation. */
const MAX_PAYLOAD_BYTES = 6_291_456;
/** Sandboxes of one function. Each serves one request at a time, as in Lambda. */
const MAX_SANDBOXES = 4;
const IDLE_MS = 60_000;

export class Functions {
  #settings;
  #principals;
  #log;
  /** @type {Map<string, Promise<Piscina>>} */
  #pools = new Map();
  /** Folders of functions whose code is in the template. @type {string[]} */
  #folders = [];

  /**
   * @param {import('../config.js').Settings} settings
   * @param {import('../principals.js').Principals} principals
   * @param {((line: string) => void) | undefined} log
   */
  constructor(settings, principals, log) {
    this.#settings = settings;
    this.#principals = principals;
    this.#log = log;
  }

  /**
   * @param {string} name
   * @param {import('./event.js').Call} call
   * @returns {Promise<import('../gateway-error.js').GatewayResponse>}
   * @throws {GatewayError} ERR_GATEWAY_FUNCTION, ERR_GATEWAY_BODY, ERR_GATEWAY_UPSTREAM
   */
  async call(name, call) {
    const { type, functions } = this.#settings;
    const settings = functions[name];
    const format = type === 'http' ? settings.payloadFormat : type === 'function-url' ? '2.0' : 'rest';
    const event = JSON.stringify(eventOf(format, call, this.#settings));
    if (Buffer.byteLength(event) > MAX_PAYLOAD_BYTES)
      throw new GatewayError(
        'ERR_GATEWAY_BODY',
        `The event of ${name} has more than ${MAX_PAYLOAD_BYTES} bytes.`,
      );
    const outcome = await (settings.endpoint === undefined
      ? this.#run(name, settings, event, call.id)
      : invoke(name, settings, event));
    if ('error' in outcome) throw this.#failed(name, outcome.error);
    if (Buffer.byteLength(outcome.payload) > MAX_PAYLOAD_BYTES)
      throw failure(name, `its response has more than ${MAX_PAYLOAD_BYTES} bytes`);
    return responseOf(format, name, outcome.payload);
  }

  async close() {
    const pools = await Promise.allSettled(this.#pools.values());
    await Promise.all(pools.map((pool) => pool.status === 'fulfilled' && pool.value.destroy()));
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  /**
   * @param {string} name
   * @param {FunctionSettings} settings
   * @param {string} event
   * @param {string} id
   * @returns {Promise<Outcome>}
   */
  async #run(name, settings, event, id) {
    const { timeoutMs } = settings;
    let pool = this.#pools.get(name);
    if (pool === undefined) this.#pools.set(name, (pool = this.#start(name, settings)));
    const { port1: logs, port2: port } = new MessageChannel();
    logs.on('message', (/** @type {string} */ text) => this.#print(name, text));
    const started = performance.now();
    try {
      const task = { event, id, deadline: Date.now() + timeoutMs, port };
      return await (
        await pool
      ).run(task, { transferList: /** @type {any} */ ([port]), signal: AbortSignal.timeout(timeoutMs) });
    } catch (cause) {
      if (performance.now() - started >= timeoutMs - 1)
        throw failure(name, `it took longer than its timeout of ${timeoutMs} ms`, cause);
      throw failure(name, String(/** @type {Error} */ (cause).message), cause);
    } finally {
      logs.close();
    }
  }

  /**
   * @param {string} key  the name, if it has no other
   * @param {FunctionSettings} settings
   */
  async #start(key, { handler, code, archive, memoryMb, environment, role, name = key }) {
    const { region, account } = this.#settings;
    const at = handler.lastIndexOf('.');
    const exported = handler.slice(at + 1);
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
      // Not the environment of the gateway, in which the developer's own credentials may be.
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

  /**
   * @param {string} name
   * @param {{ errorType: string, errorMessage: string, trace: string[] }} error
   */
  #failed(name, { errorType, errorMessage, trace }) {
    if (trace.length > 0) this.#print(name, trace.join('\n'));
    return failure(name, `${errorType}: ${errorMessage}`);
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #print(name, text) {
    for (const line of text.replace(/\n$/, '').split('\n')) this.#log?.(labelled('log', `${name}: ${line}`));
  }
}

/**
 * @param {string} name
 * @param {FunctionSettings} settings
 * @param {string} event
 * @returns {Promise<Outcome>}
 */
async function invoke(name, { endpoint, timeoutMs }, event) {
  const url = `${endpoint?.replace(/\/$/, '')}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: event,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const payload = await response.text();
    if (!response.ok) throw new Error(`it answered ${response.status}: ${payload.slice(0, 200)}`);
    if (response.headers.get('x-amz-function-error') === null) return { payload };
    const { errorType = 'Error', errorMessage = '' } = JSON.parse(payload);
    return { error: { errorType, errorMessage, trace: [] } };
  } catch (cause) {
    const { message } = /** @type {Error} */ (cause);
    throw new GatewayError('ERR_GATEWAY_UPSTREAM', `${url} did not invoke the function: ${message}`, {
      cause,
    });
  }
}

/**
 * As Node.js in Lambda looks for it: `src/orders.handler` is in `src/orders.mjs`, and so on.
 *
 * @param {string} path  without an extension
 */
export function handlerFile(path) {
  const file = EXTENSIONS.map((extension) => `${path}${extension}`).find((candidate) =>
    existsSync(candidate),
  );
  if (file !== undefined) return file;
  throw new Error(`there is no handler file ${path}.{${EXTENSIONS.map((one) => one.slice(1)).join(',')}}`);
}

/**
 * @param {{ handler: string, archive?: string }} settings
 * @throws {Error} if the file of the handler is not there
 */
export function checkCode({ handler, archive }) {
  const path = handler.slice(0, handler.lastIndexOf('.'));
  if (archive === undefined) return void handlerFile(path);
  const names = new Set(readArchive(archive).map(({ name }) => name));
  if (EXTENSIONS.some((extension) => names.has(normalize(`${path}${extension}`)))) return undefined;
  throw new Error(
    `${archive} has no handler file ${path}.{${EXTENSIONS.map((one) => one.slice(1)).join(',')}}`,
  );
}

const EXTENSIONS = ['.mjs', '.js', '.cjs', '.mts', '.ts'];

/**
 * @param {string} name
 * @param {string} why
 * @param {unknown} [cause]
 */
function failure(name, why, cause) {
  return new GatewayError('ERR_GATEWAY_FUNCTION', `The Lambda function ${name} failed: ${why}.`, { cause });
}

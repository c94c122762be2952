// Runs in a thread of functions.js: loads a handler once, and calls it with each event, as the Node.js runtime of Lambda does.
//
// Sources: "Define Lambda function handler in Node.js" and "Using the Lambda context object", AWS Lambda developer guide;
// "Response streaming for Lambda functions" for `awslambda`.

import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

import { workerData } from 'piscina';

/**
 * @typedef {(event: any, context: object, callback?: Callback) => unknown} Handler
 * @typedef {(error?: unknown, result?: unknown) => void} Callback
 */

const { file, exported, name, memoryMb, region, account } = workerData;

const STREAMS = Symbol('streams');
const METADATA = Symbol('metadata');

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (/** @type {Handler} */ handler) => Object.assign(handler, { [STREAMS]: true }),
    HttpResponseStream: {
      from: (/** @type {PassThrough} */ stream, /** @type {object} */ metadata) =>
        Object.assign(stream, { [METADATA]: metadata }),
    },
  },
});

/** Where the lines go that a handler writes now. @type {import('node:worker_threads').MessagePort | undefined} */
let logs;
for (const stream of [process.stdout, process.stderr]) {
  stream.write = /** @type {any} */ (
    (/** @type {string | Uint8Array} */ chunk) => {
      logs?.postMessage(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      return true;
    }
  );
}

/** @type {Promise<Handler> | undefined} */
let loaded;

/**
 * @param {{ event: string, id: string, deadline: number, port: import('node:worker_threads').MessagePort }} task
 * @returns {Promise<import('./functions.js').Outcome>}
 */
export default async function run({ event, id, deadline, port }) {
  logs = port;
  try {
    const handler = await (loaded ??= load());
    const context = contextOf(id, deadline);
    const result = /** @type {any} */ (handler)[STREAMS]
      ? await collected(handler, JSON.parse(event), context)
      : await called(handler, JSON.parse(event), context);
    // As in Lambda, `undefined` is null.
    return { payload: JSON.stringify(result) ?? 'null' };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    // Without the frames of this file, and of what called it.
    const frames = (error.stack ?? '').split('\n');
    const own = frames.findIndex(
      (line) => line.includes('/lambda/sandbox.js') || line.includes('/sandbox.js:'),
    );
    const trace = own < 0 ? frames : frames.slice(0, own);
    return { error: { errorType: error.name, errorMessage: error.message, trace } };
  }
}

/** @returns {Promise<Handler>} */
async function load() {
  /** @type {Record<string, any>} */
  let module;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    if (!/require is not defined|exports is not defined|Cannot use import/.test(String(error))) throw error;
    module = createRequire(file)(file);
  }
  const handler = module[exported] ?? module.default?.[exported];
  if (typeof handler === 'function') return handler;
  throw new Error(`${file} does not export a function ${exported}`);
}

/**
 * @param {Handler} handler
 * @param {unknown} event
 * @param {object} context
 */
function called(handler, event, context) {
  return new Promise((resolve, reject) => {
    /** @type {Callback} */
    const callback = (error, result) => (error ? reject(error) : resolve(result));
    const returned = /** @type {any} */ (handler(event, context, callback));
    // A handler with fewer parameters knows no callback.
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
    else if (handler.length < 3) resolve(returned);
  });
}

/**
 * A handler that streams its response: collected, in the form that others return.
 *
 * @param {Handler} handler
 * @param {unknown} event
 * @param {object} context
 */
async function collected(handler, event, context) {
  const stream = new PassThrough();
  Object.assign(stream, { setContentType: (/** @type {string} */ type) => (contentType = type) });
  let contentType = 'application/octet-stream';
  const [bytes] = await Promise.all([
    buffer(stream),
    Promise.resolve(/** @type {any} */ (handler)(event, stream, context)).catch((error) =>
      stream.destroy(error),
    ),
  ]);
  const {
    statusCode = 200,
    headers = { 'content-type': contentType },
    cookies,
  } = /** @type {any} */ (stream)[METADATA] ?? {};
  return { statusCode, headers, cookies, body: bytes.toString('base64'), isBase64Encoded: true };
}

/**
 * @param {string} awsRequestId
 * @param {number} deadline
 */
function contextOf(awsRequestId, deadline) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
    memoryLimitInMB: String(memoryMb),
    awsRequestId,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

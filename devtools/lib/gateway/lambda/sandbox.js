// Loads a handler once and calls it with each event, like the Node.js runtime of Lambda. Runs in a thread of sandboxes.js.
//
// Sources: "Define Lambda function handler in Node.js" and "Using the Lambda context object", AWS Lambda developer guide;
// "Response streaming for Lambda functions" for `awslambda`.

import { createRequire } from 'node:module';
import { finished } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';

import { workerData } from 'piscina';

import { HttpResponseStream, ResponseStream } from './response-stream.js';
import { syntaxErrorIn } from './syntax-error.js';

/**
 * @typedef {(event: any, context: object, callback?: Callback) => unknown} Handler
 * @typedef {(error?: unknown, result?: unknown) => void} Callback
 */

const { file, exported, name, memoryMb, region, account } = workerData;

// The symbols of AWS's runtime, which libraries may also use.
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (
      /** @type {Handler} */ handler,
      /** @type {{ highWaterMark?: number } | undefined} */ { highWaterMark } = {},
    ) =>
      Object.assign(handler, {
        [STREAMING]: 'response',
        ...(typeof highWaterMark === 'number' && { [HIGH_WATER_MARK]: highWaterMark }),
      }),
    HttpResponseStream,
  },
});

/** Receives the output of the current call. @type {import('node:worker_threads').MessagePort | undefined} */
let logs;
for (const stream of [process.stdout, process.stderr]) {
  stream.write = /** @type {any} */ (
    (/** @type {string | Uint8Array} */ chunk) => {
      logs?.postMessage({ log: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() });
      return true;
    }
  );
}

/** @type {Promise<Handler> | undefined} */
let loaded;

/**
 * @param {import('./sandboxes.js').Task} task
 * @returns {Promise<import('./functions.js').Outcome | { streams: true }>}
 */
export default async function run({ event, id, timeoutMs, port }) {
  logs = port;
  try {
    port.postMessage({ phase: 'init' });
    const handler = /** @type {any} */ (await (loaded ??= load()));
    if (event === undefined) return { payload: 'null' };
    port.postMessage({ phase: 'invoke' });
    const context = contextOf(id, Date.now() + timeoutMs);
    if (handler[STREAMING]) {
      await streamed(handler, JSON.parse(event), context, port);
      return { streams: true };
    }
    // `undefined` becomes null, as in Lambda.
    return { payload: JSON.stringify(await called(handler, JSON.parse(event), context)) ?? 'null' };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    // The frames of this file, of its callers and of Node.js are removed.
    const frames = (error.stack ?? '').split('\n');
    const own = frames.findIndex((line) => /\/sandbox\.js:/.test(line));
    const trace = (own < 0 ? frames : frames.slice(0, own)).filter(
      (line) => !/^ +at .*node:internal/.test(line),
    );
    if (error instanceof SyntaxError && trace.length === 1) {
      const place = await syntaxErrorIn(file);
      if (place !== undefined) trace.push(`    at ${place}`);
    }
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
    // A handler with fewer parameters does not use a callback.
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
    else if (handler.length < 3) resolve(returned);
  });
}

/**
 * Calls a handler that writes its response to a stream.
 *
 * @param {any} handler
 * @param {unknown} event
 * @param {object} context
 * @param {import('node:worker_threads').MessagePort} port
 */
async function streamed(handler, event, context, port) {
  const stream = new ResponseStream(port, handler[HIGH_WATER_MARK]);
  const isDone = finished(stream);
  isDone.catch(() => {}); // The handler may end earlier.
  const returned = handler(event, stream, context);
  if (typeof returned?.then !== 'function') throw new Error('Streaming does not support non-async handlers.');
  await returned;
  if (!stream.writableEnded) throw new Error('Response stream is not finished.');
  await isDone;
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

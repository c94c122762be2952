// Writes a response to its client: as a whole, or as the chunks of a stream arrive.

import { API_TYPES } from './api-types.js';
import { corsHeaders } from './cors.js';
import { RECORDED_BYTES } from './request-log.js';
import { cutOffUnread, sendAll } from './server.js';
import { idHeaders, NUMBER_HEADER } from './transaction.js';

/** @typedef {import('node:http').ServerResponse} Outgoing */

/**
 * @param {import('./transaction.js').Transaction} transaction  receives the response of a failure, and the recorded part of a stream
 * @param {Outgoing} outgoing
 * @param {import('./config.js').Settings} settings
 * @param {() => void} record  called before the client can see the end of the response, so that the record exists when the client requests it
 */
export async function respond(transaction, outgoing, settings, record) {
  const { type, cors } = settings;
  const { failure, request } = transaction;
  if (failure !== undefined) {
    transaction.answer = failure.answer(type);
    if (cors && (cors.onErrors ?? API_TYPES[type].exposesErrors))
      transaction.answer.headers.push(...corsHeaders(cors, request.headers));
  }
  const { status, headers, body, stream } = transaction.answer;
  headers.push(...idHeaders(transaction, type), [NUMBER_HEADER, String(transaction.number)]);
  const isStated = headers.some(([name]) => name.toLowerCase() === 'content-length');
  if (!stream && !isStated && !BODYLESS.has(status)) headers.push(['content-length', String(body.length)]);
  try {
    outgoing.writeHead(status, headers.flat());
  } catch {
    outgoing.destroy(); // The upstream's headers are not valid for Node.js.
  }
  if (stream !== undefined) return pass(stream, transaction, outgoing, record);
  record();
  if (!outgoing.destroyed) sendAll(outgoing, request.method === 'HEAD' ? undefined : body);
  return undefined;
}

/**
 * Passes on each chunk as it arrives. If a function fails in the middle, the connection is closed, because the status has been sent.
 *
 * @param {import('node:stream').Readable} stream
 * @param {import('./transaction.js').Transaction} transaction
 * @param {Outgoing} outgoing
 * @param {() => void} record
 */
async function pass(stream, transaction, outgoing, record) {
  const isShown = transaction.request.method !== 'HEAD';
  /** @type {Buffer[]} */
  const recorded = [];
  let length = 0;
  if (!outgoing.destroyed) outgoing.flushHeaders();
  try {
    for await (const chunk of stream) {
      if (length <= RECORDED_BYTES) recorded.push(chunk);
      length += chunk.length;
      // If the client disconnects, the function keeps running, as in Lambda.
      if (isShown && !outgoing.destroyed && !outgoing.write(chunk)) await drained(outgoing);
    }
  } catch (error) {
    transaction.fail(error);
  }
  transaction.answer.body = Buffer.concat(recorded);
  record();
  if (transaction.failure === undefined) outgoing.end();
  else outgoing.destroy();
}

/** @param {Outgoing} outgoing */
async function drained(outgoing) {
  const stopWatching = cutOffUnread(outgoing);
  await new Promise((resolve) => {
    const done = () => resolve(outgoing.off('drain', done).off('close', done));
    outgoing.on('drain', done).on('close', done);
  });
  stopWatching();
}

const BODYLESS = new Set([101, 204, 304]);

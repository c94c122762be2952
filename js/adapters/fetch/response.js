// The responses to a signed `fetch`, from every implementation: bodies are web streams, or streams of Node.js.

import { isRefusal } from '../shared/status.js';

/**
 * The response, with the text of a refusal, which the caller can still read.
 *
 * @param {Response} response
 * @returns {Promise<import('../../protocol/clock-skew.js').ServerResponse>}
 */
export async function readResponse(response) {
  const { status, headers = new Headers() } = response;
  return isRefusal(status) ? { status, headers, body: await textOf(response) } : { status, headers };
}

/**
 * Frees the connection of a response that nobody will read.
 *
 * @param {Response} response
 */
export function discard({ body }) {
  if (typeof body?.cancel === 'function') body.cancel().catch(() => {});
  else /** @type {any} */ (body)?.destroy?.();
}

/**
 * @param {Response} response
 * @returns {Promise<string | undefined>} undefined for a test double that has no more than what a test needs
 */
async function textOf(response) {
  if (typeof response.clone !== 'function' || response.bodyUsed) return undefined;
  const copy = response.clone();
  const { body } = copy;
  return typeof (/** @type {any} */ (body)?.on) === 'function' ? beginningOf(body) : copy.text();
}

/**
 * A clone made by node-fetch stops when the other one is 16 KiB behind. AWS's messages about a clock are shorter.
 *
 * @param {any} stream  of Node.js
 * @returns {Promise<string>}
 */
function beginningOf(stream) {
  const decoder = new TextDecoder();
  let text = '';
  return new Promise((resolve) => {
    stream.on('data', (/** @type {Uint8Array} */ chunk) => {
      if (text.length < MAX_READ) text += decoder.decode(chunk, { stream: true });
      // It continues to flow, because otherwise it would block the caller's stream.
      if (text.length >= MAX_READ) resolve(text);
    });
    stream.on('end', () => resolve(text));
    // The caller's fails, too.
    stream.on('error', () => resolve(text));
  });
}

/** In characters. */
const MAX_READ = 8 * 1024;

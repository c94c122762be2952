// Many presigned URLs at a time.

import { SigV4Error } from '../engine/errors.js';
import { FLAG } from '../engine/generated/flags.js';
import { PRESIGN_OPTIONS } from '../protocol/option-names.js';
import { normalizeRequest } from './normalize-request.js';
import { operationsOf } from './operations.js';
import { presigned } from './signed-request.js';

/**
 * Presigns many URLs with the same credentials, which are resolved once.
 *
 * @example
 *   const urls = await presignMany(signer, ['https://my-bucket.s3.amazonaws.com/a', 'https://my-bucket.s3.amazonaws.com/b']);
 *
 * @template [Overrides=Partial<import('./signer.js').SignerOptions>]
 * @param {import('./operations.js').AnySigner<Overrides>} signer
 * @param {Iterable<import('./normalize-request.js').SignableRequest>} requests
 * @param {Overrides & import('./base-signer.js').PresignOptions} [options]  for all of them
 * @returns {Promise<string[]>} the URLs, in the order of the requests
 * @throws {SigV4Error}
 */
export async function presignMany(signer, requests, options) {
  const operations = operationsOf(signer);
  if (typeof requests?.[Symbol.iterator] !== 'function') {
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', 'presignMany takes an array of requests');
  }
  const { host } = operations.settings(options, PRESIGN_OPTIONS);
  const normalized = Array.from(requests, (request) => normalizeRequest(request, host));
  const ready = await operations.open(options, PRESIGN_OPTIONS);
  /** @type {import('./payload.js').Payload[]} */
  const payloads = [];
  for (const request of normalized) {
    const settled = ready.settle(request);
    payloads.push(settled instanceof Promise ? await settled : settled);
  }
  // Signs all URLs in one turn: URLs that differ only in their path share the rest of the work.
  const at = ready.now();
  const urls = [];
  let before = '';
  let after = '';
  try {
    for (const [i, request] of normalized.entries()) {
      const payload = payloads[i];
      const isAlike = i > 0 && isPlain(payload) && isPlain(payloads[i - 1]);
      if (isAlike && differsInPathOnly(normalized[i - 1], request)) {
        const { path, signature } = ready.signPath(request.path);
        urls.push(`${request.origin}${path}?${before}${signature}${after}`);
        continue;
      }
      const work = ready.sign(request, payload, at, FLAG.presign | FLAG.keep, options);
      urls.push(presigned(work));
      [before, after] = aroundSignature(work.signature.value);
    }
  } finally {
    ready.wipe();
  }
  return urls;
}

/**
 * Whether a request has neither headers nor a body.
 *
 * @param {import('./payload.js').Payload} payload
 */
function isPlain({ headers, body }) {
  return headers.size === 0 && body === undefined;
}

/**
 * Whether two requests without headers and bodies have all but the path in common.
 *
 * @param {import('./normalize-request.js').NormalizedRequest} one
 * @param {import('./normalize-request.js').NormalizedRequest} other
 */
function differsInPathOnly(one, other) {
  return one.origin === other.origin && one.method === other.method && one.query === other.query;
}

/**
 * The parts of a presigned URL's query before and after the signature.
 *
 * @param {string} query
 */
function aroundSignature(query) {
  const [, before, after] = /** @type {RegExpExecArray} */ (
    /^(.*&X-Amz-Signature=)[0-9a-f]+(.*)$/s.exec(query)
  );
  return [before, after];
}

// How a body is signed, which decides whether it can be streamed: its hash is sent before its first byte.

import { decodeChunks } from './aws-chunked.js';
import { ProxyError } from './refusal.js';
import { isS3, leavesBodyUnsigned } from './signer.js';

/**
 * @typedef {import('node:http').IncomingMessage} Incoming
 * @typedef {import('./request-headers.js').Headers} Headers
 *
 * @typedef {object} Plan
 * @property {'none' | 'unsigned' | 'declared' | 'kept' | 'chunks' | 'decoded' | 'hashed'} kind
 * @property {string} [keyword]  the client's `x-amz-content-sha256`
 */

/** Smaller bodies are hashed, which is the cheapest way and protects the body. */
const SMALL_BYTES = 64 * 1024;
const CONTENT_SHA256 = 'x-amz-content-sha256';
const DECODED_LENGTH = 'x-amz-decoded-content-length';

/**
 * | kind       | signed                                   | the body                              |
 * | ---------- | ---------------------------------------- | ------------------------------------- |
 * | `none`     | the hash of an empty body                | none                                  |
 * | `unsigned` | `UNSIGNED-PAYLOAD`                       | streamed                              |
 * | `declared` | the hash that the client sent            | streamed; the upstream verifies it    |
 * | `kept`     | the client's keyword for unsigned bodies | streamed                              |
 * | `chunks`   | each chunk                               | streamed                              |
 * | `decoded`  | each chunk, instead of the client's      | streamed                              |
 * | `hashed`   | its hash                                 | held, up to `maxBodyBytes`            |
 *
 * @param {Incoming} incoming
 * @param {import('./upstreams.js').Upstream} upstream
 * @param {import('./options.js').Settings} settings
 * @returns {Plan}
 */
export function planOf({ headers }, { service, isTls, signer }, { payload }) {
  if (!hasBody(headers)) return { kind: 'none' };
  const declared = headers[CONTENT_SHA256];
  const keyword = declared === undefined ? '' : String(declared);
  if (signer === undefined) return { kind: 'unsigned', keyword };
  // The signature of each chunk depends on that of the request, so the chunks must be signed again.
  if (/^STREAMING-AWS4-/.test(keyword)) return { kind: 'decoded', keyword };
  // The body is encoded, and only the keyword says so.
  if (keyword === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return { kind: 'kept', keyword };
  if (payload === 'signed') return { kind: 'hashed' };
  if (/^[\da-f]{64}$/.test(keyword)) return { kind: 'declared', keyword };
  if (keyword === 'UNSIGNED-PAYLOAD') return { kind: 'kept', keyword };
  if (payload === 'unsigned') return { kind: 'unsigned' };
  const length = lengthOf(headers);
  if (payload === 'chunks') return { kind: length === undefined ? 'hashed' : 'chunks' };
  if (leavesBodyUnsigned(service)) return { kind: 'unsigned' };
  // S3 refuses an upload of unknown length.
  if (!isS3(service) || length === undefined || length <= SMALL_BYTES) return { kind: 'hashed' };
  return { kind: isTls ? 'unsigned' : 'chunks' };
}

/**
 * Prepares the request of a plan, signed.
 *
 * @param {Plan} plan
 * @param {Incoming} incoming
 * @param {Omit<import('./signer.js').Unsigned, 'body'>} request
 * @param {import('./upstreams.js').Upstream} upstream
 * @param {(incoming: Incoming) => Promise<Buffer>} read  a whole body, within limits
 * @returns {Promise<Outgoing>}
 *
 * @typedef {object} Outgoing
 * @property {string} path
 * @property {Record<string, string> | string[]} headers
 * @property {Buffer | AsyncIterable<Uint8Array> | undefined} body
 * @property {import('./signer.js').Unsigned} unsigned  the request that was signed, for an explanation
 * @property {'unsigned' | { sha256: string }} [payload]  likewise
 */
export async function prepare(plan, incoming, request, upstream, read) {
  const { signer } = upstream;
  if (signer === undefined) return prepareUnsigned(plan, incoming, request);
  switch (plan.kind) {
    case 'none':
      return { ...(await signer.sign(request)), body: undefined, unsigned: request };
    case 'hashed': {
      const body = await read(incoming);
      // The length is that of the bytes that were read.
      const unsigned = { ...request, headers: request.headers.filter(([name]) => !isLength(name)), body };
      return { ...(await signer.sign(unsigned)), body, unsigned };
    }
    case 'chunks':
    case 'decoded':
      return prepareChunks(plan, incoming, request, signer);
    default: {
      const { payload, unsigned } = settledPayload(plan, request);
      return { ...(await signer.sign(unsigned, payload)), body: stream(incoming), unsigned, payload };
    }
  }
}

/**
 * @param {Plan} plan
 * @param {import('./signer.js').Unsigned} request
 * @returns {{ payload?: 'unsigned' | { sha256: string }, unsigned: import('./signer.js').Unsigned }}
 */
function settledPayload({ kind, keyword = '' }, request) {
  if (kind === 'unsigned') return { payload: 'unsigned', unsigned: request };
  // Some services, such as S3, require this header.
  const headers = /** @type {Headers} */ ([...request.headers, [CONTENT_SHA256, keyword]]);
  if (kind === 'declared') return { payload: { sha256: keyword }, unsigned: request };
  return { unsigned: { ...request, headers } };
}

/**
 * @param {Plan} plan
 * @param {Incoming} incoming
 * @param {import('./signer.js').Unsigned} request
 * @param {import('./signer.js').UpstreamSigner} signer
 * @returns {Promise<Outgoing>}
 */
async function prepareChunks({ kind }, incoming, request, signer) {
  const isDecoded = kind === 'decoded';
  const length = isDecoded ? numberIn(incoming.headers[DECODED_LENGTH]) : lengthOf(incoming.headers);
  if (length === undefined) {
    throw new ProxyError('ERR_PROXY_REQUEST', `The upload has no header ${DECODED_LENGTH}.`, {
      fix: 'Send the length that the body has before it is encoded.',
    });
  }
  const [, trailer] =
    /^\s*x-amz-checksum-([a-z\d]+)\s*$/i.exec(String(incoming.headers['x-amz-trailer'] ?? '')) ?? [];
  const source = isDecoded ? decodeChunks(stream(incoming)) : stream(incoming);
  const signed = await signer.signChunks(request, source, {
    length,
    ...(isDecoded && trailer !== undefined && { trailer: trailer.toLowerCase() }),
  });
  return { ...signed, unsigned: request };
}

/**
 * The request unchanged, including chunks of the client: nothing is signed.
 *
 * @param {Plan} plan
 * @param {Incoming} incoming
 * @param {import('./signer.js').Unsigned} request
 * @returns {Outgoing}
 */
function prepareUnsigned({ kind, keyword = '' }, incoming, request) {
  return {
    path: request.path,
    headers: [
      ...request.headers.flat(),
      ...(keyword.startsWith('STREAMING-') ? [CONTENT_SHA256, keyword] : []),
    ],
    body: kind === 'none' ? undefined : stream(incoming),
    unsigned: request,
  };
}

/**
 * The body as it arrives. If its reader stops, the client's connection stays open, so that the client receives the response.
 *
 * @param {Incoming} incoming
 * @returns {AsyncIterable<Buffer>}
 */
function stream(incoming) {
  return incoming.iterator({ destroyOnReturn: false });
}

/** @param {import('node:http').IncomingHttpHeaders} headers */
export function hasBody(headers) {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** @param {import('node:http').IncomingHttpHeaders} headers */
function lengthOf(headers) {
  return headers['transfer-encoding'] === undefined ? numberIn(headers['content-length']) : undefined;
}

/** @param {string | string[] | undefined} text */
function numberIn(text) {
  return /^\d{1,15}$/.test(String(text ?? '')) ? Number(text) : undefined;
}

/** @param {string} name */
function isLength(name) {
  return name.toLowerCase() === 'content-length';
}

// What is signed of a body, and so whether it can be streamed: a hash stands before the first byte.

import { decodeChunks } from './aws-chunked.js';
import { ProxyError } from './refusal.js';
import { isS3, leavesBodyUnsigned } from './signer.js';

/**
 * @typedef {import('node:http').IncomingMessage} Incoming
 * @typedef {import('./request-headers.js').Headers} Headers
 *
 * @typedef {object} Plan
 * @property {'none' | 'unsigned' | 'declared' | 'kept' | 'chunks' | 'decoded' | 'hashed'} kind
 * @property {string} [keyword]  what the client says of its body
 */

/** Below this, hashing is cheaper than anything else, and protects the body. */
const SMALL_BYTES = 64 * 1024;
const CONTENT_SHA256 = 'x-amz-content-sha256';
const DECODED_LENGTH = 'x-amz-decoded-content-length';

/**
 * | kind       | signed                                   | the body                              |
 * | ---------- | ---------------------------------------- | ------------------------------------- |
 * | `none`     | the hash of nothing                      | there is none                         |
 * | `unsigned` | `UNSIGNED-PAYLOAD`                       | streamed                              |
 * | `declared` | the hash that the client sent            | streamed: the upstream compares it    |
 * | `kept`     | the client's keyword for unsigned bodies | streamed                              |
 * | `chunks`   | each chunk                               | streamed                              |
 * | `decoded`  | each chunk, instead of the client's     | streamed                              |
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
  // Its chunks carry signatures that nobody would accept after the first one changes.
  if (signer === undefined) return { kind: 'unsigned', keyword };
  if (/^STREAMING-AWS4-/.test(keyword)) return { kind: 'decoded', keyword };
  // Such a body is encoded, which only the keyword says.
  if (keyword === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return { kind: 'kept', keyword };
  if (payload === 'signed') return { kind: 'hashed' };
  if (/^[\da-f]{64}$/.test(keyword)) return { kind: 'declared', keyword };
  if (keyword === 'UNSIGNED-PAYLOAD') return { kind: 'kept', keyword };
  if (payload === 'unsigned') return { kind: 'unsigned' };
  const length = lengthOf(headers);
  if (payload === 'chunks') return { kind: length === undefined ? 'hashed' : 'chunks' };
  if (leavesBodyUnsigned(service)) return { kind: 'unsigned' };
  // S3 takes no upload whose length it does not know.
  if (!isS3(service) || length === undefined || length <= SMALL_BYTES) return { kind: 'hashed' };
  return { kind: isTls ? 'unsigned' : 'chunks' };
}

/**
 * What is signed and sent for a plan.
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
 * @property {import('./signer.js').Unsigned} unsigned  what the signature is of, for an explanation
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
      // That of the bytes that were read.
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
  // The service may want to see it, as S3 does.
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
    throw new ProxyError('ERR_PROXY_REQUEST', `The upload has no ${DECODED_LENGTH}.`, {
      fix: 'Send the length of the body before it is encoded.',
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
 * Nothing is signed: the request as it is, also the chunks of a client.
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
 * The body as it arrives. Giving it up leaves the connection of the client open, so that it sees the response.
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

// js/sign/s3 has the features of S3: uploads in chunks, checksums, HTML forms. This file: uploads in signed chunks ("Transferring
// Payload in Multiple Chunks", Amazon S3 API reference).

import { SIGV4, SIGV4A } from '../../protocol/algorithms.js';
import { SignatureChain, startOf } from '../../protocol/signature-chain.js';
import { SigV4Error } from '../../engine/errors.js';
import { checksumOf } from './checksum.js';
import { encodedLength, encodedStream, mismatch } from './aws-chunked.js';
import { openSource } from './upload-source.js';
import { normalizeRequest } from '../normalize-request.js';
import { operationsOf } from '../operations.js';
import { separatePayload } from '../payload.js';
import { headerSigned } from '../signed-request.js';

/**
 * @typedef {object} StreamOptions
 * @property {number} [chunkSize] bytes in a chunk: from 8192, the minimum of S3 except for the last chunk, to 1 GiB; default
 *   65536. One chunk is in memory at a time.
 * @property {'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256'} [trailer] the checksum that is sent after the body, which S3
 *   checks and stores. Default: none.
 * @property {number} [length] the length of the body in bytes, before encoding. Default: the length of the bytes, the string or
 *   the Blob; otherwise the header `content-length`. S3 responds with 411 to an upload of unknown length.
 * @property {'signed' | 'unsigned'} [payload]  `unsigned`: chunks without signatures, only for uploads with a trailer.
 *   Default: signed.
 *
 * What you must send. `fetch(signed.url, signed)` sends it; browsers set the length themselves.
 * @typedef {object} SignedStreamRequest
 * @property {string} method
 * @property {string} url  absolute
 * @property {Record<string, string>} headers  by lower-case name; `content-length` is that of the encoded body
 * @property {ReadableStream<Uint8Array<ArrayBuffer>>} body encoded. It fails if the source fails, and before its end if the
 *   source does not have the declared length. Its pieces may be views of the source's data: do not write into either.
 * @property {'half'} duplex  for `fetch`, which requires it with a stream
 */

/**
 * Signs an upload to S3 whose body is too large for memory, or not complete yet. The body is sent in chunks, each of which is
 * signed when it is sent, and may end with a checksum.
 *
 * Source: "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", Amazon S3
 * API reference, and its page on trailing headers.
 *
 * @example
 *   const upload = await signStream(signer, 'https://my-bucket.s3.eu-west-1.amazonaws.com/key', file.stream(), { length:
 *   file.size }); await fetch(upload.url, upload);
 *
 * @template [Overrides=Partial<import('../signer.js').SignerOptions>]
 * @param {import('../operations.js').AnySigner<Overrides>} signer
 * @param {import('../normalize-request.js').SignableRequest} request  without its body; the default method is PUT
 * @param {import('./upload-source.js').StreamSource} source the body. It is read as fast as the signed body, and canceled if that
 *   is canceled.
 * @param {Overrides & StreamOptions} [options]
 * @returns {Promise<SignedStreamRequest>}
 * @throws {SigV4Error}
 */
export async function signStream(signer, request, source, options) {
  const operations = operationsOf(signer);
  const settings = operations.settings(options, STREAM_OPTIONS);
  const upload = normalizeRequest(request, settings.host);
  const { payload: keyword, ...plan } = planOf(
    { ...options, payload: settings.payload },
    operations.algorithm,
  );
  prepareUpload(request, upload);
  const opened = openSource(source);
  try {
    const length = lengthOf(options?.length, upload.headers, opened.size);
    const encoding = { ...plan, length };
    setHeaders(upload.headers, encoding, keyword, opened.contentType);
    const [ready, newChecksum] = await Promise.all([
      operations.open(options, STREAM_OPTIONS),
      plan.trailer && checksumOf(plan.trailer.name),
    ]);
    const signed = headerSigned(ready.sign(upload, separatePayload(upload, keyword), ready.now(), 0));
    opened.take();
    const { method, url, headers } = signed;
    const start = plan.signatureLength > 0 ? startOf(signed) : undefined;
    const signing = start && chunkSigning(operations.algorithm, start, ready);
    return {
      method,
      url,
      headers,
      body: encodedStream(opened, encoding, signing, newChecksum),
      duplex: 'half',
    };
  } catch (error) {
    opened.release();
    throw error;
  }
}

/**
 * The options, checked.
 *
 * @param {Omit<StreamOptions, 'payload'> & { payload?: unknown }} options
 * @param {string} algorithm
 */
function planOf({ chunkSize = 65_536, trailer: checksum, payload }, algorithm) {
  if (!Number.isInteger(chunkSize) || chunkSize < MIN_CHUNK_SIZE || chunkSize > MAX_CHUNK_SIZE) {
    throw optionInvalid(
      `chunkSize must be a whole number of bytes from ${MIN_CHUNK_SIZE} to ${MAX_CHUNK_SIZE}`,
    );
  }
  if (checksum !== undefined && !(typeof checksum === 'string' && Object.hasOwn(TRAILER_LENGTHS, checksum))) {
    throw optionInvalid(`the option trailer must be one of ${Object.keys(TRAILER_LENGTHS).join(', ')}`);
  }
  const trailer =
    checksum === undefined
      ? undefined
      : { name: checksum, header: `x-amz-checksum-${checksum}`, length: TRAILER_LENGTHS[checksum] };
  if (payload === undefined || payload === 'signed') {
    const suffix = trailer === undefined ? '' : '-TRAILER';
    const keyword = `STREAMING-${algorithm}-PAYLOAD${suffix}`;
    return { chunkSize, trailer, signatureLength: SIGNATURE_LENGTHS[algorithm], payload: keyword };
  }
  if (payload !== 'unsigned') {
    throw optionInvalid(
      "the option payload must be 'signed' or 'unsigned' for a stream in chunks: if you know its hash, pass " +
        'the stream to sign() with payload: { sha256 }',
    );
  }
  if (trailer === undefined) {
    throw optionInvalid(
      "chunks that are not signed need a trailer, such as trailer: 'crc32': without one, use sign() with " +
        "payload: 'unsigned', which passes the stream on unchanged",
    );
  }
  return { chunkSize, trailer, signatureLength: 0, payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };
}

/**
 * @param {unknown} request
 * @param {import('../normalize-request.js').NormalizedRequest} upload
 */
function prepareUpload(request, upload) {
  if (upload.source !== undefined && upload.source !== null) {
    throw new SigV4Error(
      'ERR_SIGV4_BODY_UNSUPPORTED',
      'the request has a body: pass it as the second argument of signStream, and only there',
    );
  }
  const isUrl = typeof request === 'string' || request instanceof URL;
  if (isUrl || /** @type {{ method?: unknown }} */ (request).method === undefined) upload.method = 'PUT';
}

/**
 * @param {unknown} option
 * @param {Map<string, string>} headers
 * @param {number | undefined} size  of the source, where that is known
 */
function lengthOf(option, headers, size) {
  if (option !== undefined && !isLength(option)) {
    throw optionInvalid('the option length must be a whole number of bytes');
  }
  // In a request that was signed before, `content-length` is the length of the encoded body.
  const name = headers.has(DECODED_LENGTH) ? DECODED_LENGTH : 'content-length';
  const header = headers.get(name)?.trim();
  if (header !== undefined && !(/^\d+$/.test(header) && isLength(Number(header)))) {
    throw new SigV4Error('ERR_SIGV4_HEADER_INVALID', `the header ${name} must be a number of bytes`);
  }
  const declared = option ?? (header === undefined ? undefined : Number(header));
  if (declared !== undefined && size !== undefined && declared !== size) {
    throw mismatch(declared, String(size));
  }
  return declared ?? size;
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isLength(value) {
  return Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;
}

/**
 * @param {Map<string, string>} headers
 * @param {import('./aws-chunked.js').Encoding} encoding
 * @param {string} payload
 * @param {string | undefined} contentType
 */
function setHeaders(headers, { length, trailer, ...rest }, payload, contentType) {
  checkTrailer(headers.get('x-amz-trailer'));
  // The outermost encoding first, and once.
  const encodings = (headers.get('content-encoding') ?? '').split(',').map((name) => name.trim());
  const others = encodings.filter((name) => name !== '' && name.toLowerCase() !== AWS_CHUNKED);
  headers.set('content-encoding', [AWS_CHUNKED, ...others].join(','));
  headers.set('x-amz-content-sha256', payload);
  for (const name of [DECODED_LENGTH, 'content-length', 'transfer-encoding', 'x-amz-trailer'])
    headers.delete(name);
  if (length !== undefined) {
    headers.set(DECODED_LENGTH, String(length));
    headers.set('content-length', String(encodedLength({ ...rest, trailer, length })));
  }
  if (trailer !== undefined) headers.set('x-amz-trailer', trailer.header);
  if (contentType !== undefined && !headers.has('content-type')) headers.set('content-type', contentType);
}

/**
 * The header of a request that was signed before is replaced. Any other would be lost.
 *
 * @param {string | undefined} header
 */
function checkTrailer(header) {
  const name = header?.trim().toLowerCase();
  if (name === undefined || Object.keys(TRAILER_LENGTHS).some((one) => name === `x-amz-checksum-${one}`))
    return;
  throw new SigV4Error(
    'ERR_SIGV4_HEADER_INVALID',
    `the header x-amz-trailer is ${JSON.stringify(header)}, and only one checksum can follow the body: leave the header ` +
      "out and pass the option trailer, such as trailer: 'crc32'",
  );
}

/**
 * @param {string} algorithm
 * @param {NonNullable<ReturnType<typeof startOf>>} start
 * @param {import('../operations.js').ReadySigner} ready
 * @returns {import('./aws-chunked.js').Signing}
 */
function chunkSigning(algorithm, { amzDate, scope, signature }, { signText, hash }) {
  const chain = new SignatureChain(algorithm, signature, signText);
  return {
    hash,
    chunk: (...hashes) => chain.next('PAYLOAD', amzDate, scope, ...hashes),
    trailer: (hash) => chain.next('TRAILER', amzDate, scope, hash),
  };
}

/** @param {string} message */
function optionInvalid(message) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
}

/** On the wire. @type {Record<string, number>} */
const SIGNATURE_LENGTHS = { [SIGV4.algorithm]: SIGV4.length, [SIGV4A.algorithm]: SIGV4A.length };

/** Besides those of a signer. */
const STREAM_OPTIONS = new Set(['chunkSize', 'trailer', 'length']);
const AWS_CHUNKED = 'aws-chunked';
const DECODED_LENGTH = 'x-amz-decoded-content-length';
const MIN_CHUNK_SIZE = 8192;
const MAX_CHUNK_SIZE = 1 << 30;

/** The lengths of checksums in base64. */
const TRAILER_LENGTHS = { crc32: 8, crc32c: 8, crc64nvme: 12, sha1: 28, sha256: 44 };

// Reads a body in the encoding `aws-chunked` as a server does, and checks every signature with node:crypto.

import { createHash, createHmac } from 'node:crypto';

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** The signature of a text, by the book: "Create a signed AWS API request", IAM user guide. */
export function signatureOf(text, secretAccessKey, [date, region, service]) {
  const key = [date, region, service, 'aws4_request'].reduce(hmac, `AWS4${secretAccessKey}`);
  return hmac(key, text).toString('hex');
}

/**
 * @param {import('sigv4-wasm').SignedStreamRequest} signed
 * @param {Buffer} encoded  its body
 * @param {string} secretAccessKey
 * @returns {{ body: Buffer, sizes: number[], signatures: string[], trailers: Record<string, string> }}
 */
export function decode(signed, encoded, secretAccessKey) {
  const [, date, region, service, first] =
    /Credential=[^/]+\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, .* Signature=([0-9a-f]{64})$/.exec(
      signed.headers.authorization,
    );
  const keyword = signed.headers['x-amz-content-sha256'];
  const isSigned = keyword.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  let at = 0;
  const line = () => {
    const end = encoded.indexOf('\r\n', at);
    if (end === -1) throw new Error('the body ends within a line');
    const text = encoded.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  const scope = [date, region, service];
  const signatures = [];
  const verify = (kind, found, ...hashes) => {
    const previous = signatures.at(-1) ?? first;
    const text = [
      `AWS4-HMAC-SHA256-${kind}`,
      signed.headers['x-amz-date'],
      `${scope.join('/')}/aws4_request`,
      previous,
      ...hashes,
    ].join('\n');
    if (signatureOf(text, secretAccessKey, scope) !== found) throw new Error(`wrong signature of ${kind}`);
    signatures.push(found);
  };
  const chunks = [];
  for (;;) {
    const [, digits, , signature] = /^([0-9a-f]+)(;chunk-signature=([0-9a-f]{64}))?$/.exec(line());
    if (isSigned !== (signature !== undefined))
      throw new Error('a chunk is signed, or not, against the header');
    const chunk = encoded.subarray(at, at + parseInt(digits, 16));
    if (isSigned) verify('PAYLOAD', signature, sha256(''), sha256(chunk));
    if (chunk.length === 0) break;
    chunks.push(chunk);
    at += chunk.length;
    if (line() !== '') throw new Error('a chunk is longer than it says');
  }
  const trailers = {};
  for (let text = line(); text !== ''; text = line()) {
    const [name, value] = text.split(':');
    if (name === 'x-amz-trailer-signature') {
      verify(
        'TRAILER',
        value,
        sha256(
          Object.entries(trailers)
            .map(([key, one]) => `${key}:${one}\n`)
            .join(''),
        ),
      );
    } else trailers[name] = value;
  }
  if (at !== encoded.length) throw new Error('there is more after the end');
  return { body: Buffer.concat(chunks), sizes: chunks.map((chunk) => chunk.length), signatures, trailers };
}

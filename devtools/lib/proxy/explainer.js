// Explains why an upstream refused a request that the proxy signed.

import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

import { TokenBucket } from 'limiter';

import { pairs } from '../gateway/integration.js';

/**
 * @typedef {import('./payload.js').Outgoing} Outgoing
 *
 * @typedef {object} Refusal
 * @property {number} status
 * @property {string[]} rawHeaders
 * @property {Buffer} body  the beginning of the body
 */

/** The statuses whose responses are explained. */
export const REFUSED = new Set([401, 403]);
/** How much of a body is examined. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Limits explanations, so that a flood of refusals does not delay good requests. */
const PER_SECOND = 1;
const BURST = 10;

/** The remedies for users of a proxy; those of the package are for programs. @type {Record<string, string>} */
const FIXES = {
  'token-expired':
    'Renew the credentials. The proxy reads profiles, containers, roles and files again by itself. If the keys are in environment ' +
    'variables, restart the proxy.',
  'token-invalid':
    'Start the proxy with an access key ID, a secret access key and a session token that were issued together.',
  'access-key-unknown':
    'Start the proxy with other credentials; an access key ID that begins with ASIA needs its session token.',
  'wrong-secret':
    'Copy the access key ID and the secret access key again, without spaces or line breaks, and restart the proxy.',
  'clock-skew':
    'Set the clock of this machine (NTP). Until then, the proxy signs with the time of the server.',
  'signature-expired':
    'Set the clock of this machine (NTP). Until then, the proxy signs with the time of the server.',
  'signature-mismatch':
    'Check --service, --region and --sign-host; a proxy or a CDN between this proxy and the service may change the request.',
};

export class Explainer {
  #bucket = new TokenBucket({ bucketSize: BURST, tokensPerInterval: PER_SECOND, interval: 'second' });

  constructor() {
    this.#bucket.content = BURST;
  }

  /**
   * @param {Refusal} refusal
   * @param {Outgoing & { method: string }} request
   * @param {import('./upstreams.js').Upstream} upstream
   * @returns {Promise<{ summary: string, fix: string } | undefined>} `undefined` if the limit is reached, or if nothing is signed
   */
  async explain({ status, rawHeaders, body }, { method, unsigned, headers, payload }, { origin, signer }) {
    if (signer === undefined || !this.#bucket.tryRemoveTokens(1)) return undefined;
    const { explainResponse } = await import('sigv4-wasm/explain');
    const response = {
      ...{ status, headers: pairs(rawHeaders), body: decoded(body, rawHeaders) },
      url: `${origin}${unsigned.path.replace(/\?.*/s, '')}`,
      request: { method },
    };
    const signed = await signer.trace(unsigned, /** @type {Record<string, string>} */ (headers), payload);
    const { code, summary, fix, serverTime, clockSkewSeconds } = await explainResponse(response, { signed });
    if (clockSkewSeconds !== undefined && serverTime) signer.clockOffset = serverTime.getTime() - Date.now();
    return { summary, fix: FIXES[code] ?? fix };
  }
}

/**
 * @param {Buffer} body
 * @param {string[]} rawHeaders
 */
function decoded(body, rawHeaders) {
  const [, encoding = ''] =
    pairs(rawHeaders).find(([name]) => name.toLowerCase() === 'content-encoding') ?? [];
  const decode = DECODERS[encoding.trim().toLowerCase()];
  try {
    return (decode?.(body, { maxOutputLength: 16 * MAX_BODY_BYTES }) ?? body).toString();
  } catch {
    return ''; // Truncated, or not in the encoding that its header names: only the status and the headers are known.
  }
}

/** @type {Record<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer>} */
const DECODERS = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync };

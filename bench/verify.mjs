// Ensures that no signer does less work: each must return a valid signature of the request, checked by a verifier that shares
// code only with smithy.

import { authorize } from '../tests/support/iam-authorizer.js';

/**
 * @param {string} name  for the message
 * @param {any} result  what a peer returned
 * @param {import('./requests.mjs').Work} work
 * @param {any} credentials
 * @param {import('./requests.mjs').Scope} scope
 */
export async function verify(name, result, work, credentials, scope) {
  const url = resultUrl(result, work);
  // With a presigned URL, nothing else is sent.
  const headers = url.searchParams.has('X-Amz-Signature') ? {} : lowerCase(result.headers);
  headers.host = url.host;
  const signed = /SignedHeaders=([^,&]*)/.exec(headers.authorization ?? '')?.[1].split(';');
  // Signers differ in whether they cover it, and AWS does not ask for it.
  if (signed && !signed.includes('content-type')) delete headers['content-type'];
  const arrived = {
    method: work.method,
    url: url.pathname + url.search,
    rawHeaders: Object.entries(headers).flat(),
    body: typeof work.body === 'string' ? Buffer.from(work.body) : (work.body ?? new Uint8Array()),
  };
  try {
    await authorize(arrived, { credentials: [credentials], ...scope, now: () => new Date() });
  } catch (cause) {
    throw new Error(`${name}: no good signature: ${cause}`, { cause });
  }
}

/** As text, a URL, the options of http.request, or a smithy request. */
function resultUrl(result, work) {
  if (typeof result === 'string') return new URL(result);
  const url = new URL(result.url ?? work.url);
  if (typeof result.path === 'string' && result.path.includes('?')) return new URL(result.path, url);
  if (result.query) url.search = new URLSearchParams(result.query).toString();
  return url;
}

function lowerCase(headers) {
  const entries = typeof headers[Symbol.iterator] === 'function' ? [...headers] : Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

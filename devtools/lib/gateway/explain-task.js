// Runs in the thread of explainer.js.

import { explainResponse, findMismatch } from 'sigv4-wasm/explain';

/**
 * @typedef {object} Task
 * @property {{ method: string, url: string, rawHeaders: string[], rawBody: Uint8Array }} request
 * @property {{ status: number, type: string, message: string }} answer
 * @property {{ secretAccessKey: string, sessionToken?: string }} [credentials]  of the key that the request names
 * @property {Omit<import('sigv4-wasm/explain').FindMismatchOptions, 'secretAccessKey'>} options
 */

/**
 * @param {Task} task
 * @returns {Promise<import('./explainer.js').Explanation>}
 */
export default async function explain({ request, answer, credentials, options }) {
  const { status, type, message } = answer;
  const found = credentials && (await mistakes(request, { ...options, secretAccessKey: credentials }));
  const mismatches = found?.filter(({ isProved }) => isProved);
  if (mismatches?.some(({ code }) => code !== 'none')) return { mismatches };
  if (mismatches?.length === 0 && message.startsWith('The request signature we'))
    return { mismatches, hint: likeliest(found ?? []) };
  const headers = { 'x-amzn-errortype': type };
  const body = JSON.stringify({ message });
  const { summary, fix } = await explainResponse(new Response(body, { status, headers }));
  return { ...(mismatches && { mismatches }), hint: { summary, fix } };
}

/**
 * @param {Task['request']} request
 * @param {import('sigv4-wasm/explain').FindMismatchOptions} options
 */
async function mistakes(request, options) {
  try {
    return await findMismatch(request, options);
  } catch {
    return undefined; // It has no signature, or a malformed one.
  }
}

/** @param {import('sigv4-wasm/explain').Mismatch[]} found  none of them proved, the likeliest first */
function likeliest([first]) {
  // Of these, any may be so.
  if (first === undefined || /^(?:secret|body|path|query)-other$/.test(first.code)) return UNKNOWN;
  const { summary, fix } = first;
  return { summary, fix };
}

const UNKNOWN = {
  summary:
    'The client signed another request or used another secret access key: no known mistake gives its signature.',
  fix: 'Compare the canonical request in the response with the one that was signed. If no line differs, the secret access key is wrong.',
};

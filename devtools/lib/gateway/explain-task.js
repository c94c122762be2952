// Explains one refused request. Runs in the thread of explainer.js.

import { explainResponse, findMismatch } from 'sigv4-wasm/explain';

/**
 * @typedef {object} Task
 * @property {{ method: string, url: string, rawHeaders: string[], rawBody: Uint8Array }} request
 * @property {{ status: number, type: string, message: string, isShown: boolean }} answer  `isShown`: whether the response contains the message
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
  if (found && mismatches?.length === 0 && message.startsWith('The request signature we'))
    return { mismatches, likely: found.slice(0, MAX_LIKELY), hint: likeliest(found, answer) };
  const headers = { 'x-amzn-errortype': type };
  const body = JSON.stringify({ message });
  const { summary, fix } = await explainResponse(new Response(body, { status, headers }));
  return { ...(mismatches && { mismatches }), hint: { summary, fix } };
}

/** How many likely causes are shown: few enough to be read. */
const MAX_LIKELY = 3;

/**
 * @param {Task['request']} request
 * @param {import('sigv4-wasm/explain').FindMismatchOptions} options
 */
async function mistakes(request, options) {
  try {
    return await findMismatch(request, options);
  } catch {
    return undefined; // The signature is missing or malformed.
  }
}

/**
 * @param {import('sigv4-wasm/explain').Mismatch[]} found  causes that are not proved, the likeliest first
 * @param {Task['answer']} answer
 */
function likeliest([first], { isShown }) {
  // Any of these may be the cause.
  if (first === undefined || /^(?:secret|body|path|query)-other$/.test(first.code))
    return { summary: UNKNOWN, fix: isShown ? COMPARE_WITH_RESPONSE : COMPARE_WITH_PAGE };
  const { summary, fix } = first;
  return { summary, fix };
}

const UNKNOWN =
  'The client signed another request or used another secret access key: no known mistake produces this signature.';
const COMPARE_WITH_RESPONSE =
  'Compare the canonical request in the response with the one that the client signed. If no line differs, the secret access key is wrong.';
const COMPARE_WITH_PAGE =
  'Compare the secret access key of the client with the one that the gateway printed. If they are equal, open the request in the page of the gateway, and compare its URL, headers and body with those that the client signed.';

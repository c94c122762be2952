// js/explain explains a refusal from the response alone, without a wasm module. This file: from a response to its explanation.

import { serverTime, TOLERATED_SKEW } from '../protocol/clock-skew.js';
import { headerMap, readResponse } from './read-response.js';
import { diffStrings } from './diff.js';
import { explainDiff } from './diff-advice.js';
import { CLOCK_SUSPECTED, OTHER_REGION, OTHER_SERVICE, ROWS, UNKNOWN, WRONG_SECRET } from './messages.js';
import { parseErrorBody } from './parse-error-body.js';
import { describeSentRequest } from './sent-request.js';
import { isOtherScope, serviceOf } from './identify-service.js';
import { redact } from '../protocol/redact.js';
import { fill, shorten } from '../protocol/fill-template.js';
import { endpointOf, hostOf } from '../protocol/endpoint-form.js';
import { valuesOf } from './message-values.js';

/**
 * @typedef {object} ExplainOptions
 * @property {import('../sign/trace.js').SigningTrace | string} [signed]  what `trace(signer, …)` returns for the same request, with
 *   the same date, or the canonical request as text
 * @property {RefusedRequest} [request]  the request, such as the result of `signer.sign`, if the response or error does
 *   not contain it: with it, an explanation names the region and service of the signature, and the end of the access key id
 * @property {Date} [now]  when the response arrived. Default: now, except for a text, which may be old
 *
 * @typedef {object} RefusedRequest
 * @property {string | URL} [url]
 * @property {string} [method]
 * @property {Headers | Iterable<readonly [string, string]> | Record<string, string | readonly string[] | undefined>} [headers]
 * @property {unknown} [body]
 *
 * @typedef {object} Explanation
 * @property {string} code  stable: `signature-mismatch`, `signature-expired`, `wrong-region`, …; `unknown` for an unknown response
 * @property {string} summary  the cause, in a sentence
 * @property {string} detail  the server's message, without tokens
 * @property {string} fix  what to do, in a sentence
 * @property {string[]} [causes]  if the server does not name the cause: what to check, the likeliest first
 * @property {number} [status]
 * @property {string} [type]  AWS's name of the exception
 * @property {string} [service]  the service that responded: `rest-api`, `http-api`, `s3`, `lambda-url`, `sts`, …, if it is known
 * @property {string} [requestId]  for AWS support
 * @property {import('./diff.js').DiffLine[]} [diff]  where the server shows what it expected, and `signed` is given
 * @property {Date} [serverTime]
 * @property {number} [clockSkewSeconds]  how far the clock of the server is ahead of the time of the signature, where that is
 *   the cause
 */

/**
 * Explains why AWS refused a request, or why there was no response. It never throws, shows no secrets, and leaves the response
 * readable.
 *
 * @example
 *   const { summary, fix } = await explainResponse(error); // an error of axios, a Response, a body as text
 *
 * @param {unknown} responseOrError  an error of axios, got, ky, undici or the AWS SDK; a fetch `Response`, which is cloned;
 *   `{ status, headers, body }`; or the text of a body, also with the lines of `curl -i` before it. Streams are read only from a
 *   `Response`.
 * @param {ExplainOptions} [options]
 * @returns {Promise<Explanation>}
 */
export async function explainResponse(responseOrError, options) {
  try {
    const now = typeof responseOrError === 'string' ? undefined : new Date();
    return await explain(await readResponse(responseOrError), { now, ...options });
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return explain(await readResponse({ name: 'Error', message: `it cannot be read: ${message}` }), {});
  }
}

/**
 * @param {import('./read-response.js').ReadResponse} given
 * @param {ExplainOptions} options
 * @returns {Promise<Explanation>}
 */
async function explain(given, { signed, request, now }) {
  const response = { ...given, url: given.url || String(request?.url ?? '') };
  /** @type {Partial<import('../sign/trace.js').SigningTrace>} */
  const client = typeof signed === 'string' ? { canonicalRequest: signed.trim() } : (signed ?? {});
  const sent = describeSentRequest({
    url: response.url,
    method: (response.method || request?.method) ?? '',
    headers: new Map([...response.requestHeaders, ...headerMap(request?.headers)]),
    body: response.requestBody ?? request?.body,
    signed: client,
  });
  const parsed = parseErrorBody(response);
  const { status, failure, headers } = response;
  const service = serviceOf(response, parsed.fields, sent.service);
  const endpoint = endpointOf([hostOf(response.url), sent.host, hostOf(String(request?.url ?? ''))]);

  const diff = diffStrings(parsed, client);
  const at = timeOf(parsed.fields.ServerTime) ?? serverTime(parsed.text, headers);
  const signedAt = timeOf(parsed.stringToSign?.split('\n')[1]) ?? timeOf(sent.amzDate);
  const seen = {
    status: String(status ?? ''),
    type: parsed.type,
    service,
    message: parsed.message || (failure?.message ?? ''),
  };
  const found = findRow({ ...seen, failure, sent });
  const timeSigned = timeOf(found.groups.signed) ?? timeOf(parsed.fields.RequestTime) ?? signedAt;
  const isDated = timeSigned !== undefined;
  const skew = at === undefined ? 0 : at - (timeSigned ?? now?.getTime() ?? at);
  /** @type {Record<string, string | undefined>} */
  const values = {
    ...parsed.fields,
    ...seen,
    ...valuesOf({ fields: parsed.fields, headers, groups: found.groups, sent, endpoint, skew, isDated }),
    ...found.groups,
  };
  const row = SAYS_NOTHING.test(found.row.code) ? suspected(found.row, sent, endpoint, skew) : found.row;
  const proof = row.code === 'signature-mismatch' ? proofOf(diff, values) : undefined;

  return {
    code: proof?.code ?? row.code,
    summary: proof?.summary ?? fill(row.summary, values),
    detail: detailOf(parsed, response, diff.length > 0),
    fix: proof?.fix ?? fill(row.fix, values),
    ...(row.causes && !proof && { causes: row.causes }),
    ...(status !== undefined && { status }),
    ...(parsed.type !== '' && { type: shorten(parsed.type, 100) }),
    ...(service !== '' && { service }),
    ...(parsed.requestId !== undefined && { requestId: shorten(redact(parsed.requestId), 100) }),
    ...(diff.length > 0 && { diff }),
    ...(at !== undefined && { serverTime: new Date(at) }),
    ...(row.isClock && at !== undefined && { clockSkewSeconds: Math.round(skew / 1000) }),
  };
}

/**
 * @param {object} seen
 * @param {string} seen.status
 * @param {string} seen.type
 * @param {string} seen.service
 * @param {string} [seen.message]
 * @param {import('./read-response.js').Failure} [seen.failure]
 * @param {import('./sent-request.js').SentRequest} seen.sent
 * @returns {{ row: import('./messages.js').Row, groups: Record<string, string | undefined> }}
 */
function findRow({ status, type, service, message = '', failure, sent }) {
  const what = failure && `${failure.code} ${failure.message}`;
  // The start is enough, and no pattern takes long on it.
  const start = message.slice(0, 4000);
  for (const row of ROWS) {
    const found = row.text?.exec(start);
    const fits =
      found !== null &&
      (row.type?.test(type) ?? true) &&
      (row.of?.test(service) ?? true) &&
      (row.status?.test(status) ?? true) &&
      (row.sent?.(sent) ?? true) &&
      (row.failure === undefined || (what !== undefined && row.failure.test(what)));
    if (fits) return { row, groups: present(found?.groups) };
  }
  return { row: UNKNOWN, groups: {} };
}

/**
 * The groups that matched. For the others, the values from elsewhere remain.
 *
 * @param {Record<string, string | undefined>} [groups]
 */
function present(groups = {}) {
  return Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined));
}

/**
 * A cause that the server does not name, but that follows from the request and the clock.
 *
 * @param {import('./messages.js').Row} row
 * @param {import('./sent-request.js').SentRequest} sent
 * @param {import('../protocol/endpoint-form.js').Endpoint | undefined} endpoint
 * @param {number} skew
 */
function suspected(row, sent, endpoint, skew) {
  if (isOtherScope(sent, endpoint)) return sent.region === endpoint?.region ? OTHER_SERVICE : OTHER_REGION;
  return Math.abs(skew) > TOLERATED_SKEW ? CLOCK_SUSPECTED : row;
}

/**
 * A line that differs is the cause. If no line differs, only the secret can be wrong.
 *
 * @param {import('./diff.js').DiffLine[]} diff
 * @param {Record<string, string | undefined>} values
 */
function proofOf(diff, values) {
  const difference = explainDiff(diff);
  if (difference !== undefined) return { code: 'signature-mismatch', ...difference };
  const isWhole = ['payload hash', 'scope'].every((label) => diff.some((line) => line.label === label));
  if (!isWhole) return undefined;
  const { code, summary, fix } = WRONG_SECRET;
  return { code, summary: fill(summary, values), fix };
}

/**
 * @param {import('./parse-error-body.js').ParsedBody} said
 * @param {import('./read-response.js').ReadResponse} answer
 * @param {boolean} hasDiff  which already shows the strings
 */
function detailOf({ message, type }, { status, unread, failure }, hasDiff) {
  const parts = [
    status === undefined ? '' : `status ${status}`,
    type,
    failure && [failure.code, failure.message].filter(Boolean).join(' '),
    hasDiff ? message.split('\n\nThe Canonical String')[0] : message,
    unread && `(the body is not shown, because ${unread}: pass its text as { status, headers, body })`,
  ];
  return shorten(redact(parts.filter(Boolean).join(': ').slice(0, 20_000)), 10_000);
}

/**
 * @param {string | undefined} text  as AWS writes it, with or without separators
 * @returns {number | undefined}
 */
function timeOf(text) {
  const iso = text?.trim().replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const time = Date.parse(iso ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Codes of responses that may have any cause. */
const SAYS_NOTHING = /^(?:forbidden|no-reason|iot-refused|data-access-policy|function-url-permission)$/;

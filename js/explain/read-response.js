// Turns the responses and errors of every client into one form.

import { MAX_CHARACTERS, peek, readStart } from './peek-body.js';

/**
 * @typedef {object} ReadResponse
 * @property {number} [status]
 * @property {Map<string, string>} headers  by lower-case name
 * @property {string} body  if it can be read without consuming the caller's stream
 * @property {Record<string, string>} fields  the fields that a client has already parsed from the body
 * @property {string} url  the URL of the response, or empty
 * @property {string} method  upper-case, or empty
 * @property {Map<string, string>} requestHeaders  if the client keeps them, by lower-case name
 * @property {unknown} [requestBody]  likewise
 * @property {string} [unread]  why the body is missing
 * @property {Failure} [failure]  set if there was no response
 *
 * @typedef {object} Failure
 * @property {string} code  such as `ECONNREFUSED`, or empty
 * @property {string} message
 */

/** How deep errors of clients and their causes may be nested. */
const MAX_DEPTH = 6;

/**
 * @param {unknown} given
 * @returns {Promise<ReadResponse>}
 */
export async function readResponse(given) {
  return (await find(given, {}, 0)) ?? answer({ failure: failureOf(given) });
}

/**
 * @param {any} given
 * @param {any} around  the error that holds it
 * @param {number} depth
 * @returns {Promise<ReadResponse | undefined>}
 */
async function find(given, around, depth) {
  if (typeof given === 'string') return fromText(given);
  if (typeof given !== 'object' || given === null || depth > MAX_DEPTH) return undefined;
  if (isResponse(given)) return fromResponse(given, around);
  if (typeof given.$metadata === 'object') return fromSdk(given);
  for (const inner of [given.response, given.meta]) {
    const found = isObject(inner) ? await find(inner, given, depth + 1) : undefined;
    if (found !== undefined) return found;
  }
  const status = given.status ?? given.statusCode;
  const isAnswer = 'headers' in given || 'body' in given || 'data' in given;
  // Errors of this package and of other servers: the error is the response.
  const isError = given instanceof Error && typeof given.message === 'string';
  if (typeof status === 'number' && (isAnswer || isError)) return fromParts(given, status, around);
  return find(given.cause, given, depth + 1);
}

/** @param {any} given */
function isObject(given) {
  return typeof given === 'object' && given !== null;
}

/** @param {any} given  of whatever realm or library */
function isResponse(given) {
  return typeof given.clone === 'function' && typeof given.bodyUsed === 'boolean';
}

/**
 * @param {Partial<ReadResponse>} parts
 * @returns {ReadResponse}
 */
function answer(parts) {
  return {
    headers: new Map(),
    body: '',
    fields: {},
    url: '',
    method: '',
    requestHeaders: new Map(),
    ...parts,
  };
}

/**
 * A body, or the output of `curl -i`.
 *
 * @param {string} text
 */
function fromText(text) {
  const raw = shortened(text).replaceAll('\r\n', '\n');
  const status = /^HTTP\/[\d.]+ (\d{3})/.exec(raw)?.[1];
  if (status === undefined) return answer({ body: raw });
  const end = raw.indexOf('\n\n');
  const head = end < 0 ? raw : raw.slice(0, end);
  const headers = head.split('\n').flatMap((line) => {
    const at = line.indexOf(':');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
  });
  return answer({
    status: Number(status),
    headers: headerMap(headers),
    body: end < 0 ? '' : raw.slice(end + 2),
  });
}

/**
 * @param {Response} response
 * @param {any} around
 */
async function fromResponse(response, around) {
  const { status, headers, url } = response;
  const { method = '' } = around.request ?? {};
  const parts = { status, headers: headerMap(headers), url, method, ...requestOf(around) };
  // The body of a success may be endless.
  if (response.ok) return answer(parts);
  if (!response.bodyUsed) return answer({ ...parts, body: shortened(await readStart(response.clone())) });
  // Clients that have read it keep it beside it.
  return answer({
    ...parts,
    ...(await readBody(
      [around.data, around.bodyText, around.result, around.text, around.json],
      'it was read already',
    )),
  });
}

/**
 * An error of the AWS SDK for JavaScript, version 3: the body is read, and its fields are those of the error.
 *
 * @param {any} error
 */
async function fromSdk(error) {
  const { headers } = error.$response ?? {};
  const { httpStatusCode: status, requestId } = error.$metadata;
  const parts = { status, headers: headerMap(headers) };
  // If the SDK cannot parse the body, such as that of a proxy, it does not always keep it.
  if (error.name === 'SyntaxError') {
    return answer({ ...parts, ...(await readBody([error.$responseBodyText], 'it was read already')) });
  }
  const texts = Object.entries(error).filter(
    ([key, value]) => typeof value === 'string' && !/^(?:name|message)$/.test(key),
  );
  // Its name for a response without a body.
  const [name, message] = [error.name, error.message].map((text) =>
    /^Unknown(?:Error)?$/.test(text) ? '' : text,
  );
  return answer({
    ...parts,
    fields: {
      ...Object.fromEntries(texts),
      Code: name,
      Message: message,
      RequestId: requestId,
    },
  });
}

/**
 * @param {any} given  of axios, got, undici, the OpenSearch client, or the caller
 * @param {number} status
 * @param {any} around
 */
async function fromParts(given, status, around) {
  const config = given.config ?? around.config ?? {};
  const request = given.request ?? around.request ?? {};
  const [url] = [given.url, config.url, config.baseURL, around.options?.url, request.url].filter(isAbsolute);
  const method = config.method ?? around.options?.method ?? request.method ?? '';
  // superagent has `text`; the last is an error that is the answer.
  const bodies = [given.data, given.body, given.text, given.bodyText, around.data, around.body];
  const stream = await peek(given);
  const isError = given instanceof Error;
  return answer({
    status,
    headers: headerMap(given.headers),
    url: String(url ?? ''),
    method: String(method).toUpperCase(),
    ...requestOf(given, around),
    fields: detailsOf(given.details),
    ...(await readBody([stream, ...bodies, ...(isError ? ofError(given, status) : [])], 'it is a stream')),
  });
}

/**
 * Of our own errors, of those that servers throw, and of the clients of OpenAI and Anthropic, which keep the object in
 * `error` of the body, or its text behind the status in their message.
 *
 * @param {any} error
 * @param {number} status
 * @returns {unknown[]}
 */
function ofError(error, status) {
  if (isObject(error.error)) return [error.error];
  const message = error.message.replace(`${status} `, '');
  if (message === 'status code (no body)') return [''];
  return [message.startsWith('<') ? message : { code: error.type, message }];
}

/**
 * The details of a refusal by this package's verifier.
 *
 * @param {import('../protocol/verification-error.js').RefusalDetails | undefined} details
 * @returns {Record<string, string>}
 */
function detailsOf(details) {
  if (!isObject(details)) return {};
  const { region, expectedRegion, service, accessKeyId } =
    /** @type {import('../protocol/verification-error.js').RefusalDetails} */ (details);
  const known = {
    signedRegion: region,
    Region: expectedRegion,
    signedService: service,
    AWSAccessKeyId: accessKeyId,
  };
  const texts = Object.entries(known).filter(([, value]) => typeof value === 'string');
  return /** @type {Record<string, string>} */ (Object.fromEntries(texts));
}

/**
 * The request that a client keeps: axios in `config`, got in `options`, ky in `request`.
 *
 * @param {any[]} holders
 */
function requestOf(...holders) {
  const kept = holders.flatMap(({ config, options, request }) =>
    [config, options, request, request?.options].filter(isObject),
  );
  const headers = kept
    .map(({ headers, getHeaders }, i) => headers ?? getHeaders?.call(kept[i]))
    .find(isObject);
  const body = kept.map(({ data, json, body }) => data ?? json ?? body).find((one) => one !== undefined);
  return { requestHeaders: headerMap(headers), ...(body !== undefined && { requestBody: body }) };
}

/** @param {unknown} url */
function isAbsolute(url) {
  return url instanceof URL || (typeof url === 'string' && url.includes('://'));
}

/**
 * The first that is there.
 *
 * @param {unknown[]} bodies
 * @param {string} reason  why there is none, if so
 * @returns {Promise<Pick<ReadResponse, 'body' | 'unread'>>}
 */
async function readBody(bodies, reason) {
  for (const body of bodies) {
    const text = await textOf(body);
    if (text !== undefined) return { body: shortened(text) };
  }
  const isEmpty = bodies.every((body) => body === undefined || body === null);
  return { body: '', ...((!isEmpty || reason.includes('read')) && { unread: reason }) };
}

/**
 * @param {any} body
 * @returns {Promise<string | undefined>} `undefined` for streams: they are the caller's
 */
async function textOf(body) {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return body;
  if (typeof body !== 'object') return undefined;
  if (ArrayBuffer.isView(body) || Object.prototype.toString.call(body) === '[object ArrayBuffer]') {
    return new TextDecoder().decode(/** @type {any} */ (body));
  }
  if (typeof body.getReader === 'function' || typeof body.pipe === 'function') return undefined;
  if (typeof body.text === 'function' && typeof body.size === 'number') return body.text(); // a Blob
  return JSON.stringify(body);
}

/** @param {string} text */
function shortened(text) {
  return text.slice(0, MAX_CHARACTERS);
}

/**
 * @param {any} given  `Headers`, pairs, or an object; of axios, or of Node
 * @returns {Map<string, string>}
 */
export function headerMap(given) {
  const pairs = typeof given?.[Symbol.iterator] === 'function' ? given : Object.entries(given ?? {});
  /** @type {Map<string, string>} */
  const headers = new Map();
  for (const [name, value] of pairs) {
    if (value !== undefined && value !== null) headers.set(String(name).toLowerCase(), String(value));
  }
  return headers;
}

/**
 * @param {any} given
 * @returns {Failure}
 */
function failureOf(given) {
  const { message = '', code, name } = isObject(given) ? given : {};
  const [found] = [given?.cause?.code, code].filter((one) => typeof one === 'string');
  return { code: found ?? '', message: [name, message].filter(Boolean).join(': ') };
}

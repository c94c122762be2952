// The integrations of the gateway that are not functions: an HTTP server, or an echo.

import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

import { REPLACED_HEADERS, SIGNATURE_PARAMETERS } from 'sigv4-wasm';

import { GatewayError, jsonResponse } from './gateway-error.js';
import { decode } from './routes.js';

/**
 * @typedef {import('./gateway-error.js').GatewayResponse} GatewayResponse
 * @typedef {import('./request.js').GatewayRequest} GatewayRequest
 * @typedef {import('./routes.js').Matched} Matched
 * @typedef {import('./authorizer.js').Authorized} Authorized
 */

/**
 * Responds with the request as it arrived, without its signature.
 *
 * @param {GatewayRequest} request
 * @param {Matched} matched
 * @param {Partial<Authorized>} authorized
 * @returns {GatewayResponse}
 */
export function echo({ method, rawHeaders, rawBody, sourceIp }, matched, { principal, accessKeyId }) {
  const text = rawBody.toString('utf8');
  const isBase64Encoded = !Buffer.from(text, 'utf8').equals(rawBody);
  const { stage, path, rawPath, query, route, parameters } = matched;
  return jsonResponse(200, {
    method,
    path,
    rawPath,
    query: withoutSignature(query),
    route: route.route,
    stage,
    pathParameters: parameters,
    headers: pairs(rawHeaders).filter(([name]) => !OF_SIGNATURE.has(name.toLowerCase())),
    body: isBase64Encoded ? rawBody.toString('base64') : text,
    isBase64Encoded,
    length: rawBody.length,
    sha256: createHash('sha256').update(rawBody).digest('hex'),
    identity: { sourceIp, ...(principal && { userArn: principal.arn, accessKey: accessKeyId }) },
  });
}

export class Upstreams {
  #timeoutMs;
  #isRest;
  #agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };

  /** @param {{ type: string, timeoutMs: number }} api */
  constructor({ type, timeoutMs }) {
    this.#timeoutMs = timeoutMs;
    this.#isRest = type === 'rest';
  }

  /**
   * @param {string} upstream
   * @param {GatewayRequest} request
   * @param {Matched} matched
   * @param {Partial<Authorized>} authorized
   * @returns {Promise<GatewayResponse>}
   * @throws {GatewayError} ERR_GATEWAY_TIMEOUT, ERR_GATEWAY_UPSTREAM
   */
  async send(upstream, request, { rawPath, query }, { principal }) {
    const url = new URL(upstream);
    const search = [url.search.slice(1), withoutSignature(query)].filter(Boolean).join('&');
    const path = `${url.pathname.replace(/\/$/, '')}${rawPath}${search && `?${search}`}`;
    /** @type {[string, string][]} */
    const own = [
      ['host', url.host],
      ['content-length', String(request.rawBody.length)],
      ['x-forwarded-for', request.sourceIp],
      ['x-forwarded-proto', 'http'],
      ['x-forwarded-host', request.headers.host ?? ''],
    ];
    // The caller. In AWS, you would map `context.identity.userArn` to a header.
    if (principal !== undefined) own.push([CALLER, principal.arn]);
    if (BODYLESS.has(request.method) && request.rawBody.length === 0) own.splice(1, 1);
    const dropped = new Set([
      ...HOP_BY_HOP,
      ...REPLACED_HEADERS,
      ...own.map(([name]) => name),
      CALLER,
      'expect',
    ]);
    const headers = [...endToEnd(request.rawHeaders, dropped), ...own].flat();
    const answer = await this.#exchange(url, { method: request.method, path, headers }, request.rawBody);
    const kept = endToEnd(
      answer.rawHeaders,
      new Set([...HOP_BY_HOP, ...(request.method === 'HEAD' ? [] : ['content-length'])]),
    );
    return { status: answer.status, headers: this.#isRest ? kept.map(remapHeader) : kept, body: answer.body };
  }

  /**
   * @param {URL} url
   * @param {{ method: string, path: string, headers: string[] }} options
   * @param {Buffer} body
   * @returns {Promise<{ status: number, rawHeaders: string[], body: Buffer }>}
   */
  async #exchange(url, options, body) {
    const isTls = url.protocol === 'https:' || url.protocol === 'wss:';
    const outgoing = (isTls ? https : http).request({
      ...options,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      agent: this.#agents[isTls ? 'https:' : 'http:'],
    });
    let isLate = false;
    let isAnswered = false;
    const timer = setTimeout(() => {
      isLate = true;
      outgoing.destroy();
    }, this.#timeoutMs);
    outgoing.end(body);
    try {
      return await new Promise((resolve, reject) => {
        outgoing.on('error', reject);
        // The gateway did not request an upgrade. Without a listener, Node.js would close the connection silently.
        outgoing.on('upgrade', (_, socket) => {
          socket.destroy();
          reject(new Error('it switched protocols without a request to do so'));
        });
        outgoing.on('response', (incoming) => {
          isAnswered = true;
          readAnswer(incoming).then((bytes) => {
            resolve({ status: incoming.statusCode ?? 502, rawHeaders: incoming.rawHeaders, body: bytes });
          }, reject);
        });
      });
    } catch (cause) {
      outgoing.destroy();
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (cause);
      if (isLate) {
        throw new GatewayError(
          'ERR_GATEWAY_TIMEOUT',
          `${url.origin} took longer than ${this.#timeoutMs} ms.`,
          {
            cause,
          },
        );
      }
      // The upstream closed an idle connection at the moment when this request was sent on it.
      const isClosed = outgoing.reusedSocket && !isAnswered && code === 'ECONNRESET';
      if (isClosed && IDEMPOTENT.has(options.method)) return this.#exchange(url, options, body);
      throw new GatewayError('ERR_GATEWAY_UPSTREAM', `${url.origin} did not answer: ${message || code}`, {
        cause,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  close() {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}

/** @param {http.IncomingMessage} incoming */
async function readAnswer(incoming) {
  /** @type {Buffer[]} */
  const chunks = [];
  let length = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`its response has more than ${MAX_ANSWER_BYTES} bytes`);
  }
  return Buffer.concat(chunks);
}

/** The payload quota of API Gateway. */
const MAX_ANSWER_BYTES = 10_485_760;

/**
 * A query without credentials and signature, for the upstream.
 *
 * @param {string} query  as on the wire
 */
export function withoutSignature(query) {
  return query
    .split('&')
    .filter((part) => !IN_QUERY.has(decode(part.split('=', 1)[0])))
    .join('&');
}

/**
 * @param {readonly string[]} rawHeaders
 * @param {ReadonlySet<string>} dropped
 */
export function endToEnd(rawHeaders, dropped) {
  /** @type {string[]} */
  const named = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i].length === 10 && rawHeaders[i].toLowerCase() === 'connection')
      named.push(...rawHeaders[i + 1].toLowerCase().split(/[\s,]+/));
  }
  /** @type {[string, string][]} */
  const kept = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const key = rawHeaders[i].toLowerCase();
    // CGI and WSGI servers read `x_caller_arn` as `x-caller-arn`.
    const isDropped = dropped.has(key.includes('_') ? key.replaceAll('_', '-') : key) || named.includes(key);
    if (!isDropped) kept.push(pair(rawHeaders[i], rawHeaders[i + 1]));
  }
  return kept;
}

/**
 * @param {readonly string[]} rawHeaders
 * @returns {[string, string][]}
 */
export function pairs(rawHeaders) {
  return Array.from({ length: rawHeaders.length / 2 }, (_, i) =>
    pair(rawHeaders[2 * i], rawHeaders[2 * i + 1]),
  );
}

/**
 * @param {string} name
 * @param {string} value
 * @returns {[string, string]}
 */
function pair(name, value) {
  return [name, value];
}

/** @type {ReadonlySet<string>} */
const OF_SIGNATURE = new Set(REPLACED_HEADERS);
/** @type {ReadonlySet<string>} */
const IN_QUERY = new Set(SIGNATURE_PARAMETERS);
const CALLER = 'x-caller-arn';
const BODYLESS = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);
/** RFC 9110, section 9.2.2. */
const IDEMPOTENT = new Set([...BODYLESS, 'PUT']);

/** RFC 9110, section 7.6.1. */
export const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The name that a REST API gives to a header, because it sets these headers itself.
 *
 * @param {[string, string]} header
 * @returns {[string, string]}
 */
export function remapHeader([name, value]) {
  const key = name.toLowerCase();
  return REMAPPED.has(key) ? [`x-amzn-remapped-${key}`, value] : [name, value];
}

/** "Amazon API Gateway important notes", developer guide. */
const REMAPPED = new Set(['date', 'server', 'www-authenticate']);

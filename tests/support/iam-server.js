// A server on the loopback interface that plays API Gateway with an IAM authorizer. It judges the bytes that
// arrived, and keeps them for tests to look at.

import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { extname, join, normalize } from 'node:path';

import { Refusal, authorize } from './iam-authorizer.js';

/** What a browser may send across origins where API Gateway was set up for signed requests. */
const CORS_HEADERS = 'authorization,content-type,x-amz-date,x-amz-security-token';

const FILE_TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * @typedef {import('./iam-authorizer.js').Arrived & { id: number, status?: number }} RecordedRequest
 *
 * @typedef {object} Answer
 * @property {number} [status]  default 200
 * @property {Record<string, string>} [headers]
 * @property {string | Uint8Array} [body]
 *
 * @typedef {object} IamServerOptions
 * @property {import('./iam-authorizer.js').IamCredentials[]} credentials  who may sign
 * @property {string} [region]  default us-east-1
 * @property {string} [service]  default execute-api
 * @property {() => Date} [now]  the server's clock
 * @property {'rest' | 'http'} [style]  default rest; HTTP APIs answer every refusal with `Forbidden`
 * @property {boolean} [cors]  default false: allow any origin, and the headers that a signed request needs
 * @property {Record<string, string>} [preflight]  further headers of the answer to a preflight
 * @property {string} [open]  requests to this path and below need no signature; default /open
 * @property {Record<string, string>} [files]  directories to serve unsigned, by prefix: { '/static/': dir }
 * @property {boolean} [http2]  default false: speak HTTP/2, without TLS
 * @property {(request: RecordedRequest) => Answer | undefined | Promise<Answer | undefined>} [respond]
 *   answers an accepted request instead of the echo
 *
 * @typedef {object} IamServer
 * @property {string} origin  http://127.0.0.1:port
 * @property {RecordedRequest[]} requests  in the order in which they arrived; files and preflights left out
 * @property {Record<string, string | string[] | undefined>[]} preflights  the headers of each
 * @property {() => Promise<void>} close
 */

/**
 * Listens on a free port. A request that is accepted gets 200 and JSON: { id, method, url, headers, sha256,
 * length }, where `headers` are raw pairs, `sha256` and `length` those of the body, and `id` the index in
 * `requests`, which the header `x-arrived-as` has, too: a HEAD gets no body.
 *
 * @param {IamServerOptions} options
 * @returns {Promise<IamServer>}
 */
export async function startIamServer(options) {
  const settings = { region: 'us-east-1', service: 'execute-api', now: () => new Date(), ...options };
  /** @type {RecordedRequest[]} */
  const requests = [];
  /** @type {IamServer['preflights']} */
  const preflights = [];

  const handle = async (/** @type {any} */ incoming, /** @type {any} */ outgoing) => {
    /** @type {Uint8Array[]} */
    const chunks = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      return; // the client went away
    }
    const { method = '', url = '' } = incoming;
    const rawHeaders = settings.http2 ? withoutPseudoHeaders(incoming) : incoming.rawHeaders;
    if (settings.cors && method === 'OPTIONS') preflights.push(incoming.headers);
    const request = { id: requests.length, method, url, rawHeaders, body: Buffer.concat(chunks) };
    const answer = await answerTo(request, settings, requests);
    outgoing.writeHead(answer.status ?? 200, {
      date: settings.now().toUTCString(),
      'x-amzn-requestid': randomUUID(),
      'x-arrived-as': String(request.id),
      ...(settings.cors && { 'access-control-allow-origin': '*' }),
      ...answer.headers,
    });
    outgoing.end(answer.body);
  };
  const server = settings.http2 ? createHttp2Server(handle) : createServer(handle);
  /** @type {Set<import('node:http2').ServerHttp2Session>} */
  const sessions = new Set();
  server.on('session', (session) => sessions.add(session));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));

  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () =>
    new Promise((resolve) => {
      server.close(() => resolve(undefined));
      for (const session of sessions) session.destroy();
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  const origin = `http://127.0.0.1:${port}`;
  return { origin, requests, preflights, close: /** @type {() => Promise<void>} */ (close) };
}

/**
 * As of HTTP/1.1: what is `:authority` there is `host` here.
 *
 * @param {import('node:http2').Http2ServerRequest} incoming
 * @returns {string[]}
 */
function withoutPseudoHeaders({ rawHeaders, headers }) {
  const { ':authority': authority } = headers;
  const raw = authority ? ['host', authority] : [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!rawHeaders[i].startsWith(':')) raw.push(rawHeaders[i], rawHeaders[i + 1]);
  }
  return raw;
}

/**
 * @param {RecordedRequest} request
 * @param {IamServerOptions & { region: string, service: string, now: () => Date }} settings
 * @param {RecordedRequest[]} requests
 * @returns {Promise<Answer>}
 */
async function answerTo(request, settings, requests) {
  const { cors = false, open = '/open', files = {}, respond = () => undefined } = settings;
  if (cors && request.method === 'OPTIONS') return preflight(settings.preflight);
  const prefix = Object.keys(files).find((one) => request.url.startsWith(one));
  if (prefix) return file(files[prefix], request.url.slice(prefix.length));

  requests.push(request);
  /** @type {Answer} */
  let answer;
  try {
    if (!isBelow(request.url, open)) await authorize(request, settings);
    answer = (await respond(request)) ?? echo(request);
  } catch (error) {
    answer = refuse(error, settings.style ?? 'rest');
  }
  request.status = answer.status ?? 200;
  return answer;
}

/**
 * @param {string} url
 * @param {string} path
 */
function isBelow(url, path) {
  if (path === '/') return true;
  return url.startsWith(path) && ['', '/', '?'].includes(url.charAt(path.length));
}

/**
 * @param {RecordedRequest} request
 * @returns {Answer}
 */
function echo({ id, method, url, rawHeaders, body }) {
  const headers = [];
  for (let i = 0; i < rawHeaders.length; i += 2) headers.push([rawHeaders[i], rawHeaders[i + 1]]);
  const sha256 = createHash('sha256').update(body).digest('hex');
  return json(200, { id, method, url, headers, sha256, length: body.length });
}

/**
 * @param {unknown} error
 * @param {'rest' | 'http'} style
 * @returns {Answer}
 */
function refuse(error, style) {
  if (!(error instanceof Refusal)) return json(500, { message: String(error) });
  if (style === 'http') return json(403, { message: 'Forbidden' });
  return json(error.status, { message: error.message }, { 'x-amzn-errortype': error.type });
}

/** @param {Record<string, string>} [headers] @returns {Answer} */
function preflight(headers) {
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT',
      'access-control-allow-headers': CORS_HEADERS,
      ...headers,
    },
  };
}

/**
 * @param {string} directory
 * @param {string} path  as in the URL
 * @returns {Promise<Answer>}
 */
async function file(directory, path) {
  // normalize() resolves `..` against the root, so that nothing outside the directory can be named.
  const name = join(directory, normalize(`/${decodeURIComponent(path.split('?')[0])}`));
  const type =
    /** @type {Record<string, string>} */ (FILE_TYPES)[extname(name)] ?? 'application/octet-stream';
  try {
    return { headers: { 'content-type': type }, body: await readFile(name) };
  } catch {
    return json(404, { message: 'Not Found' });
  }
}

/**
 * @param {number} status
 * @param {unknown} value
 * @param {Record<string, string>} [headers]
 * @returns {Answer}
 */
function json(status, value, headers) {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

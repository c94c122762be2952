// `/_sigv4/…`: the admin API and the page of the gateway. Only this machine can use them.

import { inspectorFiles } from '../inspector/files.js';
import { isFromOtherOrigin } from '../origin.js';
import { isSameSecret } from '../token.js';
import { sendAll } from './server.js';

/**
 * @typedef {object} AdminApi
 * @property {import('./request-log.js').RequestLog} requestLog
 * @property {import('./principals.js').Principals} principals
 * @property {string} token  required to see requests, because they contain signatures, cookies and tokens, and the machine may have
 *   other users
 * @property {string} credentialsToken  required to get credentials
 * @property {number} sessionSeconds
 * @property {() => Date} now
 * @property {() => object} describe
 * @property {() => object[]} connections
 *
 * @typedef {import('node:http').IncomingMessage} Incoming
 * @typedef {import('node:http').ServerResponse} Outgoing
 */

export const PREFIX = '/_sigv4/';

/** How many pages may listen at the same time, and how many unread bytes one page may accumulate. */
const MAX_LISTENERS = 20;
const MAX_WAITING_BYTES = 4_194_304;

/**
 * @param {Incoming} incoming
 * @param {Outgoing} outgoing
 * @param {AdminApi} api
 */
export function serveAdminApi(incoming, outgoing, api) {
  incoming.resume();
  // A page can make its own name resolve to this machine (DNS rebinding). Its requests then carry that name.
  if (!isLoopback(incoming))
    return send(outgoing, 403, {
      message: 'The admin API responds only to requests from this machine that use a loopback name',
    });
  if (isFromOtherOrigin(incoming.headers))
    return send(outgoing, 403, { message: 'The admin API does not respond to pages of other origins' });
  const path = (incoming.url ?? '').split('?')[0].slice(PREFIX.length);
  if (path === 'inspector' || path.startsWith('inspector/'))
    return showPage(path.slice('inspector'.length), outgoing);
  if (incoming.method !== 'GET') return send(outgoing, 405, { message: 'Only GET is allowed' });
  const [name, argument] = path.split('/');
  const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined;
  if (answer === undefined) return send(outgoing, 404, { message: 'Not Found' });
  if (WITH_TOKEN.has(name) && !hasToken(incoming, api))
    return send(outgoing, 401, { message: TOKEN_MISSING });
  return answer(api, argument, incoming, outgoing);
}

/**
 * Browsers pass the token in the query, because `EventSource` cannot send custom headers.
 *
 * @param {Incoming} incoming
 * @param {AdminApi} api
 */
function hasToken({ headers, url = '' }, { token }) {
  const [, inHeader] = /^Bearer +(.+)$/i.exec(headers.authorization ?? '') ?? [];
  const inQuery = new URLSearchParams(url.replace(/^[^?]*/, '')).get('token');
  return isSameSecret(inHeader ?? inQuery ?? '', token);
}

const TOKEN_MISSING =
  'Pass the token at the end of the page address that the gateway printed, as ?token=… or as Authorization: Bearer …';

const WITH_TOKEN = new Set(['requests', 'events', 'connections']);

/** @type {Record<string, (api: AdminApi, argument: string | undefined, incoming: Incoming, outgoing: Outgoing) => void>} */
const ANSWERS = {
  // `isLocked` tells the page that the token is missing, without an error in its console.
  health: (api, _, incoming, outgoing) =>
    send(outgoing, 200, { ok: true, isLocked: !hasToken(incoming, api), ...api.describe() }),
  requests: ({ requestLog }, id, _, outgoing) => {
    if (!id) return send(outgoing, 200, { requests: requestLog.list() });
    const exchange = requestLog.find(id);
    return exchange ? send(outgoing, 200, exchange) : send(outgoing, 404, { message: 'Not Found' });
  },
  connections: ({ connections }, _, __, outgoing) => send(outgoing, 200, { connections: connections() }),
  events: ({ requestLog }, _, __, outgoing) => listen(requestLog, outgoing),
  credentials: giveCredentials,
};

/**
 * @param {string} path  below the page's own
 * @param {Outgoing} outgoing
 */
function showPage(path, outgoing) {
  if (path === '') return outgoing.writeHead(308, { location: `${PREFIX}inspector/` }).end();
  const file = inspectorFiles(path);
  if (file === undefined) return send(outgoing, 404, { message: 'Not Found' });
  return outgoing.writeHead(file.status, file.headers).end(file.body);
}

/**
 * @param {import('./request-log.js').RequestLog} requestLog
 * @param {Outgoing} outgoing
 */
function listen(requestLog, outgoing) {
  if (requestLog.listenerCount('request') > MAX_LISTENERS)
    return send(outgoing, 503, { message: 'Too many pages are listening' });
  outgoing.writeHead(200, { ...COMMON_HEADERS, 'content-type': 'text/event-stream' });
  outgoing.write(': hello\n\n');
  const beat = setInterval(() => outgoing.write(': still here\n\n'), 15_000);
  const tell = (/** @type {import('./request-log.js').Entry} */ entry) => {
    if (outgoing.writableLength > MAX_WAITING_BYTES) return;
    outgoing.write(`event: request\ndata: ${JSON.stringify(requestLog.show(entry))}\n\n`);
  };
  requestLog.on('request', tell);
  outgoing.on('close', () => {
    clearInterval(beat);
    requestLog.off('request', tell);
  });
}

/**
 * Serves credentials like the endpoint of ECS and EKS: `AWS_CONTAINER_CREDENTIALS_FULL_URI`, `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
 *
 * Source: "Container credential provider", AWS SDKs and tools reference guide.
 *
 * @param {AdminApi} api
 * @param {string | undefined} role
 * @param {Incoming} incoming
 * @param {Outgoing} outgoing
 */
function giveCredentials({ principals, credentialsToken, sessionSeconds, now }, role, incoming, outgoing) {
  if (!isSameSecret(incoming.headers.authorization ?? '', credentialsToken)) {
    return send(outgoing, 401, {
      code: 'Unauthorized',
      message: 'Authorization must be the token that the gateway printed',
    });
  }
  const expiration = new Date(now().getTime() + sessionSeconds * 1000);
  const issued = principals.issue(role || principals.roles()[0], expiration);
  if (issued === undefined)
    return send(outgoing, 404, { code: 'NoSuchRole', message: 'The gateway has no such role' });
  const { accessKeyId, secretAccessKey, sessionToken } = issued;
  return send(outgoing, 200, {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: expiration.toISOString().replace(/\.\d+/, ''),
  });
}

/** @param {Incoming} incoming */
export function isLoopback({ headers, socket }) {
  const name = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const isLocal = /^(?:::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
  return isLocal && /^(?:localhost|(?:[\w-]+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(name);
}

/**
 * @param {Outgoing} outgoing
 * @param {number} status
 * @param {unknown} value
 */
function send(outgoing, status, value) {
  outgoing.writeHead(status, { ...COMMON_HEADERS, 'content-type': 'application/json' });
  sendAll(outgoing, JSON.stringify(value));
}

const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

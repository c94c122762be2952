// Authorization of the WebSockets of AWS AppSync: the headers of a signed request, which is never sent. They are sent in a
// subprotocol when a connection is opened, and in each message.
//
// Sources: "Building a real-time WebSocket client" and "Understanding the Event API WebSocket protocol", AWS AppSync developer
// guides.

import { SigV4Error } from '../engine/errors.js';
import { base64url } from '../protocol/base64.js';

/**
 * @typedef {{ sign: (request: any, overrides?: any) => Promise<import('../sign/signed-request.js').SignedRequest> }} AnySigner
 *
 * @typedef {object} Protocol
 * @property {string} name  the subprotocol of the WebSocket
 * @property {string} connect  the path that is signed for a connection, after the path of the API
 * @property {string} realtime  the path of the WebSocket after that of the API, at a host of AWS
 * @property {string} customRealtime  likewise, at a custom domain
 */

/** By the path of the API. @type {Record<string, Protocol>} */
const PROTOCOLS = {
  '/graphql': { name: 'graphql-ws', connect: '/connect', realtime: '', customRealtime: '/realtime' },
  '/event': { name: 'aws-appsync-event-ws', connect: '', realtime: '/realtime', customRealtime: '/realtime' },
};

/** As the guides have them. */
const HEADERS = {
  accept: 'application/json, text/javascript',
  'content-encoding': 'amz-1.0',
  'content-type': 'application/json; charset=UTF-8',
};

/**
 * The URL and the subprotocols with which you open a WebSocket of AppSync. The second subprotocol contains the authorization,
 * which is valid for five minutes.
 *
 * @example
 *   const { url, protocols } = await appSyncConnection(signer, 'https://abc123.appsync-api.eu-west-1.amazonaws.com/event');
 *   const socket = new WebSocket(url, protocols);
 *
 * @param {AnySigner} signer
 * @param {string | URL} api  the URL of the API: it ends in `/event` for AppSync Events, in `/graphql` for subscriptions of GraphQL
 * @returns {Promise<{ url: string, protocols: string[] }>}
 * @throws {SigV4Error}
 */
export async function appSyncConnection(signer, api) {
  const { href, host, protocol } = parse(api);
  const { authorization } = await authorize(signer, href, protocol.connect, '{}');
  const isOfAws = host.includes('.appsync-api.');
  const realtime = href.replace(/^http/, 'ws').replace('.appsync-api.', '.appsync-realtime-api.');
  return {
    url: realtime + (isOfAws ? protocol.realtime : protocol.customRealtime),
    protocols: [protocol.name, `header-${base64url(JSON.stringify(authorization))}`],
  };
}

/**
 * The authorization of one message. For Events, pass `{ channel }` to subscribe or `{ channel, events }` to publish, and send
 * `authorization` with it. For GraphQL, pass `{ query, variables }`, and send `{ data, extensions: { authorization }
 * }` as the payload of `start`.
 *
 * @example
 *   const { authorization } = await appSyncAuthorization(signer, api, { channel: '/default/orders' });
 *   socket.send(JSON.stringify({ type: 'subscribe', id: crypto.randomUUID(), channel: '/default/orders', authorization }));
 *
 * @param {AnySigner} signer
 * @param {string | URL} api  as of `appSyncConnection`
 * @param {object} message
 * @returns {Promise<{ data: string, authorization: Record<string, string> }>} `data`: the signed message
 * @throws {SigV4Error}
 */
export async function appSyncAuthorization(signer, api, message) {
  return authorize(signer, parse(api).href, '', JSON.stringify(message));
}

/**
 * @param {AnySigner} signer
 * @param {string} href
 * @param {string} path
 * @param {string} data
 */
async function authorize(signer, href, path, data) {
  const request = { method: 'POST', url: href + path, headers: HEADERS, body: data };
  const { headers } = await signer.sign(request, {
    service: 'appsync',
    signedHeaders: ['accept', 'content-encoding'],
  });
  return { data, authorization: { host: new URL(href).host, ...headers } };
}

/** @param {string | URL} api */
function parse(api) {
  const { href, host, pathname } = new URL(api);
  const protocol = Object.hasOwn(PROTOCOLS, pathname) ? PROTOCOLS[pathname] : undefined;
  if (protocol !== undefined && href.startsWith('http') && href.endsWith(pathname))
    return { href, host, protocol };
  throw new SigV4Error(
    'ERR_SIGV4_URL_INVALID',
    'pass the URL of an AppSync API: it begins with https:// and ends in /event or /graphql',
  );
}

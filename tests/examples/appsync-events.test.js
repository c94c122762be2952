// examples/appsync-events against a simulated AppSync Event API. It verifies each signed authorization with AWS's own
// signer: that of the connection, of each subscription, of each message, and of HTTP requests.

import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';

import { REGION, runExample } from '../support/examples.js';
import { Refusal, authorize } from '../support/iam-authorizer.js';
import { CREDENTIALS } from '../support/wire.js';
import { startWebSocketServer } from './support/websocket-server.js';

const SETTINGS = { credentials: [CREDENTIALS], region: REGION, service: 'appsync', now: () => new Date() };

/** A POST to /event with these headers and this body. */
const judge = (/** @type {Record<string, string>} */ headers, /** @type {unknown} */ body) =>
  authorize(
    {
      method: 'POST',
      url: '/event',
      rawHeaders: Object.entries(headers).flat(),
      body: Buffer.from(JSON.stringify(body)),
    },
    SETTINGS,
  );

async function startEventsApi() {
  /** @type {string[]} */
  const accepted = [];
  /** @type {((channel: string, event: string) => void)[]} */
  const subscribers = [];
  const publish = (/** @type {{ channel: string, events: string[] }} */ { channel, events }) =>
    events.forEach((event) => subscribers.forEach((tell) => tell(channel, event)));

  const server = await startWebSocketServer({
    subprotocol: 'aws-appsync-event-ws',
    authorize: async ({ url, headers }) => {
      assert.equal(url, '/event/realtime');
      const [subprotocol, header] = String(headers['sec-websocket-protocol']).split(/, ?/);
      assert.equal(subprotocol, 'aws-appsync-event-ws');
      const text = Buffer.from(header.replace(/^header-/, ''), 'base64url').toString();
      const authorization = JSON.parse(text);
      if (authorization.host !== headers.host) throw new Refusal('BadRequestException', 'another host', 400);
      await judge(authorization, {});
    },
    connected: (socket) => {
      const send = (/** @type {object} */ message) => socket.send(JSON.stringify(message));
      socket.on('message', async (data) => {
        const { type, id, authorization, ...message } = JSON.parse(String(data));
        if (type === 'connection_init') {
          send({ type: 'connection_ack', connectionTimeoutMs: 300_000 });
          send({ type: 'ka' });
          return;
        }
        try {
          await judge(authorization, message);
        } catch ({ name, message }) {
          send({ type: `${type}_error`, id, errors: [{ errorType: name, message }] });
          return;
        }
        accepted.push(type);
        send({ type: `${type}_success`, id });
        if (type === 'publish') publish(message);
        else {
          subscribers.push((channel, event) => {
            if (channel === message.channel) send({ type: 'data', id, event });
          });
        }
      });
    },
    requests: async (request, response) => {
      const { method = '', url = '', rawHeaders } = request;
      const body = await buffer(request);
      try {
        await authorize({ method, url, rawHeaders, body }, SETTINGS);
      } catch {
        response.writeHead(403).end();
        return;
      }
      accepted.push(`${method} ${url}`);
      publish(JSON.parse(body.toString()));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"failed":[],"successful":[]}');
    },
  });
  after(() => server.close());
  return { ...server, accepted };
}

test('subscribes, publishes in both ways, and receives all of it', async () => {
  const api = await startEventsApi();
  const env = { HTTP_URL: `http://${api.host}`, REALTIME_URL: `ws://${api.host}` };
  const { code, stdout, stderr } = await runExample('appsync-events', env);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "{ item: 'tea' }\n{ item: 'größer' }\n{ item: 'milk' }\n");
  assert.deepEqual(api.accepted, ['subscribe', 'publish', 'POST /event']);
  assert.deepEqual(api.handshakes, [{ url: '/event/realtime', status: 101 }]);
});

test('a wrong secret does not connect', async () => {
  const api = await startEventsApi();
  const env = { HTTP_URL: `http://${api.host}`, REALTIME_URL: `ws://${api.host}` };
  const { code, stderr } = await runExample('appsync-events', { ...env, AWS_SECRET_ACCESS_KEY: 'another' });
  assert.notEqual(code, 0);
  assert.match(stderr, /403/);
  assert.match(api.handshakes[0].reason ?? '', /^The request signature we calculated does not match/);
});

// examples/iot-mqtt against aedes, an MQTT broker, behind a handshake that is verified as AWS IoT does.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Aedes } from 'aedes';
import { createWebSocketStream } from 'ws';

import { connectToIot } from '../../examples/iot-mqtt/iot.mjs';
import { openExample, REGION, runExample } from '../support/examples.js';
import { Refusal, authorize } from '../support/iam-authorizer.js';
import { CREDENTIALS } from '../support/wire.js';
import { startWebSocketServer } from './support/websocket-server.js';

/**
 * The session token is appended to a URL that is signed without it ("MQTT over the WebSocket Protocol", AWS IoT Core
 * developer guide).
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('../support/iam-authorizer.js').IamCredentials[]} known
 */
async function judge({ method = '', url = '', rawHeaders }, known) {
  const [, signed, token] = /^(.*)&X-Amz-Security-Token=([^&]*)$/.exec(url) ?? [undefined, url, ''];
  const credentials = known.filter(({ sessionToken }) => sessionToken === decodeURIComponent(token));
  if (credentials.length === 0) throw new Refusal('ForbiddenException', 'unknown token');
  await authorize(
    { method, url: signed, rawHeaders, body: new Uint8Array() },
    {
      credentials: credentials.map(({ sessionToken, ...keys }) => keys),
      region: REGION,
      service: 'iotdevicegateway',
      now: () => new Date(),
    },
  );
}

/** @param {import('../support/iam-authorizer.js').IamCredentials[]} known */
async function startBroker(known) {
  const broker = await Aedes.createBroker();
  const server = await startWebSocketServer({
    subprotocol: 'mqtt',
    authorize: (request) => judge(request, known),
    connected: (socket, request) => broker.handle(createWebSocketStream(socket), request),
  });
  after(async () => {
    await server.close();
    await new Promise((resolve) => broker.close(() => resolve(undefined)));
  });
  return server;
}

test('subscribes, publishes, receives', async () => {
  const broker = await startBroker([CREDENTIALS]);
  const { code, stdout, stderr } = await runExample('iot-mqtt', { IOT_URL: `ws://${broker.host}/mqtt` });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'connected\norders/tea {"pieces":3}\n');
  assert.equal(broker.handshakes.length, 1);
  assert.match(broker.handshakes[0].url, /^\/mqtt\?X-Amz-.*&X-Amz-Security-Token=[^&]+$/);
});

test('connects again with a fresh URL, of credentials that were fetched meanwhile', async () => {
  const known = [{ ...CREDENTIALS, accessKeyId: 'ASIA1' }];
  const broker = await startBroker(known);
  let asked = 0;
  const client = await connectToIot({
    url: `ws://${broker.host}/mqtt`,
    region: REGION,
    reconnectPeriod: 100,
    credentials: async () => {
      asked++;
      return { ...CREDENTIALS, accessKeyId: `ASIA${asked}`, expiration: new Date(Date.now() + 4_000) };
    },
  });
  const connected = () => new Promise((resolve) => client.once('connect', resolve));
  await connected();
  await sleep(2_100); // half of their life is over
  known[0].accessKeyId = 'ASIA2';
  broker.disconnect();
  await connected();
  assert.equal(asked, 2);
  assert.deepEqual(
    broker.handshakes.map(({ status }) => status),
    [101, 101],
  );
  await client.endAsync();
});

test('a wrong secret does not connect', async () => {
  const broker = await startBroker([CREDENTIALS]);
  const env = { IOT_URL: `ws://${broker.host}/mqtt`, AWS_SECRET_ACCESS_KEY: 'another' };
  const { child, output } = openExample('iot-mqtt', env);
  await once(child.stderr, 'data'); // mqtt.js tries again, and says only that
  child.kill();
  assert.equal(output.stdout, '');
  assert.match(broker.handshakes[0].reason ?? '', /^The request signature we calculated does not match/);
});

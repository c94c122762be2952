// Subscribes to a topic, publishes to it, and prints what arrives.

import { fromEnv, regionFromEnv } from 'sigv4-wasm/credentials';

import { connectToIot } from './iot.mjs';

const { IOT_URL, TOPIC = 'orders/tea' } = process.env;
if (!IOT_URL) throw new Error('set IOT_URL, such as wss://abc123-ats.iot.eu-west-1.amazonaws.com/mqtt');

const client = await connectToIot({
  url: IOT_URL,
  region: regionFromEnv(),
  credentials: fromEnv(),
});
client.on('connect', () => console.log('connected'));
client.on('error', ({ message }) => console.error(message));
// mqtt.js does not say why: look for a refused handshake (403) first.
client.on('reconnect', () => console.error('connecting again'));
client.on('message', (topic, payload) => {
  console.log(topic, String(payload));
  client.end();
});
await client.subscribeAsync(TOPIC, { qos: 1 });
await client.publishAsync(TOPIC, JSON.stringify({ pieces: 3 }), { qos: 1 });

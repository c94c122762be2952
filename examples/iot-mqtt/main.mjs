// Subscribes to a topic, publishes to it, and prints what arrives.

import { connectToIot } from './iot.mjs';

const {
  IOT_URL,
  TOPIC = 'orders/tea',
  AWS_REGION,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN,
} = process.env;
if (!IOT_URL) throw new Error('set IOT_URL, such as wss://abc123-ats.iot.eu-west-1.amazonaws.com/mqtt');

const client = await connectToIot({
  url: IOT_URL,
  region: AWS_REGION,
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  },
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

// Subscribes to a channel, publishes to it in both ways, and prints what arrives.

import { fromEnv, regionFromEnv } from 'sigv4-wasm/credentials';

import { EventsApi } from './events-api.mjs';

const {
  HTTP_URL,
  REALTIME_URL = HTTP_URL?.replace('https:', 'wss:').replace('appsync-api', 'appsync-realtime-api'),
  CHANNEL = '/default/orders',
} = process.env;
if (!HTTP_URL) throw new Error('set HTTP_URL, such as https://abc123.appsync-api.eu-west-1.amazonaws.com');

const api = new EventsApi({
  http: HTTP_URL,
  realtime: REALTIME_URL,
  region: regionFromEnv(),
  credentials: fromEnv(),
});
await api.connect();

let missing = 3;
const received = new Promise((resolve) => {
  void api
    .subscribe(CHANNEL, (event) => {
      console.log(event);
      if (--missing === 0) resolve();
    })
    .then(async () => {
      await api.publish(CHANNEL, { item: 'tea' }, { item: 'größer' });
      await api.publishByHttp(CHANNEL, { item: 'milk' });
    });
});
await received;
api.close();

// mqtt.js over a WebSocket to AWS IoT. Each connection gets its own URL, with a fresh signature.

import mqtt from 'mqtt';
import { Signer } from 'sigv4-wasm';

/** `credentials` may be a provider. */
export async function connectToIot({ url, region, credentials, ...options }) {
  const signer = new Signer({ credentials, region, service: 'iotdevicegateway' });
  // mqtt.js takes the URL synchronously, so the credentials are fetched before it connects, and the URL does not come from `iotUrl`
  // of sigv4-wasm/tokens, which is asynchronous.
  await signer.ready();
  const client = mqtt.connect(url, {
    ...options,
    // With its own path and port: mqtt.js adds the port 443, which is not in the Host header that AWS receives.
    transformWsUrl: () => signer.presignSync(url, { expiresIn: 60, onEarlyExpiry: 'shorten' }),
  });
  client.on('close', () => signer.ready().catch((error) => client.emit('error', error)));
  return client;
}

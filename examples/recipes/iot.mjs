// AWS IoT Core: MQTT over WebSocket, from a browser or where port 8883 is closed.
//
//   new WebSocket(await iotUrl({ endpoint, credentials }), 'mqtt'); each connection needs a fresh URL

import { presignUrl } from 'sigv4-wasm';

/**
 * The URL to connect to, within 5 minutes. The connection may last longer. Source: "Device
 * communication protocols", AWS IoT Core developer guide.
 *
 * @param {object} options
 * @param {string} options.endpoint  such as `abc-ats.iot.eu-west-1.amazonaws.com`, or a custom domain
 * @param {string} [options.region]  default: from the host
 * @param {import('sigv4-wasm').SignerOptions['credentials']} options.credentials  that may `iot:Connect`
 */
export function iotUrl({ endpoint, region, credentials }) {
  // For this service, the session token is added after signing: see the option sessionTokenMode.
  return presignUrl(`wss://${endpoint}/mqtt`, {
    credentials,
    region,
    service: 'iotdevicegateway',
    expiresIn: 300,
  });
}

// URLs of WebSockets, signed in the query: a browser can send no header with them. Each connection needs a fresh one.

import { dnsSuffix } from '../protocol/regional-endpoint.js';
import { presignUrl } from '../sign/signer.js';
import { checkOptions, presigning } from './options.js';

/** @typedef {import('./options.js').TokenOptions} TokenOptions */

/**
 * The URL of MQTT over WebSocket, for AWS IoT. It is valid for opening a connection within 5 minutes. The session token is
 * appended after signing, as this service wants it.
 *
 * Source: "Device communication protocols", AWS IoT Core developer guide.
 *
 * @example
 *   const socket = new WebSocket(await iotUrl({ endpoint: 'abc-ats.iot.eu-west-1.amazonaws.com', credentials }), 'mqtt');
 *
 * @param {TokenOptions & { endpoint: string, region?: string }} options  `endpoint`: a host of AWS, or a custom domain, which needs
 *   `region`
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function iotUrl(options) {
  checkOptions(options, ['endpoint'], ['region']);
  const { endpoint, region } = options;
  return presignUrl(`wss://${endpoint}/mqtt`, presigning(options, 'iotdevicegateway', region, 300));
}

/**
 * The URL of a stream of Amazon Transcribe. It is valid for opening a connection within 5 minutes. Then send audio in messages of
 * an event stream, which need no signature.
 *
 * Source: "Setting up a WebSocket stream", Amazon Transcribe developer guide.
 *
 * @example
 *   const parameters = { 'language-code': 'en-US', 'media-encoding': 'pcm', 'sample-rate': '16000' };
 *   const socket = new WebSocket(await transcribeUrl({ region: 'eu-west-1', parameters, credentials }));
 *
 * @param {TokenOptions & { region: string, parameters: Record<string, string>, kind?: 'standard' | 'medical' | 'call-analytics'
 *   }} options `kind`: default `standard`
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function transcribeUrl(options) {
  checkOptions(options, ['region'], ['parameters', 'kind']);
  const { region, parameters, kind = 'standard' } = options;
  const host = `transcribestreaming.${region}${dnsSuffix(region)}:8443`;
  const path = `${kind === 'standard' ? '' : `${kind}-`}stream-transcription-websocket`;
  const url = `wss://${host}/${path}?${new URLSearchParams(parameters)}`;
  return presignUrl(url, presigning(options, 'transcribe', region, 300));
}

/**
 * The URL of a signaling channel of Amazon Kinesis Video Streams, for WebRTC. It is valid for opening a connection within 5
 * minutes.
 *
 * Source: "Kinesis Video Streams WebRTC WebSocket APIs", developer guide; awslabs/amazon-kinesis-video-streams-webrtc-sdk-js.
 *
 * @example
 *   const url = await kinesisWebRtcUrl({ endpoint, channelArn, clientId: 'viewer-1', region: 'eu-west-1', credentials });
 *
 * @param {TokenOptions & { endpoint: string, channelArn: string, clientId?: string, region: string }} options `endpoint`: the
 *   `WSS` endpoint that `GetSignalingChannelEndpoint` returned, such as `wss://v-1a2b3c.kinesisvideo.eu-west-1.amazonaws.com`.
 *   `clientId`: of a viewer; the master has none
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function kinesisWebRtcUrl(options) {
  checkOptions(options, ['endpoint', 'channelArn', 'region'], ['clientId']);
  const { endpoint, channelArn, clientId, region } = options;
  const url = new URL(endpoint);
  url.searchParams.set('X-Amz-ChannelARN', channelArn);
  if (clientId !== undefined) url.searchParams.set('X-Amz-ClientId', clientId);
  return presignUrl(url, presigning(options, 'kinesisvideo', region, 299));
}

// Amazon Transcribe: streaming over a WebSocket.
//
//   const socket = new WebSocket(await transcribeUrl({ region, credentials, parameters }));

import { presignUrl } from 'sigv4-wasm';

/**
 * The URL to connect to, within 5 minutes. What is sent then is audio in event stream messages, which need no signature.
 * Source: "Setting up a WebSocket stream", Amazon Transcribe developer guide.
 *
 * @param {object} options
 * @param {string} options.region
 * @param {Record<string, string>} options.parameters  such as
 *   `{ 'language-code': 'en-US', 'media-encoding': 'pcm', 'sample-rate': '16000' }`
 * @param {import('sigv4-wasm').SignerOptions['credentials']} options.credentials  that may
 *   `transcribe:StartStreamTranscriptionWebSocket`
 */
export function transcribeUrl({ region, parameters, credentials }) {
  const host = `transcribestreaming.${region}.amazonaws.com:8443`;
  const url = `wss://${host}/stream-transcription-websocket?${new URLSearchParams(parameters)}`;
  return presignUrl(url, { credentials, region, service: 'transcribe', expiresIn: 300 });
}

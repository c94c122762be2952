// Sends a message to a connected client, as a server does: node notify.mjs CONNECTION_ID MESSAGE

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { options, url } from './api.mjs';

const [connectionId, message] = process.argv.slice(2);
if (!message) throw new Error('usage: npm run notify -- CONNECTION_ID MESSAGE');

const signedFetch = createSigv4Fetch(options);
// The id ends in `=`, which AWS expects encoded twice in the signature. That is done for you.
const response = await signedFetch(`${url.replace(/^ws/, 'http')}/@connections/${connectionId}`, {
  method: 'POST',
  body: message,
});
if (response.status === 410) throw new Error('the client is gone');
if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);

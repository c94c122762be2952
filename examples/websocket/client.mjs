// Connects to a WebSocket API, sends what is typed, prints what arrives, and connects again when the connection ends.

import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { Signer } from 'sigv4-wasm';
import WebSocket from 'ws';

import { options, url } from './api.mjs';

const signer = new Signer(options);
let socket;
let isDone = false;

createInterface({ input: process.stdin })
  .on('line', (line) => socket?.send(line))
  .on('close', () => {
    isDone = true;
    socket?.close();
  });

for (let failures = 0; !isDone;) {
  // Each connection needs a fresh URL: it is valid for a minute, and holds the session token.
  socket = new WebSocket(await signer.presign(url, { expiresIn: 60 }));
  socket.on('open', () => {
    failures = 0;
    console.log('connected');
  });
  socket.on('message', (data) => console.log(String(data)));
  socket.on('error', ({ message }) => {
    failures++;
    console.error(message);
  });
  await new Promise((resolve) => socket.on('close', resolve));
  if (!isDone) await sleep(Math.min(30_000, 250 * 2 ** failures));
}

// A Service Worker: runs tasks, and signs the requests of its pages to the API.

import { signRequest } from 'sigv4-wasm';

import { run } from './tasks.js';

const worker = /** @type {any} */ (self);

/** What `signFor` says. @type {{ api?: string, options?: any }} */
let signing = {};

worker.oninstall = () => worker.skipWaiting();
worker.onactivate = (/** @type {any} */ event) => event.waitUntil(worker.clients.claim());
worker.onmessage = async (/** @type {any} */ { data: { task, args }, ports: [port] }) => {
  if (task === 'signFor') port.postMessage({ value: (signing = args[0]) });
  else port.postMessage(await run(task, args));
};
worker.onfetch = (/** @type {any} */ event) => {
  if (new URL(event.request.url).origin === signing.api) event.respondWith(sendSigned(event.request));
};

/** @param {Request} request */
async function sendSigned(request) {
  const signed = await signRequest(request, signing.options);
  return fetch(signed.url, /** @type {RequestInit} */ (signed));
}

// A service worker that signs everything that its pages load from their own origin: documents, images, scripts, styles,
// forms, beacons. The pages need not know of it. service-worker.html registers it.
//
// Bundle it as a classic script, which every browser takes; no plug-in is needed for the wasm:
//   npx esbuild service-worker.mjs --bundle --format=iife --outfile=service-worker.js
// Serve it from the root of the site, because its folder is the part of the site that it can sign for. Its own
// Content-Security-Policy must have script-src 'wasm-unsafe-eval'.

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

/** What a browser must be able to load before there is a signature. */
const OPEN = ['/', '/index.html', '/service-worker.js', '/credentials'];

const settings = new URL(self.location.href).searchParams;
const signedFetch = createSigv4Fetch({
  region: settings.get('region'),
  service: settings.get('service'),
  credentials: fetchCredentials,
  match: isSigned,
});

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  // The browser itself sends what is left alone here, which includes everything for other origins.
  if (isSigned(new URL(event.request.url))) event.respondWith(signedFetch(event.request));
});

/** @param {URL} url */
function isSigned({ origin, pathname }) {
  return origin === self.location.origin && !OPEN.includes(pathname) && !pathname.startsWith('/open/');
}

/** Temporary credentials of this user: from your own server, as here, or from a Cognito identity pool. */
async function fetchCredentials() {
  const response = await fetch(settings.get('credentials') ?? '/credentials');
  if (!response.ok) throw new Error(`the credentials were refused with ${response.status}`);
  return response.json(); // { accessKeyId, secretAccessKey, sessionToken, expiration }
}

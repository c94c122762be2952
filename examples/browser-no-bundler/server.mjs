// Serves the page, the package, and credentials to the page.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const {
  API_URL,
  AWS_REGION,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN,
  PORT = '8080',
} = process.env;
if (!API_URL || !AWS_SESSION_TOKEN) throw new Error('set API_URL, and temporary credentials: AWS_…');
const here = dirname(fileURLToPath(import.meta.url));
const library = dirname(dirname(fileURLToPath(import.meta.resolve('sigv4-wasm'))));

const FILES = {
  '/': join(here, 'index.html'),
  '/page.js': join(here, 'page.js'),
  '/sigv4-wasm/dist/sigv4-wasm.min.js': join(library, 'dist/sigv4-wasm.min.js'),
};
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };
// 'wasm-unsafe-eval' allows WebAssembly, and no eval of JavaScript.
const POLICY = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${new URL(API_URL).origin}`;

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, 'http://localhost').pathname);
  const json = (value) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  if (path === '/config') return json({ api: API_URL, region: AWS_REGION });
  // On a real server: only for users who have signed in, with a role that allows no more than this page needs.
  if (path === '/credentials') {
    return json({
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    });
  }
  const file = FILES[path];
  if (file === undefined) return response.writeHead(404).end();
  response.setHeader('content-security-policy', POLICY).setHeader('content-type', TYPES[extname(file)]);
  response.end(await readFile(file));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

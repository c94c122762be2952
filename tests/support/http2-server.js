// A server on the loopback interface that talks HTTP/2 over TLS, and HTTP/1.1 to who asks for it. It plays API Gateway with
// an IAM authorizer, as iam-server.js does.

import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { fileURLToPath } from 'node:url';

import { authorize } from './iam-authorizer.js';
import { CREDENTIALS, OPTIONS } from './wire.js';

const file = (/** @type {string} */ name) => fileURLToPath(new URL(`tls/${name}`, import.meta.url));
export const CERTIFICATE_FILE = file('certificate.pem');
/** What a client must trust. */
export const CERTIFICATE = readFileSync(CERTIFICATE_FILE, 'utf8');

/**
 * @typedef {import('./iam-authorizer.js').Arrived & { httpVersion: string, status: number, message: string }} Recorded
 */

/** Answers 200 with the length of the body, 403 with the reason, and `/redirect` with 307 to `/redirected`. */
export async function startHttp2Server() {
  /** @type {Recorded[]} */
  const requests = [];
  const server = createSecureServer(
    { key: readFileSync(file('key.pem')), cert: CERTIFICATE, allowHTTP1: true },
    async (incoming, outgoing) => {
      const chunks = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const { method = '', url = '', httpVersion } = incoming;
      const arrived = { method, url, rawHeaders: regularHeaders(incoming), body: Buffer.concat(chunks) };
      const { status, message } = await judge(arrived);
      requests.push({ ...arrived, httpVersion, status, message });
      const isRedirect = status === 200 && url === '/redirect';
      outgoing.writeHead(isRedirect ? 307 : status, isRedirect ? { location: '/redirected' } : {});
      outgoing.end(message);
    },
  );
  /** @type {Set<import('node:http2').ServerHttp2Session>} */
  const sessions = new Set();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = async () => {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin: `https://localhost:${port}`, requests, close };
}

/** @param {import('./iam-authorizer.js').Arrived} arrived */
async function judge(arrived) {
  const settings = {
    credentials: [CREDENTIALS],
    region: OPTIONS.region,
    service: OPTIONS.service,
    now: () => new Date(),
  };
  try {
    await authorize(arrived, settings);
    return { status: 200, message: String(arrived.body.length) };
  } catch (error) {
    return { status: 403, message: String(error) };
  }
}

/**
 * As AWS signs them: HTTP/2 has no `Host`, and its `:authority` stands for it (RFC 9113, section 8.3.1).
 *
 * @param {{ rawHeaders: string[], headers: import('node:http').IncomingHttpHeaders }} incoming
 */
function regularHeaders({ rawHeaders, headers }) {
  const regular = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!rawHeaders[i].startsWith(':')) regular.push(rawHeaders[i], rawHeaders[i + 1]);
  }
  const { ':authority': authority, host } = headers;
  return host === undefined && authority !== undefined ? [...regular, 'host', String(authority)] : regular;
}

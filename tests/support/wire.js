// Sends signed requests over a real socket, exactly as they were handed back.

import { request as httpRequest } from 'node:http';

/** Temporary credentials that the loopback server knows. */
export const CREDENTIALS = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjE/+EXAMPLE==',
};
export const OPTIONS = { credentials: CREDENTIALS, region: 'us-east-1', service: 'execute-api' };

/**
 * With Node's own HTTP client, which sends path and headers as they are.
 *
 * @param {import('sigv4-wasm').SignedRequest} signed
 * @returns {Promise<{ status: number, body: any }>}
 */
export async function send({ method, url, headers, body }) {
  const { hostname, port } = new URL(url);
  const path = url.slice(new URL(url).origin.length);
  const outgoing = httpRequest({ method, hostname, port, path, headers, agent: false });
  const response = new Promise((resolve, reject) => outgoing.on('response', resolve).on('error', reject));
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    for await (const chunk of body) outgoing.write(chunk);
    outgoing.end();
  } else {
    outgoing.end(body);
  }
  const incoming = await response;
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return { status: incoming.statusCode, body: text === '' ? undefined : JSON.parse(text) };
}

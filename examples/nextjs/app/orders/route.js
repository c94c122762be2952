// A route handler in Node.js: what the browser sends without a signature is forwarded with one.

import { apiUrl, signedFetch } from '../../lib/api.js';

export const runtime = 'nodejs';

export async function GET(request) {
  return forward(`${apiUrl()}/orders${new URL(request.url).search}`, { cache: 'no-store' });
}

export async function POST(request) {
  const headers = { 'content-type': 'application/json' };
  return forward(`${apiUrl()}/orders`, { method: 'POST', headers, body: await request.text() });
}

async function forward(url, init) {
  const { status, body } = await signedFetch()(url, init);
  return new Response(body, { status, headers: { 'content-type': 'application/json' } });
}

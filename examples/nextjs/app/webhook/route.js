// A route handler in the edge runtime: it verifies what clients of yours sign, and signs what it forwards.

import { verifyRequest } from 'sigv4-wasm/verify';

import { apiUrl, signedFetch } from '../../lib/api.js';

export const runtime = 'edge';

export async function POST(request) {
  let verified;
  try {
    verified = await verifyRequest(request, {
      region: 'eu-west-1',
      service: 'orders', // any name, as long as clients sign for the same
      secretAccessKey: (id) => (id === 'AKIAEXAMPLE' ? process.env.CLIENT_SECRET : undefined),
    });
  } catch (error) {
    if (error.status === undefined) throw error;
    return Response.json({ message: error.message }, { status: error.status });
  }
  const response = await signedFetch()(`${apiUrl()}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-client': verified.accessKeyId },
    body: await request.arrayBuffer(),
  });
  return new Response(response.body, { status: response.status });
}

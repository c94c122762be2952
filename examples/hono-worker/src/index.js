// A Worker in front of an API with IAM authorization: it verifies what its own clients sign, and signs what it forwards.

import { Hono } from 'hono';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { verifyRequest } from 'sigv4-wasm/verify';

const app = new Hono();

app.use(async (context, next) => {
  const { CLIENT_SECRET } = context.env;
  try {
    await verifyRequest(context.req, {
      region: 'auto',
      service: 'orders', // any name, as long as clients sign for the same
      secretAccessKey: (accessKeyId) => (accessKeyId === 'AKIAEXAMPLE' ? CLIENT_SECRET : undefined),
    });
  } catch (error) {
    if (error.status === undefined) throw error;
    return context.json({ message: error.message }, error.status);
  }
  return next();
});

/** Kept between requests, together with its signing key. */
let signedFetch;

app.all('/orders', async ({ env, req }) => {
  signedFetch ??= createSigv4Fetch({
    region: env.AWS_REGION,
    service: 'execute-api',
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    },
  });
  const { method } = req;
  const body = method === 'GET' || method === 'HEAD' ? undefined : await req.arrayBuffer();
  const headers = { 'content-type': req.header('content-type') ?? 'application/json' };
  const response = await signedFetch(`${env.API_URL}/orders`, { method, body, ...(body && { headers }) });
  return new Response(response.body, response);
});

export default app;

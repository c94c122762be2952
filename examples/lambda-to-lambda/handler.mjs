// A Lambda function that calls another one: through its function URL, or through an API with IAM authorization.

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, TARGET_URL, TARGET_SERVICE } =
  process.env;

// Outside of the handler: the module and the signing key are kept between invocations. Region and service are inferred from
// hosts of AWS; a custom domain needs TARGET_SERVICE, and the region of the function.
const signedFetch = createSigv4Fetch({
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  },
  ...(TARGET_SERVICE && { service: TARGET_SERVICE, region: process.env.AWS_REGION }),
});

export const handler = async (event) => {
  const response = await signedFetch(TARGET_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // Of a request to the API, or whatever it was invoked with.
    body: event.body ?? JSON.stringify(event),
  });
  return { statusCode: response.status, body: await response.text() };
};

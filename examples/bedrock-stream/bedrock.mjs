// The common part of both programs: a signed fetch, and the endpoint.

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

const {
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN,
  AWS_REGION: region = 'us-west-2',
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME,
} = process.env;

export const endpoint = AWS_ENDPOINT_URL_BEDROCK_RUNTIME ?? `https://bedrock-runtime.${region}.amazonaws.com`;

export const signedFetch = createSigv4Fetch({
  region,
  service: 'bedrock',
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  },
});

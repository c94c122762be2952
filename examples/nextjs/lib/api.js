// The API behind this application, for both runtimes.

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

export const apiUrl = () => process.env.API_URL;

let kept;

/** Made on the first request: a build has no credentials. Kept, as its signing key is. */
export function signedFetch() {
  kept ??= createSigv4Fetch({
    region: process.env.AWS_REGION,
    service: 'execute-api',
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID,
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
      sessionToken: process.env.AWS_SESSION_TOKEN,
    },
  });
  return kept;
}

// A page that calls an API with IAM authorization, through axios and through fetch, with the same credentials.

import axios from 'axios';
import { fromCognitoIdentity } from 'sigv4-wasm/credentials';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

const {
  VITE_API_URL: api,
  VITE_REGION: region,
  VITE_IDENTITY_POOL_ID: identityPoolId,
  VITE_COGNITO_URL: endpoint,
} = import.meta.env;

const options = {
  region,
  service: 'execute-api',
  credentials: fromCognitoIdentity({ identityPoolId, endpoint }),
  // No other host gets a signature, or the session token.
  match: (url) => url.origin === new URL(api).origin,
};
const client = axios.create({ baseURL: api });
client.interceptors.request.use(sigv4Interceptor(options));
const signedFetch = createSigv4Fetch(options);

onClick('axios', async () => {
  const { status, data } = await client.get('/orders', { params: { status: 'open', tag: ['größe', 'a b'] } });
  return `${status} ${JSON.stringify(data)}`;
});

onClick('fetch', async () => {
  const response = await signedFetch(`${api}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ item: 'tea' }),
  });
  return `${response.status} ${await response.text()}`;
});

function onClick(id, action) {
  const output = document.querySelector('pre');
  document.getElementById(id).addEventListener('click', async () => {
    output.textContent = await action().catch((error) => `${error.code ?? error.name}: ${error.message}`);
  });
}

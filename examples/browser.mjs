// The script of browser.html: signs in the page, with temporary credentials. The API must allow the request headers
// authorization, x-amz-date and x-amz-security-token in its CORS configuration.

import { Signer } from 'sigv4-wasm';

const { api, region, credentials: endpoint } = document.body.dataset;
const signer = new Signer({ region, service: 'execute-api', credentials: fetchCredentials });

/**
 * Temporary credentials of this user: from your own server, as here, or from a Cognito identity pool. Keys of an IAM
 * user have no place in a page, where everybody can read them.
 */
async function fetchCredentials() {
  const response = await fetch(endpoint);
  if (!response.ok) throw new Error(`${endpoint} answered ${response.status}`);
  return response.json(); // { accessKeyId, secretAccessKey, sessionToken, expiration }
}

/** Like `fetch`, for paths of the API. */
async function fetchSigned(path, { method, headers, body } = {}) {
  const signed = await signer.sign({ method, url: api + path, headers, body });
  return fetch(signed.url, signed);
}

document.querySelector('button').addEventListener('click', async () => {
  const output = document.querySelector('pre');
  try {
    const response = await fetchSigned('/orders?status=open');
    output.textContent = `${response.status} ${await response.text()}`;
  } catch (error) {
    output.textContent = `${error.code ?? error.name}: ${error.message}`;
  }
});

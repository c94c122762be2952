// Signs in the page, with temporary credentials that the page's own server returns.

import { Signer } from '/sigv4-wasm/dist/sigv4-wasm.min.js';

const { api, region } = await (await fetch('/config')).json();
const signer = new Signer({
  region,
  service: 'execute-api',
  // Called again before they expire.
  credentials: async () => (await fetch('/credentials')).json(),
});

document.querySelector('button').addEventListener('click', async () => {
  const output = document.querySelector('pre');
  try {
    const signed = await signer.sign(`${api}/orders?status=open`);
    const response = await fetch(signed.url, signed);
    output.textContent = `${response.status} ${await response.text()}`;
  } catch (error) {
    output.textContent = `${error.code ?? error.name}: ${error.message}`;
  }
});

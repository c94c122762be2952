// Swagger UI whose requests are signed: "Try it out" works with APIs that have IAM authorization.

import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

const { VITE_API_URL: api, VITE_REGION: region } = import.meta.env;

const signedFetch = createSigv4Fetch({
  region,
  service: 'execute-api',
  // Temporary ones: a page is no place for keys of an IAM user. They stay in the form.
  credentials: () => {
    const { sessionToken, ...keys } = Object.fromEntries(new FormData(document.forms.credentials));
    return { ...keys, ...(sessionToken && { sessionToken }) };
  },
});

const description = await (await fetch('/openapi.json')).json();
SwaggerUI({
  dom_id: '#ui',
  spec: { ...description, servers: [{ url: api }] },
  requestInterceptor: (request) => {
    if (!request.loadSpec) request.userFetch = signedFetch;
    return request;
  },
});

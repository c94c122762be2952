// GraphiQL whose queries are signed, the one for the schema included.

import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

const { VITE_GRAPHQL_URL: url, VITE_REGION: region } = import.meta.env;
const root = createRoot(document.getElementById('ui'));

document.forms.credentials.addEventListener('submit', (event) => {
  event.preventDefault();
  // Temporary ones: a page is no place for keys of an IAM user.
  const { sessionToken, ...keys } = Object.fromEntries(new FormData(event.target));
  const credentials = { ...keys, ...(sessionToken && { sessionToken }) };
  const fetch = createSigv4Fetch({ credentials, region, service: 'appsync' });
  root.render(createElement(GraphiQL, { fetcher: createGraphiQLFetcher({ url, fetch }) }));
});

// An axios client for an API Gateway with IAM authorization, written without this package: the interceptor of "Securing an API
// Gateway Using AWS IAM", completed. examples/service.mjs is the same client with this package.

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import axios from 'axios';

export function createOrderClient({ baseURL, region, credentials }) {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const client = axios.create({ baseURL });

  client.interceptors.request.use(async (config) => {
    const url = new URL(client.getUri(config));
    // axios serializes after all interceptors, so it is done here, for JSON only.
    const body = config.data === undefined ? undefined : JSON.stringify(config.data);
    const signed = await signer.sign(
      new HttpRequest({
        method: config.method.toUpperCase(),
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query: queryOf(url),
        headers: { host: url.host, ...(body !== undefined && { 'content-type': 'application/json' }) },
        body,
      }),
    );
    config.headers.set(signed.headers);
    config.data = body;
    config.transformRequest = (data) => data; // axios would serialize the text again
    return config;
  });
  return client;
}

/** The signer takes decoded names and values, and a list for a repeated name. */
function queryOf(url) {
  const query = {};
  for (const name of url.searchParams.keys()) query[name] = url.searchParams.getAll(name);
  return query;
}

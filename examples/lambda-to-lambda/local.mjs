// Runs both functions on this machine, as template.yaml has them, and calls the first.

import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { startGateway } from 'sigv4-wasm-devtools/gateway';

const region = 'eu-west-1';
const template = 'template.yaml';

const target = await startGateway({ config: { template, region, api: 'OrdersUrl' } });
const api = await startGateway({
  config: {
    ...{ template, region, api: 'Api' },
    // In AWS, the host says for which service to sign.
    functions: { Caller: { environment: { TARGET_URL: target.origin, TARGET_SERVICE: 'lambda' } } },
    // The credentials that the other gateway knows.
    roles: { CallerRole: { sessions: [target.credentials('CallerRole')] } },
  },
});

const signedFetch = createSigv4Fetch({
  credentials: api.credentials('Client'),
  region,
  service: 'execute-api',
});
const response = await signedFetch(`${api.origin}/orders`, {
  method: 'POST',
  body: JSON.stringify({ item: 'tea', pieces: 3 }),
  headers: { 'content-type': 'application/json' },
});
console.log(response.status, await response.text());

await Promise.all([api.close(), target.close()]);

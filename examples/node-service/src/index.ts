// Lists orders, creates one, and says why if the API refuses.

import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { explainResponse, formatExplanation } from 'sigv4-wasm/explain';

import { Orders } from './orders.js';

const { API_URL, AWS_REGION } = process.env;
if (API_URL === undefined) throw new Error('set API_URL, for example to http://127.0.0.1:8403/prod');

const orders = new Orders({ baseURL: API_URL, region: AWS_REGION, credentials: fromNodeProviderChain() });
try {
  console.log('open orders:', await orders.list({ status: 'open', tag: ['new', 'größe'] }));
  console.log('created:', await orders.create({ item: 'tea', pieces: 3 }));
} catch (error) {
  console.error(formatExplanation(await explainResponse(error)));
  process.exitCode = 1;
}

// The cost of signing in axios: for a request to a server on this machine, and without a network.

import { Worker } from 'node:worker_threads';
import { Agent } from 'node:http';

import axios from 'axios';
import { aws4Interceptor } from 'aws4-axios';

import { sigv4Interceptor } from '../../pkg/esm/axios.js';
import { race } from '../harness.mjs';
import { AWS4_AXIOS } from '../peers-node.mjs';
import { gateway, temporary } from '../requests.mjs';
import { verify } from '../verify.mjs';

export const PLAIN = 'plain axios';
export const SIGNED = 'sigv4-wasm/axios';
const AS_LONG = 'plain axios, as many bytes of headers';

/** @type {Record<string, () => any>} */
const INTERCEPTORS = {
  [PLAIN]: () => undefined,
  [SIGNED]: () => sigv4Interceptor({ credentials: temporary, ...gateway }),
  [AWS4_AXIOS]: () => aws4Interceptor({ credentials: temporary, options: gateway }),
};

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const worker = new Worker(SERVER, { eval: true });
  const port = await new Promise((resolve) => worker.once('message', resolve));
  const httpAgent = new Agent({ keepAlive: true });
  try {
    const request = { url: '/prod/items', params: { limit: 10 } };
    const loopback = clients({ baseURL: `http://127.0.0.1:${port}`, httpAgent });
    /** @type {Record<string, () => Promise<any>>} */
    const sent = {};
    for (const [name, client] of Object.entries(loopback)) {
      const { config, request: native } = await client.get(request.url, request);
      const headers = native.getHeaders();
      const work = { method: 'GET', url: `http://127.0.0.1:${port}${native.path}`, headers: {} };
      if (name !== PLAIN) await verify(name, { headers }, work, temporary, gateway);
      else if (config.headers.has('authorization')) throw new Error('plain axios signs');
      sent[name] = () => client.get(request.url, request);
      // The cost of a signature on the wire, whatever makes it.
      if (name === SIGNED) {
        const asLong = { ...request, headers: { authorization: headers.authorization, ...amz(headers) } };
        sent[AS_LONG] = () => loopback[PLAIN].get(request.url, asLong);
      }
    }
    // The same without a network: what the interceptor itself costs.
    const adapter = async (/** @type {any} */ config) => ({
      data: '',
      status: 200,
      statusText: '',
      headers: {},
      config,
    });
    const unsent = Object.fromEntries(
      Object.entries(clients({ baseURL: `http://127.0.0.1:${port}`, adapter })).map(([name, client]) => [
        name,
        () => client.get(request.url, request),
      ]),
    );
    const rows = await race(sent, { rounds: quick ? 101 : 1001 });
    const { [SIGNED]: signed, [AS_LONG]: asLong } = Object.fromEntries(
      rows.map((row) => [row.name, row.paired]),
    );
    return [
      {
        id: 'axios-loopback',
        title: 'GET through axios, a server on this machine',
        unit: 'us',
        rows,
        note: `signed: ${onTop(signed)} on top of plain axios, ${onTop(signed / asLong)} on top of as many bytes`,
      },
      {
        id: 'axios-own',
        title: 'GET through axios, no network',
        unit: 'us',
        rows: await race(unsent, { rounds: quick ? 51 : 301 }),
      },
    ];
  } finally {
    httpAgent.destroy();
    await worker.terminate();
  }
}

function clients(config) {
  return Object.fromEntries(
    Object.entries(INTERCEPTORS).map(([name, interceptor]) => {
      const client = axios.create(config);
      const intercept = interceptor();
      if (intercept !== undefined) client.interceptors.request.use(intercept);
      return [name, client];
    }),
  );
}

/** @param {number} ratio */
function onTop(ratio) {
  return `${((ratio - 1) * 100).toFixed(0)} %`;
}

function amz(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-')));
}

/** On a thread of its own, so that it takes no time of the client's. */
const SERVER = `
  const { parentPort } = require('node:worker_threads');
  const body = JSON.stringify({ items: Array.from({ length: 10 }, (_, id) => ({ id, name: 'tea' })) });
  const server = require('node:http').createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

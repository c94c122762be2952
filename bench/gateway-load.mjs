// Gateways under load, each in a process of its own: for bench/gateway.mjs, and for a row of `make bench`.

import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import autocannon from 'autocannon';

import { presignUrl, Signer } from '../pkg/esm/index.js';

const CONNECTIONS = 32;

const region = 'eu-west-1';
const service = 'execute-api';
const credentials = {
  accessKeyId: 'AKIABENCH',
  secretAccessKey: 'of nobody but this measurement',
};
const folder = await mkdtemp(join(tmpdir(), 'sigv4-bench-'));

/** @param {'iam' | 'none'} auth */
export async function startGateway(auth) {
  const config = join(folder, `${auth}.json`);
  const policies = [
    {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' },
    },
  ];
  await writeFile(
    config,
    JSON.stringify({
      region,
      routes: [{ route: 'ANY /{proxy+}', auth }],
      users: { bench: { policies, accessKeys: [credentials] } },
      throttle: { rate: 1_000_000, burst: 1_000_000 },
    }),
  );
  const sigv4 = fileURLToPath(new URL('../devtools/bin/sigv4.js', import.meta.url));
  const child = spawn(process.execPath, [sigv4, 'gateway', '--port', '0', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const origin = await new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
    // The access log is written and read, as on a terminal.
    child.stdout.on('data', (text) => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(String(text));
      if (found) resolve(found[0]);
    });
  });
  const health = async () => (await fetch(`${origin}/_sigv4/health`)).json();
  return { origin, health, isRunning: () => child.exitCode === null, stop: () => child.kill() };
}

/**
 * @param {string} origin
 * @returns {Promise<{ good: autocannon.Request[], bad: autocannon.Request[] }>}
 */
export async function makeRequests(origin) {
  const signer = new Signer({ credentials, region, service });
  const elsewhere = new Signer({ credentials, region: 'us-east-1', service });
  const stranger = new Signer({
    credentials: { ...credentials, accessKeyId: 'AKIANOBODY' },
    region,
    service,
  });
  const order = JSON.stringify({ item: 'smørrebrød', pieces: 3, note: 'x'.repeat(1000) });
  const get = (i) => ({ url: `${origin}/prod/orders/${i}?status=open&limit=${i}` });
  const post = (i) => ({
    method: 'POST',
    url: `${origin}/prod/orders?i=${i}`,
    headers: { 'content-type': 'application/json' },
    body: order,
  });
  const good = [];
  const bad = [];
  for (let i = 0; i < 50; i++) {
    // Longer than the measurement: other signatures are valid for five minutes.
    const presigned = await presignUrl(get(i).url, { credentials, region, service, expiresIn: 3600 });
    good.push(
      toRequest(await signer.sign(get(i))),
      toRequest(await signer.sign(post(i))),
      toRequest({ url: presigned }),
    );
  }
  const signed = await signer.sign(post(0));
  bad.push(
    toRequest({ ...signed, body: order.replace('3', '30') }),
    toRequest({ ...signed, url: `${signed.url}&admin=1` }),
    toRequest(await elsewhere.sign(get(0))),
    toRequest(await stranger.sign(get(0))),
    toRequest(get(0)),
    toRequest({ ...(await signer.sign(get(0))), url: `${origin}/nowhere` }),
    toRequest({ url: get(0).url, headers: { authorization: 'AWS4-HMAC-SHA256 Credential=nonsense' } }),
    toRequest({ url: `${origin}/prod/%zz?%&==&X-Amz-Signature=0` }),
  );
  return { good, bad };
}

/** @returns {autocannon.Request} */
function toRequest({ method = 'GET', url, headers = {}, body }) {
  return { method, path: url.slice(new URL(url).origin.length), headers: { ...headers }, body };
}

/**
 * @param {string} origin
 * @param {autocannon.Request[]} requests
 * @param {number} duration  seconds
 */
export async function load(origin, requests, duration) {
  const result = await autocannon({ url: origin, requests, duration, connections: CONNECTIONS });
  const counts = Object.fromEntries(
    Object.entries(result.statusCodeStats).map(([status, { count }]) => [status, count]),
  );
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    perSecond: total / result.duration,
    total,
    counts,
    errors: result.errors + result.timeouts,
    p99: result.latency.p99,
  };
}

/**
 * The same good requests to a gateway with verification and policies, and to one without, in turns, so that what else the machine
 * does meets both; signed again each time, since the first ones may be too old.
 *
 * @param {number} turns
 * @param {number} seconds  of each
 */
export async function compare(turns, seconds) {
  const speeds = { iam: /** @type {number[]} */ ([]), none: /** @type {number[]} */ ([]) };
  const costs = { iam: /** @type {number[]} */ ([]), none: /** @type {number[]} */ ([]) };
  const gateways = { iam: await startGateway('iam'), none: await startGateway('none') };
  let isFine = true;
  for (let turn = 0; turn < turns; turn++) {
    for (const auth of /** @type {const} */ (['iam', 'none'])) {
      const { origin, health } = gateways[auth];
      const { good: requests } = await makeRequests(origin);
      const { cpuSeconds } = await health();
      const { perSecond, total, counts, errors } = await load(origin, requests, seconds);
      isFine &&= errors === 0 && Object.keys(counts).join() === '200';
      speeds[auth].push(perSecond);
      costs[auth].push((1e6 * ((await health()).cpuSeconds - cpuSeconds)) / total);
    }
  }
  for (const gateway of Object.values(gateways)) gateway.stop();
  return { speeds, costs, isFine };
}

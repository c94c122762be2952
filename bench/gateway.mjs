// `node bench/gateway.mjs [--seconds 120]`: the gateway under load, in a process of its own. Signed requests with bad ones
// mixed in, for its errors and its memory; then good ones only, with and without verification in turns, for its speed.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import autocannon from 'autocannon';

import { presignUrl, Signer } from '../pkg/esm/index.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '120' } } });
const SECONDS = Number(values.seconds);
const TURNS = 3;
const TURN_SECONDS = Math.max(2, Math.round(SECONDS / 12));
const CONNECTIONS = 32;
const WARM_UP_SECONDS = Math.min(10, SECONDS / 4);

const region = 'eu-west-1';
const service = 'execute-api';
const credentials = {
  accessKeyId: 'AKIABENCH',
  secretAccessKey: 'of nobody but this measurement',
};
const folder = await mkdtemp(join(tmpdir(), 'sigv4-bench-'));

/** @param {'iam' | 'none'} auth */
async function startGateway(auth) {
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
    // The access log is written and read, as where somebody looks at it.
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
async function makeRequests(origin) {
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
    // Longer than the measurement: other signatures are good for five minutes.
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
async function load(origin, requests, duration) {
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

console.log(
  `${cpus()[0]?.model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}, Node.js ${process.version}`,
);
let isFine = true;

const verifying = await startGateway('iam');
const { good, bad } = await makeRequests(verifying.origin);
{
  // A bad one after every seven good ones.
  const mixed = Array.from({ length: 56 }, (_, i) => [
    ...good.slice(i * 2, i * 2 + 7),
    bad[i % bad.length],
  ]).flat();
  const samples = /** @type {number[]} */ ([]);
  let isOver = false;
  const sampling = (async () => {
    await sleep(WARM_UP_SECONDS * 1000);
    while (!isOver) {
      samples.push((await verifying.health()).rssBytes / 2 ** 20);
      await sleep(1000);
    }
  })();
  const { perSecond, counts, errors, p99 } = await load(verifying.origin, mixed, SECONDS);
  isOver = true;
  await sampling;
  const third = Math.ceil(samples.length / 3);
  const mean = (/** @type {number[]} */ list) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const [first, last] = [mean(samples.slice(0, third)), mean(samples.slice(-third))];
  const own = Object.entries(counts).filter(([status]) => Number(status) >= 500);
  isFine = errors === 0 && own.length === 0 && verifying.isRunning() && last < first * 1.15;
  console.log(
    `${SECONDS} s, one bad request in eight: ${perSecond.toFixed(0)} requests/s, p99 ${p99} ms, statuses ${JSON.stringify(counts)}, errors ${errors}`,
  );
  const every10 = samples.filter((_, i) => i % 10 === 0).map((one) => one.toFixed(0));
  console.log(
    `memory after ${WARM_UP_SECONDS} s, every 10 s: ${every10.join(', ')} MiB; mean of the first third ${first.toFixed(0)}, of the last ${last.toFixed(0)}`,
  );
}
verifying.stop();

// In turns, so that what else the machine does meets both; signed anew, since the first ones may be too old.
const speeds = { iam: /** @type {number[]} */ ([]), none: /** @type {number[]} */ ([]) };
const costs = { iam: /** @type {number[]} */ ([]), none: /** @type {number[]} */ ([]) };
const gateways = { iam: await startGateway('iam'), none: await startGateway('none') };
for (let turn = 0; turn < TURNS; turn++) {
  for (const auth of /** @type {const} */ (['iam', 'none'])) {
    const { origin, health } = gateways[auth];
    const { good: requests } = await makeRequests(origin);
    const { cpuSeconds } = await health();
    const { perSecond, total, counts, errors } = await load(origin, requests, TURN_SECONDS);
    isFine &&= errors === 0 && Object.keys(counts).join() === '200';
    speeds[auth].push(perSecond);
    costs[auth].push((1e6 * ((await health()).cpuSeconds - cpuSeconds)) / total);
  }
}
for (const gateway of Object.values(gateways)) gateway.stop();
const shown = (/** @type {number[]} */ list) => list.map((one) => one.toFixed(0)).join(', ');
const share = (100 * Math.max(...speeds.iam)) / Math.max(...speeds.none);
console.log(`good requests only, ${TURNS} turns of ${TURN_SECONDS} s:`);
console.log(`  with verification     ${shown(speeds.iam)} requests/s; CPU ${shown(costs.iam)} us each`);
console.log(`  without               ${shown(speeds.none)} requests/s; CPU ${shown(costs.none)} us each`);
console.log(`  the best with verification is ${share.toFixed(0)} % of the best without`);
console.log(isFine ? 'fine' : 'NOT fine');
process.exitCode = isFine ? 0 : 1;

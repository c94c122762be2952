// `node bench/load.mjs [--seconds 60] [--clients 1000]`, after `make devtools`: that many axios clients at once against a
// gateway, while their credentials are replaced every second. Nothing may be lost, refused or mixed up: it exits with 1 if
// anything is.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import axios from 'axios';

import { sigv4Interceptor } from '../pkg/esm/axios.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, clients: { type: 'string', default: '1000' } },
});
const SECONDS = Number(values.seconds);
const CLIENTS = Number(values.clients);
/** A signer asks its provider again after half the lifetime of credentials this short. */
const LIFETIME_SECONDS = 2;

const gateway = await startGateway();
const provider = countedProvider(gateway);
const interceptor = sigv4Interceptor({
  credentials: provider.get,
  region: 'eu-west-1',
  service: 'execute-api',
  match: (url) => url.origin === gateway.origin,
});
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
/** @type {Record<string, number>} */
const outcomes = {};
let wrongBodies = 0;

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const started = performance.now();
const cpu = process.cpuUsage();
const until = started + SECONDS * 1000;
await Promise.all(Array.from({ length: CLIENTS }, (_, number) => runClient(number)));
const elapsed = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
gateway.stop();

const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
const millis = (/** @type {number} */ nanos) => (nanos / 1e6).toFixed(0);
console.log(
  [
    `${CLIENTS} clients for ${elapsed.toFixed(0)} s: ${total} requests, ${(total / elapsed).toFixed(0)} a second`,
    `outcomes: ${JSON.stringify(outcomes)}; wrong bodies: ${wrongBodies}`,
    `credentials: ${provider.calls()} calls of the provider for ${provider.issued()} rotations`,
    `event loop of the clients: delay p50 ${millis(delay.percentile(50))} ms, p99 ${millis(delay.percentile(99))} ms, ` +
      `most ${millis(delay.max)} ms; ${((user + system) / total).toFixed(0)} us of CPU for each request`,
  ].join('\n'),
);
const isRight =
  total > 0 && outcomes[200] === total && wrongBodies === 0 && provider.calls() === provider.issued();
if (!isRight) {
  console.error('load: something was lost, refused or mixed up');
  process.exitCode = 1;
}

/** @param {number} number */
async function runClient(number) {
  const client = axios.create({
    baseURL: `${gateway.origin}/prod`,
    httpAgent: agent,
    validateStatus: () => true,
  });
  client.interceptors.request.use(interceptor);
  for (let i = 0; performance.now() < until; i++) {
    const body = `${number}/${i}/${randomBytes(8).toString('hex')}`;
    try {
      const { status, data } = await client.post(`/items/${number}?i=${i}`, body, {
        headers: { 'content-type': 'text/plain' },
      });
      const outcome = status === 200 ? '200' : `${status} ${data?.message?.slice(0, 60)}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (status === 200 && Buffer.from(data.body, 'base64').toString() !== body && data.body !== body) {
        wrongBodies++;
      }
    } catch (error) {
      const { code, message } = /** @type {any} */ (error);
      const outcome = code ?? message;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  }
}

/**
 * Asks the endpoint of the gateway, as in a container of ECS.
 *
 * @param {{ origin: string, token: string }} gateway
 */
function countedProvider({ origin, token }) {
  let calls = 0;
  const keys = new Set();
  return {
    calls: () => calls,
    issued: () => keys.size,
    get: async () => {
      calls++;
      const response = await fetch(`${origin}/_sigv4/credentials`, { headers: { authorization: token } });
      const issued = await response.json();
      keys.add(issued.AccessKeyId);
      return issued;
    },
  };
}

async function startGateway() {
  const folder = await mkdtemp(join(tmpdir(), 'sigv4-load-'));
  const config = join(folder, 'gateway.json');
  const policies = [
    { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' } },
  ];
  await writeFile(
    config,
    JSON.stringify({
      region: 'eu-west-1',
      routes: [{ route: 'ANY /{proxy+}' }],
      roles: { load: { policies } },
      sessionSeconds: LIFETIME_SECONDS,
      throttle: { rate: 1_000_000, burst: 1_000_000 },
    }),
  );
  const sigv4 = fileURLToPath(new URL('../devtools/bin/sigv4.js', import.meta.url));
  const child = spawn(process.execPath, [sigv4, 'gateway', '--port', '0', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  /** @type {{ origin: string, token: string }} */
  const { origin, token } = await new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      if (text.length > 10_000) return;
      text += chunk;
      const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      const token = /AWS_CONTAINER_AUTHORIZATION_TOKEN=(\S+)/.exec(text)?.[1];
      if (origin && token) resolve({ origin, token: token.replace(/^['"]|['"]$/g, '') });
    });
  });
  return { origin, token, stop: () => child.kill() };
}

// Proxies under load, each in a process of its own: for bench/proxy.mjs, and for a row of `make bench`.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { load } from './gateway-load.mjs';

const TOKEN = 'of-nobody-but-this-measurement';
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'AKIABENCH',
  AWS_SECRET_ACCESS_KEY: 'of nobody but this measurement',
  SIGV4_PROXY_TOKEN: TOKEN,
};

/** What answers behind the proxies: 1 kB. It ends with this process. */
const UPSTREAM = `
const body = Buffer.from(JSON.stringify({ orders: 'x'.repeat(1000) }));
const headers = {
  'content-type': 'application/json',
  'content-length': body.length,
  'x-amzn-requestid': 'c6104cbe-af31-11e0-8154-cbc7ccf896c7',
};
const server = require('node:http').createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  incoming.resume().on('end', () => outgoing.writeHead(200, headers).end(body));
});
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
process.stdin.resume().on('end', () => process.exit());
`;

export const SIGNED = 'with signing';
export const UNSIGNED = 'without';

/** How each kind is started. @type {Record<string, string[]>} */
const KINDS = { [SIGNED]: [], [UNSIGNED]: ['--no-sign'] };

/** @param {string[]} args  of Node.js */
async function start(...args) {
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...ENVIRONMENT },
  });
  /** @type {string} */
  const origin = await new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => reject(new Error(`it ended with ${code}`)));
    // The log is written and read, as where somebody looks at it.
    child.stdout.on('data', (text) => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(String(text));
      if (found) resolve(found[0]);
    });
  });
  return { origin, isRunning: () => child.exitCode === null, stop: () => child.kill() };
}

export function startUpstream() {
  return start('--eval', UPSTREAM);
}

/**
 * @param {string} upstream
 * @param {string} kind
 */
export async function startProxy(upstream, kind) {
  const sigv4 = fileURLToPath(new URL('../devtools/bin/sigv4.js', import.meta.url));
  const scope = ['--region', 'eu-west-1', '--service', 'execute-api', '--port', '0'];
  const proxy = await start(sigv4, 'proxy', upstream, ...scope, ...KINDS[kind]);
  const metrics = async () => {
    const response = await fetch(`${proxy.origin}/_sigv4/metrics`, {
      headers: { 'x-sigv4-proxy-token': TOKEN },
    });
    const text = await response.text();
    const value = (/** @type {string} */ name) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
    return {
      cpuSeconds: value('process_cpu_seconds_total'),
      rssBytes: value('process_resident_memory_bytes'),
    };
  };
  return { ...proxy, metrics };
}

/** Two GET to one POST of 1 kB. */
export function makeRequests() {
  const body = JSON.stringify({ item: 'smørrebrød', pieces: 3, note: 'x'.repeat(1000) });
  const headers = { 'x-sigv4-proxy-token': TOKEN, accept: 'application/json', 'user-agent': 'bench/1.0' };
  return Array.from({ length: 50 }, (_, i) => [
    { method: /** @type {const} */ ('GET'), path: `/prod/orders/${i}?status=open&limit=${i}`, headers },
    { method: /** @type {const} */ ('GET'), path: `/prod/orders?page=${i}`, headers },
    {
      method: /** @type {const} */ ('POST'),
      path: `/prod/orders?i=${i}`,
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    },
  ]).flat();
}

/**
 * The same requests through a proxy that signs and through one that does not, in turns, so that what else the machine does meets
 * both.
 *
 * @param {number} turns
 * @param {number} seconds  of each
 */
export async function compare(turns, seconds) {
  const upstream = await startUpstream();
  const kinds = Object.keys(KINDS);
  const requests = makeRequests();
  const results = Object.fromEntries(
    kinds.map((kind) => [
      kind,
      {
        perSecond: /** @type {number[]} */ ([]),
        cpuMicros: /** @type {number[]} */ ([]),
        p99: /** @type {number[]} */ ([]),
      },
    ]),
  );
  let isFine = true;
  /** @type {Record<string, Awaited<ReturnType<typeof startProxy>>>} */
  const proxies = {};
  for (const kind of kinds) proxies[kind] = await startProxy(upstream.origin, kind);
  // What is compiled late counts for neither.
  for (const kind of kinds) await load(proxies[kind].origin, requests, 2);
  for (let turn = 0; turn < turns; turn++) {
    for (const kind of turn % 2 === 0 ? kinds : [...kinds].reverse()) {
      const { origin, metrics } = proxies[kind];
      const before = await metrics();
      const { perSecond, total, counts, errors, p99 } = await load(origin, requests, seconds);
      isFine &&= errors === 0 && Object.keys(counts).join() === '200';
      results[kind].perSecond.push(perSecond);
      results[kind].cpuMicros.push((1e6 * ((await metrics()).cpuSeconds - before.cpuSeconds)) / total);
      results[kind].p99.push(p99);
    }
  }
  for (const proxy of Object.values(proxies)) proxy.stop();
  upstream.stop();
  return { results, isFine };
}

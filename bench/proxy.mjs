// `node bench/proxy.mjs [--seconds 120]`: the proxy under load, in a process of its own. First for its memory, its p99 and its errors;
// then with and without signing in turns, for its speed and its CPU time.

import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { load } from './gateway-load.mjs';
import { quantile } from './harness.mjs';
import { compare, makeRequests, SIGNED, startProxy, startUpstream, UNSIGNED } from './proxy-load.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '120' } } });
const SECONDS = Number(values.seconds);
const TURNS = 9;
const TURN_SECONDS = Math.max(2, Math.round(SECONDS / 30));
const WARM_UP_SECONDS = Math.min(10, SECONDS / 4);

console.log(
  `${cpus()[0]?.model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}, Node.js ${process.version}`,
);
let isFine = true;

const upstream = await startUpstream();
const proxy = await startProxy(upstream.origin, SIGNED);
{
  const samples = /** @type {number[]} */ ([]);
  let isOver = false;
  const sampling = (async () => {
    await sleep(WARM_UP_SECONDS * 1000);
    while (!isOver) {
      samples.push((await proxy.metrics()).rssBytes / 2 ** 20);
      await sleep(1000);
    }
  })();
  const { perSecond, counts, errors, p99 } = await load(proxy.origin, makeRequests(), SECONDS);
  isOver = true;
  await sampling;
  const third = Math.ceil(samples.length / 3);
  const mean = (/** @type {number[]} */ list) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const [first, last] = [mean(samples.slice(0, third)), mean(samples.slice(-third))];
  isFine = errors === 0 && Object.keys(counts).join() === '200' && proxy.isRunning() && last < first * 1.15;
  console.log(
    `${SECONDS} s: ${perSecond.toFixed(0)} requests/s, p99 ${p99} ms, statuses ${JSON.stringify(counts)}, errors ${errors}`,
  );
  const every10 = samples.filter((_, i) => i % 10 === 0).map((one) => one.toFixed(0));
  console.log(
    `memory after ${WARM_UP_SECONDS} s, every 10 s: ${every10.join(', ')} MiB; mean of the first third ${first.toFixed(0)}, of the last ${last.toFixed(0)}`,
  );
}
proxy.stop();
upstream.stop();

const { results, isFine: isComparable } = await compare(TURNS, TURN_SECONDS);
isFine &&= isComparable;
const shown = (/** @type {number[]} */ list) => list.map((one) => one.toFixed(0)).join(', ');
console.log(`in turns, ${TURNS} of ${TURN_SECONDS} s each:`);
for (const [kind, { perSecond, cpuMicros, p99 }] of Object.entries(results))
  console.log(
    `  ${kind.padEnd(14)} ${shown(perSecond)} requests/s; CPU ${shown(cpuMicros)} us each; p99 ${shown(p99)} ms`,
  );
const shares = results[SIGNED].perSecond.map((one, turn) => (100 * one) / results[UNSIGNED].perSecond[turn]);
console.log(
  `  with signing, of without, turn by turn: ${shown(shares)} %; the median ${quantile(shares, 0.5).toFixed(0)} %`,
);
console.log(isFine ? 'fine' : 'NOT fine');
process.exitCode = isFine ? 0 : 1;

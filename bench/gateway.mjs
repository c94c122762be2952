// `node bench/gateway.mjs [--seconds 120]`: the gateway under load, in a process of its own. Signed requests with bad ones
// mixed in, for its errors and its memory; then good ones only, with and without verification in turns, for its speed.

import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { compare, load, makeRequests, startGateway } from './gateway-load.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '120' } } });
const SECONDS = Number(values.seconds);
const TURNS = 3;
const TURN_SECONDS = Math.max(2, Math.round(SECONDS / 12));
const WARM_UP_SECONDS = Math.min(10, SECONDS / 4);

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

const { speeds, costs, isFine: isComparable } = await compare(TURNS, TURN_SECONDS);
isFine &&= isComparable;
const shown = (/** @type {number[]} */ list) => list.map((one) => one.toFixed(0)).join(', ');
const share = (100 * Math.max(...speeds.iam)) / Math.max(...speeds.none);
console.log(`good requests only, ${TURNS} turns of ${TURN_SECONDS} s:`);
console.log(`  with verification     ${shown(speeds.iam)} requests/s; CPU ${shown(costs.iam)} us each`);
console.log(`  without               ${shown(speeds.none)} requests/s; CPU ${shown(costs.none)} us each`);
console.log(`  the best with verification is ${share.toFixed(0)} % of the best without`);
console.log(isFine ? 'fine' : 'NOT fine');
process.exitCode = isFine ? 0 : 1;

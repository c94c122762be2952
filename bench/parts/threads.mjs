// Throughput on two worker threads, against one.

import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

import { quantile } from '../harness.mjs';
import { AWS4 } from '../peers-node.mjs';
import { OURS } from '../peers.mjs';
import { gateway, get, temporary } from '../requests.mjs';

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const millis = quick ? 300 : 1000;
  const cells = [OURS, AWS4].flatMap((name) => [1, 2].map((threads) => ({ name, threads, samples: [] })));
  for (let round = 0; round < (quick ? 3 : 7); round++) {
    for (const { name, threads, samples } of cells) samples.push(await throughput(name, threads, millis));
  }
  const rows = cells.map(({ name, threads, samples }) => ({
    name: `${name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    value: quantile(samples, 0.5) / 1000,
  }));
  const note = `${availableParallelism()} cores`;
  const title = 'Throughput, GET with temporary credentials';
  return [{ id: 'threads', title, unit: 'thousand/s', rows, note }];
}

async function throughput(name, threads, millis) {
  const workers = Array.from(
    { length: threads },
    () => new Worker(fileURLToPath(import.meta.url), { workerData: { name, millis } }),
  );
  const replies = () =>
    Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  await replies(); // all are warm
  const done = replies();
  for (const worker of workers) worker.postMessage('go');
  const rates = await done;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return rates.reduce((sum, rate) => sum + rate, 0);
}

/** One thread: signatures per second. */
async function work({ name, millis }) {
  const [{ Signer }, { ours }, { aws4Peer }] = await Promise.all([
    import('../../pkg/esm/index.js'),
    import('../peers.mjs'),
    import('../peers-node.mjs'),
  ]);
  const sign = (name === OURS ? ours(Signer) : aws4Peer)(temporary, gateway);
  const run = (/** @type {number} */ time) => {
    const start = performance.now();
    let count = 0;
    for (; performance.now() < start + time; count += 100) for (let i = 0; i < 100; i++) sign(get);
    return (count * 1000) / (performance.now() - start);
  };
  run(300);
  parentPort.once('message', () => parentPort.postMessage(run(millis)));
  parentPort.postMessage('warm');
}

if (!isMainThread && workerData?.name) await work(workerData);

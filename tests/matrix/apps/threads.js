// Node.js: in two worker threads at once, and in the thread that started them.

import { isMainThread, parentPort, Worker } from 'node:worker_threads';

import { check } from './check.js';

if (isMainThread) {
  const thread = () =>
    new Promise((resolve, reject) => {
      new Worker(new URL(import.meta.url)).once('message', resolve).once('error', reject);
    });
  const outcomes = await Promise.all([thread(), thread(), check()]);
  const joined = (key) => outcomes.flatMap((outcome) => outcome[key]);
  console.log(
    JSON.stringify({ passed: outcomes[2].passed, failed: joined('failed'), skipped: joined('skipped') }),
  );
} else {
  parentPort.postMessage(await check());
}

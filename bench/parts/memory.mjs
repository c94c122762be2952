// Memory over many signatures with credentials that change, and after a large body. In a process of its own, so that
// nothing else is in it.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { gateway, get, post } from '../requests.mjs';

const KINDS = /** @type {const} */ (['heap', 'buffers', 'wasm', 'rss']);

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const count = quick ? 200_000 : 10_000_000;
  const out = execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), String(count)], {
    encoding: 'utf8',
  });
  const { checkpoints, body } = JSON.parse(out);
  const [warm, last] = [checkpoints[0], checkpoints.at(-1)];
  const grown = (before, after) =>
    KINDS.map((name) => ({ name, value: (after[name] - before[name]) / 1000 }));
  const rows = checkpoints.flatMap((each) =>
    KINDS.map((name) => ({ name: `${name} after ${each.signed}`, value: each[name] / 1e6 })),
  );
  return [
    {
      id: 'memory',
      title: 'Memory in use',
      unit: 'MB',
      rows: rows.filter(({ name }) => !name.startsWith('buffers')),
    },
    {
      id: 'memory-grown',
      title: `Growth of memory from ${warm.signed} to ${last.signed} signatures`,
      unit: 'kB',
      rows: grown(warm, last),
      note: 'credentials change every 100 signatures; after a collection; buffers: outside of the heap',
    },
    {
      id: 'memory-body',
      title: 'What bodies of 64 MiB leave behind',
      unit: 'kB',
      rows: grown(body.before, body.after),
      note: 'a string and bytes, each signed three times',
    },
  ];
}

/** The child. */
async function measure(count) {
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(/** @type {[WebAssembly.Module, any]} */ ...args) {
      super(...args);
      memories.push(/** @type {any} */ (this.exports).memory);
    }
  };
  const { Signer } = await import('../../pkg/esm/index.js');
  const now = async () => {
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    const wasm = memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
    return { heap: heapUsed, buffers: external, wasm, rss };
  };

  // Ten points, the first after a tenth: until then caches fill.
  const checkpoints = [];
  let signer;
  for (let signed = 1; signed <= count; signed++) {
    if (signed % 100 === 1) signer = new Signer({ credentials: credentials(signed), ...gateway });
    signer.signSync(get);
    if (signed % (count / 10) === 0) checkpoints.push({ signed, ...(await now()) });
  }

  const sign = (makeBody) => {
    const large = new Signer({ credentials: credentials(0), ...gateway });
    large.signSync(post(makeBody()));
  };
  const bodies = [() => Buffer.alloc(64 << 20, 'sigv4'), () => 'x'.repeat(64 << 20)];
  const before = await now();
  for (const body of bodies) for (let i = 0; i < 3; i++) sign(body);
  const after = await now();
  console.log(JSON.stringify({ checkpoints, body: { before, after } }));
}

function credentials(n) {
  const text = n.toString(36).padStart(16, '0').toUpperCase();
  return {
    accessKeyId: `ASIA${text}`,
    secretAccessKey: text.repeat(3).slice(0, 40),
    sessionToken: text.repeat(50),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measure(Number(process.argv[2]));

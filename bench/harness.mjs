// Interleaved timing: A B C A B C …, so that a machine that slows down slows all alike. What counts is the ratio of
// medians within one run.

/**
 * @param {Record<string, () => unknown>} contestants  synchronous or asynchronous; the first is ours
 * @param {{ rounds?: number, sliceMillis?: number }} [options]  each contestant runs `rounds` slices of this length
 * @returns {Promise<{ name: string, micros: number, ratio: number, spread: number }[]>}  microseconds per call;
 *   `ratio` to the first; `spread` between the quartiles, relative to the median
 */
export async function race(contestants, { rounds = 31, sliceMillis = 20 } = {}) {
  const entries = Object.entries(contestants);
  const samples = new Map(entries.map(([name]) => [name, /** @type {number[]} */ ([])]));
  const counts = new Map();
  for (const [name, run] of entries) {
    await timed(run, 200);
    const micros = (await timed(run, 500)) * 1000;
    counts.set(name, Math.max(1, Math.round((sliceMillis * 1000) / micros)));
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of entries) samples.get(name).push((await timed(run, counts.get(name))) * 1000);
  }
  const first = quantile(samples.get(entries[0][0]), 0.5);
  return entries.map(([name]) => {
    const micros = quantile(samples.get(name), 0.5);
    const spread = (quantile(samples.get(name), 0.75) - quantile(samples.get(name), 0.25)) / micros;
    return { name, micros, ratio: micros / first, spread };
  });
}

/** Milliseconds per call. */
async function timed(run, count) {
  const isAsync = typeof run()?.then === 'function';
  const start = performance.now();
  if (isAsync) for (let i = 0; i < count; i++) await run();
  else for (let i = 0; i < count; i++) run();
  return (performance.now() - start) / count;
}

function quantile(values, at) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * at)];
}

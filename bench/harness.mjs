// Interleaved timing: A B C C B A A B C …, so that a machine that slows down slows all alike. The result is the ratio of medians
// within one run. Slices are short, so that other work of the machine disturbs few of them.

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {number} value
 * @property {number} [ratio]  to the first row
 * @property {number} [paired]  the median of the ratios within each round: for ratios near 1
 * @property {number} [exponent]  of time against size: 1 is linear
 * @property {number} [fastest]  of all rounds
 * @property {number} [spread]  between the quartiles, relative to the median
 *
 * @typedef {{ id: string, title: string, unit: string, rows: Row[], note?: string }} Table
 */

/**
 * @param {Record<string, () => unknown>} contestants  synchronous or asynchronous; the first is ours
 * @param {{ rounds?: number, sliceMillis?: number, warmMillis?: number }} [options]  each contestant runs `rounds`
 *   slices of this length
 * @returns {Promise<Row[]>}  microseconds per call
 */
export async function race(contestants, { rounds = 151, sliceMillis = 2, warmMillis = 300 } = {}) {
  const entries = [];
  for (const [name, run] of Object.entries(contestants)) {
    const isAsync = typeof run()?.then === 'function';
    const micros = await warm(run, isAsync, warmMillis);
    entries.push({
      name,
      run,
      isAsync,
      count: Math.max(1, Math.round((sliceMillis * 1000) / micros)),
      samples: [],
    });
  }
  const first = entries[0].samples;
  for (let round = 0; round < rounds; round++) {
    for (const { run, isAsync, count, samples } of entries) samples.push(await timed(run, isAsync, count));
    entries.reverse(); // whom somebody comes after is not always the same
  }
  if (rounds % 2 === 1) entries.reverse();
  return entries.map(({ name, samples }) => {
    const value = quantile(samples, 0.5);
    return {
      name,
      value,
      fastest: Math.min(...samples),
      ratio: value / quantile(first, 0.5),
      paired: quantile(
        samples.map((sample, round) => sample / first[round]),
        0.5,
      ),
      spread: (quantile(samples, 0.75) - quantile(samples, 0.25)) / value,
    };
  });
}

/** Runs for a while, at least twice. Returns microseconds per call at the end of it. */
async function warm(run, isAsync, millis) {
  const end = performance.now() + millis;
  let count = 1;
  for (;;) {
    const micros = await timed(run, isAsync, count);
    if (performance.now() >= end) return micros;
    if (micros * count < 50_000) count *= 2;
  }
}

/** Microseconds per call. */
async function timed(run, isAsync, count) {
  const start = performance.now();
  if (isAsync) for (let i = 0; i < count; i++) await run();
  else for (let i = 0; i < count; i++) run();
  return ((performance.now() - start) * 1000) / count;
}

/** @param {number[]} values @param {number} at  0.5 is the median */
export function quantile(values, at) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * at)];
}

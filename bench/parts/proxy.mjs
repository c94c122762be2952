// The local proxy under load: with signing, and without. It needs the devtools (`make devtools`).

import { existsSync } from 'node:fs';

import { quantile } from '../harness.mjs';

export const PROXY_SIGNED = 'with signing';
export const PROXY_UNSIGNED = 'without';

/** @returns {Promise<import('../harness.mjs').Table[]>} none without the devtools */
export async function run({ quick }) {
  if (!existsSync(new URL('../../devtools/node_modules', import.meta.url))) return [];
  const { compare, SIGNED, UNSIGNED } = await import('../proxy-load.mjs');
  const { results, isFine } = await compare(quick ? 5 : 9, quick ? 2 : 4);
  if (!isFine) throw new Error('the proxy lost or refused a request');
  const rows = (
    /** @type {'perSecond' | 'cpuMicros' | 'p99'} */ what,
    /** @type {(list: number[]) => number} */ best,
  ) => [
    { name: PROXY_SIGNED, value: best(results[SIGNED][what]) },
    { name: PROXY_UNSIGNED, value: best(results[UNSIGNED][what]) },
  ];
  const median = (/** @type {number[]} */ list) => quantile(list, 0.5);
  // Of both halves of a turn, which ran one after the other: what else the machine does changes from one turn to the next.
  const share = median(results[SIGNED].perSecond.map((one, turn) => one / results[UNSIGNED].perSecond[turn]));
  const [signed, ...others] = rows('perSecond', median);
  const title = 'The proxy, three processes on one machine';
  return [
    { id: 'proxy', title, unit: '1/s', rows: [{ ...signed, paired: share }, ...others] },
    {
      id: 'proxy-cpu',
      title: 'The proxy: CPU time of a request',
      unit: 'us',
      rows: rows('cpuMicros', median),
    },
    { id: 'proxy-p99', title: 'The proxy: p99 under full load', unit: 'ms', rows: rows('p99', median) },
  ];
}

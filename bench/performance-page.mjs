// The tables of docs/performance.md, from the tables of a run. `node bench/chart.mjs` writes them again, too.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';

import { number } from './targets.mjs';

const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url));

/** By the name between the markers of the page: the table of a run, and the head of its figures. */
const TABLES = { 'cold-start': 'ms', 'presign-many': 'ms', 'axios-own': 'µs' };

/** @param {import('./harness.mjs').Table[]} tables */
export async function writePerformancePage(tables) {
  let text = readFileSync(PAGE, 'utf8');
  for (const [id, unit] of Object.entries(TABLES)) {
    const table = tables.find((table) => table.id === id);
    if (table === undefined) continue;
    const between = new RegExp(`(?<=<!-- ${id}: .*? -->\\n)[^]*?(?=<!-- end of ${id} -->)`);
    if (!between.test(text)) throw new Error(`docs/performance.md has no markers for the table ${id}`);
    const scale = table.unit === 'us' && unit === 'ms' ? 1000 : 1;
    const rows = [...table.rows]
      .sort((a, b) => a.value - b.value)
      .map(({ name, value }) => `| ${name} | ${number(value / scale)} |`);
    text = text.replace(between, () => `\n| what | ${unit} |\n| --- | --: |\n${rows.join('\n')}\n\n`);
  }
  writeFileSync(PAGE, await format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}

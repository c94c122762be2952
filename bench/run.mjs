// `make bench`: how long signing takes, ours against its peers. `node bench/run.mjs [--quick] [PART…]` runs parts of it;
// the report of a whole run is kept in bench/results, with its charts.

import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';
import { parseArgs } from 'node:util';

import { drawCharts } from './chart.mjs';
import { writePerformancePage } from './performance-page.mjs';
import { judge, number } from './targets.mjs';

const PARTS = [
  ...[
    'sign',
    'bodies',
    'floor',
    'presign',
    'axios',
    'chunked',
    'sigv4a',
    'server',
    'gateway',
    'proxy',
    'cold-start',
    'bundle',
    'threads',
    'browser',
  ],
  ...['growth', 'native', 'memory'],
];

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !PARTS.includes(name));
if (unknown.length > 0) {
  console.error(`bench: no part is named ${unknown.join(', ')}. There are: ${PARTS.join(', ')}`);
  process.exit(2);
}
process.chdir(new URL('..', import.meta.url).pathname);

const environment = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  load: Number(loadavg()[0].toFixed(1)), // of everything else, at the start
  node: process.version,
  platform: `${platform()}-${arch()}`,
  date: new Date().toISOString().slice(0, 10),
  quick: values.quick,
};
console.log(
  Object.entries(environment)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', '),
);

/** @type {import('./harness.mjs').Table[]} */
const tables = [];
const parts = positionals.length > 0 ? positionals : PARTS;
for (const name of parts) {
  const { run } = await import(`./parts/${name}.mjs`);
  const measured = await run(values);
  for (const table of measured) print(table);
  tables.push(...measured);
}
const targets = judge(tables);
printTargets(targets);

const report = `${JSON.stringify({ environment, targets, tables }, round, 2)}\n`;
mkdirSync('target', { recursive: true });
writeFileSync('target/bench.json', report);
console.log('\nwritten: target/bench.json');
if (parts === PARTS && !values.quick) {
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/results.json', report);
  const charts = drawCharts(tables);
  for (const [name, svg] of Object.entries(charts)) writeFileSync(`bench/results/${name}.svg`, svg);
  await writePerformancePage(tables);
  console.log(
    `written: docs/performance.md, bench/results (results.json, ${Object.keys(charts).join('.svg, ')}.svg)`,
  );
}

/** @param {import('./harness.mjs').Table} table */
function print({ title, unit, rows, note }) {
  console.log(`\n${title}${note === undefined ? '' : ` (${note})`}`);
  const width = Math.max(34, ...rows.map(({ name }) => name.length)) + 1;
  for (const { name, value, ratio, exponent, spread } of rows) {
    const columns = [name.padEnd(width), `${number(value)} ${unit}`.padStart(16)];
    if (ratio !== undefined) columns.push(`${number(ratio)}x`.padStart(8));
    if (exponent !== undefined) columns.push(`time^${number(exponent)}`.padStart(12));
    if (spread !== undefined) columns.push(`   (quartiles ${(spread * 100).toFixed(0)} % apart)`);
    console.log(`  ${columns.join('')}`);
  }
}

function printTargets(targets) {
  const measured = targets.filter(({ met }) => met !== undefined);
  if (measured.length === 0) return;
  console.log('\nTargets');
  for (const { what, needed, measured: value, met } of measured) {
    console.log(`  ${what.padEnd(50)}${needed.padEnd(18)}${value.padStart(10)}   ${met ? 'met' : 'MISSED'}`);
  }
}

/** Four digits are more than the measurements have. */
function round(_, value) {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}

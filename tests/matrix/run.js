// The matrix: the packed tarball in every runtime, out of every bundler, under every test runner and type checker that
// is listed in rows.js.
//
//   node tests/matrix/run.js             all rows, after scripts/setup matrix; also writes target/matrix.json
//   node tests/matrix/run.js --quick     those that need nothing more than `make test`
//   node tests/matrix/run.js --versions  the rows of versions.js, after scripts/setup matrix-all; writes target/versions.json
//   node tests/matrix/run.js Vite Deno   rows whose name has one of these in it, of versions.js, too

import { mkdirSync, writeFileSync } from 'node:fs';

import { ROWS, VERSIONS } from './rows.js';
import { closeChromium, chromiumVersion, prepare, tarball } from './work.js';

const args = process.argv.slice(2);
/** The whole of a list is also written to a file of this name. @type {Record<string, import('./work.js').Row[]>} */
const lists = { matrix: ROWS, versions: VERSIONS };
const report = args.length === 0 ? 'matrix' : args.includes('--versions') ? 'versions' : undefined;
const chosen = report
  ? lists[report]
  : [...ROWS, ...VERSIONS].filter(({ name, quick }) =>
      args.includes('--quick') ? quick : args.some((part) => name.includes(part)),
    );
if (chosen.length === 0) throw new Error(`no row is named ${args.join(' or ')}`);

await prepare();
console.log(`matrix: ${chosen.length} rows, with ${tarball()}`);
const results = [];
try {
  for (const row of chosen) {
    // A dev server or a browser may be late on a busy machine: what fails twice is broken.
    let result = await attempt(row);
    if (result.status === 'failed') result = await attempt(row);
    results.push(result);
  }
  if (report) {
    mkdirSync('target', { recursive: true });
    const chromium = report === 'matrix' ? await chromiumVersion() : undefined;
    writeFileSync(
      new URL(`../../target/${report}.json`, import.meta.url),
      `${JSON.stringify({ chromium, rows: results }, null, 2)}\n`,
    );
  }
} finally {
  await closeChromium();
}
const failed = results.filter(({ status }) => status === 'failed');
console.log(`matrix: ${results.length - failed.length} of ${results.length} rows passed`);
for (const { name } of failed) console.log(`failed: ${name}`);
process.exit(failed.length > 0 ? 1 : 0);

/** @param {import('./rows.js').Row} row */
async function attempt({ group, name, version, run }) {
  const start = Date.now();
  const result = { group, name, version: '', status: 'passed', ran: '', seconds: 0 };
  try {
    result.version = version();
    result.ran = await run();
  } catch (error) {
    result.status = 'failed';
    result.ran = String(/** @type {Error} */ (error).message ?? error);
  }
  result.seconds = Math.round((Date.now() - start) / 100) / 10;
  console.log(`${result.status}  ${name} ${result.version}: ${result.ran} (${result.seconds} s)`);
  return result;
}

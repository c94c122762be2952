// The package in real browsers: all that are listed in browsers.js, or those that are named in SIGV4_BROWSERS, with a
// comma between them. Writes target/browsers.json.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';

import { BROWSERS, launch, whyNot } from './browsers.js';
import { axiosChecks } from './checks/axios.js';
import { conformanceChecks } from './checks/conformance.js';
import { crossOriginChecks } from './checks/cross-origin.js';
import { cspChecks } from './checks/csp.js';
import { credentialsChecks } from './checks/credentials.js';
import { fetchChecks } from './checks/fetch.js';
import { identityChecks } from './checks/identity.js';
import { requestChecks } from './checks/request.js';
import { tokensChecks } from './checks/tokens.js';
import { startSite } from './site.js';

/**
 * Where checks are made. All but the name is there when the first of them runs.
 *
 * @typedef {import('./site.js').Site & { name: string, tab: import('./browsers.js').Tab }} Place
 *
 * A row of the report.
 * @typedef {object} Row
 * @property {string} group
 * @property {string} name
 * @property {string} version
 * @property {'passed' | 'failed' | 'skipped'} status
 * @property {string} ran  or why not
 * @property {number} seconds
 */

const chosen = process.env.SIGV4_BROWSERS?.split(',');
/** @type {Row[]} */
const rows = [];

for (const browser of BROWSERS) {
  const { name } = browser;
  const skip = chosen && !chosen.includes(name) ? 'not in SIGV4_BROWSERS' : whyNot(browser);
  /** @type {Row} */
  const row = { group: 'Browsers', name, version: '', status: 'skipped', ran: skip ?? '', seconds: 0 };
  rows.push(row);

  describe(name, { skip }, () => {
    const place = /** @type {Place} */ ({ name });
    let start = 0;
    let passed = 0;
    let failed = 0;

    before(async () => {
      start = Date.now();
      row.status = 'failed';
      Object.assign(place, await startSite());
      place.tab = await launch(browser);
      row.version = place.tab.version;
    });
    afterEach((context) => {
      if (/** @type {any} */ (context).passed) passed += 1;
      else failed += 1;
    });
    after(async () => {
      await place.tab?.close();
      await place.close?.();
      if (failed === 0 && passed > 0) row.status = 'passed';
      row.ran = `${passed} tests passed${failed > 0 ? `, ${failed} failed` : ''}`;
      row.seconds = Math.round((Date.now() - start) / 100) / 10;
    });

    conformanceChecks(place);
    crossOriginChecks(place);
    cspChecks(place);
    fetchChecks(place);
    axiosChecks(place);
    credentialsChecks(place);
    tokensChecks(place);
    identityChecks(place);
    requestChecks(place);
  });
}

test('report', (context) => {
  for (const { name, version, status, ran } of rows)
    context.diagnostic(`${`${name} ${version}`.trim()}: ${status}, ${ran}`);
  assert.ok(
    rows.some(({ status }) => status !== 'skipped'),
    'one browser at least is there',
  );
  if (chosen) return;
  writeFileSync(new URL('../../../browsers.json', import.meta.url), `${JSON.stringify({ rows }, null, 2)}\n`);
});

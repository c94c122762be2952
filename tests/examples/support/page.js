// Pages of examples in Chromium: served by the example's own command.

import { after } from 'node:test';

import { launchChromium } from '../../support/chromium.js';
import { startExample } from '../../support/examples.js';

/**
 * @param {string} name
 * @param {Record<string, string>} env
 * @returns {Promise<import('puppeteer-core').Page>}
 */
export async function openExamplePage(name, env) {
  const [{ origin }, chromium] = await Promise.all([startExample(name, env), launchChromium()]);
  after(() => chromium.close());
  const page = await chromium.browser.newPage();
  page.setDefaultTimeout(60_000);
  page.setDefaultNavigationTimeout(60_000);
  await page.goto(origin, { waitUntil: 'networkidle0' });
  return page;
}

/**
 * Types temporary credentials into the form of a page.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {Record<string, string>} credentials
 */
export async function typeCredentials(page, credentials) {
  for (const [name, value] of Object.entries(credentials))
    await page.type(`#credentials [name=${name}]`, value);
}

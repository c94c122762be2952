// The screenshots in the READMEs: the inspector, with its sample and with a request that a gateway refused.
//
//   make devtools && node scripts/screenshots.mjs

import { statSync } from 'node:fs';

import { startGateway } from '../devtools/lib/gateway/gateway.js';
import { serveInspector } from '../devtools/lib/inspector/serve.js';
import { Signer } from '../pkg/esm/index.js';
import { launchChromium } from '../tests/support/chromium.js';

const FOLDER = new URL('../devtools/docs/', import.meta.url).pathname;
const MAX_BYTES = 150_000;

const gateway = await startGateway();
const inspector = await serveInspector({});
const { browser, close } = await launchChromium();

await shoot('inspector-light', { width: 1040, height: 680, scheme: 'light' }, async (page) => {
  await changeAByte(page);
  await page.click('[data-part="string.hash"]');
  await page.$eval('[data-part="string.hash"]', (part) => part.scrollIntoView({ block: 'end' }));
  await page.evaluate(() => scrollBy(0, 110));
});

await shoot(
  'inspector-dark',
  { url: gateway.inspector.url, width: 1040, height: 600, scheme: 'dark' },
  async (page) => {
    await sendRequests();
    await page.locator('.exchanges .is-bad').click();
    await page.locator('#field-sessionToken').fill(gateway.credentials().sessionToken ?? '');
    await page.locator('#field-secretAccessKey').fill(gateway.credentials().secretAccessKey);
    await page.waitForSelector('.proof');
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
    await page.$eval('.inputs', (inputs) => inputs.scrollTo(0, 0));
    await page.evaluate(() => scrollTo(0, 0));
  },
);

await shoot('inspector-phone', { width: 360, height: 680, scheme: 'light' }, async (page) => {
  await changeAByte(page);
  await page.click('[data-part="string.hash"]');
  await scrollTo(page, '#step-string-to-sign-title');
});

await close();
await inspector.close();
await gateway.close();

/**
 * @param {string} name
 * @param {{ url?: string, width: number, height: number, scheme: string }} look
 * @param {(page: import('puppeteer-core').Page) => Promise<void>} prepare
 */
async function shoot(name, { url = inspector.url, width, height, scheme }, prepare) {
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.goto(url);
  await page.waitForSelector('[data-part=signature]');
  await prepare(page);
  await page.mouse.move(0, 0);
  const path = `${FOLDER}${name}.png`;
  await page.screenshot({ path: /** @type {`${string}.png`} */ (path) });
  await page.close();
  const { size } = statSync(path);
  console.log(`${path}: ${size} bytes`);
  if (size > MAX_BYTES) throw new Error(`${name} is larger than ${MAX_BYTES} bytes`);
}

/** @param {import('puppeteer-core').Page} page */
async function changeAByte(page) {
  await page.$eval('.source', (box) => {
    const source = /** @type {HTMLTextAreaElement} */ (box);
    const at = source.value.indexOf('1042');
    source.focus();
    source.setSelectionRange(at + 3, at + 4);
  });
  await page.keyboard.type('3');
  await page.waitForSelector('.is-changed');
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 */
async function scrollTo(page, selector) {
  await page.$eval(selector, (title) => title.closest('.panel')?.scrollIntoView());
  await page.evaluate(() => scrollBy(0, -16));
}

/** Two that are right, and one whose JSON was written again after it was signed. */
async function sendRequests() {
  const { credentials, url: base, settings } = gateway;
  const signer = new Signer({ credentials, region: settings.region, service: 'execute-api' });
  const url = `${base}/orders`;
  const order = { order: 1042, items: ['tea', 'cups'] };
  const headers = { 'content-type': 'application/json' };
  const list = await signer.sign({ url: `${url}?limit=10` });
  await fetch(list.url, { headers: list.headers });
  const refused = await signer.sign({ method: 'POST', url, headers, body: JSON.stringify(order) });
  await fetch(refused.url, {
    method: 'POST',
    headers: refused.headers,
    body: JSON.stringify(order, null, 1),
  });
  const right = await signer.sign({ method: 'POST', url, headers, body: JSON.stringify(order) });
  await fetch(right.url, { method: 'POST', headers: right.headers, body: JSON.stringify(order) });
}

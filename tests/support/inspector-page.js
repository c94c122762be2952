// The inspector in Chromium, and what a person does there. Every request that the page makes is kept, and every
// breach of its content security policy.

import assert from 'node:assert/strict';

import { serveInspector } from 'sigv4-wasm-devtools/inspector';

import { launchChromium } from './chromium.js';

/**
 * For the tests of a file: a served inspector, and pages of it.
 *
 * @param {{ before: (work: () => Promise<void>) => void, after: (work: () => Promise<void>) => void }} hooks
 */
export function inspectorTests({ before, after }) {
  let inspector;
  let chromium;
  before(async () => {
    inspector = await serveInspector({});
    chromium = await openChromium();
  });
  after(async () => {
    await chromium.close();
    await inspector.close();
  });

  /** Opens the page, and closes it when it did nothing that it should not. */
  async function withPage(options, work) {
    const url = options.url?.(inspector.url) ?? inspector.url;
    const opened = await chromium.open(url, options);
    try {
      await work(opened);
      assert.deepEqual(opened.complaints, []);
      const { origin } = new URL(url);
      assert.deepEqual(
        opened.requested.filter((url) => new URL(url).origin !== origin),
        [],
        'nothing leaves the page',
      );
      const { length } = opened.requested.filter((url) => /token|secret|ASIA|orders/i.test(url));
      assert.equal(length, 0, 'and no address tells what was pasted');
    } finally {
      await opened.close();
    }
  }
  return { withPage, chromium: () => chromium, url: () => inspector.url };
}

/**
 * @param {{ origin?: string, scheme?: 'light' | 'dark', width?: number, height?: number }} [options]
 */
export async function openChromium() {
  const { browser, close } = await launchChromium();

  /**
   * @param {string} url
   * @param {{ scheme?: 'light' | 'dark', width?: number, height?: number }} [options]
   */
  async function open(url, { scheme = 'light', width = 1280, height = 900 } = {}) {
    const context = await browser.createBrowserContext();
    const { origin, protocol } = new URL(url);
    // Files have no origin that could be named.
    if (protocol !== 'file:') await context.overridePermissions(origin, CLIPBOARD);
    const page = await context.newPage();
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: scheme },
      // Half-way colours would be judged, too.
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
    /** @type {string[]} */
    const requested = [];
    /** @type {string[]} */
    const complaints = [];
    const session = await page.createCDPSession();
    await session.send('Network.enable');
    await session.send('Audits.enable');
    session.on('Network.requestWillBeSent', ({ request }) => requested.push(request.url));
    session.on('Audits.issueAdded', ({ issue }) => {
      if (issue.code === 'ContentSecurityPolicyIssue') complaints.push(JSON.stringify(issue.details));
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(url);
    await page.waitForSelector('[data-part=signature]');
    return { page, requested, complaints, ...hands(page), close: () => context.close() };
  }
  return { open, close };
}

/**
 * Scrolls to the last panel, which is laid out only when it comes near.
 *
 * @param {import('puppeteer-core').Page} page
 */
export async function showSnippets(page) {
  await page.$eval('.results > .panel:last-child', (panel) => panel.scrollIntoView());
}

/** @param {import('puppeteer-core').Page} page */
function hands(page) {
  const text = (/** @type {string} */ id) =>
    page.$eval(`[data-part="${id}"]`, (part) => {
      const copy = /** @type {Element} */ (part.cloneNode(true));
      for (const hidden of copy.querySelectorAll('.sr')) hidden.remove();
      return copy.textContent;
    });
  return {
    /** The text of a part. */
    part: text,

    /** Pastes from the clipboard, instead of all that is in a field. @param {string} selector @param {string} content */
    async paste(selector, content) {
      await page.evaluate((content) => navigator.clipboard.writeText(content), content);
      await page.focus(selector);
      await page.keyboard.down('Control');
      await page.keyboard.press('KeyA');
      await page.keyboard.press('KeyV');
      await page.keyboard.up('Control');
    },

    /** Waits until a part has a text. @param {string} id @param {string} expected */
    async partIs(id, expected) {
      await page
        .waitForFunction(
          (id, expected) => document.querySelector(`[data-part="${id}"]`)?.textContent?.endsWith(expected),
          { timeout: 5000 },
          id,
          expected,
        )
        .catch(async () => {
          throw new Error(`${id} is ${await text(id).catch(() => 'missing')}, not ${expected}`);
        });
    },

    /** Waits until an element has a text. @param {string} selector @param {RegExp} expected */
    async says(selector, expected) {
      await page
        .waitForFunction(
          (selector, source) => new RegExp(source).test(document.querySelector(selector)?.textContent ?? ''),
          { timeout: 5000 },
          selector,
          expected.source,
        )
        .catch(async () => {
          const found = await page.$eval(selector, (element) => element.textContent).catch(() => 'missing');
          throw new Error(`${selector} says ${found}`);
        });
    },

    /** Clicks the button with a name. @param {string} name */
    press: (name) => page.locator(`::-p-aria([name="${name}"][role="button"])`).click(),
  };
}

/** @type {import('puppeteer-core').Permission[]} */
const CLIPBOARD = ['clipboard-read', 'clipboard-write', 'clipboard-sanitized-write'];

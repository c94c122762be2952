// The browsers in which the tests run. To add one, add a row.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';

import puppeteer from 'puppeteer-core';

import { launchChromium } from '../support/chromium.js';
import { launchWebKit } from './webdriver.js';

/**
 * A running browser, and its only tab.
 *
 * @typedef {object} Tab
 * @property {string} version
 * @property {string[]} complaints  what the console said since the last `goto`; empty if the driver is not told
 * @property {(url: string) => Promise<unknown>} goto
 * @property {(name: string, ...args: any[]) => Promise<any>} call  calls a global function of the page
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {string} name
 * @property {string[][]} needs  programs; of those in one row, any
 * @property {(env: NodeJS.ProcessEnv) => Promise<Tab>} start  with an empty home directory
 */

const { CHROME_BIN = 'chromium', FIREFOX_BIN } = process.env;
const FIREFOX = FIREFOX_BIN ? [FIREFOX_BIN] : ['firefox-esr', 'firefox'];

/** @type {Browser[]} */
export const BROWSERS = [
  {
    name: 'Chromium',
    needs: [[CHROME_BIN]],
    async start() {
      const { browser, close } = await launchChromium();
      return { ...(await openTab(browser)), close };
    },
  },
  {
    name: 'Firefox',
    needs: [FIREFOX],
    async start(env) {
      const browser = await puppeteer.launch({
        browser: 'firefox',
        executablePath: findProgram(...FIREFOX),
        headless: true,
        env: { ...env, MOZ_HEADLESS: '1' },
        extraPrefsFirefox: OFFLINE,
      });
      return { ...(await openTab(browser)), close: () => browser.close() };
    },
  },
  { name: 'WebKit', needs: [['WebKitWebDriver'], ['Xvfb']], start: launchWebKit },
];

/** What Firefox would ask the internet for, beyond what puppeteer turns off. */
const OFFLINE = {
  'app.normandy.enabled': false,
  'browser.region.network.url': '',
  'dom.push.connection.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

/**
 * @param {Browser} browser
 * @returns {string | undefined} why it cannot run here
 */
export function whyNot({ needs }) {
  const missing = needs.filter((programs) => !findProgram(...programs)).map(([program]) => program);
  return missing.length > 0 ? `no ${missing.join(', no ')}: scripts/setup browsers` : undefined;
}

/**
 * @param {Browser} browser
 * @returns {Promise<Tab>}
 */
export async function launch({ start }) {
  // A root user's own is refused by Firefox where it belongs to somebody else.
  const home = await mkdtemp(join(tmpdir(), 'browser-home-'));
  const env = { ...process.env, HOME: home, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' };
  const removeHome = () => rm(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const tab = await start(env);
    return { ...tab, close: () => tab.close().finally(removeHome) };
  } catch (error) {
    await removeHome();
    throw error;
  }
}

/** @param {string[]} programs */
function findProgram(...programs) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return programs.flatMap((program) => folders.map((folder) => resolve(folder, program))).find(existsSync);
}

/**
 * @param {import('puppeteer-core').Browser} browser
 * @returns {Promise<Omit<Tab, 'close'>>}
 */
async function openTab(browser) {
  const [page = await browser.newPage()] = await browser.pages();
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  return {
    version: (await browser.version()).replace(/^.*\//, ''),
    complaints,
    goto(url) {
      complaints.length = 0;
      return page.goto(url);
    },
    call: (name, ...args) =>
      page.evaluate((one, values) => /** @type {any} */ (globalThis)[one](...values), name, args),
  };
}

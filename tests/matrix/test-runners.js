// The package under test runners, which have module resolution and globals of their own.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { apps, bin, command, judge, versionOf } from './work.js';

/** What jsdom leaves out; the checks that need it are left out too. */
const JSDOM_LACKS = ['ReadableStream', 'Request', 'Response', 'FormData in a Response'];

/** @type {import('./work.js').Row[]} */
export const TEST_RUNNERS = [
  jest('node', []),
  jest('jsdom', JSDOM_LACKS),
  vitest('node', []),
  vitest('jsdom', ['FormData in a Response']),
];

/**
 * @param {string} environment
 * @param {string[]} lacks
 * @returns {import('./work.js').Row}
 */
function jest(environment, lacks) {
  return {
    group: 'Test runners',
    name: `Jest (CommonJS), ${environment}`,
    version: () => versionOf('jest'),
    async run() {
      const config = join(apps, `jest-${environment}.json`);
      const setupFiles = environment === 'jsdom' ? ['./jest-jsdom.cjs'] : [];
      const options = { testEnvironment: environment, testMatch: ['**/jest.cjs'], setupFiles, transform: {} };
      writeFileSync(config, JSON.stringify({ rootDir: apps, ...options }));
      const printed = await command(bin('node'), [bin('jest'), '--ci', '--config', config, '--silent=false']);
      return judge(outcomeIn(printed), lacks);
    },
  };
}

/**
 * @param {string} environment
 * @param {string[]} lacks
 * @returns {import('./work.js').Row}
 */
function vitest(environment, lacks) {
  return {
    group: 'Test runners',
    name: `Vitest, ${environment}`,
    version: () => versionOf('vitest'),
    async run() {
      const args = ['run', 'vitest.test.js', '--disable-console-intercept', '--environment', environment];
      return judge(outcomeIn(await command(bin('node'), [bin('vitest'), ...args])), lacks);
    },
  };
}

/** @param {string} printed */
function outcomeIn(printed) {
  return /outcome:(\{.*\})/.exec(printed)?.[1] ?? '';
}

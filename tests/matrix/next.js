// Next.js: one build of one application, which has a page for browsers and routes for both of its runtimes.

import assert from 'node:assert/strict';
import { join } from 'node:path';

import { startServers } from '../support/clients-harness.js';
import { served } from './served.js';
import { command, copiesIn, inChromium, judge, ofEachModule } from './work.js';

/**
 * @typedef {object} Next
 * @property {string} prefix  of the rows' names
 * @property {string} home  the folder with its node_modules, and `apps` beside them
 * @property {() => string} program  Node.js
 * @property {() => string} version
 * @property {boolean} sends  whether routes are to send requests, too; otherwise the page is run
 */

/**
 * @param {Next} next
 * @returns {import('./work.js').Row[]}
 */
export function nextRows({ prefix, home, program, version, sends }) {
  /** @type {Promise<unknown> | undefined} */
  let built;
  const directory = join(home, 'apps/next');
  const cli = join(home, 'node_modules/next/dist/bin/next');
  const build = () => {
    built ??= command(program(), [cli, 'build'], { cwd: directory });
    return built;
  };
  const row = (/** @type {string} */ name, /** @type {(origin: string) => Promise<string>} */ check) => ({
    group: 'Bundlers',
    name: `${prefix}, ${name}`,
    version,
    async run() {
      await build();
      const args = (/** @type {number} */ port) => [
        ...[cli, 'start', '--hostname', '127.0.0.1', '--port', String(port)],
      ];
      return served(program(), args, check, directory);
    },
  });
  const page = async (/** @type {string} */ origin) => {
    assert.deepEqual(copiesIn(join(directory, '.next/static')), ofEachModule({ inlined: 1, files: 0 }));
    return `${judge(await inChromium(`${origin}/`))} in Chromium`;
  };
  const route = (/** @type {string} */ path) => async (/** @type {string} */ origin) => {
    const checks = judge(await (await fetch(`${origin}/${path}`)).text());
    return sends ? `${checks}; ${await sent(`${origin}/${path}`)}` : checks;
  };
  return [
    ...(sends ? [] : [row('page', page)]),
    row('route, Node.js', route('node')),
    row('route, edge', route('edge')),
  ];
}

/**
 * Has a route send requests to a server that verifies them.
 *
 * @param {string} url
 */
async function sent(url) {
  const servers = await startServers({
    credentials: [{ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }],
  });
  try {
    const response = await fetch(`${url}?to=${encodeURIComponent(servers.server.origin)}`);
    const { passed, failed } = JSON.parse(await response.text());
    assert.deepEqual(failed, []);
    assert.ok(passed > 0);
    return `${passed} requests sent`;
  } finally {
    await servers.close();
  }
}

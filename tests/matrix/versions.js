// Releases of Node.js and of clients, each client on the lowest Node.js that it supports: what make test-matrix-all runs.
//
// A row of a client runs the tests of its adapter, with that release instead of the one that they import otherwise.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { nextRows } from './next.js';
import { command, furnish, installed, judge, root, versionIn, versionOf, work } from './work.js';

/** Where a package.json of ours is, and where it is installed. */
const listed = (/** @type {string} */ name) => join(root, 'tests/matrix/versions', name);
const placed = (/** @type {string} */ name) => join(root, 'target/versions', name);

/**
 * The first release of each line; and those with which undici 7 and 8 begin, which also run all of our tests: the test
 * runners of 20.0 and 22.0 do not.
 */
const NODES = ['20.0', '20.18', '22.0', '22.19', '24.0', '26.0'];

/**
 * @typedef {object} Client
 * @property {string} name
 * @property {string} node  one of NODES
 * @property {string} package  as package.json of the repository or of versions/clients names it
 * @property {string[]} insteadOf  the names that tests import
 * @property {string[]} tests  files of tests/js
 * @property {string} [only]  a part of the names of tests
 * @property {Record<string, string>} [env]
 */

const UNDICI = { insteadOf: ['undici', 'undici-6'], tests: ['undici', 'undici.http2'] };
const GOT = { insteadOf: ['got'], tests: ['got'] };
const EXPRESS = { insteadOf: ['express', 'express-5'], tests: ['verify.middleware', 'verify.frameworks'] };
const AXIOS = {
  insteadOf: [],
  tests: ['axios', 'axios.behaviour', 'axios.clock', 'axios.redirect', 'axios.wire'],
};

/** @type {Client[]} */
const CLIENTS = [
  { name: 'undici 6', node: '20.18', package: 'undici-6', ...UNDICI },
  { name: 'undici 7', node: '20.18', package: 'undici', ...UNDICI },
  { name: 'undici 8', node: '22.19', package: 'undici-8', ...UNDICI },
  { name: 'got 14', node: '20.18', package: 'got', ...GOT },
  { name: 'got 15', node: '22.0', package: 'got-15', ...GOT },
  { name: 'got 16', node: '22.0', package: 'got-16', ...GOT },
  { name: 'Express 4', node: '20.18', package: 'express', ...EXPRESS },
  { name: 'Express 5', node: '20.18', package: 'express-5', ...EXPRESS },
  ...['0.27', '1.2', '1.7'].map((version) => ({
    ...{ name: `axios ${version}`, node: '20.18', package: `axios-${version}` },
    ...AXIOS,
    env: { SIGV4_AXIOS: version },
  })),
  { name: 'axios, latest', node: '20.18', package: 'axios', ...AXIOS, env: { SIGV4_AXIOS: 'latest' } },
  {
    ...{
      name: 'axios, latest, HTTP/2',
      node: '20.18',
      package: 'axios',
      insteadOf: [],
      tests: ['axios.wire'],
    },
    only: 'over HTTP/2',
  },
];

/** @type {import('./work.js').Row[]} */
export const VERSIONS = [
  inNode('20.0', '20.18'),
  inNode('22.0', '22.19'),
  inNode('24.0', '24.0'),
  inNode('26.0', '26.0'),
  ...CLIENTS.map((client) => ({
    group: 'Versions',
    name: client.name,
    version: () => {
      const version = versionIn([listed('clients'), root], client.package);
      return `${version}, Node.js ${nodeVersion(client.node)}`;
    },
    run: () => tested(client),
  })),
  ...next('14', '20.0', placed('next-14'), () => versionIn([listed('next-14')], 'next')),
  ...next('15', '20.0', placed('next-15'), () => versionIn([listed('next-15')], 'next')),
  ...next('16', '20.18', work, () => versionOf('next')),
];

/** @param {string} node */
function nodeVersion(node) {
  assert.ok(NODES.includes(node));
  return versionIn([listed('clients')], `node-${node}-linux-x64`);
}

/** @param {string} node */
function program(node) {
  const file = join(
    placed('clients'),
    `node_modules/node-${node}-${process.platform}-${process.arch}/bin/node`,
  );
  if (!existsSync(file))
    throw new Error(`there is no ${file}: run scripts/setup matrix-all, on Linux for x64`);
  return file;
}

/**
 * The conformance suite; and `fetch`, whose HTTP version is that of the undici in there.
 *
 * @param {string} first
 * @param {string} testing  runs the tests
 * @returns {import('./work.js').Row}
 */
function inNode(first, testing) {
  const name = `Node.js ${first.split('.')[0]}`;
  return {
    group: 'Versions',
    name,
    version: () => [...new Set([first, testing])].map(nodeVersion).join(' and '),
    async run() {
      const said = [];
      for (const file of ['module.js', 'require.cjs', 'threads.js']) {
        said.push(judge(await command(program(first), [file])));
      }
      assert.equal(new Set(said).size, 1);
      const tests = ['fetch', 'fetch.http2'];
      return `${said[0]}; fetch: ${await tested({ name, node: testing, package: '', insteadOf: [], tests })}`;
    },
  };
}

/** @param {Client} client */
async function tested({ name, node, package: packageName, insteadOf, tests, only, env }) {
  // Beside target/consumer, and as deep, for what the tests say of their surroundings.
  const folder = join(root, `target/versions-${name.toLowerCase().replace(/[^\w.]+/g, '-')}`);
  const modules = join(folder, 'node_modules');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  for (const part of ['tests', 'examples']) cpSync(join(root, part), join(folder, part), { recursive: true });
  cpSync(installed, join(modules, 'sigv4-wasm'), { recursive: true });
  for (const one of insteadOf) {
    const [found] = [placed('clients'), root]
      .map((place) => join(place, 'node_modules', packageName))
      .filter(existsSync);
    symlinkSync(found, join(modules, one));
  }
  const files = tests.map((test) => `tests/js/${test}.test.js`);
  const pattern = only === undefined ? [] : [`--test-name-pattern=${only}`];
  const args = ['--test', '--test-reporter=tap', ...pattern, ...files];
  const said = await command(program(node), args, { cwd: folder, env, timeout: 900_000 }).catch((error) => {
    const lines = String(error.message).match(/^ *(not ok|error:|#).*/gm) ?? [error.message];
    throw new Error(lines.join('\n'));
  });
  const [passed, failed] = ['pass', 'fail'].map((word) =>
    Number(RegExp(`^# ${word} (\\d+)$`, 'm').exec(said)?.[1]),
  );
  assert.equal(failed, 0);
  assert.ok(passed > 0);
  rmSync(folder, { recursive: true });
  return `${passed} tests passed`;
}

/**
 * @param {string} major
 * @param {string} node
 * @param {string} home  with its node_modules
 * @param {() => string} version
 * @returns {import('./work.js').Row[]}
 */
function next(major, node, home, version) {
  const rows = nextRows({
    prefix: `Next.js ${major}`,
    home,
    program: () => program(node),
    version: () => `${version()}, Node.js ${nodeVersion(node)}`,
    sends: true,
  });
  /** @type {Promise<void> | undefined} */
  let furnished;
  return rows.map((row) => ({
    ...row,
    group: 'Versions',
    async run() {
      if (home !== work) await (furnished ??= furnish(home));
      return row.run();
    },
  }));
}

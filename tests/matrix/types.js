// The types, as compilers of several kinds find them, and what the linters of packages say.

import { copyFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { apps, bin, command, entries, requireFromApps, tarball, versionOf } from './work.js';

/** @type {[string, string, Record<string, unknown>, boolean][]} name, package, options, quick */
const COMPILERS = [
  ['node16', 'typescript', { module: 'node16', moduleResolution: 'node16' }, true],
  ['bundler', 'typescript', { module: 'esnext', moduleResolution: 'bundler' }, true],
  ['node16', 'typescript-5', { module: 'node16', moduleResolution: 'node16' }, false],
  ['bundler', 'typescript-5', { module: 'esnext', moduleResolution: 'bundler' }, false],
  ['node10', 'typescript-5', { module: 'commonjs', moduleResolution: 'node10' }, false],
];

/**
 * Older ones, each with every resolution that it has. The types of Node.js, of the AWS SDK and so of the consumer need a
 * newer compiler.
 */
const OLDER_COMPILERS = ['typescript-5.0', 'typescript-5.4', 'typescript-5.6'];

/** With the library's own types checked too. */
const STRICT = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  esModuleInterop: true,
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
  types: ['node'],
};

/** @type {import('./work.js').Row[]} */
export const TYPES = [
  ...COMPILERS.map(([resolution, packageName, options, quick]) => ({
    group: 'Types',
    name: `TypeScript ${versionOf(packageName).split('.')[0]}, ${resolution}`,
    quick,
    version: () => versionOf(packageName),
    run: () => compiled(packageName, resolution, options),
  })),
  ...OLDER_COMPILERS.map((packageName) => ({
    group: 'Types',
    name: `TypeScript ${versionOf(packageName).split('.').slice(0, 2).join('.')}, no types of Node.js`,
    version: () => versionOf(packageName),
    async run() {
      const lib = STRICT.lib.slice(0, -1); // TypeScript 5.0 has no dom.asynciterable
      const resolutions = COMPILERS.filter(([, compiler]) => compiler === 'typescript-5');
      for (const [resolution, , options] of resolutions) {
        await compiled(packageName, resolution, { ...options, lib, types: [] }, ['plain', 'entries']);
      }
      return `strict; every entry, axios; ${resolutions.map(([resolution]) => resolution).join(', ')}`;
    },
  })),
  {
    group: 'Types',
    name: 'publint --strict',
    quick: true,
    version: () => versionOf('publint'),
    async run() {
      await command(bin('publint'), ['run', '--strict', tarball()]);
      return 'no complaints';
    },
  },
  {
    group: 'Types',
    name: '@arethetypeswrong/cli',
    quick: true,
    version: () => versionOf('@arethetypeswrong/cli'),
    async run() {
      await command(bin('attw'), [
        tarball(),
        '--format',
        'ascii',
        '--no-emoji',
        '--exclude-entrypoints',
        'signing.wasm',
      ]);
      return 'no problems';
    },
  },
];

/**
 * Compiles the consumers, as ES modules and as CommonJS, and a file that imports every entry there is.
 *
 * @param {string} packageName
 * @param {string} resolution
 * @param {Record<string, unknown>} options
 * @param {string[]} [names]  of files
 */
async function compiled(packageName, resolution, options, names = ['consumer', 'plain', 'entries']) {
  const directory = join(apps, 'types');
  const imports = entries().map(
    (entry, i) => `import * as entry${i} from '${entry}';\nexport { entry${i} };\n`,
  );
  writeFileSync(join(directory, 'entries.ts'), imports.join(''));
  for (const name of names) copyFileSync(join(directory, `${name}.ts`), join(directory, `${name}.cts`));
  const project = join(directory, `${packageName}-${resolution}.json`);
  const files = names.flatMap((name) => [`${name}.ts`, `${name}.cts`]);
  writeFileSync(project, JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files }));
  const tsc = join(dirname(requireFromApps().resolve(`${packageName}/package.json`)), 'bin/tsc');
  await command(process.execPath, [tsc, '-p', project]);
  return 'strict; every entry, axios, providers of the AWS SDK';
}

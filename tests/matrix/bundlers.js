// The package out of bundlers: what they write is run, and holds each wasm module once.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { VECTORS } from '../conformance/vectors.js';
import { modulesIn } from '../support/wasm-modules.js';
import { nextRows } from './next.js';
import { served } from './served.js';
import {
  apps,
  bin,
  command,
  copiesIn,
  inChromium,
  installed,
  judge,
  root,
  serve,
  textsIn,
  versionOf,
  work,
  ofEachModule,
} from './work.js';

const ONE_INLINED = { inlined: 1, files: 0 };
const ONE_FILE = { inlined: 0, files: 1 };

/** What writes files for browsers: label and package. */
const FOR_BROWSERS = {
  esbuild: 'esbuild',
  Rollup: 'rollup',
  Rolldown: 'rolldown',
  'Vite, build': 'vite',
  webpack: 'webpack',
  Rspack: '@rspack/core',
  Parcel: 'parcel',
};

/** @type {import('./work.js').Row[]} */
export const BUNDLERS = [
  ...Object.entries(FOR_BROWSERS).map(([name, packageName]) => ({
    group: 'Bundlers',
    name,
    quick: name === 'esbuild',
    version: () => versionOf(packageName),
    run: () => bundled(packageName.replace(/^@|\/core$/g, '')),
  })),
  {
    group: 'Bundlers',
    name: 'Vite, dev server',
    version: () => versionOf('vite'),
    async run() {
      const args = (/** @type {number} */ port) => [
        bin('vite'),
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
      ];
      return served(
        bin('node'),
        args,
        async (origin) => `${judge(await inChromium(`${origin}/page.html`))} in Chromium`,
      );
    },
  },
  {
    group: 'Bundlers',
    name: 'no bundler, a static server',
    quick: true,
    version: () => '',
    anyVersion: true,
    run: withoutBundler,
  },
  ...nextRows({
    prefix: 'Next.js',
    home: work,
    program: () => bin('node'),
    version: () => versionOf('next'),
    sends: false,
  }),
  {
    group: 'Bundlers',
    name: 'wrangler (Cloudflare Workers)',
    version: () => versionOf('wrangler'),
    async run() {
      const directory = emptied('wrangler');
      const args = [
        '--dry-run',
        '--outdir',
        directory,
        '--name',
        'worker',
        '--compatibility-date',
        '2026-01-01',
        'worker.js',
      ];
      await command(bin('node'), [bin('wrangler'), 'deploy', ...args]);
      assert.deepEqual(copiesIn(directory), ofEachModule(ONE_FILE));
      return inWorkerd(directory);
    },
  },
  {
    group: 'Bundlers',
    name: 'esbuild for Cloudflare Workers',
    version: () => versionOf('esbuild'),
    async run() {
      const directory = await bundle('worker', 'worker.js');
      assert.deepEqual(copiesIn(directory), ofEachModule(ONE_FILE));
      return inWorkerd(directory);
    },
  },
];

/** Files of the package as they are, from a static server. */
async function withoutBundler() {
  const directory = emptied('static');
  cpSync(join(installed, 'dist'), join(directory, 'dist'), { recursive: true });
  cpSync(join(installed, 'esm/wasm/signing.wasm'), join(directory, 'signing.wasm'));
  cpSync(join(apps, 'static.html'), join(directory, 'index.html'));
  cpSync(join(root, 'tests/conformance/vectors.js'), join(directory, 'vectors.js'));
  const { origin, close } = await serve(directory);
  try {
    const { before, signatures } = await inChromium(`${origin}/`);
    assert.equal(before, 'ERR_SIGV4_NOT_READY');
    assert.equal(signatures, 3 * VECTORS.length);
    return `${signatures} signatures in Chromium: as a module, as a global, with init(url)`;
  } finally {
    await close();
  }
}

/** @param {string} bundler */
async function bundled(bundler) {
  const directory = await bundle(bundler, 'page.js');
  const { origin, close } = await serve(directory);
  try {
    const checks = judge(await inChromium(`${origin}/`));
    assert.deepEqual(copiesIn(directory), ofEachModule(ONE_INLINED));
    await assertShaken(bundler);
    return `${checks} in Chromium; tree shaking`;
  } finally {
    await close();
  }
}

/**
 * @param {string} bundler
 * @param {string} entry
 */
async function bundle(bundler, entry) {
  const directory = emptied(`${bundler}-${entry}`);
  await command(process.execPath, ['bundle.js', bundler, entry, directory], { cwd: work });
  return directory;
}

/** @param {string} name */
function emptied(name) {
  const directory = join(work, 'out', name);
  rmSync(directory, { recursive: true, force: true });
  return directory;
}

/**
 * Who imports `signRequest` alone gets no adapter and no other module, not even in a file that is loaded on use, and it
 * still signs.
 *
 * @param {string} bundler
 */
async function assertShaken(bundler) {
  const directory = await bundle(bundler, 'small.js');
  const { origin, close } = await serve(directory);
  try {
    const { headers } = await inChromium(`${origin}/`);
    assert.match(headers.authorization, /^AWS4-HMAC-SHA256 /);
  } finally {
    await close();
  }
  assert.deepEqual(modulesIn(textsIn(directory).join('\n'), installed), ['signing']);
  const marks = Object.entries(adapterMarks());
  assert.ok(marks.length > 0);
  for (const [file, mark] of marks) {
    const holds = textsIn(directory).some((text) => text.includes(mark));
    assert.equal(holds, false, `${file} is in the bundle: ${mark}`);
  }
}

/** The files of the entries for HTTP clients, and instead of other signers. */
const ADAPTERS = new Set(['axios', 'fetch', 'undici', 'got', 'aws4', 'smithy'].map((name) => `${name}.js`));

/**
 * For each file of an adapter its longest message, which minifiers leave as it is, and which no other file has.
 *
 * @returns {Record<string, string>}
 */
function adapterMarks() {
  const files = readdirSync(join(installed, 'esm'), { recursive: true, encoding: 'utf8' });
  const code = (/** @type {string} */ file) => readFileSync(join(installed, 'esm', file), 'utf8');
  const [adapters, others] = [true, false].map((isAdapter) =>
    files.filter((file) => file.endsWith('.js') && ADAPTERS.has(file) === isAdapter),
  );
  const rest = others.map(code).join('');
  const marks = adapters.map((file) => {
    const texts = [...code(file).matchAll(/'([^'\\\n]{10,})'/g)].map(([, text]) => text);
    const own = texts.filter((text) => text.includes(' ') && !rest.includes(text));
    return [file, own.sort((a, b) => b.length - a.length)[0]];
  });
  return Object.fromEntries(marks.filter(([, mark]) => mark !== undefined));
}

/**
 * Runs a worker in workerd, which Cloudflare runs.
 *
 * @param {string} directory  with worker.js
 */
async function inWorkerd(directory) {
  const kinds = { js: 'esModule', wasm: 'wasm' };
  const modules = Object.entries(kinds).flatMap(([extension, kind]) => {
    const names = readdirSync(directory).filter((name) => name.endsWith(`.${extension}`));
    return names.map((name) => `(name = "${name}", ${kind} = embed "${name}")`);
  });
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (compatibilityDate = "2026-01-01", modules = [${modules}]))],
  sockets = [(name = "http", service = "main")],
);
`;
  writeFileSync(join(directory, 'config.capnp'), config);
  const answer = (/** @type {string} */ origin) => fetch(origin).then((response) => response.text());
  const args = (/** @type {number} */ port) => [
    'serve',
    'config.capnp',
    '--socket-addr',
    `http=127.0.0.1:${port}`,
  ];
  return `${judge(await served(bin('workerd'), args, answer, directory))} in workerd ${versionOf('workerd')}`;
}

// The package out of bundlers: what they write is run, and holds each wasm module once.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import {
  apps,
  bin,
  command,
  copiesIn,
  inChromium,
  installed,
  judge,
  QUIET,
  serve,
  textsIn,
  versionOf,
  work,
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
  ...next(),
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
      assert.deepEqual(copiesIn(directory), { signing: ONE_FILE, tools: ONE_FILE });
      return inWorkerd(directory);
    },
  },
  {
    group: 'Bundlers',
    name: 'esbuild for Cloudflare Workers',
    version: () => versionOf('esbuild'),
    async run() {
      const directory = await bundle('worker', 'worker.js');
      assert.deepEqual(copiesIn(directory), { signing: ONE_FILE, tools: ONE_FILE });
      return inWorkerd(directory);
    },
  },
];

/** One build of one application, which has a page for browsers and routes for both of its runtimes. */
function next() {
  /** @type {Promise<unknown> | undefined} */
  let built;
  const directory = join(apps, 'next');
  const build = () => {
    built ??= command(bin('node'), [bin('next'), 'build'], { cwd: directory });
    return built;
  };
  const row = (/** @type {string} */ name, /** @type {(origin: string) => Promise<string>} */ check) => ({
    group: 'Bundlers',
    name: `Next.js, ${name}`,
    version: () => versionOf('next'),
    async run() {
      await build();
      return served(
        bin('node'),
        (port) => [bin('next'), 'start', '--hostname', '127.0.0.1', '--port', String(port)],
        check,
        directory,
      );
    },
  });
  const route = (/** @type {string} */ path) => async (/** @type {string} */ origin) =>
    judge(await (await fetch(`${origin}/${path}`)).text());
  return [
    row('page', async (origin) => {
      assert.deepEqual(copiesIn(join(directory, '.next/static')), {
        signing: ONE_INLINED,
        tools: ONE_INLINED,
      });
      return `${judge(await inChromium(`${origin}/`))} in Chromium`;
    }),
    row('route, Node.js', route('node')),
    row('route, edge', route('edge')),
  ];
}

/** @param {string} bundler */
async function bundled(bundler) {
  const directory = await bundle(bundler, 'page.js');
  const { origin, close } = await serve(directory);
  try {
    const checks = judge(await inChromium(`${origin}/`));
    assert.deepEqual(copiesIn(directory), { signing: ONE_INLINED, tools: ONE_INLINED });
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
 * Who imports `signRequest` alone gets no adapter, and it still signs.
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
  const marks = Object.entries(adapterMarks());
  assert.ok(marks.length > 0);
  for (const [file, mark] of marks) {
    const holds = textsIn(directory).some((text) => text.includes(mark));
    assert.equal(holds, false, `${file} is in the bundle: ${mark}`);
  }
}

/**
 * For each file of an adapter its longest message, which minifiers leave as it is, and which no other file has.
 *
 * @returns {Record<string, string>}
 */
function adapterMarks() {
  const files = readdirSync(join(installed, 'esm'), { recursive: true, encoding: 'utf8' });
  const code = (/** @type {string} */ file) => readFileSync(join(installed, 'esm', file), 'utf8');
  const [adapters, others] = [true, false].map((isAdapter) =>
    files.filter((file) => file.endsWith('.js') && file.startsWith('adapters/') === isAdapter),
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

/**
 * Runs a server of a tool on a free port, for as long as it is used.
 *
 * @param {string} program
 * @param {(port: number) => string[]} args
 * @param {(origin: string) => Promise<string>} use
 * @param {string} [cwd]
 */
async function served(program, args, use, cwd = apps) {
  const port = await freePort();
  const env = { ...process.env, ...QUIET };
  const server = spawn(program, args(port), {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (said += data));
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const origin = `http://127.0.0.1:${port}`;
  try {
    await answering(origin, () => server.exitCode !== null);
    return await use(origin);
  } catch (error) {
    throw new Error(`${/** @type {Error} */ (error).stack}\n${said}`);
  } finally {
    server.kill();
    await ended;
  }
}

/**
 * @param {string} origin
 * @param {() => boolean} isOver
 */
async function answering(origin, isOver) {
  for (const until = Date.now() + 60_000; Date.now() < until && !isOver();) {
    if (await fetch(origin).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing answers at ${origin}`);
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

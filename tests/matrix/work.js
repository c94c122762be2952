// Where the matrix works, and what its rows share.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { build } from 'esbuild';

import { CHECKS } from '../conformance/suite.js';
import { launchChromium } from '../support/chromium.js';
import { MODULES, piecesOf } from '../support/wasm-modules.js';

/**
 * @typedef {import('../conformance/suite.js').Outcome} Outcome
 *
 * @typedef {object} Row
 * @property {string} group
 * @property {string} name
 * @property {boolean} [quick]  whether it needs nothing but the repository's own node_modules, and is a part of
 *   `make test`
 * @property {() => string} version  of the runtime or tool
 * @property {boolean} [anyVersion]  it is not in a lock file, but what runs all this
 * @property {() => Promise<string>} run  fails, or says what was run
 */

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder outside of every bundler's reach to the sources: the tarball is installed into it. */
export const work = join(root, 'target/matrix');
export const apps = join(work, 'apps');
export const installed = join(work, 'node_modules/sigv4-wasm');

/** Packs the package, installs it, and puts the apps beside it. */
export async function prepare() {
  mkdirSync(work, { recursive: true });
  const said = await command('npm', ['pack', '--json', '--pack-destination', work], {
    cwd: join(root, 'pkg'),
  });
  packed = join(work, JSON.parse(said)[0].filename);
  cpSync(join(root, 'tests/matrix/bundle.js'), join(work, 'bundle.js'));
  await furnish(work);
}

/**
 * Installs what was packed in a folder, and puts the apps beside it.
 *
 * @param {string} home
 */
export async function furnish(home) {
  const place = join(home, 'apps');
  rmSync(place, { recursive: true, force: true });
  cpSync(join(root, 'tests/matrix/apps'), place, { recursive: true });
  cpSync(join(root, 'tests/conformance/sends.js'), join(place, 'sends.js'));
  for (const [format, name] of /** @type {const} */ ([
    ['esm', 'suite.js'],
    ['cjs', 'suite.cjs'],
  ])) {
    const entryPoints = [join(root, 'tests/conformance/suite.js')];
    await build({ entryPoints, bundle: true, format, target: 'es2022', outfile: join(place, name) });
  }
  // As npm installs a tarball, but in no time: the package has no dependencies and no scripts.
  const target = join(home, 'node_modules/sigv4-wasm');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await command('tar', ['xzf', packed, '--strip-components=1', '-C', target], { cwd: home });
}

/** What was packed. */
export const tarball = () => packed;
let packed = '';

/** The entries of `exports` that are code, as users write them. */
export function entries() {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const paths = Object.keys(exports).filter((path) => !/\.(json|wasm)$/.test(path));
  return paths.map((path) => `sigv4-wasm${path.slice(1)}`);
}

/**
 * Runs a program in the folder of the apps, and gives what it printed.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').ExecFileOptions} [options]
 * @returns {Promise<string>}
 */
export async function command(program, args, options = {}) {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd: apps,
      timeout: 300_000,
      maxBuffer: 1 << 26,
      ...options,
      env: { ...process.env, ...QUIET, ...options.env },
      encoding: 'utf8',
    });
    return /** @type {string} */ (stdout);
  } catch (error) {
    const { message, stdout = '', stderr = '' } = /** @type {any} */ (error);
    throw new Error([message.split('\n')[0], stdout.slice(-4000), stderr.slice(-4000)].join('\n'));
  }
}

/** Tools that would ask somebody, tell somebody, or colour their output. */
export const QUIET = {
  CI: 'true',
  NO_COLOR: '1',
  DO_NOT_TRACK: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  DENO_NO_UPDATE_CHECK: '1',
};

/**
 * A program of a package in the folder's node_modules.
 *
 * @param {string} name
 */
export function bin(name) {
  const found = [work, root].map((folder) => join(folder, 'node_modules/.bin', name)).find(existsSync);
  if (found === undefined) throw new Error(`there is no ${name}: run scripts/setup matrix`);
  return found;
}

/**
 * The version of a package, as the lock files have it.
 *
 * @param {string} name
 * @returns {string}
 */
export const versionOf = (name) => versionIn([join(root, 'tests/matrix'), root], name);

/**
 * @param {string[]} folders  with lock files
 * @param {string} name
 * @returns {string}
 */
export function versionIn(folders, name) {
  for (const folder of folders) {
    const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
    const found = packages[`node_modules/${name}`];
    if (found !== undefined) return found.version;
  }
  throw new Error(`no lock file has ${name}`);
}

/**
 * Judges what a conformance run said.
 *
 * @param {Outcome | string} outcome  or its JSON, on the last line of what was printed
 * @param {string[]} [lacks]  the globals that this runtime does not have; no other check may be left out
 * @returns {string}
 */
export function judge(outcome, lacks = []) {
  const { passed, failed, skipped } =
    typeof outcome === 'string' ? JSON.parse(outcome.trim().split('\n').at(-1) ?? '') : outcome;
  assert.deepEqual(failed, []);
  for (const one of skipped) {
    const missing = one.slice(one.lastIndexOf(': no ') + 5).split(', ');
    assert.ok(
      missing.every((/** @type {string} */ name) => lacks.includes(name)),
      `left out: ${one}`,
    );
  }
  assert.equal(passed + skipped.length, CHECKS.length, 'every check is accounted for');
  return skipped.length === 0 ? `${passed} checks` : `${passed} checks; it has no ${lacks.join(', ')}`;
}

/**
 * Serves a folder.
 *
 * @param {string} directory
 */
export async function serve(directory) {
  const server = createServer((request, response) => {
    const path = join(
      directory,
      new URL(request.url ?? '/', 'http://localhost').pathname.replace(/\/$/, '/index.html'),
    );
    if (!existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    response.end(readFileSync(path));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { origin: `http://127.0.0.1:${port}`, close };
}

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

/** @type {ReturnType<typeof launchChromium> | undefined} */
let chromium;

/**
 * Opens a page, and waits for what it leaves in `globalThis.outcome`.
 *
 * @param {string} url
 * @returns {Promise<any>}
 */
export async function inChromium(url) {
  chromium ??= launchChromium();
  const page = await (await chromium).browser.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('requestfailed', (request) => problems.push(`${request.url()}: ${request.failure()?.errorText}`));
  try {
    await page.goto(url);
    await page.waitForFunction(() => 'outcome' in globalThis, { timeout: 60_000 });
    return await page.evaluate(() => /** @type {any} */ (globalThis).outcome);
  } catch (error) {
    throw new Error(`${error}\n${problems.join('\n')}`);
  } finally {
    await page.close();
  }
}

export async function closeChromium() {
  await (await chromium)?.close();
}

export async function chromiumVersion() {
  chromium ??= launchChromium();
  return (await (await chromium).browser.version()).replace(/^.*\//, '');
}

/**
 * All files of a folder but source maps, one character for each byte.
 *
 * @param {string} directory
 */
export function textsIn(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

/**
 * How many copies of each wasm module are in the files of a folder, as text and as bytes.
 *
 * @param {string} directory
 * @returns {Record<string, { inlined: number, files: number }>} by module
 */
export function copiesIn(directory) {
  const files = textsIn(directory);
  const count = (/** @type {string} */ text) =>
    files.reduce((sum, file) => sum + file.split(text).length - 1, 0);
  const copies = (/** @type {string} */ name) => {
    const { inlined, bytes } = piecesOf(name, installed);
    return { inlined: inlined.reduce((sum, piece) => sum + count(piece), 0), files: count(bytes) };
  };
  return Object.fromEntries(MODULES.map((name) => [name, copies(name)]));
}

/**
 * The same number of copies of each.
 *
 * @param {{ inlined: number, files: number }} copies
 */
export function ofEachModule(copies) {
  return Object.fromEntries(MODULES.map((name) => [name, copies]));
}

/**
 * Runs something in a folder that is gone afterwards, with no other folder's node_modules above it.
 *
 * @template T
 * @param {(directory: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function elsewhere(use) {
  const directory = mkdtempSync(join(tmpdir(), 'sigv4-wasm-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Resolves from where the apps lie. */
export const requireFromApps = () => createRequire(join(apps, 'x.js'));

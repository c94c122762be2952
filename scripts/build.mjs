// Builds the npm package: the tables of the core and the wasm modules, then js/ as ES modules and as CommonJS, with types.
// The result is complete: pkg/ is what is published.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

import { rollup } from 'rollup';

import { buildAsmjs } from './lib/asmjs.mjs';
import { MODULES } from './lib/compiled-crates.mjs';
import { declareDisposable, writeForOlderCompilers } from './lib/declarations.mjs';
import { loaderFile, RUNTIMES, runtimesOf } from './lib/loaders.mjs';
import { bundleForPages, bundleSlim } from './lib/pages.mjs';
import { notices } from './lib/notices.mjs';
import { packageReadme } from './lib/package-readme.mjs';
import { toText } from './lib/text.mjs';
import { whenChanged } from './lib/when-changed.mjs';

const root = new URL('..', import.meta.url).pathname;
process.chdir(root);

/** The common files of the signers of all algorithms, with their imports, none of which is a module. */
const SIGNER = ['sign/base-signer', 'engine/engine', 'protocol/algorithms', 'protocol/service-rules'].map(
  (name) => `js/${name}.js`,
);

/** Further files of the package that hold several of js/, besides those of its entries. @type {Record<string, RegExp>} */
const CHUNKS = {
  signer: /^js\/engine\/load\//,
  signing: /^js\/engine\/sha256\.js$/,
  // Not with what needs it: rare-bodies.js imports nothing else.
  chunks: /^js\/http\/chunks\.js$/,
  'client-signer': /^js\/adapters\/shared\/(?:client-signer|exchange|spelling|status)\.js$/,
  'canonical-form': /^js\/engine\/canonical-form\.js$/,
  protocol: /^js\/protocol\//,
  providers: /^js\/providers\/(?!node\/)/,
  'extended-engine': /^js\/engine\/extended-engine\.js$/,
  explanation: /^js\/explain\//,
  mismatch: /^js\/mismatch\//,
  'incoming-request': /^js\/verify\/(?:incoming-.*|options|error-response|replay-cache)\.js$/,
  verification: /^js\/verify\//,
  'incoming-crossing': /^js\/engine\/incoming-crossing\.js$/,
  'verify-engine': /^js\/engine\/verify-(?:engine|results)\.js$/,
  'checksum-engine': /^js\/engine\/checksum-engine\.js$/,
};

/**
 * Compiler options of single modules. Every program that signs loads `signing`: 2 kB less (gzipped), for 1 to 3 % of
 * the time of a signature. `verify` is 5 kB smaller, `mismatch` 7, whose time goes into SHA-256, which keeps its own level.
 *
 * @type {Record<string, string[]>}
 */
const PROFILES = Object.fromEntries(
  ['signing', 'verify', 'mismatch', 'checksum'].map((name) => [
    name,
    ['--config', 'profile.release.opt-level="s"'],
  ]),
);
/** @type {Record<string, string[]>} */
const RUSTFLAGS = { signing: ['-C', 'llvm-args=-inline-threshold=25'] };

/** What a module as plain JavaScript exports. @type {Record<string, string>} */
const PLAIN_TYPES = {
  signing: "instantiate.js').WasmInstance",
  verify: "verify-engine.js').VerifyExports",
  mismatch: "mismatch-engine.js').MismatchExports",
  checksum: "checksum-engine.js').ChecksumExports",
};

/** The modules that also exist as plain JavaScript. */
const PLAIN_MODULES = Object.keys(PLAIN_TYPES);

const TABLES = 'js/engine/generated';

// --only=NAME,… builds only these modules, and --js builds none: for changes that do not affect the others.
const only = /^--only=(.+)$/m.exec(process.argv.slice(2).join('\n'))?.[1].split(',');
if (only) {
  await buildCore((name) => only.includes(name));
} else if (!process.argv.includes('--js')) {
  const core = {
    inputs: [
      ...['Cargo.toml', 'Cargo.lock', '.cargo', 'src', 'wasm'],
      ...['scripts/build.mjs', 'scripts/tables.rs', 'scripts/lib'],
    ],
    outputs: [
      TABLES,
      ...MODULES.flatMap((name) =>
        ['.wasm', '.js', '.d.ts', '-text.js'].map((end) => `js/wasm/${name}${end}`),
      ),
      ...PLAIN_MODULES.flatMap((name) => ['.js', '.d.ts'].map((end) => `js/wasm/${name}-asmjs${end}`)),
    ],
    facts: toolVersions(),
  };
  const isBuilt = await whenChanged('core', core, () => buildCore(() => true));
  if (!isBuilt) step('the core has not changed');
}

const { FLAG } = await import('../js/engine/generated/flags.js');
const manifest = JSON.parse(readFileSync('pkg-template/package.json', 'utf8'));
const made = {
  inputs: [
    ...['js', 'pkg-template', 'scripts', 'README.md', 'CHANGELOG.md', 'LICENSE-MIT', 'LICENSE-APACHE'],
    ...['Cargo.toml', 'Cargo.lock', 'package.json', 'package-lock.json'],
  ],
  outputs: ['pkg'],
  // The build writes these from the others.
  ignored: new RegExp(`^js/wasm/.*-(?:bytes|${Object.keys(RUNTIMES).join('|')})\\.js$`),
};
if (!(await whenChanged('package', made, buildPackage))) step('pkg/ has not changed');

/**
 * The tables of the core, the wasm modules, and the same modules as plain JavaScript.
 *
 * @param {(name: string) => boolean} isWanted
 */
async function buildCore(isWanted) {
  step(`what JavaScript knows of the core, in ${TABLES}/`);
  rmSync(TABLES, { recursive: true, force: true });
  const tables = ['--quiet', '--features', 'tables', '--bin', 'tables', '--', TABLES];
  await run('cargo', ['run', ...tables]);

  const wanted = MODULES.filter(isWanted);
  step(`wasm modules, and the same as plain JavaScript: ${wanted.join(', ')}`);
  mkdirSync('js/wasm', { recursive: true });
  // The slowest first. Each takes one core: the optimizer of the linker knows no more.
  await inParallel([
    ...PLAIN_MODULES.filter(isWanted).map((name) => () => buildPlain(name)),
    ...wanted.map((name) => () => buildModule(name)),
  ]);
}

async function buildPackage() {
  for (const name of MODULES) {
    const hex = readFileSync(`js/wasm/${name}.wasm`, 'hex');
    writeFileSync(`js/wasm/${name}-bytes.js`, `/** @type {string} */\nexport const hex = '${hex}';\n`);
    for (const runtime of runtimesOf(name)) {
      writeFileSync(`js/wasm/${name}-${runtime}.js`, loaderFile(name, runtime));
    }
  }

  step('ES modules, CommonJS and types');
  rmSync('pkg', { recursive: true, force: true });
  await bundle('es', 'pkg/esm');
  await bundleLoaders();
  await bundle('cjs', 'pkg/cjs');
  writeFileSync('pkg/cjs/package.json', '{ "type": "commonjs" }\n');
  writeDynamicImports('pkg/cjs');
  await bundleSlim(rollupOptions());
  for (const name of MODULES) cpSync(`js/wasm/${name}.wasm`, `pkg/esm/wasm/${name}.wasm`);
  await run('node_modules/.bin/tsc', ['-p', 'scripts/tsconfig.types.json']);
  for (const file of readdirSync('js/wasm').filter((name) => name.endsWith('.d.ts'))) {
    cpSync(`js/wasm/${file}`, `pkg/esm/wasm/${file}`);
  }
  declareDisposable('pkg/esm');
  writeForOlderCompilers('pkg/esm');
  cpSync('pkg/esm', 'pkg/cjs', { recursive: true, filter: (path) => !/\.(js|wasm)$/.test(path) });

  step('package.json and documents');
  const version = /^version = "(.+)"$/m.exec(readFileSync('Cargo.toml', 'utf8'))[1];
  const files = [...manifest.files, ...addEntryFolders(manifest.exports)];
  writeFileSync('pkg/package.json', `${JSON.stringify({ ...manifest, version, files }, null, 2)}\n`);
  await bundleForPages(version);
  writeFileSync('pkg/README.md', packageReadme(readFileSync('README.md', 'utf8')));
  writeFileSync('pkg/THIRD_PARTY_NOTICES.md', notices());
  for (const file of ['CHANGELOG.md', 'LICENSE-MIT', 'LICENSE-APACHE']) cpSync(file, `pkg/${file}`);

  for (const file of [
    ...MODULES.map((name) => `${name}.wasm`),
    ...PLAIN_MODULES.map((name) => `${name}-asmjs.js`),
  ]) {
    step(`${file}: ${sizes(readFileSync(`js/wasm/${file}`))}`);
  }
  step(`done: pkg/ ${version}`);
}

/**
 * Builds a crate of wasm/ into js/wasm: the module, the code around it, its types, and its bytes as text.
 *
 * @param {string} name
 */
async function buildModule(name) {
  const crate = `wasm/${name}`;
  const built = `target/wasm/${name}`;
  const profile = ['--target', 'web', '--release', '--mode', 'no-install', '--no-pack'];
  await run('scripts/wasm-env', [
    ...['wasm-pack', '--log-level', 'warn', 'build', ...profile],
    ...['--out-name', name, '--out-dir', join(root, built), crate],
    // One folder for each, because builds with different flags would discard each other's results.
    ...['--', '--target-dir', join(root, `target/wasm-${name}`), ...cargoArguments(RUSTFLAGS[name])],
    ...(PROFILES[name] ?? []),
  ]);
  const bytes = readFileSync(`${built}/${name}_bg.wasm`);
  refuseMachinePaths(bytes);
  cpSync(`${built}/${name}_bg.wasm`, `js/wasm/${name}.wasm`);
  cpSync(`${built}/${name}.d.ts`, `js/wasm/${name}.d.ts`);
  writeFileSync(`js/wasm/${name}.js`, trustModule(readFileSync(`${built}/${name}.js`, 'utf8')));
  const { text, ...rest } = toText(bytes);
  const fields = Object.entries(rest).map(([key, value]) => `  ${key}: ${JSON.stringify(value)},\n`);
  writeFileSync(
    `js/wasm/${name}-text.js`,
    `export const written = {\n${fields.join('')}  text: '${text}',\n};\n`,
  );
}

/**
 * Builds a crate of wasm/ once more, as plain JavaScript beside the module.
 *
 * @param {string} name
 */
async function buildPlain(name) {
  const target = `${root}target/plain`;
  const crate = { cwd: `wasm/${name}` };
  const build = [
    'build',
    '--quiet',
    '--release',
    '--target',
    'wasm32-unknown-unknown',
    '--target-dir',
    target,
  ];
  const flags = ['-C', 'target-cpu=mvp', '-C', 'target-feature=-simd128'];
  await run(`${root}scripts/wasm-env`, ['cargo', ...build, ...cargoArguments(flags)], crate);
  const built = `${target}/wasm32-unknown-unknown/release/sigv4_wasm_${name}.wasm`;
  refuseMachinePaths(readFileSync(built));
  const out = `js/wasm/${name}-asmjs.js`;
  await buildAsmjs(run, built, `target/wasm/${name}-asmjs`, name, out);
  const types = `export function instantiate(): import('../engine/${PLAIN_TYPES[name]};\n`;
  writeFileSync(`js/wasm/${name}-asmjs.d.ts`, types);
}

/** The inputs of the modules besides the files of the project. */
function toolVersions() {
  const flags = Object.entries(process.env).filter(([name]) => /^(?:CARGO|RUST)/.test(name));
  const compiler = execFileSync('scripts/wasm-env', ['rustc', '-vV'], { encoding: 'utf8' });
  // The folders of the tools have their versions in their names.
  return [compiler, readFileSync('.cache/env.sh', 'utf8'), process.version, flags];
}

/**
 * @param {string[]} [rustflags]  besides those of the configurations of cargo
 */
function cargoArguments(rustflags = []) {
  // The result is published: panic locations must not reveal the paths of this machine.
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  const remap = [`--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=`];
  const config = `target.wasm32-unknown-unknown.rustflags=${JSON.stringify([...rustflags, ...remap])}`;
  return ['--locked', '--config', config];
}

/** @param {Buffer} bytes */
function sizes(bytes) {
  return `${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`;
}

/**
 * Bundles js/ into one file for each entry of the package, one for what nearly all of them need, and one for each import
 * on demand: a process that signs loads three files rather than twenty, which takes a third of the time.
 *
 * Tools that find only CommonJS, as Parcel does by default, do not support `imports`. So there the module's bytes are in the same
 * file, which is one to load fewer.
 *
 * @param {'es' | 'cjs'} format
 * @param {string} directory
 */
async function bundle(format, directory) {
  const isCommonJs = format === 'cjs';
  const entries = Object.values(manifest.exports).flatMap((entry) => entry.import?.default ?? []);
  const input = entries
    .map((file) => file.replace('./esm/', '').replace('.js', ''))
    .filter((name) => name !== 'slim');
  const bundled = await rollup({
    input: Object.fromEntries(input.map((name) => [name, `js/${name}.js`])),
    external: isCommonJs ? /^[a-z]/ : /^[#a-z]/,
    ...rollupOptions(),
  });
  const signer = new Set(SIGNER.flatMap((file) => [file, ...staticImports(file)]));
  const signing = staticImports('js/index.js');
  await bundled.write({
    format,
    dir: directory,
    chunkFileNames: '[name].js',
    manualChunks: (id) => chunkOf(relative(root, id), signer, signing),
    // Jest cannot run import() in CommonJS.
    dynamicImportInCjs: false,
    esModule: true,
    interop: 'esModule',
    exports: 'named',
    hoistTransitiveImports: false,
    minifyInternalExports: false,
  });
}

/** What all files of js/ are bundled with. */
function rollupOptions() {
  const { imports } = JSON.parse(readFileSync('package.json', 'utf8'));
  return {
    plugins: [
      { name: 'imports', resolveId: (id) => (id in imports ? join(root, imports[id]) : null) },
      { name: 'flags', transform: inlineFlags },
      { name: 'module first', renderChunk: importModuleFirst },
    ],
    treeshake: { moduleSideEffects: false },
  };
}

/**
 * In a bundle, the code before a module and the code after it lie too far apart for gzip to find what they have in common.
 *
 * @param {string} code
 */
function importModuleFirst(code) {
  const [line] = /^import [^\n]* from '#module\/[^\n]*\n/m.exec(code) ?? [];
  return line === undefined ? null : { code: line + code.replace(line, ''), map: null };
}

/**
 * The flags of the record as numbers: no minifier does that with the properties of an object.
 *
 * @param {string} code
 */
function inlineFlags(code) {
  if (!code.includes('/generated/flags.js')) return null;
  return { code: code.replace(/\bFLAG\.(\w+)/g, (_, name) => FLAG[name]), map: null };
}

/**
 * The common part of the signers of all algorithms has its own file, so that `sigv4-wasm/v4a` loads only its own module.
 * Explaining, searching for a mismatch, and their common part have a file each, so that bundlers leave out the search and its
 * wasm module for programs that only explain responses.
 *
 * @param {string} file
 * @param {Set<string>} signer  see {@link SIGNER}
 * @param {Set<string>} signing  files of the main entry
 */
function chunkOf(file, signer, signing) {
  if (signer.has(file)) return 'signer';
  if (signing.has(file)) return 'signing';
  return Object.entries(CHUNKS).find(([, files]) => files.test(file))?.[0];
}

/**
 * The file of `#module/NAME` for each runtime, with its loader in it, because loading another file takes longer than reading
 * these lines.
 */
async function bundleLoaders() {
  for (const name of MODULES) {
    for (const runtime of runtimesOf(name)) {
      const file = `wasm/${name}-${runtime}.js`;
      const errors = join(root, 'js/engine/errors.js');
      const bundled = await rollup({ input: `js/${file}`, external: [/\.wasm(\?module)?$/, errors] });
      // The one class of errors is in the file of the signers.
      await bundled.write({ format: 'es', file: `pkg/esm/${file}`, paths: { [errors]: '../signer.js' } });
    }
  }
}

/**
 * The files of js/ that a file imports, and those that they import.
 *
 * @param {string} file
 * @param {Set<string>} [found]
 */
function staticImports(file, found = new Set()) {
  for (const [, name] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export) [^;]*?from '(\.[^']+)';/gm,
  )) {
    const path = join(dirname(file), name);
    if (found.has(path)) continue;
    found.add(path);
    staticImports(path, found);
  }
  return found;
}

/**
 * As Parcel takes them, which breaks what Rollup makes of an import on demand.
 *
 * @param {string} directory
 */
function writeDynamicImports(directory) {
  for (const file of readdirSync(directory, { recursive: true }).filter((name) => name.endsWith('.js'))) {
    const path = join(directory, file);
    const text = readFileSync(path, 'utf8').replace(
      /Promise\.resolve\(\)\.then\(function \(\) \{ return (require\('[^']+'\)); \}\)/g,
      '(async () => $1)()',
    );
    writeFileSync(path, text);
  }
}

/**
 * A folder for each entry such as `sigv4-wasm/axios`, for tools that do not support `exports`: Parcel by default,
 * and TypeScript with `moduleResolution: node10`.
 *
 * @param {Record<string, any>} exports
 * @returns {string[]} the folders
 */
function addEntryFolders(exports) {
  const entries = Object.entries(exports).filter(([path, { require }]) => path !== '.' && require);
  return entries.map(([path, { require }]) => {
    const up = path.replace(/[^/]+/g, '..').slice('../'.length);
    const manifest = { main: up + require.default.slice(1), types: up + require.types.slice(1) };
    const folder = join('pkg', path);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    return path.slice('./'.length);
  });
}

function step(text) {
  console.log(`build: ${text}`);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string }} [options]
 * @returns {Promise<void>}
 */
function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    spawn(command, args, { stdio: 'inherit', ...options })
      .on('error', reject)
      .on('exit', (status, signal) => {
        if (status === 0) resolve();
        else reject(new Error(`${command} ${args.join(' ')} failed: ${signal ?? `status ${status}`}`));
      });
  });
}

/**
 * Runs jobs, as many at a time as there are cores.
 *
 * @param {(() => Promise<void>)[]} jobs
 */
async function inParallel(jobs) {
  const queue = [...jobs];
  const work = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) await job();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

/**
 * The code around a module compiles anything but a `WebAssembly.Module`. It is always given one, which may be of another
 * realm, as in Next.js's edge runtime. It also starts a module once only, even after a trap: see js/engine/module-instance.js.
 *
 * @param {string} code
 */
function trustModule(code) {
  const check =
    /if \(!\(module instanceof WebAssembly\.Module\)\) \{\s*module = new WebAssembly\.Module\(module\);\s*\}\s*/;
  const once = /(function initSync\(module\) \{)\s*if \(wasm !== undefined\) return wasm;/;
  if (!check.test(code) || !once.test(code)) {
    throw new Error('wasm-bindgen does not write initSync as it did: see trustModule');
  }
  return code.replace(check, '').replace(once, '$1');
}

/** @param {Buffer} bytes */
function refuseMachinePaths(bytes) {
  const found = /\/(?:root|home|Users)\/[\x20-\x7e]{0,60}/.exec(bytes.toString('latin1'));
  if (found) throw new Error(`the wasm module holds a path of this machine: ${found[0]}`);
}

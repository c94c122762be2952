// docs/reference/compatibility.md: the oldest runtimes that it states are those of the manifests, of the build and of the test
// matrix, and nothing that it calls stable goes away unnoticed.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import binaryen from 'binaryen';
import { transform } from 'esbuild';

const root = new URL('../..', import.meta.url).pathname;
const read = (/** @type {string} */ file) => readFileSync(`${root}${file}`, 'utf8');
const json = (/** @type {string} */ file) => JSON.parse(read(file));

/** What is stated, by name. @type {Record<string, string>} */
const OLDEST = Object.fromEntries(
  [...read('docs/reference/compatibility.md').matchAll(/^\| ([^|]+?) +\| ([\d.]+) +\|/gm)].map(
    ([, what, version]) => [what, version],
  ),
);

describe('the oldest release that is stated', () => {
  it('of Node.js is that of the manifests, of the set-up, of CI and of the matrix', () => {
    const { 'Node.js': node, 'Node.js, devtools': devtools } = OLDEST;
    const major = node.replace('.0', '');
    for (const file of ['package.json', 'pkg-template/package.json']) {
      assert.equal(json(file).engines.node, `>=${major}`, file);
    }
    assert.equal(json('devtools/package.json').engines.node, `>=${devtools}`);
    assert.match(read('devtools/README.md'), new RegExp(`Node\\.js ${devtools} or newer`));
    assert.match(read('scripts/setup'), new RegExp(`^NODE_MIN=${node}\\.0$`, 'm'));
    for (const [, version] of read('.github/workflows/ci.yml').matchAll(/node-version: (.*)/g)) {
      assert.equal(version, major);
    }
    assert.match(read('docs/runtimes.md'), new RegExp(`^\\| Node\\.js ${major} +\\| ${node}\\.0 and `, 'm'));
    assert.match(read('README.md'), new RegExp(`Node\\.js ${major}\\b`));
    assert.match(read('CONTRIBUTING.md'), new RegExp(`Node\\.js ${major}\\b`));
  });

  it('of Rust is that of the crate, of its README and of CI', () => {
    const rust = OLDEST['Rust, for the crate'];
    assert.match(read('Cargo.toml'), new RegExp(`^rust-version = "${rust}"$`, 'm'));
    assert.match(read('src/README.md'), new RegExp(`It needs Rust ${rust}\\.`));
    assert.match(
      read('.github/workflows/ci.yml'),
      new RegExp(`rustup toolchain install ${rust} .*\\n.*test msrv`),
    );
  });

  it('of TypeScript is the oldest compiler of the matrix', () => {
    const versions = Object.entries(json('tests/matrix/package.json').devDependencies)
      .filter(([name]) => name.startsWith('typescript'))
      .map(([, version]) => /(\d+)\.(\d+)\.\d+$/.exec(version).slice(1).map(Number));
    const [[major, minor]] = versions.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    assert.equal(OLDEST.TypeScript, `${major}.${minor}`);
    assert.match(read('docs/runtimes.md'), new RegExp(`^\\| TypeScript ${OLDEST.TypeScript}, `, 'm'));
  });

  it('of HTTP clients is that of the peer dependencies, and the matrix has one as old', () => {
    const { peerDependencies } = json('pkg-template/package.json');
    for (const [name, range] of Object.entries(peerDependencies)) {
      assert.equal(range, `>=${OLDEST[name]}`);
      const release = OLDEST[name].replace(/(\.0)+$/, '');
      assert.match(read('docs/runtimes.md'), new RegExp(`^\\| ${name} ${release} `, 'm'), name);
    }
  });
});

describe('browsers', () => {
  const target = ['Chrome', 'Edge', 'Firefox', 'Safari'].map(
    (name) => `${name.toLowerCase()}${OLDEST[name] ?? OLDEST['Chrome and Edge']}`,
  );
  const folder = `${root}pkg/esm`;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  );

  it('read the syntax of every file', async () => {
    const lowered = async (/** @type {string} */ code, /** @type {string[]} */ to) => {
      // Chrome 64, Firefox 78, Safari 11.1; esbuild is not sure of it.
      const supported = { 'regexp-unicode-property-escapes': true };
      const { code: result } = await transform(code, { target: to, supported });
      return result !== (await transform(code, { target: 'esnext' })).code;
    };
    for (const file of files) {
      assert.equal(await lowered(readFileSync(`${folder}/${file}`, 'utf8'), target), false, file);
    }
    // It tells: private fields are newer than this.
    assert.ok(await lowered(readFileSync(`${folder}/signer.js`, 'utf8'), ['chrome70']));
  });

  it('have every function that is called: those of ES2022, which the type checker knows, and of the platform', async () => {
    assert.deepEqual(json('tsconfig.json').compilerOptions.lib.slice(0, 2), ['ES2022', 'DOM']);
    for (const file of files) {
      const { code } = await transform(readFileSync(`${folder}/${file}`, 'utf8'), { minifyWhitespace: true });
      const found = code.match(NEWER) ?? [];
      const expected = ONLY_NODE.has(file) ? found.filter((name) => name !== 'URL.canParse') : found;
      assert.deepEqual(expected, [], file);
    }
  });

  it('read the WebAssembly of every module', () => {
    const { Features } = binaryen;
    // Chrome, Firefox and Safari have reference types since 96, 79 and 15; SIMD since 91, 89 and 16.4; all else is older.
    const known = [
      'BulkMemory',
      'BulkMemoryOpt',
      'MutableGlobals',
      'NontrappingFPToInt',
      'ReferenceTypes',
      'Multivalue',
      'SIMD128',
      'SignExt',
    ]
      .map((name) => Features[name])
      .reduce((all, one) => all | one, Features.MVP);
    const isValid = (/** @type {any} */ module, /** @type {number} */ features) => {
      module.setFeatures(features);
      const outcome = module.validate();
      module.dispose();
      return outcome === 1;
    };
    const modules = readdirSync(`${folder}/wasm`).filter((name) => name.endsWith('.wasm'));
    assert.ok(modules.length > 3);
    for (const name of modules) {
      const bytes = readFileSync(`${folder}/wasm/${name}`);
      assert.ok(isValid(binaryen.readBinary(bytes), known), name);
    }
    // It tells: this prints what is missing.
    const vector = '(module (func (drop (v128.const i32x4 0 0 0 0))))';
    assert.ok(!isValid(binaryen.parseText(vector), Features.MVP));
  });
});

/** Of the platform, and newer than those browsers (MDN, browser compatibility). */
const NEWER =
  /\b(?:URL\.(?:canParse|parse)|AbortSignal\.(?:any|timeout)|structuredClone|randomUUID|ReadableStream\.from|Uint8Array\.fromBase64|navigator\.locks|scheduler\.)\b/g;
/** undici is for Node.js alone. */
const ONLY_NODE = new Set(['undici.js']);

describe('what is stable', () => {
  /** What was there with the last release; new names come in with the next one. */
  const known = json('tests/release/stable.json');

  it('every error code is still there', () => {
    const [union] = read('js/engine/errors.js').split('SigV4ErrorCode');
    const codes = [...union.matchAll(/'(ERR_SIGV4_\w+)'/g)].map(([, code]) => code);
    assert.ok(known.codes.length > 20);
    assert.deepEqual(missing(known.codes, codes), [], GONE);
  });

  it('every entry is still there, with every name that it exports', async () => {
    const { exports } = json('pkg/package.json');
    assert.deepEqual(missing(Object.keys(known.exports), Object.keys(exports)), [], GONE);
    for (const [entry, names] of Object.entries(known.exports)) {
      for (const format of ['import', 'require']) {
        const file = exports[entry][format]?.default;
        if (file === undefined) continue;
        const found = Object.keys(await import(`${root}pkg/${file}`));
        assert.deepEqual(missing(names, found), [], `${entry}, ${format}: ${GONE}`);
      }
    }
  });
});

/**
 * @param {string[]} names
 * @param {string[]} found
 */
const missing = (names, found) => names.filter((name) => !found.includes(name));

const GONE =
  'is gone: docs/reference/compatibility.md says which version may do that; then change tests/release/stable.json';

// The blocks of the documents that are not JavaScript: commands, settings, pages, Rust. Each is checked here, or is run by the test that
// its row names. A block that no row covers fails.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parseAllDocuments } from 'yaml';

import { sigv4 } from '../support/cli.js';
import { readPages, ROOT } from '../support/documents.js';

const consumer = fileURLToPath(new URL('../..', import.meta.url));
const read = (/** @type {string} */ path) => readFileSync(join(ROOT, path), 'utf8');

/** Commands, and the file that runs them; `undefined`: what that needs is in docs/testing.md. @type {[RegExp, string | undefined][]} */
const COMMANDS = [
  [/^npm install( --save-dev)?( sigv4-wasm(-devtools)?)+$/, 'tests/js/first-request.test.js'],
  [/^make (demo|test)\b/, 'scripts/test'],
  [/^npm install && .*npm start\b/, 'tests/js/examples.packages.test.js'],
  [/^API_URL=\S+ npm run notify\b/, 'tests/devtools/examples.websocket.test.js'],
  [/^cargo run --package rust-/, 'tests/crate/servers.test.js'],
  [/^wasm-pack build --target web$/, 'tests/crate/crate.test.js'],
  [/^npx esbuild /, 'tests/devtools/documents.test.js'],
  [/^(npx )?sigv4 (gateway|--help)\b/, 'tests/devtools/gateway.command.test.js'],
  [/^(npx )?sigv4 inspect\b/, 'tests/devtools/inspector.server.test.js'],
  [/^(npx )?sigv4 doctor\b/, 'tests/devtools/cli.doctor.test.js'],
  [/^(npx )?sigv4 proxy\b/, 'tests/devtools/proxy.test.js'],
  [/sigv4 completion\b/, 'tests/devtools/cli.completion.test.js'],
  [/^(npx )?sigv4 |\| sigv4 |\(sigv4 |^url=/, 'tests/devtools/cli.readme.test.js'],
  [/^(npx sigv4-wasm-devtools request|export AWS_)/, 'tests/js/examples.packages.test.js'],
  [/^(cdk synth|serverless package) && sigv4 gateway\b/, undefined],
];

/** @type {{ path: string, title: string, language: string, text: string }[]} */
const blocks = [
  ...readPages().map(({ path }) => path),
  ...['devtools/README.md', 'src/README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md'],
  ...readdirSync(join(ROOT, 'examples'))
    .map((name) => `examples/${name}/README.md`)
    .filter((path) => existsSync(join(ROOT, path))),
].flatMap((path) => {
  const page = read(path);
  return Array.from(
    page.matchAll(/^( *)```(\w+).*\n([^]*?)^\1```$/gm),
    ({ 2: language, 3: text, index }) => ({
      path,
      title: `${path}:${page.slice(0, index).split('\n').length}`,
      language,
      text,
    }),
  );
});
const of = (/** @type {string} */ language) => blocks.filter((block) => block.language === language);

it('has a check for each language', () => {
  const checked = ['js', 'ts', 'sh', 'yaml', 'json', 'html', 'rust', 'toml'];
  assert.deepEqual(
    [...new Set(blocks.map(({ language }) => language))].filter((one) => !checked.includes(one)),
    [],
  );
});

describe('commands', () => {
  const page = read('docs/testing.md');
  /** @type {Map<string, string>} */
  const help = new Map();

  for (const { title, text } of of('sh')) {
    it(title, async () => {
      const lines = text.startsWith('url=') ? [text] : text.trim().split('\n');
      for (const line of lines.map((line) => line.replace(/\s+#.*$/, ''))) {
        const row = COMMANDS.find(([pattern]) => pattern.test(line));
        assert.ok(row, `no test runs ${line}`);
        const [, file] = row;
        if (file !== undefined) assert.ok(existsSync(join(ROOT, file)), file);
        else
          assert.ok(page.includes(`\`${line.split(' && ')[0]}\``), `docs/testing.md does not name ${line}`);
        await checkOptions(line);
      }
    });
  }

  /** The options of `sigv4` that a line passes exist. @param {string} line */
  async function checkOptions(line) {
    const [, command, rest] = /\b(?:sigv4|sigv4-wasm-devtools) ([a-z]+)\b([^|)]*)/.exec(line) ?? [];
    if (command === undefined) return;
    if (!help.has(command)) help.set(command, (await sigv4([command, '--help'])).stdout);
    for (const [option] of rest.matchAll(/(?<= )--[a-z][\w-]*/g)) {
      assert.match(
        /** @type {string} */ (help.get(command)),
        new RegExp(`${option}\\b`),
        `${line}: ${option}`,
      );
    }
  }
});

it('the command of the guide to Lambda bundles its handler', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lambda-guide-'));
  after(() => rmSync(folder, { recursive: true }));
  const [command] = of('sh').flatMap(({ text }) => text.match(/^npx esbuild .*$/m) ?? []);
  const [handler] = blocks.filter(
    ({ path, language }) => path === 'docs/guides/lambda.md' && language === 'js',
  );
  writeFileSync(join(folder, 'handler.mjs'), handler.text);
  symlinkSync(join(consumer, 'node_modules'), join(folder, 'node_modules'));
  const [program, ...args] = command.split(' ').slice(1);
  execFileSync(join(ROOT, 'node_modules/.bin', program), [...args, '--log-level=error'], { cwd: folder });
  assert.match(readFileSync(join(folder, 'dist/handler.mjs'), 'utf8'), /export\{\w+ as handler\}/);
});

describe('settings', () => {
  for (const { title, text } of of('yaml')) {
    it(`${title} is YAML, and its resources are those of CloudFormation`, () => {
      const tag = (/** @type {string} */ name) => ({
        tag: `!${name}`,
        resolve: (/** @type {string} */ text) => text,
      });
      const customTags = ['Ref', 'Sub', 'GetAtt'].map(tag);
      const [document, ...others] = /** @type {any[]} */ (parseAllDocuments(text, { customTags }));
      assert.deepEqual([...document.errors, ...document.warnings, ...others], []);
      const { Type: type, Properties: properties } = document.toJS();
      if (type === undefined) return;
      assert.match(type, /^AWS::(ApiGateway(V2)?|Serverless)::\w+$/);
      assert.ok(properties ?? document.toJS().Metadata);
    });
  }

  for (const { title, text } of of('json')) it(`${title} is JSON`, () => void JSON.parse(text));
  for (const { title, text } of of('toml')) {
    it(`${title} names features of the crate`, () => {
      const manifest = read('Cargo.toml');
      const [, features] = /features = \[(.*)\]/.exec(text) ?? assert.fail(text);
      for (const [, name] of features.matchAll(/"(.*?)"/g))
        assert.match(manifest, new RegExp(`^${name} = \\[`, 'm'));
      const [, version] = /version = "([\d.]+)"/.exec(text) ?? assert.fail(text);
      assert.match(manifest, new RegExp(`^version = "${version}\\.`, 'm'));
    });
  }
});

it('pages allow WebAssembly, and no eval', () => {
  const pages = of('html');
  assert.ok(pages.length > 0);
  for (const { title, text } of pages) {
    const [, policy] = /Content-Security-Policy" content="(.*?)"/.exec(text) ?? [];
    assert.match(policy ?? '', /script-src [^;]*'wasm-unsafe-eval'/, title);
    assert.doesNotMatch(policy ?? '', /'unsafe-eval'/, title);
  }
});

it('Rust is compiled and run with the documentation of the crate', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rs'))
    .map((name) => read(`src/${name}`))
    .join('\n');
  const included = Array.from(
    sources.matchAll(/include_str!\("(?:\.\.\/)*([\w./-]+\.md)"\)/g),
    ([, path]) => path,
  );
  // It needs reqwest, which the crate does not: tests/crate/providers-app is such a program.
  const elsewhere = ['docs/guides/credentials.md'];
  const pages = new Set(of('rust').map(({ path }) => path));
  assert.deepEqual(
    [...pages].filter((path) => !included.some((one) => path === one || path === `src/${one}`)),
    elsewhere,
  );
});

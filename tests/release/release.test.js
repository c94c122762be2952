// What the release workflow publishes, made here as it makes it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = new URL('../..', import.meta.url).pathname;
const REPOSITORY = 'https://github.com/owner/repository';

describe('a release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sigv4-wasm-'));
  before(() => run('node', ['scripts/release.mjs', REPOSITORY, folder]));
  after(() => rmSync(folder, { recursive: true }));

  const version = /^version = "(.+)"$/m.exec(readFileSync(`${root}Cargo.toml`, 'utf8'))[1];
  const packed = (name, file) => run('tar', ['xOf', `${folder}/${name}-${version}.tgz`, `package/${file}`]);

  for (const [name, directory] of [
    ['sigv4-wasm', undefined],
    ['sigv4-wasm-devtools', 'devtools'],
  ]) {
    it(`names its repository in ${name}, as provenance requires`, () => {
      const { repository, bugs, homepage } = JSON.parse(packed(name, 'package.json'));
      assert.deepEqual(repository, {
        ...{ type: 'git', url: `git+${REPOSITORY}.git` },
        ...(directory && { directory }),
      });
      assert.equal(bugs, `${REPOSITORY}/issues`);
      assert.equal(homepage, `${REPOSITORY}#readme`);
    });

    it(`packs in ${name} what its manifest exports, and both licences`, () => {
      const files = run('tar', ['tf', `${folder}/${name}-${version}.tgz`]).split('\n');
      const { exports, bin = {} } = JSON.parse(packed(name, 'package.json'));
      const named = [...JSON.stringify(exports).matchAll(/:"\.\/([^"*]+\.[a-z.]+)"/g)].map(
        ([, file]) => file,
      );
      for (const file of [...named, ...Object.values(bin), 'LICENSE-MIT', 'LICENSE-APACHE', 'README.md']) {
        assert.ok(files.includes(`package/${file}`), `${file} is missing`);
      }
      // Pages and pictures that its README leads to.
      const linked = packed(name, 'README.md').matchAll(/\]\((?!https?:|#)([^)#]+)/g);
      for (const [, file] of linked) assert.ok(files.includes(`package/${file}`), `${file} is missing`);
    });
  }

  it('links its README to the pages and pictures of this version', () => {
    const links = [...packed('sigv4-wasm', 'README.md').matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link);
    const base = `${REPOSITORY}/`;
    const ours = links.filter((link) => link.startsWith(base)).map((link) => link.slice(base.length));
    assert.ok(ours.includes(`blob/v${version}/docs/guides/axios.md`));
    assert.ok(ours.some((link) => link.startsWith(`raw/v${version}/`)));
    for (const link of ours) {
      const file = link.replace(/^(?:raw|blob)\/v[^/]+\//, '');
      assert.ok(existsSync(`${root}${file}`), `${file} does not exist`);
    }
    for (const link of links) assert.match(link, /^https:/);
  });

  it('lists in its bill of materials every crate that the notices list, with its checksum', () => {
    const bill = JSON.parse(readFileSync(`${folder}/sigv4-wasm.cdx.json`, 'utf8'));
    const listed = bill.components.map(({ name, version }) => `| ${name} | ${version} |`);
    const notices = packed('sigv4-wasm', 'THIRD_PARTY_NOTICES.md');
    const rows = [...notices.matchAll(/^\| [\w-]+ \| [\d.]+ \|/gm)].map(([row]) => row);
    assert.deepEqual(listed.sort(), rows.sort());
    assert.ok(listed.some((row) => row.startsWith('| sha2 |')));
    for (const { name, hashes } of bill.components)
      assert.match(hashes?.[0].content ?? '', /^[\da-f]{64}$/, name);
  });

  it('lists in the bill of materials of devtools what npm installs for its users', () => {
    const bill = JSON.parse(readFileSync(`${folder}/sigv4-wasm-devtools.cdx.json`, 'utf8'));
    const { dependencies } = JSON.parse(packed('sigv4-wasm-devtools', 'package.json'));
    for (const [name, version] of Object.entries(dependencies)) {
      assert.match(version, /^\d+\.\d+\.\d+$/, `${name} is not pinned`);
      assert.ok(
        bill.components.some((one) => one.name === name && one.version === version),
        name,
      );
    }
  });
});

describe('workflows', () => {
  const workflows = readdirSync(`${root}.github/workflows`);
  for (const file of workflows) {
    const text = readFileSync(`${root}.github/workflows/${file}`, 'utf8');

    it(`${file} pins every action by its commit`, () => {
      const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action);
      assert.ok(used.length > 0);
      for (const action of used) assert.match(action, /^[\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
    });

    it(`${file} may read the repository and nothing else, unless a job asks for more`, () => {
      assert.match(text, /^permissions:\n  contents: read\n\n/m);
    });

    it(`${file} holds no token, and leaves none in the checkout`, () => {
      assert.doesNotMatch(text, /secrets\.|NODE_AUTH_TOKEN/);
      const checkouts = text.match(/uses: actions\/checkout@/g)?.length;
      assert.equal(text.match(/persist-credentials: false/g)?.length, checkouts);
    });
  }

  it('run make targets that exist', () => {
    const targets = new Set(readFileSync(`${root}Makefile`, 'utf8').match(/^[\w-]+(?=:)/gm));
    for (const file of workflows) {
      const text = readFileSync(`${root}.github/workflows/${file}`, 'utf8');
      for (const [, target] of text.matchAll(/run: make ([\w-]+)/g)) assert.ok(targets.has(target), target);
    }
  });
});

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {string} what it printed
 */
function run(command, args) {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
}

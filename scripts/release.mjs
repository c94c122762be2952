// Makes what the release workflow publishes: both packed npm packages, and their bills of materials. Each manifest names the
// repository that the workflow ran in, as npm's provenance requires.
//
//   node scripts/release.mjs REPOSITORY FOLDER     after `make devtools`: packs into FOLDER
//   node scripts/release.mjs --crate REPOSITORY    writes it into Cargo.toml

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { packageReadme } from './lib/package-readme.mjs';
import { billsOfMaterials } from './lib/sbom.mjs';

process.chdir(new URL('..', import.meta.url).pathname);

if (process.argv[2] === '--crate') {
  const repository = checked(process.argv[3]);
  const manifest = readFileSync('Cargo.toml', 'utf8');
  if (/^repository = /m.test(manifest)) throw new Error('Cargo.toml names a repository already');
  writeFileSync('Cargo.toml', manifest.replace(/^license = .*$/m, `$&\nrepository = "${repository}"`));
} else {
  const repository = checked(process.argv[2]);
  const folder = resolve(process.argv[3]);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [directory, path] of [
    ['pkg', ''],
    ['devtools', 'devtools'],
  ]) {
    // In a copy, so that the tree stays as it is.
    const copy = mkdtempSync(join(tmpdir(), 'sigv4-wasm-release-'));
    const manifest = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'));
    for (const file of [...manifest.files, 'README.md']) {
      if (existsSync(`${directory}/${file}`))
        cpSync(`${directory}/${file}`, `${copy}/${file}`, { recursive: true });
    }
    for (const file of ['LICENSE-MIT', 'LICENSE-APACHE']) cpSync(file, `${copy}/${file}`);
    if (directory === 'pkg') {
      const { version } = manifest;
      writeFileSync(
        `${copy}/README.md`,
        packageReadme(readFileSync('README.md', 'utf8'), { repository, version }),
      );
    }
    const links = {
      repository: { type: 'git', url: `git+${repository}.git`, ...(path && { directory: path }) },
      bugs: `${repository}/issues`,
      homepage: `${repository}#readme`,
    };
    writeFileSync(`${copy}/package.json`, `${JSON.stringify({ ...manifest, ...links }, null, 2)}\n`);
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
    execFileSync('npm', pack, { cwd: copy, stdio: 'inherit' });
    rmSync(copy, { recursive: true });
  }
  for (const [name, text] of Object.entries(await billsOfMaterials())) {
    writeFileSync(`${folder}/${name}.cdx.json`, text);
  }
}

/** @param {string | undefined} repository */
function checked(repository) {
  if (!/^https:\/\/[\w.-]+\/[\w.-]+\/[\w.-]+$/.test(repository ?? '')) {
    throw new Error('say which repository: https://HOST/OWNER/NAME');
  }
  return /** @type {string} */ (repository);
}

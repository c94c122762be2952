// `make docs`: the site, into docs/.vitepress/dist. The pages of docs/, the API from the types of the package, that of the crate
// from rustdoc, and the inspector as static files. It checks every link within the site.
//
//   DOCS_REPOSITORY=https://HOST/OWNER/NAME  where links to files outside of docs/ lead

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

process.chdir(new URL('..', import.meta.url).pathname);
const SITE = 'docs/.vitepress/dist';

for (const [needed, make] of [
  ['pkg/esm/index.d.ts', 'make build'],
  ['devtools/dist/inspector/index.html', 'make devtools'],
]) {
  if (!existsSync(needed)) throw new Error(`${needed} is missing: ${make}`);
}
if (!['vitepress', 'typedoc', 'lighthouse'].every((name) => existsSync(`docs/node_modules/${name}`))) {
  console.log('site: installing VitePress, TypeDoc and Lighthouse, into docs/node_modules');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', 'docs'], { stdio: 'inherit' });
}

rmSync('docs/public', { recursive: true, force: true });
cpSync('devtools/dist/inspector', 'docs/public/inspector', { recursive: true });

console.log('site: the API, from the types of the package');
const { exports } = JSON.parse(readFileSync('pkg/package.json', 'utf8'));
const entries = Object.values(exports).flatMap((entry) => entry.import?.types ?? []);
run('typedoc', [
  ...entries.map((file) => join('../pkg', file)),
  ...['--tsconfig', 'tsconfig.json', '--out', 'public/api', '--name', 'sigv4-wasm'],
  ...['--readme', 'none', '--skipErrorChecking', '--excludePrivate', '--excludeInternal', '--disableSources'],
  ...['--logLevel', 'Error'],
]);

console.log('site: the crate');
rmSync('target/doc', { recursive: true, force: true }); // it may hold other crates
const [, features] = /^\[package\.metadata\.docs\.rs\]\nfeatures = (\[.*\])$/m.exec(
  readFileSync('Cargo.toml', 'utf8'),
);
execFileSync('cargo', ['doc', '--quiet', '--no-deps', '--lib', '--features', JSON.parse(features).join()], {
  stdio: 'inherit',
  // A link to an item that does not exist is an error. The links between pages are looked at below.
  env: { ...process.env, RUSTDOCFLAGS: '-D warnings' },
});
cpSync('target/doc', 'docs/public/crate', { recursive: true });
// Where its pages for help and settings lead back to.
writeFileSync(
  'docs/public/crate/index.html',
  '<!doctype html><meta http-equiv="refresh" content="0; url=sigv4_wasm/index.html" /><title>sigv4_wasm</title>\n',
);

console.log('site: the pages');
run('vitepress', ['build', '.']);

const pages = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.html'),
);
const broken = pages
  .filter((name) => !name.startsWith('inspector/'))
  .flatMap((name) =>
    linksOf(name).flatMap((link) => (leadsSomewhere(name, link) ? [] : [`${name}: ${link}`])),
  );
if (broken.length > 0) throw new Error(`broken links:\n${broken.join('\n')}`);
console.log(`site: ${pages.length} pages in ${SITE}, every link leads somewhere`);

/** @param {string} command  of docs/node_modules @param {string[]} args */
function run(command, args) {
  execFileSync(`node_modules/.bin/${command}`, args, { cwd: 'docs', stdio: 'inherit' });
}

/** @param {string} name */
function linksOf(name) {
  // Without what scripts write.
  const html = readFileSync(join(SITE, name), 'utf8').replace(/(<script\b[^>]*>)[^]*?<\/script>/g, '$1');
  return Array.from(
    html.matchAll(/<(?:a|link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"/g),
    ([, link]) => link,
  ).filter((link) => !/^(?:https?:|data:|mailto:|javascript:|#)/.test(link));
}

/** @param {string} name @param {string} link */
function leadsSomewhere(name, link) {
  const [path, anchor] = decodeURI(link.replaceAll('&amp;', '&')).split('#');
  const target = normalize(path.startsWith('/') ? path : join('/', dirname(name), path));
  const file = [target, `${target}.html`, join(target, 'index.html')]
    .map((path) => join(SITE, path))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) return false;
  if (!anchor || !file.endsWith('.html')) return true;
  // Of lines of a source, as rustdoc names them, the first: its script finds the others.
  const [line] = /^\d+(?=(?:-\d+)?$)/.exec(anchor) ?? [];
  const html = readFileSync(file, 'utf8');
  return html.includes(`id="${anchor}"`) || (line !== undefined && html.includes(`id=${line} `));
}

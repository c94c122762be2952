// Checks the map: paths named in ARCHITECTURE.md and CONTRIBUTING.md exist, each folder is on it, and each file begins with a
// description.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(new URL('..', import.meta.url).pathname);

const PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md'];
const PATH = /`((?:js|src|wasm|devtools|tests|scripts|docs|bench|examples|pkg-template)\/[^\s`]*)`/g;

const ROOTS = ['js', 'src', 'devtools/lib'];
/** Written by the build. */
const GENERATED = /^js\/wasm(?:\/|$)/;
/** The table has one row for all adapters. */
const ONE_OF_A_KIND = /^js\/adapters\/\w+$/;

const missing = PAGES.flatMap((page) =>
  Array.from(readFileSync(page, 'utf8').matchAll(PATH), ([, path]) => path)
    .filter((path) => !exists(path))
    .map((path) => `${page} names ${path}, which does not exist`),
);

const paths = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)),
).filter((path) => !GENERATED.test(path));

const unexplained = paths
  .filter((path) => /\.(?:js|rs)$/.test(path))
  .filter((file) => !/^(?:#!.*\n)?\/\/[!]? /.test(readFileSync(file, 'utf8')))
  .map((file) => `${file}: the first line must say what is in the file`);

const architecture = readFileSync('ARCHITECTURE.md', 'utf8');
const unmapped = paths
  .filter((path) => statSync(path).isDirectory() && !ONE_OF_A_KIND.test(path))
  .filter((folder) => !architecture.includes(`\`${folder}/\``))
  .map((folder) => `${folder}/ is not in the table of folders in ARCHITECTURE.md`);

/** What the package exports, as the page of its entries names it: its documentation shows how it is called. */
const exported = new Set(
  Array.from(readFileSync('docs/reference/entries.md', 'utf8').matchAll(/`(\w+)`/g), ([, name]) => name),
);
/** That of overloads is with the first of them. @param {string} comment @param {string} code */
const isShown = (comment, code) => comment.includes('@example') || /@example[^]*@overload/.test(code);
const unshown = paths
  // What is called as in the package, and is not of it.
  .filter(
    (path) =>
      /^js\/.*\/.*\.js$/.test(path) && !/^js\/(?:engine\/verify-engine|sign\/signing)\.js$/.test(path),
  )
  .flatMap((file) => {
    const code = readFileSync(file, 'utf8');
    const comments = code.matchAll(
      /\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport (?:async )?(?:function|class) (\w+)/g,
    );
    return Array.from(comments)
      .filter(([, comment, name]) => exported.has(name) && !isShown(comment, code))
      .map(([, , name]) => `${file}: ${name} is public, and has no @example`);
  });

const problems = [...missing, ...unexplained, ...unmapped, ...unshown];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log('docs: every path exists, every folder is on the map');

/** @param {string} path  `NAME` and `*` stand for any name, or for a part of one */
function exists(path) {
  let found = ['.'];
  for (const part of path.split('/').filter(Boolean)) {
    const name = new RegExp(`^${part.replaceAll('.', '\\.').replace(/NAME|\*/g, '.+')}$`);
    found = found.flatMap((folder) =>
      part === part.replace(/NAME|\*/, '') ? [join(folder, part)] : entriesOf(folder, name),
    );
  }
  return found.some((file) => existsSync(file));
}

/** @param {string} folder @param {RegExp} name */
function entriesOf(folder, name) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder)
    .filter((entry) => name.test(entry))
    .map((entry) => join(folder, entry));
}

// Writes docs/reference/errors.md: the codes of js/engine/errors.js, its messages and those of src/error.rs, and the text of
// scripts/lib/error-docs.mjs. With --check, it only checks whether the page is up to date.

import { readFileSync, writeFileSync } from 'node:fs';

import { format, resolveConfig } from 'prettier';

import { POLICIES, SIGNING, VERIFYING } from './lib/error-docs.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
const PAGE = 'docs/reference/errors.md';

const [union] = readFileSync('js/engine/errors.js', 'utf8').split('SigV4ErrorCode');
const codes = Array.from(union.matchAll(/'ERR_SIGV4_(\w+)'/g), ([, code]) => code);
const documented = Object.keys({ ...SIGNING, ...VERIFYING, ...POLICIES });
const difference = [
  ...codes.filter((code) => !documented.includes(code)),
  ...documented.filter((code) => !codes.includes(code)),
];
if (difference.length > 0) {
  throw new Error(`scripts/lib/error-docs.mjs and js/engine/errors.js differ: ${difference.join(', ')}`);
}

const rows = readFileSync('src/error.rs', 'utf8').matchAll(
  /^ {4}(\w+)(?:\(\w+\))? => "ERR_SIGV4_(\w+)",\s+"((?:\\.|[^"\\])*)"(?:,\s+rust: "((?:\\.|[^"\\])*)")?;/gm,
);
const texts = readFileSync('js/engine/errors.js', 'utf8').matchAll(/^ +\[(\w+)\]: '(.*)',$/gm);
const short = Object.fromEntries(Array.from(texts, ([, name, text]) => [name.replaceAll('_', ''), text]));
const messages = Array.from(rows, ([, name, code, message, rust = message]) => ({
  code,
  npm: short[name.toUpperCase()],
  // A tag, to VitePress.
  rust: rust.replaceAll('\\"', '"').replaceAll('<', '\\<'),
}));
if (messages.length < 10 || messages.some(({ npm }) => npm === undefined)) {
  throw new Error(
    'cannot parse the table of src/error.rs or js/engine/errors.js: adapt the patterns of this script',
  );
}

const text = `# Errors

<!-- Written by scripts/error-page.mjs. -->

If a request cannot be signed, the package throws a \`SigV4Error\`, and nothing is sent. Test \`error.code\`, which is stable, and not
the class: the ES module and the CommonJS build each have their own. No message and no property contains a secret access key or
a session token.

\`\`\`js
import { signRequest } from 'sigv4-wasm';

try {
  await signRequest('https://api.example.com/orders', { credentials });
} catch (error) {
  if (error.code !== 'ERR_SIGV4_REGION_REQUIRED') throw error;
  console.error(error.message); // cannot infer the region from the host api.example.com: pass the option region, …
}
\`\`\`

A response in which AWS refuses a signed request is not a \`SigV4Error\`: see [403: what now](../403.md).

## Signing

${table(SIGNING)}

## Verifying

These errors carry AWS's message, \`status\` and \`type\`, which you can send to the client.

${table(VERIFYING)}

## Policies

${table(POLICIES)}

## Messages of the core

Messages of the npm package name the host or the header. Asynchronous calls also say what to do: they load that text when the
error occurs. Synchronous calls say only what is wrong and where. The codes are the same in both packages, and never change.

| code | npm package | Rust crate |
| --- | --- | --- |
${messages.map(({ code, npm, rust }) => `| \`ERR_SIGV4_${code}\` | ${npm} | ${rust} |`).join('\n')}
`;
const options = await resolveConfig(PAGE);
const page = await format(text, { ...options, parser: 'markdown' });

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  throw new Error(`${PAGE} is out of date: node scripts/error-page.mjs`);
}

/** @param {Record<string, [when: string, remedy: string]>} rows */
function table(rows) {
  const lines = Object.entries(rows).map(
    ([code, [when, remedy]]) => `| \`ERR_SIGV4_${code}\` | ${when} | ${remedy} |`,
  );
  return ['| code | when | what to do |', '| --- | --- | --- |', ...lines].join('\n');
}

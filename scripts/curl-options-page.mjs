// Writes docs/reference/curl-options.md: every option of curl, and how `sigv4 request` treats it.
//
//   node scripts/curl-options-page.mjs          writes it
//   node scripts/curl-options-page.mjs --check  fails if it is not up to date

import { readFileSync, writeFileSync } from 'node:fs';

import { format, resolveConfig } from 'prettier';

import { curlSupport } from '../devtools/lib/cli/curl.js';
import { programFor } from '../devtools/lib/cli/main.js';

const page = new URL('../docs/reference/curl-options.md', import.meta.url).pathname;

const program = await programFor(['request'], {});
const request = program.commands.find((command) => command.name() === 'request');
const rows = curlSupport(request);

const MARKS = { yes: 'yes', ignored: 'no effect', no: 'no' };
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('{', '&#123;');
const table = rows.map(({ option: { name, short }, status, note }) => {
  const names = [name, short].filter(Boolean).map((one) => `\`${one}\``);
  return `| ${names.join(', ')} | ${MARKS[status]} | ${cell(note)} |`;
});
const count = (status) => rows.filter((row) => row.status === status).length;

const text = `# Options of curl in \`sigv4\`

\`sigv4 request\` parses its command line as curl does: \`-XPOST\`, \`-Hname: value\`, \`-sSo out.txt\`, \`--request=POST\`, options
before and after the URL, and \`--no-NAME\` for a switch. This table lists every option of curl's manual: ${count('yes')} work, ${count('ignored')} are
accepted because they have no effect on a single signed HTTP request, and ${count('no')} are refused with a reason. An unknown option is
an error that suggests the option that you probably meant.

These differences are intended:

- The exit code always depends on [the status](../../devtools/README.md#exit-codes), with and without \`-f\`.
- curl's \`--json\` sends JSON; to print JSON, pass \`--format json\`.
- In a query, a \`+\` is sent as \`%20\`, because servers interpret a plus differently, and the signature depends on it.
- \`{}\` and \`[]\` in a URL are taken literally, as with \`-g\`, because one command signs one request.
- A body from standard input has a \`Content-Length\`, because its hash is signed before it is sent.
- \`-L\` signs again for the same origin. A redirect to another origin is followed without a signature, and without
  cookies and \`Authorization\`.
- HTTP/2 is used only with \`--http2\`, and \`http://\` stays HTTP/1.1.
- A proxy is used with a tunnel (\`CONNECT\`), also for \`http://\`, as with \`-p\`.

<!-- Written by scripts/curl-options-page.mjs -->

| option | in \`sigv4 request\` | effect, or reason |
| --- | --- | --- |
${table.join('\n')}
`;

const formatted = await format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== formatted) {
    console.error('docs/reference/curl-options.md is not up to date: run node scripts/curl-options-page.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(page, formatted);
  console.log(`docs/reference/curl-options.md: ${rows.length} options`);
}

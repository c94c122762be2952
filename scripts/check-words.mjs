// Keeps two things out of comments, messages and documentation: phrases that a reader has to decode, and names that are
// not the field's. Each row has what to write instead.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(new URL('..', import.meta.url).pathname);

const ROOTS = [
  ...[
    'js',
    'src',
    'wasm',
    'devtools/lib',
    'devtools/bin',
    'devtools/inspector',
    'docs',
    'examples',
    'pkg-template',
  ],
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'Cargo.toml', 'Makefile'],
  ...['devtools/README.md', 'bench/README.md'],
];
const READ = /(?:\.(?:js|jsx|mjs|d\.ts|rs|md|html|toml)|^Makefile)$/;
/** Written by the build. */
const GENERATED =
  /^js\/(?:wasm|engine\/generated)\/|^docs\/(?:public|\.vitepress\/(?:cache|dist))\/|node_modules/;

/**
 * A space in a pattern also matches a line break within a comment or a paragraph.
 *
 * @type {[pattern: RegExp, instead: string][]}
 */
const PHRASES = [
  // A relative clause that has lost its noun.
  [
    /\bWho (?:has|uses|returns|wants|knows|names|sends|reads|passes|needs|asks|calls|gets|verifies)\b(?![^.]*\?)/,
    'anyone who, a caller that',
  ],
  [/\b(?:for|by|as|only|than) who \w+/, 'for a caller that, by code that'],
  [/\bhas judged\b/, 'is not checked; check it yourself'],
  [/\bsuch as are\b/, 'what they are'],
  [/\b[Ww]hat few (?:need|want|use)\b/, 'loaded only when it is used'],
  [/\b[Aa]nother \w+ was signed than\b/, 'the client signed a different … than the server received'],
  [/\bleaves? nothing of (?:such )?(?:a|the) view/, 'detaches'],
  [/\b(?:come|comes|came) to nothing\b/, 'failed'],
  [/, where (?:they are|it is) composed\b/, 'if … is composed after'],
  [/\bwhose every\b/, 'that … each'],
  [/\b[Ww]hoever\b/, 'anyone who, a caller that'],
  [/\bmakes of (?:it|them|a|the) (?:request|body|form|header|path|secret)\b/, 'the result of'],
  [/\bthe same is true of\b/, '… does the same, this also applies to'],

  // English of another language.
  [/\banother (?:\w+ ){1,2}than\b/, 'a different … from, a … other than'],
  [/\bin place of\b/, 'instead of'],
  [/\bsome [0-9]/, 'about'],
  [/\banew\b/, 'again'],
  [/\bbut for (?!the)\b/, 'except for'],
  [/\b(?:is|are|was|were) good (?:for|until)\b/, 'is valid for'],
  [/\bin the making\b/, 'unfinished'],
  [/\blets? go of\b/, 'releases'],
  [/\btak(?:es?|en) (?:it|them|that|this) (?:away|apart)\b/, 'removes, parses'],
  [/\bthrown away\b/, 'discarded'],
  [/\banswers? [45]\d\d\b/, 'responds with 403'],
  [/\b[Hh]ands? out\b/, 'returns'],

  // A host does not tell anything: values are inferred from it.
  [/\b(?:[Hh]osts?|[Dd]omains?|[Ee]ndpoints?)(?: \w+){0,3} tells?\b/, 'is inferred from the host'],
  [/\b(?:do|does|did) not tell\b/, 'does not say, cannot be inferred'],
  [
    /\btells (?:why|what|which|how|nothing|none|its|their|region|the (?:region|service|host|time|right)) ?\b/,
    'says, shows',
  ],
  [/\b(?:is|are|was|were|be|been|being) told\b(?! apart)/, 'takes, is passed, is reported'],
  [/\bcan tell\b(?! \w+(?: \w+){0,2} (?:apart|from)\b)/, 'knows, shows'],

  // One phrase for one thing.
  [/\b[Aa]t once\b/, 'synchronously, immediately, or at the same time'],
  [/\brather than to (?!(?:a|an|the|one|its|their|your)\b)/, 'instead of …ing'],
  [/\bor nothing\b(?! (?:\w+s|can|may)\b)/, '`undefined`, or empty'],
  [/@(?:returns|param|property) (?:\{[^\n]*\} )?(?:\[?[\w.]+\]? )?nothing\b/, '`undefined`, or empty'],
  [
    /\b(?:[Bb]y|[Ww]here|[Ww]hat|[Ii]f|[Nn]o) (?:the )?host (?:where|if|does|hashes|computes|can)\b/,
    'the platform',
  ],
  [/\b(?:SHA-256|[Hh]ash(?:ed|es)?|[Cc]hecksum|us|ms) by the host\b/, 'by the platform'],
];

/** Names in code, outside of comments and texts. @type {[pattern: RegExp, instead: string][]} */
const NAMES = [
  [/\b(?!WasmGrowAndClaim\b|claim\(\))\w*[cC]laim(?:s|ed|Of|ed[A-Z]\w*)?\b/, 'authorization'],
  [
    /\b(?:arrived|asArrived|said|told|isTold|little)\b/,
    'a term of the field: incoming request, message, reason, …',
  ],
  [/\bhost_?hash\w*/i, 'platformHash: a host is what is signed'],
];

/** A row of `PHRASES` must find each of these. */
const KEPT_OUT = [
  'Who has that URL can make this one request',
  '// Who uses the URL must send the headers that are signed',
  'Who returns a text has judged the token',
  'Redirects are signed, where they are composed after the signer',
  'before it, they fail rather than to go out with the old signature',
  'Another host was signed than the one that arrived',
  'the host X does not tell the region',
  ' * Signs at\n * once: a body in memory',
  'what few need',
  'loaded by who needs it',
  'a body is read only for who knows the secret',
  'Whether memory that grows leaves nothing of such a view',
  ' * @returns {string | undefined} nothing where a header is missing',
  '/// the path to send (or\n    /// nothing, where it is that one)',
  'The core is told the time',
  'SHA-256 by the host where it can',
  'The server received another body than you signed.',
  'a keyword in place of the hash of the body',
  'a request takes some 300 µs',
  'opensearch-js, whose every attempt is signed',
  'Routes with an authorizer other than IAM answer 401',
  'It helps whoever tries',
  'The same is true of your own adapters, and the same is true of caches',
];

const rows = PHRASES.map(acrossLines);
for (const text of KEPT_OUT) {
  if (find('', text, rows).length === 0) throw new Error(`scripts/check-words.mjs does not find: ${text}`);
}

const problems = ROOTS.flatMap(filesOf).flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  const names = /\.(?:js|jsx|mjs|rs)$/.test(file) ? find(file, withoutTexts(file, text), NAMES) : [];
  return [...find(file, text, rows), ...names];
});

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log('words: as docs, comments and names should have them');

/**
 * @param {string} file
 * @param {string} text
 * @param {[RegExp, string][]} patterns
 */
function find(file, text, patterns) {
  return patterns.flatMap(([pattern, instead]) =>
    Array.from(text.matchAll(new RegExp(pattern, `${pattern.flags}g`)), ({ 0: found, index }) => {
      const line = text.slice(0, index).split('\n').length;
      return `${file}:${line}: not "${found.replace(/\s+/g, ' ').trim()}" but: ${instead}`;
    }),
  );
}

/** @param {[RegExp, string]} row @returns {[RegExp, string]} */
function acrossLines([{ source, flags }, instead]) {
  const gap = String.raw`(?:[ \t]+|[ \t]*\n[ \t]*(?:\/\/[\/!]?|\*(?!\/)|#)?[ \t]*)`;
  return [new RegExp(source.replaceAll(' ', gap), flags), instead];
}

/** Without comments and texts, line for line. In Rust, a single quote may begin a lifetime. @param {string} file @param {string} code */
function withoutTexts(file, code) {
  const texts = file.endsWith('.rs')
    ? /\/\/.*|"(?:\\[^]|[^"\\])*"/g
    : /\/\*[^]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\\n])*`|"(?:\\.|[^"\\\n])*"/g;
  return code.replace(texts, (text) => text.replace(/[^\n]/g, ' '));
}

/** @param {string} root  a file, or a folder with all in it */
function filesOf(root) {
  const stat = statSync(root, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat ? [root] : [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => READ.test(name))
    .map((name) => join(root, name))
    .filter((name) => !GENERATED.test(name));
}

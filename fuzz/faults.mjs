// `node fuzz/faults.mjs`: puts one fault after the other into a copy of the core, and says which target finds it, and how soon. A
// fault that none finds, or whose place is gone, ends it with 1. With words, only faults with these in their name.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

process.chdir(new URL('..', import.meta.url).pathname);

/** For each target. */
const SECONDS = 2;

/**
 * What is wrong then, the file, what stands there, and what stands there instead. Each place is there once.
 *
 * @type {[what: string, file: string, from: string, to: string][]}
 */
const FAULTS = [
  [
    'headers that begin with x-amz- are not signed',
    'src/canonical/headers.rs',
    'is_amz(name) || REQUIRED.contains(name)',
    'REQUIRED.contains(name)',
  ],
  [
    'the blanks between words of a header value are dropped',
    'src/canonical/headers.rs',
    'separator = b" ";',
    'separator = b"";',
  ],
  [
    'an escape is written with the wrong low digit',
    'src/canonical/encode.rs',
    'byte = upper_hex(byte & 15);',
    'byte = upper_hex(byte & 14);',
  ],
  [
    'sorting stops one gap too early',
    'src/canonical/mod.rs',
    '[701, 301, 132, 57, 23, 10, 4, 1]',
    '[701, 301, 132, 57, 23, 10, 4]',
  ],
  [
    'the comparison of signatures stops eight characters early',
    'src/verify/known_credentials.rs',
    'words.iter().zip(other_words)',
    'words.iter().zip(other_words).take(7)',
  ],
  [
    'a session token is not compared',
    'src/verify/known_credentials.rs',
    'SessionToken::Known(token) => is_equal(token.as_bytes(), given.unwrap_or_default().as_bytes())',
    'SessionToken::Known(_) => given.is_some()',
  ],
  [
    'x-amz- headers outside SignedHeaders are accepted',
    'src/verify/checks.rs',
    '!is_amz(header.key) && header.key != b"host"',
    'header.key != b"host"',
  ],
  [
    'an old signature is good for twice as long',
    'src/verify/checks.rs',
    'None if signed_at >= now - skew',
    'None if signed_at >= now - 2.0 * skew',
  ],
  [
    'the signature of a chunk is not looked at',
    'src/verify/chunks.rs',
    'chain.verify_chunk(&BodyHash::of(data), signature)?',
    'drop(chain.verify_chunk(&BodyHash::of(data), signature))',
  ],
  [
    'a message of an event stream signs the request, not the message before',
    'src/verify/chunks.rs',
    'self.last = signature.into();',
    'let _ = signature;',
  ],
  [
    'the length of an uploaded file may be one over the limit',
    'src/verify/post_policy.rs',
    'self.check_length(least, most)?',
    'self.check_length(least, most.saturating_add(1))?',
  ],
  [
    'an Allow wins over a Deny',
    'src/policy/evaluate.rs',
    '(Some(place), _) => (Decision::ExplicitDeny, Some(place))',
    '(Some(place), None) => (Decision::ExplicitDeny, Some(place)),\n        (Some(_), Some(place)) => (Decision::Allow, Some(place))',
  ],
  [
    'a parameter starts one character too early, from the second on',
    'src/verify/examination.rs',
    'start += part.len() + 1;',
    'start += part.len();',
  ],
  [
    'the days of a date are counted one off after February',
    'src/timestamp.rs',
    '(153 * shifted_month + 2) / 5 + day',
    '(153 * shifted_month + 3) / 5 + day',
  ],
];

const tree = 'target/faults/tree';
rmSync(tree, { recursive: true, force: true });
mkdirSync(tree, { recursive: true });
execFileSync('sh', ['-c', `git archive HEAD | tar x -C ${tree}`]);
const env = {
  ...process.env,
  CARGO_TARGET_DIR: `${process.cwd()}/target/faults/target`,
  RUST_BACKTRACE: '0',
};
const cargo = ['--quiet', '--locked', '--profile', 'fuzz', '--package', 'sigv4-wasm-fuzz'];
const targets = [...readFileSync('fuzz/Cargo.toml', 'utf8').matchAll(/^name = "([a-z_]+)"$/gm)].map(
  ([, name]) => name,
);

/** Words that a fault must have in its name; none: all faults. */
const wanted = process.argv.slice(2);

console.log('| fault | found by | after |\n| --- | --- | --- |');
for (const [what, file, from, to] of FAULTS.filter(([what]) => wanted.every((word) => what.includes(word)))) {
  const path = `${tree}/${file}`;
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file} does not hold this once: ${from}`);
  writeFileSync(path, text.replace(from, to));
  execFileSync('cargo', ['build', ...cargo], { cwd: tree, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const found = targets.flatMap(findWith);
  console.log(`| ${what} | ${found.map(([name]) => name).join(', ') || '—'} | ${found[0]?.[1] ?? ''} |`);
  if (found.length === 0) process.exitCode = 1;
  writeFileSync(path, text);
}

/**
 * @param {string} target
 * @returns {[name: string, after: string][]}
 */
function findWith(target) {
  const started = performance.now();
  const loop = `${process.cwd()}/target/faults/target/fuzz/fuzz-loop`;
  const args = ['--seconds', String(SECONDS), '--seed', '1', target];
  const { status, stderr } = spawnSync(loop, args, { cwd: tree, env, encoding: 'utf8' });
  if (status === 0) return [];
  const runs = /failed after (\d+) runs/.exec(stderr)?.[1] ?? '?';
  return [[target, `${runs} runs, ${((performance.now() - started) / 1000).toFixed(1)} s`]];
}

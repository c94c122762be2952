// Completion, in the shells themselves.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { BARE, SIGV4 } from '../support/cli.js';

/** @type {string} */
let home;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'sigv4-completion-'));
  await mkdir(join(home, '.aws'));
  await writeFile(join(home, '.aws/config'), '[default]\n[profile work-eu]\n[profile work-us]\n');
  await writeFile(join(home, 'some-file.json'), '');
});
after(() => rm(home, { recursive: true }));

/**
 * How a shell is asked for the candidates of a line that is being written, one a line.
 *
 * @type {Record<string, (words: string[]) => string>}
 */
const SHELLS = {
  bash: (words) => `source <(sigv4 completion bash)
COMP_WORDS=(${words.map(quote).join(' ')}); COMP_CWORD=${words.length - 1}
_sigv4_completion
printf '%s\\n' "\${COMPREPLY[@]}"`,
  // What _describe is given: what it makes of it needs a terminal.
  zsh: (words) => `compdef() { }; _default() { print -l *; }
_describe() { local -a all=(\${(P)2}); print -l -- \${(M)all:#\${words[CURRENT]}*}; }
source <(sigv4 completion zsh)
words=(${words.map(quote).join(' ')}); CURRENT=${words.length}
_sigv4_completion`,
  fish: (words) => `sigv4 completion fish | source
complete -C ${quote(words.join(' '))}`,
};

/** @param {string} word */
function quote(word) {
  return `'${word}'`;
}

/** @type {[line: string[], some: string[], none?: string[]][]} */
const LINES = [
  [
    ['sigv4', ''],
    ['request', 'sign', 'presign', 'explain', 'completion'],
  ],
  [['sigv4', 'pre'], ['presign'], ['request']],
  [
    ['sigv4', 'request', '--re'],
    ['--region', '--request'],
    ['--expires', '--no-resolve'],
  ],
  // Letters are for those who know them.
  [
    ['sigv4', 'request', '--'],
    ['--request', '--header'],
    ['--X', '--H', '-X', '--user', '--ntlm'],
  ],
  [['sigv4', 'request', 'https://h/', '--he'], ['--head', '--header'], ['--help-all']],
  [['sigv4', 'presign', '--ex'], ['--expires']],
  [['sigv4', 'request', '--region', 'eu-w'], ['eu-west-1', 'eu-west-2', 'eu-west-3'], ['us-east-1']],
  [['sigv4', 'sign', '--service', 'exec'], ['execute-api']],
  [['sigv4', 'request', '--profile', 'work'], ['work-eu', 'work-us'], ['default']],
  [
    ['sigv4', 'request', '-X', 'P'],
    ['PATCH', 'POST', 'PUT'],
  ],
  [
    ['sigv4', 'sign', '--as', ''],
    ['headers', 'curl', 'fetch', 'axios'],
  ],
  [
    ['sigv4', 'proxy', '--payload', ''],
    ['auto', 'signed', 'unsigned', 'chunks'],
  ],
  [['sigv4', 'proxy', '--allow'], ['--allow-origin', '--allow-host'], ['--match']],
  [
    ['sigv4', 'completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
];

for (const shell of Object.keys(SHELLS)) {
  const isInstalled = spawnSync(shell, ['--version']).status === 0;
  describe(shell, { skip: !isInstalled && `${shell} is not installed` }, () => {
    for (const [line, some, none = []] of LINES) {
      it(line.join(' '), async () => {
        const candidates = await candidatesOf(shell, line);
        for (const one of some) assert.ok(candidates.includes(one), `${one}: ${candidates}`);
        for (const one of none) assert.ok(!candidates.includes(one), `${one}: ${candidates}`);
      });
    }

    for (const line of [
      ['sigv4', 'explain', 'some'],
      ['sigv4', 'request', '-o', 'some'],
    ]) {
      it(`${line.join(' ')}: files`, async () => {
        const candidates = await candidatesOf(shell, line);
        // bash takes files where it is given nothing.
        assert.deepEqual(candidates, shell === 'bash' ? [] : ['some-file.json']);
      });
    }
  });
}

/**
 * @param {string} shell
 * @param {string[]} line
 */
async function candidatesOf(shell, line) {
  // Whatever shell the user logs in with.
  const login = shell === 'bash' ? '/bin/zsh' : '/bin/bash';
  const env = { ...BARE, HOME: home, SHELL: login, PATH: `${dirname(SIGV4)}:${process.env.PATH}` };
  const { stdout } = await promisify(execFile)(shell, ['-c', SHELLS[shell](line)], { env, cwd: home });
  // bash gets none.
  const description = { zsh: /:.*/, fish: /\t.*/ }[shell] ?? /^$/;
  return stdout.split('\n').flatMap((one) => one.replace(description, '').trim() || []);
}

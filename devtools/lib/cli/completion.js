// `sigv4 completion`, and candidates beyond those of yargs.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** @param {import('yargs').Argv} yargs */
export function builder(yargs) {
  return yargs
    .positional('shell', { choices: Object.keys(SCRIPTS), describe: 'Your shell' })
    .example('source <(sigv4 completion bash)', 'in ~/.bashrc')
    .example('source <(sigv4 completion zsh)', 'in ~/.zshrc, after compinit')
    .example('sigv4 completion fish | source', 'in ~/.config/fish/config.fish');
}

/** @param {{ shell: keyof typeof SCRIPTS }} argv */
export function handler({ shell }) {
  console.log(SCRIPTS[shell]);
}

// yargs prints candidates for the shell in $SHELL, which may not be the one that asks.
const ASK = '--get-yargs-completions';

const SCRIPTS = {
  bash: `_sigv4_completion() {
  local IFS=$'\\n' candidates
  candidates=$(SHELL=bash ZSH_NAME= sigv4 ${ASK} "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _sigv4_completion sigv4`,
  zsh: `_sigv4_completion() {
  local -a candidates
  candidates=("\${(@f)$(SHELL=zsh sigv4 ${ASK} "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$candidates" ]]; then _describe 'sigv4' candidates; else _default; fi
}
compdef _sigv4_completion sigv4`,
  fish: `complete -c sigv4 -a '(SHELL=bash sigv4 ${ASK} (commandline -opc) (commandline -ct) 2>/dev/null)'`,
};

/**
 * @param {string} current  the word that is being typed
 * @param {any} argv
 * @param {(onDefaults: (error: Error | null, defaults?: string[]) => void) => void} ask  yargs for its own
 * @param {(candidates: string[]) => void} done
 */
export function complete(current, argv, ask, done) {
  const [, before] = /(?:^|\s)(-\S+)$/.exec(process.argv.slice(2, -1).join(' ')) ?? [];
  const values = VALUES[before];
  if (values) return done(values().filter((value) => value.startsWith(current)));
  // Without a dash, it may also be a file, which the shell completes.
  const isWanted = (/** @type {string} */ one) => current.startsWith('-') || !one.startsWith('-');
  ask((error, defaults = []) => done(defaults.filter(isWanted)));
}

/** @type {Record<string, () => string[]>} */
const VALUES = {
  '--profile': profiles,
  '--region': () => REGIONS.split(' '),
  '--service': () => SERVICES.split(' '),
  '-X': () => METHODS.split(' '),
  '--method': () => METHODS.split(' '),
};

/** @returns {string[]} */
function profiles() {
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;
  const files = [
    AWS_CONFIG_FILE ?? join(homedir(), '.aws/config'),
    AWS_SHARED_CREDENTIALS_FILE ?? join(homedir(), '.aws/credentials'),
  ];
  const names = files.flatMap((file) => {
    try {
      return [...readFileSync(file, 'utf8').matchAll(/^\[(?:profile\s+)?([^\s\]]+)\]/gm)].map(
        ([, name]) => name,
      );
    } catch {
      return [];
    }
  });
  return [...new Set(names)].sort();
}

const METHODS = 'DELETE GET HEAD OPTIONS PATCH POST PUT';
const SERVICES =
  'aoss appsync bedrock cloudformation dynamodb ec2 es execute-api iam iotdevicegateway lambda logs monitoring s3 ' +
  's3express secretsmanager ses sns sqs ssm states sts vpc-lattice-svcs';
/** Those that every account has, and those that it can opt in to. */
const REGIONS =
  'af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ' +
  'ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 ' +
  'cn-northwest-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 ' +
  'il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 ' +
  'us-west-1 us-west-2';

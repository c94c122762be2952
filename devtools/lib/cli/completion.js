// `sigv4 completion`, and the candidates that its scripts ask for.

import { Argument } from 'commander';

import { profileNames } from './profiles.js';

/** @param {import('commander').Command} command */
export function define(command) {
  command.addArgument(new Argument('<shell>', 'Your shell').choices(Object.keys(SCRIPTS)));
  return command.addHelpText(
    'after',
    `
Examples:
  source <(sigv4 completion bash)      in ~/.bashrc
  source <(sigv4 completion zsh)       in ~/.zshrc, after compinit
  sigv4 completion fish | source       in ~/.config/fish/config.fish`,
  );
}

/** @param {unknown} _argv @param {keyof typeof SCRIPTS} shell */
export function handler(_argv, shell) {
  console.log(SCRIPTS[shell]);
}

const ASK = '--complete';

/** Each asks for lines of a word, a tab and what it is for. */
const SCRIPTS = {
  bash: `_sigv4_completion() {
  local IFS=$'\\n' candidates
  candidates=$(sigv4 ${ASK} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1)
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _sigv4_completion sigv4`,
  zsh: `_sigv4_completion() {
  local -a candidates
  candidates=("\${(@f)$(sigv4 ${ASK} "\${(@)words[2,CURRENT]}" 2>/dev/null | sed 's/:/\\\\:/g' | tr '\\t' ':')}")
  if [[ -n "$candidates" ]]; then _describe 'sigv4' candidates; else _default; fi
}
compdef _sigv4_completion sigv4`,
  fish: `complete -c sigv4 -a '(sigv4 ${ASK} (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

/**
 * @param {string[]} words  after the name of the program, the one that is being typed last
 * @param {import('commander').Command} program  with the options of the command that is named
 * @returns {string[]} lines of a word, and what it is for after a tab
 */
export function candidates(words, program) {
  const current = words.at(-1) ?? '';
  const lines = words.length < 2 ? commandsOf(program) : candidatesIn(words, program);
  return lines.filter((line) => line.startsWith(current));
}

/** @param {import('commander').Command} program */
function commandsOf(program) {
  return program.commands.map((command) => `${command.name()}\t${command.description()}`);
}

/**
 * @param {string[]} words
 * @param {import('commander').Command} program
 * @returns {string[]}
 */
function candidatesIn(words, program) {
  const command = program.commands.find((one) => one.name() === words[0]);
  if (command === undefined) return [];
  const current = words[words.length - 1];
  const before = words[words.length - 2];
  const option = command.options.find(({ short, long }) => before === short || before === long);
  const values = option && (option.argChoices ?? VALUES[option.long ?? '']?.());
  if (values) return values;
  // What an option takes, and a word that is no option, may be a file, which the shell completes.
  if (option?.required) return [];
  if (!current.startsWith('-')) return words.length === 2 ? choicesOf(command) : [];
  return command.options
    .filter(({ hidden }) => !hidden)
    .flatMap(({ short, long, description }) => {
      const isLetter = current.length === 2 && current === short;
      return [
        isLetter ? `${short}\t${description}` : '',
        long === undefined ? '' : `${long}\t${description}`,
      ];
    })
    .filter((line) => line !== '');
}

/** @param {import('commander').Command} command */
function choicesOf({ registeredArguments: [first] }) {
  return first?.argChoices ?? [];
}

/** @type {Record<string, () => string[]>} */
const VALUES = {
  '--profile': profileNames,
  '--region': () => REGIONS.split(' '),
  '--service': () => SERVICES.split(' '),
  '--request': () => METHODS.split(' '),
};

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

// `sigv4 explain`

import { inShellWords } from './advice.js';
import { exitCode } from './exit.js';
import { formatMismatches } from './format.js';
import { inferScope, resolveCredentials } from './identity.js';
import { readRequest, readText } from './input.js';
import { addFormatOption, addIdentityOptions, addOptions } from './options.js';
import { redactor, showsColors } from './output.js';
import { checkProfile } from './profiles.js';

/** @param {import('commander').Command} command */
export function define(command) {
  command.argument(
    '[file]',
    'File with the response (its body, or everything that curl -i prints); default: standard input',
  );
  addOptions(command, 'Request:', [
    [
      '--request <file>',
      'File with the request that was sent (curl, fetch, HAR or HTTP), to find the mistake',
    ],
  ]);
  addIdentityOptions(command);
  addFormatOption(command);
  return command.addHelpText(
    'after',
    `
Examples:
  sigv4 explain answer.json
  curl -i URL | sigv4 explain
  sigv4 explain --request sent.txt      with the credentials that should have signed it`,
  );
}

/** @param {any} argv @param {string} [file] */
export async function handler(argv, file) {
  checkProfile(argv);
  const { explainResponse, findMismatch, formatExplanation } = await import('sigv4-wasm/explain');
  const request = argv.request === undefined ? undefined : await readRequest(argv.request);
  const answer = await answerOf(file, request);
  const explanation = answer === undefined ? undefined : await explainResponse(answer, { request });
  const secretAccessKey = request && (await resolveCredentials(argv, request.signing)).credentials;
  const mismatches =
    request && (await findMismatch(request, { secretAccessKey, ...(await expected(request, argv)) }));

  const isProved = mismatches?.some((mismatch) => mismatch.isProved);
  const redact = redactor(secretAccessKey ?? {});
  const color = showsColors(process.stdout);
  if (argv.format === 'json') {
    console.log(redact(JSON.stringify({ explanation, mismatches }, null, 2)));
  } else {
    const meaning = explanation && formatExplanation(inShellWords(explanation, { isOwn: false }), { color });
    const found = mismatches && formatMismatches(mismatches, { color });
    // Proved causes come before likely ones.
    const parts = isProved ? [found, meaning] : [meaning, found];
    console.log(redact(parts.filter((part) => part !== undefined).join('\n\n')));
    if (!request && explanation?.code === 'signature-mismatch') console.log(`\n${HINT}`);
  }
  const isExplained = isProved || (explanation && explanation.code !== 'unknown');
  return exitCode(isExplained ? 'ok' : 'unexplained');
}

const HINT =
  'To prove the mistake, save the request that was sent (copied from the browser, or as curl -v shows it), and run it again ' +
  'with it: sigv4 explain RESPONSE --request FILE';

/**
 * With a request, the response is optional: the mistake can be found without it.
 *
 * @param {string | undefined} file
 * @param {import('../requests/index.js').ParsedRequest | undefined} request
 */
async function answerOf(file, request) {
  if (file === undefined && request) return request.response;
  return readText(file ?? '-');
}

/**
 * What the server expects, as far as it is known. The environment does not count: it says what the client did.
 *
 * @param {import('../requests/index.js').ParsedRequest} request
 * @param {{ region?: string, service?: string }} options
 */
function expected({ url }, { region, service }) {
  const inferred = inferScope(url);
  return { region: region ?? inferred.region, service: service ?? inferred.service };
}

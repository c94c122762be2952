// `sigv4 explain`

import { exitCode } from './exit.js';
import { formatMismatches } from './format.js';
import { inferScope, resolveCredentials } from './identity.js';
import { readRequest, readText } from './input.js';
import { addFormatOption, addIdentityOptions, addOptions } from './options.js';
import { redactor, showsColors } from './output.js';

/** @param {import('commander').Command} command */
export function define(command) {
  command.argument(
    '[file]',
    'The response: its body, or everything that curl -i prints; default: standard input',
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
  const { explainResponse, findMismatch, formatExplanation } = await import('sigv4-wasm/explain');
  const request = argv.request === undefined ? undefined : await readRequest(argv.request);
  const answer = await answerOf(file, request);
  const explanation = answer === undefined ? undefined : await explainResponse(answer, { request });
  const secretAccessKey = request && (await resolveCredentials(argv, request.signing)).credentials;
  const mismatches =
    request && (await findMismatch(request, { secretAccessKey, ...(await expected(request, argv)) }));

  const redact = redactor(secretAccessKey ?? {});
  const color = showsColors(process.stdout);
  if (argv.format === 'json') {
    console.log(redact(JSON.stringify({ explanation, mismatches }, null, 2)));
  } else {
    if (explanation) console.log(redact(formatExplanation(explanation, { color })));
    if (!request && explanation?.code === 'signature-mismatch') console.log(HINT);
    if (mismatches) console.log(redact(formatMismatches(mismatches, { color })));
  }
  const isProved = mismatches?.some((mismatch) => mismatch.isProved);
  const isExplained = isProved || (explanation && explanation.code !== 'unknown');
  return exitCode(isExplained ? 'ok' : 'unexplained');
}

const HINT =
  'To find the mistake, pass the request that was sent (curl, fetch, HAR or HTTP): sigv4 explain RESPONSE --request FILE';

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

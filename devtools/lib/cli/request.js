// `sigv4 request`: as curl, but signed, and with an explanation of a 403.

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { CliError, exitCode } from './exit.js';
import { asText, collect, requestOf } from './input.js';
import {
  IDENTITY_OPTIONS,
  JSON_OPTION,
  REFUSED_OPTIONS,
  REQUEST_OPTIONS,
  SIGNING_OPTIONS,
  optionTable,
  parseDate,
  TEXT,
} from './options.js';
import { bodyForJson, printJson, redactor, showsColors } from './output.js';
import { connectionError, send } from './send.js';
import { prepare } from './signing.js';

/**
 * @typedef {object} Exchange
 * @property {import('./send.js').Wire} wire
 * @property {import('./send.js').ServerResponse} answer
 * @property {import('sigv4-wasm/explain').Explanation} [explanation]  of a refusal
 * @property {number} [clockOffset]  how far the server's clock is ahead, in milliseconds, if that is the cause
 */

/** @param {import('yargs').Argv} yargs */
export function builder(yargs) {
  return yargs
    .options({
      ...REQUEST_OPTIONS,
      ...optionTable('Request:', {
        head: { alias: 'I', type: 'boolean', describe: 'Send a HEAD request and show the headers' },
        'max-time': { alias: 'm', type: 'number', nargs: 1, describe: 'Seconds for the whole request' },
      }),
      ...SIGNING_OPTIONS,
      ...optionTable('Signature:', {
        presign: { type: 'boolean', describe: 'Put the signature in the URL instead of the headers' },
      }),
      ...IDENTITY_OPTIONS,
      ...REFUSED_OPTIONS,
      ...JSON_OPTION,
      ...optionTable('Output:', {
        output: { alias: 'o', ...TEXT, describe: 'File to write the body to' },
        include: { alias: 'i', type: 'boolean', describe: 'Also show the response headers' },
        verbose: {
          alias: 'v',
          type: 'boolean',
          describe: 'Show what is sent, and where the settings come from',
        },
        silent: { alias: 's', type: 'boolean', describe: 'Print nothing but errors on standard error' },
        fail: { alias: 'f', type: 'boolean', describe: 'Omit the body if the status is 400 or above' },
        explain: { type: 'boolean', default: true, describe: 'Explain a 401 or 403 (off: --no-explain)' },
        'show-secrets': { type: 'boolean', describe: 'Show the session token and the signature' },
      }),
    })
    .example('$0 request https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders', '')
    .example(`$0 request POST URL -H 'content-type: application/json' -d '{"item":"tea"}'`, '')
    .example('$0 request PUT https://bucket.s3.eu-west-1.amazonaws.com/big.iso --data-binary @big.iso', '');
}

/**
 * @param {any} argv
 * @returns {Promise<number>}
 */
export async function handler(argv) {
  const prepared = await prepare(await requestOf(argv, ['accept: */*']), argv);
  const { credentials, origins } = prepared;
  const redact = argv.showSecrets ? (/** @type {string} */ text) => text : redactor(credentials);
  const note = (/** @type {string} */ text) => argv.silent || console.error(redact(text));
  const verbose = argv.verbose ? note : undefined;
  for (const origin of origins) verbose?.(`* ${origin}`);

  const date = parseDate(argv.date);
  const signal = argv.maxTime === undefined ? undefined : AbortSignal.timeout(milliseconds(argv.maxTime));
  const began = performance.now();
  /** @param {number} clockOffset  in milliseconds @returns {Promise<Exchange>} */
  const attempt = async (clockOffset) => {
    const at = date ?? new Date(Date.now() + clockOffset);
    const wire = await prepared.sign(at);
    const answer = await send(wire, { signal, onHead: verbose && ((head) => verbose(prefixed('>', head))) });
    verbose?.(prefixed('<', headOf(answer)));
    if (!REFUSED.includes(answer.status)) return { wire, answer };
    return { wire, ...(await explained(answer, wire, await prepared.trace(at), redact)) };
  };

  try {
    let exchange = await attempt(0);
    if (exchange.clockOffset !== undefined && date === undefined) {
      note(
        `sigv4: the clock of this machine is ${inWords(exchange.clockOffset)}: signed again with the server's time`,
      );
      exchange = await attempt(exchange.clockOffset);
    }
    const { answer, explanation } = exchange;
    if (argv.json) {
      const report = await reportOf(exchange, redact);
      const durationMs = Math.round(performance.now() - began);
      printJson({ ...report, explanation: argv.explain ? explanation : undefined, durationMs });
    } else {
      await write(answer, argv);
    }
    if (explanation && argv.explain) {
      const { formatExplanation } = await import('sigv4-wasm/explain');
      note(
        `${isStdoutSeen(argv) ? '\n' : ''}sigv4: ${formatExplanation(explanation, { color: showsColors(process.stderr) })}`,
      );
    }
    return exitCode(REFUSED.includes(answer.status) ? 'refused' : answer.status >= 400 ? 'status' : 'ok');
  } catch (error) {
    throw connectionError(error, prepared.request.url);
  }
}

const REFUSED = [401, 403];

/** @param {number} seconds */
function milliseconds(seconds) {
  if (seconds > 0 && seconds < 1e6) return Math.ceil(seconds * 1000);
  throw new CliError('usage', '--max-time must be a number of seconds, such as 2.5');
}

/** Whether the terminal shows the body, which may not end with a line break. @param {{ output?: string }} options */
function isStdoutSeen({ output = '-' }) {
  return output === '-' && process.stdout.isTTY;
}

/**
 * Reads a refusal and explains it.
 *
 * @param {import('./send.js').ServerResponse} answer
 * @param {import('./send.js').Wire} wire
 * @param {import('sigv4-wasm/trace').SigningTrace} signed
 * @param {(text: string) => string} redact
 */
async function explained(answer, { method, url }, signed, redact) {
  const { explainResponse } = await import('sigv4-wasm/explain');
  // Byte for byte, except for the session token, which it may repeat.
  const bytes = Buffer.from(
    redact((await collect(answer.body, 'the response')).toString('latin1')),
    'latin1',
  );
  const { status, headers } = answer;
  const response = { status, headers, body: bytes.toString(), url: url.split('?')[0], request: { method } };
  const explanation = await explainResponse(response, { signed });
  return {
    answer: { ...answer, body: Readable.from([bytes]) },
    explanation,
    clockOffset: clockOffsetOf(explanation),
  };
}

/**
 * How far the server's clock is ahead of ours, in milliseconds, if that is the cause.
 *
 * @param {import('sigv4-wasm/explain').Explanation} explanation
 */
function clockOffsetOf({ clockSkewSeconds, serverTime }) {
  return clockSkewSeconds === undefined || !serverTime ? undefined : serverTime.getTime() - Date.now();
}

/** @param {number} offset  in milliseconds */
function inWords(offset) {
  const seconds = Math.round(Math.abs(offset) / 1000);
  return `${seconds} s ${offset > 0 ? 'behind' : 'ahead'}`;
}

/**
 * @param {import('./send.js').ServerResponse} answer
 * @param {{ output?: string, include?: boolean, head?: boolean, fail?: boolean }} options
 */
async function write(answer, { output = '-', include, head, fail }) {
  const out = output === '-' ? process.stdout : createWriteStream(output);
  const showsHead = include || head;
  const showsBody = !(fail && answer.status >= 400);
  async function* parts() {
    if (showsHead) yield Buffer.from(`${headOf(answer)}\r\n\r\n`, 'latin1');
    if (showsBody) yield* answer.body;
    else answer.body.on('error', () => {}).destroy();
  }
  try {
    await pipeline(Readable.from(parts()), out, { end: out !== process.stdout });
  } catch (cause) {
    if (/** @type {any} */ (cause).syscall === undefined || !out.errored) throw cause;
    throw new CliError('write', `cannot write ${output} (${/** @type {any} */ (cause).code})`);
  }
}

/** @param {import('./send.js').ServerResponse} answer */
function headOf({ status, statusText, headers }) {
  const lines = [`HTTP/1.1 ${status} ${statusText}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  // No control characters, which a terminal might interpret.
  return lines.map((line) => line.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, '?')).join('\r\n');
}

/**
 * @param {string} mark
 * @param {string} head
 */
function prefixed(mark, head) {
  return head.replaceAll('\r', '').replace(/^/gm, `${mark} `);
}

/**
 * @param {Exchange} exchange
 * @param {(text: string) => string} redact
 */
async function reportOf({ wire, answer }, redact) {
  const { method, url, headers } = wire;
  return {
    request: { method, url: redact(url), headers: headersForJson(Object.entries(headers), redact) },
    response: {
      status: answer.status,
      headers: headersForJson(answer.headers, redact),
      ...bodyForJson(await collect(answer.body, 'the response')),
    },
  };
}

/**
 * @param {[string, string][]} headers
 * @param {(text: string) => string} redact
 * @returns {Record<string, string>}
 */
function headersForJson(headers, redact) {
  /** @type {Record<string, string>} */
  const record = Object.create(null);
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const shown = redact(`${key}: ${asText(value)}`).slice(key.length + 2);
    record[key] = key in record ? `${record[key]}, ${shown}` : shown;
  }
  return record;
}

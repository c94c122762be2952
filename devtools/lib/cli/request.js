// `sigv4 request`: as curl, but signed, and with an explanation of a 403.

import { readFileSync } from 'node:fs';

import { inShellWords } from './advice.js';
import { Cookies } from './cookies.js';
import { dispatcherFor } from './connection.js';
import { addForeignOptions, addRequestOptions, addTransferOptions } from './curl.js';
import { Download } from './download.js';
import { CliError, exitCode } from './exit.js';
import { REFUSED, exchangeOf } from './exchange.js';
import { resolveIdentity } from './identity.js';
import { asText, collect, readText, takeRequest } from './input.js';
import { addFormatOption, addIdentityOptions, addOptions, addSigningOptions, parseDate } from './options.js';
import { bodyForJson, printJson, redactor, showsColors } from './output.js';
import { checkProfile } from './profiles.js';
import { connectionError } from './send.js';
import { writeOut } from './write-out.js';

/** @typedef {import('./exchange.js').Exchange} Exchange */

/** @param {import('commander').Command} command */
export function define(command) {
  command.usage('[METHOD] URL [OPTIONS]').argument('[words...]');
  addRequestOptions(command);
  addTransferOptions(command);
  addSigningOptions(command);
  addOptions(command, 'Signature:', [['--presign', 'Put the signature in the URL instead of the headers']]);
  addIdentityOptions(command);
  addFormatOption(command);
  addOptions(command, 'Output:', [
    ['--no-explain', 'Do not explain a 401 or 403'],
    ['--show-secrets', 'Show the session token and the signature'],
  ]);
  addForeignOptions(command);
  return command.addHelpText(
    'after',
    `
Examples:
  sigv4 request https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders
  sigv4 request POST URL -H 'content-type: application/json' -d '{"item":"tea"}'
  sigv4 request -T big.iso https://bucket.s3.eu-west-1.amazonaws.com/big.iso
  sigv4 request --from copied-from-a-browser.txt`,
  );
}

/**
 * @param {any} argv
 * @param {string[]} words
 * @returns {Promise<number>}
 */
export async function handler(argv, words) {
  checkProfile(argv);
  const { request, hints, notes } = await takeRequest(words, argv, defaultsOf(argv));
  const identity = await resolveIdentity(request.url, argv, hints);
  // A browser's copy asks for compression, because the browser could read it.
  argv.compressed ||= argv.from !== undefined;
  const redact = argv.showSecrets ? (/** @type {string} */ text) => text : redactor(identity.credentials);
  const note = (/** @type {string} */ text) => argv.silent || console.error(redact(text));
  const verbose = argv.verbose ? note : undefined;
  for (const text of notes) note(`sigv4: ${text}`);
  for (const origin of identity.origins) verbose?.(`* ${origin}`);

  const signal = argv.maxTime ? AbortSignal.timeout(Math.ceil(argv.maxTime * 1000)) : undefined;
  const began = performance.now();
  const download = new Download(argv, request.url);
  const cookies = await Cookies.from(argv);
  const dispatcher = await dispatcherFor(argv, request.url);
  const elapsed = () => performance.now() - began;
  /** @type {Exchange | undefined} */
  let exchange;
  let firstByteMs = 0;
  /** @type {any} */
  let failure;
  try {
    exchange = await exchangeOf(request, {
      ...{ argv, identity, dispatcher, cookies, signal, redact, note, verbose },
      date: parseDate(argv.date),
      onRedirect: (answer) => download.head(answer),
    });
    firstByteMs = elapsed();
    if (argv.format === 'json') {
      const report = await reportOf(exchange, redact);
      const { explanation: found } = exchange;
      const explanation = argv.explain && found ? inShellWords(found, { isOwn: true }) : undefined;
      printJson({ ...report, explanation, durationMs: Math.round(elapsed()) });
    } else {
      await download.write(exchange.answer);
    }
    await explain(exchange, argv, note);
  } catch (error) {
    failure = connectionError(error, request.url);
    await download.failed();
  } finally {
    if (argv.cookieJar !== undefined) await cookies.write(argv.cookieJar);
    await dispatcher.destroy().catch(() => {});
  }
  const code =
    failure === undefined ? endOf(exchange?.answer.status ?? 0) : exitCode(failure.ending ?? 'bug');
  if (argv.writeOut !== undefined) {
    const happened = {
      exchange,
      request,
      download,
      exitCode: code,
      failure,
      firstByteMs,
      totalMs: elapsed(),
    };
    await report(argv.writeOut, happened);
  }
  if (failure !== undefined && isHidden(failure, argv)) return code;
  if (failure !== undefined) throw failure;
  return code;
}

/** The headers that curl sends by default. @param {any} argv @returns {[string, string][]} */
function defaultsOf({ compressed }) {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return [
    ['User-Agent', `sigv4/${version}`],
    ['Accept', '*/*'],
    ...(compressed ? [/** @type {[string, string]} */ (['Accept-Encoding', 'deflate, gzip, br'])] : []),
  ];
}

/** @param {number} status */
function endOf(status) {
  return exitCode(REFUSED.includes(status) ? 'refused' : status >= 400 ? 'status' : 'ok');
}

/** As curl, `-s` is about what happens on the network. @param {any} failure @param {any} argv */
function isHidden({ ending }, { silent, showError }) {
  return silent && !showError && ['connect', 'timeout', 'redirects'].includes(ending);
}

/**
 * @param {Exchange} exchange
 * @param {any} argv
 * @param {(text: string) => void} note
 */
async function explain({ explanation }, argv, note) {
  if (!explanation || !argv.explain) return;
  const { formatExplanation } = await import('sigv4-wasm/explain');
  // The body may not end with a line break.
  const isStdoutSeen = argv.output === undefined && process.stdout.isTTY;
  const text = formatExplanation(inShellWords(explanation, { isOwn: true }), {
    color: showsColors(process.stderr),
  });
  note(`${isStdoutSeen ? '\n' : ''}sigv4: ${text}`);
}

/**
 * `--write-out`
 *
 * @param {string} format
 * @param {any} happened
 */
async function report(format, { exchange, request, download, exitCode, failure, firstByteMs, totalMs }) {
  const text = format.startsWith('@') ? await readText(format.slice(1)) : format;
  const answer = exchange?.answer;
  const location = answer?.headers.find((/** @type {[string, string]} */ [name]) =>
    /^location$/i.test(name),
  )?.[1];
  const { url, method, body } = exchange?.request ?? request;
  const happened = {
    ...{ method, url, exitCode, firstByteMs, totalMs },
    status: answer?.status ?? 0,
    version: answer?.version ?? '0',
    headers: answer?.headers ?? [],
    redirects: exchange?.redirects ?? 0,
    retries: exchange?.retries ?? 0,
    redirectUrl: location !== undefined && URL.canParse(location, url) ? new URL(location, url).href : '',
    downloaded: download.bytes,
    uploaded: body === undefined ? 0 : 'file' in body ? body.size : body.length,
    headerBytes: download.headBytes,
    errorMessage: failure?.message ?? '',
    filename: download.file ?? '',
  };
  for (const { stream, text: piece } of writeOut(text, happened)) process[stream].write(piece);
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

// The options of curl that `sigv4` supports, and the reasons for those that it does not.

import { Option } from 'commander';

import { CURL_OPTIONS } from '../requests/curl-options.js';
import { CliError } from './exit.js';
import { addOptions, count, repeated, seconds } from './options.js';

/** @typedef {import('./options.js').OptionRow} OptionRow */

/**
 * In the order in which they are given, as curl joins them.
 *
 * @typedef {{ from: string, value: string }} DataOption
 */

/** @type {OptionRow[]} */
const REQUEST_ROWS = [
  ['-X, --request <method>', 'Method; default: GET, POST with data, PUT with -T'],
  [
    '-H, --header <line>',
    'Header "Name: value"; "Name:" removes a default header; @FILE reads lines',
    repeated,
  ],
  ['-d, --data <data>', 'Body; @FILE reads a file without its line breaks, @- reads standard input'],
  ['--data-ascii <data>', 'The same as --data'],
  ['--data-raw <data>', 'Body, taken literally: @ has no special meaning'],
  ['--data-binary <data>', 'Body; @FILE streams a file unchanged, however large'],
  ['--data-urlencode <data>', 'Body, percent-encoded: CONTENT, =CONTENT, NAME=CONTENT, @FILE, NAME@FILE'],
  ['--json <data>', 'Body, with content-type and accept of JSON; @FILE reads a file'],
  ['-F, --form <field>', 'Field of a multipart form: NAME=VALUE, NAME=@FILE, NAME=<FILE'],
  ['--form-string <field>', 'Likewise, taken literally'],
  ['--form-escape', 'Escape names in a form with backslashes'],
  ['-G, --get', 'Put the data in the query'],
  ['-T, --upload-file <file>', 'Send a file with PUT; - is standard input'],
  ['-I, --head', 'Send a HEAD request and show the headers'],
  ['-A, --user-agent <name>', 'User-Agent'],
  ['-e, --referer <url>', 'Referer'],
  ['-b, --cookie <data>', 'Cookies "name=value; …", or a file that holds them', repeated],
  ['-r, --range <range>', 'Bytes to ask for, such as 0-499'],
  ['--url <url>', 'The URL, as an option', repeated],
  [
    '--url-query <data>',
    'Append to the query, as --data-urlencode does to the body; +TEXT is not encoded',
    repeated,
  ],
  ['--path-as-is', 'Keep /./ and /../ in the path'],
  ['-g, --globoff', 'Take backslashes before brackets literally'],
];

/** Those that add to the body. */
const DATA = [
  'data',
  'data-ascii',
  'data-raw',
  'data-binary',
  'data-urlencode',
  'json',
  'form',
  'form-string',
];

/** @type {OptionRow[]} */
const TRANSFER_ROWS = [
  ['-L, --location', 'Follow redirects; each request is signed again, to the same origin only'],
  ['--max-redirs <number>', 'Redirects to follow at most; default: 50', count],
  ['--post301', 'Keep POST after a 301'],
  ['--post302', 'Keep POST after a 302'],
  ['--post303', 'Keep POST after a 303'],
  ['-m, --max-time <seconds>', 'Time limit for the whole request, in seconds', seconds],
  ['--connect-timeout <seconds>', 'Time limit for the connection, in seconds', seconds],
  ['--retry <number>', 'Retries after 408, 429, 500, 502, 503, 504 and timeouts, each signed again', count],
  ['--retry-delay <seconds>', 'Seconds between retries; default: 1, doubled each time', seconds],
  ['--retry-max-time <seconds>', 'Seconds after which no retry begins', seconds],
  ['--retry-connrefused', 'Also retry after a refused connection'],
  ['--retry-all-errors', 'Retry after every error'],
  ['-k, --insecure', 'Accept any certificate'],
  ['--cacert <file>', 'Certificates to trust, in PEM'],
  ['-E, --cert <file>', 'Client certificate, in PEM'],
  ['--key <file>', 'Private key of the client certificate'],
  ['--tlsv1.2', 'TLS 1.2 or newer'],
  ['--tlsv1.3', 'TLS 1.3 or newer'],
  ['--tls-max <version>', 'Newest version of TLS to use: 1.2 or 1.3'],
  ['--http1.1', 'HTTP/1.1 (the default)'],
  ['--http2', 'Use HTTP/2 over TLS, if the server supports it'],
  ['--resolve <host:port:address>', 'Address of a host', repeated],
  ['--connect-to <host:port:host:port>', 'Connect to a different host', repeated],
  ['-4, --ipv4', 'Connect to IPv4 addresses only'],
  ['-6, --ipv6', 'Connect to IPv6 addresses only'],
  ['-x, --proxy <url>', 'Proxy; default: http_proxy and https_proxy'],
  ['-U, --proxy-user <user:password>', 'User name and password for the proxy'],
  ['--noproxy <hosts>', 'Hosts to reach without the proxy; * for all'],
  ['--unix-socket <path>', 'Connect to a Unix socket'],
  ['-c, --cookie-jar <file>', 'File to write cookies to'],
  ['-j, --junk-session-cookies', 'Ignore the session cookies in the file of -b'],
];

/** @type {OptionRow[]} */
const OUTPUT_ROWS = [
  ['-o, --output <file>', 'File to write the body to'],
  ['-O, --remote-name', 'Write the body to a file with the last name of the path'],
  ['-J, --remote-header-name', 'With -O: use the name in Content-Disposition'],
  ['--output-dir <folder>', 'Folder for -o and -O'],
  ['--create-dirs', 'Create the folders of the file'],
  ['--no-clobber', 'Do not overwrite a file: write to FILE.1, FILE.2, …'],
  ['--remove-on-error', 'Remove the file if the request fails'],
  ['-i, --include', 'Also show the response headers'],
  ['--show-headers', 'The same as --include'],
  ['-D, --dump-header <file>', 'File to write the response headers to'],
  ['--compressed', 'Ask for a compressed response, and decompress it'],
  ['-w, --write-out <format>', 'Text to print at the end, such as %{http_code}; @FILE reads it'],
  ['-v, --verbose', 'Show what is sent, and where the settings come from'],
  ['-s, --silent', 'Print no explanations and no connection errors'],
  ['-S, --show-error', 'With -s: print errors'],
  ['-f, --fail', 'Omit the body if the status is 400 or above'],
  ['--fail-with-body', 'Accepted; the exit code always depends on the status'],
];

/**
 * The options that make a request, for commands that send nothing.
 *
 * @param {import('commander').Command} command
 */
export function addRequestOptions(command) {
  addOptions(command, 'Request:', [
    ['--from <file>', 'File with a pasted request (curl, fetch, HAR, HTTP, Postman …); - is standard input'],
    ['--entry <number>', 'Number of the request in the file of --from, counted from 1', count],
  ]);
  /** @type {DataOption[]} */
  const given = [];
  addOptions(command, 'Request:', REQUEST_ROWS);
  for (const name of DATA) command.on(`option:${name}`, (value) => given.push({ from: name, value }));
  command.setOptionValue('given', given);
}

/** Those that say how it is sent, and those of curl that `sigv4` lacks. @param {import('commander').Command} command */
export function addTransferOptions(command) {
  addOptions(command, 'Transfer:', TRANSFER_ROWS);
  addOptions(command, 'Output:', OUTPUT_ROWS);
}

/** Those that say how the connection is made. @param {import('commander').Command} command */
export function addConnectionOptions(command) {
  const isOfConnection =
    /--(?:insecure|cacert|cert|key|resolve|connect-to|proxy|proxy-user|noproxy|connect-timeout) /;
  addOptions(
    command,
    'Connection:',
    TRANSFER_ROWS.filter(([flags]) => isOfConnection.test(`${flags} `)),
  );
}

/** As curl has them: `--no-NAME` takes back `--NAME`. @param {import('commander').Command} command */
function addNegations(command) {
  const names = new Set(command.options.map(({ long }) => long));
  for (const option of [...command.options]) {
    const negation = `--no-${option.name()}`;
    if (option.isBoolean() && !option.negate && !names.has(negation)) {
      command.addOption(new Option(negation).hideHelp());
    }
  }
}

/**
 * Accepts what makes no difference, and says of the rest why it is not there. Last: what is there already stays.
 *
 * @param {import('commander').Command} command
 */
export function addForeignOptions(command) {
  const taken = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  for (const { name, short, hasValue, concern } of CURL_OPTIONS) {
    if (taken.has(name) || name === '--help') continue;
    const letter = short !== undefined && !taken.has(short) ? `${short}, ` : '';
    const option = new Option(`${letter}${name}${hasValue ? ' <value>' : ''}`).hideHelp();
    command.addOption(option);
    if (concern === 'nothing') continue;
    command.on(`option:${option.name()}`, () => {
      throw new CliError(
        'usage',
        `${name} is an option of curl that sigv4 does not have: ${REASONS[concern]}`,
      );
    });
  }
  addNegations(command);
}

/** @type {Record<import('../requests/curl-options.js').Concern, string>} */
const REASONS = {
  request: 'it makes a different kind of request',
  transfer: 'leave it out, or print a signed command with `sigv4 sign --as curl` and add it there',
  nothing: 'it has no effect here',
  authentication: 'the signature replaces other credentials (see "Credentials" in the README)',
  several: 'pass one request at a time, with all of its options on the command line',
  connection: 'leave it out, or print a signed command with `sigv4 sign --as curl` and add it there',
  protocol: 'it is for protocols other than HTTP',
  program: 'see `sigv4 --help`',
};

/**
 * For the page that lists them all.
 *
 * @param {import('commander').Command} command  with all options
 * @returns {{ option: import('../requests/curl-options.js').CurlOption, status: 'yes' | 'ignored' | 'no', note: string }[]}
 */
export function curlSupport(command) {
  const described = new Map(
    command.options.filter((option) => !option.hidden).map((option) => [option.long, option.description]),
  );
  return CURL_OPTIONS.map((option) => {
    const note = described.get(option.name);
    if (note !== undefined) return { option, status: 'yes', note };
    if (option.concern === 'program') return { option, status: 'yes', note: 'that of `sigv4`' };
    return { option, status: option.concern === 'nothing' ? 'ignored' : 'no', note: REASONS[option.concern] };
  });
}

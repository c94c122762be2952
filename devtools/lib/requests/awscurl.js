// An `awscurl` command as the request that it signs.
//
// Source: awscurl 0.44, `inner_main` and `make_request`.

import { fileError, headerPair, onlyUrl, readCommandLine } from './command-line.js';
import { absoluteUrl } from './parts.js';

const OPTIONS = {
  values: `-X,--request -d,--data -H,--header --region --profile --service --access_key --secret_key --security_token
    --session_token -o,--output --tls-min --tls-max`,
  switches: '-v,--verbose -i,--include -k,--insecure --fail-with-body --data-binary -L,--location',
};

/** @param {string} text */
export function isAwscurl(text) {
  return /^\s*(?:[$%>]\s+)?(?:\w+=\S*\s+)*awscurl\s/.test(text);
}

/**
 * @param {string} text
 * @returns {import('./index.js').ParsedRequest}
 */
export function parseAwscurl(text) {
  const line = readCommandLine(text, /^awscurl$/, OPTIONS);
  const { value: url, word } = onlyUrl(line, 'awscurl');
  const [data] = line.all('--data').slice(-1);
  if (data?.value.startsWith('@')) throw fileError(line, data, data.value.slice(1));
  const given = line.all('--header').map((one) => headerPair(line, one));
  const body = data?.value ?? '';
  const profile = line.last('--profile');
  return {
    format: 'awscurl',
    method: line.last('--request') ?? 'GET',
    url: absoluteUrl(url, 'https:', text, word.at),
    headers: given.length > 0 ? given : [...DEFAULT_HEADERS],
    ...(body !== '' && { body }),
    signing: signingOf(line),
    notes: [
      ...line.notes,
      ...(profile === undefined ? [] : [`--profile ${profile} is left out: pass it to sigv4`]),
    ],
  };
}

/** @type {[string, string][]} */
const DEFAULT_HEADERS = [
  ['Accept', 'application/xml'],
  ['Content-Type', 'application/json'],
];

/**
 * Its region stays open unless it is given: awscurl takes us-east-1, whatever the host is.
 *
 * @param {import('./command-line.js').CommandLine} line
 */
function signingOf(line) {
  const sessionToken = line.last('--session_token') ?? line.last('--security_token');
  /** @type {[keyof import('./index.js').SigningHints, string | undefined][]} */
  const hints = [
    ['accessKeyId', line.last('--access_key')],
    ['secretAccessKey', line.last('--secret_key')],
    ['sessionToken', sessionToken],
    ['region', line.last('--region')],
    ['service', line.last('--service') ?? 'execute-api'],
  ];
  return Object.fromEntries(hints.filter(([, value]) => value !== undefined));
}

// A `wget` command as the request that wget would send.
//
// Source: wget(1); "Wget Manual", HTTP Options.

import { base64 } from './bytes.js';
import { fileError, headerPair, onlyUrl, readCommandLine } from './command-line.js';
import { absoluteUrl, addDefault, removeDotSegments } from './parts.js';

const OPTIONS = {
  values: `--method --header --body-data --body-file --post-data --post-file -U,--user-agent --referer -O,--output-document
    -o,--output-file -a,--append-output -t,--tries -T,--timeout --connect-timeout --read-timeout --dns-timeout -w,--wait --waitretry
    --max-redirect --ca-certificate --certificate --private-key --secure-protocol --load-cookies --save-cookies -e,--execute
    --http-user --http-password --user --password --compression -P,--directory-prefix --limit-rate --retry-on-http-error --bind-address`,
  switches: `-q,--quiet -v,--verbose -nv,--no-verbose -S,--server-response -d,--debug -c,--continue -4,--inet4-only -6,--inet6-only
    --check-certificate --content-on-error --auth-no-challenge --proxy --cache --cookies --http-keep-alive --show-progress --https-only
    --content-disposition --spider --trust-server-names -N,--timestamping`,
};

/** @param {string} text */
export function isWget(text) {
  return /^\s*(?:[$%>]\s+)?(?:\w+=\S*\s+)*wget\s/.test(text);
}

/**
 * @param {string} text
 * @returns {import('./index.js').ParsedRequest}
 */
export function parseWget(text) {
  const line = readCommandLine(text.replace(/(\s)-nv(?=\s)/, '$1--no-verbose'), /^wget$/, OPTIONS);
  const { value: url, word } = onlyUrl(line, 'wget');
  for (const name of ['--body-file', '--post-file']) {
    const [file] = line.all(name);
    if (file !== undefined) throw fileError(line, file, file.value);
  }
  const posted = line.last('--post-data');
  const body = posted ?? line.last('--body-data');
  const headers = line.all('--header').map((one) => headerPair(line, one));
  // A later one of the same name takes the place.
  const kept = headers.filter(
    ([name], i) => !headers.slice(i + 1).some(([later]) => later.toLowerCase() === name.toLowerCase()),
  );
  const agent = line.last('--user-agent');
  if (agent) addDefault(kept, 'User-Agent', agent);
  const referer = line.last('--referer');
  if (referer) addDefault(kept, 'Referer', referer);
  if (body !== undefined) addDefault(kept, 'Content-Type', 'application/x-www-form-urlencoded');
  const user = line.last('--http-user') ?? line.last('--user');
  if (user !== undefined && line.has('--auth-no-challenge')) {
    const password = line.last('--http-password') ?? line.last('--password') ?? '';
    addDefault(kept, 'Authorization', `Basic ${base64(new TextEncoder().encode(`${user}:${password}`))}`);
  }
  return {
    format: 'wget',
    method: line.last('--method') ?? (posted !== undefined ? 'POST' : line.has('--spider') ? 'HEAD' : 'GET'),
    url: removeDotSegments(absoluteUrl(url, 'http:', text, word.at)),
    headers: kept.filter(([, value]) => value !== ''),
    ...(body !== undefined && { body }),
    notes: line.notes,
  };
}

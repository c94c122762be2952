// A curl command as the request that curl would send.
//
// Source: curl(1), for each option.

import { base64, joinBytes, textOrBytes } from './bytes.js';
import { RequestSyntaxError } from './error.js';
import { absoluteUrl, addDefault, headerOf, removeDotSegments } from './parts.js';
import { splitWords, wordText } from './shell-words.js';

/**
 * @typedef {import('./shell-words.js').Word} Word
 * @typedef {import('./index.js').ParsedRequest} ParsedRequest
 *
 * What the options add up to.
 * @typedef {object} Command
 * @property {string} text  all of it, for errors
 * @property {Word[]} urls
 * @property {string | undefined} method
 * @property {[string, string][]} headers
 * @property {Set<string>} removed  names of headers that curl shall leave out
 * @property {Uint8Array[]} data
 * @property {string[]} query
 * @property {Set<string>} flags
 * @property {string | undefined} user
 * @property {string | undefined} sigv4  what `--aws-sigv4` says
 * @property {string[]} notes
 *
 * @typedef {(command: Command, value: string, word: Word) => void} Option
 */

/** @param {string} text */
export function isCurl(text) {
  return /^\s*(?:[$%>]\s+)?(?:\w+=\S*\s+)*curl(?:\.exe)?\s/.test(text);
}

/**
 * @param {string} text
 * @returns {ParsedRequest}
 * @throws {RequestSyntaxError}
 */
export function parseCurl(text) {
  const { words, notes } = splitWords(text);
  const start = words.findIndex((word) => /^curl(?:\.exe)?$/.test(wordText(word)));
  /** @type {Command} */
  const command = {
    ...{ text, notes, urls: [], headers: [], data: [], query: [] },
    ...{ method: undefined, user: undefined, sigv4: undefined },
    removed: new Set(),
    flags: new Set(),
  };
  readOptions(words.slice(start + 1), command);
  return requestOf(command);
}

/**
 * @param {Word[]} words
 * @param {Command} command
 */
function readOptions(words, command) {
  let hasOptionsEnded = false;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    const text = wordText(word);
    if (hasOptionsEnded || !/^-./.test(text)) {
      command.urls.push(word);
    } else if (text === '--') {
      hasOptionsEnded = true;
    } else {
      for (const { name, rest } of namesIn(text)) {
        const option = OPTIONS[name];
        if (option === undefined && SWITCHES.has(name)) continue;
        if (option === undefined && !IGNORED.has(name)) throw unknown(command, word, name);
        const value = rest === undefined ? words[(i += 1)] : { bytes: rest, at: word.at };
        if (value === undefined) {
          throw new RequestSyntaxError(`the curl option ${name} needs a value`, command.text, word.at);
        }
        option?.(command, wordText(value), value);
      }
    }
  }

  /**
   * `--long`, or several short ones in one word; the last of these may have its value there.
   *
   * @param {string} text
   * @returns {Generator<{ name: string, rest?: Uint8Array }>}
   */
  function* namesIn(text) {
    if (text.startsWith('--')) {
      const name = text.replace(/^--no-/, '--');
      if (FLAGS.has(name)) command.flags.add(name);
      else yield { name: text };
      return;
    }
    for (let at = 1; at < text.length; at += 1) {
      const name = SHORT[text[at]] ?? `-${text[at]}`;
      if (FLAGS.has(name)) command.flags.add(name);
      else if (!SWITCHES.has(name)) {
        const rest = text.slice(at + 1);
        yield rest === '' ? { name } : { name, rest: new TextEncoder().encode(rest) };
        return;
      }
    }
  }
}

/**
 * @param {Command} command
 * @returns {ParsedRequest}
 */
function requestOf(command) {
  const { text, urls, headers, data, flags, notes } = command;
  if (urls.length !== 1) {
    throw urls.length === 0
      ? new RequestSyntaxError('this curl command has no URL')
      : new RequestSyntaxError(
          `curl would read ${JSON.stringify(wordText(urls[1]).slice(0, 80))} as a second URL: ` +
            'paste one request at a time, and quote values that have spaces',
          text,
          urls[1].at,
        );
  }
  const written = wordText(urls[0]);
  // A backslash keeps curl from taking brackets for a range.
  const plain = flags.has('--globoff') ? written : written.replace(/\\([[\]{}])/g, '$1');
  let url = absoluteUrl(plain, 'http:', text, urls[0].at);
  if (!flags.has('--path-as-is')) url = removeDotSegments(url);
  const body = data.length === 0 ? undefined : joinBytes(data, flags.has('--json') ? '' : '&');
  const isQuery = flags.has('--get') && body !== undefined;
  const query = [...command.query, ...(isQuery ? [new TextDecoder().decode(body)] : [])].join('&');
  if (query !== '') url += (url.includes('?') ? '&' : '?') + query;

  const hasBody = body !== undefined && !isQuery;
  if (hasBody) {
    if (flags.has('--json')) {
      addDefault(headers, 'Content-Type', 'application/json', command.removed);
      addDefault(headers, 'Accept', 'application/json', command.removed);
    } else {
      addDefault(headers, 'Content-Type', 'application/x-www-form-urlencoded', command.removed);
    }
  }
  const signing = signingOf(command);
  if (command.user !== undefined && signing === undefined) {
    const credentials = new TextEncoder().encode(command.user);
    addDefault(headers, 'Authorization', `Basic ${base64(credentials)}`, command.removed);
  }
  return {
    format: 'curl',
    method: command.method ?? (flags.has('--head') ? 'HEAD' : hasBody ? 'POST' : 'GET'),
    url,
    headers,
    ...(hasBody && { body: textOrBytes(body) }),
    ...(signing !== undefined && { signing }),
    notes,
  };
}

/** What `--aws-sigv4 provider1[:provider2[:region[:service]]]` and `--user` say. @param {Command} command */
function signingOf({ sigv4, user, headers }) {
  if (sigv4 === undefined) return undefined;
  const [, , region, service] = sigv4.split(':');
  const [, accessKeyId, secretAccessKey] = /^([^:]*):?(.*)$/s.exec(user ?? '') ?? [];
  const sessionToken = headerOf({ headers }, 'x-amz-security-token');
  return { accessKeyId, secretAccessKey, sessionToken, region, service };
}

/** @type {Option} */
function data(command, value, word) {
  if (value.startsWith('@')) throw file(command, word, value.slice(1));
  command.data.push(word.bytes);
}

/** @type {Option} */
function urlencoded(command, value, word) {
  const [, name = '', mark, content] = /^([^=@]*)([=@])?(.*)$/s.exec(value) ?? [];
  if (mark === '@') throw file(command, word, content);
  const pair = mark === undefined ? ['', name] : [name, content];
  const escaped = encodeURIComponent(pair[1])
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
  command.data.push(new TextEncoder().encode(pair[0] === '' ? escaped : `${pair[0]}=${escaped}`));
}

/** @type {Option} */
function header(command, value, word) {
  if (value.startsWith('@')) throw file(command, word, value.slice(1));
  const [, name, mark, content] = /^([^:;]*)([:;])?(.*)$/s.exec(value) ?? [];
  const text = content.trim();
  if (mark === ':' && text !== '') command.headers.push([name.trim(), text]);
  // "X-Custom;" sends an empty one, "Accept:" none.
  else if (mark === ';' && text === '') command.headers.push([name.trim(), '']);
  else if (mark === ':') command.removed.add(name.trim().toLowerCase());
  else throw new RequestSyntaxError(`this header has no colon: ${value.slice(0, 80)}`, command.text, word.at);
}

/**
 * @param {Command} command
 * @param {Word} word
 * @param {string} name
 */
function file(command, word, name) {
  return new RequestSyntaxError(
    `curl would read the file ${JSON.stringify(name)}, which is not available here: replace it with its content`,
    command.text,
    word.at,
  );
}

/** @param {string} reason @returns {Option} */
function refused(reason) {
  return ({ text }, _value, { at }) => {
    throw new RequestSyntaxError(reason, text, at);
  };
}

/**
 * @param {Command} command
 * @param {Word} word
 * @param {string} name
 */
function unknown(command, word, name) {
  return new RequestSyntaxError(
    `unknown curl option ${name}: remove it if it does not change the request`,
    command.text,
    word.at,
  );
}

/** @param {string} name @returns {Option} */
function sends(name) {
  return (command, value) => {
    command.headers.push([name, value]);
  };
}

/** Those that make the request, by their long names. @type {Record<string, Option>} */
const OPTIONS = {
  '--request': (command, value) => {
    command.method = value;
  },
  '--url': (command, _value, word) => {
    command.urls.push(word);
  },
  '--header': header,
  '--data': data,
  '--data-ascii': data,
  '--data-binary': data,
  '--data-raw': (command, _value, word) => {
    command.data.push(word.bytes);
  },
  '--data-urlencode': urlencoded,
  '--json': (command, value, word) => {
    data(command, value, word);
    command.flags.add('--json');
  },
  '--url-query': (command, value, word) => {
    if (value.startsWith('+')) {
      command.query.push(value.slice(1));
      return;
    }
    urlencoded(command, value, word);
    command.query.push(new TextDecoder().decode(command.data.pop()));
  },
  '--user': (command, value) => {
    command.user = value;
  },
  '--aws-sigv4': (command, value) => {
    command.sigv4 = value;
  },
  '--user-agent': sends('User-Agent'),
  '--referer': (command, value) => {
    command.headers.push(['Referer', value.replace(/;auto$/, '')]);
  },
  '--cookie': (command, value) => {
    if (value.includes('=')) command.headers.push(['Cookie', value]);
    else command.notes.push('cookies from a file are left out');
  },
  '--range': (command, value) => {
    command.headers.push(['Range', `bytes=${value}`]);
  },
  '--oauth2-bearer': (command, value) => {
    command.headers.push(['Authorization', `Bearer ${value}`]);
  },
  '--form': refused(
    'the boundary of a form (-F) is random: paste the request as it was sent, such as from a HAR file',
  ),
  '--form-string': refused('the boundary of a form is random: paste the request as it was sent'),
  '--upload-file': refused('curl would send a file (-T), which cannot be seen from here: use --data-binary'),
  '--config': refused('the file of options (-K) cannot be seen from here'),
  '--next': refused('--next begins a second request: paste one at a time'),
};

/** Options without a value that make a difference. */
const FLAGS = new Set(['--get', '--globoff', '--head', '--path-as-is']);

/** Those that make none. */
const SWITCHES = new Set(
  `-# -0 -1 -2 -3 -4 -6 -a -B -f -i -j -J -k -l -L -M -n -N -O -p -q -R -s -S -v -Z
  --anyauth --basic --compressed --compressed-ssh --digest --fail --fail-early --fail-with-body --http0.9
  --http1.0 --http1.1 --http2 --http2-prior-knowledge --http3 --http3-only --include --insecure --ipv4 --ipv6
  --junk-session-cookies --keepalive --location --location-trusted --netrc --netrc-optional --no-alpn --no-buffer
  --no-keepalive --no-progress-meter --no-sessionid --ntlm --negotiate --parallel --post301 --post302 --post303
  --progress-bar --raw --remote-header-name --remote-name --remote-time --show-error --show-headers --silent --ssl
  --ssl-reqd --sslv2 --sslv3 --styled-output --tcp-fastopen --tcp-nodelay --tlsv1 --tlsv1.0 --tlsv1.1 --tlsv1.2
  --tlsv1.3 --tr-encoding --trace-time --verbose`.split(/\s+/),
);

/** Likewise, with one. */
const IGNORED = new Set(
  `-C -D -E -K -P -Q -U -Y -c -h -m -o -t -w -x -y -z
  --cacert --capath --cert --cert-type --ciphers --connect-timeout --connect-to --continue-at --cookie-jar --create-file-mode
  --dns-servers --doh-url --dump-header --interface --keepalive-time --key --key-type --libcurl --limit-rate
  --local-port --max-filesize --max-redirs --max-time --netrc-file --noproxy --output --output-dir --pass --pinnedpubkey
  --preproxy --proto --proto-redir --proxy --proxy-header --proxy-user --rate --resolve --retry --retry-delay
  --retry-max-time --socks4 --socks4a --socks5 --socks5-hostname --speed-limit --speed-time --stderr --time-cond
  --tls-max --tls13-ciphers --trace --trace-ascii --unix-socket --write-out`.split(/\s+/),
);

/** @type {Record<string, string>} */
const SHORT = {
  ...{ X: '--request', H: '--header', d: '--data', u: '--user', A: '--user-agent', e: '--referer' },
  ...{ b: '--cookie', r: '--range', F: '--form', T: '--upload-file', K: '--config', G: '--get', I: '--head' },
  g: '--globoff',
  ':': '--next',
};

// A curl command as the request that curl would send.
//
// Source: curl(1), for each option.

import { base64, textOrBytes } from './bytes.js';
import { curlOption } from './curl-options.js';
import { curlRequest, joinData, readHeaderLine, readUrlencoded, urlencoded } from './curl-request.js';
import { RequestSyntaxError } from './error.js';
import { absoluteUrl, addDefault, headerOf } from './parts.js';
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
 * @property {{ bytes: Uint8Array, isJson?: boolean }[]} data
 * @property {string[]} query
 * @property {Set<string>} flags
 * @property {string | undefined} user
 * @property {string | undefined} sigv4  what `--aws-sigv4` says
 * @property {string[]} transfer  options that say how it is sent
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
    ...{ text, notes, transfer: [], urls: [], headers: [], data: [], query: [] },
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
      for (const { name, rest } of optionsIn(text)) {
        const option = curlOption(name);
        if (option === undefined) throw unknown(command, word, name);
        // All that is not in the table below makes no difference to the request.
        if (option.concern === 'transfer') command.transfer.push(name);
        const use = OPTIONS[option.name];
        if (!option.hasValue) {
          if (use !== undefined) use(command, '', word);
          else if (!name.startsWith('--no-')) command.flags.add(option.name);
          continue;
        }
        const value = rest === undefined ? words[(i += 1)] : { bytes: rest, at: word.at };
        if (value === undefined) {
          throw new RequestSyntaxError(`the curl option ${name} needs a value`, command.text, word.at);
        }
        use?.(command, wordText(value), value);
      }
    }
  }
}

/**
 * `--long`, or several short ones in one word; the last of these may have its value there.
 *
 * @param {string} text
 * @returns {Generator<{ name: string, rest?: Uint8Array }>}
 */
function* optionsIn(text) {
  if (text.startsWith('--')) {
    yield { name: text };
    return;
  }
  for (let at = 1; at < text.length; at += 1) {
    const name = `-${text[at]}`;
    const rest = text.slice(at + 1);
    const takesRest = curlOption(name)?.hasValue && rest !== '';
    yield takesRest ? { name, rest: new TextEncoder().encode(rest) } : { name };
    if (takesRest) return;
  }
}

/**
 * @param {Command} command
 * @returns {ParsedRequest}
 */
function requestOf(command) {
  const { text, urls, headers, data, flags, notes, removed, query, method } = command;
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
  const url = absoluteUrl(plain, 'http:', text, urls[0].at);
  const signing = signingOf(command);
  if (command.user !== undefined && signing === undefined) {
    const credentials = new TextEncoder().encode(command.user);
    addDefault(headers, 'Authorization', `Basic ${base64(credentials)}`, removed);
  }
  const { body, ...request } = curlRequest(
    {
      ...{ url, method, headers, removed, query, flags },
      ...(data.length > 0 && { body: joinData(data), bodyOf: flags.has('--json') ? 'json' : 'data' }),
    },
    (bytes) => new TextDecoder().decode(bytes),
  );
  return {
    format: 'curl',
    ...request,
    ...(body !== undefined && { body: textOrBytes(body) }),
    ...(signing !== undefined && { signing }),
    ...(command.transfer.length > 0 && { transfer: command.transfer }),
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
  command.data.push({ bytes: word.bytes });
}

/**
 * @param {Command} command
 * @param {string} value
 * @param {Word} word
 */
function urlencodedPart(command, value, word) {
  const part = readUrlencoded(value);
  if ('file' in part) throw file(command, word, part.file);
  return urlencoded(part.name, part.content);
}

/** @type {Option} */
function header(command, value, word) {
  if (value.startsWith('@')) throw file(command, word, value.slice(1));
  const line = readHeaderLine(value);
  if (line === undefined) {
    throw new RequestSyntaxError(`this header has no colon: ${value.slice(0, 80)}`, command.text, word.at);
  }
  if (line.value === undefined) command.removed.add(line.name.toLowerCase());
  else command.headers.push([line.name, line.value]);
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
  '--data-raw': (command, _value, { bytes }) => {
    command.data.push({ bytes });
  },
  '--data-urlencode': (command, value, word) => {
    command.data.push({ bytes: new TextEncoder().encode(urlencodedPart(command, value, word)) });
  },
  '--json': (command, value, word) => {
    if (value.startsWith('@')) throw file(command, word, value.slice(1));
    command.data.push({ bytes: word.bytes, isJson: true });
    command.flags.add('--json');
  },
  '--url-query': (command, value, word) => {
    command.query.push(value.startsWith('+') ? value.slice(1) : urlencodedPart(command, value, word));
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
  '--upload-file': refused('curl would send a file (-T), which is not available here: use --data-binary'),
  '--config': refused('the file of options (-K) is not available here'),
  '--next': refused('--next begins a second request: paste one at a time'),
};

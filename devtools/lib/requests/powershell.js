// `Invoke-WebRequest` and `Invoke-RestMethod` as the request that they would send; browsers copy requests so.
//
// Source: "about_Quoting_Rules", "about_Parsing", "Invoke-WebRequest", Microsoft; `generatePowerShellCommand` of DevTools.

import { RequestSyntaxError } from './error.js';
import { absoluteUrl, addDefault } from './parts.js';

/** @typedef {{ kind: string, text: string, at: number }} Token */

const COMMAND = /\b(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b/i;

/** @param {string} text */
export function isPowershell(text) {
  return /\b(?:Invoke-WebRequest|Invoke-RestMethod)\b|^\s*(?:\$\w+\s*=\s*)?(?:iwr|irm)\s/i.test(text);
}

/**
 * @param {string} text
 * @returns {import('./index.js').ParsedRequest}
 */
export function parsePowershell(text) {
  const found = /** @type {RegExpExecArray} */ (COMMAND.exec(text));
  const variables = variablesOf(text.slice(0, found.index));
  const reader = new Reader(text, found.index + found[0].length, variables);
  /** @type {Record<string, { value: any, at: number }>} */
  const given = {};
  for (let token = reader.peek(); token.kind !== 'end'; token = reader.peek()) {
    if (token.kind === 'parameter') {
      reader.next();
      const name = parameterOf(token, text);
      // A switch takes a value only after a colon: -PassThru:$false.
      const isBare = SWITCHES.has(name) && !token.text.endsWith(':');
      given[name] = { value: isBare ? true : reader.value(), at: token.at };
    } else {
      given.uri ??= { at: token.at, value: undefined };
      given.uri.value = reader.value();
    }
  }
  const { uri, method, headers, contenttype, useragent, body, infile } = given;
  if (uri === undefined) throw new RequestSyntaxError('this command has no URL (-Uri)', text, found.index);
  if (infile !== undefined) {
    throw new RequestSyntaxError('the file of -InFile is not available here: use -Body', text, infile.at);
  }
  /** @type {[string, string][]} */
  const pairs = Object.entries(headers?.value ?? {}).map(([name, value]) => [name, String(value)]);
  if (contenttype !== undefined) replace(pairs, 'Content-Type', String(contenttype.value));
  if (useragent !== undefined) replace(pairs, 'User-Agent', String(useragent.value));
  const verb = String(method?.value ?? given.custommethod?.value ?? 'GET').toUpperCase();
  let url = absoluteUrl(String(uri.value), 'https:', text, uri.at);
  let content = body?.value;
  if (typeof content === 'object' && content !== null && !(content instanceof Uint8Array)) {
    const form = new URLSearchParams(
      Object.entries(content).map(([name, value]) => [name, String(value)]),
    ).toString();
    if (verb === 'GET') {
      url += (url.includes('?') ? '&' : '?') + form;
      content = undefined;
    } else content = form;
  }
  if (content !== undefined && verb !== 'GET')
    addDefault(pairs, 'Content-Type', 'application/x-www-form-urlencoded');
  return {
    format: 'powershell',
    method: verb,
    url,
    // What a browser copies of HTTP/2 names these as well.
    headers: pairs.filter(
      ([name]) => !['authority', 'method', 'path', 'scheme'].includes(name.toLowerCase()),
    ),
    ...(content !== undefined && {
      body: typeof content === 'string' ? content : content instanceof Uint8Array ? content : String(content),
    }),
    notes: given.infile ? ['the file of -InFile is left out'] : [],
  };
}

/** @param {[string, string][]} pairs @param {string} name @param {string} value */
function replace(pairs, name, value) {
  const at = pairs.findIndex(([key]) => key.toLowerCase() === name.toLowerCase());
  if (at >= 0) pairs.splice(at, 1);
  pairs.push([name, value]);
}

const PARAMETERS =
  'uri method custommethod headers contenttype useragent body infile websession sessionvariable usebasicparsing outfile ' +
  'timeoutsec skipcertificatecheck skiphttperrorcheck maximumredirection disablekeepalive passthru credential proxy ' +
  'skipheadervalidation httpversion erroraction maximumretrycount retryintervalsec authentication token';

const SWITCHES = new Set(
  'usebasicparsing skipcertificatecheck skiphttperrorcheck disablekeepalive passthru skipheadervalidation'.split(
    ' ',
  ),
);

/** A parameter may be cut short, where it stays the only one. @param {Token} token @param {string} text */
function parameterOf({ text: written, at }, text) {
  const name = written.slice(1).replace(/:$/, '').toLowerCase();
  const names = PARAMETERS.split(' ');
  const matches = names.includes(name) ? [name] : names.filter((one) => one.startsWith(name));
  if (matches.length === 1) return matches[0];
  throw new RequestSyntaxError(
    `unknown parameter ${written}: remove it if it does not change the request`,
    text,
    at,
  );
}

/** `$name = value` before the command. @param {string} text */
function variablesOf(text) {
  /** @type {Map<string, any>} */
  const variables = new Map();
  for (const match of text.matchAll(/^\s*\$(\w+)\s*=\s*(?=["'@([$\d])/gm)) {
    const reader = new Reader(text, match.index + match[0].length, variables);
    try {
      variables.set(match[1].toLowerCase(), reader.value());
    } catch {
      // Of no concern, unless the command uses it.
    }
  }
  return variables;
}

/** Reads one value after another. */
class Reader {
  #text;
  #at;
  #variables;
  #depth = 0;

  /** @param {string} text @param {number} at @param {Map<string, any>} variables */
  constructor(text, at, variables) {
    this.#text = text;
    this.#at = at;
    this.#variables = variables;
  }

  /** @returns {Token} */
  peek() {
    const at = this.#at;
    const token = this.next();
    if (token.kind !== 'end') this.#at = at;
    return token;
  }

  /** @returns {Token} */
  next() {
    // A backtick before a line end continues the command; a line end alone ends it.
    this.#take(/(?:[ \t]|`\r?\n)*/y);
    const at = this.#at;
    for (const [kind, pattern] of TOKENS) {
      const match = this.#take(pattern);
      if (match !== null) return { kind, text: match[0], at };
    }
    return { kind: 'end', text: '', at };
  }

  /** @returns {any} */
  value() {
    if (this.#depth > MAX_DEPTH)
      throw new RequestSyntaxError('this is nested too deeply', this.#text, this.#at);
    this.#depth += 1;
    try {
      return this.#valueOf(this.next());
    } finally {
      this.#depth -= 1;
    }
  }

  /** @param {Token} token @returns {any} */
  #valueOf({ kind, text, at }) {
    if (kind === 'double' || kind === 'here-double') return this.#expand(unquoted(text, kind), at);
    if (kind === 'single' || kind === 'here-single') return unquoted(text, kind);
    if (kind === 'table') return this.#table(at);
    if (kind === 'open') return this.#group(at);
    if (kind === 'variable') return this.#variable(text.slice(1), at);
    if (kind === 'word') return text;
    throw new RequestSyntaxError('a value is missing here', this.#text, at);
  }

  /** `@{ "name"="value"; … }` @param {number} at */
  #table(at) {
    /** @type {Record<string, any>} */
    const table = {};
    for (;;) {
      this.#take(/[\s;]*/y);
      if (this.#take(/\}/y)) return table;
      const token = this.next();
      const isName = /^(?:double|single|word)$/.test(token.kind);
      const name = token.kind === 'word' ? token.text : unquoted(token.text, token.kind);
      if (!isName || !this.#take(/\s*=\s*/y)) {
        throw new RequestSyntaxError(
          'every entry of this table must have the form "name"="value"',
          this.#text,
          token.kind === 'end' ? at : token.at,
        );
      }
      table[name] = this.value();
    }
  }

  /** `( … )`: a value, or the bytes of one. @param {number} at */
  #group(at) {
    const bytes = this.#take(/\s*\[System\.Text\.Encoding\]::UTF8\.GetBytes\(/iy);
    const value = this.value();
    const rest = bytes
      ? this.#take(/\s*\)\s*\)/y)
      : this.#take(/\s*(?:\|\s*ConvertTo-Json(?:\s+-(?:Compress|Depth\s+\d+))*\s*)?\)/iy);
    if (rest === null)
      throw new RequestSyntaxError(
        'only a shell can compute what is in these parentheses: replace it with its value',
        this.#text,
        at,
      );
    if (!/ConvertTo-Json/i.test(rest[0])) return value;
    if (/-Compress/i.test(rest[0])) return JSON.stringify(value);
    throw new RequestSyntaxError(
      'the spaces that ConvertTo-Json writes depend on its version: add -Compress, or paste the JSON',
      this.#text,
      at,
    );
  }

  /** @param {string} name @param {number} at */
  #variable(name, at) {
    const value = this.#variables.get(name.toLowerCase());
    if (value !== undefined) return value;
    if (/^(?:true|false|null)$/i.test(name))
      return { true: true, false: false, null: null }[name.toLowerCase()];
    // That of a browser holds its cookies and user agent.
    if (/session/i.test(name)) return undefined;
    throw new RequestSyntaxError(
      `the value of $${name} is not defined here: replace it with its value`,
      this.#text,
      at,
    );
  }

  /** What a double-quoted text stands for. @param {string} text @param {number} at @returns {string} */
  #expand(text, at) {
    return text.replace(
      /`([^])|\$\(\[char\]\s*(0x[\da-f]+|\d+)\)|\$(\{?)(\w+)(\}?)|""/gi,
      (all, escaped, code, _open, name) => {
        if (escaped !== undefined) return ESCAPES[escaped] ?? escaped;
        if (code !== undefined) return String.fromCharCode(Number(code));
        return name === undefined ? '"' : String(this.#variable(name, at));
      },
    );
  }

  /** @param {RegExp} pattern  sticky */
  #take(pattern) {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }
}

const MAX_DEPTH = 100;

/** @type {[kind: string, pattern: RegExp][]} */
const TOKENS = [
  ['here-double', /@"[ \t]*\r?\n[^]*?\n"@/y],
  ['here-single', /@'[ \t]*\r?\n[^]*?\n'@/y],
  ['double', /"(?:[^"`]|`[^]|"")*"/y],
  ['single', /'(?:[^']|'')*'/y],
  ['table', /@\{/y],
  ['open', /\(/y],
  ['variable', /\$\w+/y],
  ['parameter', /-[A-Za-z]+:?/y],
  ['word', /[^\s;|"'(){}$=`]+/y],
];

/** @param {string} text @param {string} kind */
function unquoted(text, kind) {
  if (kind.startsWith('here')) return text.replace(/^@["'][ \t]*\r?\n/, '').replace(/\r?\n["']@$/, '');
  const inner = text.slice(1, -1);
  return kind === 'single' ? inner.replaceAll("''", "'") : inner;
}

/** @type {Record<string, string>} */
const ESCAPES = { 0: '\0', a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

// `--write-out`: a line about the transfer, with the variables of curl.
//
// Source: curl(1), `--write-out`.

/**
 * @typedef {object} Happened
 * @property {string} method
 * @property {string} url  of the last request
 * @property {number} status  0: there was no response
 * @property {string} version  of HTTP
 * @property {[string, string][]} headers
 * @property {number} redirects
 * @property {string} redirectUrl
 * @property {number} retries
 * @property {number} downloaded  bytes of the body
 * @property {number} uploaded
 * @property {number} headerBytes
 * @property {number} totalMs
 * @property {number} firstByteMs
 * @property {number} exitCode
 * @property {string} errorMessage
 * @property {string} filename
 */

/** @type {Record<string, (happened: Happened) => unknown>} */
const VARIABLES = {
  content_type: ({ headers }) => headerOf(headers, 'content-type') ?? '',
  errormsg: ({ errorMessage }) => errorMessage,
  exitcode: ({ exitCode }) => exitCode,
  filename_effective: ({ filename }) => filename,
  http_code: ({ status }) => String(status).padStart(3, '0'),
  http_version: ({ version }) => version,
  method: ({ method }) => method,
  num_headers: ({ headers }) => headers.length,
  num_redirects: ({ redirects }) => redirects,
  num_retries: ({ retries }) => retries,
  redirect_url: ({ redirectUrl }) => redirectUrl,
  response_code: ({ status }) => String(status).padStart(3, '0'),
  scheme: ({ url }) => new URL(url).protocol.slice(0, -1),
  size_download: ({ downloaded }) => downloaded,
  size_header: ({ headerBytes }) => headerBytes,
  size_upload: ({ uploaded }) => uploaded,
  speed_download: ({ downloaded, totalMs }) => Math.round(downloaded / Math.max(totalMs / 1000, 1e-6)),
  time_starttransfer: ({ firstByteMs }) => (firstByteMs / 1000).toFixed(6),
  time_total: ({ totalMs }) => (totalMs / 1000).toFixed(6),
  url_effective: ({ url }) => url,
  url: ({ url }) => url,
  urlnum: () => 0,
};

/**
 * @param {string} format
 * @param {Happened} happened
 * @returns {{ stream: 'stdout' | 'stderr', text: string }[]}
 */
export function writeOut(format, happened) {
  /** @type {{ stream: 'stdout' | 'stderr', text: string }[]} */
  const pieces = [{ stream: 'stdout', text: '' }];
  const add = (/** @type {string} */ text) => (pieces[pieces.length - 1].text += text);
  let isMuted = false;
  for (const [all, escape, variable, header] of format.matchAll(PIECE)) {
    if (variable === 'stdout' || variable === 'stderr') pieces.push({ stream: variable, text: '' });
    else if (variable === 'onerror') isMuted = happened.exitCode === 0;
    else if (isMuted) continue;
    else if (escape !== undefined) add(ESCAPES[escape] ?? all);
    else if (header !== undefined) add(headerOf(happened.headers, header.toLowerCase()) ?? '');
    else if (variable === 'json') add(JSON.stringify(allOf(happened)));
    else if (variable === 'header_json') add(JSON.stringify(listsOf(happened.headers)));
    else if (variable === undefined) add(all === '%%' ? '%' : all);
    else if (VARIABLES[variable] !== undefined) add(String(VARIABLES[variable](happened)));
    else process.stderr.write(`sigv4: unknown --write-out variable: ${variable}\n`);
  }
  return pieces.filter(({ text }) => text !== '');
}

const PIECE = /\\(.)|%\{(\w+)\}|%header\{([^}]*)\}|%%|[^\\%]+|[\\%]/gs;

/** @type {Record<string, string>} */
const ESCAPES = { n: '\n', r: '\r', t: '\t' };

/** @param {Happened} happened */
function allOf(happened) {
  return Object.fromEntries(
    Object.entries(VARIABLES).map(([name, valueOf]) => {
      const value = valueOf(happened);
      const isNumber = /^(?:time_|http_code|response_code)/.test(name);
      return [name, isNumber ? Number(value) : value === '' ? null : value];
    }),
  );
}

/** @param {[string, string][]} headers */
function listsOf(headers) {
  /** @type {Record<string, string[]>} */
  const lists = Object.create(null);
  for (const [name, value] of headers) (lists[name.toLowerCase()] ??= []).push(value);
  return lists;
}

/** @param {[string, string][]} headers @param {string} name */
function headerOf(headers, name) {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

// A request that arrived, taken apart for the search: as the verifier reads it.

import { canonicalValue } from '../engine/canonical-form.js';
import { malformed } from '../protocol/verification-error.js';
import { invalidity, openIncoming } from '../verify/incoming-request.js';
import { parametersOf, spelled } from './signing-inputs.js';

/**
 * @typedef {object} ReceivedRequest
 * @property {string} method
 * @property {string} path  as on the wire
 * @property {[string, string][]} query  in order, each byte escaped in one way
 * @property {string} search  the query as on the wire
 * @property {Map<string, string>} headers  by lower-case name, with canonical values; those of one name joined with a comma
 * @property {[string, string][]} lines  the headers in order, by lower-case name, with values as they came
 * @property {string[]} hosts  every name that the request gives its host: of the header, in `:authority`, in the request
 *   line
 * @property {() => Promise<Uint8Array>} body  read on first use
 */

/**
 * @param {import('../verify/incoming-request.js').ArrivedRequest} request
 * @param {number} maxBodyBytes
 * @returns {ReceivedRequest}
 * @throws {import('../engine/errors.js').SigV4Error} for what no server hands out, or should not have taken
 */
export function takeApart(request, maxBodyBytes) {
  const opened = openIncoming(request, maxBodyBytes);
  // No client sends one: whoever reads the path in another way than here would read what is not signed.
  if (opened.form === 'line' && opened.target.includes('#')) {
    throw malformed('A fragment, from # on, is no part of a request.');
  }
  const invalid = invalidity(opened);
  if (invalid !== undefined) throw invalid;
  const { path, query, scheme, host } = parseTarget(opened.target);
  /** @type {[string, string][]} */
  const lines = opened.lines.map(([name, value]) => [name.toLowerCase(), value]);
  const headers = joined(lines);
  const hosts = hostsOf(lines, headers.get(':scheme') ?? scheme, opened.form === 'platform' ? '' : host);
  // HTTP/2 has it elsewhere, and fetch takes it out.
  const authority = headers.get(':authority') ?? withoutDefaultPort(host, scheme);
  if (!headers.has('host') && authority) headers.set('host', authority);
  return {
    method: opened.method,
    path,
    query: parametersOf(query).map(([name, value = '']) => [spelled(name), spelled(value)]),
    search: query,
    headers,
    lines,
    hosts,
    body: async () => opened.body(),
  };
}

/**
 * @param {[string, string][]} lines
 * @param {string | undefined} scheme
 * @param {string} ofTarget
 */
function hostsOf(lines, scheme, ofTarget) {
  const hosts = ofTarget ? [ofTarget] : [];
  for (const [name, value] of lines) if (name === 'host' || name === ':authority') hosts.push(value.trim());
  if (hosts.every((host) => host === hosts[0])) return hosts.slice(0, 1);
  return [...new Set(hosts.map((host) => withoutDefaultPort(host.toLowerCase(), scheme)))];
}

/**
 * @param {string} host
 * @param {string | undefined} scheme
 */
function withoutDefaultPort(host, scheme) {
  if (!scheme) return host;
  const port = /^(?:https|wss)$/i.test(scheme) ? ':443' : ':80';
  return host.endsWith(port) ? host.slice(0, -port.length) : host;
}

/** @param {string} text */
function parseTarget(text) {
  const [, scheme, authority = '', target] = /** @type {RegExpExecArray} */ (
    /^(?:(https?|wss?):\/\/([^/?#]*))?([^#]*)/i.exec(text)
  );
  const at = target.indexOf('?');
  const [path, query] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
  return { path, query, scheme, host: authority.toLowerCase().replace(/^.*@/, '') };
}

/**
 * @param {[string, string][]} lines
 * @returns {Map<string, string>}
 */
function joined(lines) {
  /** @type {Map<string, string>} */
  const headers = new Map();
  for (const [name, text] of lines) {
    const before = headers.get(name);
    // Most have no blanks, and need not cross.
    const canonical = /[ \t]/.test(text) ? canonicalValue(text) : text;
    headers.set(name, before === undefined ? canonical : `${before},${canonical}`);
  }
  return headers;
}

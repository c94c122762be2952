// A received request, parsed by the core.

import { FLAG } from '../engine/generated/verify-flags.js';
import { SIGV4, SIGV4A } from '../protocol/algorithms.js';
import { TOLERATED_SKEW } from '../protocol/clock-skew.js';
import { accepted, IncomingRecord } from '../verify/incoming-record.js';

/**
 * @typedef {import('../engine/mismatch-engine.js').Examination} Examination
 *
 * @typedef {object} ReceivedRequest
 * @property {string} method
 * @property {string} path  as on the wire
 * @property {string} search  the query as on the wire
 * @property {Map<string, string>} headers  by lower-case name, in the order in which they came, with canonical values; those of
 *   one name joined with a comma
 * @property {[string, string][]} lines  the headers in order, by lower-case name, with values as they came
 * @property {string} hosts  every name that the request gives its host
 *
 * The signature of a request.
 * @typedef {Pick<Examination, 'accessKeyId' | 'day' | 'region' | 'service' | 'terminator' | 'regionSet' | 'amzDate' | 'signedAt' | 'signedHeaders' | 'signature' | 'sessionToken' | 'isPresigned'> & { scheme: import('../protocol/algorithms.js').Scheme }} Authorization
 */

/**
 * @param {import('../verify/incoming-request.js').OpenedRequest} opened
 * @param {import('../engine/mismatch-engine.js').MismatchSearch} search
 * @param {number} now  milliseconds since 1970
 * @param {{ region?: string, service?: string }} [expected]  none: any will do
 * @throws {import('../engine/errors.js').SigV4Error} for a value that is not a request of a server, or is not signed
 */
export function examine(opened, search, now, { region, service } = {}) {
  const flags = (region === undefined ? FLAG.anyRegion : 0) | (service === undefined ? FLAG.anyService : 0);
  const fields = `${region ?? ''}\0${service ?? ''}\0\0`;
  const settings = { fields, flags, now: new Date(now), maxSkewSeconds: TOLERATED_SKEW / 1000 };
  const examination = accepted(search.examine(new IncomingRecord(opened, settings)));
  const { isSigV4a, headers, path, query, hosts, parameters, declared, wrong, ...rest } = examination;
  /** @type {[string, string][]} */
  const lines = opened.lines.map(([name, value]) => [name.toLowerCase(), value]);
  // The host may come from elsewhere.
  const names = new Set([...lines.map(([name]) => name), ...headers.keys()]);
  return {
    received: {
      ...{ method: opened.method, path, search: query, lines, hosts },
      headers: new Map([...names].map((name) => [name, headers.get(name) ?? ''])),
    },
    authorization: { ...rest, scheme: isSigV4a ? SIGV4A : SIGV4 },
    ...{ parameters, declared, wrong },
  };
}

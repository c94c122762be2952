// Every mistake that `findMismatch` knows, made by a signer or a client that no one here wrote, or by hand as people do.

import { BODY_CASES } from './body.js';
import { CREDENTIALS_CASES } from './credentials.js';
import { HEADERS_CASES } from './headers.js';
import { PATH_CASES } from './path.js';
import { QUERY_CASES } from './query.js';

/**
 * @typedef {object} Bench  what a case works with
 * @property {Awaited<ReturnType<typeof import('./server.js').recordingServer>>} server
 * @property {(signed: any, how?: any) => Promise<void>} send  to the server, as it is
 * @property {string} origin  of the server
 *
 * By code, then what happens. A case sends one request to the server, and may return options for `findMismatch`, or what
 * arrived in its stead.
 * @typedef {Record<string, Record<string, (bench: Bench) => Promise<any>>>} Cases
 */

/** @type {Cases} */
export const CASES = {
  ...PATH_CASES,
  ...QUERY_CASES,
  ...HEADERS_CASES,
  ...BODY_CASES,
  ...CREDENTIALS_CASES,
};

// The table of known differences: the changes of a request before another signer signs it again.

import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';

/**
 * @typedef {import('./case.js').Case} Case
 *
 * A row applies where its change changes anything.
 * @typedef {object} Row
 * @property {string} id
 * @property {string[]} signers
 * @property {string} change
 * @property {string[]} [names]  headers or parameters; one that ends with a hyphen stands for all that begin with it
 * @property {boolean} [both]  both are asked about the changed request; otherwise the other signer only
 * @property {'header' | 'presigned'} [only]
 */

/** @type {{ rows: Row[] }} */
const TABLE = JSON.parse(readFileSync(new URL('known_differences.json', import.meta.url), 'utf8'));

/** @param {string} signer */
export function rowsFor(signer) {
  return TABLE.rows.filter((row) => row.signers.includes(signer));
}

/**
 * @param {Row} row
 * @param {Case} given
 * @returns {Case}
 */
export function change(row, given) {
  if (row.only !== undefined && row.only !== given.mode) return given;
  const one = structuredClone(given);
  const make = CHANGES[row.change];
  if (make === undefined) throw new Error(`${row.id}: there is no change named ${row.change}`);
  make(one, (name) => isListed(row.names ?? [], name));
  return one;
}

/** @type {Record<string, (one: Case, isListed: (name: string) => boolean) => void>} */
const CHANGES = {
  'drop headers'(one, isListed) {
    // But for what the caller asks to be signed by name.
    one.headers = one.headers.filter(([name]) => !isListed(name) || named(one).includes(name.toLowerCase()));
  },
  'drop headers that the option leaves out'(one, isListed) {
    if (one.signedHeaders === 'all') return;
    one.headers = one.headers.filter(
      ([name]) => /^x-amz-/i.test(name) || isListed(name) || named(one).includes(name.toLowerCase()),
    );
  },
  'send the hash that is signed'(one, isListed) {
    const count = one.headers.length;
    one.headers = one.headers.filter(([name]) => !isListed(name));
    if (one.headers.length < count && one.mode === 'header') one.contentSha256Header = true;
  },
  'move x-amz-* headers to the query'(one, isListed) {
    if (one.headerPlacement === 'headers') return;
    const moved = one.headers.filter(([name]) => isMoved(one, name, isListed));
    one.headers = one.headers.filter((header) => !moved.includes(header));
    one.query = [
      ...(one.query === '' ? [] : [one.query]),
      ...moved.map(([name, value]) => `${encode(name.toLowerCase())}=${encode(value)}`),
    ].join('&');
  },
  'drop an Authorization header that is no signature'(one) {
    one.headers = one.headers.filter(
      ([name, value]) =>
        name.toLowerCase() !== 'authorization' || /^\s*AWS4-/.test(value) || value.trim() === '',
    );
  },
  'drop headers that are named'(one, isListed) {
    one.headers = one.headers.filter(
      ([name]) => !(isListed(name) && named(one).includes(name.toLowerCase())),
    );
  },
  'drop headers that cannot be sent'(one) {
    one.headers = one.headers.filter(
      ([name, value]) => /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/.test(name) && !/[\r\n\0]/.test(value),
    );
  },
  'drop header values beyond ASCII'(one, isListed) {
    const moves = one.mode === 'presigned' && one.headerPlacement === 'query';
    one.headers = one.headers.filter(
      ([name, value]) => /^[\0-\x7f]*$/.test(value) || (moves && isMoved(one, name, isListed)),
    );
  },
  'drop what is no content hash'(one) {
    const isHash = (text) => /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)$/i.test(text);
    one.headers = one.headers.filter(([name, value]) => name !== 'x-amz-content-sha256' || isHash(value));
    if (!['signed', 'unsigned', null].includes(one.payload) && !isHash(one.payload)) one.payload = null;
  },
  'drop parameters'(one, isListed) {
    mapQuery(one, (key, value) => (isListed(key) ? undefined : `${key}=${value}`));
  },
  'use a method that is a token'(one) {
    if (!/^[^ ]+$/.test(one.method)) one.method = 'GET';
  },
  'write the method in upper case'(one) {
    one.method = one.method.toUpperCase();
  },
  'bring the expiry into range'(one) {
    one.expires = Math.min(Math.max(one.expires, 1), 604_800);
  },
  'trim the token'(one) {
    one.sessionToken = one.sessionToken?.replace(/^ +| +$/g, '') ?? null;
  },
  'leave out an empty token'(one) {
    one.sessionToken ||= null;
  },
  'replace odd white space in header values'(one) {
    mapValues(one, (value) => value.replace(/[^\S \t]|[\x1c-\x1f\x85]/g, '?'));
  },
  'encode the path as it is signed'(one) {
    const isS3 = ['s3', 's3express', 's3-object-lambda', 's3-outposts'].includes(one.service);
    if ((one.pathEncoding ?? (isS3 ? 'single' : 'double')) === 'double') return;
    one.path = encode(decode(one.path)).replaceAll('%2F', '/');
  },
  'escape colons before slashes'(one) {
    one.path = one.path.replaceAll(':/', '%3A/');
    one.query = one.query.replaceAll(':/', '%3A/');
  },
  'write a plus in the query as %20'(one) {
    one.query = one.query.replaceAll('+', '%20');
  },
  'escape bare percent signs in the query'(one) {
    one.query = one.query.replace(/%(?![0-9a-f]{2})/gi, '%25');
  },
  'sign VPC Lattice like any service'(one) {
    if (one.service !== 'vpc-lattice-svcs') return;
    one.service = 'service';
    one.payload = 'unsigned';
  },
  'encode the query as it is signed'(one) {
    const again = (/** @type {string} */ text) => encode(decode(text.replaceAll('+', ' ')));
    const parts = one.query.split('&').filter((part) => part !== '');
    one.query = parts
      .map((part) => `${again(part.split('=')[0])}=${again(part.replace(/^[^=]*=?/, ''))}`)
      .join('&');
  },
  'replace parameters that are not UTF-8'(one) {
    const fix = (/** @type {string} */ text) =>
      isUtf8(decode(text)) ? text : encode(decode(text.replaceAll('+', ' ')).toString());
    mapQuery(one, (key, value) => `${fix(key)}=${fix(value)}`);
  },
  'keep the first of each parameter'(one) {
    const met = new Set();
    mapQuery(one, (key, value) => {
      const name = decode(key.replaceAll('+', ' ')).toString();
      return met.has(name) || !met.add(name) ? undefined : `${key}=${value}`;
    });
  },
};

/**
 * @param {Case} one
 * @param {(value: string) => string} map
 */
function mapValues(one, map) {
  one.headers = one.headers.map(([name, value]) => [name, map(value)]);
}

/**
 * @param {Case} one
 * @param {(key: string, value: string) => string | undefined} map  nothing for a parameter that goes
 */
function mapQuery(one, map) {
  one.query = one.query
    .split('&')
    .map((part) => {
      const [key, ...rest] = part.split('=');
      const mapped = part === '' ? '' : map(key, rest.join('='));
      return mapped === part || `${part}=` === mapped ? part : mapped;
    })
    .filter((part) => part !== undefined)
    .join('&');
}

/**
 * Whether a header becomes a parameter of a presigned URL.
 *
 * @param {Case} one
 * @param {string} name
 * @param {(name: string) => boolean} stays
 */
function isMoved(one, name, stays) {
  return /^x-amz-/i.test(name) && !stays(name) && !named(one).includes(name.toLowerCase());
}

/** @param {Case} one */
function named(one) {
  return Array.isArray(one.signedHeaders) ? one.signedHeaders.map((name) => name.toLowerCase()) : [];
}

/**
 * @param {string[]} names
 * @param {string} name
 */
function isListed(names, name) {
  const key = name.toLowerCase();
  return names.some((listed) => (listed.endsWith('-') ? key.startsWith(listed) : key === listed));
}

/** @param {string | Buffer} text */
export function encode(text) {
  return Array.from(Buffer.from(text), (byte) =>
    /[A-Za-z0-9\-._~]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

/** @param {string} text */
export function decode(text) {
  const bytes = [];
  const given = Buffer.from(text);
  for (let at = 0; at < given.length; at++) {
    const escape = /^%([0-9a-f]{2})/i.exec(given.toString('latin1', at, at + 3));
    bytes.push(escape ? parseInt(escape[1], 16) : given[at]);
    if (escape) at += 2;
  }
  return Buffer.from(bytes);
}

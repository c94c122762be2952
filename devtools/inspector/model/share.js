// A link that holds a request, and neither a secret nor a token: both parts of it are rewritten from values that are known to be
// harmless. It is in the fragment (after the `#`), which browsers do not send to a server.

import { SIGNATURE_PARAMETERS } from 'sigv4-wasm';

import { toCurl } from '../../lib/requests/index.js';
import { REMOVED, splitQuery, unsigned } from './authorization.js';
import { validityOf } from './validity.js';

/**
 * @typedef {import('./inspection.js').Inspection} Inspection
 * @typedef {import('./inspection.js').Settings} Settings
 *
 * @typedef {object} Shared
 * @property {string} text  the request
 * @property {string} answer  of the server
 * @property {Partial<Settings>} settings  without credentials
 */

/**
 * @param {Inspection} inspection
 * @param {Settings} settings
 * @param {{ source: string, answer: string, now: number }} page
 * @returns {Shared}
 */
export function shareable(inspection, settings, { source, answer, now }) {
  const { authorization, request, expiresIn } = inspection;
  const known = [settings.secretAccessKey, settings.sessionToken, inspection.sessionToken ?? ''];
  const clean = (/** @type {string} */ text) => withoutTokens(text, known);
  const { date, region, service, placement, algorithm } = settings;
  const chosen = { date, region, service, placement, algorithm, expiresIn: settings.expiresIn };
  if (request.payloadHash !== undefined) {
    return { text: clean(source), answer: clean(answer), settings: chosen };
  }
  // Anyone with a signature that is still valid can send the request.
  const isLive = authorization !== undefined && validityOf(inspection, now).state !== 'expired';
  const { method, url, headers, body } = isLive ? unsigned(request, authorization) : request;
  const text = toCurl({
    ...{ method, url: harmlessUrl(url), body },
    headers: headers.map(([name, value]) => [name, isHarmless(name, value) ? value : REMOVED]),
  });
  return {
    ...{ text: clean(text), answer: clean(answer) },
    settings: {
      ...chosen,
      ...(isLive && {
        ...{ region: inspection.region, service: inspection.service, algorithm: authorization.algorithm },
        ...(expiresIn !== undefined && { expiresIn, placement: /** @type {const} */ ('query') }),
      }),
    },
  };
}

/** @param {Shared} shared @returns {Promise<string>} for the end of an address */
export async function toFragment(shared) {
  const bytes = await through(
    new TextEncoder().encode(JSON.stringify(shared)),
    new CompressionStream('deflate-raw'),
  );
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return `#r=${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** @param {string} fragment @returns {Promise<Shared | undefined>} `undefined` if it is none */
export async function fromFragment(fragment) {
  const encoded = /^#r=([\w-]+)$/.exec(fragment)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const json = JSON.parse(
      new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw'))),
    );
    const { text, answer, settings } = json;
    if (typeof text !== 'string' || typeof answer !== 'string') return undefined;
    // Not more than a link has: credentials are none of it.
    const chosen = Object.entries(SHARED_SETTINGS).filter(([name, isValid]) => isValid(settings?.[name]));
    return { text, answer, settings: Object.fromEntries(chosen.map(([name]) => [name, settings[name]])) };
  } catch {
    return undefined;
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {CompressionStream | DecompressionStream} stream */
async function through(bytes, stream) {
  const piped = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

/** @param {string} url */
function harmlessUrl(url) {
  const [start, query] = splitQuery(url.replace(/^([^/]*\/\/)[^/?#]*@/, '$1'));
  const pairs = query.map((pair) => {
    const [name, ...value] = pair.split('=');
    return isHarmless(name, value.join('=')) ? pair : `${name}=${encodeURIComponent(REMOVED)}`;
  });
  return query.length === 0 ? start : `${start}?${pairs.join('&')}`;
}

/** @param {string} name @param {string} value */
function isHarmless(name, value) {
  if (/^authorization$/i.test(name)) return value.startsWith('AWS4-');
  const isToken = /^x-amz-(?:security|s3session)-token$/i.test(name);
  return !isToken && (SIGNATURE_NAMES.has(name.toLowerCase()) || !SENSITIVE.test(name));
}

/**
 * @param {string} text
 * @param {string[]} known  values of secrets and tokens
 */
function withoutTokens(text, known) {
  const values = known
    .filter((value) => value.length > 3)
    .flatMap((value) => [value, encodeURIComponent(value)]);
  return values
    .reduce((rest, value) => rest.replaceAll(value, REMOVED), text)
    .replace(
      /(x-amz-(?:security|s3session)-token["']?\s*[:=]\s*["']?)(?!\(removed\)|%28removed)[^\s\\'"&<;]+/gi,
      `$1${REMOVED}`,
    );
}

const SENSITIVE = /token|secret|passw|cookie|api-?key|credential|session|auth/i;

/** @type {ReadonlySet<string>} */
const SIGNATURE_NAMES = new Set(SIGNATURE_PARAMETERS.map((name) => name.toLowerCase()));

/** @param {unknown} value */
const isText = (value) => typeof value === 'string' && value.length < 200;

/** @type {Record<string, (value: unknown) => boolean>} */
const SHARED_SETTINGS = {
  ...{
    date: (value) => isText(value) && !Number.isNaN(Date.parse(String(value))),
    region: isText,
    service: isText,
  },
  placement: (value) => value === 'headers' || value === 'query',
  expiresIn: (value) => typeof value === 'number' && value > 0,
  algorithm: (value) => value === 'AWS4-HMAC-SHA256' || value === 'AWS4-ECDSA-P256-SHA256',
};

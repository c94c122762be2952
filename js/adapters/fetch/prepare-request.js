// Reads the arguments of a signed `fetch`. Everything here takes time or can be done only once; all attempts sign and send its
// result.
//
// Frameworks replace `fetch` and `Request` with their own, which drop parts of a Request, and packages have Requests that the
// `fetch` of the platform does not know. These get a URL, and everything else of the Request in `init`.

import {
  isBlob,
  isForm,
  isOldStream,
  isStream,
  mayHaveBody,
  readBody,
  readRequestBody,
} from '../../http/body.js';
import { SigV4Error } from '../../engine/errors.js';
import { unlessAborted } from '../shared/client-signer.js';

/**
 * One request of a chain.
 *
 * @typedef {object} Hop
 * @property {string} method
 * @property {URL} url
 * @property {Headers} headers  not signed
 * @property {string | Uint8Array<ArrayBuffer> | undefined} body  that is signed
 * @property {any} unreadBody  passes unread; `true` if the carrier has it
 * @property {Settings} settings  all other options of `fetch`
 * @property {Request | undefined} carrier  a Request of the platform, with the parts that only the platform can read
 * @property {boolean} isSigned  whether it is to be
 *
 * @typedef {RequestInit & { duplex?: 'half' }} Settings
 */

/**
 * Recognized by its shape, not by its class, because a Request may come from another realm or from a package.
 *
 * @param {unknown} input
 * @returns {input is Request}
 */
export function isFetchRequest(input) {
  const { url, method, headers } = /** @type {any} */ (input ?? {});
  return typeof url === 'string' && typeof method === 'string' && typeof headers?.get === 'function';
}

/**
 * @param {import('../shared/client-signer.js').ClientSigner} client
 * @param {unknown} send  the `fetch` that sends
 * @param {Request | undefined} given
 * @param {Settings | undefined} init
 * @param {URL} url
 * @returns {Promise<Hop>}
 */
export async function prepare({ signsBody }, send, given, init, url) {
  const settings = settingsOf(given, init, url);
  const reading = (/** @type {Promise<any>} */ work) => unlessAborted(settings.signal, work);

  const own = init?.body ?? undefined;
  const passes = !signsBody && (isStream(own) || isBlob(own));
  if (isForm(own) || isOldStream(own) || (isNodeStream(own) && !passes))
    init = await reading(withBytes(init, given));

  const hasBody = own !== undefined || (given !== undefined && mayHaveBody(given));
  const copy = given && copyOf(given, init, send, hasBody);
  const shape = copy ?? new Request(url.href, shapeOf(given, init, passes));
  const headers = new Headers(shape.headers);
  // Node.js, Deno, Workers and browsers send the host of the URL, whatever this header says.
  headers.delete('host');
  /** @type {Hop} */
  const hop = {
    method: shape.method,
    url,
    headers,
    body: undefined,
    unreadBody: undefined,
    settings,
    carrier: copy,
    isSigned: true,
  };
  if (!hasBody) return hop;

  const isOfGiven = own === undefined;
  if (copy && (passes || (!signsBody && isOfGiven))) return { ...hop, unreadBody: true };
  const unreadBody = passes ? own : !signsBody && isOfGiven && given?.body;
  if (unreadBody) return { ...hop, unreadBody, settings: { duplex: 'half', ...settings } };

  const text = textOf(own);
  if (text !== undefined) return { ...hop, body: text };
  const source = copy ?? (isOfGiven ? /** @type {Request} */ (given) : shape);
  const body = await reading(readRequestBody(source));
  // Not the Request that was read: the `fetch` of a framework may fail on it, even with a separate body.
  return { ...hop, body, carrier: copy && new Request(copy, { body }) };
}

/**
 * The platform's own `fetch` gets a copy of the caller's Request, which keeps what cannot be read out of it, such as
 * the `dispatcher` of Node.js.
 *
 * @param {Request} given
 * @param {Settings | undefined} init
 * @param {unknown} send
 * @param {boolean} hasBody
 * @returns {Request | undefined} undefined if the Request or the `fetch` is not the platform's
 */
function copyOf(given, init, send, hasBody) {
  if (!isPlatformFetch(send) || !(given instanceof Request)) return undefined;
  const method = init?.method ?? given.method;
  const headers = init?.headers ? 0 : [...given.headers].length;
  const copy = new Request(given, init);
  // Next.js replaces `Request` in its edge runtime with a class that copies only the URL of another Request.
  const isWhole =
    copy.method.toUpperCase() === method.toUpperCase() &&
    [...copy.headers].length >= headers &&
    mayHaveBody(copy) === hasBody;
  return isWhole ? copy : undefined;
}

/**
 * Native code, or the code of Node.js, which names the file that it loads.
 *
 * @param {unknown} send
 */
function isPlatformFetch(send) {
  return /\[native code\]|internal\/deps\/undici/.test(Function.prototype.toString.call(send));
}

/**
 * A Request that has the method and the headers as they will be sent, and that refuses what `fetch` refuses.
 *
 * @param {Request | undefined} given
 * @param {Settings | undefined} init
 * @param {boolean} passes  whether the body of `init` passes unread
 * @returns {Settings}
 */
function shapeOf(given, { method, headers, body, duplex } = {}, passes) {
  const type = isBlob(body) ? new Blob([], { type: /** @type {Blob} */ (body).type }) : undefined;
  return {
    method: method ?? given?.method,
    headers: headers ?? given?.headers,
    body: passes ? type : body,
    duplex,
  };
}

/**
 * The settings of a request, without its method, headers and body. Default values are left out, because not every implementation
 * accepts each setting.
 *
 * @param {Request | undefined} given
 * @param {Settings | undefined} init
 * @param {URL} url
 * @returns {Settings}
 */
export function settingsOf(given, init, url) {
  /** @type {Record<string, unknown>} */
  const settings = {};
  if (given) {
    for (const [name, usual] of REQUEST_SETTINGS) {
      const value = /** @type {any} */ (given)[name];
      if (value !== undefined && value !== null && value !== usual) settings[name] = value;
    }
  }
  const { method, headers, body, ...rest } = init ?? {};
  Object.assign(settings, rest);
  const mode = signableMode(/** @type {Settings} */ (settings).mode, url);
  return mode === settings.mode ? settings : { ...settings, mode };
}

/**
 * A browser silently removes the signature from a `no-cors` request. Service workers get such requests for images,
 * classic scripts and beacons, and `navigate` for pages, which only a browser can send.
 *
 * @param {string | undefined} mode
 * @param {URL} url
 * @returns {RequestMode | undefined}
 */
function signableMode(mode, url) {
  const { location } = globalThis;
  if (mode === 'navigate') return 'same-origin';
  if (mode !== 'no-cors' || location === undefined) return /** @type {RequestMode | undefined} */ (mode);
  if (location.origin === url.origin) return 'same-origin';
  throw new SigV4Error(
    'ERR_SIGV4_OPTION_INVALID',
    `a browser sends no signature with mode 'no-cors' to another origin (${url.origin}): use mode 'cors', for an ` +
      'element of the page with the attribute crossorigin, or leave this URL unsigned with the option match',
  );
}

/**
 * A text stays text: test doubles compare it, and transports know its length.
 *
 * @param {unknown} body
 * @returns {string | undefined}
 */
function textOf(body) {
  if (typeof body === 'string') return body;
  return Object.prototype.toString.call(body) === '[object URLSearchParams]' ? String(body) : undefined;
}

/**
 * With a body in bytes: not every browser can read a form out of a Request, and a stream of Node.js is none of the
 * standard's.
 *
 * @param {Settings | undefined} init
 * @param {Request | undefined} given
 * @returns {Promise<Settings>}
 */
async function withBytes(init, given) {
  const { data, contentType } = await readBody(init?.body);
  const headers = new Headers(init?.headers ?? given?.headers);
  if (contentType !== undefined && !headers.has('content-type')) headers.set('content-type', contentType);
  return { ...init, headers, body: /** @type {BodyInit} */ (data) };
}

/** @param {unknown} body */
function isNodeStream(body) {
  return isStream(body) && typeof (/** @type {any} */ (body).getReader) !== 'function';
}

/**
 * What a Request may say, and what it says if nothing was said: the Fetch standard, Next.js, Workers, node-fetch.
 *
 * @type {[string, unknown?][]}
 */
const REQUEST_SETTINGS = [
  ['cache', 'default'],
  ['credentials', 'same-origin'],
  ['integrity', ''],
  ['keepalive', false],
  ['mode', 'cors'],
  ['redirect', 'follow'],
  ['referrer', 'about:client'],
  ['referrerPolicy', ''],
  ['signal'],
  ['next'],
  ['cf'],
  ['agent'],
  ['compress', true],
  ['size', 0],
  ['timeout', 0],
];

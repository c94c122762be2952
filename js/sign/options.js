// The options of the caller, checked once and compiled for the crossing into wasm.

import { FLAG } from '../engine/generated/flags.js';
import { SigV4Error } from '../engine/errors.js';
import { ALWAYS_SIGNED } from '../engine/generated/headers.js';
import { NOT_IN_HOST } from './normalize-request.js';

/**
 * @typedef {object} SigningOptions
 * @property {string} [region]  such as `eu-west-1`. Default: inferred from a known AWS host; any other host
 *   needs it, because it is never guessed.
 * @property {string} [service]  the signing name, such as `execute-api`. Default: inferred from a known AWS host.
 * @property {string} [host]  the signing host: the host that the server receives, if it is not the host of the URL, for example
 *   behind a tunnel, a proxy or a VPC endpoint; with its port, unless that is the default port. It is signed and returned as
 *   `headers.host`, instead of a header that you pass, and region and service are inferred from it. Node's http, axios in
 *   Node.js, got and undici send it. `fetch` sends the host of the URL, except in Bun and node-fetch; use the option there only
 *   with a proxy that sets `Host`.
 * @property {'required' | 'all' | readonly string[]} [signedHeaders] `required` (default): `host`, `content-type`, `content-md5`
 *   and `x-amz-*`, which AWS requires. `all`: also every other header, except those that proxies, caches and clients change, such
 *   as `accept-encoding`, `via`, `x-forwarded-*`, `range`, `content-length` and `traceparent`. A list: the required ones and
 *   these.
 * @property {readonly string[]} [unsignableHeaders]  headers that are not signed, whatever `signedHeaders` says. They may
 *   include `x-amz-*` headers, but AWS refuses a request whose `x-amz-*` headers arrive unsigned, so name only headers that a
 *   proxy on the way removes. You cannot name `host` and the headers that the signer adds.
 * @property {'signed' | 'unsigned' | { sha256: string }} [payload]  how the signature covers the body: with its SHA-256; with
 *   `UNSIGNED-PAYLOAD`, which S3 accepts and with which streams pass unread; or with a hash that you know, in hex. Default:
 *   signed, except for VPC Lattice and presigned S3 URLs.
 * @property {boolean} [contentSha256Header] whether `x-amz-content-sha256` is sent. Default: for S3, OpenSearch Serverless and
 *   VPC Lattice, and if the body is not signed. Turn it on for a Lambda URL behind CloudFront with origin access control.
 * @property {'signed' | 'appended'} [sessionTokenMode] whether the signature covers the session token. Default: `signed`, except
 *   for the MQTT gateway of AWS IoT.
 * @property {'double' | 'single'} [pathEncoding]  how the path is encoded before it is signed. Default: `double`, after removing
 *   dot segments; for S3 `single`, without normalization.
 * @property {'query' | 'headers'} [headerPlacement]  where a presigned request carries its `x-amz-*` headers. `query`
 *   (default): they become parameters, except `x-amz-server-side-encryption*` and
 *   `x-amz-copy-source-server-side-encryption*`, because S3 ignores them there and a URL must never contain a key,
 *   `x-amz-tagging`, and what `signedHeaders` names. `headers`: all of them stay headers. Anyone who uses the URL must
 *   send the headers that stay, exactly as you passed them.
 * @property {Date | (() => Date)} [date] the time of the signature, or a function that returns it. Default: the local clock,
 *   which adapters correct with the server's time.
 */

/**
 * @param {SigningOptions} options
 * @returns {import('../engine/engine.js').SigningSettings & { payload: SigningOptions['payload'], host: string }}
 */
export function compileSettings(options) {
  const { signedHeaders, payload, contentSha256Header, sessionTokenMode, pathEncoding, headerPlacement } =
    options;
  let flags = 0;
  if (!Array.isArray(signedHeaders)) {
    flags |= choose('signedHeaders', signedHeaders, { required: 0, all: FLAG.signedHeadersAll });
  }
  if (typeof payload === 'object' && payload !== null) {
    text(payload.sha256, 'payload.sha256');
  } else {
    flags |= choose('payload', payload, { signed: FLAG.payloadSigned, unsigned: FLAG.payloadUnsigned });
  }
  flags |= choose('contentSha256Header', contentSha256Header, {
    true: FLAG.contentSha256Yes,
    false: FLAG.contentSha256No,
  });
  flags |= choose('sessionTokenMode', sessionTokenMode, {
    signed: FLAG.tokenSigned,
    appended: FLAG.tokenAppended,
  });
  flags |= choose('pathEncoding', pathEncoding, { double: FLAG.pathDouble, single: FLAG.pathSingle });
  flags |= choose('headerPlacement', headerPlacement, { query: 0, headers: FLAG.keepHeaders });
  const region =
    options.region === undefined ? '' : text(options.region, 'region', 'ERR_SIGV4_REGION_REQUIRED');
  const service =
    options.service === undefined ? '' : text(options.service, 'service', 'ERR_SIGV4_SERVICE_REQUIRED');
  const host = options.host === undefined ? '' : authority(text(options.host, 'host'));
  return {
    region,
    service,
    flags,
    fields: `${region}\0${service}\0${headerNames(options)}\0`,
    payload,
    host,
  };
}

/**
 * The names of headers to sign and, after a space, of those not to sign.
 *
 * @param {SigningOptions} options
 */
function headerNames({ signedHeaders, unsignableHeaders }) {
  const also = Array.isArray(signedHeaders) ? names(signedHeaders, 'signedHeaders') : [];
  if (unsignableHeaders === undefined) return also.join(';');
  const never = names(unsignableHeaders, 'unsignableHeaders');
  for (const name of never) {
    if (also.includes(name)) {
      throw optionInvalid(`signedHeaders and unsignableHeaders both name ${name}`);
    }
    if (ALWAYS_SIGNED.some((one) => one === name)) {
      throw optionInvalid(`unsignableHeaders cannot name ${name}, which is always signed`);
    }
  }
  return `${also.join(';')} ${never.join(';')}`;
}

/**
 * @param {unknown} list
 * @param {string} option
 * @returns {string[]} in lower case
 */
function names(list, option) {
  if (Array.isArray(list) && list.every((name) => typeof name === 'string' && TOKEN.test(name))) {
    return list.map((name) => name.toLowerCase());
  }
  throw optionInvalid(`the option ${option} must be an array of header names`);
}

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * As a URL would have it: in lower case, without the default port.
 *
 * @param {string} host
 */
function authority(host) {
  try {
    if (!NOT_IN_HOST.test(host)) return new URL(`https://${host}`).host;
  } catch {
    // refused below
  }
  throw optionInvalid("the option host must be a host alone, such as 'api.example.com:8443'");
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {Record<string, number>} choices
 */
export function choose(name, value, choices) {
  if (value === undefined) return 0;
  const choice = typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
  if (Object.hasOwn(choices, choice)) return choices[choice];
  throw optionInvalid(`the option ${name} must be one of ${Object.keys(choices).join(', ')}`);
}

/** @param {string} message */
function optionInvalid(message) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {import('../engine/errors.js').SigV4ErrorCode} [code]
 * @returns {string}
 */
function text(value, name, code = 'ERR_SIGV4_OPTION_INVALID') {
  if (typeof value === 'string' && value !== '') return value;
  throw new SigV4Error(code, `the option ${name} must be a non-empty string`);
}

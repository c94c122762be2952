// What a request says about its own signature, checked for form only.

import { malformed, quote, Refusal } from './verification-error.js';
import { rulesOf } from './service-rules.js';
import { SIGV4, SIGV4A } from './algorithms.js';
import { amzDateOf, parseAmzDate } from './amz-date.js';

/**
 * @typedef {object} ParsedAuthorization
 * @property {import('./algorithms.js').Scheme} scheme
 * @property {string} accessKeyId
 * @property {string} day  the date of the scope, which should be `YYYYMMDD`
 * @property {string} region  empty with SigV4a
 * @property {string} service
 * @property {string} terminator  of the scope, which should be `aws4_request`
 * @property {string} regionSet  with SigV4a; otherwise empty
 * @property {string} amzDate  when it was signed, `YYYYMMDDTHHMMSSZ`
 * @property {string[]} signedHeaders
 * @property {string} signature
 * @property {string | undefined} sessionToken
 * @property {boolean} isPresigned  whether it is in the query
 * @property {number | undefined} expiresIn  seconds; only of a presigned request
 */

/**
 * @param {import('../mismatch/received-request.js').ReceivedRequest} received
 * @returns {ParsedAuthorization}
 * @throws {Refusal}
 */
export function parseAuthorization({ headers, query }) {
  const parameters = signatureParameters(query);
  const isPresigned = SIGNS_QUERY.some((name) => parameters.has(name));
  const authorization = headers.get('authorization');
  if (!isPresigned && authorization === undefined) {
    throw new Refusal('ERR_SIGV4_SIGNATURE_MISSING', 'Missing Authentication Token');
  }
  const { scheme, credential, amzDate, names, signature, expires } = isPresigned
    ? inQuery(parameters)
    : inHeaders(/** @type {string} */ (authorization), headers);
  /** @type {(name: string) => string | undefined} */
  const given = (name) => (isPresigned ? parameters.get(name) : undefined) ?? headers.get(name.toLowerCase());
  const { service, ...credentialParts } = parseCredential(credential, scheme);
  if (isPresigned && authorization !== undefined) checkMechanism(authorization, service);
  const regionSet = scheme === SIGV4A ? given('X-Amz-Region-Set') : '';
  if (regionSet === undefined) throw malformed("SigV4a requires existence of 'X-Amz-Region-Set'.");
  if (isPresigned && expires === undefined && rulesOf(service).needsExpires) {
    throw missingParameter('X-Amz-Expires');
  }
  return {
    scheme,
    ...credentialParts,
    service,
    regionSet,
    amzDate,
    signedHeaders: parseNames(names),
    signature,
    sessionToken: given(rulesOf(service).tokenName),
    isPresigned,
    expiresIn: expires === undefined ? undefined : parseExpires(expires),
  };
}

/**
 * @param {string} authorization  beside a signature in the query
 * @param {string} service
 * @throws {Refusal}
 */
function checkMechanism(authorization, service) {
  const isS3 = rulesOf(service).takesOneMechanism;
  if (!isS3 && !authorization.startsWith('AWS4-')) return;
  throw new Refusal(
    'ERR_SIGV4_SIGNATURE_MALFORMED',
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or ' +
      'the Authorization header should be specified',
    isS3 ? [400, 'InvalidArgument'] : undefined,
  );
}

/** Any of these makes a request a presigned one. */
const SIGNS_QUERY = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature'];

const SCHEMES = new Map([SIGV4, SIGV4A].map((scheme) => [scheme.algorithm, scheme]));

/**
 * @typedef {object} Stated
 * @property {import('./algorithms.js').Scheme} scheme
 * @property {string} credential
 * @property {string} amzDate
 * @property {string} names  of the signed headers
 * @property {string} signature
 * @property {string} [expires]
 */

/**
 * @param {string} authorization
 * @param {Map<string, string>} headers
 * @returns {Stated}
 */
function inHeaders(authorization, headers) {
  const [, algorithm, rest] = /^([^ ]*) ?(.*)$/s.exec(authorization) ?? ['', '', ''];
  const scheme = SCHEMES.get(algorithm);
  const parts = rest.split(',').map((part) => part.trim());
  const withoutSign = parts.find((part) => part !== '' && !part.includes('='));
  if (withoutSign !== undefined) throw notAPair(withoutSign, algorithm, authorization);
  const fields = (scheme === undefined ? [] : parts).map((part) => {
    const at = part.indexOf('=');
    return /** @type {const} */ ([part.slice(0, at), part.slice(at + 1)]);
  });
  const values = new Map(fields);
  const date = headers.get('x-amz-date') ?? isoDate(headers.get('date'));
  const problems = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !values.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (!date) {
    problems.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (problems.length > 0)
    throw malformed(`${problems.join(' ')} Authorization=${quote(shortened(algorithm))}`);
  if (fields.length > 3) {
    throw malformed('Invalid key=value pair in Authorization header: it holds one too many, or one twice.');
  }
  return {
    scheme: /** @type {import('./algorithms.js').Scheme} */ (scheme),
    credential: values.get('Credential') ?? '',
    amzDate: checkedDate(date ?? ''),
    names: values.get('SignedHeaders') ?? '',
    signature: values.get('Signature') ?? '',
  };
}

/**
 * @param {Map<string, string>} parameters
 * @returns {Stated}
 */
function inQuery(parameters) {
  const required = ['Algorithm', 'Credential', 'Date', 'SignedHeaders', 'Signature'];
  const [algorithm, credential, date, names, signature] = required.map((name) => {
    const value = parameters.get(`X-Amz-${name}`);
    if (value) return value;
    throw missingParameter(`X-Amz-${name}`);
  });
  const scheme = SCHEMES.get(algorithm);
  if (scheme === undefined) throw malformed(`Unsupported AWS 'algorithm': ${quote(algorithm)}.`);
  const expires = parameters.get('X-Amz-Expires');
  return { scheme, credential, amzDate: checkedDate(date), names, signature, expires };
}

/**
 * The parameters named `X-Amz-…`, decoded; what has no value is as good as missing.
 *
 * @param {[string, string][]} query
 * @returns {Map<string, string>}
 */
function signatureParameters(query) {
  /** @type {Map<string, string>} */
  const parameters = new Map();
  for (const [name, value] of query) {
    if (!OF_SIGNATURE.has(name)) continue;
    if (parameters.has(name)) {
      throw malformed(`'${name}' is there more than once. Re-examine the query-string parameters.`);
    }
    try {
      parameters.set(name, decodeURIComponent(value));
    } catch {
      throw malformed(`'${name}' is no UTF-8. Re-examine the query-string parameters.`);
    }
  }
  return parameters;
}

const OF_SIGNATURE = new Set([
  ...SIGNS_QUERY,
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Security-Token',
  'X-Amz-S3session-Token',
  'X-Amz-Region-Set',
]);

/**
 * As API Gateway says it, but for what may be a secret: messages end up in logs.
 *
 * @param {string} part
 * @param {string} algorithm
 * @param {string} authorization
 */
function notAPair(part, algorithm, authorization) {
  const isSigV4 = algorithm.startsWith('AWS4-');
  // `Basic` holds a password, however short it is.
  const shown = isSigV4 ? part : /^basic$/i.test(algorithm) ? '…' : shortened(part);
  const whole = isSigV4
    ? authorization.replace(/(Signature=)[^,]+/g, '$1…')
    : authorization.replace(part, () => shown);
  return malformed(
    `${quote(shown)} not a valid key=value pair (missing equal-sign) in Authorization header: ${quote(whole)}.`,
  );
}

/**
 * Of what could be a token, its start.
 *
 * @param {string} text
 */
function shortened(text) {
  return text.length > 24 ? `${text.slice(0, 8)}…` : text;
}

/**
 * @param {string} credential
 * @param {import('./algorithms.js').Scheme} scheme
 */
function parseCredential(credential, scheme) {
  const [count, example] =
    scheme === SIGV4A ? [4, 'keyid/date/service/term'] : [5, 'keyid/date/region/service/term'];
  const parts = /^[!-~]*$/.test(credential) ? credential.split('/') : [];
  // The id of a key of your own may hold slashes.
  const [day = '', ...scope] = parts.slice(1 - count);
  const [terminator = '', service = '', region = ''] = scope.reverse();
  const accessKeyId = parts.slice(0, 1 - count).join('/');
  const isWhole = accessKeyId !== '' && (parts.length === count || /^\d{8}$/.test(day));
  if (isWhole) return { accessKeyId, day, region, service, terminator };
  throw malformed(
    `Credential must have exactly ${count} slash-delimited elements, e.g. ${example}, got ${quote(credential)}`,
  );
}

/** @param {string} names */
function parseNames(names) {
  const list = names.split(';');
  const isSorted = list.every((name, i) => /^[^A-Z\s,:]+$/.test(name) && (i === 0 || list[i - 1] < name));
  if (!isSorted) {
    throw malformed(`SignedHeaders must be lower-case names, sorted, each once, got ${quote(names)}`);
  }
  return list;
}

/** @param {string} expires */
function parseExpires(expires) {
  if (!/^\d{1,10}$/.test(expires)) throw malformed('X-Amz-Expires should be a number');
  const seconds = Number(expires);
  if (seconds === 0) throw malformed('X-Amz-Expires must be positive');
  if (seconds > MAX_EXPIRES_SECONDS) {
    throw malformed(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  return seconds;
}

/** "Authenticating Requests: Using Query Parameters", S3 API reference. */
const MAX_EXPIRES_SECONDS = 604_800;

/** @param {string} name */
function missingParameter(name) {
  return malformed(
    `AWS query-string parameters must include '${name}'. Re-examine the query-string parameters.`,
  );
}

/** @param {string} date */
function checkedDate(date) {
  if (!Number.isNaN(parseAmzDate(date))) return date;
  throw malformed(
    `Date must be in ISO-8601 'basic format'. Got ${quote(date)}. See http://en.wikipedia.org/wiki/ISO_8601`,
  );
}

/**
 * A `Date` header, which AWS takes in place of `x-amz-date`.
 *
 * @param {string | undefined} date  as HTTP writes it (RFC 9110, section 5.6.7), or as AWS does
 */
function isoDate(date) {
  const millis = Date.parse(date ?? '');
  const isHttp = millis >= 0 && new Date(millis).toUTCString() === date;
  return isHttp ? amzDateOf(millis) : date;
}

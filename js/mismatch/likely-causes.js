// Likely causes if no known mistake results in the signature: a header, a body or a secret with an unknown value.

import { boundaryOf } from './causes/headers.js';
import { FORWARDED_HOST, isLoopback, pageHosts } from './causes/hosts.js';
import {
  described,
  isLate,
  isStringified,
  REASONS,
  SCOPE_REASONS,
  secondsOff,
  times,
} from './other-problems.js';
import { EMPTY_SHA256 } from '../engine/hashing.js';

/**
 * @typedef {import('./signing-inputs.js').Evidence} Evidence
 * @typedef {import('./other-problems.js').Found} Found
 *
 * @typedef {Omit<Found, 'detail' | 'name'> & { sees: (evidence: Evidence, search: import('./search.js').MismatchSearch) => Seen[] }} Suspicion
 *   a sign of a mistake; `sees` returns what it found, each with its values
 * @typedef {{ name?: string, expected?: string, signed?: string }} Seen
 */

/**
 * @param {Evidence} evidence
 * @param {import('./search.js').MismatchSearch} search
 * @returns {Found[]} the likeliest first
 */
export function likely(evidence, search) {
  const suspected = seenBy(SUSPICIONS, evidence, search);
  // The request itself already explains it.
  return suspected.some(({ isSeen }) => isSeen)
    ? suspected
    : [...suspected, ...seenBy(UNPROVABLE, evidence, search)];
}

/**
 * @param {Suspicion[]} suspicions
 * @param {Evidence} evidence
 * @param {import('./search.js').MismatchSearch} search
 * @returns {Found[]}
 */
function seenBy(suspicions, evidence, search) {
  return suspicions.flatMap(({ sees, ...mistake }) =>
    sees(evidence, search).map(({ name, ...detail }) => ({
      ...mistake,
      ...(name !== undefined && { name }),
      ...(Object.keys(detail).length > 0 && { detail }),
    })),
  );
}

/** A hostile request may name thousands. */
const MAX_NAMES = 4;

/**
 * Causes that are never proved, because the signed value is not known.
 *
 * @type {Suspicion[]}
 */
const UNPROVABLE = [
  {
    code: 'secret-other',
    part: 'secret',
    isSeen: true, // It says that it is a possibility.
    summary: 'The secret access key that the client used may not be that of {accessKey|the access key}.',
    fix: 'Compare the secret access key of the client with that of the server, by its length and last characters.',
    sees: () => [{}],
  },
  {
    code: 'body-other',
    part: 'body',
    isSeen: true, // It says that it is a possibility.
    summary:
      'The body may have changed after it was signed: the hash of what arrived is {expected|another one}.',
    fix: 'Sign the bytes that are sent, after every interceptor and transform has run, and let no proxy change them.',
    sees: ({ body, declared }, search) =>
      body.length > 0 && declared === undefined ? [{ expected: search.part('payload') }] : [],
  },
  {
    code: 'path-other',
    part: 'path',
    isSeen: true, // It says that it is a possibility.
    summary: 'The client may have signed a path other than {expected|the one that arrived}.',
    fix: 'Compare the path that the client signed (`trace` shows it) with this one: look for a stage, a base path, a rewrite or a redirect.',
    sees: (_, search) => (search.part('path') === '/' ? [] : [{ expected: search.part('path') }]),
  },
  {
    code: 'query-other',
    part: 'query',
    isSeen: true, // It says that it is a possibility.
    summary: 'The client may have signed a query other than {expected|the one that arrived}.',
    fix: 'Compare the query that the client signed (`trace` shows it) with this one: look for parameters that are added, dropped or escaped again.',
    sees: ({ authorization }, search) =>
      search.part('query') === '' || authorization.isPresigned ? [] : [{ expected: search.part('query') }],
  },
];

/** @type {Suspicion[]} */
const SUSPICIONS = [
  {
    ...described('token-lost'),
    isSeen: true,
    sees: ({ received, authorization, rules }) => {
      const name = rules.tokenName.toLowerCase();
      return authorization.signedHeaders.includes(name) && !received.headers.has(name) ? [{ name }] : [];
    },
  },
  {
    ...described('header-lost'),
    isSeen: true,
    sees: ({ received, authorization, rules }) =>
      authorization.signedHeaders
        .filter((name) => !received.headers.has(name) && name !== rules.tokenName.toLowerCase())
        .slice(0, MAX_NAMES)
        .map((name) => ({ name })),
  },
  {
    ...reason('body-stringified'),
    isSeen: true,
    sees: ({ text }) => (isStringified(text) ? [{ expected: text }] : []),
  },
  ...SCOPE_REASONS.map(({ applies, ...mistake }) => ({
    ...mistake,
    isSeen: /** @type {const} */ (true),
    sees: (/** @type {Evidence} */ evidence) => {
      const seen = applies(evidence, '');
      return typeof seen === 'object' ? [seen] : [];
    },
  })),
  {
    ...described('token-other'),
    sees: ({ authorization, token }) =>
      token !== '' && authorization.sessionToken !== undefined && authorization.sessionToken !== token
        ? [{}]
        : [],
  },
  {
    ...reason('body-lost'),
    sees: ({ body, received, authorization }) =>
      body.length === 0 && describesBody(received, authorization.signedHeaders)
        ? [{ expected: EMPTY_SHA256 }]
        : [],
  },
  {
    ...described('content-type-boundary'),
    sees: ({ body, received, authorization }) => {
      const boundary = boundaryOf(body);
      const type = received.headers.get('content-type');
      return boundary !== undefined &&
        authorization.signedHeaders.includes('content-type') &&
        type?.includes(boundary) !== true
        ? [
            {
              signed: `multipart/form-data; boundary=${boundary}`,
              ...(type !== undefined && { expected: type }),
            },
          ]
        : [];
    },
  },
  {
    ...described('host-other'),
    sees: ({ received: { headers }, authorization }) => {
      const host = headers.get('host') ?? '';
      const forwarded = FORWARDED_HOST.flatMap((name) => headers.get(name) ?? []);
      const other = forwarded.find((name) => name !== host);
      if (other !== undefined) return [{ expected: host, signed: other }];
      const isCustom = authorization.service === 'execute-api' && !/\.execute-api\.|\.amazonaws\./.test(host);
      return isCustom && !isLoopback(host) ? [{ expected: host }] : [];
    },
  },
  {
    ...described('host-of-dev-proxy'),
    sees: ({ received: { headers }, known }) => {
      const host = headers.get('host') ?? '';
      const page = pageHosts(headers).find(isLoopback);
      if (page !== undefined && page !== host) return [{ expected: host, signed: page }];
      // Other names that are known were tried.
      const isLocal = isLoopback(host) && known.hosts.length === 0;
      return isLocal || TUNNEL.test(host) ? [{ expected: host }] : [];
    },
  },
  {
    ...described('accept-encoding-changed'),
    sees: ({ received, authorization }) =>
      authorization.signedHeaders.includes('accept-encoding') && received.headers.has('accept-encoding')
        ? [{ expected: received.headers.get('accept-encoding') }]
        : [],
  },
  {
    ...described('header-changed'),
    sees: ({ received, authorization }) =>
      authorization.signedHeaders
        .filter((name) => OF_HOPS.test(name) && received.headers.has(name))
        .slice(0, MAX_NAMES)
        .map((name) => ({ name, expected: SECRET.test(name) ? undefined : received.headers.get(name) })),
  },
  {
    ...reason('signature-expired'),
    isSeen: true,
    sees: (evidence) => (isStale(evidence) && secondsOff(evidence) < 0 ? [times(evidence)] : []),
  },
  {
    ...reason('clock-ahead'),
    isSeen: true,
    sees: (evidence) => (isStale(evidence) && secondsOff(evidence) > 0 ? [times(evidence)] : []),
  },
  {
    ...reason('body-lost'),
    sees: ({ body, received, authorization }) =>
      body.length === 0 &&
      WITH_BODY.test(received.method) &&
      !describesBody(received, authorization.signedHeaders)
        ? [{ expected: EMPTY_SHA256 }]
        : [],
  },
];

/** Those of them that are in no other table. */
export const SUSPECTED = UNPROVABLE;

const WITH_BODY = /^(?:POST|PUT|PATCH)$/;
/** What hops set or change. */
const OF_HOPS =
  /^(?:accept|accept-language|cache-control|connection|cookie|expect|forwarded|from|keep-alive|max-forwards|origin|pragma|priority|range|referer|te|trace(?:parent|state)|baggage|trailer|transfer-encoding|upgrade|user-agent|via|x-b3-.*|x-forwarded-.*|x-real-ip|x-request-id|x-correlation-id|x-amzn-trace-id|cf-.*|cdn-.*|sec-.*|if-none-match)$/;
const SECRET = /^cookie$/;
const TUNNEL =
  /\.(?:ngrok(?:-free)?\.(?:app|dev|io)|trycloudflare\.com|loca\.lt|serveo\.net|devtunnels\.ms|ts\.net|localhost\.run|lhr\.life)$/;

/** @param {Evidence} evidence */
function isStale(evidence) {
  return isLate(evidence) && !evidence.authorization.isPresigned;
}

/**
 * @param {import('./received-request.js').ReceivedRequest} received
 * @param {readonly string[]} signedHeaders
 */
function describesBody({ headers }, signedHeaders) {
  return (
    Number(headers.get('content-length') ?? 0) > 0 ||
    headers.has('content-type') ||
    signedHeaders.includes('content-length')
  );
}

/**
 * @param {string} wanted
 * @returns {Omit<Found, 'detail'>}
 */
function reason(wanted) {
  const { code, part, summary, fix } = /** @type {Found} */ (REASONS.find(({ code }) => code === wanted));
  return { code, part, summary, fix };
}

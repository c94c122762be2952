// Other problems of a request whose signature is valid.

import { CAUSES } from './causes.js';
import { payloadOf } from './payload.js';
import { SIGV4A } from '../protocol/algorithms.js';
import { amzDateOf } from '../protocol/amz-date.js';

/**
 * @typedef {import('./signing-inputs.js').Evidence} Evidence
 * @typedef {import('./find-mismatch.js').Mismatch} Mismatch
 *
 * A mistake of a table, with the values of the request.
 * @typedef {Omit<Mismatch, 'isProved'> & { isSeen?: true }} Found  `isSeen`: it needs no proof, because the request shows it
 *
 * @typedef {Omit<Found, 'detail'> & { applies: (evidence: Evidence, bodyHash: string) => (Mismatch['detail'] & { name?: string }) | boolean }} Reason
 */

/**
 * @param {Evidence} evidence
 * @param {string} bodyHash
 * @returns {Found[]} one, or the region and the service
 */
export function otherReasons(evidence, bodyHash) {
  const scope = SCOPE_REASONS.flatMap((reason) => found(reason, evidence, bodyHash));
  if (scope.length > 0) return scope;
  const changed = isChanged(evidence, bodyHash) ? changedBody(evidence, bodyHash) : undefined;
  if (changed !== undefined) return [changed];
  for (const reason of REASONS) {
    const [one] = found(reason, evidence, bodyHash);
    if (one !== undefined) return [one];
  }
  return [];
}

/**
 * @param {Reason} reason
 * @param {Evidence} evidence
 * @param {string} bodyHash
 * @returns {Found[]} one, or none
 */
function found({ applies, ...reason }, evidence, bodyHash) {
  const seen = applies(evidence, bodyHash);
  if (!seen) return [];
  if (typeof seen !== 'object') return [reason];
  const { name, ...detail } = seen;
  const hasDetail = Object.keys(detail).length > 0;
  return [{ ...reason, ...(name !== undefined && { name }), ...(hasDetail && { detail }) }];
}

/**
 * Problems of the scope come first, because other rules depend on the service.
 *
 * @type {Reason[]}
 */
export const SCOPE_REASONS = [
  {
    ...described('wrong-region'),
    applies: ({ authorization, known: { region }, wrong }) =>
      wrong.region &&
      !wrong.scope && {
        expected: region,
        signed: authorization.scheme === SIGV4A ? authorization.regionSet : authorization.region,
      },
  },
  {
    ...described('wrong-service'),
    applies: ({ authorization, known: { service }, wrong }) =>
      wrong.service && !wrong.scope && { expected: service, signed: authorization.service },
  },
];

/** @type {Reason[]} */
export const REASONS = [
  {
    code: 'body-lost',
    part: 'body',
    summary: 'The request arrived without the body that was signed.',
    fix: 'Look for what drops the body: a redirect that turns POST into GET, a client that sends none with GET or DELETE, or a proxy.',
    applies: (evidence, bodyHash) =>
      isChanged(evidence, bodyHash) &&
      evidence.body.length === 0 && { expected: bodyHash, signed: evidence.declared },
  },
  {
    code: 'body-changed',
    part: 'body',
    summary: 'The body that arrived does not match its hash in x-amz-content-sha256.',
    fix: 'Sign exactly the bytes that are sent, and let no proxy change them.',
    applies: (evidence, bodyHash) =>
      isChanged(evidence, bodyHash) && { expected: bodyHash, signed: evidence.declared },
  },
  {
    ...described('body-unsigned-payload'),
    applies: ({ wrong, declared }) => wrong.payload && { signed: declared },
  },
  {
    code: 'scope-terminator',
    part: 'scope',
    summary: 'The scope does not end with aws4_request.',
    fix: 'End the scope with aws4_request, for SigV4 and SigV4a alike.',
    applies: ({ authorization }) =>
      authorization.terminator !== 'aws4_request' && {
        expected: 'aws4_request',
        signed: authorization.terminator,
      },
  },
  {
    code: 'host-ambiguous',
    part: 'headers',
    summary:
      'The request names more than one host: in its Host header, and in :authority or the request line.',
    fix: 'Let the client, and the proxies between, send one name of the host everywhere.',
    applies: ({ received, authorization, wrong }) =>
      wrong.host && {
        expected: received.hosts,
        ...(authorization.signedHeaders.includes('host') && { signed: received.headers.get('host') }),
      },
  },
  {
    code: 'scope-of-another-day',
    part: 'date',
    summary:
      'The scope names {signed|another day}, but the day of the signature is {expected|a different one}.',
    fix: 'Take both from the same clock, in UTC.',
    applies: ({ authorization, wrong }) =>
      wrong.scope && {
        expected: authorization.amzDate.slice(0, 8),
        signed: authorization.day,
      },
  },
  {
    code: 'clock-in-local-time',
    part: 'date',
    summary:
      'The time of the signature is off by {seconds|whole hours}, the offset of a time zone: local time was signed as UTC.',
    fix: 'Sign the time in UTC.',
    // A URL may be opened hours later.
    applies: (evidence) =>
      isLate(evidence) &&
      isZone(secondsOff(evidence)) &&
      !(evidence.authorization.isPresigned && secondsOff(evidence) < 0) &&
      times(evidence),
  },
  {
    code: 'url-expired',
    part: 'date',
    summary: 'The presigned URL has expired: it was signed {seconds|some time} ago.',
    fix: 'Presign a new URL, or one with a longer lifetime: at most seven days, and no longer than the credentials last.',
    applies: (evidence) =>
      isLate(evidence) && evidence.authorization.isPresigned && secondsOff(evidence) < 0 && times(evidence),
  },
  {
    code: 'signature-expired',
    part: 'date',
    summary: 'The request was signed {seconds|too long} ago, or by a clock that is behind by as much.',
    fix: 'Sign right before sending, sign each retry again, and set the clock (or let the client correct it by the Date of the response).',
    applies: (evidence) => isLate(evidence) && secondsOff(evidence) < 0 && times(evidence),
  },
  {
    code: 'clock-ahead',
    part: 'date',
    summary: 'The request was signed by a clock that is {seconds|too far} ahead.',
    fix: 'Set the clock, or let the client correct it by the Date of the response.',
    applies: (evidence) => isLate(evidence) && times(evidence),
  },
  {
    ...described('token-not-signed'),
    applies: ({ authorization, received, rules, wrong }) =>
      wrong.uncovered !== undefined &&
      received.headers.has(rules.tokenName.toLowerCase()) &&
      !authorization.signedHeaders.includes(rules.tokenName.toLowerCase()),
  },
  {
    code: 'header-not-signed',
    part: 'headers',
    summary: '{header|A header} must be signed but was not.',
    fix: 'Sign host and every header whose name begins with x-amz-.',
    applies: ({ wrong }) => wrong.uncovered !== undefined && { name: wrong.uncovered },
  },
  {
    code: 'token-missing',
    part: 'token',
    summary:
      'The credentials of {accessKey|the access key} are temporary, and their session token was neither signed nor sent.',
    fix: 'Pass the session token to the signer together with the access key id and the secret access key.',
    applies: ({ authorization, token }) =>
      authorization.sessionToken === undefined &&
      (token !== '' || authorization.accessKeyId.startsWith('ASIA')),
  },
  {
    ...described('token-other'),
    applies: ({ authorization, token }) => token !== '' && authorization.sessionToken !== token,
  },
  {
    code: 'credentials-expired',
    part: 'token',
    summary:
      'The request was signed with temporary credentials of {accessKey|the access key} that have expired.',
    fix: 'Pass the signer a credential provider instead of fixed credentials, so that they are refreshed.',
    applies: ({ expiration, now }) => expiration !== undefined && !(expiration.getTime() > now),
  },
  {
    code: 'body-stringified',
    part: 'body',
    summary:
      'The body is the text {expected|of an object that was not serialized}: the client was given an object that it does not serialize.',
    fix: 'Pass the client a string or bytes, for example JSON.stringify(object).',
    applies: ({ text }) => isStringified(text) && { expected: text },
  },
  {
    code: 'none',
    part: 'headers',
    summary: 'The signature is valid.',
    fix: 'Look for another reason, such as the policies of the caller or of the API.',
    applies: () => true,
  },
];

/**
 * @param {string} wanted
 * @returns {Omit<Found, 'detail'>}
 */
export function described(wanted) {
  const { code, part, summary, fix } = /** @type {Found} */ (CAUSES.find(({ code }) => code === wanted));
  return { code, part, summary, fix };
}

/**
 * @param {Evidence} evidence
 * @param {string} bodyHash
 */
function isChanged({ declared }, bodyHash) {
  return declared !== undefined && /^[0-9a-f]{64}$/.test(declared) && declared !== bodyHash;
}

/**
 * The signed hash, if the body was changed later in a known way.
 *
 * @param {Evidence} evidence
 * @param {string} bodyHash
 * @returns {Found | undefined}
 */
function changedBody(evidence, bodyHash) {
  const { declared } = evidence;
  for (const cause of CAUSES.filter(({ part }) => part === 'body')) {
    for (const pieces of cause.changes({ ...evidence, declared: undefined })) {
      if (payloadOf(evidence, pieces).line !== declared) continue;
      return { ...described(cause.code), detail: { expected: bodyHash, signed: declared } };
    }
  }
  return undefined;
}

/**
 * The result of `String(object)`, from a client that does not serialize its body.
 *
 * @param {string | undefined} text
 */
export function isStringified(text) {
  return text !== undefined && /^(?:\[object \w{1,40}\]|undefined)$/.test(text);
}

/** @param {Evidence} evidence */
export function isLate({ wrong }) {
  return wrong.time;
}

/** @param {Evidence} evidence */
export function secondsOff({ authorization, now }) {
  return (authorization.signedAt - now) / 1000;
}

/**
 * Whether a clock that is off by this may be one of a time zone: most differ from UTC by half hours.
 *
 * @param {number} seconds
 */
function isZone(seconds) {
  const halfHours = Math.round(seconds / 1800);
  return halfHours !== 0 && Math.abs(halfHours) <= 28 && Math.abs(seconds - halfHours * 1800) < 15;
}

/** @param {Evidence} evidence */
export function times({ authorization, now }) {
  return { expected: amzDateOf(now), signed: authorization.amzDate };
}

// Mistakes in the session token.

import { escapeUri } from '../../protocol/percent-encoding.js';
import { header, parameter } from '../signing-inputs.js';

/** @typedef {import('../signing-inputs.js').Evidence} Evidence */

/** @type {import('../search.js').Cause[]} */
export const TOKEN_CAUSES = [
  {
    code: 'token-not-signed',
    part: 'token',
    summary: 'The session token was added after signing.',
    fix: 'Pass the session token to the signer together with the access key id and the secret access key.',
    changes: (evidence) => {
      const { authorization, rules } = evidence;
      const name = rules.tokenName.toLowerCase();
      const others = authorization.signedHeaders.filter((other) => other !== name);
      return [
        ...inQuery(evidence, undefined),
        ...(others.length < authorization.signedHeaders.length
          ? [
              { 'headers.names': others, 'headers.listed': others },
              { 'headers.names': others },
              header(name, ''),
            ]
          : []),
      ];
    },
  },
  {
    code: 'token-signed',
    part: 'token',
    summary: 'The session token was signed, but this service expects it outside the signature.',
    fix: 'Append X-Amz-Security-Token to the URL after you sign it.',
    changes: ({ authorization, rules }) =>
      authorization.isPresigned && !rules.signsToken && authorization.sessionToken !== undefined
        ? [{ 'query.extra': [[rules.tokenName, escapeUri(authorization.sessionToken)]] }]
        : [],
  },
  {
    code: 'token-lost',
    part: 'token',
    summary: 'The session token was signed but did not arrive.',
    fix: 'Send the session token as it was signed: in the header x-amz-security-token, or in the parameter of that name.',
    changes: ({ authorization, rules, token, base }) => {
      if (authorization.sessionToken !== undefined || token === '') return [];
      const name = rules.tokenName.toLowerCase();
      if (authorization.isPresigned) return [{ 'query.extra': [[rules.tokenName, escapeUri(token)]] }];
      const names = [...new Set([...base['headers.names'], name])].sort();
      const line = header(name, token);
      return [
        line,
        { ...line, 'headers.names': names, 'headers.listed': names },
        { ...line, 'headers.names': names },
      ];
    },
  },
  {
    code: 'token-other',
    part: 'token',
    summary:
      'The session token that arrived is not the one that belongs to {accessKey|the access key}, or not the one that was signed.',
    fix: 'Take the access key id, the secret and the session token from the same place at the same time: refreshed credentials bring a new token.',
    changes: (evidence) => {
      const { token, authorization } = evidence;
      return token === '' || token === authorization.sessionToken
        ? []
        : [...inHeader(evidence, token), ...inQuery(evidence, escapeUri(token))];
    },
  },
  {
    code: 'token-encoded',
    part: 'token',
    summary: 'The client signed the session token escaped and sent it unescaped, or the reverse.',
    fix: 'Send and sign the session token as AWS issued it; in a URL, escape it once.',
    changes: (evidence) => {
      const { sessionToken } = evidence.authorization;
      if (sessionToken === undefined) return [];
      return [
        ...[escapeUri(sessionToken), unescaped(sessionToken)].flatMap((text) => inHeader(evidence, text)),
        ...[escapeUri(escapeUri(sessionToken)), escapeUri(sessionToken.replaceAll(' ', '+'))].flatMap(
          (text) => inQuery(evidence, text),
        ),
      ];
    },
  },
];

/**
 * @param {Evidence} evidence
 * @param {string} value
 */
function inHeader({ received, rules }, value) {
  const name = rules.tokenName.toLowerCase();
  return received.headers.has(name) ? [header(name, value)] : [];
}

/**
 * @param {Evidence} evidence
 * @param {string | undefined} value  escaped
 */
function inQuery({ parameters, rules }, value) {
  const at = parameters.findIndex(([name]) => name === rules.tokenName);
  if (at < 0) return [];
  return [parameter(at, value === undefined ? undefined : [rules.tokenName, value])];
}

/** @param {string} text */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

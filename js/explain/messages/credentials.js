// Messages about keys and tokens.

import { EXPIRED_TOKEN_MESSAGE, EXPIRED_TOKEN_TYPE } from '../../protocol/expired-token.js';

/** @typedef {import('../messages.js').Row} Row */

const CHECK_SET =
  'Pass the access key id, secret access key and session token of one set of credentials; `aws sts get-caller-identity` shows whether AWS accepts them.';
const OWN_KEY =
  'Use a key that this server issued: other S3 services do not accept keys of AWS, and AWS does not accept theirs.';
const REFRESH =
  'Fetch new credentials, or pass a credential provider: the signer then asks it again before they expire.';

/** @type {Row[]} */
export const KEYS = [
  {
    code: 'token-expired',
    text: new RegExp(`${EXPIRED_TOKEN_MESSAGE.source}|token has expired`, 'i'),
    summary: 'The temporary credentials of {keyName|the caller} have expired.',
    fix: REFRESH,
  },
  {
    code: 'token-expired',
    type: EXPIRED_TOKEN_TYPE,
    summary: 'The temporary credentials of {keyName|the caller} have expired.',
    fix: REFRESH,
  },
  {
    code: 'access-key-expired',
    text: /^Forbidden: Access key (?<accessKeyId>\S{1,200}) has expired/,
    summary: 'The server no longer accepts {keyName}: it has expired.',
    fix: 'Create a new key on the server, or change the expiry of this one.',
  },
  {
    code: 'access-key-of-another-provider',
    text: /^Credential access key has length (?<length>\d{1,4}), should be (?<expected>\d{1,4})/,
    summary:
      'The access key id has {length} characters, but the access key ids of this server have {expected}: the key belongs to another provider.',
    fix: OWN_KEY,
  },
  {
    code: 'access-key-of-another-provider',
    text: /^Malformed Access Key Id/,
    summary:
      'The server does not recognize the form of {keyName|the access key id}: the key belongs to another provider.',
    fix: OWN_KEY,
  },
  {
    code: 'access-key-unknown',
    text: /Access Key Id you provided does not exist|^Forbidden: No such key: (?<accessKeyId>\S{1,200})|^The key '(?<keyOfMessage>[^']{1,200})' is not valid/i,
    summary: 'The server does not know {keyName|the access key id}.',
    fix: 'Check the access key id, whether the key is active, and whether it belongs to this provider and partition; temporary keys (ASIA…) need their session token.',
    causes: [
      'the key was deleted, or belongs to another partition (China, GovCloud) or to another S3 service',
      'a key that begins with ASIA is used without its session token',
    ],
  },
  {
    code: 'access-key-disabled',
    text: /^Your account is disabled/,
    summary: 'The server knows {keyName|the access key id}, but the key or its user is disabled.',
    fix: 'Enable the user or the key on the server, or use another key.',
  },
  {
    code: 'access-key-disabled',
    type: /^UserSuspended$/,
    summary: 'The server knows {keyName|the access key id}, but its user is suspended.',
    fix: 'Enable the user on the server (Ceph: `radosgw-admin user enable`), or use another key.',
  },
  {
    code: 'token-invalid',
    text: /security token included in the request is invalid|provided token is malformed/i,
    summary:
      'The server does not know {keyName|the access key id}, or the session token does not belong to it.',
    fix: CHECK_SET,
    causes: [
      'temporary credentials (ASIA…) are used without their session token, or with the token of another session',
      'a long-term key (AKIA…) is used with a session token left over in the environment',
      'the key was deleted or is inactive, or belongs to another partition (China, GovCloud)',
      'the account has not enabled the region',
    ],
  },
  {
    code: 'access-key-unknown',
    type: /^InvalidAccessKeyId$/,
    summary: 'The server does not accept {keyName|the access key id}: {message|it does not say why.}',
    fix: 'Check the access key id, whether the key is active, and whether it belongs to this server.',
  },
  {
    code: 'token-invalid',
    of: /^r2$/,
    type: /^Unauthorized$/,
    summary: 'R2 does not accept {keyName|the access key id}.',
    fix: 'Create an R2 API token for this account, and use the access key id and the secret access key that are shown with it.',
    causes: [
      'the token was deleted or has expired',
      'the token and the host belong to different accounts',
      'the token itself is used instead of the secret access key',
    ],
  },
  {
    code: 'token-invalid',
    type: /^(?:UnrecognizedClientException|InvalidClientTokenId|InvalidToken|InvalidTokenId|AuthFailure|InvalidTokenException)$/,
    summary:
      'The server does not know {keyName|the credentials}, or cannot validate them: {message|it does not say why.}',
    fix: CHECK_SET,
    causes: [
      'the access key id, secret access key or session token is wrong, or they do not belong together',
      'the local clock is wrong',
      'the account has not enabled the region',
    ],
  },
  {
    code: 'account-not-signed-up',
    type: /^(?:NotSignedUp|OptInRequired|SubscriptionRequiredException|AllAccessDisabled|AccountProblem|InvalidPayer)$/,
    summary:
      'The account cannot use the service, or the server does not know {keyName|the access key id}: {message|it does not say why.}',
    fix: 'Check the access key id; then check the state of the account and its subscription to the service.',
  },
];

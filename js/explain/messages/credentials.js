// About keys and tokens.

/** @typedef {import('../messages.js').Row} Row */

const CREDENTIALS =
  'Pass key id, secret and session token of one set of credentials; `aws sts get-caller-identity` tells whether they are good.';

/** @type {Row[]} */
export const KEYS = [
  {
    code: 'token-expired',
    text: /security token included in the request is expired|provided token has expired|token (?:included in the request )?has expired/i,
    summary: 'The temporary credentials have expired.',
    fix: 'Fetch new credentials, or pass a provider: the signer then asks it again in time.',
  },
  {
    code: 'token-expired',
    type: /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired)$/,
    summary: 'The temporary credentials have expired.',
    fix: 'Fetch new credentials, or pass a provider: the signer then asks it again in time.',
  },
  {
    code: 'access-key-unknown',
    text: /Access Key Id you provided does not exist/i,
    summary: 'AWS does not know the access key id {AWSAccessKeyId|}.',
    fix: 'Check the key id, whether it is active, and whether account and endpoint are of one partition; temporary keys (ASIA…) need their session token.',
    causes: [
      'the key was deleted, or is of another partition (China, GovCloud) or of another S3 service',
      'a key that begins with ASIA, without its session token',
    ],
  },
  {
    code: 'token-invalid',
    text: /security token included in the request is invalid|provided token is malformed/i,
    summary: 'AWS does not know these credentials: the key id, or the session token that goes with it.',
    fix: CREDENTIALS,
    causes: [
      'temporary credentials (ASIA…) without their session token, or with that of others',
      'a long-term key (AKIA…) with a session token left over in the environment',
      'the key was deleted or is inactive, or is of another partition (China, GovCloud)',
      'the region is one that the account has not enabled',
    ],
  },
  {
    code: 'token-invalid',
    type: /^(?:UnrecognizedClientException|InvalidClientTokenId|InvalidToken|InvalidAccessKeyId|AuthFailure|InvalidTokenException)$/,
    summary: 'AWS does not know these credentials, or cannot validate them: {message}',
    fix: CREDENTIALS,
    causes: [
      'key id, secret or session token are wrong, or not of one set',
      'the local clock is wrong',
      'the account has not enabled the region',
    ],
  },
  {
    code: 'account-not-signed-up',
    type: /^(?:NotSignedUp|OptInRequired|SubscriptionRequiredException|AllAccessDisabled|AccountProblem|InvalidPayer)$/,
    summary: 'The account cannot use the service, or the server does not know the access key: {message}',
    fix: 'Check the key id; then the state of the account and its subscription to the service.',
  },
];

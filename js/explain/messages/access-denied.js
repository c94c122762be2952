// The signature is valid, but a policy does not allow the request.

/** @typedef {import('../messages.js').Row} Row */

const ALLOW = 'Allow {action|the action} on {resource,quoted|the resource} in';

/**
 * Kinds of policies, as "with an explicit deny in a …" and "because no … allows" name them, and where they are.
 *
 * @type {[kind: string, name: RegExp, where: string][]}
 */
const POLICIES = [
  ['identity-policy', /identity-based policy/, 'the policies of the user or role'],
  ['resource-policy', /resource-based policy/, 'the policy of the resource (bucket, key, function or API)'],
  ['service-control-policy', /service control policy/, "the organization's service control policies (SCP)"],
  [
    'resource-control-policy',
    /resource control policy/,
    "the organization's resource control policies (RCP)",
  ],
  ['permissions-boundary', /permissions boundary/, 'the permissions boundary of the user or role'],
  ['session-policy', /session policy/, 'the session policy that was passed when the role was assumed'],
  ['endpoint-policy', /VPC endpoint policy/, 'the policy of the VPC endpoint'],
  [
    'auth-policy',
    /(?:service|network|service network)-based policy/,
    'the auth policy of the VPC Lattice service or service network',
  ],
];

const WHO = /\bUser: (?<user>\S+) is not authorized to perform: (?<action>[\w-]+:[\w*-]+)/;
// KMS says "on the resource associated with this ciphertext", which it does not name.
const WHOM =
  /(?: on resource: (?:"(?<quoted>[^"]*)"|(?<resource>\S+))| on the resource associated with this ciphertext)?/;
/** Since 2026 a denial may name the policy: "with an explicit deny in a service control policy: arn:…". */
const WHICH = /(?:: (?<policy>arn:[^\s"]{1,300}))?/;

/** @param {RegExp[]} parts */
function joined(...parts) {
  return new RegExp(parts.map(({ source }) => source).join(''), 'i');
}

/** @type {Row[]} */
const DENIED_BY_KIND = POLICIES.flatMap(([kind, name, where]) => [
  {
    code: `denied-by-${kind}`,
    text: joined(WHO, WHOM, /[^]{0,40} with an explicit deny in an? /, name, WHICH),
    summary: `The signature is valid, but a Deny statement in ${where} applies: {user} may not perform {action}.`,
    fix: `Remove the Deny from {policy|${where}}, or meet its conditions: no Allow can override it.`,
  },
  {
    code: `not-allowed-by-${kind}`,
    text: joined(WHO, WHOM, /[^]{0,40} because no /, name),
    summary: `The signature is valid, but nothing in ${where} allows {user} to perform {action}.`,
    fix: `${ALLOW} ${where}.`,
  },
]);

/** @type {Row[]} */
export const ACCESS_DENIED = [
  {
    code: 'authorizer-denied',
    text: /^User is not authorized to access this resource/,
    summary:
      'The Lambda authorizer of the API denied the request: the policy that it returned does not allow this method and path.',
    fix: 'Return a policy that covers the route. If the result is cached, use wildcards: API Gateway reuses one policy for all routes that the caller requests.',
  },
  {
    code: 'anonymous-denied',
    text: joined(/\bUser: (?<user>anonymous) is not authorized to perform: (?<action>[\w-]+:[\w*-]+)/, WHOM),
    summary: 'The request arrived as anonymous, and no policy allows anonymous callers to perform {action}.',
    fix: 'Sign the request and set the authorization of the method to AWS_IAM, or allow the action in the resource policy; deploy the API after the change.',
    causes: [
      'the request was not signed, or the method does not use AWS_IAM authorization and ignores the signature',
      'the resource policy denies the address, the VPC endpoint or the account',
    ],
  },
  ...DENIED_BY_KIND,
  {
    code: 'denied-explicitly',
    text: joined(WHO, WHOM, /[^]{0,40} with an explicit deny/),
    summary: 'The signature is valid, but a policy explicitly denies {action} to {user}.',
    fix: 'Find the Deny in the policies of the user or role, of the resource, and of the organization: no Allow can override it.',
  },
  {
    code: 'not-allowed',
    text: joined(WHO, WHOM),
    summary: 'The signature is valid, but no policy allows {user} to perform {action}.',
    fix: `${ALLOW} a policy of the user or role; across accounts, also in the policy of the resource.`,
  },
  {
    code: 'model-access',
    text: /access to the model|Model access is denied/i,
    summary: 'The signature is valid, but the account has no access to this model in this region.',
    fix: 'Request access to the model in the Bedrock console, in the region that you call, and allow bedrock:InvokeModel.',
  },
  {
    code: 'search-permissions',
    text: /no permissions for \[(?<action>[^\]]{0,200})\][^]{0,40} User \[name=(?<user>[^,\]]+)/,
    summary: 'The signature is valid, but OpenSearch does not allow {user} to perform {action}.',
    fix: 'Map the IAM role or user to an OpenSearch role (fine-grained access control) that has the permission.',
  },
  {
    code: 'authorization-mode',
    of: /^appsync$/,
    text: /not authorized to make this call|[Vv]alid authorization header not provided|Missing authorization header/,
    summary: 'The AppSync API does not accept this kind of authorization.',
    fix: 'Add AWS_IAM to the authorization modes of the API, sign for the service appsync, and do not send x-api-key.',
  },
  {
    code: 'unauthorized',
    text: /^(?:Unauthorized|The incoming token has expired|.{0,40}[Jj][Ww][Tt].{0,80})$/,
    status: /^401$/,
    summary:
      'The route has a token authorizer (JWT, Cognito or Lambda), and the token is missing or not valid. SigV4 is not involved.',
    fix: 'Send the token where the authorizer expects it, or change the authorization of the route to AWS_IAM.',
  },
  {
    code: 'cloudfront-signature',
    type: /^(?:MissingKey|InvalidKey)$/,
    summary: 'CloudFront requires a URL or cookies signed with its own keys, not with SigV4.',
    fix: 'Use CloudFront signed URLs or cookies, or remove the trusted key groups from the behavior.',
  },
  {
    code: 'method-not-forwarded',
    text: /distribution is not configured to allow the HTTP request method/,
    summary: 'CloudFront does not forward this method, so the request did not reach the API.',
    fix: 'Allow all methods in the behavior of the distribution, or call the API directly.',
  },
  {
    code: 'blocked',
    text: /Request blocked|CloudFront distribution is configured to block access from your country|could not be satisfied/,
    summary: 'CloudFront or AWS WAF blocked the request before it reached the API.',
    fix: 'Look up the rule in the AWS WAF logs; then check geographic restrictions, the host name and the method.',
  },
];

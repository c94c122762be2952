// The signature is right, but a policy says no.

/** @typedef {import('../messages.js').Row} Row */

const ALLOW = 'Allow {action|the action} on {resource,quoted|the resource} in';

/**
 * Kinds of policies, as "with an explicit deny in a …" and "because no … allows" name them, and where they are.
 *
 * @type {[kind: string, name: RegExp, where: string][]}
 */
const POLICIES = [
  ['identity-policy', /identity-based policy/, 'a policy of the user or role'],
  [
    'resource-policy',
    /resource-based policy/,
    'the policy of the resource, such as bucket, key, function or API',
  ],
  ['service-control-policy', /service control policy/, "the organization's service control policies (SCP)"],
  [
    'resource-control-policy',
    /resource control policy/,
    "the organization's resource control policies (RCP)",
  ],
  ['permissions-boundary', /permissions boundary/, 'the permissions boundary of the user or role'],
  ['session-policy', /session policy/, 'the policy that was passed when the role was assumed'],
  ['endpoint-policy', /VPC endpoint policy/, 'the policy of the VPC endpoint'],
  [
    'auth-policy',
    /(?:service|network|service network)-based policy/,
    'the auth policy of the VPC Lattice service or service network',
  ],
];

const WHO = /\bUser: (?<user>\S+) is not authorized to perform: (?<action>[\w-]+:[\w*-]+)/;
const WHOM = /(?: on resource: (?:"(?<quoted>[^"]*)"|(?<resource>\S+)))?/;

/** @param {RegExp[]} parts */
function joined(...parts) {
  return new RegExp(parts.map(({ source }) => source).join(''), 'i');
}

/** @type {Row[]} */
const DENIED_BY_KIND = POLICIES.flatMap(([kind, name, where]) => [
  {
    code: `denied-by-${kind}`,
    text: joined(WHO, WHOM, /[^]{0,40} with an explicit deny in an? /, name),
    summary: `The signature is right, but a statement in ${where} denies {action} to {user}.`,
    fix: `Take the Deny out of ${where}, or meet its conditions: an allow elsewhere does not help.`,
  },
  {
    code: `not-allowed-by-${kind}`,
    text: joined(WHO, WHOM, /[^]{0,40} because no /, name),
    summary: `The signature is right, but nothing in ${where} allows {action} to {user}.`,
    fix: `${ALLOW} ${where}.`,
  },
]);

/** @type {Row[]} */
export const DENIALS = [
  {
    code: 'authorizer-denied',
    text: /^User is not authorized to access this resource/,
    summary:
      'The Lambda authorizer of the API denied it: the policy that it returned does not allow this method and path.',
    fix: 'Return a policy that covers the route, with wildcards if it is cached: one policy is used for all routes that the caller asks for.',
  },
  {
    code: 'anonymous-denied',
    text: joined(/\bUser: (?<user>anonymous) is not authorized to perform: (?<action>[\w-]+:[\w*-]+)/, WHOM),
    summary:
      'The request came as anonymous, and the policy of the resource does not allow {action} to everybody.',
    fix: 'Sign the request, and give the method AWS_IAM authorization, or allow it in the resource policy; deploy the API after a change.',
    causes: [
      'the request was not signed, or the method has no AWS_IAM authorization and does not look at the signature',
      'the resource policy denies the address, the VPC endpoint or the account',
    ],
  },
  ...DENIED_BY_KIND,
  {
    code: 'denied-explicitly',
    text: joined(WHO, WHOM, /[^]{0,40} with an explicit deny/),
    summary: 'The signature is right, but a policy denies {action} to {user}.',
    fix: 'Find the Deny in the policies of the user or role, of the resource, and of the organization: an allow elsewhere does not help.',
  },
  {
    code: 'not-allowed',
    text: joined(WHO, WHOM),
    summary: 'The signature is right, but no policy allows {action} to {user}.',
    fix: `${ALLOW} a policy of the user or role; across accounts also in that of the resource.`,
  },
  {
    code: 'model-access',
    text: /access to the model|Model access is denied/i,
    summary: 'The signature is right, but the account has no access to this model in this region.',
    fix: 'Request access to the model in the Bedrock console, in the region that is called, and allow bedrock:InvokeModel.',
  },
  {
    code: 'search-permissions',
    text: /no permissions for \[(?<action>[^\]]{0,200})\][^]{0,40} User \[name=(?<user>[^,\]]+)/,
    summary: 'The signature is right, but OpenSearch does not allow {action} to {user}.',
    fix: 'Map the IAM role or user to a role of OpenSearch (fine-grained access control) that has the permission.',
  },
  {
    code: 'authorization-mode',
    of: /^appsync$/,
    text: /not authorized to make this call|[Vv]alid authorization header not provided|Missing authorization header/,
    summary: 'AppSync does not take this kind of authorization for the API.',
    fix: 'Add AWS_IAM to the authorization modes of the API, sign for the service appsync, and send no x-api-key.',
  },
  {
    code: 'unauthorized',
    text: /^(?:Unauthorized|The incoming token has expired|.{0,40}[Jj][Ww][Tt].{0,80})$/,
    status: /^401$/,
    summary:
      'The route has an authorizer for tokens (JWT, Cognito or Lambda), and its token is missing or not valid: it is not about SigV4.',
    fix: 'Send the token where the authorizer looks for it, or give the route AWS_IAM authorization.',
  },
  {
    code: 'cloudfront-signature',
    type: /^(?:MissingKey|InvalidKey)$/,
    summary: 'CloudFront wants a URL or cookies that are signed with its own keys, not SigV4.',
    fix: 'Use CloudFront signed URLs or cookies, or take the trusted key groups from the behavior.',
  },
  {
    code: 'method-not-forwarded',
    text: /distribution is not configured to allow the HTTP request method/,
    summary: 'CloudFront does not pass on this method: the request did not get as far as the API.',
    fix: 'Allow all methods in the behavior of the distribution, or call the API itself.',
  },
  {
    code: 'blocked',
    text: /Request blocked|CloudFront distribution is configured to block access from your country|could not be satisfied/,
    summary: 'CloudFront or AWS WAF blocked the request before it got to the API.',
    fix: 'Look in the logs of WAF for the rule; then at geographic restrictions, host name and method.',
  },
];

// What AWS says, and what it means. The first row that fits is the explanation: texts first, then names of exceptions,
// then what says next to nothing.
//
// Sources: "Troubleshoot signed requests for AWS APIs" and "Troubleshoot access denied error messages", IAM user guide;
// "Error responses", Amazon S3 API reference; "How do I troubleshoot HTTP 403 errors from API Gateway?", AWS knowledge
// center; "Gateway response types for API Gateway"; and what users were told: see the tests.

/**
 * @typedef {object} Row
 * @property {string} code
 * @property {RegExp} [text]  of the message; named groups can be used below
 * @property {RegExp} [type]  AWS's name of the exception
 * @property {RegExp} [of]  the service, see services.js
 * @property {RegExp} [status]
 * @property {RegExp} [failure]  of what happened where there is no answer: code and message
 * @property {string} summary  one sentence; `{name}` is a group, an element of the answer, or `status`, `type`, `service`
 * @property {string} fix  likewise
 * @property {string[]} [causes]  where there are several: what to check, the likely first
 * @property {true} [isClock]  whether server time and skew are told
 */

const SIGN_LATER =
  'Set the local clock (NTP), and sign right before sending: most services take signatures of the last 5 minutes, S3 of 15.';
const CLOCK = [
  'the local clock is wrong',
  'the request was signed well before it was sent: it waited, was retried, or cached',
];
const CREDENTIALS =
  'Pass key id, secret and session token of one set of credentials; `aws sts get-caller-identity` tells whether they are good.';
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
const CLOCKS = [
  {
    code: 'signature-expired',
    text: /Signature expired: (?<signed>\S+) is now earlier than (?<limit>\S+)/,
    summary: 'The request was signed at {signed}, and the server takes no signature from before {limit}.',
    fix: SIGN_LATER,
    causes: CLOCK,
    isClock: true,
  },
  {
    code: 'signature-not-yet-valid',
    text: /Signature not yet current: (?<signed>\S+) is still later than (?<limit>\S+)/,
    summary: 'The request was signed at {signed}, and the server takes no signature from after {limit}.',
    fix: 'Set the local clock, which is ahead (NTP).',
    isClock: true,
  },
  {
    code: 'url-not-yet-valid',
    text: /^Request is not yet valid/,
    summary: 'The presigned URL is from the future.',
    fix: 'Set the clock of the machine that makes URLs (NTP).',
    isClock: true,
  },
  {
    code: 'url-expired',
    text: /^Request has expired\.?$/,
    type: /^AccessDenied(?:Exception)?$/,
    summary: 'The presigned URL expired at {Expires|the end of its time}.',
    fix: 'Presign a new URL, with a longer expiresIn if need be: 604800 seconds at most, and no longer than the credentials live.',
  },
  {
    code: 'url-expired',
    text: /Invalid according to Policy: Policy expired/,
    summary: 'The policy of the upload form has expired.',
    fix: 'Make a new form with presignPost, with a longer expiresIn if need be.',
  },
  {
    code: 'signature-expired',
    type: /^(?:RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|RequestExpiredException)$/,
    summary:
      "The time of the request, {RequestTime|as signed}, is too far from the server's, {ServerTime|see serverTime}.",
    fix: SIGN_LATER,
    causes: CLOCK,
    isClock: true,
  },
];

/** @type {Row[]} */
const SCOPES = [
  {
    code: 'wrong-region',
    text: /the region '(?<region>[^']*)' is wrong; expecting '(?<expected>[^']*)'/,
    summary: 'The request was signed for the region {region}, but belongs to {expected}.',
    fix: "Sign with region: '{expected}', and use the endpoint of that region.",
  },
  {
    code: 'wrong-region',
    text: /scoped to a valid region(?:, not '(?<region>[^']*)')?/i,
    summary:
      'The request was signed for the region {region|of another endpoint}, which is not the one of this endpoint.',
    fix: 'Sign with the region in the host name; behind a custom domain, with that of the API; IAM, STS, CloudFront and Route 53 are us-east-1.',
  },
  {
    code: 'wrong-service',
    text: /scoped to correct service: '(?<expected>[^']*)'/i,
    summary: 'The request was signed for another service than {expected|this one}.',
    fix: "Sign with service: '{expected|the signing name of the service}'.",
  },
  {
    code: 'wrong-service',
    text: /(?:incorrect|unknown) service ['"](?<service>[^'"]*)['"][^'"]{0,40}['"](?<expected>[^'"]*)['"]/,
    summary: 'The request was signed for the service {service}, but belongs to {expected}.',
    fix: "Sign with service: '{expected}'.",
  },
  {
    code: 'wrong-date',
    text: /Date in Credential scope does not match/,
    summary: 'The day in the scope is not that of x-amz-date.',
    fix: 'Take the day of the scope from x-amz-date, both in UTC.',
  },
  {
    code: 'wrong-scope',
    text: /scoped with a valid terminator|slash-delimited elements|Credential is mal-formed|Error parsing the X-Amz-Credential parameter/,
    summary: 'The Credential parameter has not the form keyid/date/region/service/aws4_request.',
    fix: 'Look for a slash or white space in key id, region and service.',
  },
];

/** @type {Row[]} */
const FORMS = [
  {
    code: 'not-sigv4',
    text: /not a valid key=value pair \(missing equal-sign\) in Authorization header: '(?:AWS4-HMAC-SHA256|Authorization: AWS4)/,
    summary: 'The Authorization header has a part that is no name=value.',
    fix: 'Look for white space in the key id, and for the name of the header in its own value.',
  },
  {
    code: 'not-sigv4',
    text: /(?:Invalid key=value pair|not a valid key=value pair) \(missing equal-sign\) in Authorization header/,
    summary:
      'There is an Authorization header of another scheme, such as Bearer, and no route with an authorizer for it.',
    fix: 'Check method, stage and path first: API Gateway says so of every route that does not exist; with IAM, sign the request.',
    causes: [
      'no such method, stage or path, or it is not deployed',
      'the route has IAM authorization, and the request has a Bearer token',
    ],
  },
  {
    code: 'not-sigv4',
    text: /Authorization header requires '(?<part>\w+)' parameter\.[^]*Authorization=(?!'?AWS4-)/,
    summary: 'There is an Authorization header of another scheme than SigV4.',
    fix: 'With IAM, sign the request; with a token, check method, stage and path: API Gateway says so of every route that does not exist.',
    causes: [
      'no such method, stage or path, or it is not deployed',
      'the route has IAM authorization, and the request has another',
    ],
  },
  {
    code: 'signature-malformed',
    text: /Authorization header requires (?:'(?<part>\w+)' parameter|existence of either a '(?<header>[\w-]+)')/,
    summary: 'The Authorization header, or what belongs to it, lacks {part|a date}.',
    fix: 'Send all headers as they were signed: Authorization with Credential, SignedHeaders and Signature, and x-amz-date.',
  },
  {
    code: 'two-signatures',
    text: /Only one auth mechanism allowed/,
    summary: 'The request has a presigned URL and an Authorization header.',
    fix: 'Send one of them: a presigned URL needs no Authorization header, not of another scheme either.',
  },
  {
    code: 'url-lifetime-invalid',
    text: /X-Amz-Expires (?:must be|should be)/,
    summary: 'X-Amz-Expires is no number of seconds from 1 to 604800.',
    fix: 'Presign with expiresIn from 1 to 604800 seconds (seven days).',
  },
  {
    code: 'signature-malformed',
    type: /^AuthorizationQueryParametersError$/,
    summary: 'The presigned URL is not as AWS expects it: {message}',
    fix: 'Use the URL as it was presigned, with all its X-Amz- parameters, and escape it once only.',
  },
  {
    code: 'signature-malformed',
    text: /query-string parameters must include '(?<part>[\w-]+)'|Query-string authentication (?:version 4 )?requires/,
    summary: 'The presigned URL lacks {part|parameters}.',
    fix: 'Use the URL as it was presigned, with all its X-Amz- parameters: look for an & that a shell or HTML has eaten.',
  },
  {
    code: 'header-not-signed',
    text: /^'?(?<header>[\w-]+)'? must be a 'SignedHeader'|There were headers present in the request which were not signed/,
    summary: 'The request has headers that must be signed and are not: {HeadersNotSigned,header}.',
    fix: 'Pass these headers to what signs, or do not send them; those of a presigned URL must be given when it is made.',
  },
  {
    code: 'body-not-signed',
    text: /The body must be signed|[Mm]issing required header for this request: x-amz-content-sha256|x-amz-content-sha256 must be /,
    summary: 'x-amz-content-sha256 is missing, or is not what the service takes.',
    fix: "Sign with the service's name, such as s3, which adds the header, and send it as it was signed.",
  },
  {
    code: 'body-mismatch',
    text: /The provided '?x-amz-content-sha256'? header does not match what was computed/,
    summary: 'The body that arrived is not the one that was signed.',
    fix: 'Sign the bytes that are sent: not the text before it is encoded, not an object that is serialised again, not an empty body.',
  },
  {
    code: 'body-mismatch',
    type: /^(?:XAmzContentSHA256Mismatch|BadDigest|XAmzContentChecksumMismatch|IncompleteBody)$/,
    summary: 'The body that arrived is not the one that the headers are about.',
    fix: 'Sign and send the same bytes, and take hashes and checksums of them.',
  },
  {
    code: 'date-missing',
    text: /requires a valid Date or x-amz-date header|Date must be in ISO-8601 'basic format'/,
    summary: 'The date of the signature is missing, or has another form than 20260203T040506Z.',
    fix: 'Send x-amz-date as it was signed: look at what drops headers.',
  },
  {
    code: 'form-condition',
    text: /Invalid according to Policy: (?<condition>[^]{0,300})/,
    summary: 'The upload form does not meet its policy: {condition}',
    fix: 'Send the fields as presignPost returned them, the file last, and no field that has no condition.',
  },
  {
    code: 'not-sigv4',
    text: /authorization mechanism you have provided is not supported|Unsupported AWS 'algorithm'/,
    summary:
      'The request is signed with something other than SigV4, or with a version that this service does not take.',
    fix: 'Sign with AWS4-HMAC-SHA256; SigV4a only where the service takes it.',
  },
  {
    code: 'signature-missing',
    type: /^MissingSecurityHeader$/,
    summary: 'A header that the service needs is missing.',
    fix: 'Send all headers that were signed.',
  },
];

/** @type {Row[]} */
const MISMATCHES = [
  {
    code: 'header-missing',
    text: /request signature we calculated does not match[^]{0,300}A header of SignedHeaders did not arrive/i,
    summary: 'A header that was signed did not arrive.',
    fix: 'Send all headers that are signed, or sign fewer: look at what drops headers, such as a proxy.',
  },
  {
    code: 'signature-mismatch',
    text: /request signature we calculated does not match/i,
    summary: 'What arrived is not what was signed, or it was signed with another secret.',
    fix: 'Pass the trace of what you signed (signer.trace) as `signed`, to see which line differs; if none does, it is the secret.',
    causes: [
      'the secret access key is not the one of the key id: look for white space around it',
      'the body was changed after signing: JSON that is serialised again, an empty body',
      'the URL was changed: a stage or base path, escapes, the order or spelling of parameters',
      'a header was changed: host behind a proxy or custom domain, content-type',
    ],
  },
  {
    code: 'signature-mismatch',
    type: /^(?:SignatureDoesNotMatch|InvalidSignatureException)$/,
    summary: 'The signature is not right: {message|the server does not say why}',
    fix: 'Compare what you signed (signer.trace) with what was sent: method, path, query, signed headers, body, region, service.',
  },
];

/** @type {Row[]} */
const KEYS = [
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

/** @type {Row[]} */
const DENIALS = [
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

/** @type {Row[]} */
const PLACES = [
  {
    code: 'wrong-endpoint',
    type: /^(?:PermanentRedirect|TemporaryRedirect|Redirect|IllegalLocationConstraintException|301|307)$/,
    summary: 'The bucket is in another region, or has another endpoint: {Endpoint,message}',
    fix: 'Use the endpoint of the region of the bucket, and sign for that region: x-amz-bucket-region tells it.',
  },
  {
    code: 'signature-missing',
    text: /^Missing Authentication Token/,
    summary:
      'The request has no signature, or the stage, path or method does not exist: API Gateway says the same of both.',
    fix: 'Check the URL first: stage (https://…amazonaws.com/STAGE/path), path, method, deployed; then that the request is signed.',
    causes: [
      'no such stage, path or method, or it is not deployed since it was added',
      'with a custom domain, the stage is in the URL although the mapping has it already',
      'the request is not signed: something does not match it, or drops the Authorization header on a redirect',
    ],
  },
  {
    code: 'signature-missing',
    type: /^MissingAuthenticationToken(?:Exception)?$/,
    summary: 'The request has no signature.',
    fix: 'Sign the request; look at what drops the Authorization header, such as a redirect or a proxy.',
  },
  {
    code: 'throttled',
    text: /^(?:Limit Exceeded|Too Many Requests|Rate [Ee]xceeded\.?)$/,
    summary:
      'There were too many requests for the account, the stage, or the usage plan of the API key: {message}',
    fix: 'Wait and try again, waiting longer each time; `Limit Exceeded` is the quota of the usage plan, which lasts until it is reset.',
  },
  {
    code: 'throttled',
    type: /^(?:Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|ProvisionedThroughputExceededException|SlowDown|LimitExceededException)$/,
    summary: 'There were too many requests.',
    fix: 'Wait and try again, waiting longer each time.',
  },
  {
    code: 'throttled',
    status: /^429$/,
    summary: 'There were too many requests.',
    fix: 'Wait and try again, waiting longer each time.',
  },
  {
    code: 'too-large',
    status: /^413$/,
    summary: 'The body is too large for the service.',
    fix: 'Send less: API Gateway takes 10 MB, Lambda function URLs 6 MB; upload to S3 by a presigned URL instead.',
  },
  {
    code: 'function-url-permission',
    of: /^lambda-url$/,
    text: /^Forbidden/,
    summary:
      'The function URL does not let the caller in, or the signature is wrong: it says the same of both.',
    fix: 'Allow lambda:InvokeFunctionUrl and lambda:InvokeFunction, in the policy of the role or in that of the function.',
    causes: [
      'lambda:InvokeFunctionUrl or lambda:InvokeFunction is not allowed: new function URLs need both since October 2025',
      'the request was signed for another service than lambda, or another region',
      'the body was changed after signing; behind CloudFront with OAC, PUT and POST need x-amz-content-sha256',
    ],
  },
  {
    code: 'function-url-permission',
    text: /^Forbidden\. For troubleshooting Function URL authorization/,
    summary:
      'The function URL does not let the caller in, or the signature is wrong: it says the same of both.',
    fix: 'Allow lambda:InvokeFunctionUrl and lambda:InvokeFunction, in the policy of the role or in that of the function.',
    causes: [
      'lambda:InvokeFunctionUrl or lambda:InvokeFunction is not allowed: new function URLs need both since October 2025',
      'the request was signed for another service than lambda, or another region',
    ],
  },
  {
    code: 'data-access-policy',
    of: /^opensearch-serverless$/,
    status: /^40[13]$/,
    summary: 'OpenSearch Serverless refuses the request, and does not say why.',
    fix: 'Allow aoss:APIAccessAll in the policy of the role, and name the role in the data access policy of the collection.',
    causes: [
      'the data access policy of the collection does not name the role, or the index',
      'the policy of the role lacks aoss:APIAccessAll',
      'the request is not signed for aoss, lacks x-amz-content-sha256, or has content-length among the signed headers',
      'the network policy does not let the address in',
    ],
  },
  {
    code: 'iot-refused',
    of: /^iot$/,
    text: /^Forbidden/,
    summary: 'AWS IoT refuses the connection, and does not say why.',
    fix: 'Allow iot:Connect to the identity, and append the session token after the signature: here it is not signed.',
    causes: [
      'the identity lacks iot:Connect; of Cognito, it needs an IoT policy besides the IAM policy',
      'the session token was signed: IoT wants it appended to the URL that is signed without it',
      'signed for another service than iotdevicegateway, or another region',
    ],
  },
  {
    code: 'forbidden',
    of: /^http-api$/,
    text: /^Forbidden$/,
    summary: 'An HTTP API says only Forbidden, whatever is wrong with the signature or the permission.',
    fix: 'Go through the causes in turn; the access log of the stage ($context.authorizer.error) tells which it is.',
    causes: [
      'the request is not signed, or not for execute-api and the region of the API',
      'the credentials are expired or unknown, or lack their session token',
      'the body, path or query was changed after signing: an HTTP API signs the path with its stage',
      'no policy allows execute-api:Invoke on arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH',
      'the local clock is wrong',
    ],
  },
  {
    code: 'forbidden',
    text: /^Forbidden$/,
    summary:
      'API Gateway refuses the request before it looks at permissions, or is an HTTP API, which says no more.',
    fix: 'Go through the causes in turn; the access log of the stage ($context.error.message) tells which it is.',
    causes: [
      'the method needs an API key: x-api-key is missing, disabled, or in no usage plan of this stage',
      'AWS WAF blocks the request',
      'the host is a custom domain without a mapping for this path, or a private API that is called from outside',
      'it is an HTTP API: signature, region, service, credentials, or execute-api:Invoke is not allowed',
      'the local clock is wrong',
    ],
  },
  {
    code: 'not-found',
    text: /^Not Found$/,
    of: /api/,
    status: /^404$/,
    summary: 'The API has no such route: method, path, or stage.',
    fix: 'Check stage, path and method; an HTTP API has its stage in the path unless that is $default.',
  },
  {
    code: 'authorizer-failed',
    type: /^AuthorizerConfigurationException$/,
    summary: 'The Lambda authorizer of the API failed, or returned what is no policy.',
    fix: 'Look in the logs of the authorizer.',
  },
];

/** @type {Row[]} */
const LITTLE = [
  {
    code: 'access-denied',
    of: /^s3$/,
    type: /^(?:AccessDenied|403|Forbidden)$/,
    summary: 'S3 denies access: {message|no permission}',
    fix: 'Allow the action on the bucket and on bucket/*, in the policy of the role and, across accounts, of the bucket; with KMS also on the key.',
    causes: [
      'the policy of the role does not allow the action, or only on the bucket and not on its objects',
      'there is no such key, and s3:ListBucket is not allowed, so that S3 does not say 404',
      'bucket policy, Block Public Access, or VPC endpoint policy deny it',
      'the object is encrypted with a KMS key that the role may not use',
    ],
  },
  {
    code: 'access-denied',
    type: /^(?:AccessDenied(?:Exception)?|UnauthorizedOperation|NotAuthorized(?:Exception)?|AuthorizationError|Unauthorized(?:Exception|Access)?)$/,
    summary: 'The caller may not do this: {message|the service does not say why}',
    fix: 'Allow the action in a policy of the user or role, and look for a Deny; an encoded message is read with `aws sts decode-authorization-message`.',
  },
  {
    code: 'signature-malformed',
    type: /^(?:IncompleteSignature(?:Exception)?|AuthorizationHeaderMalformed|InvalidAuthorizationHeader)$/,
    summary: 'The signature is not complete, or has not the form that AWS expects: {message}',
    fix: 'Send Authorization and x-amz-date as they were signed; look for white space in the key id.',
  },
  {
    code: 'forbidden',
    type: /^ForbiddenException$/,
    summary: 'API Gateway refuses the request: {message|it does not say why}',
    fix: 'Go through the causes in turn.',
    causes: [
      'the API key is missing, or in no usage plan of this stage',
      'AWS WAF blocks the request',
      'the host is not one of the API: a custom domain without mapping, a private API',
    ],
  },
  {
    code: 'websocket-refused',
    text: /Unexpected (?:server response|response code): (?<status>40[013])|non-101 status code/,
    summary: 'The server refuses the WebSocket in its handshake, whose answer clients do not show.',
    fix: 'Presign the wss URL right before it is opened, with stage and the region of its host; then open the same URL as https with `curl -i` to read why.',
    causes: [
      'the URL has expired, or was opened a second time too late: presign for every connection',
      'the URL was changed after it was presigned, or lacks the stage',
      'no policy allows execute-api:Invoke on arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/$connect',
      'with AWS IoT, the session token must be appended after the signature',
    ],
  },
  {
    code: 'not-sent',
    failure: /^ERR_SIGV4_|ERR_SIGV4_/,
    summary: 'The request was not sent, as it could not be signed: {message}',
    fix: 'See the message, and the table of errors in the documentation.',
  },
  {
    code: 'host-unknown',
    failure: /ENOTFOUND|EAI_AGAIN|ERR_NAME_NOT_RESOLVED/,
    summary: 'There is no such host, so there is no answer.',
    fix: 'Check the host name: API id, region, and whether the endpoint is private; a deleted API has no host.',
  },
  {
    code: 'certificate',
    failure: /CERT_|_CERT|ERR_TLS|SELF_SIGNED|UNABLE_TO_VERIFY/,
    summary: 'The certificate of the server is not trusted, so there is no answer.',
    fix: 'Use the host name that the certificate is for; a bucket name with dots in it needs path-style URLs.',
  },
  {
    code: 'timeout',
    failure: /ETIMEDOUT|ECONNABORTED|TIMEOUT|TimeoutError|timed? ?out/i,
    summary: 'There was no answer in time.',
    fix: 'Raise the timeout, or look at the network: a private endpoint does not answer from outside; API Gateway itself ends after 29 or 30 seconds.',
  },
  {
    code: 'connection-failed',
    failure: /ECONNREFUSED|ECONNRESET|EPIPE|EHOSTUNREACH|ENETUNREACH|UND_ERR|socket hang up/,
    summary: 'The connection to the server failed, so there is no answer.',
    fix: 'Check host, port and scheme, and whether the server runs.',
  },
  {
    code: 'no-answer',
    failure: /ERR_NETWORK|Network ?Error|Failed to fetch|Load failed|fetch failed|Network request failed/,
    summary:
      'There is no answer that can be read: in a browser, a 403 without CORS headers looks like a network error.',
    fix: 'Add Access-Control-Allow-Origin to the gateway responses DEFAULT_4XX and DEFAULT_5XX, and see the status in the network panel of the browser.',
    causes: [
      'the answer was a refusal without Access-Control-Allow-Origin',
      'the preflight failed: Access-Control-Allow-Headers must list authorization, x-amz-date, x-amz-security-token and content-type, and OPTIONS must need no authorization',
      'no network, no such host, or an extension blocks it',
    ],
  },
  {
    code: 'no-failure',
    status: /^[123]\d\d$/,
    text: /^(?!.*<Code>)/,
    summary: 'The server accepted the request: the status is {status}.',
    fix: 'Nothing is to be done.',
  },
  {
    code: 'server-error',
    status: /^5\d\d$/,
    summary: 'The server failed with {status}: it is not about the signature.',
    fix: 'Look in the logs of the service or of what is behind the API, and try again.',
  },
  {
    code: 'no-reason',
    status: /^40[013]$/,
    text: /^$/,
    summary: 'The server refuses the request with {status}, and says nothing that could be read.',
    fix: 'Send it as GET, if it was HEAD, whose answer has no body; otherwise go through the causes in turn.',
    causes: [
      'HEAD: the answer has no body',
      'permission: the policy does not allow the action',
      'the signature: region, service, credentials',
      'the local clock',
    ],
  },
];

/** @type {Row[]} */
export const ROWS = [
  ...CLOCKS,
  ...SCOPES,
  ...FORMS,
  ...MISMATCHES.slice(0, 2),
  ...KEYS,
  ...DENIALS,
  ...PLACES,
  ...MISMATCHES.slice(2),
  ...LITTLE,
];

/** Where no row fits. @type {Row} */
export const UNKNOWN = {
  code: 'unknown',
  summary: 'The reason is not known here: {type,status,message|there is no answer}.',
  fix: 'Read what it says, in detail; the documentation of the service lists its errors.',
};

/** Where the clock is the likeliest cause, though the server does not say so. @type {Row} */
export const CLOCK_SUSPECTED = {
  code: 'clock-skew',
  summary:
    'The server does not say why, but its clock is {minutes} minutes {direction} the time of the request.',
  fix: SIGN_LATER,
  isClock: true,
};

/** Where the host tells another scope than the one that was signed for. @type {Row} */
export const OTHER_REGION = {
  code: 'wrong-region',
  summary:
    'The server does not say why, but the request was signed for {service} in {region}, and the host is of {expectedService} in {expectedRegion}.',
  fix: "Sign with service: '{expectedService}' and region: '{expectedRegion}'.",
};

/** Likewise. @type {Row} */
export const OTHER_SERVICE = { ...OTHER_REGION, code: 'wrong-service' };

/** Where all lines are equal. @type {Row} */
export const WRONG_SECRET = {
  code: 'wrong-secret',
  summary:
    'Server and client have signed the same, so the secret access key is not that of {AWSAccessKeyId|the access key id}.',
  fix: 'Pass the secret that belongs to the key id: look for white space or escapes in it, and for a mix of two sets of credentials.',
};

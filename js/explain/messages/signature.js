// Messages about the signature: its time, its scope, its form, and a mismatch.

/** @typedef {import('../messages.js').Row} Row */

export const SIGN_LATER =
  'Set the local clock (NTP), and sign right before sending: most services accept signatures of the last 5 minutes, S3 of the last 15.';
const CLOCK = [
  'the local clock is wrong',
  'the request was signed well before it was sent: it waited, was retried, or came from a cache',
];

/** @type {Row[]} */
export const CLOCKS = [
  {
    code: 'signature-expired',
    text: /Signature expired: (?<signed>\S+) is now earlier than (?<limit>\S+)/,
    summary:
      'The request was signed at {signed}, {skew|too long ago}: the server accepts no signature made before {limit}.',
    fix: SIGN_LATER,
    causes: CLOCK,
    isClock: true,
  },
  {
    code: 'signature-not-yet-valid',
    text: /Signature not yet current: (?<signed>\S+) is still later than (?<limit>\S+)/,
    summary:
      'The request was signed at {signed}, {skew|in the future}: the server accepts no signature made after {limit}.',
    fix: 'Set the local clock (NTP): it is ahead.',
    isClock: true,
  },
  {
    code: 'url-not-yet-valid',
    text: /^Request is not (?:yet valid|valid yet)/,
    summary: 'The presigned URL was made in the future: {skew|it is not valid yet}.',
    fix: 'Set the clock of the machine that presigns the URLs (NTP).',
    isClock: true,
  },
  {
    code: 'url-expired',
    text: /^Request has expired\.?$/,
    type: /^AccessDenied(?:Exception)?$/,
    summary: 'The presigned URL expired at {Expires|the end of its lifetime}.',
    fix: 'Presign a new URL, with a longer expiresIn if necessary: at most 604800 seconds, and no longer than the credentials live.',
  },
  {
    code: 'url-expired',
    type: /^ExpiredRequest$/,
    summary: 'The presigned URL or the signature has expired.',
    fix: 'Presign a new URL, with a longer expiresIn if necessary, and check the local clock.',
  },
  {
    code: 'url-expired',
    text: /Invalid according to Policy: Policy expired/,
    summary: 'The policy of the upload form has expired.',
    fix: 'Make a new form with presignPost, with a longer expiresIn if necessary.',
  },
  {
    code: 'signature-expired',
    text: /^Bad request: Date is too old/,
    summary:
      'The request was signed at {signed|a time that is too far from now}, {skew|which the server no longer accepts}.',
    fix: SIGN_LATER,
    causes: CLOCK,
    isClock: true,
  },
  {
    code: 'signature-expired',
    type: /^(?:RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|RequestExpiredException)$/,
    summary:
      'The request was signed at {RequestTime,signed|a time that is too far from now}, {skew|which the server does not accept}.',
    fix: SIGN_LATER,
    causes: CLOCK,
    isClock: true,
  },
];

/** @type {Row[]} */
export const SCOPES = [
  {
    code: 'wrong-region',
    text: /(?:the region(?: '(?<region>[^']*)')? is wrong|^Region does not match); expecting '(?<expectedRegion>[^']*)'/,
    summary:
      'The request was signed for the region {region|of another endpoint}, but belongs to {expectedRegion}.',
    fix: 'Sign with {regionOption}, and use the endpoint of that region.',
  },
  {
    code: 'wrong-service',
    text: /unexpected scope: '?\d{8}\/[^/']*\/(?!s3\/)(?<signedService>[^/']*)\//,
    summary: 'The request was signed for the service {signedService}, but belongs to s3.',
    fix: "Sign with service: 's3'.",
  },
  {
    code: 'wrong-date',
    text: /unexpected scope: '(?<day>\d{8})\/(?<region>[^/']*)\/s3\/[^']*', expected: '(?!\k<day>)(?<expected>\d{8})\/\k<region>\//,
    summary: 'The date in the credential scope is {day}, but x-amz-date says {expected}.',
    fix: 'Take the date of the scope from x-amz-date, in UTC.',
  },
  {
    code: 'wrong-region',
    text: /unexpected scope: '?\d{8}\/(?<region>[^/']*)\/s3\/[^']*(?:', expected: '\d{8}\/(?<expectedRegion>[^/']*))?/,
    summary:
      'The request was signed for the region {region}, but the server is configured for {expectedRegion|another}.',
    fix: 'Sign with {regionOption|the region that the configuration of the server names as s3_region}.',
  },
  {
    code: 'wrong-region',
    text: /region name '(?<region>[^']*)' is not valid\. Must be one of: (?<regions>[^.<]{0,200})/,
    summary: 'The request names the region {region}; this server has {regions}.',
    fix: "Sign with region: 'auto', which R2 takes for every bucket, and put one of these names into a location constraint.",
  },
  {
    code: 'wrong-region',
    text: /scoped to a valid region(?:, not '(?<region>[^']*)')?/i,
    summary:
      'The request was signed for the region {region|of another endpoint}; this endpoint expects {expectedRegion|another}.',
    fix: 'Sign with {regionOption|the region in the host name}; behind a custom domain, use the region of the API. IAM, STS, CloudFront and Route 53 use us-east-1.',
  },
  {
    code: 'wrong-service',
    text: /scoped to correct service: '(?<expectedService>[^']*)'/i,
    summary:
      'The request was signed for the service {signedService|of another endpoint}; this endpoint expects {expectedService|another}.',
    fix: 'Sign with {serviceOption|the signing name of the service}.',
  },
  {
    code: 'wrong-service',
    text: /(?:incorrect|unknown) service(?: ['"](?<signedService>[^'"]*)['"])?[^'"]{0,40}['"](?<expectedService>[^'"]*)['"]/,
    summary:
      'The request was signed for the service {signedService|of another endpoint}, but belongs to {expectedService}.',
    fix: 'Sign with {serviceOption}.',
  },
  {
    code: 'wrong-date',
    text: /Date in Credential scope does not match/,
    summary: 'The date in the credential scope is not that of x-amz-date.',
    fix: 'Take the date of the scope from x-amz-date, both in UTC.',
  },
  {
    code: 'wrong-scope',
    text: /scoped with a valid terminator|slash-delimited elements|Credential is mal-formed|Error parsing the (?:X-Amz-)?Credential parameter|Credentials does not contain '\/'/,
    summary: 'The Credential parameter does not have the form keyid/date/region/service/aws4_request.',
    fix: 'Look for a slash or white space in the access key id, the region and the service.',
  },
];

/** @type {Row[]} */
export const FORMS = [
  {
    code: 'not-sigv4',
    text: /not a valid key=value pair \(missing equal-sign\) in Authorization header: '(?:AWS4-HMAC-SHA256|Authorization: AWS4)/,
    summary: 'The Authorization header has a part that is not of the form name=value.',
    fix: 'Look for white space in the access key id, and for the name of the header in its own value.',
  },
  {
    code: 'not-sigv4',
    text: /(?:Invalid key=value pair|not a valid key=value pair) \(missing equal-sign\) in Authorization header/,
    summary:
      'The Authorization header uses another scheme, such as Bearer, and this route has no authorizer for it.',
    fix: 'Check method, stage and path first: API Gateway sends the same response for every route that does not exist. If the route uses IAM, sign the request.',
    causes: [
      'the method, stage or path does not exist or is not deployed',
      'the route uses IAM authorization, and the request carries a Bearer token',
    ],
  },
  {
    code: 'not-sigv4',
    text: /Authorization header requires '(?<part>\w+)' parameter\.[^]*Authorization=(?!'?AWS4-)/,
    summary: 'The Authorization header uses a scheme other than SigV4.',
    fix: 'If the route uses IAM, sign the request. If it takes a token, check method, stage and path: API Gateway sends the same response for every route that does not exist.',
    causes: [
      'the method, stage or path does not exist or is not deployed',
      'the route uses IAM authorization, and the request carries another kind of authorization',
    ],
  },
  {
    code: 'signature-malformed',
    text: /Authorization header requires (?:'(?<part>\w+)' parameter|existence of either a '(?<header>[\w-]+)')/,
    summary: 'The Authorization header, or a header that belongs to it, lacks {part|a date}.',
    fix: 'Send all headers as they were signed: Authorization with Credential, SignedHeaders and Signature, and x-amz-date.',
  },
  {
    code: 'two-signatures',
    text: /Only one auth mechanism allowed/,
    summary: 'The request has both a presigned URL and an Authorization header.',
    fix: 'Send only one of them: next to a presigned URL, no Authorization header of any scheme is allowed.',
  },
  {
    code: 'url-lifetime-invalid',
    text: /X-Amz-Expires (?:must be|should be|is not a number)/,
    summary: 'X-Amz-Expires is not a number of seconds from 1 to 604800.',
    fix: 'Presign with expiresIn from 1 to 604800 seconds (seven days).',
  },
  {
    code: 'signature-malformed',
    type: /^AuthorizationQueryParametersError$/,
    summary:
      'The presigned URL does not have the form that the server expects: {message|it does not say why.}',
    fix: 'Use the URL as it was presigned, with all its X-Amz- parameters, and escape it only once.',
  },
  {
    code: 'signature-malformed',
    text: /query-string parameters must include '(?<part>[\w-]+)'|Query-string authentication (?:version 4 )?requires|(?<missing>X-Amz-[\w-]+) not found in query parameters/,
    summary: 'The presigned URL lacks {part,missing|parameters}.',
    fix: 'Use the URL as it was presigned, with all its X-Amz- parameters: look for an & that a shell or HTML has swallowed.',
  },
  {
    code: 'header-not-signed',
    text: /^'?(?<header>[\w-]+)'? must be a 'SignedHeader'|There were headers present in the request which were not signed|^Bad request: Header `(?<headerOfGarage>[\w-]+)` should be signed/,
    summary:
      'The request has headers that must be signed but are not: {HeadersNotSigned,header,headerOfGarage|it does not say which}.',
    fix: 'Pass these headers to the signer, or do not send them. For a presigned URL, pass them when you presign.',
  },
  {
    code: 'body-not-signed',
    text: /The body must be signed|Missing (?:required header for this request: )?x-amz-content-sha256|x-amz-content-sha256 must be /i,
    summary: 'x-amz-content-sha256 is missing, or has a value that the service does not accept.',
    fix: 'Sign with the name of the service, such as s3, which adds the header, and send it as it was signed.',
  },
  {
    code: 'body-mismatch',
    text: /The provided '?x-amz-content-sha256'? header does not match what was computed|^Bad (?:request|digest): Invalid (?:payload signature|content sha256 hash)/i,
    summary: 'The body that arrived is not the body that was signed.',
    fix: 'Sign the bytes that are sent: not the text before it is encoded, not an object that is serialized again, not an empty body.',
  },
  {
    code: 'body-mismatch',
    type: /^(?:XAmzContentSHA256Mismatch|BadDigest|XAmzContentChecksumMismatch|IncompleteBody)$/,
    summary: 'The body that arrived does not match the headers that describe it.',
    fix: 'Sign and send the same bytes, and compute hashes and checksums from them.',
  },
  {
    code: 'date-missing',
    text: /requires a valid Date or x-amz-date header|Date must be in ISO-8601 'basic format'|^Bad request: (?:Missing X-Amz-Date field|No date was provided|Invalid date)/,
    summary: 'The date of the signature is missing, or does not have the form 20260203T040506Z.',
    fix: 'Send x-amz-date as it was signed: look for something that drops headers.',
  },
  {
    code: 'form-condition',
    text: /Invalid according to Policy: (?<condition>[^]{0,300})/,
    summary: 'The upload form does not meet its policy: {condition}',
    fix: 'Send the fields as presignPost returned them, the file last, and no field without a condition.',
  },
  {
    code: 'not-sigv4',
    text: /authorization mechanism you have provided is not supported|signature authorization mechanism is not supported|Unsupported AWS 'algorithm'|^Bad request: Unsupported authorization method/,
    summary:
      'The request is not signed with SigV4, or with a version of it that this service does not accept.',
    fix: 'Sign with AWS4-HMAC-SHA256; use SigV4a only where the service supports it.',
  },
  {
    code: 'signature-missing',
    type: /^MissingSecurityHeader$/,
    summary: 'A header that the service requires is missing.',
    fix: 'Send all headers that were signed.',
  },
];

const DIFFERENT_SECRET =
  'The request that arrived is not the one that was signed, or it was signed with another secret.';
const COMPARE =
  'Pass the trace of what you signed (sigv4-wasm/trace) as `signed` to see which line differs; if none does, the secret is wrong.';
const CHANGED = [
  'the secret access key does not belong to the access key id: look for white space around it',
  'the body changed after it was signed: JSON that is serialized again, an empty body',
  'the URL changed: a stage or base path, escapes, the order or spelling of parameters',
  'a header changed: host behind a proxy or custom domain, content-type',
];

/** With the server's own words for it, before the rows about keys. @type {Row[]} */
export const MISMATCHES = [
  {
    code: 'header-missing',
    text: /request signature we calculated does not match[^]{0,300}The signed headers? (?<header>'[^\n]*') did not arrive/i,
    summary: 'A signed header did not arrive: {header}.',
    fix: 'Send all headers that are signed, or sign fewer: look for something that drops headers, such as a proxy.',
  },
  {
    code: 'signature-mismatch',
    text: /request signature we calculated does not match/i,
    summary: DIFFERENT_SECRET,
    fix: COMPARE,
    causes: CHANGED,
  },
  {
    code: 'signature-mismatch',
    text: /^Forbidden: Invalid signature$|^Signature validation failed/,
    summary: DIFFERENT_SECRET,
    fix: 'Compare what you signed (sigv4-wasm/trace) with what was sent: this server does not show what it expected.',
    causes: CHANGED,
  },
];

/** By the name of the exception, after all that is about places. @type {Row[]} */
export const UNEXPLAINED_MISMATCHES = [
  {
    code: 'signature-mismatch',
    type: /^(?:SignatureDoesNotMatch|InvalidSignatureException)$/,
    summary: 'The signature does not match: {message|the server does not say why.}',
    fix: 'Compare what you signed (sigv4-wasm/trace) with what was sent: method, path, query, signed headers, body, region, service.',
    causes: CHANGED,
  },
];

// About the signature: its time, its scope, its form, and that it does not match.

/** @typedef {import('../messages.js').Row} Row */

export const SIGN_LATER =
  'Set the local clock (NTP), and sign right before sending: most services take signatures of the last 5 minutes, S3 of 15.';
const CLOCK = [
  'the local clock is wrong',
  'the request was signed well before it was sent: it waited, was retried, or cached',
];

/** @type {Row[]} */
export const CLOCKS = [
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
export const SCOPES = [
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
export const FORMS = [
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
export const MISMATCHES = [
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

// What says next to nothing: a status, a word.

/** @typedef {import('../messages.js').Row} Row */

/** @type {Row[]} */
export const LITTLE = [
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

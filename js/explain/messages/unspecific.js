// Messages without details: a status, or a word.

/** @typedef {import('../messages.js').Row} Row */

const DENIED = /^(?:AccessDenied|403|Forbidden)$/;

/** @type {Row[]} */
export const UNSPECIFIC = [
  {
    code: 'access-denied',
    of: /^s3$/,
    type: DENIED,
    summary: 'S3 denies access: {message|it does not say why.}',
    fix: 'Allow the action on the bucket and on bucket/*, in the policy of the role and, across accounts, in that of the bucket; with KMS, also on the key.',
    causes: [
      'the policy of the role does not allow the action, or only on the bucket and not on its objects',
      'the key does not exist, and without s3:ListBucket S3 does not respond with 404',
      'the bucket policy, Block Public Access, or the VPC endpoint policy denies it',
      'the object is encrypted with a KMS key that the role may not use',
    ],
  },
  {
    code: 'access-denied',
    of: /^(?:garage|minio|ceph|r2|b2|wasabi|ibm-cos|spaces)$/,
    type: DENIED,
    summary: 'The server denies access to {keyName|the caller}: {message|it does not say why.}',
    fix: 'Allow the key to perform the action on this bucket: in the settings of the key, or in the policy of the user or bucket.',
    causes: [
      'the key may read but not write, or belongs to another bucket',
      'the bucket does not exist, or belongs to another account',
      'the signature or its date is not accepted: some servers say no more than this',
    ],
  },
  {
    code: 'access-denied',
    type: /^(?:AccessDenied(?:Exception)?|UnauthorizedOperation|NotAuthorized(?:Exception)?|AuthorizationError|Unauthorized(?:Exception|Access)?)$/,
    summary: 'The caller is not allowed to do this: {message|the service does not say why.}',
    fix: 'Allow the action in a policy of the user or role, and look for a Deny; read an encoded message with `aws sts decode-authorization-message`.',
  },
  {
    code: 'signature-malformed',
    type: /^(?:IncompleteSignature(?:Exception)?|AuthorizationHeaderMalformed|InvalidAuthorizationHeader)$/,
    summary:
      'The signature is incomplete, or does not have the form that the server expects: {message|it does not say why.}',
    fix: 'Send Authorization and x-amz-date as they were signed; look for white space in the access key id.',
  },
  {
    code: 'forbidden',
    type: /^ForbiddenException$/,
    summary: 'API Gateway refuses the request: {message|it does not say why.}',
    fix: 'Check the causes in turn.',
    causes: [
      'the API key is missing, or in no usage plan of this stage',
      'AWS WAF blocks the request',
      'the host does not belong to the API: a custom domain without mapping, or a private API',
    ],
  },
  {
    code: 'websocket-refused',
    text: /Unexpected (?:server response|response code): (?<status>40[013])|non-101 status code/,
    summary:
      'The server refuses the WebSocket in its handshake, and clients do not show the response to a handshake.',
    fix: 'Presign the wss URL right before you open it, with the stage and the region of its host; then open the same URL as https with `curl -i` to read why.',
    causes: [
      'the URL has expired, or was opened again too late: presign for every connection',
      'the URL changed after it was presigned, or lacks the stage',
      'no policy allows execute-api:Invoke on arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/$connect',
      'with AWS IoT, the session token must be appended after the signature',
    ],
  },
  {
    code: 'not-sent',
    failure: /^ERR_SIGV4_|ERR_SIGV4_/,
    summary: 'The request was not sent, because it could not be signed: {message}',
    fix: 'Follow the message; the table of errors in the documentation says more.',
  },
  {
    code: 'host-unknown',
    failure: /ENOTFOUND|EAI_AGAIN|ERR_NAME_NOT_RESOLVED/,
    summary: 'The host name does not exist, so there is no response.',
    fix: 'Check the host name: the API id, the region, and whether the endpoint is private; a deleted API has no host.',
  },
  {
    code: 'certificate',
    failure: /CERT_|_CERT|ERR_TLS|SELF_SIGNED|UNABLE_TO_VERIFY/,
    summary: 'The certificate of the server is not trusted, so there is no response.',
    fix: 'Use the host name that the certificate is for; a bucket name with dots needs path-style URLs.',
  },
  {
    code: 'timeout',
    failure: /ETIMEDOUT|ECONNABORTED|TIMEOUT|TimeoutError|timed? ?out/i,
    summary: 'There was no response in time.',
    fix: 'Raise the timeout, or check the network: a private endpoint does not answer from outside. API Gateway itself ends requests after 29 or 30 seconds.',
  },
  {
    code: 'connection-failed',
    failure: /ECONNREFUSED|ECONNRESET|EPIPE|EHOSTUNREACH|ENETUNREACH|UND_ERR|socket hang up/,
    summary: 'The connection to the server failed, so there is no response.',
    fix: 'Check host, port and scheme, and whether the server is running.',
  },
  {
    code: 'no-answer',
    failure: /ERR_NETWORK|Network ?Error|Failed to fetch|Load failed|fetch failed|Network request failed/,
    summary:
      'There is no response that can be read: in a browser, a 403 without CORS headers looks like a network error.',
    fix: 'Add Access-Control-Allow-Origin to the gateway responses DEFAULT_4XX and DEFAULT_5XX, and look up the status in the network panel of the browser.',
    causes: [
      'the response was a refusal without Access-Control-Allow-Origin',
      'the preflight failed: Access-Control-Allow-Headers must list authorization, x-amz-date, x-amz-security-token and content-type, and OPTIONS must not require authorization',
      'there is no network or no such host, or an extension blocks the request',
    ],
  },
  {
    code: 'no-failure',
    status: /^[123]\d\d$/,
    text: /^(?!.*<Code>)/,
    summary: 'The server accepted the request: the status is {status}.',
    fix: 'There is nothing to fix.',
  },
  {
    code: 'server-error',
    status: /^5\d\d$/,
    summary: 'The server failed with status {status}: this is not about the signature.',
    fix: 'Look in the logs of the service or of the integration behind the API, and try again.',
  },
  {
    code: 'no-reason',
    status: /^40[013]$/,
    text: /^$/,
    summary: 'The server refuses the request with status {status} and says nothing that could be read.',
    fix: 'If it was a HEAD request, whose response has no body, send it as GET; otherwise check the causes in turn.',
    causes: [
      'HEAD: the response has no body',
      'permission: no policy allows the action',
      'the signature: region, service, credentials',
      'the local clock',
    ],
  },
];

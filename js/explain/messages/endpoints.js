// Messages about endpoints: APIs, buckets, functions, networks.

/** @typedef {import('../messages.js').Row} Row */

const ALLOW_FUNCTION =
  'Allow lambda:InvokeFunctionUrl and lambda:InvokeFunction in the policy of the role or of the function.';
const FUNCTION_URL =
  'The function URL does not allow the caller, or the signature does not match: the response is the same in both cases.';
const FUNCTION_URL_CAUSES = [
  'lambda:InvokeFunctionUrl or lambda:InvokeFunction is not allowed: new function URLs need both since October 2025',
  'the request was signed for a service other than lambda, or for another region',
];
const ALLOW_COLLECTION =
  'allow aoss:APIAccessAll in the policy of the role, and name the role in the data access policy of the collection.';
const COLLECTION_CAUSES = [
  'the data access policy of the collection does not name the role, or the index',
  'the policy of the role lacks aoss:APIAccessAll',
  'the network policy does not allow the address',
];
const WAIT = 'Wait and retry with increasing delays.';

/** @type {Row[]} */
export const ENDPOINTS = [
  {
    code: 'wrong-endpoint',
    type: /^(?:PermanentRedirect|TemporaryRedirect|Redirect|IllegalLocationConstraintException|301|307)$/,
    summary:
      'The bucket is in {expectedRegion|another region}, or has another endpoint: {Endpoint,message|the server does not say which.}',
    fix: 'Use the endpoint of the region of the bucket, and sign for that region: {expectedRegion|the response header x-amz-bucket-region names it}.',
  },
  {
    code: 'signature-missing',
    of: /^(?:neptune|garage)$/,
    text: /^Missing Authentication Token|does not support anonymous access|^Bad request: Missing authorization header/,
    summary: 'The request has no signature.',
    fix: 'Sign the request; look for something that drops the Authorization header, such as a redirect or a proxy.',
  },
  {
    code: 'not-found',
    // Also without the text, which the response to a HEAD lacks.
    type: /^MissingAuthenticationToken(?:Exception)?$/,
    of: /^(?:rest-api|execute-api)$/,
    sent: ({ region }) => region !== '',
    summary:
      'The stage, path or method does not exist: the request has a signature, and API Gateway sends this response for routes that it does not know.',
    fix: 'Check stage (https://…amazonaws.com/STAGE/path), path and method, and whether the API was deployed since the route was added.',
    causes: [
      'the stage, path or method does not exist, or was not deployed since it was added',
      'with a custom domain, the URL contains the stage although the mapping already adds it',
      'a proxy on the way drops the Authorization header',
    ],
  },
  {
    code: 'signature-missing',
    text: /^Missing Authentication Token/,
    summary:
      'The request has no signature, or the stage, path or method does not exist: API Gateway gives the same response in both cases.',
    fix: 'Check the URL first: stage (https://…amazonaws.com/STAGE/path), path, method, deployment. Then check that the request is signed.',
    causes: [
      'the stage, path or method does not exist, or was not deployed since it was added',
      'with a custom domain, the URL contains the stage although the mapping already adds it',
      'the request is not signed: something excludes it from signing, or drops the Authorization header on a redirect',
    ],
  },
  {
    code: 'signature-missing',
    type: /^MissingAuthenticationToken(?:Exception)?$/,
    summary: 'The request has no signature.',
    fix: 'Sign the request; look for something that drops the Authorization header, such as a redirect or a proxy.',
  },
  {
    code: 'throttled',
    text: /^(?:Limit Exceeded|Too Many Requests|Rate [Ee]xceeded\.?)$/,
    summary: 'The account, the stage or the usage plan of the API key received too many requests: {message}',
    fix: `${WAIT} \`Limit Exceeded\` is the quota of the usage plan, which lasts until it is reset.`,
  },
  {
    code: 'throttled',
    type: /^(?:Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|ProvisionedThroughputExceededException|SlowDown|LimitExceededException)$/,
    summary: 'The service received too many requests.',
    fix: WAIT,
  },
  {
    code: 'throttled',
    status: /^429$/,
    summary: 'The service received too many requests.',
    fix: WAIT,
  },
  {
    code: 'too-large',
    status: /^413$/,
    summary: 'The body is too large for the service.',
    fix: 'Send less: API Gateway accepts 10 MB, Lambda function URLs 6 MB. Upload larger bodies to S3 with a presigned URL.',
  },
  {
    code: 'function-url-permission',
    of: /^lambda-url$/,
    text: /^Forbidden/,
    summary: FUNCTION_URL,
    fix: ALLOW_FUNCTION,
    causes: [
      ...FUNCTION_URL_CAUSES,
      'the body changed after it was signed; behind CloudFront with OAC, PUT and POST need x-amz-content-sha256',
    ],
  },
  {
    code: 'function-url-permission',
    text: /^Forbidden\. For troubleshooting Function URL authorization/,
    summary: FUNCTION_URL,
    fix: ALLOW_FUNCTION,
    causes: FUNCTION_URL_CAUSES,
  },
  {
    code: 'body-not-signed',
    of: /^opensearch-serverless$/,
    status: /^40[13]$/,
    sent: ({ hasBody, hasContentHash }) => hasBody && hasContentHash === false,
    summary:
      'OpenSearch Serverless refuses a body without x-amz-content-sha256, which this request does not have.',
    fix: `Send x-amz-content-sha256 with the hash of the body, signed: the service name aoss adds it. If that does not help, ${ALLOW_COLLECTION}`,
    causes: ['x-amz-content-sha256 was not sent with the body', ...COLLECTION_CAUSES],
  },
  {
    code: 'data-access-policy',
    of: /^opensearch-serverless$/,
    status: /^40[13]$/,
    sent: ({ hasBody, hasContentHash }) => hasBody && hasContentHash === undefined,
    summary: 'OpenSearch Serverless refuses the request and does not say why.',
    fix: `Check that x-amz-content-sha256 is sent and signed, because a request with a body needs it; then ${ALLOW_COLLECTION}`,
    causes: [
      'x-amz-content-sha256 is missing: a request with a body needs it',
      ...COLLECTION_CAUSES,
      'the request is not signed for aoss, or content-length is among the signed headers',
    ],
  },
  {
    code: 'data-access-policy',
    of: /^opensearch-serverless$/,
    status: /^40[13]$/,
    summary: 'OpenSearch Serverless refuses the request and does not say why.',
    fix: ALLOW_COLLECTION.replace(/^a/, 'A'),
    causes: [
      ...COLLECTION_CAUSES,
      'the request is not signed for aoss, lacks x-amz-content-sha256, or has content-length among the signed headers',
    ],
  },
  {
    code: 'iot-refused',
    of: /^iot$/,
    text: /^Forbidden/,
    summary: 'AWS IoT refuses the request and does not say why.',
    fix: 'Allow the iot: action, such as iot:Connect, to the identity. In a WebSocket URL, append the session token after you sign: AWS IoT does not sign it.',
    causes: [
      'the identity lacks iot:Connect, iot:Publish or the like; a Cognito identity needs an IoT policy as well as the IAM policy',
      'the session token was signed in a WebSocket URL: AWS IoT expects it appended to the signed URL',
      'the request was signed for a service other than iotdevicegateway (WebSocket) or iotdata (HTTPS), or for another region',
    ],
  },
  {
    code: 'forbidden',
    of: /^http-api$/,
    text: /^Forbidden$/,
    summary: 'An HTTP API says only Forbidden, whatever is wrong with the signature or the permission.',
    fix: 'Check the causes in turn; the access log of the stage ($context.authorizer.error) shows which it is.',
    causes: [
      'the request is not signed, or not for execute-api and the region of the API',
      'the credentials are expired or unknown, or lack their session token',
      'the body, path or query changed after signing: an HTTP API signs the path with its stage',
      'no policy allows execute-api:Invoke on arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH',
      'the local clock is wrong',
    ],
  },
  {
    code: 'forbidden',
    text: /^Forbidden$/,
    summary:
      'Either API Gateway refuses the request before it checks permissions, or this is an HTTP API, which gives no reason.',
    fix: 'Check the causes in turn; the access log of the stage ($context.error.message) shows which it is.',
    causes: [
      'the method needs an API key: x-api-key is missing, disabled, or in no usage plan of this stage',
      'AWS WAF blocks the request',
      'the host is a custom domain without a mapping for this path, or a private API called from outside',
      'it is an HTTP API: the signature, region, service or credentials are wrong, or execute-api:Invoke is not allowed',
      'the local clock is wrong',
    ],
  },
  {
    code: 'not-found',
    text: /^Not Found$/,
    of: /api/,
    status: /^404$/,
    summary: 'The API has no such route: check method, path and stage.',
    fix: 'Check stage, path and method; an HTTP API has its stage in the path unless the stage is $default.',
  },
  {
    code: 'authorizer-failed',
    type: /^AuthorizerConfigurationException$/,
    summary: 'The Lambda authorizer of the API failed, or did not return a valid policy.',
    fix: 'Look in the logs of the authorizer.',
  },
];

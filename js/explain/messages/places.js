// What is at the URL, or is not: APIs, buckets, functions, networks.

/** @typedef {import('../messages.js').Row} Row */

/** @type {Row[]} */
export const PLACES = [
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

// What AWS has answered, word for word, from public issues and pages. Tokens in them are replaced, so are accounts.

import { PROVIDERS } from './refusals.providers.js';

export const JWT =
  'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI5ZDQzNmM5Mi00OTk3LTExZTgifQ.4f1JhoEZYj16T9Cfe_8aaaaaaaaaaa';
export const TOKEN =
  'IQoJb3JpZ2luX2VjEJ///////////wEaCXVzLWVhc3QtMSJGMEQCIBbi+DWVzuTvQnRNG82h3eN8t5DzpmC4K==';

const KNOWLEDGE = 'https://aws.amazon.com/premiumsupport/knowledge-center';
const API = {
  'x-amzn-requestid': '491cbe4b-06e2-4095-9b64-f14a0970bbfb',
  'x-amz-apigw-id': 'fiA8hFkVIAMFosg=',
};
const HTTP_API = { 'apigw-requestid': 'fiA8hFkVIAMEJ1g=' };
const S3 = { server: 'AmazonS3', 'x-amz-request-id': 'D5F2662865713BDC', 'x-amz-id-2': 'BisYpzkFJqTt3Aw5' };

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/** @param {string} type @param {string} message @param {Record<string, string>} [headers] @param {number} [status] */
const json = (type, message, headers = API, status = 403) => ({
  status,
  headers: { 'content-type': 'application/json', ...(type && { 'x-amzn-errortype': type }), ...headers },
  body: JSON.stringify({ message }),
});
/** @param {number} status @param {string} error  elements @param {Record<string, string>} [headers] */
const s3 = (status, error, headers = S3) => ({
  status,
  headers: { 'content-type': 'application/xml', ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${error}</Error>`,
});

/**
 * @typedef {object} Known
 * @property {string} source
 * @property {{ status: number, headers: Record<string, string>, body: string }} answer
 * @property {string} code
 * @property {string} [service]
 * @property {RegExp} [summary]
 * @property {RegExp} [fix]
 * @property {number} [skew]  seconds
 * @property {string} [secret]  that must not be shown
 */

/** @type {Record<string, Known>} */
export const REFUSALS = {
  'REST API: mismatch, with both strings': {
    source: 'https://github.com/mhart/aws4/issues/110',
    answer: json(
      'InvalidSignatureException',
      `${MISMATCH}\n\nThe Canonical String for this request should have been\n'POST\n/Development/ui/landing/gettargetbusinessdate\n\ncontent-length:34\ncontent-type:text/plain\nhost:zbit14e2a7.execute-api.us-east-1.amazonaws.com\nx-amz-date:20200427T221043Z\nx-amz-security-token:${TOKEN}\n\ncontent-length;content-type;host;x-amz-date;x-amz-security-token\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20200427T221043Z\n20200427/us-east-1/execute-api/aws4_request\nb0e1c056070f533feff6e3915304e1cf8a0ee73b7f1e873b1b0d413607c3f87a'\n`,
    ),
    code: 'signature-mismatch',
    service: 'rest-api',
    secret: TOKEN,
  },
  'REST API: no route, or no signature': {
    source: `${KNOWLEDGE}/api-gateway-troubleshoot-403-forbidden/`,
    answer: json('MissingAuthenticationTokenException', 'Missing Authentication Token'),
    code: 'signature-missing',
    service: 'rest-api',
    summary: /stage, path or method/,
  },
  'REST API: API key, WAF, private API, domain': {
    source: 'https://github.com/serverless/serverless/issues/2450',
    answer: json('ForbiddenException', 'Forbidden'),
    code: 'forbidden',
    service: 'rest-api',
  },
  'HTTP API: whatever': {
    source: 'https://github.com/anomalyco/sst/issues/6336',
    answer: json('', 'Forbidden', HTTP_API),
    code: 'forbidden',
    service: 'http-api',
    summary: /HTTP API says only Forbidden/,
  },
  'REST API: expired token': {
    source: `${KNOWLEDGE}/api-gateway-troubleshoot-403-forbidden/`,
    answer: json('ExpiredTokenException', 'The security token included in the request is expired'),
    code: 'token-expired',
  },
  'REST API: unknown key': {
    source: `${KNOWLEDGE}/api-gateway-troubleshoot-403-forbidden/`,
    answer: json('UnrecognizedClientException', 'The security token included in the request is invalid.'),
    code: 'token-invalid',
  },
  'REST API: a token on a route that does not exist': {
    source: 'https://github.com/awslabs/time-addressable-media-store/issues/8',
    answer: json(
      'IncompleteSignatureException',
      "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'bWFkZSB1cA=='.",
    ),
    code: 'not-sigv4',
    fix: /stage and path/,
  },
  'REST API: Bearer': {
    source: 'https://github.com/cowinapi/developer.cowin/issues/129',
    answer: json(
      'IncompleteSignatureException',
      `'${JWT}' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer ${JWT}'.`,
    ),
    code: 'not-sigv4',
    summary: /Bearer/,
    secret: JWT,
  },
  'REST API: Basic': {
    source: 'https://github.com/AstronomyAPI/Samples/issues/20',
    answer: json(
      'IncompleteSignatureException',
      "'ZDQzOnNlY3JldA' not a valid key=value pair (missing equal-sign) in Authorization header: 'Basic ZDQzOnNlY3JldA'.",
    ),
    code: 'not-sigv4',
    secret: 'ZDQzOnNlY3JldA',
  },
  'the name of the header in its own value': {
    source: 'https://github.com/amzn/selling-partner-api-docs/issues/836',
    answer: {
      ...json('IncompleteSignatureException', ''),
      body: `{"errors":[{"message":"'AWS4-HMAC-SHA256' not a valid key=value pair (missing equal-sign) in Authorization header: 'Authorization: AWS4-HMAC-SHA256 Credential=AKIAxxxxxxxxxxxxxxxxxx/20210605/us-west-2/execute-api/aws4_request, SignedHeaders=host;user-agent;x-amz-access-token;x-amz-date, Signature=6zyk9z5PYA25'.","code":"InvalidInput"}]}`,
    },
    code: 'not-sigv4',
    summary: /not of the form name=value/,
  },
  'a space in the key id': {
    source: 'https://github.com/iann0036/cloud9-sync/issues/10',
    answer: {
      status: 400,
      headers: {},
      body: `{"__type":"IncompleteSignatureException","message":"'myaccesskey/20181128/eu-central-1/cloud9/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential= myaccesskey/20181128/eu-central-1/cloud9/aws4_request, SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-target, Signature=mysecret."}`,
    },
    code: 'not-sigv4',
    fix: /white space/,
  },
  'REST API: a token without a scheme': {
    source: 'https://github.com/aws/chalice/issues/828',
    answer: json(
      'IncompleteSignatureException',
      `Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=${JWT}`,
    ),
    code: 'not-sigv4',
    secret: JWT,
  },
  'REST API: no x-amz-date': {
    source: 'https://github.com/aws/chalice/issues/828',
    answer: json(
      'IncompleteSignatureException',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256",
    ),
    code: 'signature-malformed',
    summary: /X-Amz-Date|a date/,
  },
  'clock behind': {
    source: 'https://github.com/aws/aws-sdk-js/issues/573',
    answer: json(
      'InvalidSignatureException',
      'Signature expired: 20150411T064107Z is now earlier than 20150411T064135Z (20150411T064635Z - 5 min.)',
    ),
    code: 'signature-expired',
    summary: /20150411T064107Z/,
    skew: 328,
  },
  'clock ahead': {
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html',
    answer: json(
      'InvalidSignatureException',
      'Signature not yet current: 20181029T193526Z is still later than 20181029T193426Z (20181029T192926Z + 5 min.)',
    ),
    code: 'signature-not-yet-valid',
    skew: -360,
  },
  'S3: clock': {
    source: 'https://github.com/versity/versitygw/issues/1514',
    answer: s3(
      403,
      '<Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>20250901T162148Z</RequestTime><ServerTime>2025-09-03T16:21:50Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds><RequestId>2J8ZFVZVVRA4T7CF</RequestId>',
    ),
    code: 'signature-expired',
    service: 's3',
    skew: 172_802,
  },
  'EC2: clock': {
    source: 'https://github.com/aws/aws-sdk-java/issues/1443',
    answer: {
      status: 400,
      headers: {},
      body: '<Response><Errors><Error><Code>RequestExpired</Code><Message>Request has expired.</Message></Error></Errors><RequestID>213aa903-1660-42b7-838f-176cbed53e74</RequestID></Response>',
    },
    code: 'signature-expired',
  },
  'S3: an expired URL': {
    source: 'https://github.com/lukejacksonn/react-slack-clone/issues/27',
    answer: s3(
      403,
      '<Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>60</X-Amz-Expires><Expires>2018-03-29T11:17:34Z</Expires><ServerTime>2018-03-29T11:27:42Z</ServerTime><RequestId>FED2CBD7BC00CFFC</RequestId>',
    ),
    code: 'url-expired',
    summary: /2018-03-29T11:17:34Z/,
  },
  'S3: a URL from the future': {
    source: 'https://github.com/dmjio/s3-signer/issues/16',
    answer: s3(
      403,
      '<Code>AccessDenied</Code><Message>Request is not yet valid</Message><X-Amz-Date>1558754452000</X-Amz-Date><Expires>2019-05-25T03:35:52Z</Expires><ServerTime>2019-05-23T21:07:35Z</ServerTime>',
    ),
    code: 'url-not-yet-valid',
  },
  'S3: mismatch': {
    source: 'https://community.platformio.org/t/aws-s3-https-error-signaturedoesnotmatch/32516',
    answer: s3(
      403,
      '<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message><AWSAccessKeyId>AKIAZOKIXEXAMPLE</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256\n20230310T134304Z\n20230310/eu-central-1/s3/aws4_request\n5263692f39c1379ed930dfd5c7ed75b40ba0619c7dc316bb7630152162a5d5ef</StringToSign><SignatureProvided>2b974103174d38e1946911813cd76aff7271f4ace1b75947b09c67487d2c39da</SignatureProvided><StringToSignBytes></StringToSignBytes><CanonicalRequest>GET\n/firmware.bin\n\ncontent-type:application/octet-stream\nhost:esp-data-exchange.s3.amazonaws.com\nx-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\nx-amz-date:20230310T134304Z\n\ncontent-type;host;x-amz-content-sha256;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</CanonicalRequest>',
    ),
    code: 'signature-mismatch',
    service: 's3',
  },
  'S3: wrong region': {
    source: 'https://github.com/jsoma/flatware/issues/10',
    answer: s3(
      400,
      "<Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region><RequestId>D5F2662865713BDC</RequestId>",
    ),
    code: 'wrong-region',
    fix: /region: 'eu-central-1'/,
  },
  'S3: wrong region in a URL': {
    source: 'https://github.com/ai-dock/comfyui/issues/34',
    answer: s3(
      400,
      "<Code>AuthorizationQueryParametersError</Code><Message>Error parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region>",
    ),
    code: 'wrong-region',
    summary: /eu-central-1/,
  },
  'S3: a lifetime that is too long': {
    source: 'https://github.com/bryanjos/aws_auth/issues/31',
    answer: s3(
      400,
      '<Code>AuthorizationQueryParametersError</Code><Message>\nX-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds\n</Message>',
    ),
    code: 'url-lifetime-invalid',
  },
  'S3: three components': {
    source: 'https://github.com/robmcvey/cakephp-amazon-s3/issues/15',
    answer: s3(
      400,
      '<Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.</Message>',
    ),
    code: 'signature-malformed',
  },
  'S3: a header that is not signed': {
    source: 'https://github.com/soto-project/soto/issues/374',
    answer: s3(
      403,
      '<Code>AccessDenied</Code><Message>There were headers present in the request which were not signed</Message><HeadersNotSigned>x-amz-acl</HeadersNotSigned><RequestId>D42F71A0C2EB4188</RequestId>',
    ),
    code: 'header-not-signed',
    summary: /x-amz-acl/,
  },
  'S3: another body': {
    source: 'https://github.com/grosskur/lua-resty-aws/issues/2',
    answer: s3(
      400,
      "<Code>XAmzContentSHA256Mismatch</Code><Message>The provided 'x-amz-content-sha256' header does not match what was computed.</Message><ClientComputedContentSHA256>e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</ClientComputedContentSHA256><S3ComputedContentSHA256>cbb11b06446575cbbed8bac98b3b23abfcb053c3ce9414d95eaf6d0c4dfc4bd6</S3ComputedContentSHA256>",
    ),
    code: 'body-mismatch',
  },
  'S3: x-amz-content-sha256 is missing': {
    source: 'https://github.com/jinlo02/Jmeter_AWS_Signature/issues/5',
    answer: s3(
      400,
      '<Code>InvalidRequest</Code><Message>Missing required header for this request: x-amz-content-sha256</Message>',
    ),
    code: 'body-not-signed',
  },
  'S3: no date': {
    source: 'https://github.com/gaul/s3proxy/pull/29',
    answer: s3(
      403,
      '<Code>AccessDenied</Code><Message>AWS authentication requires a valid Date or x-amz-date header</Message>',
    ),
    code: 'date-missing',
  },
  'S3: a header is missing': {
    source: 'https://github.com/dlhdesign/node-aws-beanstalk/issues/4',
    answer: s3(
      400,
      '<Code>MissingSecurityHeader</Code><Message>Your request was missing a required header</Message>',
    ),
    code: 'signature-missing',
  },
  'S3: unknown key': {
    source: 'https://github.com/versity/versitygw/issues/2042',
    answer: s3(
      403,
      '<Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><AWSAccessKeyId>something</AWSAccessKeyId><RequestId>6J3PDT3BWZH60X21</RequestId>',
    ),
    code: 'access-key-unknown',
    // Of a key, the end is enough.
    summary: /does not know the access key …hing\.$/,
  },
  'S3: expired token': {
    source: 'https://github.com/aws/aws-sdk-js/issues/1099',
    answer: s3(
      400,
      `<Code>ExpiredToken</Code><Message>The provided token has expired.</Message><Token-0>${TOKEN}</Token-0>`,
    ),
    code: 'token-expired',
    secret: TOKEN,
  },
  'S3: another endpoint': {
    source: 'https://github.com/laurilehmijoki/jekyll-s3/issues/50',
    answer: s3(
      301,
      '<Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.</Message><RequestId>749CC81815093B65</RequestId><Bucket>www.howlett.io</Bucket><Endpoint>www.howlett.io.s3.amazonaws.com</Endpoint>',
    ),
    code: 'wrong-endpoint',
    summary: /www\.howlett\.io\.s3\.amazonaws\.com/,
  },
  'S3: another location': {
    source: 'https://github.com/iterate-ch/cyberduck/issues/17301',
    answer: s3(
      400,
      '<Code>IllegalLocationConstraintException</Code><Message>The eu-south-1 location constraint is incompatible for the region specific endpoint this request was sent to.</Message><RequestId>ZAKYSJTFPVJE82FV</RequestId>',
    ),
    code: 'wrong-endpoint',
  },
  'S3: access denied': {
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html',
    answer: s3(403, '<Code>AccessDenied</Code><Message>Access Denied</Message>'),
    code: 'access-denied',
    fix: /bucket/,
  },
  'IAM: wrong region': {
    source: 'https://github.com/JuliaCloud/AWS.jl/issues/565',
    answer: {
      status: 403,
      headers: {},
      body: '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region, not \'us-east-2\'. </Message></Error></ErrorResponse>',
    },
    code: 'wrong-region',
    service: 'iam',
    summary: /us-east-2/,
  },
  'STS: unknown key': {
    source: 'https://github.com/aws-azure-login/aws-azure-login/issues/251',
    answer: {
      status: 403,
      headers: { 'x-amzn-requestid': '16fc956c-311e-4199-bee1-1680236e9698', 'content-type': 'text/xml' },
      body: '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <Error>\n    <Type>Sender</Type>\n    <Code>InvalidClientTokenId</Code>\n    <Message>The security token included in the request is invalid</Message>\n  </Error>\n  <RequestId>16fc956c-311e-4199-bee1-1680236e9698</RequestId>\n</ErrorResponse>\n',
    },
    code: 'token-invalid',
    service: 'sts',
  },
  'EC2: credentials': {
    source: 'https://github.com/markcaudill/haproxy-autoscale/issues/20',
    answer: {
      status: 401,
      headers: {},
      body: '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message></Error></Errors><RequestID>53deb9bb-b3f5-484c-82aa-a0cb60c2be0a</RequestID></Response>',
    },
    code: 'token-invalid',
  },
  'OpenSearch: wrong region': {
    source: 'https://github.com/joona/aws-es-curl/issues/15',
    answer: {
      status: 403,
      headers: {},
      body: `{"message":"Credential should be scoped to a valid region, not 'eu-west-1'. "}`,
    },
    code: 'wrong-region',
  },
  'wrong service': {
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html',
    answer: json(
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'execute-api'. ",
    ),
    code: 'wrong-service',
    fix: /service: 'execute-api'/,
  },
  'wrong date': {
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html',
    answer: json(
      'InvalidSignatureException',
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20110909' != '20110908', from '20110908T233600Z'.",
    ),
    code: 'wrong-date',
  },
  'REST API: no policy allows': {
    source: `${KNOWLEDGE}/api-gateway-troubleshoot-403-forbidden/`,
    answer: json(
      'AccessDeniedException',
      'User: arn:aws:iam::123456789012:user/mateo is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:abc123/prod/GET/orders',
    ),
    code: 'not-allowed',
    summary: /arn:aws:iam::123456789012:user\/mateo to perform execute-api:Invoke/,
    fix: /abc123\/prod\/GET\/orders/,
  },
  'REST API: a policy denies': {
    source: `${KNOWLEDGE}/api-gateway-troubleshoot-403-forbidden/`,
    answer: json(
      'AccessDeniedException',
      'User: arn:aws:iam::123456789012:user/mateo is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:abc123/prod/GET/orders with an explicit deny',
    ),
    code: 'denied-explicitly',
  },
  'REST API: resource policy': {
    source: `${KNOWLEDGE}/api-gateway-403-error-lambda-authorizer/`,
    answer: json(
      'AccessDeniedException',
      'User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:abc123/prod/GET/orders',
    ),
    code: 'anonymous-denied',
  },
  'REST API: Lambda authorizer': {
    source: `${KNOWLEDGE}/api-gateway-403-error-lambda-authorizer/`,
    answer: json(
      'AccessDeniedException',
      'User is not authorized to access this resource with an explicit deny',
    ),
    code: 'authorizer-denied',
  },
  'an authorizer for tokens': {
    source: `${KNOWLEDGE}/api-gateway-401-error-lambda-token/`,
    answer: json('UnauthorizedException', 'Unauthorized', API, 401),
    code: 'unauthorized',
  },
  'resource control policy': {
    source: 'https://github.com/aws-samples/resource-control-policy-examples/issues/18',
    answer: {
      status: 400,
      headers: {},
      body: '{"__type":"AccessDeniedException","Message":"User: anonymous is not authorized to perform: cognito-identity:GetId on resource: * with an explicit deny in a resource control policy"}',
    },
    code: 'anonymous-denied',
  },
  'function URL': {
    source: 'https://github.com/awsdocs/aws-lambda-developer-guide/issues/494',
    answer: {
      status: 403,
      headers: { 'x-amzn-errortype': 'AccessDeniedException' },
      body: '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
    },
    code: 'function-url-permission',
    fix: /lambda:InvokeFunctionUrl and lambda:InvokeFunction/,
  },
  'OpenSearch Serverless': {
    source: 'https://github.com/abutaha/aws-es-proxy/issues/132',
    answer: {
      status: 403,
      headers: { 'x-aoss-response-hint': 'X01:gw-helper-deny', 'content-type': 'application/json' },
      body: '{"status":403,"request-id":"b6a4bd0c-1211-9a14-85fa-5776ef5efe18","error":{"reason":"403 Forbidden","type":"Forbidden"}}',
    },
    code: 'data-access-policy',
    service: 'opensearch-serverless',
    fix: /aoss:APIAccessAll/,
  },
  'AppSync: unknown key': {
    source: 'https://github.com/aws-amplify/amplify-cli/issues/3380',
    answer: {
      status: 401,
      headers: { 'x-amzn-errortype': 'UnrecognizedClientException' },
      body: '{"errors":[{"errorType":"UnrecognizedClientException","message":"The security token included in the request is invalid."}]}',
    },
    code: 'token-invalid',
  },
  'Cognito: unknown key': {
    source: 'https://github.com/ArranJacques/laravel-aws-cognito-auth/issues/25',
    answer: {
      status: 400,
      headers: {},
      body: '{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}',
    },
    code: 'token-invalid',
  },
  'Bedrock: model access': {
    source: 'https://github.com/anthropics/claude-code/issues/536',
    answer: json(
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
      {},
    ),
    code: 'model-access',
  },
  'Bedrock: marketplace': {
    source: 'https://github.com/ministryofjustice/modernisation-platform-environments/pull/18323',
    answer: json(
      'AccessDeniedException',
      'Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model.',
      {},
    ),
    code: 'model-access',
  },
  'CloudFront: method': {
    source: 'https://github.com/magda-io/magda/issues/736',
    answer: {
      status: 403,
      headers: { server: 'CloudFront', 'content-type': 'text/html' },
      body: '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">\n<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">\n<TITLE>ERROR: The request could not be satisfied</TITLE>\n</HEAD><BODY>\n<H1>ERROR</H1>\n<H2>The request could not be satisfied.</H2>\n<HR noshade size="1px">\nThis distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests.\n<BR clear="all">\n<PRE>\nGenerated by cloudfront (CloudFront)\nRequest ID: qZye4osXZxupOb06RAuK9UXOZIGwGOd2m4evBPg2h1VbQuiga1F97A==\n</PRE>\n</BODY></HTML>',
    },
    code: 'method-not-forwarded',
    service: 'cloudfront',
  },
  'S3: an expired form': {
    source: 'https://github.com/CulturalMe/meteor-slingshot/issues/80',
    answer: s3(
      403,
      '<Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message><RequestId>9002BD2AC1D05F0A</RequestId>',
    ),
    code: 'url-expired',
    summary: /form/,
  },
  'S3: a form that does not meet its policy': {
    source: 'https://github.com/waynehoover/s3_direct_upload/issues/107',
    answer: s3(
      403,
      '<Code>AccessDenied</Code><Message>Invalid according to Policy: Policy Condition failed: ["starts-with", "$content-type", ""]</Message>',
    ),
    code: 'form-condition',
    summary: /"\$content-type"/,
  },
  'S3: a URL and a header': {
    source: 'https://github.com/catalyst/moodle-tool_objectfs/issues/303',
    answer: s3(
      400,
      '<Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified</Message><ArgumentName>Authorization</ArgumentName>',
    ),
    code: 'two-signatures',
  },
  'S3: SigV2': {
    source: 'https://github.com/nukulb/s3-angular-file-upload/issues/23',
    answer: s3(
      400,
      '<Code>InvalidRequest</Code><Message>The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.</Message>',
    ),
    code: 'not-sigv4',
  },
  'S3: a URL that lost parameters': {
    source: 'https://github.com/jasonsims/aws-cloudfront-sign/issues/8',
    answer: s3(
      403,
      '<Code>AccessDenied</Code><Message>Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters</Message>',
    ),
    code: 'signature-malformed',
    summary: /presigned URL lacks/,
  },
  'CloudFront: its own signatures': {
    source: 'https://github.com/jasonsims/aws-cloudfront-sign/issues/74',
    answer: s3(
      403,
      '<Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message>',
      { server: 'CloudFront' },
    ),
    code: 'cloudfront-signature',
  },
  'OpenSearch: fine-grained access control': {
    source: 'https://github.com/opensearch-project/security/issues/533',
    answer: {
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions for [indices:data/read/search] and User [name=test-user, backend_roles=[], requestedTenant=__user__]"}],"type":"security_exception","reason":"no permissions for [indices:data/read/search] and User [name=test-user, backend_roles=[], requestedTenant=__user__]"},"status":403}',
    },
    code: 'search-permissions',
    summary: /test-user to perform indices:data\/read\/search/,
  },
  'REST API: no policy allows, today': {
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html',
    answer: json(
      'AccessDeniedException',
      'User: arn:aws:iam::123456789012:user/mateo is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:abc123/prod/GET/orders because no identity-based policy allows the execute-api:Invoke action',
    ),
    code: 'not-allowed-by-identity-policy',
    summary: /user\/mateo to perform execute-api:Invoke/,
    fix: /abc123\/prod\/GET\/orders/,
  },
  'S3: no policy allows, today': {
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html',
    answer: s3(
      403,
      '<Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/mateo is not authorized to perform: s3:GetObject on resource: &quot;arn:aws:s3:::amzn-s3-demo-bucket/a b&quot; because no resource-based policy allows the s3:GetObject action</Message>',
    ),
    code: 'not-allowed-by-resource-policy',
    service: 's3',
    fix: /s3:GetObject on arn:aws:s3:::amzn-s3-demo-bucket\/a b in/,
  },
  'KMS: a resource that is not named': {
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html',
    answer: {
      status: 400,
      headers: {},
      body: '{"__type":"AccessDeniedException","Message":"User: arn:aws:iam::123456789012:user/mateo is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action"}',
    },
    code: 'not-allowed-by-identity-policy',
    summary: /to perform kms:Decrypt/,
  },
  'a denial that names its policy': {
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html',
    answer: json(
      'AccessDeniedException',
      'User: arn:aws:iam::123456789012:user/mateo is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:abc123/prod/GET/orders with an explicit deny in a service control policy: arn:aws:organizations::777788889999:policy/o-exampleorgid/service_control_policy/p-examplepolicyid123',
    ),
    code: 'denied-by-service-control-policy',
    fix: /service_control_policy\/p-examplepolicyid123/,
  },
  'AWS IoT: HTTPS': {
    source: 'reported by users of AWS IoT',
    answer: {
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"Forbidden","traceId":"71d8a3ac-1e5f-5b4e-2c44-9b4a1c0e7d21"}',
    },
    code: 'iot-refused',
    service: 'iot',
    fix: /iot:Connect/,
  },
  ...PROVIDERS,
};

const CLI = 'An error occurred (';

/**
 * Shorter ones, without a source of their own: words and names of exceptions that AWS documents ("Troubleshoot access denied
 * error messages", IAM user guide; "Error responses", S3 API reference; "Common error types" of the services).
 *
 * @type {[code: string, answer: string | { status: number, headers?: Record<string, string>, url?: string, body: string | object }][]}
 */
export const OTHERS = [
  ...Object.entries({
    'identity-policy': 'identity-based policy',
    'resource-policy': 'resource-based policy',
    'service-control-policy': 'service control policy',
    'resource-control-policy': 'resource control policy',
    'permissions-boundary': 'permissions boundary',
    'session-policy': 'session policy',
    'endpoint-policy': 'VPC endpoint policy',
    'auth-policy': 'service-based policy',
  }).flatMap(([kind, policy]) =>
    [
      '',
      ' on resource: arn:aws:codecommit:us-east-1:123456789012:repo',
      ' on resource: "arn:aws:s3:::bucket/a key, with spaces and a very long name that goes on"',
    ].flatMap((resource) => {
      const who = `User: arn:aws:iam::777788889999:user/JohnDoe is not authorized to perform: codecommit:ListRepositories${resource}`;
      const implicit = `${who} because no ${policy} allows the codecommit:ListRepositories action`;
      return /** @type {[string, any][]} */ ([
        [
          `not-allowed-by-${kind}`,
          { status: 403, body: { __type: 'AccessDeniedException', message: implicit } },
        ],
        [
          `denied-by-${kind}`,
          {
            status: 403,
            body: { message: `${who} with an explicit deny in a${policy[0] === 'i' ? 'n' : ''} ${policy}` },
          },
        ],
      ]);
    }),
  ),
  [
    'wrong-scope',
    {
      status: 403,
      body: { message: "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3'" },
    },
  ],
  [
    'signature-malformed',
    s3(
      400,
      '<Code>AuthorizationQueryParametersError</Code><Message>X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"</Message>',
    ),
  ],
  [
    'signature-malformed',
    {
      status: 400,
      body: {
        message:
          "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters.",
      },
    },
  ],
  [
    'body-mismatch',
    s3(
      400,
      '<Code>BadDigest</Code><Message>The Content-MD5 you specified did not match what we received.</Message>',
    ),
  ],
  ['token-expired', { status: 403, body: { __type: 'ExpiredTokenException', message: 'refresh it' } }],
  [
    'account-not-signed-up',
    s3(
      403,
      '<Code>NotSignedUp</Code><Message>Your account is not signed up for the Amazon S3 service.</Message>',
    ),
  ],
  [
    'authorization-mode',
    {
      status: 401,
      url: 'https://abc.appsync-api.eu-west-1.amazonaws.com/graphql',
      body: {
        errors: [
          { errorType: 'UnauthorizedException', message: 'You are not authorized to make this call.' },
        ],
      },
    },
  ],
  [
    'blocked',
    {
      status: 403,
      headers: { server: 'CloudFront' },
      body: '<HTML><BODY><H1>403 ERROR</H1><H2>The request could not be satisfied.</H2>Request blocked.</BODY></HTML>',
    },
  ],
  [
    'signature-missing',
    {
      status: 403,
      body: '<ErrorResponse><Error><Code>MissingAuthenticationToken</Code><Message>Request is missing Authentication Token</Message></Error></ErrorResponse>',
    },
  ],
  ['throttled', { status: 429, body: { message: 'Limit Exceeded' } }],
  ['throttled', { status: 400, body: { __type: 'ThrottlingException', message: 'slow down' } }],
  ['throttled', s3(503, '<Code>SlowDown</Code><Message>Please reduce your request rate.</Message>')],
  ['throttled', { status: 429, body: '' }],
  ['too-large', { status: 413, body: { message: 'Request Too Long' } }],
  ['not-found', { status: 404, headers: HTTP_API, body: { message: 'Not Found' } }],
  [
    'authorizer-failed',
    {
      status: 500,
      headers: { 'x-amzn-errortype': 'AuthorizerConfigurationException' },
      body: { message: null },
    },
  ],
  [
    'signature-mismatch',
    { status: 403, body: { __type: 'InvalidSignatureException', message: 'see the documentation' } },
  ],
  [
    'access-denied',
    {
      status: 403,
      body: '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation. Encoded authorization failure message: abc</Message></Error></Errors></Response>',
    },
  ],
  [
    'signature-malformed',
    {
      status: 400,
      body: '<ErrorResponse><Error><Code>IncompleteSignature</Code><Message>Request must contain a signature that conforms to AWS standards</Message></Error></ErrorResponse>',
    },
  ],
  ['forbidden', { status: 403, headers: { 'x-amzn-errortype': 'ForbiddenException' }, body: '' }],
  ['no-failure', { status: 200, body: 'fine' }],
  ['server-error', { status: 502, body: { message: 'Internal server error' } }],
  ['no-reason', { status: 403, body: '' }],
  [
    'not-allowed',
    `${CLI}AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::123456789012:user/a is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/b`,
  ],
  [
    'signature-mismatch',
    `${CLI}SignatureDoesNotMatch) when calling the ListBuckets operation: see the documentation`,
  ],
  ['access-denied', `${CLI}AccessDenied) when calling the ListBuckets operation: Access Denied`],
  [
    'token-expired',
    `${CLI}ExpiredToken) when calling the ListBuckets operation: The provided token has expired.`,
  ],
  ['token-invalid', 'UnrecognizedClientException: see the documentation'],
];

// What servers other than AWS's answer that speak its protocols, word for word.
//
// Garage and Ceph: from the sources and binaries of the versions named, which crates.io and Debian distribute. MinIO: from
// its table of errors. R2, B2 and Neptune: as their users reported it.

const GARAGE =
  'garage_api_common 2.5.0 (crates.io), signature/error.rs, signature/payload.rs, common_error.rs';
const GARAGE_1 = 'garage_api 1.0.1 (crates.io), signature/error.rs';
const CEPH = 'radosgw 16.2.15 (Debian), libradosgw.so: codes without messages';
const MINIO = 'https://github.com/minio/minio/blob/master/cmd/api-errors.go';
const R2 = 'https://developers.cloudflare.com/r2/api/error-codes/';

/** @param {number} status @param {string} code @param {string} message */
const garage = (status, code, message) => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><Resource>/my-bucket/</Resource><Region>garage</Region></Error>`,
});
/** @param {number} status @param {string} code @param {string} message @param {string} [more] */
const minio = (status, code, message, more = '') => ({
  status,
  headers: { 'content-type': 'application/xml', server: 'MinIO', 'x-amz-request-id': '17F0C1D3A1B2C3D4' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><BucketName>my-bucket</BucketName><Resource>/my-bucket/</Resource>${more}<RequestId>17F0C1D3A1B2C3D4</RequestId><HostId>dd9025bab4ad464b049177c95eb6ebf374d3b3fd1af9251148b658df7ac2e3e8</HostId></Error>`,
});
/** @param {number} status @param {string} code */
const ceph = (status, code) => ({
  status,
  headers: {
    'content-type': 'application/xml',
    'x-amz-request-id': 'tx000000000000000000001-0065a1b2c3-1021-default',
  },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><RequestId>tx000000000000000000001-0065a1b2c3-1021-default</RequestId><HostId>1021-default-default</HostId></Error>`,
});
/** @param {number} status @param {string} code @param {string} message @param {Record<string, string>} [headers] */
const plain = (status, code, message, headers = {}) => ({
  status,
  headers: { 'content-type': 'application/xml', ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

/** @type {Record<string, import('./refusals.js').Known>} */
export const PROVIDERS = {
  'Garage: wrong region': {
    source: GARAGE_1,
    answer: garage(
      400,
      'AuthorizationHeaderMalformed',
      'Authorization header malformed, unexpected scope: 20260101/us-east-1/s3/aws4_request',
    ),
    code: 'wrong-region',
    service: 'garage',
    summary: /us-east-1.* garage\.$/,
    fix: /region: 'garage'/,
  },
  'Garage: wrong region, since 2.3': {
    source: GARAGE,
    answer: garage(
      400,
      'AuthorizationHeaderMalformed',
      "Authorization header malformed, unexpected scope: '20260101/us-east-1/s3/aws4_request', expected: '20260101/garage/s3/aws4_request'",
    ),
    code: 'wrong-region',
    service: 'garage',
    summary: /us-east-1.* garage\.$/,
  },
  'Garage: wrong service': {
    source: GARAGE,
    answer: garage(
      400,
      'AuthorizationHeaderMalformed',
      "Authorization header malformed, unexpected scope: '20260101/garage/execute-api/aws4_request', expected: '20260101/garage/s3/aws4_request'",
    ),
    code: 'wrong-service',
    summary: /execute-api/,
    fix: /service: 's3'/,
  },
  'Garage: wrong date': {
    source: GARAGE,
    answer: garage(
      400,
      'AuthorizationHeaderMalformed',
      "Authorization header malformed, unexpected scope: '20260102/garage/s3/aws4_request', expected: '20260101/garage/s3/aws4_request'",
    ),
    code: 'wrong-date',
    summary: /20260102.*20260101/,
  },
  'Garage: mismatch': {
    source: GARAGE,
    answer: garage(403, 'AccessDenied', 'Forbidden: Invalid signature'),
    code: 'signature-mismatch',
    service: 'garage',
  },
  'Garage: unknown key': {
    source: GARAGE,
    answer: garage(403, 'AccessDenied', 'Forbidden: No such key: GK31c2f218a2e44f485b94239e'),
    code: 'access-key-unknown',
    service: 'garage',
    summary: /…239e\.$/,
  },
  'Garage: an expired key': {
    source: GARAGE,
    answer: garage(403, 'AccessDenied', 'Forbidden: Access key GK31c2f218a2e44f485b94239e has expired'),
    code: 'access-key-expired',
    summary: /…239e/,
  },
  'Garage: no signature': {
    source: GARAGE,
    answer: garage(403, 'AccessDenied', 'Forbidden: Garage does not support anonymous access yet'),
    code: 'signature-missing',
    service: 'garage',
  },
  'Garage: clock': {
    source: GARAGE,
    answer: garage(400, 'InvalidRequest', 'Bad request: Date is too old'),
    code: 'signature-expired',
    service: 'garage',
  },
  'Garage: a header that is not signed': {
    source: GARAGE,
    answer: garage(400, 'InvalidRequest', 'Bad request: Header `x-amz-acl` should be signed'),
    code: 'header-not-signed',
    summary: /x-amz-acl/,
  },
  'Garage: no x-amz-content-sha256': {
    source: GARAGE,
    answer: garage(400, 'InvalidRequest', 'Bad request: Missing X-Amz-Content-Sha256 field'),
    code: 'body-not-signed',
  },
  'Garage: no x-amz-date': {
    source: GARAGE,
    answer: garage(400, 'InvalidRequest', 'Bad request: Missing X-Amz-Date field'),
    code: 'date-missing',
  },
  'Garage: a chunk with another signature': {
    source: 'garage_api_common 2.5.0 (crates.io), signature/streaming.rs',
    answer: garage(400, 'InvalidRequest', 'Bad request: Invalid payload signature'),
    code: 'body-mismatch',
  },
  'Garage: a URL that lost parameters': {
    source: GARAGE,
    answer: garage(400, 'InvalidRequest', 'Bad request: X-Amz-Expires not found in query parameters'),
    code: 'signature-malformed',
    summary: /X-Amz-Expires/,
  },
  'Garage: another scheme': {
    source: GARAGE,
    answer: garage(400, 'InvalidRequest', 'Bad request: Unsupported authorization method'),
    code: 'not-sigv4',
  },
  'Garage: the key may not do this': {
    source: 'garage_api_s3 2.5.0 (crates.io), api_server.rs',
    answer: garage(403, 'AccessDenied', 'Forbidden: Operation is not allowed for this key.'),
    code: 'access-denied',
    service: 'garage',
    fix: /settings of the key/,
  },
  'MinIO: wrong region': {
    source: MINIO,
    answer: minio(
      400,
      'AuthorizationHeaderMalformed',
      "The authorization header is malformed; the region is wrong; expecting 'us-east-1'.",
      '<Region>us-east-1</Region>',
    ),
    code: 'wrong-region',
    service: 'minio',
    fix: /region: 'us-east-1'/,
  },
  'MinIO: wrong region in a form': {
    source: MINIO,
    answer: minio(400, 'InvalidRegion', "Region does not match; expecting 'eu-west-1'."),
    code: 'wrong-region',
    service: 'minio',
    fix: /region: 'eu-west-1'/,
  },
  'MinIO: wrong service': {
    source: MINIO,
    answer: minio(
      400,
      'AuthorizationParametersError',
      'Error parsing the Credential parameter; incorrect service. This endpoint belongs to "s3".',
    ),
    code: 'wrong-service',
    service: 'minio',
    fix: /service: 's3'/,
  },
  'MinIO: another end of the scope': {
    source: MINIO,
    answer: minio(
      400,
      'AuthorizationQueryParametersError',
      'Error parsing the Credential parameter; incorrect terminal. This endpoint uses "aws4_request".',
    ),
    code: 'wrong-scope',
  },
  'MinIO: mismatch': {
    source: MINIO,
    answer: minio(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ),
    code: 'signature-mismatch',
    service: 'minio',
  },
  'MinIO: unknown key': {
    source: MINIO,
    answer: minio(403, 'InvalidAccessKeyId', 'The Access Key Id you provided does not exist in our records.'),
    code: 'access-key-unknown',
    service: 'minio',
    summary: /does not know the access key id\.$/,
  },
  'MinIO: a disabled user': {
    source: MINIO,
    answer: minio(403, 'InvalidAccessKeyId', 'Your account is disabled; please contact your administrator.'),
    code: 'access-key-disabled',
  },
  'MinIO: a token of another server': {
    source: MINIO,
    answer: minio(403, 'InvalidTokenId', 'The security token included in the request is invalid'),
    code: 'token-invalid',
  },
  'MinIO: clock': {
    source: MINIO,
    answer: minio(
      403,
      'RequestTimeTooSkewed',
      "The difference between the request time and the server's time is too large.",
    ),
    code: 'signature-expired',
    service: 'minio',
  },
  'MinIO: a URL from the future': {
    source: MINIO,
    answer: minio(403, 'AccessDenied', 'Request is not valid yet'),
    code: 'url-not-yet-valid',
  },
  'MinIO: no permission': {
    source: MINIO,
    answer: minio(403, 'AccessDenied', 'Access Denied.'),
    code: 'access-denied',
    service: 'minio',
  },
  'Ceph: mismatch, also of a wrong region': {
    source: CEPH,
    answer: ceph(403, 'SignatureDoesNotMatch'),
    code: 'signature-mismatch',
    service: 'ceph',
  },
  'Ceph: unknown key': {
    source: CEPH,
    answer: ceph(403, 'InvalidAccessKeyId'),
    code: 'access-key-unknown',
    service: 'ceph',
    summary: /it does not say why\.$/,
  },
  'Ceph: a suspended user': {
    source: CEPH,
    answer: ceph(403, 'UserSuspended'),
    code: 'access-key-disabled',
    service: 'ceph',
  },
  'Ceph: clock': {
    source: CEPH,
    answer: ceph(403, 'RequestTimeTooSkewed'),
    code: 'signature-expired',
    service: 'ceph',
  },
  'Ceph: another body': {
    source: CEPH,
    answer: ceph(400, 'XAmzContentSHA256Mismatch'),
    code: 'body-mismatch',
    service: 'ceph',
  },
  'Ceph: no permission': {
    source: CEPH,
    answer: ceph(403, 'AccessDenied'),
    code: 'access-denied',
    service: 'ceph',
  },
  'R2: a key of AWS': {
    source: 'reported by users of R2',
    answer: plain(400, 'InvalidArgument', 'Credential access key has length 20, should be 32'),
    code: 'access-key-of-another-provider',
    service: 'r2',
    summary: /20 characters.* 32/,
  },
  'R2: wrong region': {
    source: 'reported by users of R2',
    answer: plain(
      400,
      'InvalidRegionName',
      "The region name 'ap-northeast-2' is not valid. Must be one of: wnam, enam, weur, eeur, apac, oc, auto",
    ),
    code: 'wrong-region',
    service: 'r2',
    summary: /ap-northeast-2.*wnam, enam/,
    fix: /region: 'auto'/,
  },
  'R2: mismatch': {
    source: R2,
    answer: plain(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your secret access key and signing method. ',
    ),
    code: 'signature-mismatch',
  },
  'R2: an expired URL': {
    source: R2,
    answer: plain(400, 'ExpiredRequest', 'Request has expired'),
    code: 'url-expired',
  },
  'B2: a key of AWS': {
    source: 'reported by users of Backblaze B2',
    answer: plain(403, 'InvalidAccessKeyId', 'Malformed Access Key Id'),
    code: 'access-key-of-another-provider',
    service: 'b2',
  },
  'B2: unknown key': {
    source: 'reported by users of Backblaze B2',
    answer: plain(403, 'InvalidAccessKeyId', "The key '0012ab34cd56ef70000000001' is not valid"),
    code: 'access-key-unknown',
    summary: /…0001\.$/,
  },
  'B2: mismatch': {
    source: 'reported by users of Backblaze B2',
    answer: plain(403, 'SignatureDoesNotMatch', 'Signature validation failed'),
    code: 'signature-mismatch',
  },
  'Wasabi: unknown key': {
    source: 'the words of S3, with the header that Wasabi sends',
    answer: plain(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      { server: 'WasabiS3/7.19.4188-2024-05-10-f4b2b3c (head02)' },
    ),
    code: 'access-key-unknown',
    service: 'wasabi',
    summary: /does not know the access key id\.$/,
  },
  'Wasabi: another endpoint': {
    source: 'the words of S3, with the header that Wasabi sends',
    answer: plain(
      400,
      'AuthorizationHeaderMalformed',
      "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'",
      { server: 'WasabiS3/7.19.4188-2024-05-10-f4b2b3c (head02)' },
    ),
    code: 'wrong-region',
    service: 'wasabi',
    fix: /region: 'eu-central-1'/,
  },
  'IBM: no permission': {
    source: 'the words of S3, with the headers that IBM Cloud Object Storage documents',
    answer: {
      ...plain(403, 'AccessDenied', 'Access Denied', {
        'x-clv-request-id': '3f4e6a3d-7a5c-4f26-9d5f-2b1c0a9e8d7c',
        'x-clv-s3-version': '2.5',
      }),
    },
    code: 'access-denied',
    service: 'ibm-cos',
  },
  'IBM: unknown key': {
    source: 'the words of S3, with the headers that IBM Cloud Object Storage documents',
    answer: plain(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key ID you provided does not exist in our records.',
      { 'x-clv-request-id': '3f4e6a3d-7a5c-4f26-9d5f-2b1c0a9e8d7c' },
    ),
    code: 'access-key-unknown',
    service: 'ibm-cos',
  },
  'Neptune: no signature': {
    source: 'reported by users of Neptune; the form is that of neptunedata in botocore 1.44.5 (PyPI)',
    answer: {
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"requestId":"f2c6ae5e-1c0b-4c05-8b3e-2c3f1f0a9c11","code":"AccessDeniedException","detailedMessage":"Missing Authentication Token"}',
    },
    code: 'signature-missing',
    service: 'neptune',
    summary: /^The request has no signature\.$/,
  },
  'Neptune: no permission': {
    source: 'the form is that of neptunedata in botocore 1.44.5 (PyPI), the words those of IAM',
    answer: {
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"requestId":"f2c6ae5e-1c0b-4c05-8b3e-2c3f1f0a9c11","code":"AccessDeniedException","detailedMessage":"User: arn:aws:iam::123456789012:user/mateo is not authorized to perform: neptune-db:connect on resource: arn:aws:neptune-db:us-east-1:123456789012:cluster-ABC/* because no identity-based policy allows the neptune-db:connect action"}',
    },
    code: 'not-allowed-by-identity-policy',
    service: 'neptune',
    fix: /neptune-db:connect on arn:aws:neptune-db/,
  },
};

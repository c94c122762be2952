// Identifies the service that responded, because the same message has different meanings for different services.

import { hostOf } from '../protocol/endpoint-form.js';

/**
 * Servers that speak the protocol of S3. Sources: the hosts in the documentation of each; the headers that each sends; of
 * Ceph, the form of its request ids (rgw_common.cc); of Garage, the words that begin its messages (common_error.rs).
 *
 * @type {[service: string, clue: RegExp][]}
 */
const OTHER_S3 = [
  ['minio', /^header server: MinIO|^header x-minio-/m],
  [
    'r2',
    /^host .*\.r2\.cloudflarestorage\.com$|^field Message=Credential access key has length|Must be one of: wnam,/m,
  ],
  ['b2', /^host (?:.*\.)?s3\.[\w-]+\.backblazeb2\.com$|^field Message=Malformed Access Key Id/m],
  ['wasabi', /^host (?:.*\.)?s3\.[\w.-]*wasabisys\.com$|^header server: WasabiS3/m],
  ['ibm-cos', /^host .*\.cloud-object-storage\.appdomain\.cloud$|^header x-clv-/m],
  ['spaces', /^host .*\.digitaloceanspaces\.com$/m],
  ['ceph', /^header x-rgw-|^header x-amz-request-id: tx0|^field RequestId=tx0/m],
  [
    'garage',
    /^field Message=(?:Forbidden|Bad request): |^field Message=Authorization header malformed, (?:un)?expected scope/m,
  ],
];

/**
 * Patterns that identify a service, the most certain first. The text that is searched has a line for the host, for each
 * header of the response, for each element or property of its body, and for the service that was signed for.
 *
 * @type {[service: string, clue: RegExp][]}
 */
const CLUES = [
  ['http-api', /^header apigw-requestid:/m],
  ['rest-api', /^header x-amz-apigw-id:/m],
  ['opensearch-serverless', /^header x-aoss-|^host .*\.aoss\.|^signed aoss$/m],
  ['lambda-url', /^host .*\.lambda-url\./m],
  ['vpc-lattice', /^host .*\.vpc-lattice-svcs\.|^signed vpc-lattice-svcs$/m],
  ['appsync', /^host .*\.appsync-(?:realtime-)?api\.|^signed appsync$/m],
  ['iot', /^host .*\.iot\.|^signed iot(?:devicegateway|data)$|^field traceId=/m],
  ['neptune', /^host .*\.neptune\.|^signed neptune-(?:db|graph)$|^field detailedMessage=/m],
  ['bedrock', /^host bedrock|^signed bedrock$/m],
  ['opensearch', /^host .*\.es\.|^signed es$/m],
  ['cloudfront', /^header server: CloudFront/m],
  ...OTHER_S3,
  ['s3', /^header x-amz-id-2:|^header server: AmazonS3|^host (?:.*\.)?s3[.-]|^signed s3|^field HostId=/m],
  ['api-gateway', /^host .*\.execute-api\.|^signed execute-api$/m],
];

/**
 * @param {import('./read-response.js').ReadResponse} answer
 * @param {Record<string, string>} fields
 * @param {string} signedFor  service of the scope, or empty
 * @returns {string} empty if it is not known
 */
export function serviceOf({ headers, url, body }, fields, signedFor) {
  const host = hostOf(url);
  const lines = [
    `host ${host}`,
    ...Array.from(headers, ([name, value]) => `header ${name}: ${value}`),
    ...Object.entries(fields).map(([name, value]) => `field ${name}=${String(value).slice(0, 100)}`),
    `signed ${signedFor}`,
  ].join('\n');
  const known = CLUES.find(([, clue]) => clue.test(lines));
  if (known !== undefined) return known[0];
  // Such as xmlns="https://sts.amazonaws.com/doc/2011-06-15/", and sqs.eu-west-1.amazonaws.com.
  const [, ofNamespace] = /\bxmlns="https?:\/\/([\w-]+)\.amazonaws\.com\//.exec(body) ?? [];
  const [, ofHost] = /^([\w-]+)\.(?:[\w-]+\.)?amazonaws\.com(?:\.cn)?$/.exec(host) ?? [];
  return ofNamespace ?? ofHost ?? signedFor;
}

/**
 * Whether a request was signed for a scope that does not match its host. Only for services whose messages give no reason: others
 * name the expected scope, and some, such as S3, have hosts for several scopes.
 *
 * @param {import('./sent-request.js').SentRequest} sent
 * @param {import('../protocol/endpoint-form.js').Endpoint | undefined} endpoint
 */
export function isOtherScope({ region, service }, endpoint) {
  if (endpoint?.service === undefined || region === '' || service === '') return false;
  if (!SAYS_LITTLE.test(endpoint.service)) return false;
  return region !== endpoint.region || service !== endpoint.service;
}

const SAYS_LITTLE = /^(?:execute-api|lambda|appsync|es|aoss)$/;

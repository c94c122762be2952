// Who answered: the same words mean different things with different services.

/**
 * What tells a service, in the order of how surely it does. The text that is searched has a line for the host, for each
 * header, for the XML namespace, and for the service that was signed for.
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
  ['iot', /^host .*\.iot\.|^signed iot(?:devicegateway|data)$/m],
  ['bedrock', /^host bedrock|^signed bedrock$/m],
  ['opensearch', /^host .*\.es\.|^signed es$/m],
  ['cloudfront', /^header server: CloudFront/m],
  ['s3', /^header x-amz-id-2:|^header server: AmazonS3|^host (?:.*\.)?s3[.-]|^signed s3|^field HostId/m],
  ['api-gateway', /^host .*\.execute-api\.|^signed execute-api$/m],
];

/**
 * @param {import('./answer.js').Answer} answer
 * @param {Record<string, string>} fields
 * @param {string} signedFor  service of the scope, or nothing
 * @returns {string} or nothing
 */
export function serviceOf({ headers, url, body }, fields, signedFor) {
  const host = hostOf(url);
  const lines = [
    `host ${host}`,
    ...Array.from(headers, ([name, value]) => `header ${name}: ${value}`),
    ...Object.keys(fields).map((name) => `field ${name}`),
    `signed ${signedFor}`,
  ].join('\n');
  const known = CLUES.find(([, clue]) => clue.test(lines));
  if (known !== undefined) return known[0];
  // Such as xmlns="https://sts.amazonaws.com/doc/2011-06-15/", and sqs.eu-west-1.amazonaws.com.
  const [, ofNamespace] = /\bxmlns="https?:\/\/([\w-]+)\.amazonaws\.com\//.exec(body) ?? [];
  const [, ofHost] = /^([\w-]+)\.(?:[\w-]+\.)?amazonaws\.com(?:\.cn)?$/.exec(host) ?? [];
  return ofNamespace ?? ofHost ?? signedFor;
}

/** @param {string} url */
export function hostOf(url) {
  return /^\w+:\/\/([^/?#:@]+)/.exec(url)?.[1].toLowerCase() ?? '';
}

/** Services that say little: what their hosts tell of the scope, which is what they expect. */
const SCOPES = [
  /\.(?<kind>execute-api|lambda-url|appsync-api)\.(?<region>[\w-]+)\./,
  /\.(?<region>[\w-]+)\.(?<kind>es|aoss)\.amazonaws\./,
];

/** Where the name in the host is not the one that is signed for. @type {Record<string, string>} */
const SIGNING_NAMES = { 'lambda-url': 'lambda', 'appsync-api': 'appsync' };

/**
 * @param {string} host
 * @param {string} [scope]  of SigV4, in four parts; that of SigV4a has no region
 * @returns {Record<'expectedRegion' | 'expectedService' | 'region' | 'service', string> | undefined} what differs
 */
export function otherScope(host, scope = '') {
  const { kind, region: expectedRegion } =
    SCOPES.map((pattern) => pattern.exec(host)?.groups).find(Boolean) ?? {};
  const [, region, service, end] = scope.split('/');
  if (kind === undefined || end === undefined) return undefined;
  const expectedService = SIGNING_NAMES[kind] ?? kind;
  const isSame = region === expectedRegion && service === expectedService;
  return isSame ? undefined : { expectedRegion, expectedService, region, service };
}

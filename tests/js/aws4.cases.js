// Options of `http.request`, many of them unusual, from a seed, so that a failure can be reproduced.

/** @param {number} seed */
function random(seed) {
  return () => {
    // mulberry32
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const HOSTS = [
  { host: 'sqs.us-east-1.amazonaws.com' },
  { host: 'abc123.execute-api.eu-west-1.amazonaws.com' },
  { hostname: 'dynamodb.ap-southeast-2.amazonaws.com' },
  { hostname: 'bucket.s3.eu-west-1.amazonaws.com' },
  { host: 's3.amazonaws.com' },
  { host: 'bucket.s3.amazonaws.com' },
  { host: 's3-us-west-2.amazonaws.com' },
  { host: 'search-x-aaaa.us-east-1.es.amazonaws.com' },
  { host: 'email.us-east-1.amazonaws.com' },
  { host: 'iam.amazonaws.com' },
  { host: 'sts.amazonaws.com' },
  { host: 'sns.cn-north-1.amazonaws.com.cn' },
  { host: 'bedrock-runtime.us-east-1.amazonaws.com' },
  { host: 'bucket.s3.dualstack.us-west-2.amazonaws.com' },
  { host: 'localhost', port: 8080, service: 'execute-api', region: 'us-east-1' },
  { hostname: 'api.example.com', service: 'execute-api', region: 'eu-west-1' },
  { hostname: 'api.example.com', host: 'other.example.com', service: 'execute-api' },
  { service: 'sqs', region: 'us-west-2' },
  { service: 'iam' },
  { service: 's3' },
  { service: 'ses', region: 'eu-west-1' },
  { service: 'dynamodb', headers: { Host: 'dynamodb.eu-west-1.amazonaws.com' } },
  { headers: { host: 'sqs.eu-west-1.amazonaws.com' } },
  { host: 'sqs.us-east-1.amazonaws.com', port: 443 },
  { host: 'api.example.com' },
  { host: 'bucket.s3express-use1-az4.us-east-1.amazonaws.com', service: 's3express', region: 'us-east-1' },
  { host: 'abc123.us-east-1.aoss.amazonaws.com' },
  { host: 'abc123.vpc-lattice-svcs.us-east-1.on.aws', service: 'vpc-lattice-svcs', region: 'us-east-1' },
  { host: 'abc123-ats.iot.us-east-1.amazonaws.com', service: 'iotdevicegateway', region: 'us-east-1' },
];

const PATHS = [
  undefined,
  '/',
  '/?',
  '/a/b',
  '/a//b/',
  '/a/../b/./c',
  '/a/.',
  '/a/..',
  '/ü',
  '/a b',
  '/a%20b',
  '/@connections/ab=',
  '/a%2Fb',
  '/a+b',
  '/ü%2Fb',
  "/!'()*;,:$&",
  '/%c3%bc',
  '/a%zz',
  'a/b',
];

const QUERIES = [
  '',
  '?',
  '?a=b',
  '?b=1&a=2&a=1',
  '?a=ü&b=c d',
  '?a=b%20c&d=e+f',
  '?a',
  '?a&b=',
  '?=x&a=1',
  "?a=!'()*",
  '?2=a&1=b',
  '?a=%E4',
  '?a=b=c&%41=1',
  '?X-Amz-Expires=60',
  '?a=1&x-amz-expires=60&X-Amz-Credential=A%2F20200101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=ab12',
  '?list-type=2&prefix=a%2Fb%2F',
];

const HEADERS = [
  ...Array(8).fill({}),
  { 'X-Amz-Target': 'DynamoDB_20120810.ListTables', 'Content-Type': 'application/x-amz-json-1.0' },
  { 'content-type': 'application/json' },
  { 'CONTENT-TYPE': 'text/plain' },
  { 'X-Amz-Meta-A': '  a   b ', 'x-amz-meta-b': '' },
  { 'X-Amz-Meta-A': 1 },
  { 'X-Amz-Meta-A': ['1', '2'] },
  { 'User-Agent': 'a', Range: 'bytes=0-1', Expect: '100-continue', Connection: 'close', Accept: '*/*' },
  { Date: 'Mon, 09 Sep 2011 23:36:00 GMT' },
  { 'X-Amz-Date': '20110909T233600Z' },
  { 'X-AMZ-DATE': '20110909T233600Z' },
  { 'X-Amz-Meta-A': '1', 'x-amz-meta-a': '2' },
  { authorization: 'stale', Authorization: 'stale' },
  { 'X-Amz-Meta-A': 'größe' },
  { 'X-Amz-Meta-A': 'a\u00a0\u00a0b' },
  { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
];

const BODIES = [
  undefined,
  undefined,
  '',
  'Action=ListGroups&Version=2010-05-08',
  'größe',
  new Uint8Array([1, 2, 3]),
];
const METHODS = [undefined, undefined, undefined, 'GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH', 'post'];

const EXTRAS = [
  {},
  {},
  {},
  { signQuery: true },
  { signQuery: true },
  { doNotEncodePath: true },
  { doNotModifyHeaders: true },
  { extraHeadersToIgnore: { 'content-length': true, accept: true } },
  { extraHeadersToInclude: { range: true, 'user-agent': true } },
];

/** A session token or none. */
const TOKENS = [undefined, 'to/ke+n=='];

/**
 * @param {number} count
 * @param {number} seed
 * @returns {{ request: any, credentials: any }[]}
 */
export function generate(count, seed) {
  const next = random(seed);
  const pick = (/** @type {any[]} */ list) => list[Math.floor(next() * list.length)];
  return Array.from({ length: count }, () => {
    const where = pick(HOSTS);
    const path = pick(PATHS);
    const query = pick(QUERIES);
    const request = {
      ...where,
      ...pick(EXTRAS),
      headers: { ...pick(HEADERS), ...where.headers },
      body: pick(BODIES),
      method: pick(METHODS),
      path: path === undefined && query === '' ? undefined : `${path ?? '/'}${query}`,
    };
    for (const name of Object.keys(request)) if (request[name] === undefined) delete request[name];
    if (Object.keys(request.headers).length === 0) delete request.headers;
    const sessionToken = pick(TOKENS);
    const credentials = {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'secret',
      ...(sessionToken && { sessionToken }),
    };
    return { request, credentials };
  });
}

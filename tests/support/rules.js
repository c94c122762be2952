// The rules that several parts of the package apply, as requests on which they could disagree. What is right comes from
// botocore, which signs each of them.

import { Oracle } from '../differential/oracle.js';

export const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
export const TOKEN = 'IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ+/=';

/**
 * @typedef {object} Rule
 * @property {string} rule  which could be broken
 * @property {string} host
 * @property {string} service
 * @property {string} region
 * @property {string} path  on the wire
 * @property {string} query  likewise
 * @property {string} canonicalQuery  the same in its one spelling, as botocore keeps the one it is given
 * @property {[string, string][]} headers
 * @property {string} date  ISO 8601
 * @property {string | undefined} token
 * @property {boolean} tellsScope  whether region and service can be inferred from the host
 * @property {[string, string][]} stale  headers of an earlier signature
 * @property {string} staleQuery  parameters of one
 */

const PLAIN = {
  ...{ host: 'api.example.com', service: 'execute-api', region: 'eu-west-1', path: '/', query: '' },
  ...{
    headers: [],
    date: '2026-02-03T04:05:06Z',
    token: undefined,
    tellsScope: false,
    stale: [],
    staleQuery: '',
  },
};

/** @type {(Partial<Rule> & { rule: string })[]} */
const CASES = [
  { rule: 'path: escapes are encoded once more', path: '/a%20b/%C3%A4' },
  { rule: 'path: an escaped slash is one', path: '/a%2Fb' },
  { rule: 'path: no empty segments', path: '/a//b/' },
  { rule: 'path: what is reserved is encoded', path: "/a(b)!*'$,;:@&=+/c~d-e_f.g" },
  { rule: 'path of S3: encoded once', service: 's3', path: '/a%20b/%C3%A4' },
  { rule: 'path of S3: empty segments stay', service: 's3', path: '/a//b/' },
  { rule: 'query: by name', query: 'b=2&a=1' },
  { rule: 'query: by name before value', query: 'a-b=1&a=2' },
  { rule: 'query: equal names by value', query: 'a=2&a=1&a=10' },
  { rule: 'query: capitals come first', query: 'a=1&B=2' },
  { rule: 'query: no value is an empty one', query: 'acl' },
  { rule: 'query: each byte has one spelling', query: 'x=%7e%c3%a4', canonicalQuery: 'x=~%C3%A4' },
  { rule: 'query: a plus is a space', query: 'x=a+b', canonicalQuery: 'x=a%20b' },
  { rule: 'header value: blanks are one', headers: [['x-amz-meta-a', 'a   b \t c']] },
  { rule: 'header value: quotes do not keep blanks', headers: [['x-amz-meta-a', '"a   b"']] },
  ...[
    ['abc123.execute-api.eu-west-1.amazonaws.com', 'execute-api', 'eu-west-1'],
    ['abc123.lambda-url.us-east-2.on.aws', 'lambda', 'us-east-2'],
    ['bucket.s3.us-west-2.amazonaws.com', 's3', 'us-west-2'],
    ['sts.amazonaws.com', 'sts', 'us-east-1'],
    ['bedrock-runtime.us-west-2.amazonaws.com', 'bedrock', 'us-west-2'],
    ['dynamodb.cn-north-1.amazonaws.com.cn', 'dynamodb', 'cn-north-1'],
    ['search-d-abc.eu-west-1.es.amazonaws.com', 'es', 'eu-west-1'],
  ].map(([host, service, region]) => ({ rule: `host: ${host}`, host, service, region, tellsScope: true })),
  { rule: 'host: with its port', host: 'api.example.com:8443' },
  { rule: 'date: the last second of a leap day', date: '2016-02-29T23:59:59Z' },
  { rule: 'date: the first second of a year', date: '2000-01-01T00:00:00Z' },
  { rule: 'scope: another partition', region: 'us-gov-west-1', service: 'kms' },
  { rule: 'service: S3 sends the hash', service: 's3', token: TOKEN },
  { rule: 'service: S3 Express has its own token', service: 's3express', token: TOKEN },
  { rule: 'service: OpenSearch Serverless takes the hash', service: 'aoss' },
  { rule: 'service: VPC Lattice takes no body', service: 'vpc-lattice-svcs' },
  { rule: 'service: IoT takes the token beside the signature', service: 'iotdevicegateway', token: TOKEN },
  {
    rule: 'headers: those of an earlier signature are replaced',
    token: TOKEN,
    stale: [
      [
        'authorization',
        'AWS4-HMAC-SHA256 Credential=A/20200101/r/s/aws4_request, SignedHeaders=host, Signature=00',
      ],
      ['x-amz-date', '20200101T000000Z'],
      ['x-amz-security-token', 'an-older-one'],
    ],
  },
  {
    rule: 'parameters: those of an earlier signature are replaced',
    query: 'a=1',
    staleQuery:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20200101%2Fr%2Fs%2Faws4_request&X-Amz-Date=20200101T000000Z' +
      '&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Security-Token=t&X-Amz-Signature=00&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD',
  },
];

/** @type {Rule[]} */
export const RULES = CASES.map((one) => ({ ...PLAIN, canonicalQuery: one.query ?? '', ...one }));

/**
 * @typedef {object} Truth
 * @property {string} signature
 * @property {string} signedHeaders
 * @property {string} canonicalRequest
 *
 * @param {string} python  with botocore
 * @param {Rule[]} rules
 * @param {'header' | 'presigned'} mode
 * @param {{ accessKeyId: string, secretAccessKey: string }} [keys]
 * @returns {Promise<Truth[]>}
 */
export async function truths(python, rules, mode, keys = CREDENTIALS) {
  const oracle = await new Oracle(python).start();
  try {
    const answers = await oracle.ask(rules.map((rule) => caseOf(rule, mode, keys)));
    return answers.map(({ botocore }, i) => {
      if (botocore.error) throw new Error(`botocore, ${rules[i].rule}: ${botocore.error}`);
      return botocore;
    });
  } finally {
    oracle.stop();
  }
}

/**
 * @param {Rule} rule
 * @param {'header' | 'presigned'} mode
 * @param {{ accessKeyId: string, secretAccessKey: string }} keys
 */
function caseOf({ host, service, region, path, canonicalQuery, headers, date, token }, mode, keys) {
  return {
    ...{ mode, method: 'GET', scheme: 'https', host, path, query: canonicalQuery, headers, bodyHex: '' },
    ...{ ...keys, sessionToken: token ?? null, service, region, expires: 300 },
    ...{ epochSeconds: Date.parse(date) / 1000, signers: ['botocore'] },
  };
}

/** @param {Rule} rule */
export function urlOf({ host, path, query }) {
  return `https://${host}${path}${query && `?${query}`}`;
}

/** @param {Rule} rule  with what an earlier signature left in it */
export function staleUrlOf({ host, path, query, staleQuery }) {
  const whole = [query, staleQuery].filter((part) => part !== '').join('&');
  return `https://${host}${path}${whole && `?${whole}`}`;
}

/**
 * What botocore sends.
 *
 * @param {Rule} rule
 * @param {Truth} truth
 * @param {{ accessKeyId: string }} [keys]
 * @returns {Record<string, string>}
 */
export function sentHeaders(
  { host, headers, date, token, service, region },
  { signature, signedHeaders, canonicalRequest },
  { accessKeyId } = CREDENTIALS,
) {
  const lines = canonicalRequest.split('\n');
  /** @type {Record<string, string>} */
  const sent = { host, ...Object.fromEntries(headers) };
  for (const name of signedHeaders.split(';')) {
    const line = lines.find((one) => one.startsWith(`${name}:`));
    sent[name] ??= line?.slice(name.length + 1) ?? '';
  }
  // IoT takes it beside what is signed.
  if (token) sent[service === 's3express' ? 'x-amz-s3session-token' : 'x-amz-security-token'] ??= token;
  const day = date.slice(0, 10).replaceAll('-', '');
  sent.authorization =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${day}/${region}/${service}/aws4_request, ` +
    `SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return sent;
}

/**
 * @param {string} canonicalRequest
 * @param {string | undefined} token
 */
export function withoutToken(canonicalRequest, token) {
  return token === undefined ? canonicalRequest : canonicalRequest.replace(token, '<session token>');
}

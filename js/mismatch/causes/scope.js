// Mistakes in the region, the service and the date, in the string to sign and in the key.

import { amzDateOf, parseAmzDate } from '../../protocol/amz-date.js';

/** @type {import('../search.js').Cause[]} */
export const SCOPE_CAUSES = [
  {
    code: 'wrong-region',
    part: 'scope',
    summary:
      'The request was signed for {signed|another region} instead of {expected|the region of this server}.',
    fix: 'Sign for the region of the API, and name the same region in the credential.',
    changes: ({ known, authorization }) =>
      [known.region, ...REGIONS].flatMap((region) => inScope('region', region, authorization)),
  },
  {
    code: 'wrong-service',
    part: 'scope',
    summary:
      'The request was signed for {signed|another service} instead of {expected|the service of this server}.',
    fix: 'Sign with the signing name of the service, such as execute-api for API Gateway.',
    changes: ({ known, authorization }) =>
      [known.service, ...SERVICES].flatMap((service) => inScope('service', service, authorization)),
  },
  {
    code: 'scope-swapped',
    part: 'scope',
    summary: 'The client swapped the region and the service.',
    fix: 'Put the date, the region and the service into the scope and the key in this order.',
    changes: ({ authorization: { region, service } }) => [
      { 'key.region': service, 'key.service': region },
      { 'scope.region': service, 'scope.service': region },
      { 'scope.region': service, 'scope.service': region, 'key.region': service, 'key.service': region },
    ],
  },
  {
    code: 'scope-case',
    part: 'scope',
    summary:
      'The client signed the region or the service in upper or lower case, and named it in the credential in the other.',
    fix: 'Write the region and the service in lower case.',
    changes: ({ authorization }) =>
      /** @type {const} */ (['region', 'service']).flatMap((name) =>
        [authorization[name].toLowerCase(), authorization[name].toUpperCase()].flatMap((text) =>
          inScope(name, text, authorization),
        ),
      ),
  },
  {
    code: 'scope-end',
    part: 'scope',
    summary: 'The client made the scope or the key without aws4_request at its end.',
    fix: 'End the scope with aws4_request, and derive the last step of the key from it.',
    changes: () =>
      ['', 'aws4-request', 'aws_request', 'AWS4_REQUEST'].flatMap((end) => [
        { 'key.end': end },
        { 'scope.end': end },
        { 'scope.end': end, 'key.end': end },
      ]),
  },
  {
    code: 'key-of-another-day',
    part: 'date',
    summary: 'The client derived the key for a day that is not the one in the scope.',
    fix: 'Derive the key again each day, at midnight UTC.',
    changes: ({ authorization }) =>
      daysAround(authorization.day, [-1, 1, -2, -3, -4, -5, -6, -7, 2]).flatMap((day) => [
        { 'key.day': day },
        { 'key.day': day, 'scope.day': day },
      ]),
  },
  {
    code: 'key-of-time',
    part: 'date',
    summary: 'The client derived the key from a date in a form other than YYYYMMDD.',
    fix: 'Make the first step of the key from the date as YYYYMMDD.',
    changes: ({ authorization: { amzDate } }) =>
      [amzDate, ...otherForms(amzDate), isoOf(amzDate).slice(0, 10)].flatMap((day) => [
        { 'key.day': day },
        { 'key.day': day, 'scope.day': day },
      ]),
  },
  {
    code: 'date-differs',
    part: 'date',
    summary:
      'The client signed {signed|another time}, but the time that arrived is {expected|a different one}.',
    fix: 'Read the clock once, and use that time for the header, the scope and the string to sign.',
    changes: ({ received, authorization: { amzDate }, base }) => {
      const millis = parseAmzDate(amzDate);
      const header = Date.parse(received.headers.get('date') ?? '');
      const times = [header, ...SECONDS.map((seconds) => millis + 1000 * seconds)].filter(isTime);
      return times.map(amzDateOf).flatMap((text) => {
        const pieces = { 'scope.amzDate': text };
        return base['headers:x-amz-date'] === undefined
          ? [pieces]
          : [pieces, { 'headers:x-amz-date': text }, { ...pieces, 'headers:x-amz-date': text }];
      });
    },
  },
  {
    code: 'date-format',
    part: 'date',
    summary: 'The client signed the time in a form other than YYYYMMDDTHHMMSSZ.',
    fix: 'Write the time as YYYYMMDDTHHMMSSZ, in UTC, into the string to sign.',
    changes: ({ authorization: { amzDate }, base, received }) =>
      [...otherForms(amzDate), received.headers.get('date') ?? amzDate].flatMap((text) => [
        { 'scope.amzDate': text },
        ...(base['headers:x-amz-date'] === undefined
          ? []
          : [{ 'scope.amzDate': text, 'headers:x-amz-date': text }]),
      ]),
  },
];

/** By how many use them, and what stands there where a setting is missing. */
const REGIONS = [
  ...['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'us-east-2', 'ap-southeast-2', 'ap-northeast-1'],
  ...['ap-southeast-1', 'ap-south-1', 'eu-west-2', 'us-west-1', 'ca-central-1', 'eu-north-1', 'eu-west-3'],
  ...[
    'sa-east-1',
    'ap-northeast-2',
    '',
    'undefined',
    'aws-global',
    'ap-northeast-3',
    'ap-east-1',
    'ap-south-2',
  ],
  ...['ap-southeast-3', 'ap-southeast-4', 'eu-south-1', 'eu-south-2', 'eu-central-2', 'me-south-1', 'auto'],
  ...['me-central-1', 'af-south-1', 'il-central-1', 'ca-west-1', 'mx-central-1', 'us-gov-west-1'],
  ...['us-gov-east-1', 'cn-north-1', 'cn-northwest-1'],
];

/** Signing names, and names that people mistake for one. */
const SERVICES = [
  ...[
    'execute-api',
    's3',
    'lambda',
    'apigateway',
    'es',
    'aoss',
    'appsync',
    'bedrock',
    'sts',
    'iam',
    'dynamodb',
  ],
  ...[
    'sqs',
    'sns',
    'ses',
    'email',
    'iotdata',
    'iotdevicegateway',
    'kinesis',
    'events',
    'secretsmanager',
    'ssm',
  ],
  ...['kms', 'logs', 'monitoring', 'ec2', 'cloudfront', 'cognito-idp', 'bedrock-runtime', 'vpc-lattice-svcs'],
  ...[
    'aps',
    'neptune-db',
    'states',
    's3-object-lambda',
    's3express',
    'opensearch',
    'api-gateway',
    'undefined',
  ],
];

const SECONDS = [-1, 1, -2, 2, -3, 3, -4, -5, 4, 5, -3600, 3600];

/**
 * The region in the credential may differ from the region in all signed parts, or only from that in the key.
 *
 * @param {'region' | 'service'} name
 * @param {string | undefined} value
 * @param {import('../received-request.js').Authorization} authorization
 * @returns {import('../signing-inputs.js').Pieces[]}
 */
function inScope(name, value, authorization) {
  if (value === undefined || value === authorization[name]) return [];
  const [key, text] =
    name === 'region'
      ? [{ 'key.region': value }, { 'scope.region': value }]
      : [{ 'key.service': value }, { 'scope.service': value }];
  return [{ ...key, ...text }, key];
}

/**
 * @param {string} day
 * @param {number[]} offsets  in days
 */
function daysAround(day, offsets) {
  const noon = parseAmzDate(`${day}T120000Z`);
  if (Number.isNaN(noon)) return [];
  const times = offsets.map((offset) => noon + offset * DAY_MILLIS).filter(isTime);
  return times.map((time) => amzDateOf(time).slice(0, 8));
}
const DAY_MILLIS = 86_400_000;

/** @param {number} millis  which YYYYMMDD can write */
function isTime(millis) {
  return millis >= 0 && millis < Date.UTC(9999, 11, 31);
}

/** @param {string} amzDate */
function isoOf(amzDate) {
  return new Date(parseAmzDate(amzDate)).toISOString();
}

/** @param {string} amzDate */
function otherForms(amzDate) {
  const iso = isoOf(amzDate);
  const millis = parseAmzDate(amzDate);
  return [
    iso,
    iso.replace('.000', ''),
    iso.replace(/[-:]/g, ''),
    iso.replace(/[-:]|\.000Z/g, ''),
    new Date(millis).toUTCString(),
    String(millis / 1000),
    String(millis),
    amzDate.slice(0, 8),
  ];
}

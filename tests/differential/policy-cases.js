// Random policies and requests, the same in each run, and the cases in which this package and iam-simulate decide differently.

export const CASES = 6000;
/** With the policies of a user only, or with that of an API, too: the seed of each. */
export const SEEDS = { identity: 3, api: 7, limited: 11 };

/**
 * Where the other decides otherwise, and why we do not follow. The random policies have none of these.
 *
 * @type {Record<string, { why: string, version?: string, statement: any, context: any, decisions: [ours: string, theirs: string] }>}
 */
export const DIFFERENCES = {
  'a wildcard for the API': {
    why: 'they refuse wildcards before the first slash, which AWS refuses for types such as iam::1:u* only',
    statement: { Resource: 'arn:aws:execute-api:*:*:*/GET/pets' },
    context: {},
    decisions: ['allow', 'implicitDeny'],
  },
  'an IPv4 address, and a request by IPv6': {
    why: 'it is not that address; they say so of ranges, but not of single addresses',
    statement: { Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.1' } } },
    context: { 'aws:SourceIp': '2001:db8::1' },
    decisions: ['allow', 'implicitDeny'],
  },
  'all of IPv4': {
    why: 'they get ranges of /0 wrong',
    statement: { Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } },
    context: { 'aws:SourceIp': '192.0.2.1' },
    decisions: ['allow', 'implicitDeny'],
  },
  'a variable in Version 2008-10-17': {
    why: 'AWS: they "are treated as literal strings" there',
    version: '2008-10-17',
    statement: { Condition: { StringEquals: { 'aws:userid': '${aws:username}' } } },
    context: { 'aws:userid': '${aws:username}', 'aws:username': 'ana' },
    decisions: ['allow', 'implicitDeny'],
  },
  'an escaped * where it is no wildcard': {
    why: 'AWS has ${*} "in any string where you can use regular policy variables"; they know it in patterns',
    statement: { Condition: { StringEquals: { 'aws:username': 'a${*}' } } },
    context: { 'aws:username': 'a*' },
    decisions: ['allow', 'implicitDeny'],
  },
  'a list of one value': {
    why: 'whoever fills in the context need not know which keys AWS declares as multivalued',
    statement: { Condition: { StringEquals: { 'aws:TagKeys': 'red' } } },
    context: { 'aws:TagKeys': ['red'] },
    decisions: ['allow', 'implicitDeny'],
  },
  'ForAnyValue with IfExists': {
    why: 'AWS: "If the key is not present, evaluate the condition element as true", of any operator but Null',
    statement: { Condition: { 'ForAnyValue:StringEqualsIfExists': { 'aws:TagKeys': 'red' } } },
    context: {},
    decisions: ['allow', 'implicitDeny'],
  },
  'a variable without a value in NotResource': {
    why: 'AWS: it "might cause the entire statement to be invalid"; they look whether it could matter',
    statement: { Resource: undefined, NotResource: 'arn:aws:execute-api:*:*:other/*/${aws:username}' },
    context: {},
    decisions: ['implicitDeny', 'allow'],
  },
  'a variable without a value in what is denied': {
    why: 'a statement that cannot be evaluated fails closed; with them, it falls away',
    statement: { Effect: 'Deny', Resource: 'arn:aws:execute-api:*:*:*/${aws:username}' },
    context: {},
    decisions: ['explicitDeny', 'implicitDeny'],
  },
  'an address with a port, in what is denied': {
    why: 'likewise: it is no address, so nobody can say that it is another one',
    statement: { Effect: 'Deny', Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } },
    context: { 'aws:SourceIp': '192.0.2.1:80' },
    decisions: ['explicitDeny', 'implicitDeny'],
  },
  'ForAllValues:Null without a value': {
    why: 'AWS: ForAllValues "also returns true if there are no context keys in the request"; to them, it is Null',
    statement: { Condition: { 'ForAllValues:Null': { 'aws:TagKeys': 'false' } } },
    context: {},
    decisions: ['allow', 'implicitDeny'],
  },
  'ForAnyValue:Null without a value': {
    why: 'AWS: ForAnyValue needs a value that matches; to them, it is Null',
    statement: { Condition: { 'ForAnyValue:Null': { 'aws:TagKeys': 'true' } } },
    context: {},
    decisions: ['implicitDeny', 'allow'],
  },
};

/** @param {keyof typeof SEEDS} kind */
export function randomCases(kind) {
  const random = randomOf(SEEDS[kind]);
  return Array.from({ length: CASES }, () => randomCase(random, kind));
}

/** @param {typeof DIFFERENCES[string]} difference */
export function caseOf({ version = '2012-10-17', statement, context }) {
  const resource = `arn:aws:execute-api:eu-west-1:${ACCOUNTS[0]}:abc123/prod/GET/pets`;
  const whole = { Effect: 'Allow', Action: '*', Resource: '*', ...statement };
  return {
    request: { action: ACTIONS[0], resource, context },
    identityPolicies: [JSON.parse(JSON.stringify({ Version: version, Statement: [whole] }))],
    principal: `arn:aws:iam::${ACCOUNTS[0]}:user/ana`,
    resourcePolicy: undefined,
  };
}

/** Mulberry32: the same cases in each run. */
function randomOf(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    chance: (probability) => next() < probability,
    of: (list) => list[Math.floor(next() * list.length)],
    some: (list, most) =>
      Array.from({ length: 1 + Math.floor(next() * most) }, () => list[Math.floor(next() * list.length)]),
  };
}

const ACCOUNTS = ['111122223333', '444455556666'];
const ACTIONS = ['execute-api:Invoke', 'execute-api:InvalidateCache', 'execute-api:ManageConnections'];
const ACTION_PATTERNS = [
  ...ACTIONS,
  'execute-api:*',
  'execute-api:Inv*',
  'EXECUTE-API:invoke',
  'execute-api:?nvoke',
  '*',
  's3:*',
];
const PATHS = ['', '/pets', '/pets/ana', '/pets/ana/toys/1', '/pets/bo', '/a%2Fb', '/09:30'];

function randomCase(random, kind) {
  const withApi = kind !== 'identity';
  const account = ACCOUNTS[0];
  const method = random.of(['GET', 'POST', 'DELETE']);
  const path = `${random.of(['prod', 'test', '$default'])}/${method}${random.of(PATHS) || '/'}`;
  const resource = `arn:aws:execute-api:${random.of(['eu-west-1', 'us-east-1'])}:${account}:abc123/${path}`;
  const context = randomContext(random);
  const principal =
    `arn:aws:${random.of(['iam::A:user/ana', 'iam::A:user/team/bo', 'sts::A:assumed-role/reader/s1'])}`.replace(
      'A',
      withApi && random.chance(0.4) ? ACCOUNTS[1] : account,
    );
  const request = { action: random.of(ACTIONS), resource, context };
  const policyOf = (type) => {
    const Statement = random.some([0, 0, 0], 3).map(() => randomStatement(random, request, type));
    const hasVariables = JSON.stringify(Statement).includes('${');
    return { Version: hasVariables || random.chance(0.8) ? '2012-10-17' : '2008-10-17', Statement };
  };
  return {
    request,
    principal,
    identityPolicies: random.some([0, 0], 2).map(() => policyOf('identity')),
    resourcePolicy: withApi ? policyOf('resource') : undefined,
    ...(kind === 'limited' && limitsOf(random, principal, policyOf)),
  };
}

/** Policies that allow nothing by themselves. */
function limitsOf(random, principal, policyOf) {
  const isSession = principal.includes(':assumed-role/');
  return {
    permissionsBoundary: random.chance(0.6) ? policyOf('identity') : undefined,
    sessionPolicies: isSession && random.chance(0.6) ? [policyOf('identity')] : undefined,
  };
}

function randomStatement(random, { action, resource, context }, type) {
  const effect = random.chance(0.7) ? 'Allow' : 'Deny';
  const principals = ['*', ...ACCOUNTS, `arn:aws:iam::${ACCOUNTS[1]}:root`];
  const names = [
    'iam::A:user/ana',
    'iam::A:user/team/bo',
    'iam::A:role/reader',
    'sts::A:assumed-role/reader/s1',
  ];
  const arns = ACCOUNTS.flatMap((account) => names.map((name) => `arn:aws:${name.replace('A', account)}`));
  const principal = random.chance(0.3) ? '*' : { AWS: random.some([...principals, ...arns], 3) };
  const actions = random.some([action, action, ...ACTION_PATTERNS], 2);
  const resources = random.some([0, 0], 2).map(() => randomPattern(random, resource, effect));
  const isExcluded = random.chance(0.15) && !/\$\{\w+:\w+\}/.test(resources.join());
  return {
    Effect: effect,
    ...(type === 'resource' && { Principal: principal }),
    [random.chance(0.85) ? 'Action' : 'NotAction']: random.chance(0.5) ? actions : actions[0],
    [isExcluded ? 'NotResource' : 'Resource']: random.chance(0.5) ? resources : resources[0],
    ...(random.chance(0.5) && { Condition: randomConditions(random, context) }),
  };
}

function randomPattern(random, resource, effect) {
  if (random.chance(effect === 'Allow' ? 0.15 : 0.05)) return '*';
  const [arn, aws, service, region, account, ...rest] = resource.split(':');
  const path = rest.join(':');
  const at = Math.floor(path.length * (0.4 + 0.6 * random.of([0.1, 0.3, 0.5, 0.7, 0.9])));
  const last = random.of([
    path,
    `${path.slice(0, at)}*`,
    `${path.slice(0, at)}?${path.slice(at + 1)}`,
    `abc123/*${path.slice(at)}`,
    `abc123/*/${path.split('/').slice(2).join('/')}`,
    'abc123/*/*/pets/*',
    'abc123/prod/GET/pets/${aws:username}',
    "abc123/*/pets/${aws:username, 'ana'}*",
    "abc123/*/pets/${aws:PrincipalTag/team, 'bo'}*",
    'abc123/*x${*}y',
    'abc123/*x${?}y',
    '*',
  ]);
  return [
    arn,
    aws,
    service,
    random.of([region, '*', 'eu-*']),
    random.of([account, account, '*', '1111*']),
    last,
  ].join(':');
}

const ADDRESSES = ['192.0.2.1', '192.0.2.200', '198.51.100.7', '2001:db8::1', '2001:db8:1::1'];
const VALUES = {
  'aws:username': ['ana', 'bo', 'Ana', 'a*a'],
  'aws:PrincipalTag/team': ['red', 'Red', 'blue'],
  'aws:SourceIp': ADDRESSES,
  'aws:SecureTransport': ['true', 'false'],
  'aws:CurrentTime': [
    '2026-02-03T04:05:06Z',
    '2026-02-03T06:05:06+02:00',
    '2025-12-31T23:59:59.5Z',
    '2026-02-03',
  ],
  'aws:MultiFactorAuthAge': ['10', '10.0', '3600', '-1'],
  'aws:PrincipalArn': [
    'arn:aws:iam::111122223333:user/ana',
    'arn:aws:iam::111122223333:role/reader',
    'arn:aws:iam::444455556666:user/team/bo',
  ],
  'aws:TagKeys': ['red', 'blue', 'green'],
};

/** Of each kind of operator: keys, and values that they are compared with. */
const CONDITIONS = [
  {
    keys: ['aws:username', 'AWS:UserName'],
    operators: ['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
    values: ['ana', 'ANA', 'BO', '${aws:username}', "${aws:PrincipalTag/team, 'ANA'}"],
  },
  {
    keys: ['aws:username', 'AWS:UserName'],
    operators: ['StringLike', 'StringNotLike'],
    values: ['ana', 'bo', 'a*', '?o', '*', '${*}', 'a${*}a', '?${?}', '${aws:username}'],
  },
  {
    keys: ['aws:username', 'AWS:UserName'],
    operators: ['StringEquals', 'StringNotEquals'],
    values: [
      'ana',
      'ANA',
      'bo',
      'a*',
      '${aws:username}',
      '${aws:PrincipalTag/team}',
      "${aws:PrincipalTag/team, 'ana'}",
    ],
  },
  {
    keys: ['aws:PrincipalTag/team'],
    operators: ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'],
    values: ['red', 'r?d', '*e*', 'blue', '${aws:username}', "${aws:username, 'red'}"],
  },
  {
    keys: ['aws:SourceIp', 'aws:sourceip'],
    operators: ['IpAddress', 'NotIpAddress'],
    values: [
      '192.0.2.1/32',
      '2001:db8::1/128',
      '192.0.2.0/24',
      '192.0.2.0/25',
      '128.0.0.0/1',
      '2001:db8::/32',
      '2001:db8::/64',
      '::/0',
    ],
  },
  { keys: ['aws:SecureTransport'], operators: ['Bool'], values: ['true', 'false', 'TRUE'] },
  {
    keys: ['aws:CurrentTime'],
    operators: [
      'DateEquals',
      'DateNotEquals',
      'DateLessThan',
      'DateLessThanEquals',
      'DateGreaterThan',
      'DateGreaterThanEquals',
    ],
    values: VALUES['aws:CurrentTime'],
  },
  {
    keys: ['aws:MultiFactorAuthAge'],
    operators: [
      'NumericEquals',
      'NumericNotEquals',
      'NumericLessThan',
      'NumericLessThanEquals',
      'NumericGreaterThan',
      'NumericGreaterThanEquals',
    ],
    values: ['10', '11', '9.5', '3600', '-1', '0'],
  },
  {
    keys: ['aws:PrincipalArn'],
    operators: ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
    values: [
      ...VALUES['aws:PrincipalArn'],
      'arn:aws:iam::*:user/*',
      'arn:*:iam::111122223333:role/r??der',
      'arn:aws:iam::*:user/${aws:username}',
      'arn:aws:iam:*:*:*',
    ],
  },
  {
    keys: ['aws:TagKeys'],
    operators: [
      'ForAllValues:StringEquals',
      'ForAllValues:StringNotEquals',
      'ForAnyValue:StringEquals',
      'ForAnyValue:StringNotEquals',
      'ForAllValues:StringLike',
      'ForAnyValue:StringNotLike',
      'StringEquals',
      'StringNotEquals',
    ],
    values: ['red', 'blue', 'g*', 'none'],
  },
];

function randomContext(random) {
  const context = {};
  for (const [key, values] of Object.entries(VALUES)) {
    if (random.chance(0.3)) continue;
    context[random.chance(0.2) ? key.toUpperCase() : key] =
      key === 'aws:TagKeys' && random.chance(0.7)
        ? [random.of(values), ...random.some(values, 2)]
        : random.of(values);
  }
  return context;
}

function randomConditions(random, context) {
  const conditions = {};
  for (const { keys, operators, values } of random.some(CONDITIONS, 2)) {
    const key = random.of(keys);
    if (random.chance(0.1)) {
      conditions.Null = { [key]: random.of(['true', 'false']) };
      continue;
    }
    const base = random.of(operators);
    const operator = base + (random.chance(0.2) && !base.startsWith('ForAny') ? 'IfExists' : '');
    const present = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
    const likely = typeof present === 'string' && random.chance(0.4) ? [present] : values;
    conditions[operator] = { [key]: random.chance(0.5) ? random.some(likely, 3) : random.of(likely) };
  }
  return conditions;
}

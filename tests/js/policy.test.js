// Policies from AWS's documentation, and invalid ones.
//
// Sources: "Control access for invoking an API", "How API Gateway resource policies affect authorization workflow" and
// "API Gateway resource policy examples" in the API Gateway developer guide; the reference of policy elements in the IAM
// user guide.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { evaluateAccess, evaluatePolicies, executeApiArn, parsePolicy } from 'sigv4-wasm/policy';

const API = { region: 'us-east-1', accountId: '111122223333', apiId: 'a1b2c3' };
const INVOKE = 'execute-api:Invoke';
const ANA = 'arn:aws:iam::111122223333:user/ana';
const STRANGER = 'arn:aws:iam::444455556666:user/bo';

/** @param {string} text  such as `prod GET /pets` */
function arnOf(text) {
  const [stage, method, path] = text.split(' ');
  return executeApiArn({ ...API, stage, method, path });
}

/** @param {any} statements */
const policy = (statements) => ({ Version: '2012-10-17', Statement: statements });

/** @param {Record<string, unknown>} elements */
const allow = (elements) => policy({ Effect: 'Allow', Action: INVOKE, Resource: '*', ...elements });

/** @param {any} condition @param {any} context */
function holds(condition, context = {}) {
  const request = { action: INVOKE, resource: arnOf('prod GET /pets'), context };
  return evaluatePolicies([allow({ Condition: condition })], request).decision === 'allow';
}

describe('ARNs', () => {
  const arn = 'arn:aws:execute-api:us-east-1:111122223333:a1b2c3';
  const ARNS = [
    ['the path loses its first slash', 'prod GET /pets/1', `${arn}/prod/GET/pets/1`],
    ['that of the root is empty', 'prod GET /', `${arn}/prod/GET/`],
    ['a slash at the end stays', '$default POST /pets/', `${arn}/$default/POST/pets/`],
    ['escapes stay', 'prod GET /a%2Fb:c', `${arn}/prod/GET/a%2Fb:c`],
    ['a route key has no path', 'prod $connect', `${arn}/prod/$connect`],
  ];
  for (const [name, text, expected] of ARNS) test(name, () => assert.equal(arnOf(text), expected));

  test('another partition', () => {
    const method = { ...API, partition: 'aws-cn', stage: 'prod', method: 'GET', path: '/' };
    assert.equal(executeApiArn(method), `${arn.replace('aws', 'aws-cn')}/prod/GET/`);
  });

  test('a part that would shift the others is refused', () => {
    for (const part of [
      { stage: 'a/b' },
      { region: '' },
      { apiId: 'x:y' },
      { accountId: undefined },
      { path: '/a?b' },
    ]) {
      const method = /** @type {any} */ ({ ...API, stage: 'prod', method: 'GET', path: '/', ...part });
      assert.throws(() => executeApiArn(method), { code: 'ERR_SIGV4_OPTION_INVALID' });
    }
  });
});

describe('resources of the developer guide', () => {
  /** pattern: [what it matches, what it does not] */
  const RESOURCES = {
    'arn:aws:execute-api:*:*:*': [['prod GET /', 'test POST /pets/1'], []],
    'arn:aws:execute-api:us-east-1:*:*': [['prod GET /pets'], []],
    'arn:aws:execute-api:eu-west-1:*:*': [[], ['prod GET /pets']],
    'arn:aws:execute-api:us-east-1:*:a1b2c3/*': [['prod GET /', 'test POST /pets/1'], []],
    'arn:aws:execute-api:us-east-1:*:a1b2c3/test/*': [['test GET /pets'], ['prod GET /pets', 'test2 GET /']],
    'arn:aws:execute-api:us-east-1:*:a1b2c3/test/POST/pets/*': [
      ['test POST /pets/1', 'test POST /pets/1/toys/2', 'test POST /pets/'],
      ['test POST /pets', 'test GET /pets/1', 'test POST /petsy'],
    ],
    'arn:aws:execute-api:*:*:a1b2c3/*/*/petstorewalkthrough/pets': [
      ['prod GET /petstorewalkthrough/pets', 'test PUT /x/petstorewalkthrough/pets'],
      ['prod GET /petstorewalkthrough/pets/1', 'prod GET /petstorewalkthrough/Pets'],
    ],
    'arn:aws:execute-api:us-east-1:111122223333:a1b2c3/*/GET/pets': [
      ['prod GET /pets'],
      ['prod POST /pets', 'prod GET /pets/'],
    ],
    'arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/GET/': [['prod GET /'], ['prod GET /pets']],
    'arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/GET/p?ts': [
      ['prod GET /pets', 'prod GET /p😀ts'],
      ['prod GET /pts', 'prod GET /peets'],
    ],
    'arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/$connect': [
      ['prod $connect'],
      ['prod $disconnect'],
    ],
    // "AWS automatically completes it by adding wildcard characters to all missing fields."
    'arn:aws:execute-api:us-east-1': [['prod GET /pets'], []],
    'arn:aws:s3:::*': [[], ['prod GET /pets']],
  };
  for (const [pattern, [matching, others]] of Object.entries(RESOURCES)) {
    test(pattern, () => {
      for (const text of [...matching, ...others]) {
        const { decision } = evaluatePolicies([allow({ Resource: pattern })], {
          action: INVOKE,
          resource: arnOf(text),
        });
        assert.equal(decision, matching.includes(text) ? 'allow' : 'implicitDeny', text);
        const denies = policy({ Effect: 'Deny', Action: '*', NotResource: ['arn:aws:sqs:*:*:*', pattern] });
        const { decision: other } = evaluatePolicies([denies], { action: INVOKE, resource: arnOf(text) });
        assert.equal(other, matching.includes(text) ? 'implicitDeny' : 'explicitDeny', `not ${text}`);
      }
    });
  }
});

describe('decisions', () => {
  const pets = policy([
    {
      Sid: 'list',
      Effect: 'Allow',
      Action: [INVOKE],
      Resource: ['arn:aws:execute-api:us-east-1:*:a1b2c3/*/GET/pets'],
    },
    {
      Sid: 'add',
      Effect: 'Deny',
      Action: [INVOKE],
      Resource: ['arn:aws:execute-api:us-east-1:*:a1b2c3/*/POST/pets'],
    },
  ]);
  const everything = allow({ Action: 'execute-api:*' });

  /** name: [policies, method, what comes out] */
  const DECISIONS = {
    'a statement that allows': [
      [pets],
      'prod GET /pets',
      { decision: 'allow', statement: { policy: 0, statement: 0, sid: 'list' } },
    ],
    'a statement that denies': [
      [pets],
      'prod POST /pets',
      { decision: 'explicitDeny', statement: { policy: 0, statement: 1, sid: 'add' } },
    ],
    'no statement': [
      [pets],
      'prod GET /users',
      {
        decision: 'implicitDeny',
        nearest: {
          ...{ policy: 0, statement: 0, sid: 'list', element: 'Resource' },
          expected: ['arn:aws:execute-api:us-east-1:*:a1b2c3/*/GET/pets'],
          given: [arnOf('prod GET /users')],
        },
      },
    ],
    'no policy': [[], 'prod GET /pets', { decision: 'implicitDeny' }],
    'a deny in another policy wins': [
      [everything, pets],
      'prod POST /pets',
      { decision: 'explicitDeny', statement: { policy: 1, statement: 1, sid: 'add' } },
    ],
    'the first that allows': [
      [pets, everything],
      'prod GET /users',
      { decision: 'allow', statement: { policy: 1, statement: 0 } },
    ],
    JSON: [
      [JSON.stringify({ ...pets, Id: '"Id": \\' }, null, 2)],
      'prod GET /pets',
      { decision: 'allow', statement: { policy: 0, statement: 0, sid: 'list' } },
    ],
    'parsed before': [
      [parsePolicy(pets)],
      'prod GET /pets',
      { decision: 'allow', statement: { policy: 0, statement: 0, sid: 'list' } },
    ],
    NotAction: [
      [allow({ Action: undefined, NotAction: 'execute-api:Manage*' })],
      'prod GET /pets',
      { decision: 'allow', statement: { policy: 0, statement: 0 } },
    ],
  };
  for (const [name, [policies, method, expected]] of Object.entries(DECISIONS)) {
    test(name, () =>
      assert.deepEqual(evaluatePolicies(policies, { action: INVOKE, resource: arnOf(method) }), expected),
    );
  }

  test('the names of actions have no case, and other actions are others', () => {
    const resource = arnOf('prod POST /@connections/abc');
    const policies = [allow({ Action: 'Execute-API:manage*' })];
    assert.equal(
      evaluatePolicies(policies, { action: 'execute-api:ManageConnections', resource }).decision,
      'allow',
    );
    assert.equal(evaluatePolicies(policies, { action: INVOKE, resource }).decision, 'implicitDeny');
  });

  test('a parsed policy does not change with its document', () => {
    const document = structuredClone(pets);
    const parsed = parsePolicy(document);
    document.Statement.length = 1;
    const request = { action: INVOKE, resource: arnOf('prod POST /pets') };
    assert.equal(evaluatePolicies([parsed], request).decision, 'explicitDeny');
  });

  test('a request without action, ARN or readable context is refused', () => {
    const request = { action: INVOKE, resource: arnOf('prod GET /pets'), context: {} };
    for (const part of [
      { action: 'Invoke' },
      { action: 'execute-api:*' },
      { resource: '/pets' },
      { context: { 'aws:userid': {} } },
      { context: { 'aws:CurrentTime': new Date(NaN) } },
      { context: { 'aws:EpochTime': NaN } },
    ]) {
      assert.throws(() => evaluatePolicies([pets], /** @type {any} */ ({ ...request, ...part })), {
        code: 'ERR_SIGV4_OPTION_INVALID',
      });
    }
    assert.throws(
      () => evaluatePolicies([parsePolicy(allow({ Principal: '*' }), { type: 'resource' })], request),
      { code: 'ERR_SIGV4_OPTION_INVALID' },
    );
  });
});

describe('conditions', () => {
  const time = 'aws:CurrentTime';
  /** [condition, context, whether it holds] */
  const CONDITIONS = [
    // What iam-simulate is not asked, or answers otherwise: see policy.simulate.test.js.
    [{ IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } }, { 'aws:SourceIp': '192.0.2.1' }, true],
    [{ IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } }, { 'aws:SourceIp': '2001:db8::1' }, false],
    [{ IpAddress: { 'aws:SourceIp': '::/0' } }, { 'aws:SourceIp': '192.0.2.1' }, false],
    [{ IpAddress: { 'aws:SourceIp': '192.0.2.7' } }, { 'aws:SourceIp': '192.0.2.7' }, true],
    [{ IpAddress: { 'aws:SourceIp': '192.0.2.7/24' } }, { 'aws:SourceIp': '192.0.2.200' }, true],
    [{ IpAddress: { 'aws:SourceIp': '192.0.2.0/25' } }, { 'aws:SourceIp': '192.0.2.128' }, false],
    [{ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { 'aws:SourceIp': '::ffff:10.1.2.3' }, true],
    [{ IpAddress: { 'aws:SourceIp': '2001:db8::/32' } }, { 'aws:SourceIp': '2001:0DB8:0:0::5' }, true],
    [{ IpAddress: { 'aws:SourceIp': '2001:db8:0:0:0:0:0:5' } }, { 'aws:SourceIp': '2001:db8::5' }, true],
    [{ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, { 'aws:SourceIp': '192.0.2.1/24' }, false],
    [{ IpAddress: { 'aws:SourceIp': '::ffff:0:0/80' } }, { 'aws:SourceIp': '::fffe:0:1' }, true],
    [{ IpAddress: { 'aws:SourceIp': '0.0.0.0/24' } }, { 'aws:SourceIp': '0.0.0.0/8' }, false],
    [{ NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } }, { 'aws:MultiFactorAuthAge': 300 }, true],
    [{ NumericEquals: { 'aws:MultiFactorAuthAge': 10 } }, { 'aws:MultiFactorAuthAge': '10.0' }, true],
    [
      { DateLessThan: { [time]: '2026-01-01T00:00:00Z' } },
      { [time]: new Date('2025-12-31T23:59:59.999Z') },
      true,
    ],
    [{ DateLessThan: { [time]: '2026-01-01T00:00:00Z' } }, { [time]: '2026-01-01T00:00:00Z' }, false],
    [{ DateLessThan: { [time]: '2026-01-01T00:00:00Z' } }, { [time]: '2026-01-01T00:30:00+01:00' }, true],
    [{ DateGreaterThan: { 'aws:EpochTime': '2026-01-01T00:00:00Z' } }, { 'aws:EpochTime': 1767225601 }, true],
    [{ DateGreaterThan: { [time]: '1767225600' } }, { [time]: '2026-01-01T00:00:01Z' }, true],
    [{ Bool: { 'aws:SecureTransport': true } }, { 'aws:SecureTransport': true }, true],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, {}, false],
    [{ BinaryEquals: { 'app:key': 'QmluYXJ5' } }, { 'app:key': 'QmluYXJ5' }, true],
    [{ BinaryEquals: { 'app:key': 'QmluYXJ5' } }, { 'app:key': 'qmluYXJ5' }, false],
    [
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } },
      { 'aws:PrincipalArn': 'arn:aws:iam::1:role/a/b' },
      true,
    ],
    // Each field for itself: the * does not reach over a colon, but in the last.
    [
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/x:*:*' } },
      { 'aws:PrincipalArn': 'arn:aws:iam::1:role/x' },
      false,
    ],
    [{ ArnLike: { 'aws:PrincipalArn': '*' } }, { 'aws:PrincipalArn': ANA }, true],
    [{ ArnLike: { 'aws:PrincipalArn': '*' } }, { 'aws:PrincipalArn': 'ana' }, false],
    [
      { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:a:b' } },
      { 'aws:SourceArn': 'arn:aws:sns:x:1:a:b' },
      true,
    ],
    [
      { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:a:b' } },
      { 'aws:SourceArn': 'arn:aws:sns:x:1:a:c' },
      false,
    ],
    [{ ArnEquals: { 'aws:PrincipalArn': '${app:arn}' } }, { 'aws:PrincipalArn': ANA, 'app:arn': ANA }, true],
    [{ StringEquals: { 'aws:username': 'a${*}b${?}${$}{c}' } }, { 'aws:username': 'a*b?${c}' }, true],
    [
      { StringLike: { 'aws:username': '${aws:userid}' } },
      { 'aws:username': 'anything', 'aws:userid': '*' },
      false,
    ],
    [{ StringEquals: { 'aws:username': "${aws:userid, ''}" } }, { 'aws:username': '' }, true],
    [
      { StringEquals: { 'aws:username': '${aws:TagKeys}' } },
      { 'aws:username': 'a', 'aws:TagKeys': ['a', 'b'] },
      false,
    ],
    [
      { StringEquals: { 'aws:PrincipalTag/Team Name': 'red' } },
      { 'aws:principaltag/team name': 'red' },
      true,
    ],
    [{ StringEqualsIgnoreCase: { 'aws:username': 'ÄNA' } }, { 'aws:username': 'äna' }, true],
    [{ StringEquals: { 'aws:SourceVpce': ['vpce-1', 'vpce-2'] } }, { 'aws:SourceVpce': 'vpce-2' }, true],
    [{ StringNotEquals: { 'aws:SourceVpce': ['vpce-1', 'vpce-2'] } }, { 'aws:SourceVpce': 'vpce-2' }, false],
    [
      { StringEquals: { 'aws:RequestedRegion': 'eu-west-1', 'aws:username': 'ana' } },
      { 'aws:RequestedRegion': 'eu-west-1' },
      false,
    ],
    [{ Null: { 'aws:TokenIssueTime': 'true' } }, {}, true],
    [{ Null: { 'aws:TokenIssueTime': 'true' } }, { 'aws:TokenIssueTime': undefined }, true],
    [{ Null: { 'aws:TagKeys': 'true' } }, { 'aws:TagKeys': [] }, true],
    [{ Null: { 'aws:TokenIssueTime': false } }, { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' }, true],
    // As AWS's policy simulator decided: PMapper, tests/test_local_querying.py, test_null_condition_handling.
    [{ 'ForAllValues:Null': { 'aws:username': 'false' } }, { 'aws:username': 'asdf' }, true],
    [{ 'ForAllValues:Null': { 'aws:username': 'false' } }, {}, true],
    [{ 'ForAllValues:Null': { 'aws:username': 'true' } }, { 'aws:username': 'asdf' }, false],
    [{ 'ForAllValues:Null': { 'aws:username': 'true' } }, {}, true],
    [{ 'ForAnyValue:Null': { 'aws:username': 'true' } }, { 'aws:username': 'asdf' }, false],
    [{ 'ForAnyValue:Null': { 'aws:username': 'true' } }, {}, false],
    [{ 'ForAnyValue:Null': { 'aws:username': 'false' } }, { 'aws:username': 'asdf' }, true],
    [{ 'ForAnyValue:Null': { 'aws:username': 'false' } }, {}, false],
    [{ 'ForAnyValue:Null': { 'aws:TagKeys': 'false' } }, { 'aws:TagKeys': ['a', 'b'] }, true],
    // "This condition block is empty and it does not affect the policy": policy checks of IAM Access Analyzer.
    [{}, {}, true],
    // Identity providers, as the IAM user guide writes them in trust policies.
    ...[
      'cognito-identity.amazonaws.com:sub',
      'accounts.google.com:aud',
      'graph.facebook.com:app_id',
      'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE:sub',
      'token.actions.githubusercontent.com:sub',
      'idp.example.com:8443/realms/a:sub',
      'SAML:aud',
      'saml:edupersonorgdn',
    ].flatMap((key) => [
      [{ StringEquals: { [key]: 'me' } }, { [key.toLowerCase()]: 'me' }, true],
      [{ StringEquals: { [key]: 'me' } }, { [key]: 'you' }, false],
      [{ StringEquals: { 'aws:userid': `a-\${${key}}` } }, { [key]: 'me', 'aws:userid': 'a-me' }, true],
      [{ StringEquals: { 'aws:userid': `a-\${${key}, 'us'}` } }, { 'aws:userid': 'a-us' }, true],
    ]),
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } }, { 'aws:TagKeys': [] }, true],
    [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } }, { 'aws:TagKeys': [] }, false],
    [{ 'ForAnyValue:StringEqualsIfExists': { 'aws:TagKeys': 'a' } }, {}, true],
    [{ StringEquals: { 'aws:TagKeys': 'a' } }, { 'aws:TagKeys': ['a', 'b'] }, false],
    [{ StringNotEquals: { 'aws:TagKeys': 'c' } }, { 'aws:TagKeys': ['a', 'b'] }, false],
  ];
  for (const [condition, context, expected] of CONDITIONS) {
    test(`${JSON.stringify(condition)} of ${JSON.stringify(context)}`, () => {
      assert.equal(holds(condition, context), expected);
    });
  }

  test('every short pattern with * and ? matches what the regular expression does', () => {
    const patterns = words('ab*?', 4);
    const texts = words('ab', 5);
    const wrong = [];
    for (const pattern of patterns) {
      const parsed = parsePolicy(allow({ Condition: { StringLike: { 'aws:username': pattern } } }));
      const expected = new RegExp(`^${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`);
      for (const text of texts) {
        const request = { action: INVOKE, resource: arnOf('prod GET /'), context: { 'aws:username': text } };
        const isAllowed = evaluatePolicies([parsed], request).decision === 'allow';
        if (isAllowed !== expected.test(text)) wrong.push([pattern, text]);
      }
    }
    assert.deepEqual(wrong, []);
  });

  /**
   * @param {string} letters
   * @param {number} length
   * @returns {string[]} all words of up to that length
   */
  function words(letters, length) {
    if (length === 0) return [''];
    const shorter = words(letters, length - 1);
    const longest = shorter.filter((word) => word.length === length - 1);
    return [...shorter, ...longest.flatMap((word) => Array.from(letters, (letter) => word + letter))];
  }

  test('nothing is a variable in Version 2008-10-17, or without one', () => {
    for (const Version of ['2008-10-17', undefined]) {
      const document = { ...allow({ Condition: { StringEquals: { 'aws:userid': '${aws:x}' } } }), Version };
      const request = {
        action: INVOKE,
        resource: arnOf('prod GET /'),
        context: { 'aws:userid': '${aws:x}', 'aws:x': 'y' },
      };
      assert.equal(evaluatePolicies([document], request).decision, 'allow');
    }
  });

  test('the variable of an identity provider names a resource', () => {
    const Resource = 'arn:aws:execute-api:*:*:*/GET/${cognito-identity.amazonaws.com:sub}';
    for (const [sub, expected] of [
      ['ana', 'allow'],
      ['bo', 'implicitDeny'],
    ]) {
      const context = { 'cognito-identity.amazonaws.com:sub': sub };
      const request = { action: INVOKE, resource: arnOf('prod GET /ana'), context };
      assert.equal(evaluatePolicies([allow({ Resource })], request).decision, expected);
    }
  });
});

// "If AWS cannot resolve a variable this might cause the entire statement to be invalid": the IAM user guide.
describe('a statement that cannot be evaluated allows nothing, denies what it may be about, and is named', () => {
  const time = 'aws:CurrentTime';
  const [ip, age, arn] = ['aws:SourceIp', 'aws:MultiFactorAuthAge', 'aws:PrincipalArn'];
  /** Of each operator that reads its values: what a policy may compare with, and values of a request that it cannot read. */
  const UNREADABLE = [
    [
      ['IpAddress', 'NotIpAddress'],
      ip,
      '10.0.0.0/8',
      ['10.0.0.1:80', '[::1]:80', 'unknown', '', '10.0.0.0/8'],
    ],
    [
      ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
        (name) => `Numeric${name}`,
      ),
      age,
      '10',
      ['ten', '', '0x10', '1,5'],
    ],
    [
      ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
        (name) => `Date${name}`,
      ),
      time,
      '2026-02-03T04:05:06Z',
      ['yesterday', '', '2026-02-30', '2026-02-03T04:05:06'],
    ],
    [['Bool'], 'aws:SecureTransport', 'true', ['yes', '', '1']],
    [['BinaryEquals'], 'app:key', 'QmluYXJ5', ['a_b=', '?']],
    [
      ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
      arn,
      'arn:aws:iam::*:user/*',
      ['ana', '', 'a:b:c:d:e:f'],
    ],
  ];
  const request = (context) => ({ action: INVOKE, resource: arnOf('prod GET /pets'), context });
  const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
  const decisionsOf = (elements, context) =>
    ['Allow', 'Deny'].map((Effect) => {
      const statement = { ...everything, ...elements, Sid: 'it', Effect };
      const policies = [policy(Effect === 'Allow' ? statement : [everything, statement])];
      return evaluatePolicies(policies, request(context));
    });

  for (const [operators, key, expected, values] of UNREADABLE) {
    for (const base of operators) {
      test(base, () => {
        const forms = [base, `${base}IfExists`, `ForAllValues:${base}`, `ForAnyValue:${base}`];
        for (const operator of forms) {
          for (const value of values) {
            // With a set operator, one value that cannot be read is enough.
            const lists = operator.includes(':') ? [[value], [expected, value]] : [[value]];
            for (const list of lists) {
              const [allowed, denied] = decisionsOf(
                { Condition: { [operator]: { [key]: expected } } },
                { [key]: list },
              );
              const what = `${operator} of ${JSON.stringify(list)}`;
              assert.equal(allowed.decision, 'implicitDeny', what);
              assert.equal(denied.decision, 'explicitDeny', what);
              for (const [{ unevaluated }, statement] of [
                [allowed, 0],
                [denied, 1],
              ]) {
                const [{ reason, ...place }, ...others] = unevaluated;
                assert.deepEqual([place, others], [{ policy: 0, statement, sid: 'it', key }, []], what);
                assert.match(reason, /^the request has ".*" there, which is not /);
              }
            }
          }
          // A key that is absent stays as AWS documents it, and what can be read is read.
          for (const context of [{}, { [key]: expected === '10.0.0.0/8' ? '10.1.1.1' : expected }]) {
            const outcomes = decisionsOf({ Condition: { [operator]: { [key]: expected } } }, context);
            for (const { unevaluated } of outcomes) assert.equal(unevaluated, undefined);
          }
        }
      });
    }
  }

  const variable = '${aws:username}';
  const one = `arn:aws:execute-api:*:*:*/${variable}`;
  for (const [name, elements] of Object.entries({
    Resource: { Resource: one },
    'one of several resources': { Resource: [one, '*'] },
    NotResource: { Resource: undefined, NotResource: `${one}/x` },
    StringEquals: { Condition: { StringEquals: { 'aws:userid': variable } } },
    StringNotEquals: { Condition: { StringNotEquals: { 'aws:userid': variable } } },
    StringLikeIfExists: { Condition: { StringLikeIfExists: { 'aws:userid': `${variable}*` } } },
    'one of several values': { Condition: { StringNotLike: { 'aws:userid': ['x', variable] } } },
    ForAllValues: { Condition: { 'ForAllValues:StringEquals': { 'aws:userid': variable } } },
    ForAnyValue: { Condition: { 'ForAnyValue:StringNotEquals': { 'aws:userid': variable } } },
    ArnNotLike: { Condition: { ArnNotLike: { 'app:arn': `arn:aws:iam::*:user/${variable}` } } },
  })) {
    test(`a variable without one value: ${name}`, () => {
      const known = { 'aws:userid': 'AIDA', 'app:arn': 'arn:aws:iam::1:user/x' };
      for (const username of [undefined, [], ['a', 'b']]) {
        const [allowed, denied] = decisionsOf(elements, { ...known, 'aws:username': username });
        assert.equal(allowed.decision, 'implicitDeny');
        assert.deepEqual(denied.statement, { policy: 0, statement: 1, sid: 'it' });
        assert.equal(denied.decision, 'explicitDeny');
        for (const { unevaluated } of [allowed, denied]) {
          assert.deepEqual([unevaluated.length, unevaluated[0].key], [1, 'aws:username']);
        }
      }
      const [allowed] = decisionsOf(elements, { ...known, 'aws:username': 'pets' });
      assert.equal(allowed.unevaluated, undefined);
    });
  }

  test('what fills a variable must make an ARN of it', () => {
    const Condition = { ArnNotEquals: { 'aws:PrincipalArn': '${app:arn}' } };
    const [allowed, denied] = decisionsOf({ Condition }, { 'aws:PrincipalArn': ANA, 'app:arn': 'ana' });
    assert.deepEqual([allowed.decision, denied.decision], ['implicitDeny', 'explicitDeny']);
    assert.equal(denied.unevaluated[0].key, 'app:arn');
  });

  test('it is not about another action, resource, caller, or a request that another condition leaves out', () => {
    const Condition = { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };
    const context = { 'aws:SourceIp': '10.0.0.1:80', 'aws:username': 'ana' };
    for (const elements of [
      { Action: 's3:*', Condition },
      { Resource: 'arn:aws:execute-api:*:*:other/*', Condition },
      { Resource: 'arn:aws:execute-api:*:*:other/${aws:userid}' },
      { Resource: undefined, NotResource: [arnOf('prod GET /pets'), 'arn:aws:s3:::${aws:userid}'] },
      { Condition: { ...Condition, StringEquals: { 'aws:username': 'bo' } } },
    ]) {
      const [allowed, denied] = decisionsOf(elements, context);
      const { decision, unevaluated } = allowed;
      assert.deepEqual({ decision, unevaluated }, { decision: 'implicitDeny', unevaluated: undefined });
      assert.deepEqual(denied, { decision: 'allow', statement: { policy: 0, statement: 0 } });
    }
    const resourcePolicy = policy({ ...everything, Principal: { AWS: STRANGER }, Effect: 'Deny', Condition });
    const access = { ...request(context), principal: ANA, identityPolicies: [allow({})], resourcePolicy };
    assert.equal(evaluateAccess(access).decision, 'allow');
    const { decision, resource } = evaluateAccess({ ...access, principal: STRANGER });
    assert.deepEqual([decision, resource.unevaluated?.[0].key], ['explicitDeny', 'aws:SourceIp']);
  });

  test('a statement that allows without it decides', () => {
    const unreadable = allow({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } });
    const outcome = evaluatePolicies([unreadable, allow({})], request({ 'aws:SourceIp': 'unknown' }));
    assert.deepEqual([outcome.decision, outcome.statement?.policy], ['allow', 1]);
    assert.equal(outcome.unevaluated?.[0].policy, 0);
  });
});

describe('with the policy of an API', () => {
  const SESSION = 'arn:aws:sts::111122223333:assumed-role/reader/s1';
  const yes = [allow({})];
  const no = [policy({ Effect: 'Deny', Action: '*', Resource: '*' })];
  /** @param {string} Effect @param {any} [Principal] */
  const api = (Effect, Principal = '*') =>
    policy({ Effect, Principal, Action: INVOKE, Resource: 'execute-api:/prod/*' });

  // Tables A and B of "How API Gateway resource policies affect authorization workflow".
  /** caller's: [[API's, same account, other account]] */
  const TABLES = [
    [yes, api('Allow'), 'allow', 'allow'],
    [yes, undefined, 'allow', 'implicitDeny'],
    [yes, api('Deny'), 'explicitDeny', 'explicitDeny'],
    [[], api('Allow'), 'allow', 'implicitDeny'],
    [[], undefined, 'implicitDeny', 'implicitDeny'],
    [[], api('Deny'), 'explicitDeny', 'explicitDeny'],
    [no, api('Allow'), 'explicitDeny', 'explicitDeny'],
    [no, undefined, 'explicitDeny', 'explicitDeny'],
    [no, api('Deny'), 'explicitDeny', 'explicitDeny'],
  ];
  /** @param {any} options */
  const decide = (options) =>
    evaluateAccess({ action: INVOKE, resource: arnOf('prod GET /pets'), identityPolicies: [], ...options });
  for (const [identityPolicies, resourcePolicy, same, other] of TABLES) {
    const names = [identityPolicies[0]?.Statement.Effect, resourcePolicy?.Statement.Effect];
    test(`caller: ${names[0] ?? 'nothing'}, API: ${names[1] ?? 'nothing'}`, () => {
      assert.equal(decide({ principal: ANA, identityPolicies, resourcePolicy }).decision, same);
      assert.equal(decide({ principal: STRANGER, identityPolicies, resourcePolicy }).decision, other);
    });
  }

  test('who decided', () => {
    assert.deepEqual(decide({ principal: STRANGER, identityPolicies: yes, resourcePolicy: api('Allow') }), {
      decision: 'allow',
      decidedBy: 'resource',
      identity: { decision: 'allow', statement: { policy: 0, statement: 0 } },
      resource: { decision: 'allow', statement: { policy: 0, statement: 0 } },
    });
  });

  // "Permissions boundaries for IAM entities" and "Session policies", IAM user guide. tests/policy_access.rs has every combination.
  describe('what limits the policies of the caller', () => {
    const other = allow({ Action: 's3:*' });
    const session = { principal: SESSION, identityPolicies: yes };
    const decided = (/** @type {any} */ options) => {
      const { decision, decidedBy } = decide(options);
      return [decision, decidedBy];
    };

    test('a permissions boundary', () => {
      assert.deepEqual(decided({ ...session, permissionsBoundary: yes[0] }), ['allow', 'identity']);
      const access = decide({ ...session, permissionsBoundary: other });
      assert.deepEqual([access.decision, access.decidedBy], ['implicitDeny', 'permissionsBoundary']);
      assert.equal(access.permissionsBoundary.nearest.element, 'Action');
      assert.equal(access.identity.decision, 'allow');
      assert.equal('session' in access, false);
      const denied = decide({ ...session, permissionsBoundary: no[0] });
      assert.deepEqual([denied.decision, denied.decidedBy], ['explicitDeny', 'permissionsBoundary']);
      assert.deepEqual(denied.permissionsBoundary.statement, { policy: 0, statement: 0 });
    });

    test('policies of a session, of which one that allows is enough', () => {
      assert.deepEqual(decided({ ...session, sessionPolicies: [other, yes[0]] }), ['allow', 'identity']);
      assert.deepEqual(decided({ ...session, sessionPolicies: [] }), ['allow', 'identity']);
      const access = decide({ ...session, sessionPolicies: [other] });
      assert.deepEqual([access.decision, access.decidedBy], ['implicitDeny', 'session']);
      assert.deepEqual([access.session.nearest.policy, 'permissionsBoundary' in access], [0, false]);
    });

    test('a grant of the API to the role, but not to the session itself', () => {
      const role = api('Allow', { AWS: 'arn:aws:iam::111122223333:role/reader' });
      const limits = { principal: SESSION, permissionsBoundary: other, sessionPolicies: [yes[0]] };
      assert.deepEqual(decided({ ...limits, resourcePolicy: role }), ['implicitDeny', 'permissionsBoundary']);
      assert.deepEqual(decided({ ...limits, resourcePolicy: api('Allow', { AWS: SESSION }) }), [
        'allow',
        'resource',
      ]);
    });

    test('their mistakes are named', () => {
      assert.throws(() => decide({ permissionsBoundary: { Statement: 1 } }), {
        code: 'ERR_SIGV4_POLICY_INVALID',
        message: /^permissionsBoundary, /,
      });
      assert.throws(() => decide({ sessionPolicies: [yes[0], {}] }), { message: /^sessionPolicies\[1\]/ });
      assert.throws(() => decide({ sessionPolicies: {} }), { code: 'ERR_SIGV4_OPTION_INVALID' });
      const ofApi = parsePolicy(api('Allow'), { type: 'resource' });
      assert.throws(() => decide({ permissionsBoundary: ofApi }), { code: 'ERR_SIGV4_OPTION_INVALID' });
    });
  });

  test('without credentials, the policy of the API decides, for everybody only', () => {
    assert.equal(decide({ resourcePolicy: api('Allow') }).decision, 'allow');
    assert.equal(decide({ resourcePolicy: api('Allow', { AWS: '*' }) }).decision, 'allow');
    assert.equal(decide({ resourcePolicy: api('Allow', { AWS: '111122223333' }) }).decision, 'implicitDeny');
    assert.equal(decide({}).decision, 'implicitDeny');
  });

  /** principal: [who is meant, who is not] */
  const PRINCIPALS = [
    [ANA, [ANA], [`${ANA}s`, STRANGER, SESSION]],
    [
      'arn:aws:iam::111122223333:role/team/reader',
      [SESSION],
      [
        ANA,
        'arn:aws:sts::111122223333:assumed-role/reader2/s1',
        'arn:aws:sts::444455556666:assumed-role/reader/s1',
      ],
    ],
    [SESSION, [SESSION], [SESSION.replace('s1', 's2')]],
    [[STRANGER, ANA], [ANA], [SESSION]],
    // An account may then decide itself, so this alone lets nobody in but its root.
    ['111122223333', ['arn:aws:iam::111122223333:root'], [ANA, STRANGER]],
    [['111122223333', ANA], [ANA], [SESSION]],
    ['arn:aws:iam::111122223333:root', ['arn:aws:iam::111122223333:root'], [ANA]],
  ];
  for (const [AWS, meant, others] of PRINCIPALS) {
    test(`for ${AWS}`, () => {
      for (const principal of [...meant, ...others]) {
        const { decision } = decide({ principal, resourcePolicy: api('Allow', { AWS }) });
        assert.equal(decision, meant.includes(principal) ? 'allow' : 'implicitDeny', principal);
      }
    });
  }

  test('an account is let in when its own policies allow it', () => {
    const resourcePolicy = api('Allow', { AWS: '444455556666' });
    assert.equal(decide({ principal: STRANGER, resourcePolicy, identityPolicies: yes }).decision, 'allow');
    assert.equal(decide({ principal: STRANGER, resourcePolicy }).decision, 'implicitDeny');
    assert.equal(
      decide({
        principal: STRANGER,
        resourcePolicy: api('Deny', { AWS: '444455556666' }),
        identityPolicies: yes,
      }).decision,
      'explicitDeny',
    );
  });

  test('an account that is named is no other account, and can be denied as a whole', () => {
    const caller = { principal: STRANGER, identityPolicies: yes };
    assert.equal(
      decide({ ...caller, resourcePolicy: api('Allow', { AWS: '111122223333' }) }).decision,
      'implicitDeny',
    );
    const denied = {
      principal: ANA,
      identityPolicies: yes,
      resourcePolicy: api('Deny', { AWS: '111122223333' }),
    };
    assert.equal(decide(denied).decision, 'explicitDeny');
  });

  test('NotPrincipal denies all but those who are named', () => {
    const resourcePolicy = policy([
      { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
      { Effect: 'Deny', NotPrincipal: { AWS: [ANA, '111122223333'] }, Action: '*', Resource: '*' },
    ]);
    assert.equal(decide({ principal: ANA, resourcePolicy }).decision, 'allow');
    assert.equal(decide({ principal: ANA.replace('ana', 'eve'), resourcePolicy }).decision, 'explicitDeny');
    assert.equal(decide({ resourcePolicy }).decision, 'explicitDeny');
  });

  test('short resources are of this API, stage first', () => {
    const short = (Resource) =>
      decide({
        principal: ANA,
        resourcePolicy: policy({ Effect: 'Allow', Principal: '*', Action: INVOKE, Resource }),
      }).decision;
    assert.equal(short('execute-api:/*'), 'allow');
    assert.equal(short('execute-api:/prod/GET/pets'), 'allow');
    assert.equal(short('execute-api:/GET/pets'), 'implicitDeny');
    assert.equal(short('execute-api:/test/*'), 'implicitDeny');
  });
});

describe('policies that are refused', () => {
  const statement = { Effect: 'Allow', Action: INVOKE, Resource: '*' };
  /** @param {any} elements */
  const second = (elements) => policy([statement, { ...statement, ...elements }]);
  /** @param {any} Condition */
  const when = (Condition) => second({ Condition });
  /** @param {any} elements */
  const api = (elements) => [second({ Principal: '*', ...elements }).Statement[1]].map(policy)[0];

  /** name: [document, what the message says, options] */
  const REFUSED = {
    'no JSON': ['{"Version":', /^the policy is not JSON: /],
    'an element twice in JSON': [
      JSON.stringify(policy(statement)).replace('{"Effect"', '{"Effect":"Deny", "Effect"'),
      /^the policy has the same element twice/,
    ],
    'no object': ['[]', /^the policy must be an object/],
    nothing: [undefined, /^the policy must be an object/],
    'no statement': [{ Version: '2012-10-17' }, /^the policy has no Statement/],
    'an empty list of statements': [policy([]), /^the policy has no Statement/],
    'a statement that is none': [policy(['x']), /^the policy, Statement\[0\] must be an object/],
    'an unknown version': [{ ...policy(statement), Version: '2012-10-18' }, /^the policy, Version must be/],
    'an unknown element': [
      { ...policy(statement), Statements: [] },
      /^the policy has an unknown element "Statements"/,
    ],
    'an unknown element of a statement': [
      second({ Conditions: {} }),
      /Statement\[1\] has an unknown element "Conditions"/,
    ],
    'an element in other case': [
      second({ resource: '*' }),
      /Statement\[1\] has an unknown element "resource": write one of Resource$/,
    ],
    'an Id that is no text': [{ ...policy(statement), Id: 1 }, /^the policy, Id must be a string/],
    'a Sid that is no text': [second({ Sid: 1 }), /Statement\[1\]\.Sid must be a string/],
    'a Sid that is there twice': [
      policy([
        { ...statement, Sid: 'a' },
        { ...statement, Sid: 'a' },
      ]),
      /Statement\[1\]\.Sid "a" appears twice/,
    ],
    'an effect in other case': [
      second({ Effect: 'allow' }),
      /Statement\[1\]\.Effect must be "Allow" or "Deny", not "allow"/,
    ],
    'no effect': [second({ Effect: undefined }), /Statement\[1\]\.Effect/],
    'no action': [second({ Action: undefined }), /Statement\[1\] has no Action/],
    'an empty list of actions': [second({ Action: [] }), /Statement\[1\]\.Action is empty/],
    'an action without a service': [second({ Action: 'Invoke' }), /Statement\[1\]\.Action must be an action/],
    'an action that is no text': [second({ Action: [INVOKE, 1] }), /Statement\[1\]\.Action must be a string/],
    'a variable in an action': [
      second({ Action: 'execute-api:${aws:username}' }),
      /Statement\[1\]\.Action must be an action/,
    ],
    'Action and NotAction': [second({ NotAction: 's3:*' }), /Statement\[1\] has both Action and NotAction/],
    'no resource': [second({ Resource: undefined }), /Statement\[1\] has no Resource/],
    'Resource and NotResource': [
      second({ NotResource: '*' }),
      /Statement\[1\] has both Resource and NotResource/,
    ],
    'a path as resource': [
      second({ Sid: 'b', Resource: ['*', '/prod/GET/pets'] }),
      /Statement\[1\] \("b"\)\.Resource must be .*, not "\/prod\/GET\/pets"$/,
    ],
    'a short resource in a policy of a user': [
      second({ Resource: 'execute-api:/*' }),
      /Statement\[1\]\.Resource/,
    ],
    'a variable that does not end': [
      second({ Resource: 'arn:aws:execute-api:*:*:*/${aws:username' }),
      /has a variable that is none/,
    ],
    'a variable without a name': [
      second({ Resource: 'arn:aws:execute-api:*:*:*/${}' }),
      /has a variable that is none/,
    ],
    'a default without quotes': [
      second({ Resource: 'arn:aws:execute-api:*:*:*/${aws:x, y}' }),
      /has a variable that is none/,
    ],
    'a principal in a policy of a user': [
      second({ Principal: '*' }),
      /Statement\[1\]\.Principal is only for policies of an API/,
    ],
    'an excluded principal there': [
      second({ NotPrincipal: '*' }),
      /Statement\[1\]\.NotPrincipal is only for policies of an API/,
    ],
    'an unknown operator': [
      when({ StringMatches: { 'aws:username': 'x' } }),
      /Statement\[1\]\.Condition\.StringMatches is not a condition operator: use one of StringEquals, /,
    ],
    'an operator in other case': [when({ ipaddress: { 'aws:SourceIp': '::1' } }), /: write IpAddress$/],
    'an unknown set operator': [
      when({ 'ForSomeValues:StringEquals': { 'aws:username': 'x' } }),
      /is not a condition operator/,
    ],
    'Null with IfExists': [when({ NullIfExists: { 'aws:username': 'true' } }), /is not a condition operator/],
    'a condition that is a text': [when('x'), /Statement\[1\]\.Condition must be an object of operators/],
    'ForAllValues:Null with IfExists': [
      when({ 'ForAllValues:NullIfExists': { 'aws:username': 'true' } }),
      /is not a condition operator/,
    ],
    'a condition without keys': [
      when({ StringEquals: {} }),
      /Condition\.StringEquals must be an object of condition keys/,
    ],
    'a condition that is a list': [
      when([{ StringEquals: { 'aws:username': 'x' } }]),
      /Condition must be an object of operators/,
    ],
    'a key with nothing but a prefix': [
      when({ StringEquals: { 'accounts.google.com:': 'x' } }),
      /is not a condition key/,
    ],
    'a key without a prefix': [
      when({ StringEquals: { username: 'x' } }),
      /Condition\.StringEquals\["username"\] is not a condition key/,
    ],
    'no value': [
      when({ StringEquals: { 'aws:username': [] } }),
      /\["aws:username"\] must be a string, number or boolean/,
    ],
    'a value that is an object': [
      when({ StringEquals: { 'aws:username': [{}] } }),
      /\["aws:username"\] must be a string, number or boolean/,
    ],
    'null as a value': [
      when({ StringEquals: { 'aws:username': null } }),
      /\["aws:username"\] must be a string, number or boolean/,
    ],
    'a number that is none': [
      when({ NumericEquals: { 'a:b': ['1', '1,5'] } }),
      /\["a:b"\] must be a number .* not "1,5"$/,
    ],
    'a number in hexadecimal': [when({ NumericEquals: { 'a:b': '0x10' } }), /must be a number/],
    'a date that is none': [when({ DateLessThan: { 'aws:CurrentTime': '2026-02-30' } }), /must be a date/],
    'a date without a time zone': [
      when({ DateLessThan: { 'aws:CurrentTime': '2026-02-03T04:05:06' } }),
      /must be a date with its time zone/,
    ],
    'a truth that is none': [
      when({ Bool: { 'aws:SecureTransport': 'yes' } }),
      /must be true or false, not "yes"$/,
    ],
    'a Null that is none': [
      when({ Null: { 'aws:username': 'yes' } }),
      /must be true \(the key is missing\) or false/,
    ],
    'Base64 that is none': [when({ BinaryEquals: { 'a:b': 'a_b=' } }), /must be Base64/],
    'an ARN that is none': [
      when({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::x' } }),
      /must be an ARN, which has six fields/,
    ],
    'a variable where there is none': [when({ NumericEquals: { 'a:b': '${a:c}' } }), /must be a number/],
    ...Object.fromEntries(
      [
        '192.0.2.0/33',
        '192.0.2',
        '192.0.2.256',
        '192.0.2.010',
        '2001:db8::/129',
        '1::2::3',
        '1:2:3:4::5:6:7:8',
        '1:2:3:4:5:6:7:8:9',
        ':::',
        '192.0.2.0/-1',
        '12345::',
        'fe80::1%eth0',
        '::/',
        '',
      ].map((text) => [
        `the address "${text}"`,
        [when({ IpAddress: { 'aws:SourceIp': text } }), /must be an IP address, or a range/],
      ]),
    ),
    'an API without a principal': [second({}), /Statement\[0\] has no Principal/, { type: 'resource' }],
    'NotPrincipal that allows': [
      api({ Principal: undefined, NotPrincipal: '*' }),
      /NotPrincipal with "Allow"/,
      { type: 'resource' },
    ],
    'a resource of an API that is short of fields': [
      api({ Resource: 'arn:aws:execute-api:us-east-1' }),
      /Resource must be/,
      { type: 'resource' },
    ],
    ...Object.fromEntries(
      [
        {},
        [],
        'ana',
        { Service: 'events.amazonaws.com' },
        { AWS: '*', Federated: 'x' },
        { AWS: [] },
        { AWS: 'arn:aws:iam::111122223333:user/*' },
        { AWS: '1111' },
        { AWS: [1] },
      ].map((Principal) => [
        `the principal ${JSON.stringify(Principal)}`,
        [api({ Principal }), /^the policy, Statement\.Principal/, { type: 'resource' }],
      ]),
    ),
    'a name of its own': [policy([]), /^ana\.json has no Statement/, { name: 'ana.json' }],
  };
  for (const [name, [document, message, options]] of Object.entries(REFUSED)) {
    test(name, () => {
      const error = { code: 'ERR_SIGV4_POLICY_INVALID', name: 'SigV4Error', message };
      assert.throws(() => parsePolicy(document, options), error);
    });
  }

  test('the error says which of several policies it is', () => {
    const request = { action: INVOKE, resource: arnOf('prod GET /') };
    const message = /^policies\[1\], Statement\[1\]\.Effect /;
    assert.throws(() => evaluatePolicies([allow({}), second({ Effect: '' })], request), { message });
  });
});

describe('hostile policies', () => {
  const request = { action: INVOKE, resource: arnOf(`prod GET /${'a'.repeat(9000)}`) };

  test('nested deeply', () => {
    /** @type {any} */
    let value = {};
    for (let depth = 0; depth < 100_000; depth++) value = { value };
    for (const document of [value, '['.repeat(1e6), `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`]) {
      assert.throws(() => parsePolicy(document), { code: 'ERR_SIGV4_POLICY_INVALID' });
    }
  });

  test('that hold themselves, or throw', () => {
    /** @type {any} */
    const round = { Version: '2012-10-17' };
    round.Statement = round;
    const throwing = {
      get Statement() {
        throw new Error('no');
      },
    };
    for (const document of [round, throwing, { Statement: 1n }]) {
      assert.throws(() => parsePolicy(document), { code: 'ERR_SIGV4_POLICY_INVALID' });
    }
  });

  test('longer than AWS takes', () => {
    assert.throws(() => parsePolicy(allow({ Resource: `arn:${'*'.repeat(20480)}` })), {
      code: 'ERR_SIGV4_POLICY_INVALID',
    });
    assert.ok(parsePolicy(JSON.stringify(allow({}), null, 30_000)), 'white space does not count');
  });

  test('a prototype gives them no elements', () => {
    const document = JSON.parse(
      '{"Version":"2012-10-17","Statement":{"Effect":"Deny","__proto__":{"Action":"*","Resource":"*"}}}',
    );
    assert.throws(() => parsePolicy(document), { code: 'ERR_SIGV4_POLICY_INVALID' });
    assert.throws(() => parsePolicy(allow({ Condition: { constructor: { 'aws:x': 'y' } } })), {
      code: 'ERR_SIGV4_POLICY_INVALID',
    });
  });

  const PATTERNS = {
    'many *': `${'*a'.repeat(9000)}b`,
    'many **': `${'*'.repeat(20_000)}b`,
    'many ?': `*${'?'.repeat(8000)}b`,
    'nearly a match, everywhere': `*${'a'.repeat(4000)}b`,
  };
  for (const [name, pattern] of Object.entries(PATTERNS)) {
    test(`${name}, in time`, () => {
      const start = performance.now();
      const condition = { StringLike: { 'aws:UserAgent': pattern } };
      const context = { 'aws:UserAgent': 'a'.repeat(9000) };
      assert.equal(
        evaluatePolicies([allow({ Resource: `arn:${pattern}` })], request).decision,
        'implicitDeny',
      );
      assert.equal(
        evaluatePolicies([allow({ Condition: condition })], { ...request, context }).decision,
        'implicitDeny',
      );
      // It takes a tenth of a second at most; what backtracks would take years.
      assert.ok(performance.now() - start < 5000);
    });
  }
});

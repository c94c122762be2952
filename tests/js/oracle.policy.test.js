// Policies are read and evaluated as they were in JavaScript (tests/oracle), word for word: the random cases of
// policy-cases.js, and documents made of pieces that mean something, many in places where they do not belong.
//
// SIGV4_SEED makes the documents of an earlier run again; SIGV4_CASES says how many.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { evaluateAccess, evaluatePolicies, parsePolicy } from 'sigv4-wasm/policy';

import { Random } from '../differential/case.js';
import { randomCases, SEEDS } from '../differential/policy-cases.js';
import * as oracle from '../oracle/index.js';

const CASES = Number(process.env.SIGV4_CASES ?? 20_000);

// What is changed on purpose:
// - An implicit denial says which statement came nearest.
// - Characters beyond U+FFFF in a text of Version 2012-10-17, which was read with variables, are characters. JavaScript took
//   each for a variable that is none, so emoji made a policy invalid.

/** @param {any} outcome of either */
function withoutNearest({ nearest, ...outcome }) {
  assert.ok(nearest === undefined || outcome.decision === 'implicitDeny');
  return outcome;
}

/** @param {any} access */
const accessWithoutNearest = ({ decision, identity, resource }) => ({
  decision,
  identity: withoutNearest(identity),
  resource: withoutNearest(resource),
});

// The oracle knows no permissions boundaries and no session policies.
for (const kind of Object.keys(SEEDS).filter((kind) => kind !== 'limited')) {
  test(`the random cases: ${kind}`, () => {
    for (const { request, identityPolicies, resourcePolicy, principal } of randomCases(kind)) {
      const access = { ...request, principal, identityPolicies, resourcePolicy };
      assert.deepEqual(accessWithoutNearest(evaluateAccess(access)), oracle.evaluateAccess(access));
      assert.deepEqual(
        withoutNearest(evaluatePolicies(identityPolicies, request)),
        oracle.evaluatePolicies(identityPolicies, request),
      );
    }
  });
}

for (const [title, seed] of [
  ['the same each time', 1],
  ['others each time', Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32)],
]) {
  test(`random documents: ${title}`, () => {
    const random = new Random(seed);
    const counts = { refused: 0, allow: 0, implicitDeny: 0, explicitDeny: 0, unevaluated: 0 };
    const messages = new Set();
    for (let number = 0; number < CASES; number++) {
      const type = random.percent(30) ? 'resource' : 'identity';
      const document = randomDocument(random, type);
      const options = { type, ...(random.percent(10) && { name: 'ana.json' }) };
      const [now, before] = [parsePolicy, oracle.parsePolicy].map((parse) =>
        outcomeOf(() => parse(document, options)),
      );
      const hint = `SIGV4_SEED=${seed}, document ${number}: ${JSON.stringify(document)}`;
      assert.deepEqual([now.code, now.message], [before.code, before.message], hint);
      if (now.code !== undefined) {
        assert.equal(now.code, 'ERR_SIGV4_POLICY_INVALID');
        messages.add(now.message.replace(/.*? (?=must|has|is|with)/, '').slice(0, 24));
        counts.refused++;
        continue;
      }
      const request = randomRequest(random);
      const principal = random.pick([undefined, '', ...PRINCIPALS]);
      const [ours, theirs] = [
        [evaluateAccess, now.value],
        [oracle.evaluateAccess, before.value],
      ].map(([evaluate, policy]) => {
        const own =
          type === 'identity'
            ? { identityPolicies: [policy] }
            : { identityPolicies: [], resourcePolicy: policy };
        return evaluate({ ...request, principal, ...own });
      });
      assert.deepEqual(
        accessWithoutNearest(ours),
        theirs,
        `${hint}, ${JSON.stringify({ ...request, principal })}`,
      );
      const of = type === 'identity' ? ours.identity : ours.resource;
      counts[of.decision]++;
      if (of.unevaluated) counts.unevaluated++;
      now.value.dispose();
    }
    console.log(`seed ${seed}`, counts, `${messages.size} kinds of messages`);
    for (const count of Object.values(counts)) assert.ok(count > CASES / 400, JSON.stringify(counts));
    assert.ok(messages.size > 25, `${messages.size} kinds of messages`);
  });
}

const PRINCIPALS = [
  'arn:aws:iam::111122223333:user/ana',
  'arn:aws:iam::111122223333:root',
  'arn:aws:iam::444455556666:user/team/bo',
  'arn:aws:sts::111122223333:assumed-role/reader/s1',
  'arn:aws:iam::111122223333:role/team/reader',
];
const RESOURCE = 'arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET/pets/ana';

/** Values of the request, and of conditions. */
const VALUES = [
  ...['ana', 'ANA', 'a*a', 'Straße', 'İK', 'ς', '', ' ', 'x\0y', '\x01', '${', 'a:b', '\u2028', '"\\\n'],
  ...[
    '10',
    '10.0',
    '-2.5',
    '+1e3',
    '1e400',
    '.5',
    '1.',
    '0x10',
    '007',
    'true',
    'FALSE',
    'QQ==',
    'QmluYXJ5',
    'Q',
  ],
  ...[
    '192.0.2.1',
    '192.0.2.0/24',
    '::ffff:192.0.2.1',
    '2001:db8::1',
    '::/0',
    '::ffff:0:0/96',
    '1.2.3.4::',
    '1::2::3',
  ],
  ...[
    '2026',
    '2026-02',
    '2026-02-30',
    '2026-02-03T04:05:06Z',
    '2026-02-03T24:00Z',
    '2026-02-03T04:05:06.789+01:00',
  ],
  ...['2026-02-03T04:05', '1767225600', '-10000', '0004-02-29', '12345', '1234'],
  ...[...PRINCIPALS, RESOURCE, 'arn:aws:iam::1:role', 'arn:a:b:c:d', 'arn:aws:sns:x:1:a:b:c', 'none'],
];

const PATTERNS = [
  ...[
    '*',
    '?',
    '**',
    'a*',
    '*a*',
    'an?',
    '${aws:username}',
    '${aws:userid}',
    "${aws:userid, 'ana'}",
    "${aws:x,''}",
  ],
  ...['${*}', '${?}', '${$}', '${x: y }', 'arn:*:*:*:*:*', 'arn:aws:iam::*:user/*', '${aws:arn}'],
  ...['arn:aws:iam::*:user/${aws:username}', 'arn:aws:iam::111122223333:${aws:x}'],
];
const NO_PATTERNS = [
  '${',
  '${}',
  '${aws:x',
  '${aws:x, y}',
  "${aws:x, 'y'z}",
  '${a b:c}',
  '${ :x}',
  '${:x}',
  '${aws:}',
  'arn:${aws:x}',
];

const OPERATORS = [
  ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike'],
  ...['StringNotLike', 'NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals'],
  ...['NumericGreaterThan', 'NumericGreaterThanEquals', 'DateEquals', 'DateNotEquals', 'DateLessThan'],
  ...['DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals', 'Bool', 'BinaryEquals', 'IpAddress'],
  ...['NotIpAddress', 'ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike', 'Null'],
];
const KEYS = [
  'aws:username',
  'AWS:UserName',
  'aws:userid',
  'aws:x',
  'aws:arn',
  'oidc.x.com/id/1:sub',
  'ÄWS:Ü',
];

/** Of any type. */
const ODD = [
  null,
  true,
  1,
  1e21,
  1.5e-7,
  -0,
  'x',
  '',
  [],
  {},
  [[]],
  { a: 1 },
  [null],
  'é'.repeat(90),
  { 1: 2, b: ['c'] },
];

/** @param {Random} random @param {string} type */
function randomDocument(random, type) {
  const statements = Array.from({ length: 1 + random.below(2) }, () => randomStatement(random, type));
  const document = {
    ...(random.percent(90) && {
      Version: random.percent(97) ? random.pick(['2012-10-17', '2008-10-17']) : odd(random),
    }),
    ...(random.percent(3) && { Id: random.pick(['id', odd(random)]) }),
    Statement: statements.length === 1 && random.percent(50) ? statements[0] : statements,
    ...(random.percent(1) && { [random.pick(['statement', 'Rules', '__proto__', '1'])]: 1 }),
  };
  if (random.percent(2)) return odd(random);
  if (random.percent(1)) document.Statement = odd(random);
  return random.percent(20) ? JSON.stringify(document, null, random.below(3)) : document;
}

/** @param {Random} random @param {string} type */
function randomStatement(random, type) {
  const rarely = (/** @type {unknown} */ value) => (random.percent(2) ? odd(random) : value);
  const not = random.percent(15);
  return {
    ...(random.percent(30) && { Sid: rarely(random.pick(['a', 'b', ''])) }),
    Effect: rarely(not || random.percent(40) ? 'Deny' : 'Allow'),
    ...((type === 'resource' ? random.percent(97) : random.percent(2))
      ? { [not ? 'NotPrincipal' : 'Principal']: rarely(randomPrincipal(random)) }
      : {}),
    ...(random.percent(98) && {
      [random.percent(85) ? 'Action' : 'NotAction']: rarely(randomAction(random)),
    }),
    ...(random.percent(98) && {
      [random.percent(85) ? 'Resource' : 'NotResource']: rarely(listOf(random, () => randomResource(random))),
    }),
    ...(random.percent(1) && { [random.pick(['NotAction', 'resource', 'Conditions', 'constructor'])]: '*' }),
    ...(random.percent(70) && { Condition: rarely(randomCondition(random)) }),
  };
}

/** @param {Random} random */
const randomAction = (random) =>
  listOf(random, () =>
    random.pick(
      ['*', '*', 'execute-api:Invoke', 'EXECUTE-API:inv*', 'execute-api:?nvoke', 's3:*'].concat(
        random.percent(5) ? ['Invoke', 'a:b:c', 'a-b:', 'a:é', '**'] : [],
      ),
    ),
  );

/** @param {Random} random */
const randomPrincipal = (random) =>
  random.percent(40)
    ? '*'
    : {
        [random.percent(98) ? 'AWS' : 'Service']: listOf(random, () =>
          random.pick(
            ['*', '111122223333', '444455556666', ...PRINCIPALS, ...PRINCIPALS].concat(
              random.percent(3) ? ['ana', '1111', 'arn:aws:iam::111122223333:user/*', 'arn:aws:s3:::x'] : [],
            ),
          ),
        ),
      };

/** @param {Random} random */
function randomResource(random) {
  if (random.percent(40))
    return random.pick([
      '*',
      RESOURCE,
      'execute-api:/prod/*',
      'execute-api:/*/${aws:username}',
      'arn:aws:execute-api',
      'arn:aws:*',
      '/prod',
    ]);
  const at = random.percent(90) ? 40 + random.below(RESOURCE.length - 40) : random.below(40);
  return (
    RESOURCE.slice(0, at) +
    random.pick(random.percent(97) ? PATTERNS : NO_PATTERNS) +
    (random.percent(50) ? '' : RESOURCE.slice(at + 1 + random.below(4)))
  );
}

/** @param {Random} random */
function randomCondition(random) {
  /** @type {Record<string, unknown>} */
  const condition = {};
  for (let count = random.below(3); count > 0; count--) {
    const name = random.percent(97)
      ? random.pick(OPERATORS)
      : random.pick(['stringlike', 'Nope', 'IfExists', '', 'String Equals', 'ForSome:Bool']);
    const set = random.pick(['', '', '', 'ForAllValues:', 'ForAnyValue:']);
    const keys = Array.from({ length: random.percent(97) ? 1 + random.below(2) : 0 }, () => [
      random.percent(97)
        ? random.pick(KEYS)
        : random.pick(['username', 'aws:', ':x', 'a b:c', 'aws:\n', 'aws:x:y']),
      random.percent(97) ? listOf(random, () => likelyValue(random, name)) : odd(random),
    ]);
    condition[set + name + (random.percent(20) ? 'IfExists' : '')] = random.percent(98)
      ? Object.fromEntries(keys)
      : odd(random);
  }
  return condition;
}

/** Of the form that an operator takes, mostly. @param {Random} random @param {string} operator */
function likelyValue(random, operator) {
  const forms = {
    Numeric: /^[+-]?\d+(\.\d+)?(e\d+)?$/,
    Date: /^\d{4}(-\d\d(-\d\d(T.*(Z|\+\d\d:\d\d))?)?)?$|^-?\d{5,}$/,
    Bool: /^(true|false)$/i,
    Null: /^(true|false)$/i,
    Binary: /^Q.*[=5]$/,
    Ip: /^[\d:.].*[.:].*\d$/,
    Arn: /^arn:.*:.*:.*:/,
  };
  const [, form] = Object.entries(forms).find(([name]) => operator.includes(name)) ?? [];
  const all = [...VALUES, ...(random.percent(97) ? PATTERNS : NO_PATTERNS), 10, true, 2.5, 1e21];
  return random.pick(form && random.percent(97) ? all.filter((value) => form.test(String(value))) : all);
}

/** @param {Random} random */
function randomRequest(random) {
  /** @type {Record<string, any>} */
  const context = {};
  for (const key of KEYS) {
    if (random.percent(40)) continue;
    context[key] = random.percent(75)
      ? random.pick(VALUES)
      : Array.from({ length: random.below(4) }, () => random.pick([...VALUES, 10, false, new Date(1.75e12)]));
  }
  return { action: 'execute-api:Invoke', resource: RESOURCE, context };
}

/** @param {Random} random @param {() => unknown} make */
function listOf(random, make) {
  return random.percent(50)
    ? make()
    : Array.from({ length: random.percent(98) ? 1 + random.below(3) : 0 }, make);
}

/** @param {Random} random */
const odd = (random) => random.pick(ODD);

/**
 * @param {() => unknown} work
 * @returns {any}
 */
function outcomeOf(work) {
  try {
    return { value: work() };
  } catch (error) {
    const { code = 'none', message } = /** @type {any} */ (error);
    return { code, message };
  }
}

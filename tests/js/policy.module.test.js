// Policies in the wasm module: how long it keeps them, what remains after a trap, and the nearest statement.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';

import { evaluateAccess, evaluatePolicies, parsePolicy } from 'sigv4-wasm/policy';

const RESOURCE = 'arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/GET/pets';
const REQUEST = { action: 'execute-api:Invoke', resource: RESOURCE };

/** @param {any} elements */
const statement = (elements) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...elements });
/** @param {any} statements */
const policy = (...statements) => ({ Version: '2012-10-17', Statement: statements.map(statement) });

/** Runs a module in a fresh process. @param {string} code @param {string[]} flags */
const fresh = (code, ...flags) =>
  execFileSync(process.execPath, [...flags, '--input-type=module', '-e', code], { encoding: 'utf8' }).trim();

const SETUP = `
  const { evaluateAccess, evaluatePolicies, parsePolicy } = await import('sigv4-wasm/policy');
  const request = ${JSON.stringify(REQUEST)};
  const allow = (Sid, more) => ({ Version: '2012-10-17', Statement: { Sid, Effect: 'Allow', Action: '*', Resource: '*', ...more } });
  const sidOf = (policy) => evaluatePolicies([policy], request).statement?.sid;
`;

describe('a policy that was parsed', () => {
  test('is refused once it was disposed of, and others are not', () => {
    const [one, other] = [parsePolicy(policy({ Sid: 'one' })), parsePolicy(policy({ Sid: 'other' }))];
    one.dispose();
    one.dispose();
    const refused = { name: 'SigV4Error', code: 'ERR_SIGV4_OPTION_INVALID', message: /disposed of/ };
    assert.throws(() => evaluatePolicies([other, one], REQUEST), refused);
    const next = parsePolicy(policy({ Sid: 'next' })); // where the first was
    assert.throws(() => evaluatePolicies([one], REQUEST), refused);
    assert.equal(evaluatePolicies([other], REQUEST).statement?.sid, 'other');
    assert.equal(evaluatePolicies([next], REQUEST).statement?.sid, 'next');
  });

  test('is disposed of at the end of a block', () => {
    const parsed = parsePolicy(policy({}));
    /** @type {any} */ (parsed)[/** @type {any} */ (Symbol).dispose]();
    assert.throws(() => evaluatePolicies([parsed], REQUEST), { code: 'ERR_SIGV4_OPTION_INVALID' });
  });

  test('takes no room once nothing refers to it', () => {
    const code = `${SETUP}
      const document = allow('a', { Resource: Array.from({ length: 500 }, (_, i) => 'arn:aws:s3:::bucket' + i + '/*') });
      const memories = [];
      const { Instance } = WebAssembly;
      WebAssembly.Instance = function (...args) { const made = new Instance(...args); memories.push(made.exports.memory); return made; };
      const kept = parsePolicy(allow('kept'));
      for (let round = 0; round < 40; round++) {
        for (let i = 0; i < 50; i++) parsePolicy(document);
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      console.log(memories.length, memories[0].buffer.byteLength < 64e6, sidOf(kept));`;
    assert.equal(fresh(code, '--expose-gc'), '1 true kept');
  });

  test('nor where nobody tells that: then it is parsed once more', () => {
    const code = `delete globalThis.FinalizationRegistry; ${SETUP}
      let started = 0;
      const { Instance } = WebAssembly;
      WebAssembly.Instance = function (...args) { started++; return new Instance(...args); };
      const kept = Array.from({ length: 5 }, (_, i) => parsePolicy(allow('kept' + i)));
      for (let i = 0; i < 2500; i++) parsePolicy(allow('x' + i));
      console.log(kept.map(sidOf).join(), started);`;
    assert.equal(fresh(code), 'kept0,kept1,kept2,kept3,kept4 3');
  });
});

test('a document that changes between two calls is another one', () => {
  const document = policy({ Sid: 'a' });
  assert.equal(evaluatePolicies([document], REQUEST).statement?.sid, 'a');
  document.Statement[0].Sid = 'b';
  assert.equal(evaluatePolicies([document], REQUEST).statement?.sid, 'b');
  document.Statement[0].Effect = 'Deny';
  assert.equal(evaluatePolicies([document], REQUEST).decision, 'explicitDeny');
  document.Statement[0].Effect = 'deny';
  assert.throws(() => evaluatePolicies([document], REQUEST), { code: 'ERR_SIGV4_POLICY_INVALID' });
});

test('more documents in one call than are kept', () => {
  const documents = Array.from({ length: 250 }, (_, i) =>
    policy({ Sid: `p${i}`, Action: i === 249 ? '*' : 's3:*' }),
  );
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(evaluatePolicies(documents, REQUEST).statement, {
      policy: 249,
      statement: 0,
      sid: 'p249',
    });
  }
});

test('a document that is of a user and of an API is checked as each', () => {
  const document = policy({});
  assert.equal(evaluatePolicies([document], REQUEST).decision, 'allow');
  assert.throws(() => evaluateAccess({ ...REQUEST, identityPolicies: [], resourcePolicy: document }), {
    code: 'ERR_SIGV4_POLICY_INVALID',
    message: /^resourcePolicy, Statement\[0\] has no Principal/,
  });
});

test('after a trap policies are those that they were', () => {
  const code = `${SETUP}
    let traps = false;
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (...args) {
      const { exports } = new Instance(...args);
      return { exports: { ...exports, evaluate: (...args) => { if (traps) throw new WebAssembly.RuntimeError('unreachable'); return exports.evaluate(...args); } } };
    };
    const policies = ['a', 'b', 'c'].map((sid) => parsePolicy(allow(sid)));
    policies[0].dispose();
    traps = true;
    let code;
    try { sidOf(policies[1]); } catch (error) { ({ code } = error); }
    traps = false;
    const next = parsePolicy(allow('next')); // takes a number that another one had
    console.log(code, sidOf(policies[2]), sidOf(policies[1]), sidOf(next), sidOf(allow('raw')));
    try { sidOf(policies[0]); } catch (error) { console.log(error.code); }`;
  assert.equal(fresh(code), 'ERR_SIGV4_LIMIT_EXCEEDED c b next raw\nERR_SIGV4_OPTION_INVALID');
});

test('a request with megabytes of text is evaluated, and leaves the module as it was', () => {
  const parsed = parsePolicy(policy({ Sid: 'a', Condition: { StringLike: { 'aws:UserAgent': 'x*y' } } }));
  const context = { 'aws:UserAgent': `x${'é'.repeat(3e6)}y` };
  assert.equal(evaluatePolicies([parsed], { ...REQUEST, context }).decision, 'allow');
  assert.equal(
    evaluatePolicies([parsed], { ...REQUEST, context: { 'aws:UserAgent': 'xy' } }).statement?.sid,
    'a',
  );
});

test('a text may hold what separates fields', () => {
  for (const value of ['a\0aws:userid\0' + '1\0root', '\x01', '\x010', '\0', 'é\0\x01😀']) {
    const condition = {
      StringEquals: { 'aws:username': value, 'aws:x': ['\x01', ''] },
      Null: { 'aws:userid': true },
    };
    const context = { 'aws:username': value, 'aws:x': '' };
    const [parsed] = [parsePolicy(policy({ Condition: condition }))];
    assert.equal(
      evaluatePolicies([parsed], { ...REQUEST, context }).decision,
      'allow',
      JSON.stringify(value),
    );
    assert.equal(
      evaluatePolicies([parsed], { ...REQUEST, context: { ...context, 'aws:username': 'a' } }).decision,
      'implicitDeny',
    );
  }
});

test('characters beyond U+FFFF are characters', () => {
  const resource = `${RESOURCE}/😀`;
  for (const [pattern, decision] of [
    ['/😀', 'allow'],
    ['/?', 'allow'],
    ['/😃', 'implicitDeny'],
  ]) {
    assert.equal(
      evaluatePolicies([policy({ Resource: RESOURCE + pattern })], { ...REQUEST, resource }).decision,
      decision,
    );
  }
});

describe('an implicit denial says what came nearest', () => {
  const other = RESOURCE.replace('pets', 'users');
  const only = { StringEquals: { 'aws:username': ['ana', 'bo'] }, Bool: { 'aws:SecureTransport': true } };
  /** name: [policies, context, nearest] */
  const NEAREST = {
    'no policy': [[], {}, undefined],
    'nothing that allows': [[policy({ Effect: 'Deny', Action: 's3:*' })], {}, undefined],
    'another action': [
      [policy({ Action: ['s3:*', 'sqs:Send*'] })],
      {},
      {
        policy: 0,
        statement: 0,
        element: 'Action',
        expected: ['s3:*', 'sqs:Send*'],
        given: ['execute-api:Invoke'],
      },
    ],
    'an action that is excluded': [
      [policy({ Action: undefined, NotAction: 'execute-api:*' })],
      {},
      {
        policy: 0,
        statement: 0,
        element: 'NotAction',
        expected: ['execute-api:*'],
        given: ['execute-api:Invoke'],
      },
    ],
    'the action matches, and the resource does not': [
      [
        policy({ Action: 's3:*' }),
        policy({ Sid: 'a', Effect: 'Deny', Resource: other }, { Sid: 'b', Resource: other }),
      ],
      {},
      { policy: 1, statement: 1, sid: 'b', element: 'Resource', expected: [other], given: [RESOURCE] },
    ],
    'a value': [
      [policy({ Resource: other }, { Condition: only }, { Condition: { Null: { 'aws:x': false } } })],
      { 'AWS:username': 'eve' },
      {
        ...{ policy: 0, statement: 1, element: 'Condition', operator: 'StringEquals', key: 'aws:username' },
        ...{ expected: ['ana', 'bo'], given: ['eve'] },
      },
    ],
    'a key that is missing': [
      [policy({ Condition: only })],
      { 'aws:username': 'bo' },
      {
        ...{ policy: 0, statement: 0, element: 'Condition', operator: 'Bool', key: 'aws:SecureTransport' },
        ...{ expected: ['true'], given: [] },
      },
    ],
    'several values': [
      [policy({ Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a"b\\' } } })],
      { 'aws:TagKeys': ['a"b\\', 'é\n'] },
      {
        ...{
          policy: 0,
          statement: 0,
          element: 'Condition',
          operator: 'ForAllValues:StringEquals',
          key: 'aws:TagKeys',
        },
        ...{ expected: ['a"b\\'], given: ['a"b\\', 'é\n'] },
      },
    ],
  };
  for (const [name, [policies, context, nearest]] of Object.entries(NEAREST)) {
    test(name, () => {
      const expected = { decision: 'implicitDeny', ...(nearest && { nearest }) };
      assert.deepEqual(evaluatePolicies(/** @type {any} */ (policies), { ...REQUEST, context }), expected);
    });
  }

  test('a variable without a value', () => {
    const [Resource, key] = [`${RESOURCE}/\${aws:userid}`, 'aws:userid'];
    const resource = `${RESOURCE}/1`;
    const { nearest, unevaluated } = evaluatePolicies([policy({ Resource })], { ...REQUEST, resource });
    assert.deepEqual(nearest, {
      policy: 0,
      statement: 0,
      element: 'Resource',
      expected: [Resource],
      given: [resource],
    });
    assert.equal(unevaluated?.[0].key, key);
  });

  test('of the caller and of the API', () => {
    const resourcePolicy = policy({
      Principal: { AWS: ['111122223333', 'arn:aws:iam::111122223333:user/bo'] },
    });
    const access = { ...REQUEST, identityPolicies: [policy({ Action: 's3:*' })], resourcePolicy };
    const { decision, identity, resource } = evaluateAccess({
      ...access,
      principal: 'arn:aws:iam::111122223333:user/ana',
    });
    assert.equal(decision, 'implicitDeny');
    assert.equal(identity.nearest?.element, 'Action');
    assert.deepEqual(resource.nearest, {
      ...{ policy: 0, statement: 0, element: 'Principal', given: ['arn:aws:iam::111122223333:user/ana'] },
      expected: ['111122223333', 'arn:aws:iam::111122223333:user/bo'],
    });
    assert.deepEqual(evaluateAccess(access).resource.nearest?.given, []);
  });
});

test('without WebAssembly, an error says so', () => {
  const code = `delete globalThis.WebAssembly; ${SETUP}
    for (const work of [() => parsePolicy(allow('a')), () => sidOf(allow('a'))]) {
      try { work(); } catch (error) { console.log(error.code); }
    }`;
  assert.equal(fresh(code), 'ERR_SIGV4_WASM_UNAVAILABLE\nERR_SIGV4_WASM_UNAVAILABLE');
});

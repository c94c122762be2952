// The permissions in a template: policies of SAM functions, managed policies, groups, and unknown values.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { REGION } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-template-policies-'));
after(() => rm(folder, { recursive: true }));

const API = `Transform: AWS::Serverless-2016-10-31
Resources:
  Api: { Type: AWS::Serverless::HttpApi, Properties: { Auth: { DefaultAuthorizer: AWS_IAM } } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Any: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /orders, Method: ANY } }
`;
const STATEMENT = "{ Effect: Allow, Action: 'execute-api:Invoke', Resource: '*' }";

/** @param {string} resources  after those of `API` @param {object} [settings] */
async function open(resources, settings) {
  const config = join(folder, `${Math.random()}.yaml`);
  await writeFile(config, API + resources);
  const gateway = await startGateway({ config, settings: { region: REGION, ...settings } });
  after(() => gateway.close());
  const call = async (/** @type {string} */ name, method = 'GET') => {
    const credentials = gateway.credentials(name);
    assert.ok(credentials, `there is no ${name}`);
    const send = createSigv4Fetch({ credentials, region: REGION, service: 'execute-api' });
    return (await send(`${gateway.origin}/orders`, { method })).status;
  };
  const warnings = gateway.settings.warnings.map((warning) => warning.replace(/^.*\.yaml:/, ''));
  return { ...gateway, call, warnings };
}

/** @param {string} policies */
const caller = (policies) => `  Caller:
    Type: AWS::Serverless::Function
    Properties:
      Policies: ${policies}
`;

describe('Policies of a SAM function are those of its role', () => {
  /** @type {Record<string, [policies: string, status: number, warning?: RegExp]>} */
  const CASES = {
    'a document': [`{ Statement: ${STATEMENT} }`, 200],
    'a list with a document': [`[{ Version: '2012-10-17', Statement: [${STATEMENT}] }]`, 200],
    "the name of one of AWS's policies": ['AmazonAPIGatewayInvokeFullAccess', 200],
    'an ARN': ['[arn:aws:iam::aws:policy/AdministratorAccess]', 200],
    'a condition that holds': [`!If [Yes, [{ Statement: ${STATEMENT} }], !Ref AWS::NoValue]`, 200],
    'one that does not': [`[!If [No, { Statement: ${STATEMENT} }, !Ref AWS::NoValue]]`, 403],
    "one of AWS's policies about other things": ['[AWSLambdaVPCAccessExecutionRole]', 403],
    'one that is not known': [
      '[AmazonDynamoDBFullAccess]',
      403,
      /^12:\d+: Caller\.Properties\.Policies\.0: this gateway does not know the AWS managed policy AmazonDynamoDBFullAccess: it allows nothing$/,
    ],
    'a policy template': [
      '[{ SQSPollerPolicy: { QueueName: q } }]',
      403,
      /^12:\d+: Caller\.Properties\.Policies\.0: SQSPollerPolicy is left out: of SAM's policy templates, only LambdaInvokePolicy/,
    ],
    'a statement that only AWS can resolve': [
      `[{ Statement: { Effect: Allow, Action: 'execute-api:Invoke', Resource: !ImportValue api } }]`,
      403,
      /^12:\d+: Caller\.Properties\.Policies\.0\.Statement\.0\.Resource: its statement is left out: Fn::ImportValue/,
    ],
    'an ARN of a policy elsewhere': [
      '[arn:aws:iam::123456789012:policy/team/Shared]',
      403,
      /^12:\d+: Caller\.Properties\.Policies\.0: .*Shared is not in this template: it allows nothing, unless a config file has it as policies\.Shared$/,
    ],
  };
  const CONDITIONS = 'Conditions: { Yes: !Equals [a, a], No: !Equals [a, b] }\n';
  for (const [title, [policies, status, warning]] of Object.entries(CASES)) {
    test(title, async () => {
      const { call, warnings } = await open(caller(policies) + CONDITIONS);
      assert.equal(await call('CallerRole'), status);
      if (warning === undefined) assert.deepEqual(warnings, []);
      else assert.match(warnings[0], warning);
    });
  }

  test('a policy of another template that the config has', async () => {
    const Shared = { Statement: { Effect: 'Allow', Action: 'execute-api:*', Resource: '*' } };
    const { call } = await open(caller('[arn:aws:iam::123456789012:policy/Shared]'), {
      policies: { Shared },
    });
    assert.equal(await call('CallerRole'), 200);
  });

  test('a function with its own role has no generated role', async () => {
    const { settings, call } = await open(`  Caller:
    Type: AWS::Serverless::Function
    Properties: { Role: !GetAtt Own.Arn, Policies: AdministratorAccess }
  Own: { Type: AWS::IAM::Role, Properties: {} }
  Other: { Type: AWS::IAM::Role, Properties: { ManagedPolicyArns: [arn:aws:iam::aws:policy/PowerUserAccess] } }
`);
    assert.deepEqual(Object.keys(settings.roles), ['Other', 'Own', 'OrdersRole']);
    assert.equal(await call('Own'), 403);
  });

  test('and are limited by its boundary, or by that of all functions', async () => {
    const boundary = `  Reads:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: { Statement: { Effect: Allow, Action: 'execute-api:*', Resource: 'arn:aws:execute-api:*:*:*/GET/*' } }
`;
    const { call } = await open(
      `${caller(`AdministratorAccess\n      PermissionsBoundary: !Ref Reads`)}${boundary}`,
    );
    assert.deepEqual([await call('CallerRole'), await call('CallerRole', 'POST')], [200, 403]);
    const shared = await open(
      `${caller('AdministratorAccess')}${boundary}Globals: { Function: { PermissionsBoundary: !Ref Reads } }\n`,
    );
    assert.deepEqual([await shared.call('CallerRole'), await shared.call('CallerRole', 'POST')], [200, 403]);
  });
});

describe('a condition', () => {
  const CONDITIONS =
    'Parameters: { Stage: { Type: String } }\nConditions: { Live: !Equals [!Ref Stage, live] }\n';
  const LIMITED = `  Caller:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]
      PermissionsBoundary: !If [Live, 'arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole', !Ref AWS::NoValue]
`;

  test('of a boundary that is false leaves the role without one', async () => {
    const test = await open(LIMITED + CONDITIONS, { parameters: { Stage: 'test' } });
    assert.equal(await test.call('Caller'), 200);
    const live = await open(LIMITED + CONDITIONS, { parameters: { Stage: 'live' } });
    assert.equal(await live.call('Caller'), 403);
    const unknown = await open(LIMITED + CONDITIONS);
    assert.equal(await unknown.call('Caller'), 403);
    assert.match(
      unknown.warnings[0],
      /^13:\d+: Caller\.Properties\.PermissionsBoundary: the parameter Stage has no default/,
    );
  });

  test('of a policy that cannot be evaluated is an error, because it may deny', async () => {
    const denies = `${LIMITED.replace(/\n *PermissionsBoundary.*/, '')}  Denies:
    Type: AWS::IAM::Policy
    Condition: Live
    Properties: { Roles: [!Ref Caller], PolicyDocument: { Statement: { Effect: Deny, Action: '*', Resource: '*' } } }
`;
    await assert.rejects(open(denies + CONDITIONS), {
      name: 'ConfigError',
      message:
        /yaml:15:16: Denies\.Condition: the parameter Stage has no default: set it with --parameter Stage=VALUE/,
    });
    const live = await open(denies + CONDITIONS, { parameters: { Stage: 'live' } });
    assert.equal(await live.call('Caller'), 403);
  });
});

describe('the role that may call everything', () => {
  test('exists if nothing in the template is about calls, beside roles that may not call', async () => {
    const { settings, call, credentials } = await open(caller('AWSLambdaBasicExecutionRole'));
    assert.equal(settings.allowsAll, true);
    assert.deepEqual(credentials(), credentials('developer'));
    assert.equal(await call('developer'), 200);
    assert.equal(await call('CallerRole'), 403);
  });

  test('does not exist if a statement was left out', async () => {
    const { settings, credentials } = await open(
      caller(`[{ Statement: { Effect: Allow, Action: 'exec*:Invoke', Resource: !ImportValue api } }]`),
    );
    assert.equal(settings.allowsAll, false);
    assert.throws(() => credentials('developer'), /no credentials of developer/);
  });

  test('only has the policies of the template if these are attached to no one', async () => {
    const { call, settings } = await open(`  Reads:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: { Statement: { Effect: Allow, Action: 'execute-api:*', Resource: 'arn:aws:execute-api:*:*:*/GET/*' } }
`);
    assert.equal(settings.allowsAll, false);
    assert.deepEqual([await call('developer'), await call('developer', 'POST')], [200, 403]);
  });
});

describe('policies that are resources', () => {
  const document = `PolicyDocument: { Statement: ${STATEMENT} }`;
  test('of a role, a user and a group', async () => {
    const { call, warnings } = await open(`  R: { Type: AWS::IAM::Role, Properties: {} }
  RP: { Type: AWS::IAM::RolePolicy, Properties: { RoleName: !Ref R, PolicyName: p, ${document} } }
  U: { Type: AWS::IAM::User, Properties: { Groups: [!Ref G] } }
  V: { Type: AWS::IAM::User, Properties: {} }
  W: { Type: AWS::IAM::User, Properties: {} }
  G: { Type: AWS::IAM::Group, Properties: { Policies: [{ PolicyName: p, ${document} }] } }
  H: { Type: AWS::IAM::Group, Properties: {} }
  HP: { Type: AWS::IAM::Policy, Properties: { PolicyName: p, Groups: [!Ref H], ${document} } }
  Added: { Type: AWS::IAM::UserToGroupAddition, Properties: { GroupName: !Ref H, Users: [!Ref V] } }
`);
    assert.deepEqual(warnings, []);
    for (const [name, status] of Object.entries({ R: 200, U: 200, V: 200, W: 403 }))
      assert.equal(await call(name), status, name);
  });

  test('of a principal of another template lead to a note', async () => {
    const { warnings } = await open(
      `  P: { Type: AWS::IAM::Policy, Properties: { PolicyName: p, Roles: [elsewhere], ${document} } }\n`,
    );
    assert.match(
      warnings[0],
      /^9:\d+: P\.Properties: it is attached to elsewhere, which is not in this template$/,
    );
  });
});

test('ResourcePolicy of an event applies to its route', async () => {
  const { origin, settings } = await open(
    `  Rest: { Type: AWS::Serverless::Api, Properties: { StageName: live } }
  Health:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Open:
          Type: Api
          Properties:
            RestApiId: !Ref Rest
            Path: /health/{id}
            Method: get
            Auth: { ResourcePolicy: { IpRangeWhitelist: !Ref Ranges } }
        Closed:
          Type: Api
          Properties:
            { RestApiId: !Ref Rest, Path: /closed, Method: get, Auth: { ResourcePolicy: { IpRangeBlacklist: [127.0.0.0/8] } } }
Parameters: { Ranges: { Type: CommaDelimitedList, Default: '127.0.0.0/8,::1/128' } }
`,
    { api: 'Rest' },
  );
  assert.deepEqual(settings.warnings, []);
  assert.equal((await fetch(`${origin}/live/health/1`)).status, 200);
  assert.equal((await fetch(`${origin}/live/closed`)).status, 403);
});

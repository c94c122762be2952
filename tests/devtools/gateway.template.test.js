// Config files, and the routes and policies of CloudFormation and SAM templates.

import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { answerOf, gatewayFor, REGION } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-gateway-'));

/** @param {string} name @param {string} text */
async function file(name, text) {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

/** @param {string} config @param {object} [settings] */
async function open(config, settings) {
  const gateway = await startGateway({ config, settings: { region: REGION, ...settings } });
  const options = (name) => ({
    region: REGION,
    service: 'execute-api',
    credentials: gateway.credentialsOf(name),
  });
  const call = async (name, path, method = 'GET') =>
    (await answerOf(await createSigv4Fetch(options(name))(`${gateway.origin}${path}`, { method }))).status;
  return { ...gateway, call };
}

/** Of the article "Securing an API Gateway Using AWS IAM", with what it leaves out. */
const ARTICLE = `
AWSTemplateFormatVersion: 2010-09-09
Resources:
  MyApiGateway:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: my-api
      ProtocolType: HTTP
  MyStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref MyApiGateway
      StageName: $default
      AutoDeploy: true
  GetOrders:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref MyApiGateway
      RouteKey: GET /orders
      AuthorizationType: AWS_IAM
      Target: !Sub integrations/\${MyIntegration}
  Health:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref MyApiGateway
      RouteKey: GET /health
  MyIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref MyApiGateway, IntegrationType: HTTP_PROXY }
  MyApiGatewayAccessPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          Effect: Allow
          Action: execute-api:Invoke
          Resource: !Sub "arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${MyApiGateway}/*/*/*"
`;

describe('templates', () => {
  test("of the article: the policy's holders may call the routes", async () => {
    const gateway = await open(await file('article.yaml', ARTICLE));
    assert.equal(gateway.settings.type, 'http');
    assert.deepEqual(gateway.settings.warnings, []);
    assert.equal(await gateway.call('developer', '/orders'), 200);
    assert.equal(await gateway.call('developer', '/other'), 404);
    assert.equal((await fetch(`${gateway.origin}/health`)).status, 200);
    assert.equal((await fetch(`${gateway.origin}/orders`)).status, 403);
    await gateway.close();
  });

  test('of the article, with roles: attached by ManagedPolicyArns, by Roles, or not', async () => {
    const roles = `
  Service:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      ManagedPolicyArns: [!Ref MyApiGatewayAccessPolicy]
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "s3:*", Resource: !ImportValue Bucket }
              - Effect: Allow
                Action: [execute-api:Invoke]
                Resource: !Join ["", ["arn:aws:execute-api:*:*:", !Ref MyApiGateway, "/*/GET/none"]]
  Admin:
    Type: AWS::IAM::User
    Properties:
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonAPIGatewayInvokeFullAccess]
  Backend:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
`;
    const gateway = await open(await file('roles.yaml', ARTICLE + roles));
    assert.deepEqual(Object.keys(gateway.settings.roles), ['Service', 'Reader', 'Backend']);
    assert.equal(await gateway.call('Backend', '/orders'), 403, 'nothing in its policies is about calls');
    assert.equal(await gateway.call('Service', '/orders'), 200);
    assert.equal(await gateway.call('Reader', '/orders'), 403);
    assert.equal(await gateway.call('Admin', '/orders'), 200);
    await gateway.close();
  });

  test('of SAM: events, a default authorizer, and one that is not IAM', async () => {
    const template = `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: { Type: String, Default: dev }
  Owner: { Type: String }
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: !Ref Stage
      Cors: "'https://shop.example.com'"
      Auth:
        DefaultAuthorizer: AWS_IAM
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: "/orders/{id}", Method: get } }
        All: { Type: Api, Properties: { RestApiId: !Ref Api, Path: "/admin/{proxy+}", Method: any } }
        Open: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /health, Method: GET, Auth: { Authorizer: NONE } } }
        Users: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /users, Method: GET, Auth: { Authorizer: Cognito } } }
        Tick: { Type: Schedule, Properties: { Schedule: rate(1 minute) } }
  DevOnly:
    Type: AWS::IAM::ManagedPolicy
    Condition: IsDev
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: execute-api:*
            Resource: !Sub
              - arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Id}/\${Stage}/GET/*
              - { Id: !Ref Api }
          - { Effect: Allow, Action: "execute-api:*", Resource: !Sub "\${Owner}" }
`;
    const gateway = await open(await file('sam.yaml', template));
    assert.equal(await gateway.call('developer', '/dev/orders/1'), 200);
    assert.equal(await gateway.call('developer', '/dev/admin/x', 'POST'), 403, 'its policy has GET only');
    assert.equal(await gateway.call('developer', '/dev/users'), 401);
    assert.equal((await fetch(`${gateway.origin}/dev/health`)).status, 200);
    assert.equal((await fetch(`${gateway.origin}/dev/orders/1`)).status, 403);
    const [users, owner, ...others] = gateway.settings.warnings.sort((a, b) =>
      a.includes('users') ? -1 : 1,
    );
    assert.match(users, /GET \/users has an authorizer that is not IAM/);
    assert.match(
      owner,
      /sam\.yaml:\d+:\d+: DevOnly\.Properties\.PolicyDocument\.Statement\.1\.Resource: its statement is left out: the parameter Owner has no default: set it with --parameter Owner=VALUE/,
    );
    assert.deepEqual(others, []);
    assert.deepEqual(gateway.settings.cors.allowOrigins, ['https://shop.example.com']);
    await gateway.close();
    const prod = await open(await file('sam.yaml', template), { parameters: { Stage: 'prod' } });
    assert.deepEqual(prod.settings.stages, ['prod']);
    assert.equal(prod.settings.allowsAll, true);
    await prod.close();
  });

  test('of CloudFormation, as JSON: a tree of resources, and OpenAPI', async () => {
    const template = {
      Resources: {
        Api: { Type: 'AWS::ApiGateway::RestApi', Properties: {} },
        Orders: {
          Type: 'AWS::ApiGateway::Resource',
          Properties: {
            RestApiId: { Ref: 'Api' },
            ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
            PathPart: 'orders',
          },
        },
        Order: {
          Type: 'AWS::ApiGateway::Resource',
          Properties: { RestApiId: { Ref: 'Api' }, ParentId: { Ref: 'Orders' }, PathPart: '{id}' },
        },
        Get: {
          Type: 'AWS::ApiGateway::Method',
          Properties: {
            RestApiId: { Ref: 'Api' },
            ResourceId: { Ref: 'Order' },
            HttpMethod: 'GET',
            AuthorizationType: 'AWS_IAM',
          },
        },
        Root: {
          Type: 'AWS::ApiGateway::Method',
          Properties: {
            RestApiId: { Ref: 'Api' },
            ResourceId: { 'Fn::GetAtt': 'Api.RootResourceId' },
            HttpMethod: 'ANY',
            AuthorizationType: 'NONE',
          },
        },
        Deployment: {
          Type: 'AWS::ApiGateway::Deployment',
          Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
        },
      },
    };
    const gateway = await open(await file('rest.json', JSON.stringify(template)));
    assert.equal(await gateway.call('developer', '/v1/orders/1'), 200);
    assert.equal((await fetch(`${gateway.origin}/v1`)).status, 200);
    assert.equal((await fetch(`${gateway.origin}/v1/orders/1`)).status, 403);
    await gateway.close();
    const openApi = {
      Resources: {
        Api: {
          Type: 'AWS::ApiGateway::RestApi',
          Properties: {
            Body: {
              paths: {
                '/a': { get: { security: [{ sigv4: [] }] }, post: {} },
                '/b': {
                  'x-amazon-apigateway-any-method': { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } },
                },
              },
              securityDefinitions: { sigv4: { type: 'apiKey', 'x-amazon-apigateway-authtype': 'awsSigv4' } },
            },
          },
        },
      },
    };
    const second = await open(await file('openapi.json', JSON.stringify(openApi)));
    assert.deepEqual(second.settings.routes, [
      { route: 'GET /a', auth: 'iam' },
      { route: 'POST /a', auth: 'none' },
      { route: 'ANY /b', auth: 'iam' },
    ]);
    await second.close();
  });

  test('with a config file beside: users with keys, an upstream', async () => {
    await file('template.yaml', ARTICLE);
    const config = await file(
      'api.yaml',
      `
template: template.yaml
account: "210987654321"
users:
  alice:
    policies: [MyApiGatewayAccessPolicy]
    accessKeys: [{ accessKeyId: AKIAALICE, secretAccessKey: secret of alice }]
  bob: {}
`,
    );
    const gateway = await open(config);
    assert.deepEqual(gateway.credentialsOf('alice'), {
      accessKeyId: 'AKIAALICE',
      secretAccessKey: 'secret of alice',
    });
    assert.equal(await gateway.call('alice', '/orders'), 200);
    assert.equal(await gateway.call('bob', '/orders'), 403);
    assert.match(gateway.requests()[0].refusal.message, /arn:aws:iam::210987654321:user\/bob/);
    await gateway.close();
  });

  test('a deny that cannot be read, several APIs, no API', async () => {
    const deny = ARTICLE.replace('Effect: Allow', 'Effect: Deny').replace(
      /Resource: .*/,
      'Resource: !ImportValue Api',
    );
    await assert.rejects(
      open(await file('deny.yaml', deny)),
      /deny\.yaml:\d+:\d+: this statement with Effect Deny cannot be evaluated: Fn::ImportValue cannot be resolved without AWS/,
    );
    const two = `${ARTICLE}  Other: { Type: AWS::Serverless::Api, Properties: { StageName: x } }\n`;
    await assert.rejects(
      open(await file('two.yaml', two)),
      /two\.yaml:4:3: it has MyApiGateway \(HTTP API\), Other \(REST API\): say which with --api/,
    );
    const one = await open(await file('two.yaml', two), { api: 'MyApiGateway' });
    await one.close();
    await assert.rejects(open(await file('none.yaml', 'Resources: {}')), /it has no API/);
  });
});

/** @param {number} i  name of an anchor */
const letter = (i) => String.fromCharCode(97 + i);

describe('config files', () => {
  /** @type {[text: string, message: RegExp][]} */
  const WRONG = [
    ['type: rest\nstagess: [prod]\n', /wrong\.yaml:2:\d+: stagess is not known here/],
    ['routes:\n  - route: GET /a\n    auht: iam\n', /wrong\.yaml:3:\d+: routes\[0\]\.auht is not known here/],
    [
      'routes:\n  - route: get /a\n',
      /wrong\.yaml:2:\d+: routes\[0\]\.route: must be as in `GET \/orders\/\{id\}`/,
    ],
    ['account: 123456789012\n', /wrong\.yaml:1:\d+: account: must be text: quote it/],
    [
      'roles:\n  a:\n    policies: [Nobody]\n',
      /wrong\.yaml:3:\d+: roles\.a\.policies\[0\]: there is no policy 'Nobody'/,
    ],
    [
      'roles:\n  a:\n    policies:\n      - { Statement: { Effect: Maybe, Action: "*", Resource: "*" } }\n',
      /roles\.a\.policies\[0\].*Effect/,
    ],
    ['upstream: localhost:8080\n', /wrong\.yaml:1:\d+: upstream: must be a URL/],
    ['cors:\n  origins: ["*"]\n', /wrong\.yaml:2:\d+: cors\.origins is not known here/],
    ['throttle: { rate: 0 }\n', /throttle\.rate/],
    ['users:\n  a: { secretAccessKey: hush, [\n', /^(?!.*hush).*wrong\.yaml:\d+:\d+: /s],
    ['[1, 2]\n', /wrong\.yaml/],
    ['roles: { a: { policies: [constructor] } }\n', /there is no policy 'constructor'/],
    ['a: &a [*a]\n', /an alias refers to itself/],
    [
      `a: &a [0, 0]\n${Array.from({ length: 24 }, (_, i) => `a${i}: &${letter(i + 1)} [*${letter(i)}, *${letter(i)}]\n`).join('')}`,
      /more than 100000 values/,
    ],
    [
      `a: &a ${'x'.repeat(10_000)}\nb: [${'*a, '.repeat(1000)}]\n`,
      /more than 100000 values or 8388608 characters/,
    ],
    [`a: ${'['.repeat(1000)}${']'.repeat(1000)}\n`, /nested more than 100 levels deep/],
    [`${'['.repeat(50_000)}\n`, /nested more than 100 levels deep/],
    ['type: rest\nregion: eu-west-1\ntype: http\n', /wrong\.yaml:3:1: the key "type" appears twice/],
    [`# ${'x'.repeat(1024 * 1024)}\n`, /wrong\.yaml: it is larger than 1048576 bytes/],
    [
      'Conditions: { A: { Condition: B }, B: { Condition: A } }\nResources: { X: { Condition: A } }\n',
      /wrong\.yaml:2:30: .*refers to itself/,
    ],
    [
      'Resources: { X: { Type: AWS::Serverless::Api, Properties: { StageName: { "Fn::Join": 3 } } } }\n',
      /wrong\.yaml:1:86: CloudFormation would not take this template: Fn::Join has arguments/,
    ],
    ['Resources: { X: { Type: constructor } }\n', /it has no API/],
    // Each names the one before twice: 2 to the 60th, where none is remembered.
    [
      `Conditions:\n  C0: { "Fn::Equals": [a, a] }\n${Array.from({ length: 60 }, (_, i) => `  C${i + 1}: { "Fn::And": [{ Condition: C${i} }, { Condition: C${i} }] }\n`).join('')}Resources: { X: { Type: Other, Condition: C60 }, Y: { Type: AWS::Serverless::Function, Condition: C60 } }\n`,
      /it has no API/,
    ],
  ];

  // Functions that double at each level what the one below makes, or make it again for each of many.
  const twice = (inner) => ({ 'Fn::Sub': ['${a}${a}', { a: inner }] });
  const doubled = Array.from({ length: 30 }).reduce(twice, 'x');
  const long = 'x'.repeat(10_000);
  const chain = Array.from({ length: 40 }, (_, i) => [
    `S${i}`,
    {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { StageName: i === 0 ? 'x' : { 'Fn::Sub': `\${S${i - 1}}`.repeat(2) } },
    },
  ]);
  const map = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, long.slice(0, 100)]));
  /** @type {[title: string, stage: any, more?: object][]} */
  const GROWING = [
    ['Fn::Sub in Fn::Sub', doubled],
    [
      'Fn::Sub in Fn::Base64 in Fn::Select in Fn::Split',
      { 'Fn::Select': [0, { 'Fn::Split': [',', { 'Fn::Base64': doubled }] }] },
    ],
    ['a parameter, many times', { 'Fn::Sub': '${P}'.repeat(2000) }, { Parameters: { P: { Default: long } } }],
    ['a variable of its own, many times', { 'Fn::Sub': ['${a}'.repeat(2000), { a: long }] }],
    ['a long separator', { 'Fn::Join': [long, Array(2000).fill('a')] }],
    [
      'a large mapping, many times',
      { 'Fn::Join': [',', Array(200).fill({ 'Fn::FindInMap': ['M', 'A', 'B'] })] },
      { Mappings: { M: { A: { B: map } } } },
    ],
    ['resources that refer to two others', { Ref: 'S39' }, { Resources: Object.fromEntries(chain) }],
  ];
  for (const [title, stage, { Resources, ...more } = {}] of GROWING) {
    test(`functions that make too much: ${title}`, async () => {
      const api = { Type: 'AWS::Serverless::Api', Properties: { StageName: stage } };
      const template = JSON.stringify({ ...more, Resources: { Api: api, ...Resources } });
      await assert.rejects(open(await file('growing.json', template)), {
        name: 'ConfigError',
        message:
          /growing\.json:1:\d+: the template cannot be resolved: its functions make more than 10000000 values/,
      });
    });
  }

  test('functions within functions, as people write them', async () => {
    const stage = Array.from({ length: 5 }).reduce(twice, 'x');
    const api = {
      Type: 'AWS::Serverless::Api',
      Properties: { StageName: stage, DefinitionBody: { paths: { '/a': { get: {} } } } },
    };
    const gateway = await open(await file('nested.json', JSON.stringify({ Resources: { Api: api } })));
    assert.deepEqual(gateway.settings.stages, ['x'.repeat(32)]);
    await gateway.close();
  });

  test('with many keys are read without comparing each with all others', { timeout: 60_000 }, async () => {
    const keys = Array.from({ length: 95_000 }, (_, i) => `k${i}: v\n`).join('');
    await assert.rejects(open(await file('long.yaml', keys)), /long\.yaml:1:5: k0 is not known here/);
  });

  for (const device of ['/dev/zero', '/dev/urandom']) {
    test(`that have no end: ${device}`, async () => {
      await assert.rejects(open(device), { name: 'ConfigError', message: /it is larger than 1048576 bytes/ });
      await assert.rejects(open(await file('beside.yaml', `template: ${device}\n`)), { name: 'ConfigError' });
    });
  }

  for (const [text, message] of WRONG) {
    test(`say where they are wrong: ${JSON.stringify(text).slice(0, 200)}`, async () => {
      await assert.rejects(open(await file('wrong.yaml', text)), (error) => {
        assert.equal(error.name, 'ConfigError');
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('that are not there, or empty', async () => {
    await assert.rejects(open(join(folder, 'missing.yaml')), /missing\.yaml: .*ENOENT/);
    const gateway = await open(await file('empty.yaml', ''));
    assert.equal(await gateway.call('developer', '/prod/x'), 200);
    await gateway.close();
  });

  test('secrets stay out of messages', async () => {
    await assert.rejects(
      gatewayFor({
        users: {
          a: { accessKeys: [{ accessKeyId: 'AKIA', secretAccessKey: 'hush hush', secret: 'hush hush' }] },
        },
      }),
      (error) => !error.message.includes('hush'),
    );
  });
});

// The values of functions, loops and includes of templates, and the places that messages about them name.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';

import { REGION } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-intrinsics-'));
after(() => rm(folder, { recursive: true }));

/** @param {Record<string, string>} files  by name; the first is the template @param {object} [settings] */
async function open(files, settings) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const config = join(folder, Object.keys(files)[0]);
  const gateway = await startGateway({ config, settings: { region: REGION, ...settings } });
  after(() => gateway.close());
  const { routes, warnings } = gateway.settings;
  return {
    ...gateway,
    routes: routes.map(({ route, auth }) => `${route} ${auth}`),
    // The folder is removed, because it differs in each run.
    warnings: warnings.map((warning) => warning.replaceAll(`${folder}/`, '')),
  };
}

/** @param {Record<string, string>} files @param {RegExp} message @param {object} [settings] */
const refuses = (files, message, settings) =>
  assert.rejects(open(files, settings), (/** @type {any} */ error) => {
    assert.equal(error.name, 'ConfigError');
    assert.match(error.message, message);
    return true;
  });

describe('functions', () => {
  /** @type {[value: string, expected: string][]} */
  const VALUES = [
    ['!Join [",", !GetAZs ""]', 'eu-west-1a,eu-west-1b,eu-west-1c'],
    ['!Select [1, !GetAZs { Ref: "AWS::Region" }]', 'eu-west-1b'],
    // The examples of the documentation of Fn::Cidr.
    [
      '!Join [",", !Cidr ["192.168.0.0/24", 6, 5]]',
      '192.168.0.0/27,192.168.0.32/27,192.168.0.64/27,192.168.0.96/27,192.168.0.128/27,192.168.0.160/27',
    ],
    ['!Select [1, !Cidr [10.1.0.0/16, 2]]', '10.1.1.0/24'],
    ['!Select [1, !Cidr ["2001:db8::/56", 2, 64]]', '2001:db8:0:1::/64'],
    ['!Cidr', 'undefined'],
    ['Fn::Length: [a, b, !Ref AWS::NoValue]', '2'],
    ['Fn::Length: !Ref Zones', '2'],
    ['Fn::ToJsonString: { a: !Ref AWS::Region, b: [1, true] }', '{"a":"eu-west-1","b":[1,true]}'],
    ['!Join ["+", !Ref Zones]', 'x+y'],
    ['!Select ["1", !Ref Zones]', 'y'],
    ['!FindInMap [Sizes, !Ref AWS::Region, small]', '2'],
    ['!FindInMap [Sizes, us-east-1, small, { DefaultValue: none }]', 'none'],
    ['!GetAtt F.Arn', 'arn:aws:lambda:eu-west-1:123456789012:function:F'],
    ['!GetAtt FUrl.FunctionUrl', 'https://local.lambda-url.eu-west-1.on.aws/'],
    ['!Sub "${FRole.Arn}"', 'arn:aws:iam::123456789012:role/FRole'],
  ];
  /** @param {string} value */
  const template = (value) => `Transform: AWS::Serverless-2016-10-31
Parameters:
  Zones: { Type: CommaDelimitedList, Default: 'x, y' }
  Image: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /images/newest }
Mappings: { Sizes: { eu-west-1: { small: 2 } } }
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      InlineCode: exports.handler = async () => 1
      FunctionUrlConfig: { AuthType: AWS_IAM }
      Environment:
        Variables:
          VALUE: ${value.includes('Fn::') ? `\n            ${value}` : value}
`;
  for (const [value, expected] of VALUES.filter(([value]) => value !== '!Cidr')) {
    test(`${value} is ${expected}`, async () => {
      const { settings } = await open({ 'value.yaml': template(value) });
      assert.deepEqual(settings.warnings, []);
      assert.equal(settings.functions.F.environment.VALUE, expected);
    });
  }

  /** @type {[value: string, message: RegExp][]} */
  const UNKNOWN = [
    [
      '!Ref Image',
      /^value\.yaml:\d+:\d+: F: only AWS knows the value of the parameter Image: set it with --parameter Image=VALUE/,
    ],
    [
      '!Cidr [10.0.0.0/30, 5, 1]',
      /^value\.yaml:\d+:\d+: F: Fn::Cidr: 10\.0\.0\.0\/30 has no room for 5 blocks of 1 bits/,
    ],
    ['!Select [7, [a, b]]', /Fn::Select asks for item 7 of a list of 2/],
    ['!ImportValue x', /Fn::ImportValue cannot be resolved without AWS/],
    ['!FindInMap [Sizes, us-east-1, small]', /the mapping Sizes has no us-east-1\.small/],
  ];
  for (const [value, message] of UNKNOWN) {
    test(`${value} is left out with a note`, async () => {
      const { settings, warnings } = await open({ 'value.yaml': template(value) });
      assert.match(warnings[0], message);
      assert.equal(settings.functions.F.environment.VALUE, undefined);
    });
  }

  test('a parameter overrides its default; an unknown parameter is an error', async () => {
    const files = { 'value.yaml': template('!Join ["+", !Ref Zones]') };
    const { settings } = await open(files, { parameters: { Zones: 'p,q,r' } });
    assert.equal(settings.functions.F.environment.VALUE, 'p+q+r');
    await refuses(files, /value\.yaml:3:3: there is no parameter Zone: the template has Zones, Image/, {
      parameters: { Zone: 'p' },
    });
  });
});

describe('Fn::ForEach', () => {
  test('generates resources, routes and policies; messages point into the loop', async () => {
    const { routes, warnings, settings } = await open({
      'loop.yaml': `Transform: AWS::LanguageExtensions
Parameters:
  Names: { Type: CommaDelimitedList, Default: 'orders,line-items' }
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: HTTP } }
  Fn::ForEach::Routes:
    - Name
    - !Ref Names
    - Route&{Name}:
        Type: AWS::ApiGatewayV2::Route
        Properties: { ApiId: !Ref Api, RouteKey: !Sub 'GET /\${Name}', AuthorizationType: AWS_IAM }
      Fn::ForEach::Writes:
        - Method
        - [PUT, POST]
        - Write\${Method}&{Name}:
            Type: AWS::ApiGatewayV2::Route
            Properties: { ApiId: { Ref: Api }, RouteKey: '\${Method} /\${Name}', AuthorizationType: CUSTOM }
`,
    });
    assert.deepEqual(routes, [
      'GET /orders iam',
      'PUT /orders other',
      'POST /orders other',
      'GET /line-items iam',
      'PUT /line-items other',
      'POST /line-items other',
    ]);
    assert.match(warnings[0], /^loop\.yaml:17:25: PUT \/orders has an authorizer that is not IAM/);
    assert.equal(settings.type, 'http');
  });

  test('a collection that only AWS knows is left out with a note; a malformed loop is an error', async () => {
    const loop = (/** @type {string} */ argument) => `Resources:
  Api: { Type: AWS::Serverless::HttpApi, Properties: { DefinitionBody: { paths: { /a: { get: {} } } } } }
  Fn::ForEach::X: ${argument}
`;
    const { warnings } = await open({ 'loop.yaml': loop('[A, !ImportValue x, { "R${A}": { Type: T } }]') });
    assert.match(warnings[0], /^loop\.yaml:3:\d+: Fn::ForEach::X: left out: Fn::ImportValue cannot/);
    await refuses({ 'loop.yaml': loop('[A, [x]]') }, /loop\.yaml:3:\d+: Fn::ForEach takes an identifier/);
    await refuses(
      { 'loop.yaml': loop('[A, x, {}]') },
      /loop\.yaml:3:\d+: the collection of Fn::ForEach must be/,
    );
  });

  test('nested loops with too large a result are refused', async () => {
    const list = JSON.stringify(Array.from({ length: 300 }, (_, i) => `n${i}`));
    const loop = (/** @type {string} */ name, /** @type {string} */ inner) =>
      `{ "Fn::ForEach::${name}": ["${name}", ${list}, ${inner}] }`;
    const inner = '{ "R${A}${B}${C}": { "Type": "T" } }';
    const text = `{ "Resources": ${loop('A', loop('B', loop('C', inner)))} }`;
    await refuses({ 'growing.json': text }, /growing\.json:1:\d+: the template cannot be resolved/);
  });
});

describe('AWS::Include', () => {
  const API = `paths:
  /orders:
    get: { x-amazon-apigateway-auth: { type: AWS_IAM } }
  /users:
    get: { security: [{ Cognito: [] }] }
  $default:
    x-amazon-apigateway-any-method: { isDefaultRoute: true }
`;
  const ROUTES = ['GET /orders iam', 'GET /users other', '$default none'];

  test('includes a definition from a file, and messages name its lines', async () => {
    const { routes, warnings } = await open({
      'include.yaml': `Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody: { 'Fn::Transform': { Name: AWS::Include, Parameters: { Location: !Sub '\${Folder}/api.yaml' } } }
Parameters: { Folder: { Type: String, Default: definitions } }
`,
      'definitions/api.yaml': API,
    });
    assert.deepEqual(routes, ROUTES);
    assert.deepEqual(warnings, [
      'definitions/api.yaml:5:10: GET /users has an authorizer that is not IAM: it responds with 401',
    ]);
  });

  test('works among other keys, in lists, at the top, and in an included file', async () => {
    const { routes, settings } = await open({
      'include.yaml': `Transform: [AWS::LanguageExtensions, { Name: AWS::Include, Parameters: { Location: parts/all.yaml } }]
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: HTTP } }
  Reader:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - !Transform { Name: AWS::Include, Parameters: { Location: parts/statement.json } }
`,
      'parts/all.yaml': `Resources:
  Fn::Transform: { Name: AWS::Include, Parameters: { Location: more/route.yaml } }
  Api: { Type: AWS::SNS::Topic }
`,
      'parts/more/route.yaml': `Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /x, AuthorizationType: AWS_IAM } }\n`,
      'parts/statement.json': '{ "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*" }',
    });
    assert.deepEqual(routes, ['GET /x iam']);
    assert.equal(settings.roles.Reader.policies.length, 1);
  });

  test('of a file in S3 is left out with a note; in a policy it is an error, because it may deny', async () => {
    const s3 = '{ Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://bucket/part.yaml } } }';
    const api =
      'Api: { Type: AWS::Serverless::HttpApi, Properties: { DefinitionBody: { paths: { /a: { get: {} } } } } }';
    const { warnings } = await open({ 'include.yaml': `Resources:\n  ${api}\n  Other: ${s3}\n` });
    assert.deepEqual(warnings, [
      'include.yaml:3:27: Other: AWS::Include of s3://bucket/part.yaml is left out: this gateway does not read S3. Download it, and name the copy instead',
    ]);
    await refuses(
      {
        'include.yaml': `Resources:\n  ${api}\n  R: { Type: AWS::IAM::Role, Properties: { Policies: [{ PolicyDocument: ${s3} }] } }\n`,
      },
      /include\.yaml:3:\d+: the transform AWS::Include of s3:\/\/bucket\/part\.yaml is not applied here/,
    );
  });

  test('a file that is missing or includes itself is an error with both places', async () => {
    const include = (/** @type {string} */ name) =>
      `Resources:\n  Fn::Transform: { Name: AWS::Include, Parameters: { Location: ${name} } }\n`;
    await refuses({ 'include.yaml': include('none.yaml') }, /include\.yaml:2:18: .*none\.yaml: ENOENT/);
    const loop = 'Fn::Transform: { Name: AWS::Include, Parameters: { Location: loop.yaml } }\n';
    await refuses(
      { 'include.yaml': include('loop.yaml'), 'loop.yaml': loop },
      /more than 100 files are included/,
    );
  });

  for (const [name, resource] of Object.entries({
    DefinitionUri: 'AWS::Serverless::HttpApi, Properties: { DefinitionUri: api.yaml }',
    BodyS3Location: 'AWS::ApiGatewayV2::Api, Properties: { BodyS3Location: api.yaml }',
  })) {
    test(`${name}: a local file`, async () => {
      const { routes, warnings } = await open({
        'uri.yaml': `Resources:\n  Api: { Type: ${resource} }\n`,
        'api.yaml': API,
      });
      assert.deepEqual(routes, ROUTES);
      assert.match(warnings[0], /^api\.yaml:5:10: GET \/users/);
    });
  }

  for (const [location, shown] of Object.entries({
    's3://bucket/api.yaml': 's3://bucket/api.yaml',
    '{ Bucket: bucket, Key: api.yaml }': 's3://bucket/api.yaml',
  })) {
    test(`DefinitionUri in S3 leads to a note: ${location}`, async () => {
      const { warnings } = await open({
        'uri.yaml': `Transform: AWS::Serverless-2016-10-31
Resources:
  Api: { Type: AWS::Serverless::HttpApi, Properties: { DefinitionUri: ${location} } }
  F: { Type: AWS::Serverless::Function, Properties: { Events: { E: { Type: HttpApi, Properties: { ApiId: !Ref Api } } } } }
`,
      });
      assert.equal(
        warnings[0],
        `uri.yaml:3:71: Api.Properties.DefinitionUri: its routes are in ${shown}: this gateway does not read S3. Download it, and name the copy instead`,
      );
    });
  }
});

test('a route of an API of another template leads to a note', async () => {
  const { warnings, routes } = await open({
    'elsewhere.yaml': `Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: HTTP } }
  Here: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a } }
  There: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !ImportValue api, RouteKey: GET /b } }
  Method: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !ImportValue api, ResourceId: !GetAtt Api.X, HttpMethod: GET } }
`,
  });
  assert.deepEqual(routes, ['GET /a none']);
  assert.deepEqual(
    warnings.map((warning) => warning.replace(/:\d+: /, ' ')),
    [
      'elsewhere.yaml:4 There.Properties: its API is not in this template: the route is left out',
      'elsewhere.yaml:5 Method.Properties: its API is not in this template: the route is left out',
    ],
  );
});

test('macros lead to a note; the error for nested stacks names the templates to pass', async () => {
  const api =
    'Api: { Type: AWS::Serverless::HttpApi, Properties: { DefinitionBody: { paths: { /a: { get: {} } } } } }';
  const { warnings } = await open({
    'macro.yaml': `Transform: [AWS::Serverless-2016-10-31, Company]\nResources:\n  ${api}\n`,
  });
  assert.deepEqual(warnings, [
    'macro.yaml:1:41: Transform.1: Company is a macro, which only your account can apply: its changes are missing here',
  ]);
  await refuses(
    {
      'stacks.yaml':
        'Resources:\n  A: { Type: AWS::Serverless::Application, Properties: { Location: api/template.yaml } }\n',
    },
    /stacks\.yaml:2:3: it has no API, but nested stacks: pass the template of one, such as api\/template\.yaml/,
  );
});

test('every message about a route or a policy names its line, including errors of the schema', async () => {
  const api = 'Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: HTTP } }';
  const route = (/** @type {string} */ key) =>
    `Resources:\n  ${api}\n  R: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: ${key} } }\n`;
  await refuses(
    { 'line.yaml': route('GET orders') },
    /line\.yaml:3:\d+: routes\[0\]\.route: must have a form like/,
  );
  await refuses(
    { 'line.yaml': route('orders') },
    /line\.yaml:3:\d+: routes\[0\]\.route: must have a form like/,
  );
  await refuses(
    {
      'line.yaml': `${route('GET /a')}  P: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: { Statement: { Effect: Allow, Action: 'execute-api:Invoke', Resource: nothing } } } }\n`,
    },
    /line\.yaml:4:\d+: policies\.P, Statement\[0\]\.Resource/,
  );
  await refuses({ 'line.yaml': `Resources:\n  ${api}\n` }, /line\.yaml:2:\d+: Api has no routes/);
});

// Config files and templates that are invalid, too large, or designed to take forever.

import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { gatewayFor, REGION } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-gateway-'));

/** @param {string} name @param {string} text */
async function file(name, text) {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

/** @param {string} config */
const open = (config) => startGateway({ config, settings: { region: REGION } });

/** @param {number} i  name of an anchor */
const letter = (i) => String.fromCharCode(97 + i);

describe('config files', () => {
  /** @type {[text: string, message: RegExp][]} */
  const WRONG = [
    ['type: rest\nstagess: [prod]\n', /wrong\.yaml:2:\d+: stagess is not a known key/],
    [
      'routes:\n  - route: GET /a\n    auht: iam\n',
      /wrong\.yaml:3:\d+: routes\[0\]\.auht is not a known key/,
    ],
    [
      'routes:\n  - route: get /a\n',
      /wrong\.yaml:2:\d+: routes\[0\]\.route: must have a form like `GET \/orders\/\{id\}`/,
    ],
    ['account: 123456789012\n', /wrong\.yaml:1:\d+: account: must be text: quote it/],
    [
      'roles:\n  a:\n    policies: [Nobody]\n',
      /wrong\.yaml:3:\d+: roles\.a\.policies\[0\]: there is no policy 'Nobody'/,
    ],
    [
      'roles:\n  a:\n    policies:\n      - { Statement: { Effect: Maybe, Action: "*", Resource: "*" } }\n',
      /wrong\.yaml:4:\d+: roles\.a\.policies\[0\].*Effect/,
    ],
    ['upstream: localhost:8080\n', /wrong\.yaml:1:\d+: upstream: must be a URL/],
    ['cors:\n  origins: ["*"]\n', /wrong\.yaml:2:\d+: cors\.origins is not a known key/],
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
      /wrong\.yaml:1:86: CloudFormation would refuse this template: Fn::Join has arguments/,
    ],
    ['Resources: { X: { Type: constructor } }\n', /it has no API/],
    // Each condition names the previous one twice: without a cache, there are 2 to the 60th evaluations.
    [
      `Conditions:\n  C0: { "Fn::Equals": [a, a] }\n${Array.from({ length: 60 }, (_, i) => `  C${i + 1}: { "Fn::And": [{ Condition: C${i} }, { Condition: C${i} }] }\n`).join('')}Resources: { X: { Type: Other, Condition: C60 }, Y: { Type: AWS::Serverless::Function, Condition: C60 } }\n`,
      /it has no API/,
    ],
  ];

  // Functions that double the result of the level below, or repeat it for each of many items.
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
    test(`functions with too large a result are refused: ${title}`, async () => {
      const api = { Type: 'AWS::Serverless::Api', Properties: { StageName: stage } };
      const template = JSON.stringify({ ...more, Resources: { Api: api, ...Resources } });
      await assert.rejects(open(await file('growing.json', template)), {
        name: 'ConfigError',
        message:
          /growing\.json:1:\d+: the template cannot be resolved: its functions make more than 10000000 values/,
      });
    });
  }

  test('nested functions of a usual size are accepted', async () => {
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
    await assert.rejects(open(await file('long.yaml', keys)), /long\.yaml:1:5: k0 is not a known key/);
  });

  for (const device of ['/dev/zero', '/dev/urandom']) {
    test(`without an end are refused: ${device}`, async () => {
      await assert.rejects(open(device), { name: 'ConfigError', message: /it is larger than 1048576 bytes/ });
      await assert.rejects(open(await file('beside.yaml', `template: ${device}\n`)), { name: 'ConfigError' });
    });
  }

  for (const [text, message] of WRONG) {
    test(`with an error lead to a message with its place: ${JSON.stringify(text).slice(0, 200)}`, async () => {
      await assert.rejects(open(await file('wrong.yaml', text)), (error) => {
        assert.equal(error.name, 'ConfigError');
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('that are missing or empty', async () => {
    await assert.rejects(open(join(folder, 'missing.yaml')), /missing\.yaml: .*ENOENT/);
    const gateway = await open(await file('empty.yaml', ''));
    const send = createSigv4Fetch({
      credentials: gateway.credentials,
      region: REGION,
      service: 'execute-api',
    });
    assert.equal((await send(`${gateway.origin}/prod/x`)).status, 200);
    await gateway.close();
  });

  test('messages contain no secrets', async () => {
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

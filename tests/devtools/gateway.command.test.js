// `sigv4 gateway`, run by a shell.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { BARE, sigv4, SIGV4 } from '../support/cli.js';
import { ROOT } from '../support/documents.js';
import { eventually } from '../support/gateway.js';

/** @param {string[]} args */
async function start(...args) {
  const child = spawn(SIGV4, ['gateway', '--port', '0', ...args], { env: BARE });
  after(() => child.kill('SIGKILL'));
  const run = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (run.output += text));
  await eventually(() => /^# Then:\n.*\n\n/m.test(run.output));
  const exported = Object.fromEntries(
    [...run.output.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  return { ...run, run, origin: /http:\/\/127\.0\.0\.1:\d+/.exec(run.output)[0], exported };
}

describe('the command', () => {
  test('prints credentials that work, a line for each request, and stops on a signal', async () => {
    const { run, child, origin, exported } = await start('--region', 'eu-west-1');
    const credentials = {
      accessKeyId: exported.AWS_ACCESS_KEY_ID,
      secretAccessKey: exported.AWS_SECRET_ACCESS_KEY,
      sessionToken: exported.AWS_SESSION_TOKEN,
    };
    const introduced = run.output.length;
    const send = createSigv4Fetch({ credentials, region: 'eu-west-1', service: 'execute-api' });
    assert.equal((await send(`${origin}/prod/orders`)).status, 200);
    const wrong = createSigv4Fetch({ credentials, region: 'us-east-1', service: 'execute-api' });
    assert.equal((await wrong(`${origin}/prod/orders`)).status, 403);
    await eventually(() =>
      /#2 cause +The request was signed for us-east-1 instead of eu-west-1\.\n +#2 fix /.test(run.output),
    );
    const log = run.output.slice(introduced);
    assert.match(
      log,
      /^\d\d:\d\d:\d\d #1 200 GET \/prod\/orders  [\d.]+ ms  assumed-role\/developer\/local$/m,
    );
    for (const secret of [credentials.secretAccessKey, credentials.sessionToken])
      assert.ok(!log.includes(secret));
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'close'), [0, null]);
    await assert.rejects(fetch(origin));
  });

  test('the command that it prints reaches it', async () => {
    const { run, exported } = await start('--region', 'eu-west-1');
    const [, line] = await eventually(() => /^sigv4 (request .*)\n/m.exec(run.output));
    const { code, stdout } = await sigv4(line.split(' '), { env: { ...BARE, ...exported } });
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).identity.accessKey, exported.AWS_ACCESS_KEY_ID);
  });

  test('credentials that a config names are not printed', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'sigv4-')), 'api.json');
    const users = {
      alice: { accessKeys: [{ accessKeyId: 'AKIAALICE', secretAccessKey: 'known to alice' }] },
    };
    await writeFile(file, JSON.stringify({ users }));
    const { run } = await start('--config', file);
    assert.ok(!run.output.includes('known to alice'));
    assert.doesNotMatch(run.output, /AWS_SECRET_ACCESS_KEY/);
    assert.doesNotMatch(run.output, /AWS_CONTAINER_/, 'only roles have temporary credentials');
  });

  /** @type {Record<string, [config: object, command: RegExp]>} */
  const EXAMPLES = {
    'a route of GET, wherever it stands': [
      { routes: [{ route: 'POST /orders' }, { route: 'GET /orders/{id}' }] },
      /^sigv4 request http:\/\/\S+\/prod\/orders\/1 --region us-east-1 --service execute-api$/m,
    ],
    'of any method, with a greedy parameter': [
      { type: 'http', routes: [{ route: 'ANY /files/{proxy+}' }] },
      /^sigv4 request http:\/\/[\d.:]+\/files\/1 --region .*$/m,
    ],
    'none of GET, and one that the gateway does not play': [
      { routes: [{ route: 'GET /a', auth: 'other' }, { route: 'PUT /b' }] },
      /^sigv4 request PUT http:\/\/\S+\/prod\/b --region .*$/m,
    ],
  };
  for (const [name, [config, command]] of Object.entries(EXAMPLES)) {
    test(`the command that it prints has a route: ${name}`, async () => {
      const file = join(await mkdtemp(join(tmpdir(), 'sigv4-')), 'api.json');
      await writeFile(file, JSON.stringify(config));
      const { run, exported } = await start('--config', file);
      const [line] = command.exec(run.output) ?? [];
      assert.ok(line, run.output);
      const { code } = await sigv4(line.split(' ').slice(1), { env: { ...BARE, ...exported } });
      assert.equal(code, 0);
      if (name.includes('does not play'))
        assert.match(run.output, /note +GET \/a: the authorizer is not IAM/);
    });
  }

  test('errors: a port in use, a host of another machine, an invalid config', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    after(() => server.close());
    await once(server, 'listening');
    const taken = await sigv4(['gateway', '--port', String(server.address().port)]);
    assert.equal(taken.code, 69);
    assert.match(
      taken.stderr,
      /127\.0\.0\.1:\d+ is in use: stop what listens there, or choose another with --port/,
    );
    assert.equal((await sigv4(['gateway', '--port', '0', '--host', '192.0.2.1'])).code, 69);
    assert.equal((await sigv4(['gateway', '--port', '99999'])).code, 69);
    const missing = await sigv4(['gateway', '--port', '0', '--config', '/nowhere/api.yaml']);
    assert.equal(missing.code, 78);
    assert.match(missing.stderr, /\/nowhere\/api\.yaml: .*ENOENT/);
    assert.equal((await sigv4(['gateway', '--type', 'soap'])).code, 2);
  });
});

describe('a template', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sigv4-'));
  after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'template.yaml');
  await writeFile(
    file,
    `Parameters: { Path: { Type: String }, Second: { Type: String, Default: test } }
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: orders } }
  Orders: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: !Ref Path } }
  Get: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref Orders, HttpMethod: GET, AuthorizationType: AWS_IAM } }
  Live: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: live } }
  Test: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: !Ref Second } }
  Function:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: !GetAtt FunctionRole.Arn, Code: { ZipFile: 'exports.handler = async () => "hello"' } }
  FunctionRole: { Type: AWS::IAM::Role, Properties: { ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole] } }
  Url: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !Ref Function, AuthType: AWS_IAM } }
`,
  );
  const run = async (/** @type {string[]} */ ...args) =>
    start('--config', file, '--region', 'eu-west-1', ...args);

  test('--api, --stage and --parameter select the API, the stage and parameters', async () => {
    const all = await run('--api', 'orders', '--parameter', 'Path=a=b', '--parameter', 'Second=dev');
    assert.match(all.run.output, /^http:\S+\/live {2}REST API local in eu-west-1/);
    assert.match(all.run.output, /routes +GET \/a=b \(iam\)/);
    const credentials = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
    const [accessKeyId, secretAccessKey, sessionToken] = credentials.map((name) => all.exported[name]);
    const options = { region: 'eu-west-1', service: 'execute-api' };
    const send = createSigv4Fetch({
      ...options,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    });
    assert.equal((await send(`${all.origin}/dev/a=b`)).status, 200);
    const one = await run('--api', 'Api', '--stage', 'live', '--parameter=Path=orders');
    assert.match(one.run.output, /\/live {2}REST API/);
    assert.equal((await fetch(`${one.origin}/test/orders`)).status, 403);
    assert.equal((await fetch(`${one.origin}/live/orders`)).status, 403);
  });

  test('the printed command calls a function URL as the only role that may', async () => {
    const { run: started, exported } = await run('--api', 'Url');
    assert.match(started.output, /function URL local in eu-west-1/);
    assert.match(
      started.output,
      /note +without a policy about calls: FunctionRole \(credentials: http:\S+\/ROLE\)/,
    );
    assert.match(
      started.output,
      /note +no user or role has a policy about calls, so there is a role developer/,
    );
    const [, line] = /** @type {RegExpExecArray} */ (
      /^sigv4 (request .* --service lambda)\n/m.exec(started.output)
    );
    const { code, stdout } = await sigv4(line.split(' '), { env: { ...BARE, ...exported } });
    assert.deepEqual([code, stdout], [0, 'hello']);
  });

  test('wrong values of these options are errors', async () => {
    const refused = async (/** @type {string[]} */ ...args) => {
      const { code, stderr } = await sigv4(['gateway', '--port', '0', '--config', file, ...args]);
      return `${code} ${stderr}`;
    };
    assert.match(
      await refused('--parameter', 'Path'),
      /^2 .*--parameter takes a name and a value, such as Stage=dev, not 'Path'/,
    );
    assert.match(
      await refused('--api', 'Url', '--parameter', 'Pth=x'),
      /^78 .*template\.yaml:1:\d+: there is no parameter Pth: the template has Path, Second/,
    );
    assert.match(
      await refused('--api', 'Api', '--parameter', 'Path=x', '--stage', 'prod'),
      /^78 .*template\.yaml:3:\d+: Api has no stage prod: it has live, test/,
    );
    assert.match(
      await refused('--api', 'Other'),
      /^78 .*it has Api \(REST API\), Url \(function URL\): select one with --api/,
    );
    const { code, stderr } = await sigv4([
      'gateway',
      '--port',
      '0',
      '--stage',
      'live',
      '--config',
      file,
      '--api',
      'Url',
    ]);
    assert.equal(code, 78, stderr);
  });
});

describe('the README', async () => {
  const root = new URL('../../', import.meta.url);
  const readme = await readFile(new URL('node_modules/sigv4-wasm-devtools/README.md', root), 'utf8');
  const [section] = /^## gateway\n[^]*?(?=^## )/m.exec(readme);
  const block = (/** @type {string} */ language) =>
    new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(section)[1];

  test('its config file is valid', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'sigv4-')), 'api.yaml');
    await writeFile(file, block('yaml'));
    const gateway = await startGateway({ config: file, settings: { upstream: 'http://127.0.0.1:9' } });
    after(() => gateway.close());
    const options = { region: 'eu-west-1', service: 'execute-api' };
    const alice = createSigv4Fetch({ ...options, credentials: gateway.credentials('alice') });
    assert.equal((await alice(`${gateway.origin}/prod/orders/1`)).status, 502, 'nothing listens upstream');
    assert.equal((await alice(`${gateway.origin}/prod/admin/x`)).status, 403);
    assert.ok(gateway.credentials('shop').sessionToken);
  });

  test('its config of a function URL is valid', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sigv4-'));
    const [, yaml] = /** @type {RegExpExecArray} */ (
      /^### Function URLs\n[^]*?^```yaml\n([^]*?)^```$/m.exec(section)
    );
    await writeFile(join(folder, 'url.yaml'), yaml);
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src/orders.mjs'), "export const handler = async () => 'hello';");
    const gateway = await startGateway({ config: join(folder, 'url.yaml') });
    after(() => gateway.close());
    const options = { region: 'us-east-1', service: 'lambda', credentials: gateway.credentials('shop') };
    assert.equal(await (await createSigv4Fetch(options)(gateway.origin)).text(), 'hello');
  });

  test('its code runs', () => {
    const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
    const code = `const policy = ${JSON.stringify(policy)};\n${block('js')}console.log('done');`;
    const args = ['--input-type=module', '--eval', code];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env: BARE, encoding: 'utf8' });
    assert.equal(
      stdout,
      '1 arn:aws:sts::123456789012:assumed-role/shop/local undefined undefined\ndone\n',
      stderr,
    );
  });
});

test('the suite in docs/testing.md passes', async () => {
  const [, code] = /startGateway[^]*?^```js no-run\n([^]*?)^```$/m.exec(
    await readFile(join(ROOT, 'docs/testing.md'), 'utf8'),
  );
  const folder = await mkdtemp(fileURLToPath(new URL('../../suite-', import.meta.url)));
  after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'orders.test.mjs'), code);
  await writeFile(
    join(folder, 'template.yaml'),
    `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: orders
      Body:
        paths: { /orders: { get: { x-amazon-apigateway-auth: { type: AWS_IAM } } } }
  GuestRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [] }
`,
  );
  const { stdout, status } = spawnSync(process.execPath, ['--test'], {
    cwd: folder,
    env: BARE,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /pass 1$/m);
});

// `watch`: the gateway applies changes of its files, and no request is lost.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { BARE, SIGV4 } from '../support/cli.js';
import { eventually } from '../support/gateway.js';

const ROLE = '{ policies: [{ Statement: { Effect: Allow, Action: "*", Resource: "*" } }] }';
const SCOPE = { region: 'eu-west-1', service: 'execute-api' };

/** @param {Record<string, string>} files */
async function folderWith(files) {
  const folder = await mkdtemp(join(tmpdir(), 'sigv4-watch-'));
  after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/**
 * @param {Record<string, string>} files
 * @param {string} [config]
 */
async function watched(files, config = 'api.yaml') {
  const folder = await folderWith(files);
  /** @type {(Error | undefined)[]} */
  const reloads = [];
  const gateway = await startGateway({
    config: join(folder, config),
    watch: true,
    onReload: (error) => reloads.push(error),
  });
  after(() => gateway.close());
  /**
   * Saves a file, and waits until the gateway has read it.
   *
   * @param {string} name
   * @param {string} text
   * @returns {Promise<Error | undefined>}
   */
  const save = async (name, text) => {
    reloads.length = 0;
    await mkdir(join(folder, name, '..'), { recursive: true });
    // Many editors save in this way.
    await writeFile(join(folder, `${name}.tmp`), text);
    await rename(join(folder, `${name}.tmp`), join(folder, name));
    await eventually(() => reloads.length > 0);
    return reloads.at(-1);
  };
  return {
    ...{ gateway, folder, save },
    send: createSigv4Fetch({ ...SCOPE, credentials: gateway.credentials }),
  };
}

/** @param {string} routes */
const api = (routes) => `region: eu-west-1\nroutes:\n${routes}`;

describe('a config file', () => {
  test('a definition that a template includes, and a file that the definition includes', async () => {
    const include = (/** @type {string} */ name) =>
      `Fn::Transform: { Name: AWS::Include, Parameters: { Location: ${name} } }`;
    const { gateway, save } = await watched(
      {
        'template.yaml': `Resources:\n  Api: { Type: AWS::Serverless::HttpApi, Properties: { DefinitionBody: { ${include('parts/api.yaml')} } } }\n`,
        'parts/api.yaml': `paths: { /a: { ${include('deep/get.yaml')} } }\n`,
        'parts/deep/get.yaml': 'get: {}\n',
      },
      'template.yaml',
    );
    assert.equal((await fetch(`${gateway.origin}/a`)).status, 200);
    assert.equal(await save('parts/deep/get.yaml', 'put: {}\n'), undefined);
    assert.equal((await fetch(`${gateway.origin}/a`)).status, 404);
    assert.equal(await save('parts/api.yaml', 'paths: { /b: { get: {} } }\n'), undefined);
    assert.equal((await fetch(`${gateway.origin}/b`)).status, 200);
  });

  test('an added route exists; generated credentials stay valid', async () => {
    const { gateway, save, send } = await watched({ 'api.yaml': api('  - route: GET /a\n') });
    const before = gateway.credentials();
    assert.equal((await send(`${gateway.url}/b`)).status, 403);
    assert.equal(await save('api.yaml', api('  - route: GET /a\n  - route: GET /b\n')), undefined);
    assert.equal((await send(`${gateway.url}/b`)).status, 200);
    assert.deepEqual(gateway.credentials(), before);
    assert.equal(gateway.settings.routes.length, 2);
  });

  test('an error changes nothing, and is reported with its place', async () => {
    const { gateway, folder, save, send } = await watched({ 'api.yaml': api('  - route: GET /a\n') });
    const error = await save('api.yaml', api('  - route: GET /a\n    auth: nobody\n'));
    assert.ok(
      error?.message.startsWith(`${join(folder, 'api.yaml')}:4:11: routes[0].auth: `),
      error?.message,
    );
    assert.equal((await send(`${gateway.url}/a`)).status, 200);
    const syntax = await save('api.yaml', 'routes: [\n');
    assert.match(String(syntax?.message), /api\.yaml:\d+:\d+: /);
    assert.equal((await send(`${gateway.url}/a`)).status, 200);
    assert.equal(await save('api.yaml', api('  - route: GET /b\n')), undefined);
    assert.equal((await send(`${gateway.url}/b`)).status, 200);
  });

  test('type, stages and users change', async () => {
    const { gateway, save } = await watched({ 'api.yaml': 'region: eu-west-1\n' });
    assert.match(gateway.url, /\/prod$/);
    assert.equal(await save('api.yaml', 'region: eu-west-1\ntype: http\nusers: { alice: {} }\n'), undefined);
    assert.equal(gateway.url, gateway.origin);
    assert.equal((await fetch(`${gateway.url}/x`)).status, 403);
    assert.match(gateway.credentials('alice').accessKeyId, /^AKIA/);
    assert.throws(
      () => gateway.credentials('developer'),
      /no credentials of developer; it has credentials of: alice/,
    );
  });

  test('secrets of a replaced config stay hidden in the list of requests', async () => {
    const users = (/** @type {string} */ id) =>
      `users: { alice: { accessKeys: [{ accessKeyId: ${id}, secretAccessKey: secret-of-${id} }] } }\n`;
    const { gateway, save, send } = await watched({ 'api.yaml': users('AKIAFIRST') });
    await send(`${gateway.url}/x`, { method: 'POST', body: 'it was secret-of-AKIAFIRST' });
    assert.equal(await save('api.yaml', users('AKIASECOND')), undefined);
    const [{ request }] = await gateway.requests();
    assert.equal(Buffer.from(request.body ?? '', 'base64').toString(), 'it was (hidden)');
  });

  test('temporary credentials that were issued before stay valid', async () => {
    const { gateway, save } = await watched({ 'api.yaml': 'region: eu-west-1\n' });
    const { uri, token } = gateway.credentialsEndpoint;
    const issued = await (await fetch(uri, { headers: { authorization: token } })).json();
    assert.equal(await save('api.yaml', 'region: eu-west-1\ncors: true\n'), undefined);
    const credentials = {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      sessionToken: issued.Token,
    };
    assert.equal((await createSigv4Fetch({ ...SCOPE, credentials })(`${gateway.url}/x`)).status, 200);
  });
});

describe('a template', () => {
  const template = (/** @type {string} */ path) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: app.handler
      CodeUri: src
      Timeout: 20
      Events: { Get: { Type: HttpApi, Properties: { Path: ${path}, Method: get } } }
`;
  const app = (/** @type {string} */ text) => `import { text } from './lib/text.mjs';
export const handler = async () => ({ statusCode: 200, body: text + '${text}' });
`;
  const files = {
    'api.yaml': 'template: template.yaml\nregion: eu-west-1\n',
    'template.yaml': template('/hello'),
    'src/app.mjs': app('1'),
    'src/lib/text.mjs': "export const text = 'a';\n",
  };

  test('its routes, its handlers, and their imports are reloaded', async () => {
    const { gateway, save } = await watched(files);
    const body = async (/** @type {string} */ path) => (await fetch(gateway.url + path)).text();
    assert.equal(await body('/hello'), 'a1');
    assert.equal(await save('src/app.mjs', app('2')), undefined);
    assert.equal(await body('/hello'), 'a2');
    assert.equal(await save('src/lib/text.mjs', "export const text = 'b';\n"), undefined);
    assert.equal(await body('/hello'), 'b2');
    assert.equal(await save('template.yaml', template('/moved')), undefined);
    assert.equal(await body('/moved'), 'b2');
  });

  test('a broken handler does not replace the previous one, and the message has its file and line', async () => {
    const { gateway, save } = await watched(files);
    const body = async () => (await fetch(`${gateway.url}/hello`)).text();
    assert.equal(await body(), 'a1');
    const error = await save('src/app.mjs', `${app('2')}const = 5;\n`);
    assert.match(String(error?.message), /the Lambda function Hello cannot be loaded: SyntaxError: /);
    assert.match(String(error?.message), /src\/app\.mjs:3:7/);
    assert.equal(await body(), 'a1');
    const missing = await save('src/app.mjs', "export { handler } from './none.mjs';\n");
    assert.match(String(missing?.message), /none\.mjs/);
    assert.equal(await body(), 'a1');
    assert.equal(await save('src/none.mjs', app('3')), undefined);
    assert.equal(await body(), 'a3');
  });

  test('requests in progress finish with the config that they started with, and none is lost', async () => {
    /** @type {import('node:http').ServerResponse[]} */
    const waiting = [];
    const gate = createServer((_, outgoing) => waiting.push(outgoing)).listen(0, '127.0.0.1');
    after(() => gate.close().closeAllConnections());
    await new Promise((resolve) => gate.once('listening', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (gate.address());
    const slow = (/** @type {string} */ text) => `
export const handler = async () => {
  await fetch('http://127.0.0.1:${port}/');
  return { statusCode: 200, body: '${text}' };
};
`;
    const { gateway, save } = await watched({ ...files, 'src/app.mjs': slow('old') });
    const call = async () => (await fetch(`${gateway.url}/hello`)).text();
    const underWay = [call(), call(), call()];
    await eventually(() => waiting.length === 3);
    assert.equal(await save('src/app.mjs', slow('new')), undefined);
    const next = call();
    await eventually(() => waiting.length === 4);
    for (const outgoing of waiting) outgoing.end();
    assert.deepEqual(await Promise.all(underWay), ['old', 'old', 'old']);
    assert.equal(await next, 'new');
  });
});

test('a WebSocket stays open', async () => {
  const { gateway, save } = await watched({
    'api.yaml': 'type: websocket\nroutes: [{ route: $connect, auth: none }]\n',
  });
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(gateway.url);
  await new Promise((resolve) => socket.once('open', resolve));
  assert.equal(await save('api.yaml', 'type: websocket\nroutes: [{ route: $connect }]\n'), undefined);
  const answer = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
  socket.send('still here');
  assert.equal(await answer, 'still here');
  socket.close();
  const refused = new WebSocket(gateway.url);
  const [error] = await new Promise((resolve) => refused.once('error', (failure) => resolve([failure])));
  assert.match(error.message, /403/);
});

test('the command: --watch', async () => {
  const folder = await folderWith({ 'api.yaml': api('  - route: GET /a\n') });
  const args = ['gateway', '--port', '0', '--watch', '--config', join(folder, 'api.yaml')];
  const child = spawn(SIGV4, args, { env: BARE });
  after(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  await eventually(() => output.includes('# Then:'));
  output = '';
  await writeFile(join(folder, 'api.yaml'), api('  - route: GET /a\n    auth: nobody\n'));
  await eventually(() => output.includes('Not loaded'));
  assert.match(output, /^ +reload +\S+api\.yaml:4:11: routes\[0\]\.auth: /m);
  output = '';
  await writeFile(
    join(folder, 'api.yaml'),
    `${api('  - route: GET /b\n')}roles: { developer: ${ROLE}, shop: ${ROLE} }\n`,
  );
  await eventually(() => output.includes('role/shop'));
  assert.match(output, /^ +reload +done\n +routes +GET \/b \(iam\)\n/m);
  assert.doesNotMatch(output, /role\/developer/, 'its keys are as before');
  child.kill('SIGTERM');
});

test('a gateway that is closed during a reload leaves nothing behind', async () => {
  const { gateway, folder } = await watched({ 'api.yaml': 'region: eu-west-1\n' });
  await writeFile(join(folder, 'api.yaml'), 'region: eu-west-2\n');
  await new Promise((resolve) => setTimeout(resolve, 110));
  await gateway.close();
  await assert.rejects(fetch(gateway.url));
});

test('`await using` closes it', { skip: Symbol.asyncDispose === undefined }, async () => {
  const gateway = await startGateway();
  assert.equal((await fetch(`${gateway.url}/x`)).status, 403);
  await gateway[Symbol.asyncDispose]();
  await assert.rejects(fetch(gateway.url));
});

test('a folder with too many folders is named', async () => {
  const folder = await folderWith({
    'api.yaml': `${api('  - { route: GET /a, function: A }')}\nfunctions: { A: { handler: code/a.handler } }\n`,
    'code/a.mjs': 'export const handler = async () => "a";',
  });
  await Promise.all(Array.from({ length: 1000 }, (_, i) => mkdir(join(folder, `code/${i}`))));
  const lines = /** @type {string[]} */ ([]);
  const log = (/** @type {string} */ line) => lines.push(line);
  const gateway = await startGateway({ config: join(folder, 'api.yaml'), watch: true, log });
  after(() => gateway.close());
  const named = lines.filter((line) =>
    line.includes(`Only the first 1000 folders in ${join(folder, 'code')}`),
  );
  assert.equal(named.length, 1);
});

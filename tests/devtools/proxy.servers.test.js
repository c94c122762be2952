// The proxy in front of moto with IAM enabled, and of OpenStack Swift: the servers see the identity of the proxy.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';

import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { startProxy } from 'sigv4-wasm-devtools/proxy';

import { startMotoAccount } from '../servers/support/moto-account.js';
import { swift } from '../servers/support/s3-servers.js';
import { describeWith, PYTHON } from '../servers/support/tools.js';
import { BARE, SIGV4 } from '../support/cli.js';
import { eventually } from '../support/gateway.js';

const STRANGER = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'of nobody here' };
const IDENTITY = 'Action=GetCallerIdentity&Version=2011-06-15';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describeWith(PYTHON, 'moto', () => {
  /** @type {import('../servers/support/moto-account.js').MotoAccount} */
  let moto;
  before(async () => {
    moto = await startMotoAccount();
  });
  after(() => moto?.stop());

  test('a form of a client that cannot sign is signed as the user', async () => {
    const proxy = await startProxy({
      upstream: { url: moto.origin, region: 'us-east-1', service: 'sts' },
      credentials: moto.user.credentials,
    });
    const headers = { ...FORM, authorization: `Bearer ${proxy.token}` };
    const response = await fetch(proxy.origin, { method: 'POST', headers, body: IDENTITY });
    assert.ok((await response.text()).includes(moto.user.arn));
    await proxy.close();
  });

  test('a request of the AWS SDK with other keys is signed again for the upstream', async () => {
    const proxy = await startProxy({
      upstream: { url: moto.origin, region: 'us-east-1', service: 'dynamodb' },
      credentials: moto.user.credentials,
      token: false,
    });
    const client = new DynamoDBClient({
      endpoint: proxy.origin,
      region: 'eu-north-1',
      credentials: STRANGER,
    });
    assert.deepEqual((await client.send(new ListTablesCommand({}))).TableNames, []);
    client.destroy();
    // Without the proxy, moto refuses these keys.
    const direct = new DynamoDBClient({ endpoint: moto.origin, region: 'us-east-1', credentials: STRANGER });
    await assert.rejects(direct.send(new ListTablesCommand({})));
    direct.destroy();
    await proxy.close();
  });

  test('--assume-role signs as the role', async () => {
    const { accessKeyId, secretAccessKey } = moto.user.credentials;
    const env = {
      ...{ ...BARE, AWS_ENDPOINT_URL_STS: moto.origin, SIGV4_PROXY_TOKEN: 'the-token-of-this-test' },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    };
    const scope = ['--region', 'us-east-1', '--service', 'sts', '--assume-role', moto.role.arn];
    const child = spawn(SIGV4, ['proxy', moto.origin, '--port', '0', ...scope], { env });
    after(() => child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    await eventually(() => output.includes('curl'));
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? '';
    const headers = { ...FORM, authorization: 'Bearer the-token-of-this-test' };
    const response = await fetch(origin, { method: 'POST', headers, body: IDENTITY });
    assert.match(await response.text(), /assumed-role\/reader\//);
    child.kill();
  });
});

describeWith(PYTHON, 'Swift', () => {
  /** @type {import('../servers/support/server.js').RunningServer} */
  let server;
  before(async () => {
    server = await swift.start(swift.credentials);
  });
  after(() => server?.stop());

  test('hashed uploads and uploads in chunks are stored unchanged', async () => {
    const proxy = await startProxy({
      upstream: { url: server.origin, region: 'us-east-1', service: 's3' },
      credentials: swift.credentials,
    });
    const headers = { 'x-sigv4-proxy-token': proxy.token ?? '' };
    assert.equal((await fetch(`${proxy.origin}/bucket`, { method: 'PUT', headers })).status, 200);
    for (const length of [1000, 300_000]) {
      const body = randomBytes(length);
      const url = `${proxy.origin}/bucket/a%20b/${length}`;
      const put = await fetch(url, { method: 'PUT', headers, body });
      assert.equal(put.status, 200, await put.text());
      const got = await fetch(url, { headers });
      assert.ok(Buffer.from(await got.arrayBuffer()).equals(body));
    }
    await proxy.close();
  });
});

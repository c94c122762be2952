// examples/websocket against the local gateway.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { openExample, runExample } from '../support/examples.js';
import { eventually, gatewayFor } from '../support/gateway.js';

test('connects, is sent to by the server, and connects again', async () => {
  const gateway = await gatewayFor({ type: 'websocket' });
  const { accessKeyId, secretAccessKey, sessionToken = '' } = gateway.credentials();
  const env = {
    API_URL: gateway.base.replace('http', 'ws'),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
  const { child, output } = openExample('websocket', env);
  const prints = (/** @type {RegExp} */ text) => eventually(() => text.test(output.stdout));
  const connections = async () => {
    const response = await fetch(`${gateway.origin}/_sigv4/connections?token=${gateway.inspector.token}`);
    return (await response.json()).connections.map((/** @type {{ id: string }} */ { id }) => id);
  };

  await prints(/^connected\n/);
  child.stdin.write('grüß dich\n');
  await prints(/^grüß dich$/m); // the gateway echoes
  const [id] = await connections();
  assert.match(id, /=$/);

  const notified = await runExample('websocket', env, ['run', '--silent', 'notify', '--', id, 'your tea ü']);
  assert.equal(notified.code, 0, notified.stderr);
  await prints(/^your tea ü$/m);

  // 128 kB is more than API Gateway takes, which then ends the connection.
  child.stdin.write(`${'x'.repeat(129 * 1024)}\n`);
  await prints(/connected\n[^]*connected\n/);
  const [again] = await connections();
  assert.notEqual(again, id);

  const gone = await runExample('websocket', env, ['run', '--silent', 'notify', '--', id, 'hello']);
  assert.match(gone.stderr, /the client is gone/);
  child.stdin.end();
  const [code] = await once(child, 'close');
  assert.equal(code, 0, output.stderr);
  const handshakes = (await gateway.requests()).filter(({ route }) => route === '$connect');
  assert.deepEqual(
    handshakes.map(({ response }) => response.status),
    [101, 101],
  );
});

test('a wrong secret: prints the refusal, and tries again', async () => {
  const gateway = await gatewayFor({ type: 'websocket' });
  const { child, output } = openExample('websocket', {
    API_URL: gateway.base.replace('http', 'ws'),
    AWS_ACCESS_KEY_ID: gateway.credentials().accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'another',
    AWS_SESSION_TOKEN: gateway.credentials().sessionToken ?? '',
  });
  await eventually(() => /403[^]*403/.test(output.stderr));
  child.stdin.end();
  await once(child, 'close');
});

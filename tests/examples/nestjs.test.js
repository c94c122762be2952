// examples/nestjs: it accepts signed requests, and signs the requests that it forwards.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { SignatureV4 } from '@smithy/signature-v4';
import { HttpRequest } from '@smithy/protocol-http';
import { Sha256 } from '@aws-crypto/sha256-js';

import { REGION, startExample } from '../support/examples.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

test('accepts what AWS’s own signer signed, refuses what was changed, and forwards with a signature', async () => {
  const api = await startIamServer({ credentials: [CREDENTIALS], region: REGION });
  after(() => api.close());
  const { origin } = await startExample('nestjs', {
    API_URL: `${api.origin}/prod`,
    CLIENT_SECRET: 'not-a-secret',
  });
  const url = `${origin}/orders`;
  const body = '{"item":"größer tea"}';
  const { headers } = await new SignatureV4({
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret' },
    region: REGION,
    service: 'orders',
    sha256: Sha256,
    applyChecksum: false, // without x-amz-content-sha256, as most clients
  }).sign(
    new HttpRequest({
      method: 'POST',
      path: '/orders',
      headers: { host: new URL(origin).host, 'content-type': 'application/json' },
      body,
    }),
  );
  const accepted = await fetch(url, { method: 'POST', headers, body });
  assert.equal(accepted.status, 201);
  const { by, created } = await accepted.json();
  assert.equal(by, 'AKIAEXAMPLE');
  assert.equal(created.url, '/prod/orders');
  assert.equal(Buffer.from(api.requests[0].body).toString(), body);

  const changed = await fetch(url, { method: 'POST', headers, body: '{"item":"gold"}' });
  assert.equal(changed.status, 403);
  assert.match((await changed.json()).message, /^The request signature we calculated does not match/);
  const unsigned = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  assert.equal(unsigned.status, 403);
  assert.equal(api.requests.length, 1);
});

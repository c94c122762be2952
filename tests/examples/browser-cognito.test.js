// examples/browser-cognito in Chromium, with a simulated identity pool, and an API that accepts its credentials until they expire.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { REGION } from '../support/examples.js';
import { startIamServer } from '../support/iam-server.js';
import { openExamplePage } from './support/page.js';

const LIFE_MS = 4_000;

test('axios and fetch share credentials, which are fetched again before they expire', async () => {
  /** @type {import('../support/iam-authorizer.js').IamCredentials[]} */
  const known = [];
  /** @type {[operation: string, input: any][]} */
  const calls = [];
  const respond = (
    /** @type {import('../support/iam-server.js').RecordedRequest} */ { rawHeaders, body },
  ) => {
    const headers = Object.fromEntries(
      rawHeaders.map((name, i) => [name.toLowerCase(), rawHeaders[i + 1]]).filter((_, i) => i % 2 === 0),
    );
    const operation = headers['x-amz-target'].replace('AWSCognitoIdentityService.', '');
    const input = JSON.parse(Buffer.from(body).toString());
    calls.push([operation, input]);
    if (operation === 'GetId') return { body: JSON.stringify({ IdentityId: `${REGION}:guest` }) };
    const n = known.length + 1;
    const issued = { accessKeyId: `ASIA${n}`, secretAccessKey: `secret${n}`, sessionToken: `to/k+en${n}==` };
    // The earlier ones are refused from now on.
    for (const earlier of known) earlier.expiration = new Date(0);
    known.push({ ...issued });
    const Expiration = (Date.now() + LIFE_MS) / 1000;
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken } = issued;
    const Credentials = { AccessKeyId, SecretKey, SessionToken, Expiration };
    return { body: JSON.stringify({ IdentityId: input.IdentityId, Credentials }) };
  };
  const cors = {
    'access-control-allow-headers': 'content-type,x-amz-target',
    'access-control-allow-methods': 'POST',
  };
  const cognito = await startIamServer({ credentials: [], open: '/', cors: true, respond, preflight: cors });
  const api = await startIamServer({ credentials: known, region: REGION, cors: true });
  after(() => Promise.all([cognito.close(), api.close()]));

  const page = await openExamplePage('browser-cognito', {
    VITE_API_URL: `${api.origin}/prod`,
    VITE_REGION: REGION,
    VITE_IDENTITY_POOL_ID: `${REGION}:pool`,
    VITE_COGNITO_URL: `${cognito.origin}/`,
  });
  const click = async (/** @type {string} */ id) => {
    await page.$eval('pre', (output) => (output.textContent = ''));
    await page.click(`#${id}`);
    await page.waitForFunction(() => document.querySelector('pre')?.textContent !== '');
    return page.$eval('pre', ({ textContent }) => textContent ?? '');
  };

  assert.match(await click('axios'), /^200 .*"\/prod\/orders\?status=open&tag%5B%5D=gr%C3%B6%C3%9Fe/);
  assert.match(await click('fetch'), /^200 .*"method":"POST"/);
  const first = calls.length;
  assert.equal(calls[0][0], 'GetId');
  assert.deepEqual(calls[0][1], { IdentityPoolId: `${REGION}:pool` });
  assert.deepEqual(calls.at(-1), ['GetCredentialsForIdentity', { IdentityId: `${REGION}:guest` }]);

  await sleep(LIFE_MS / 2 + 100); // half of their life is over
  assert.match(await click('axios'), /^200 /);
  assert.deepEqual(
    calls.slice(first).map(([operation]) => operation),
    ['GetCredentialsForIdentity'],
  );
  assert.ok(api.requests.every(({ status }) => status === 200));
});

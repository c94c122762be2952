// The providers of sigv4-wasm/credentials with moto's STS, Cognito and instance metadata: what they issue, moto accepts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { signRequest } from 'sigv4-wasm';
import {
  assumeRole,
  fromCognitoIdentity,
  fromInstanceMetadata,
  fromWebIdentity,
} from 'sigv4-wasm/credentials';

import { callQuery, element, startMotoAccount } from './support/moto-account.js';
import { send } from './support/s3-client.js';
import { startMoto } from './support/server.js';
import { PYTHON, describeWith } from './support/tools.js';

const region = 'us-east-1';

describeWith(PYTHON, 'moto issues credentials', () => {
  /** @type {import('./support/moto-account.js').MotoAccount} */
  let moto;
  /** Without IAM, which in moto takes no request without a signature. @type {import('./support/server.js').RunningServer} */
  let open;
  before(async () => {
    [moto, open] = await Promise.all([startMotoAccount(), startMoto()]);
  });
  after(() => Promise.all([moto?.stop(), open?.stop()]));

  /** @param {import('sigv4-wasm').SignerOptions['credentials']} credentials */
  const callerOf = async (credentials, { origin } = moto) => {
    const form = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
    return element(await callQuery(origin, 'sts', form, credentials), 'Arn');
  };

  test('assumeRole', async () => {
    const credentials = assumeRole({
      credentials: moto.user.credentials,
      roleArn: moto.role.arn,
      roleSessionName: 'me',
      region,
      endpoint: moto.origin,
    });
    assert.equal(await callerOf(credentials), 'arn:aws:sts::123456789012:assumed-role/reader/me');
    const minutes = (Number((await credentials()).expiration) - Date.now()) / 60_000;
    assert.ok(minutes > 55 && minutes < 65, `${minutes} minutes`);
  });

  test('assumeRole by somebody whose secret is another', async () => {
    const credentials = assumeRole({
      credentials: { ...moto.user.credentials, secretAccessKey: 'another' },
      roleArn: moto.role.arn,
      region,
      endpoint: moto.origin,
    });
    await assert.rejects(credentials(), {
      code: 'ERR_SIGV4_CREDENTIALS_PROVIDER',
      message: /assumeRole: AssumeRole: STS answered 403, SignatureDoesNotMatch/,
    });
  });

  test('fromWebIdentity', async () => {
    const credentials = fromWebIdentity({
      roleArn: moto.role.arn,
      roleSessionName: 'web',
      webIdentityToken: 'eyJ.token',
      region,
      endpoint: open.origin,
    });
    assert.equal(await callerOf(credentials, open), 'arn:aws:sts::123456789012:assumed-role/reader/web');
  });

  test('fromCognitoIdentity', async () => {
    const signed = await signRequest(
      {
        method: 'POST',
        url: `${open.origin}/`,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityService.CreateIdentityPool',
        },
        body: { IdentityPoolName: 'pool', AllowUnauthenticatedIdentities: true },
      },
      { credentials: moto.user.credentials, region, service: 'cognito-identity' },
    );
    const { IdentityPoolId } = JSON.parse((await send(signed)).text);
    const found = await fromCognitoIdentity({ identityPoolId: IdentityPoolId, endpoint: open.origin })();
    assert.match(found.identityId, /^us-east-1:/);
    assert.ok(found.accessKeyId && found.secretAccessKey && found.sessionToken);
    assert.ok(found.expiration && found.expiration > new Date());
  });

  test('fromInstanceMetadata', async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await fromInstanceMetadata({
      endpoint: open.origin,
    })();
    assert.deepEqual(
      [accessKeyId, secretAccessKey, sessionToken],
      ['test-key', 'test-secret-key', 'test-session-token'],
    );
    assert.ok(expiration && expiration > new Date());
  });
});

// An account in moto: a user with an access key, and a role that it may assume.

import assert from 'node:assert/strict';

import { signRequest } from 'sigv4-wasm';

import { send } from './s3-client.js';
import { startMoto } from './server.js';

const ALLOWED = ['sts:*', 'dynamodb:*', 'sqs:*', 's3:*'];

/**
 * @typedef {import('./server.js').RunningServer & {
 *   user: { arn: string, credentials: import('sigv4-wasm').Credentials },
 *   role: { arn: string },
 * }} MotoAccount
 */

/**
 * Starts moto, makes the account, and then turns IAM on: from there on nothing passes without a valid signature of
 * somebody who may do it.
 *
 * @returns {Promise<MotoAccount>}
 */
export async function startMotoAccount() {
  const server = await startMoto();
  try {
    const iam = (/** @type {string} */ Action, /** @type {Record<string, string>} */ params) =>
      // Signed by nobody: moto finds the service in the credential scope.
      callQuery(server.origin, 'iam', { Action, Version: '2010-05-08', ...params }, NOBODY);
    const created = await iam('CreateUser', { UserName: 'tester' });
    const key = await iam('CreateAccessKey', { UserName: 'tester' });
    const role = await iam('CreateRole', {
      RoleName: 'reader',
      AssumeRolePolicyDocument: policy({ Action: 'sts:AssumeRole', Principal: { AWS: '*' } }),
    });
    const PolicyDocument = policy({ Action: ALLOWED, Resource: '*' });
    await iam('PutUserPolicy', { UserName: 'tester', PolicyName: 'all', PolicyDocument });
    await iam('PutRolePolicy', { RoleName: 'reader', PolicyName: 'all', PolicyDocument });
    const on = await fetch(`${server.origin}/moto-api/reset-auth`, { method: 'POST', body: '0' });
    assert.equal(on.status, 200);
    const credentials = {
      accessKeyId: element(key, 'AccessKeyId'),
      secretAccessKey: element(key, 'SecretAccessKey'),
    };
    return {
      ...server,
      user: { arn: element(created, 'Arn'), credentials },
      role: { arn: element(role, 'Arn') },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/**
 * AssumeRole of the security token service.
 *
 * @param {MotoAccount} account
 * @returns {Promise<import('sigv4-wasm').Credentials>}
 */
export async function assumeRole({ origin, user, role }) {
  const params = {
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role.arn,
    RoleSessionName: 'session',
  };
  const answer = await callQuery(origin, 'sts', params, user.credentials);
  return {
    accessKeyId: element(answer, 'AccessKeyId'),
    secretAccessKey: element(answer, 'SecretAccessKey'),
    sessionToken: element(answer, 'SessionToken'),
    expiration: new Date(element(answer, 'Expiration')),
  };
}

/**
 * The AWS query protocol: a form in, XML out.
 *
 * @param {string} origin
 * @param {string} service
 * @param {Record<string, string>} params
 * @param {import('sigv4-wasm').SignerOptions['credentials']} credentials
 */
export async function callQuery(origin, service, params, credentials) {
  const request = { method: 'POST', url: `${origin}/`, body: new URLSearchParams(params) };
  const answer = await send(await signRequest(request, { region: 'us-east-1', service, credentials }));
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

/**
 * The first element of a name.
 *
 * @param {{ text: string }} answer
 * @param {string} name
 */
export function element({ text }, name) {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text);
  assert.ok(found, `no ${name} in ${text}`);
  return found[1];
}

/** @param {Record<string, unknown>} statement */
function policy(statement) {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}

const NOBODY = { accessKeyId: 'AKIDNOBODY', secretAccessKey: 'none' };

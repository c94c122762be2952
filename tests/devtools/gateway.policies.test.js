// Policies other than those of the caller: the policy of a REST API, permissions boundaries, session policies; and the denials that
// name them.

import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { answerOf, gatewayFor, REGION } from '../support/gateway.js';

const INVOKE = 'execute-api:Invoke';
const policy = (/** @type {object[]} */ ...statements) => ({
  Version: '2012-10-17',
  Statement: statements.map((statement) => ({
    Effect: 'Allow',
    Action: INVOKE,
    Resource: '*',
    ...statement,
  })),
});
const ALL = policy({});
const READS = policy({ Sid: 'Reads', Resource: 'arn:aws:execute-api:*:*:*/GET/*' });
const ROUTES = [{ route: 'ANY /orders' }, { route: 'GET /health', auth: 'none' }];

/** @param {object} config */
async function open(config) {
  const gateway = await gatewayFor({ routes: ROUTES, ...config });
  const send = async (/** @type {string | undefined} */ name, /** @type {string} */ target) => {
    const [method, path] = target.split(' ');
    const credentials = name && gateway.credentials(name);
    const call = credentials ? createSigv4Fetch({ ...gateway.options, credentials }) : fetch;
    return answerOf(await call(`${gateway.base}${path}`, { method }));
  };
  return { ...gateway, send };
}

// The endings are those of "Troubleshoot access denied error messages", IAM user guide.
describe('a denial says which kind of policies decided', () => {
  const roles = {
    limited: { policies: [ALL], permissionsBoundary: READS },
    forbidden: { policies: [ALL], permissionsBoundary: policy({ Effect: 'Deny' }) },
    session: { policies: [ALL], sessions: [{ policies: [READS] }] },
    free: { policies: [ALL] },
    nobody: { policies: [READS] },
  };
  const unallowed = (kind) => `because no ${kind} allows the ${INVOKE} action`;

  for (const [name, target, ending] of [
    ['limited', 'POST /orders', unallowed('permissions boundary')],
    ['forbidden', 'GET /orders', 'with an explicit deny in a permissions boundary'],
    ['session', 'POST /orders', unallowed('session policy')],
    ['nobody', 'POST /orders', unallowed('identity-based policy')],
  ]) {
    test(`${name}: ${ending}`, async () => {
      const { send } = await open({ roles });
      const { status, body } = await send(name, target);
      assert.equal(status, 403);
      assert.ok(body.Message.endsWith(ending), body.Message);
    });
  }

  test('requests that all kinds allow are allowed', async () => {
    const { send } = await open({ roles });
    for (const [name, target] of [
      ['limited', 'GET /orders'],
      ['session', 'GET /orders'],
      ['free', 'POST /orders'],
    ]) {
      assert.equal((await send(name, target)).status, 200, name);
    }
  });

  test('the log names the statement, or the nearest one and why it does not match', async () => {
    const { send, requests } = await open({ roles });
    await send('forbidden', 'GET /orders');
    await send('limited', 'POST /orders');
    const [nearest, denied] = await requests();
    assert.match(
      denied.hint.fix,
      /^The statement \[0\] of roles\.forbidden\.permissionsBoundary denies this request, /,
    );
    assert.match(
      nearest.hint.fix,
      /^Let the permissions boundary of the caller allow execute-api:Invoke on arn:/,
    );
    assert.match(
      nearest.hint.fix,
      /The statement 'Reads' of roles\.limited\.permissionsBoundary came nearest: its Resource is arn:aws:execute-api:\*:\*:\*\/GET\/\*, and the request has arn:.*\/POST\/orders\.$/,
    );
    assert.equal(nearest.policy.decidedBy, 'permissionsBoundary');
  });
});

// Tables A and B of "How API Gateway resource policies affect authorization workflow", API Gateway developer guide.
describe('the policy of a REST API', () => {
  const roles = { free: { policies: [ALL] }, nobody: {} };
  const api = (/** @type {object[]} */ ...statements) =>
    policy(...statements.map((one) => ({ Principal: '*', Resource: 'execute-api:/*', ...one })));

  test('allows a caller of the account without policies', async () => {
    const { send } = await open({ roles, resourcePolicy: api({ Resource: 'execute-api:/*/GET/*' }) });
    assert.equal((await send('nobody', 'GET /orders')).status, 200);
    assert.equal((await send('nobody', 'POST /orders')).status, 403);
    assert.equal((await send('free', 'POST /orders')).status, 200);
  });

  test('denies the principals that it names', async () => {
    const { send } = await open({
      roles,
      resourcePolicy: api(
        {},
        { Effect: 'Deny', Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } } },
      ),
    });
    const { status, body } = await send('free', 'GET /orders');
    assert.equal(status, 403);
    assert.match(
      body.Message,
      /assumed-role\/free\/local .* with an explicit deny in a resource-based policy$/,
    );
  });

  test('decides alone about a route without an authorizer', async () => {
    const open_ = await open({ roles, resourcePolicy: api({}) });
    assert.equal((await open_.send(undefined, 'GET /health')).status, 200);
    const closed = await open({ roles, resourcePolicy: api({ Resource: 'execute-api:/*/POST/*' }) });
    const { status, body } = await closed.send(undefined, 'GET /health');
    assert.equal(status, 403);
    // REST APIs respond with: "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:
    // us-east-1:********4690:dfkf3ef8vf/prod/GET/ because no resource-based policy allows the execute-api:Invoke action".
    assert.match(
      body.Message,
      /^User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:\*{8}9012:abc123\/prod\/GET\/health because no resource-based policy allows the execute-api:Invoke action$/,
    );
    assert.equal((await closed.requests())[0].principal, undefined);
  });

  test('is an error for types of APIs without one', async () => {
    await assert.rejects(startGateway({ config: { type: 'http', resourcePolicy: api({}) } }), {
      message: /resourcePolicy: only a REST API or a function URL has one/,
    });
    await assert.rejects(startGateway({ config: { resourcePolicy: ALL } }), {
      message: /^resourcePolicy, .*Principal/,
    });
    await assert.rejects(startGateway({ config: { roles: { shop: { permissionsBoundary: 'Missing' } } } }), {
      message: /roles\.shop\.permissionsBoundary: there is no policy 'Missing'/,
    });
  });
});

describe('templates', () => {
  const folder = mkdtemp(join(tmpdir(), 'sigv4-policies-'));
  /** @param {string} text @param {object} [settings] */
  async function openTemplate(text, settings) {
    const file = join(await folder, `${Math.random()}.yaml`);
    await writeFile(file, text);
    const gateway = await startGateway({ config: file, settings: { region: REGION, ...settings } });
    after(() => gateway.close());
    const send = async (/** @type {string | undefined} */ name, /** @type {string} */ target) => {
      const [method, path] = target.split(' ');
      const credentials = name && gateway.credentials(name);
      const call = credentials
        ? createSigv4Fetch({ region: REGION, service: 'execute-api', credentials })
        : fetch;
      return (await call(`${gateway.origin}${path}`, { method })).status;
    };
    return { ...gateway, send };
  }

  const API = `
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: orders
      Policy:
        Statement:
          - { Effect: Allow, Principal: { AWS: '*' }, Action: execute-api:Invoke, Resource: execute-api:/* }
          - { Effect: Deny, Principal: '*', Action: execute-api:Invoke, Resource: execute-api:/*/DELETE/* }
  Orders:
    Type: AWS::ApiGateway::Resource
    Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders }
  Any:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Api, ResourceId: !Ref Orders, HttpMethod: ANY, AuthorizationType: AWS_IAM }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, StageName: live }`;
  const ROLE = (boundary) => `
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - { Effect: Allow, Action: 's3:*', Resource: '*' }
          - { Effect: Allow, Action: execute-api:Invoke, Resource: arn:aws:execute-api:*:*:*/GET/* }
  Client:
    Type: AWS::IAM::Role
    Properties:
      PermissionsBoundary: ${boundary}
      Policies:
        - PolicyDocument:
            Statement: { Effect: Allow, Action: execute-api:Invoke, Resource: '*' }`;
  const IAM_API = API.replace(/\n {6}Policy:[^]*?\n {2}Orders/, '\n  Orders');

  test('the policy of an API, of CloudFormation', async () => {
    const { send, settings } = await openTemplate(`Resources:${API}${ROLE('!Ref Boundary')}`);
    assert.deepEqual(settings.warnings, []);
    // The policy names everyone, and a boundary does not limit everyone.
    assert.equal(await send('Client', 'POST /live/orders'), 200);
    assert.equal(await send('Client', 'DELETE /live/orders'), 403);
  });

  test('the permissions boundary of a role', async () => {
    const { send } = await openTemplate(`Resources:${IAM_API}${ROLE('!Ref Boundary')}`);
    assert.equal(await send('Client', 'GET /live/orders'), 200);
    assert.equal(await send('Client', 'POST /live/orders'), 403);
  });

  test('a permissions boundary of another template allows nothing, unless the config has it', async () => {
    const boundary = '!Sub arn:aws:iam::\${AWS::AccountId}:policy/Company';
    const text = `Resources:${IAM_API}${ROLE(boundary)}`;
    const unknown = await openTemplate(text);
    assert.equal(await unknown.send('Client', 'GET /live/orders'), 403);
    assert.match(
      unknown.settings.warnings[0],
      /policy\/Company is not in this template: it allows nothing, unless .* policies\.Company$/,
    );
    const known = await openTemplate(text, { policies: { Company: ALL } });
    assert.equal(await known.send('Client', 'POST /live/orders'), 200);
  });

  test('a permissions boundary that is a managed policy of AWS', async () => {
    const administrator = await openTemplate(
      `Resources:${IAM_API}${ROLE('arn:aws:iam::aws:policy/AdministratorAccess')}`,
    );
    assert.equal(await administrator.send('Client', 'POST /live/orders'), 200);
    const other = await openTemplate(
      `Resources:${IAM_API}${ROLE('arn:aws:iam::aws:policy/AmazonS3FullAccess')}`,
    );
    assert.equal(await other.send('Client', 'GET /live/orders'), 403);
  });

  test('ResourcePolicy of SAM', async () => {
    const { send, settings } = await openTemplate(`
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth:
        ResourcePolicy:
          IpRangeBlacklist: [127.0.0.0/8]
          SourceVpcWhitelist: [vpc-1]
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Get: { Type: Api, Properties: { Path: /orders, Method: get, RestApiId: !Ref Api } }`);
    assert.equal(await send(undefined, 'GET /live/orders'), 403);
    assert.match(
      settings.warnings[0],
      /:11:\d+: Api\.Properties\.Auth\.ResourcePolicy\.SourceVpcWhitelist: this is left out, because it is about VPCs$/,
    );
  });
});

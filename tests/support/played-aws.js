// A server that plays what hands out credentials: STS, Cognito identity pools, the metadata services of EC2 and of containers,
// as their references write the answers. It keeps what was asked.

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * @typedef {object} Asked
 * @property {string | undefined} method
 * @property {string | undefined} url
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} body
 * @property {Record<string, string>} form
 */

export const EXPIRATION = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000);
const EXPIRES = EXPIRATION.toISOString().replace('.000', '');

/** @param {string} action @param {string} id */
export const stsAnswer = (action, id) => `<?xml version="1.0"?>
<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <${action}Result>
    <AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:name</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/r/name</Arn></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>${id}</AccessKeyId>
      <SecretAccessKey>secret/of+${id}</SecretAccessKey>
      <SessionToken>token/of+${id}&#43;&amp;==</SessionToken>
      <Expiration>${EXPIRES}</Expiration>
    </Credentials>
  </${action}Result>
  <ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata>
</${action}Response>`;

/** @param {string} id */
export const metadata = (id) => ({
  Code: 'Success',
  Type: 'AWS-HMAC',
  AccessKeyId: id,
  SecretAccessKey: `secret/of+${id}`,
  Token: `token/of+${id}`,
  Expiration: EXPIRES,
});

/** @type {Record<string, (asked: Asked) => [status: number, body: unknown] | undefined>} */
const ROUTES = {
  'POST /': ({ form, headers, body }) => {
    const target = headers['x-amz-target'];
    if (target === 'AWSCognitoIdentityService.GetId') return [200, { IdentityId: 'eu-west-1:id-1' }];
    if (target === 'AWSCognitoIdentityService.GetCredentialsForIdentity') {
      const Credentials = {
        AccessKeyId: 'ASIACOGNITO',
        SecretKey: 'secret/of+cognito',
        SessionToken: 'token/of+cognito',
        Expiration: EXPIRATION.getTime() / 1000,
      };
      return [200, { IdentityId: JSON.parse(body).IdentityId, Credentials }];
    }
    if (/^AssumeRole/.test(form.Action)) {
      return [200, stsAnswer(form.Action, `ASIA${form.RoleArn.split('/').at(-1)?.toUpperCase()}`)];
    }
    return undefined;
  },
  'PUT /latest/api/token': ({ headers }) =>
    headers['x-aws-ec2-metadata-token-ttl-seconds'] ? [200, 'imds-token'] : [400, ''],
  'GET /latest/meta-data/iam/security-credentials/': (asked) => withToken(asked, 'my-role'),
  'GET /latest/meta-data/iam/security-credentials/my-role': (asked) => withToken(asked, metadata('ASIAIMDS')),
  'GET /container': () => [200, metadata('ASIACONTAINER')],
  'GET /pod': ({ headers }) =>
    headers.authorization === 'pod-token' ? [200, metadata('ASIAPOD')] : [401, { Code: 'Unauthorized' }],
};

/** @param {Asked} asked @param {unknown} body @returns {[number, unknown]} */
function withToken({ headers }, body) {
  return headers['x-aws-ec2-metadata-token'] === 'imds-token' ? [200, body] : [401, ''];
}

/** @param {{ cors?: boolean }} [options]  `cors`: lets pages of any origin ask, as STS and Cognito do */
export async function playAws({ cors = false } = {}) {
  /** @type {Asked[]} */
  const asked = [];
  /** The headers that browsers asked to send, one text for each preflight. @type {string[]} */
  const preflights = [];
  /** Answers that come instead of the next ones. @type {[status: number, body: unknown, headers?: object][]} */
  const next = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    if (cors) outgoing.setHeader('access-control-allow-origin', '*');
    if (cors && method === 'OPTIONS') {
      const names = String(headers['access-control-request-headers'] ?? '');
      preflights.push(names);
      outgoing.writeHead(204, { 'access-control-allow-headers': names }).end();
      return;
    }
    const body = await text(incoming);
    const request = { method, url, headers, body, form: Object.fromEntries(new URLSearchParams(body)) };
    asked.push(request);
    const planned = next.shift();
    const [status, answer] = planned ?? ROUTES[`${method} ${url?.split('?')[0]}`]?.(request) ?? [404, ''];
    if (status === 0) return; // never answered
    outgoing.writeHead(status, /** @type {any} */ (planned?.[2]));
    outgoing.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    preflights,
    next,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * The parts of the received requests that two clients must agree on, and empties the list. Names of sessions, signatures and headers of
 * a client are its own.
 *
 * @param {any[]} asked  of {@link playAws}
 */
export const takeQuestions = (asked) =>
  asked.splice(0).map(({ method, url, headers, body, form }) => {
    const { RoleSessionName, ...rest } = form;
    const isOwn = /^(?:aws-sdk-js|sigv4-wasm)-/.test(RoleSessionName ?? '');
    const signer = /Credential=([^/]+)\/\d+\/([^,]+)/.exec(headers.authorization ?? '')?.slice(1);
    return {
      method,
      url,
      body: headers['x-amz-target'] ? JSON.parse(body) : { ...rest, ...(isOwn ? {} : { RoleSessionName }) },
      target: headers['x-amz-target'],
      token: headers['x-aws-ec2-metadata-token'] ?? headers['x-amz-security-token'],
      signer: signer ?? headers.authorization,
    };
  });

// `sigv4 request --from`: a pasted request of any tool is signed and sent; also roles and SigV4a.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';

import { verifyRequest } from 'sigv4-wasm/verify';

import { BARE, SIGNED_IN, sigv4 } from '../support/cli.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const SCOPE = ['--region', 'us-east-1', '--service', 'execute-api'];

/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** @type {string} */
let folder;
before(async () => {
  server = await startIamServer({ credentials: [CREDENTIALS], respond: () => ({ body: 'fine' }) });
  folder = await mkdtemp(join(tmpdir(), 'sigv4-from-'));
});
after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  server.requests.length = 0;
});

const BODY = '{"item":"tea"}';

/** The same request, as each tool has it. @type {Record<string, (origin: string) => string>} */
const TEXTS = {
  'a curl command': (origin) =>
    `curl '${origin}/orders?a=1' -H 'content-type: application/json' -H 'authorization: AWS4-HMAC-SHA256 Credential=old' --data-raw '${BODY}' --compressed`,
  'a fetch call': (origin) =>
    `await fetch("${origin}/orders?a=1", { "headers": { "content-type": "application/json" }, "body": ${JSON.stringify(BODY)}, "method": "POST" });`,
  'a HAR entry': (origin) =>
    JSON.stringify({
      request: {
        method: 'POST',
        url: `${origin}/orders?a=1`,
        headers: [
          { name: 'content-type', value: 'application/json' },
          { name: 'content-length', value: '14' },
          { name: 'connection', value: 'keep-alive' },
          { name: 'accept-encoding', value: 'gzip, deflate, br, zstd' },
        ],
        postData: { mimeType: 'application/json', text: BODY },
      },
    }),
  'an HTTP request': (origin) =>
    `POST /orders?a=1 HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n${BODY}`,
  'an awscurl command': (origin) =>
    `awscurl --service execute-api --region us-east-1 -X POST -H 'Content-Type: application/json' -d '${BODY}' '${origin}/orders?a=1'`,
  'a wget command': (origin) =>
    `wget --post-data='${BODY}' --header='Content-Type: application/json' '${origin}/orders?a=1'`,
  'an HTTPie command': (origin) =>
    `http --raw '${BODY}' POST ${origin}/orders a==1 content-type:application/json`,
  'a PowerShell command': (origin) =>
    `Invoke-WebRequest -Uri "${origin}/orders?a=1" -Method "POST" -ContentType "application/json" -Body '${BODY}'`,
  'an axios call': (origin) =>
    `const { data } = await axios.post('${origin}/orders', { item: 'tea' }, { params: { a: 1 } });`,
  'an item of a Postman collection': (origin) =>
    JSON.stringify({
      name: 'Create',
      request: {
        method: 'POST',
        header: [],
        url: { raw: `${origin}/orders?a=1` },
        body: { mode: 'raw', raw: BODY, options: { raw: { language: 'json' } } },
      },
    }),
  'a Bruno file': (origin) =>
    `meta {\n  name: Create\n}\n\npost {\n  url: ${origin}/orders?a=1\n  body: json\n}\n\nbody:json {\n  ${BODY}\n}\n`,
};

describe('request --from signs and sends', () => {
  for (const [title, textOf] of Object.entries(TEXTS)) {
    it(title, async () => {
      const args = ['request', '--from', '-', ...SCOPE];
      const { code, stdout, stderr } = await sigv4(args, { input: textOf(server.origin) });
      assert.equal(code, 0, stderr);
      assert.equal(stdout, 'fine');
      const [arrived] = server.requests;
      assert.equal(arrived.method, 'POST');
      assert.equal(arrived.url, '/orders?a=1');
      assert.equal(Buffer.from(arrived.body).toString(), BODY);
      const names = arrived.rawHeaders.map((name) => name.toLowerCase());
      assert.match(arrived.rawHeaders[names.indexOf('content-type') + 1], /^application\/json/);
      assert.equal(names.filter((name) => name === 'authorization').length, 1);
    });
  }

  it('a bare URL, and a presigned one that has expired', async () => {
    const urls = [
      `${server.origin}/a?b=1`,
      `${server.origin}/a?b=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAOLD%2F20150830%2Fus-east-1%2Fexecute-api%2Faws4_request` +
        '&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00',
    ];
    for (const input of urls) {
      server.requests.length = 0;
      const { code, stderr } = await sigv4(['request', '--from', '-', ...SCOPE], { input });
      assert.equal(code, 0, stderr);
      assert.equal(server.requests[0].url, '/a?b=1');
    }
  });

  it('a file, with another method and header than it has, and a response that is compressed', async () => {
    await writeFile(join(folder, 'request'), TEXTS['a wget command'](server.origin));
    const args = [
      'request',
      '--from',
      join(folder, 'request'),
      ...SCOPE,
      '-X',
      'PUT',
      '-H',
      'content-type: text/plain',
    ];
    const { code, stderr } = await sigv4(args);
    assert.equal(code, 0, stderr);
    const [{ method, rawHeaders }] = server.requests;
    assert.equal(method, 'PUT');
    assert.deepEqual(
      rawHeaders.filter((_, i) => /^content-type$/i.test(rawHeaders[i - 1])),
      ['text/plain'],
    );
  });

  it('one of several', async () => {
    const entries = ['a', 'b'].map((path) => ({
      request: { method: 'GET', url: `${server.origin}/${path}`, headers: [] },
    }));
    const input = JSON.stringify({ log: { entries } });
    const all = await sigv4(['request', '--from', '-', ...SCOPE], { input });
    assert.equal(all.code, 2);
    assert.match(
      all.stderr,
      /there are 2 requests: choose one with --entry NUMBER\n +1 {2}GET .*\/a\n +2 {2}GET .*\/b$/m,
    );
    const { code, stderr } = await sigv4(['request', '--from', '-', '--entry', '2', ...SCOPE], { input });
    assert.equal(code, 0, stderr);
    assert.equal(server.requests[0].url, '/b');
  });

  it('a curl command says which of its options are not read from it', async () => {
    const input = `curl -sSkL --compressed -o x '${server.origin}/x'`;
    const { code, stderr } = await sigv4(['request', '--from', '-', ...SCOPE], { input });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^sigv4: -k, -L of the pasted command are ignored: pass them to sigv4$/m);
  });

  it('what an awscurl command says of scope and credentials', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = CREDENTIALS;
    const input =
      `awscurl --access_key ${accessKeyId} --secret_key '${secretAccessKey}' --session_token '${sessionToken}' ` +
      `--region us-east-1 ${server.origin}/x`;
    const { code, stderr } = await sigv4(['request', '--from', '-'], { input, env: BARE });
    assert.equal(code, 0, stderr);
  });

  it('nothing beside a URL or data of its own', async () => {
    for (const more of [[`${server.origin}/x`], ['-d', 'x'], ['-T', 'x']]) {
      const { code } = await sigv4(['request', '--from', join(folder, 'request'), ...more, ...SCOPE]);
      assert.equal(code, 2);
    }
  });
});

const ROLE = {
  accessKeyId: 'ASIAROLE',
  secretAccessKey: 'secret-of-the-role',
  sessionToken: 'token-of-the-role-long-enough',
};

describe('--assume-role', () => {
  /** @type {import('../support/iam-server.js').IamServer} */
  let sts;
  /** @type {import('../support/iam-server.js').IamServer} */
  let api;
  before(async () => {
    sts = await startIamServer({
      credentials: [CREDENTIALS],
      service: 'sts',
      respond: ({ body }) => {
        const form = new URLSearchParams(Buffer.from(body).toString());
        if (form.get('RoleArn') !== 'arn:aws:iam::123456789012:role/shop') {
          return {
            status: 403,
            body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
          };
        }
        return {
          body: `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${ROLE.accessKeyId}</AccessKeyId><SecretAccessKey>${ROLE.secretAccessKey}</SecretAccessKey><SessionToken>${ROLE.sessionToken}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
        };
      },
    });
    api = await startIamServer({ credentials: [ROLE], respond: () => ({ body: 'as the role' }) });
  });
  after(() => Promise.all([sts.close(), api.close()]));
  const env = () => ({ ...SIGNED_IN, AWS_ENDPOINT_URL_STS: sts.origin });

  it('signs as the role, whose session is asked of STS', async () => {
    const args = [
      'request',
      `${api.origin}/x`,
      ...SCOPE,
      '--assume-role',
      'arn:aws:iam::123456789012:role/shop',
    ];
    const more = ['--external-id', 'ext', '--role-session-name', 'me', '-v'];
    const { code, stdout, stderr } = await sigv4([...args, ...more], { env: env() });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'as the role');
    const form = new URLSearchParams(Buffer.from(sts.requests[0].body).toString());
    assert.deepEqual(
      [form.get('Action'), form.get('ExternalId'), form.get('RoleSessionName')],
      ['AssumeRole', 'ext', 'me'],
    );
    assert.match(stderr, /ASIAROLE, from the role arn:.*shop, assumed by the environment/);
    assert.doesNotMatch(stderr, /token-of-the-role/);
  });

  it('that may not be assumed says what STS answered', async () => {
    const args = [
      'request',
      `${api.origin}/x`,
      ...SCOPE,
      '--assume-role',
      'arn:aws:iam::123456789012:role/other',
    ];
    const { code, stderr } = await sigv4(args, { env: env() });
    assert.equal(code, 78);
    assert.match(stderr, /role\/other \(--assume-role\).*AccessDenied/);
  });

  it('is what --external-id needs', async () => {
    const { code } = await sigv4(['request', `${api.origin}/x`, ...SCOPE, '--external-id', 'x'], {
      env: env(),
    });
    assert.equal(code, 2);
  });
});

describe('--sigv4a', () => {
  /** @type {any} */
  let arrived;
  /** @type {import('node:http').Server} */
  let plain;
  /** @type {string} */
  let origin;
  before(async () => {
    plain = createServer(async (request, response) => {
      const outcome = await verifyRequest(request, {
        region: 'eu-west-1',
        service: 'execute-api',
        secretAccessKey: () => CREDENTIALS,
      }).catch((/** @type {any} */ error) => error);
      arrived = { headers: request.headers, outcome };
      response.end('fine');
    });
    await new Promise((resolve) => plain.listen(0, '127.0.0.1', () => resolve(undefined)));
    origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (plain.address()).port}`;
  });
  after(() => plain.close());

  it('signs for several regions', async () => {
    const args = [
      'request',
      `${origin}/x`,
      '--sigv4a',
      '--region',
      'us-east-1,eu-*',
      '--service',
      'execute-api',
    ];
    const { code, stderr } = await sigv4(args);
    assert.equal(code, 0, stderr);
    assert.match(arrived.headers.authorization, /^AWS4-ECDSA-P256-SHA256 /);
    assert.equal(arrived.headers['x-amz-region-set'], 'us-east-1,eu-*');
    assert.equal(arrived.outcome.algorithm, 'AWS4-ECDSA-P256-SHA256', String(arrived.outcome));
  });

  it('presigns', async () => {
    const url = 'https://my-alias.mrap.accesspoint.s3-global.amazonaws.com/photos/42.jpg';
    const { code, stdout, stderr } = await sigv4(['presign', url, '--sigv4a'], { showsToken: true });
    assert.equal(code, 0, stderr);
    const { searchParams } = new URL(stdout);
    assert.equal(searchParams.get('X-Amz-Algorithm'), 'AWS4-ECDSA-P256-SHA256');
    assert.equal(searchParams.get('X-Amz-Region-Set'), '*');
  });
});

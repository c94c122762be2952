// Requests that are signed already, in Chromium: right or wrong, and why a server refused them.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

import { inspectorTests, showSnippets } from '../support/inspector-page.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS, JSON_OF_STS, signedByAws4, SOURCE } from '../support/inspector-inputs.js';

const { withPage } = inspectorTests({ before, after });

describe('a request that is signed already', () => {
  test('is found right with its secret', () =>
    withPage({}, async ({ page, paste, says }) => {
      await paste(SOURCE, signedByAws4());
      await says('.verdict', /Signed with ASIAEXAMPLEEXAMPLE00\. Enter the secret access key/);
      await page.locator('#field-secretAccessKey').fill(CREDENTIALS.secretAccessKey);
      await says('.verdict', /signature is right/);
    }));

  test('is found wrong after a change, with no known mistake', () =>
    withPage({}, async ({ paste, says }) => {
      await paste(SOURCE, JSON_OF_STS);
      await paste(SOURCE, signedByAws4({ body: '{"a":7}' }));
      await says('.verdict', /signature is wrong.*No known mistake/s);
    }));

  test('has its mistake proved', () =>
    withPage({}, async ({ paste, says }) => {
      await paste(SOURCE, JSON_OF_STS);
      // Spaces came in after signing.
      await paste(SOURCE, signedByAws4({ body: '{"a": 1}' }));
      await says('.verdict', /signature is wrong.*JSON/s);
      await says('.findings', /The mistake, proved.*JSON.*Fix:/s);
    }));
});

describe('a request to S3 Express, as the SDK signs it with its session', () => {
  const SESSION = {
    accessKeyId: 'ASIASESSIONSESSION00',
    secretAccessKey: 'secret/of+the+session/0123456789abcdefgh',
    sessionToken: 'token/of+the+session==',
  };
  const Bucket = 'orders--use1-az4--x-s3';
  /** @type {HttpRequest | undefined} */
  let sent;
  const s3 = new S3Client({
    region: 'us-east-1',
    credentials: CREDENTIALS,
    requestHandler: {
      async handle(/** @type {HttpRequest} */ request) {
        if (!('session' in request.query)) {
          sent = request;
          return { response: new HttpResponse({ statusCode: 200, headers: {}, body: Readable.from([]) }) };
        }
        const body = `<CreateSessionResult><Credentials><AccessKeyId>${SESSION.accessKeyId}</AccessKeyId><SecretAccessKey>${SESSION.secretAccessKey}</SecretAccessKey><SessionToken>${SESSION.sessionToken}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></CreateSessionResult>`;
        return { response: new HttpResponse({ statusCode: 200, headers: {}, body: Readable.from([body]) }) };
      },
    },
  });
  after(() => s3.destroy());

  const inHeaders = async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a b', Body: 'tea', ChecksumAlgorithm: 'CRC32' }));
    const { method, path, query, headers, hostname, body } = sent;
    const search = new URLSearchParams(query);
    assert.equal(headers['x-amz-s3session-token'], SESSION.sessionToken);
    const lines = Object.entries({ host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}`);
    return [`${method} ${path}?${search} HTTP/1.1`, ...lines, '', body].join('\n');
  };
  const inUrl = async () => {
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a b' }));
    assert.equal(new URL(url).searchParams.get('X-Amz-S3session-Token'), SESSION.sessionToken);
    return `curl '${url}'`;
  };

  for (const [where, write, hide] of [
    ['headers', inHeaders, (text) => text.replace(SESSION.sessionToken, '(hidden)')],
    ['its URL', inUrl, (text) => text.replace(encodeURIComponent(SESSION.sessionToken), '(hidden)')],
  ]) {
    test(`is found right, signed in ${where}`, () =>
      withPage({}, async ({ page, paste, says, press }) => {
        const text = await write();
        await paste(SOURCE, text);
        await says('.verdict', /ASIASESSIONSESSION00\. Enter the secret access key to check/);
        await page.locator('#field-secretAccessKey').fill(SESSION.secretAccessKey);
        await says('.verdict', /signature is right/);
        assert.ok(!(await page.$eval('main', (main) => main.textContent)).includes(SESSION.sessionToken));
        // The snippets that sign have nothing of the old signature left.
        await showSnippets(page);
        await page.locator('::-p-aria([name="curl that signs"])').click();
        await press('Copy: curl that signs');
        await says('[role=status].sr', /copied/);
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        assert.match(copied, /x-amz-s3session-token: \$AWS_SESSION_TOKEN/);
        assert.doesNotMatch(
          copied,
          /X-Amz-(?:S3session-Token|Signature|Credential)|authorization|x-amz-date/,
        );
        assert.ok(!copied.includes(SESSION.sessionToken));
      }));

    test(`needs its token where a log has it hidden, signed in ${where}`, () =>
      withPage({}, async ({ page, paste, says }) => {
        await paste(SOURCE, hide(await write()));
        await says('.verdict', /Enter the secret access key and the session token/);
        await page.locator('#field-secretAccessKey').fill(SESSION.secretAccessKey);
        await page.locator('#field-sessionToken').fill(SESSION.sessionToken);
        await says('.verdict', /signature is right/);
      }));
  }
});

describe('why it was 403', () => {
  const SIGNED_BODY = '{"item":"tea"}';
  /** What an authorizer that shares no code with us answers. */
  async function refusedBody(style) {
    const iam = await startIamServer({ credentials: [CREDENTIALS], style });
    const signer = new SignatureV4({
      ...{ credentials: CREDENTIALS, region: 'us-east-1', service: 'execute-api', sha256: Sha256 },
      applyChecksum: false,
    });
    const { host, hostname, port } = new URL(iam.origin);
    const signed = await signer.sign(
      new HttpRequest({
        ...{
          method: 'POST',
          protocol: 'http:',
          hostname,
          port: Number(port),
          path: '/prod/orders',
          body: SIGNED_BODY,
        },
        headers: { host, 'content-type': 'application/json' },
      }),
    );
    const response = await fetch(`${iam.origin}/prod/orders`, {
      ...{ method: 'POST', headers: signed.headers, body: '{"item":"cup"}' },
    });
    const answer = await response.text();
    await iam.close();
    assert.equal(response.status, 403, answer);
    const lines = Object.entries({ ...signed.headers, host }).map(([name, value]) => `${name}: ${value}`);
    return { answer, request: ['POST /prod/orders HTTP/1.1', ...lines, '', SIGNED_BODY].join('\n') };
  }

  test('the answer is compared line by line with what was signed', () =>
    withPage({}, async ({ page, paste, says }) => {
      const { answer, request } = await refusedBody('rest');
      await paste(SOURCE, JSON_OF_STS);
      await paste(SOURCE, request);
      await says('.verdict', /signature is right/);
      await paste('[aria-label="The response of the server"]', answer);
      await page.waitForSelector('.diff .is-different');
      const different = await page.$$eval('.diff .is-different', (rows) =>
        rows.map((row) => row.querySelector('th').textContent),
      );
      assert.deepEqual(different, ['differs: payload hash', 'differs: canonical request hash']);
      await says('#explanation-title', /response/);
    }));

  test('of a request as it arrived, the answer proves nothing, but the signature does', () =>
    withPage({}, async ({ page, paste, says }) => {
      const { answer, request } = await refusedBody('rest');
      await paste(SOURCE, JSON_OF_STS);
      await paste(SOURCE, request.replace(SIGNED_BODY, '{"item":"cup"}'));
      await paste('[aria-label="The response of the server"]', answer);
      await says('.verdict', /No known mistake/);
      await says('.findings', /What the response says/);
      await page.waitForFunction(() => document.querySelector('.causes') !== null);
      assert.equal(await page.$('.diff'), null);
    }));

  test('an HTTP API says less, and so does the page', () =>
    withPage({}, async ({ page, paste, says }) => {
      await paste(
        '[aria-label="The response of the server"]',
        'HTTP/1.1 403 Forbidden\napigw-requestid: A\n\n{"message":"Forbidden"}',
      );
      await says('.findings', /Fix:/);
      assert.equal(await page.$('.diff'), null);
    }));
});

// The explanation of a refused request on the terminal and in the page.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import axios from 'axios';
import { presignUrl, signRequest } from 'sigv4-wasm';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { eventually, exchangeBytes, gatewayFor } from '../support/gateway.js';

describe('a refused request is explained', async () => {
  /** @type {string[]} */
  const lines = [];
  const gateway = await gatewayFor({}, { log: (line) => lines.push(line) });
  const { options, base } = gateway;
  const { credentials } = options;
  const explained = async () => (await gateway.requests())[0];

  test('body: JSON.stringify of a body that axios already serialized', async () => {
    const { host } = new URL(base);
    const signer = new SignatureV4({ ...options, sha256: Sha256, applyChecksum: false });
    const body = { item: 'tea', pieces: 3 };
    const signed = await signer.sign(
      new HttpRequest({
        method: 'POST',
        hostname: host,
        path: '/prod/orders',
        headers: { host, 'content-type': 'application/json' },
        body: JSON.stringify(body, null, 2),
      }),
    );
    const { host: _, ...headers } = signed.headers;
    const response = await axios.post(`${base}/orders`, body, { headers, validateStatus: () => true });
    assert.equal(response.status, 403);
    const { mismatches } = await explained();
    assert.equal(mismatches.length, 1);
    assert.equal(mismatches[0].part, 'body');
    await eventually(() => lines.some((line) => line.includes(mismatches[0].summary)));
  });

  test('on the terminal, each line has the number of its request, even if requests overlap', async () => {
    const secretAccessKey = 'of somebody else, so that all mistakes are tried';
    const other = { ...options, credentials: { ...credentials, secretAccessKey } };
    const slow = await createSigv4Fetch(other)(`${base}/slow`);
    const quick = await createSigv4Fetch(options)(`${base}/quick`);
    assert.deepEqual([slow.status, quick.status], [403, 200]);
    const [second, first] = await gateway.requests();
    assert.deepEqual([first.request.url, second.request.url], ['/prod/slow', '/prod/quick']);
    assert.equal(slow.headers.get('x-sigv4-request'), String(first.number));
    assert.equal(quick.headers.get('x-sigv4-request'), String(second.number));
    const about = ({ number }) => lines.filter((line) => line.includes(`#${number} `));
    assert.match(about(second)[0], /^\d\d:\d\d:\d\d #\d+ 200 GET \/prod\/quick/);
    const [line, explanation] = about(first);
    assert.match(line, /^\d\d:\d\d:\d\d #\d+ 403 GET \/prod\/slow/);
    const key = credentials.accessKeyId.slice(-4);
    assert.match(
      explanation,
      new RegExp(`^ +#${first.number} perhaps .*…${key}\\.\n +#${first.number} try `),
    );
    assert.equal(first.likely[0].code, 'secret-other');
  });

  test('a path that was signed without the stage, and a wrong region', async () => {
    const noStage = await signRequest(`${gateway.origin}/orders`, options);
    await fetch(`${base}/orders`, noStage);
    assert.equal((await explained()).mismatches[0].part, 'path');
    const elsewhere = await signRequest(`${base}/orders`, { ...options, region: 'us-east-1' });
    await fetch(elsewhere.url, elsewhere);
    assert.equal((await explained()).mismatches[0].code, 'wrong-region');
  });

  test('from facts of the gateway: no route, no signature, unknown key, policies', async () => {
    await fetch(`${gateway.origin}/dev/orders`);
    assert.match((await explained()).hint.fix, /^Stages: prod\. Routes: ANY \/, ANY \/\{proxy\+\}\.$/);
    await fetch(`${base}/orders`);
    assert.match((await explained()).hint.fix, /^Sign the request, for the service execute-api in eu-west-1/);
    const unknown = await signRequest(`${base}/orders`, {
      ...options,
      credentials: { ...credentials, accessKeyId: 'ASIANOTHERE' },
    });
    await fetch(unknown.url, unknown);
    assert.match((await explained()).hint.fix, /no access key …HERE/);
  });

  test('on the terminal, without secrets and control characters', async () => {
    const bytes = 'GET /prod/\x9b2J HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    assert.match(await exchangeBytes(gateway.origin, bytes), /^HTTP\/1\.1 400 /);
    await fetch(`${base}/x?X-Amz-Security-Token=secret`);
    await fetch(await presignUrl(`${base}/x`, { ...options, region: 'us-east-2' }));
    await eventually(
      () => lines.filter((line) => line.includes('us-east-2') || line.includes('another region')).length > 0,
    );
    const all = lines.join('\n');
    assert.doesNotMatch(all, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    for (const secret of [credentials.secretAccessKey, credentials.sessionToken, 'Token=secret']) {
      assert.ok(!all.includes(secret) && !all.includes(encodeURIComponent(secret)));
    }
    assert.match(all, /^\d\d:\d\d:\d\d #\d+ 403 GET \/prod\/x\?X-Amz-…  \d/m);
  });

  test('a flood of bad requests gets responses, but not all are explained', async () => {
    const bad = await signRequest(`${base}/flood`, { ...options, region: 'us-east-1' });
    for (let i = 0; i < 150; i++) assert.equal((await fetch(bad.url, bad)).status, 403);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const flood = (await gateway.requests()).filter(({ request }) => request.url === '/prod/flood');
    const count = flood.filter(({ mismatches }) => mismatches).length;
    assert.equal(flood.length, 150);
    assert.ok(count > 0 && count < 30, `${count} explained`);
  });
});

describe('the values of an explanation', async () => {
  const { base, options, requests } = await gatewayFor({ hosts: ['api.example.com', 'localhost:5173'] });
  const key = `…${options.credentials.accessKeyId.slice(-4)}`;

  /** @type {Record<string, [changes: object, RegExp]>} */
  const CASES = {
    region: [{ region: 'us-west-2' }, /signed for us-west-2 instead of eu-west-1/],
    service: [{ service: 's3' }, /signed for s3 instead of execute-api/],
    'a clock that is behind': [{ date: new Date(Date.now() - 421_000) }, /signed 42\d seconds ago/],
    'a clock that is ahead': [{ date: new Date(Date.now() + 421_000) }, /4[12]\d seconds ahead/],
    'the key of a token that is missing': [
      { credentials: { ...options.credentials, sessionToken: undefined } },
      new RegExp(`the access key ${key} are temporary`),
    ],
  };
  for (const [name, [changes, summary]] of Object.entries(CASES)) {
    test(name, async () => {
      const signed = await signRequest(`${base}/orders`, { ...options, ...changes });
      assert.equal((await fetch(signed.url, signed)).status, 403);
      const [{ mismatches = [] }] = await requests();
      assert.match(/** @type {any} */ (mismatches[0]).summary, summary);
    });
  }

  for (const host of ['api.example.com', 'localhost:5173', 'abc123.execute-api.eu-west-1.amazonaws.com']) {
    test(`the host that was signed: ${host}, another name of the API`, async () => {
      const { headers } = await signRequest(`https://${host}/prod/orders`, options);
      assert.equal((await fetch(`${base}/orders`, { headers })).status, 403);
      const [{ mismatches = [] }] = await requests();
      const [{ isProved, summary }] = /** @type {any[]} */ (mismatches);
      assert.ok(isProved);
      assert.ok(summary.includes(host), summary);
    });
  }
});

test('the advice for an HTTP API does not refer to its response, which is only Forbidden', async () => {
  /** @type {string[]} */
  const lines = [];
  const { origin, options, requests } = await gatewayFor(
    { type: 'http' },
    { log: (line) => lines.push(line) },
  );
  const credentials = { ...options.credentials, secretAccessKey: 'of somebody else' };
  assert.equal((await createSigv4Fetch({ ...options, credentials })(`${origin}/a`)).status, 403);
  const [{ hint, likely = [] }] = await requests();
  assert.match(String(hint?.fix), /^Compare the secret access key .* page of the gateway/);
  assert.deepEqual(
    likely.map((/** @type {any} */ { code }) => code),
    ['secret-other', 'path-other'],
  );
  assert.doesNotMatch(lines.join('\n'), /canonical request in the response/);
});

test('explanations follow the order of their requests, and requests() the order of arrival', async () => {
  /** @type {string[]} */
  const lines = [];
  const { base, options, requests } = await gatewayFor({}, { log: (line) => lines.push(line) });
  const other = { ...options.credentials, secretAccessKey: 'takes long, since all is tried' };
  const slow = createSigv4Fetch({ ...options, credentials: other });
  const quick = createSigv4Fetch({ ...options, region: 'us-east-1' });
  await Promise.all([slow(`${base}/a`), quick(`${base}/b`), slow(`${base}/c`), quick(`${base}/d`)]);
  assert.deepEqual(
    (await requests()).map(({ number }) => number),
    [4, 3, 2, 1],
  );
  const explained = lines.filter((line) => /^ +#/.test(line)).map((line) => Number(/#(\d+)/.exec(line)?.[1]));
  assert.deepEqual(
    explained,
    explained.toSorted((a, b) => a - b),
  );
  assert.equal(explained.length, 4);
});

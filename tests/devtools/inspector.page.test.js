// The inspector as people use it, in Chromium. Signatures are compared with those of AWS's own signer.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { parseRequest } from 'sigv4-wasm-devtools/requests';
import { inspectorFiles } from 'sigv4-wasm-devtools/inspector';

import { inspectorTests } from '../support/inspector-page.js';
import { CREDENTIALS, HOST, JSON_OF_STS, SOURCE } from '../support/inspector-inputs.js';

const { withPage, chromium } = inspectorTests({ before, after });

/** What AWS's signer makes of it. */
async function signatureBySmithy({ method, url, headers, body }, date) {
  const { hostname, pathname, searchParams } = new URL(url);
  const signer = new SignatureV4({
    ...{ credentials: CREDENTIALS, region: 'us-east-1', service: 'execute-api', sha256: Sha256 },
    applyChecksum: false,
  });
  const kept = headers.filter(([name]) => /^(?:host|content-type|x-amz-.*)$/i.test(name));
  const request = new HttpRequest({
    ...{ method, hostname, path: pathname, query: Object.fromEntries(searchParams), body },
    headers: { host: hostname, ...Object.fromEntries(kept) },
  });
  const signed = await signer.sign(request, { signingDate: new Date(date) });
  return /Signature=(.*)/.exec(signed.headers.authorization)?.[1];
}

describe('each format, with the signature that AWS signs it with', () => {
  const url = `https://${HOST}/prod/orders/a%20b?limit=10&customer=J%C3%BCrgen`;
  const body = '{"name":"Jürgen","items":[1,2]}';
  const formats = {
    curl: `curl '${url}' -X PUT -H 'Content-Type: application/json' -H 'X-Amz-Meta-A: b  c' --data-raw '${body}'`,
    fetch: `await fetch("${url}", {
  method: "PUT",
  headers: { "content-type": "application/json", "x-amz-meta-a": "b  c" },
  body: JSON.stringify({ name: "Jürgen", items: [1, 2] }),
});`,
    HAR: JSON.stringify({
      log: {
        entries: [
          { request: { method: 'GET', url: 'https://elsewhere.example/', headers: [] } },
          {
            request: {
              ...{ method: 'PUT', url, postData: { mimeType: 'application/json', text: body } },
              headers: [{ name: 'X-Amz-Meta-A', value: 'b  c' }],
            },
          },
        ],
      },
    }),
    HTTP: `PUT ${url.slice(`https://${HOST}`.length)} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\nX-Amz-Meta-A: b  c\r\n\r\n${body}`,
  };
  for (const [format, text] of Object.entries(formats)) {
    test(format, () =>
      withPage({}, async ({ page, paste, partIs, says }) => {
        await paste(SOURCE, JSON_OF_STS);
        await partIs('access-key', CREDENTIALS.accessKeyId);
        await paste(SOURCE, text);
        if (format === 'HAR') {
          await page.waitForSelector('#entry');
          await page.select('#entry', '1');
        }
        await partIs('request.body', body);
        const date = await page.$eval('#field-date', (field) => field.value);
        assert.ok(Math.abs(Date.now() - Date.parse(date)) < 60_000, 'signed now');
        const read = parseRequest(formats.curl);
        await partIs('signature', await signatureBySmithy(read, date));
        await says('.verdict', /Signed\. AWS accepts this signature until/);
      }),
    );
  }

  test('a file that is dropped, and one that is opened', () =>
    withPage({}, async ({ page, partIs }) => {
      await page.$eval(
        SOURCE,
        (box, text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], 'one.har'));
          box.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        },
        'DELETE /prod/dropped HTTP/1.1\nHost: h.execute-api.us-east-1.amazonaws.com\n\n',
      );
      await partIs('canonical.path', '/prod/dropped');
      await partIs('canonical.method', 'DELETE');
    }));

  test('the module that reads signatures is loaded for the first request that has one', () =>
    withPage({}, async ({ paste, partIs, requested }) => {
      const names = () =>
        requested.map((url) => new URL(url).pathname).filter((path) => path.endsWith('.js'));
      const readsSignatures = (path) => inspectorFiles(path)?.body.includes('parse_authorization');
      await partIs('canonical.method', 'PUT');
      assert.deepEqual(names().filter(readsSignatures), []);
      const date = '2026-02-03T04:05:06Z';
      const signature = await signatureBySmithy(
        { method: 'GET', url, headers: [['x-amz-security-token', CREDENTIALS.sessionToken]] },
        date,
      );
      await paste(SOURCE, JSON_OF_STS);
      await paste(
        SOURCE,
        `GET ${url.slice(`https://${HOST}`.length)} HTTP/1.1\nHost: ${HOST}\nX-Amz-Date: 20260203T040506Z\n` +
          `X-Amz-Security-Token: ${CREDENTIALS.sessionToken}\n` +
          `Authorization: AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/20260203/us-east-1/execute-api/aws4_request, ` +
          `SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=${signature}\n\n`,
      );
      await partIs('signature', signature);
      assert.equal(names().filter(readsSignatures).length, 1);
    }));

  test('a text that is none says so, and where', () =>
    withPage({}, async ({ paste, says, page }) => {
      await paste(SOURCE, "curl 'https://h/' --unknown");
      await says('[role=alert]', /line 1, column 19: .*--unknown/);
      await page.waitForSelector('.source[aria-invalid=true]');
    }));
});

describe('credentials', () => {
  const forms = {
    exports: `export AWS_ACCESS_KEY_ID="${CREDENTIALS.accessKeyId}"
export AWS_SECRET_ACCESS_KEY="${CREDENTIALS.secretAccessKey}"
export AWS_SESSION_TOKEN="${CREDENTIALS.sessionToken}"`,
    'a profile': `[default]\naws_access_key_id = ${CREDENTIALS.accessKeyId}\naws_secret_access_key=${CREDENTIALS.secretAccessKey}\naws_session_token = ${CREDENTIALS.sessionToken}\n[other]\naws_access_key_id = x\n`,
    'JSON of AWS STS': JSON_OF_STS,
    'JSON of a credential process': JSON.stringify({ Version: 1, ...JSON.parse(JSON_OF_STS).Credentials }),
  };
  for (const [form, text] of Object.entries(forms)) {
    test(`${form}, pasted into a field`, () =>
      withPage({}, async ({ page, paste, partIs }) => {
        await paste('#field-secretAccessKey', text);
        await partIs('access-key', CREDENTIALS.accessKeyId);
        for (const name of ['secretAccessKey', 'sessionToken']) {
          assert.equal(await page.$eval(`#field-${name}`, (field) => field.value), CREDENTIALS[name]);
          assert.equal(await page.$eval(`#field-${name}`, (field) => field.type), 'password');
        }
      }));
  }

  test('and a request after them, as in a script', () =>
    withPage({}, async ({ page, paste, partIs }) => {
      await paste(SOURCE, `${forms.exports}\ncurl https://${HOST}/prod/after`);
      await partIs('access-key', CREDENTIALS.accessKeyId);
      await partIs('request.path', '/prod/after');
      assert.doesNotMatch(await page.$eval(SOURCE, (box) => box.value), /AWS_/);
    }));

  test('are stored nowhere, and hidden until asked for', () =>
    withPage({}, async ({ page, paste, partIs, press }) => {
      await paste(SOURCE, forms.exports);
      await partIs('access-key', CREDENTIALS.accessKeyId);
      const kept = await page.evaluate(async () => [
        ...[location.href, document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })],
        (await indexedDB.databases()).length,
        document.body.innerText,
      ]);
      assert.doesNotMatch(kept.join('\n'), /secret\/of|token\/of\+the\+tests==\W*$/);
      assert.equal(kept[3], 0);
      await press('Show the secret access key');
      assert.equal(await page.$eval('#field-secretAccessKey', (field) => field.type), 'text');
      assert.match(await page.$eval('[data-part="key.kSigning"]', (part) => part.textContent), /•/);
      await press('Show the keys');
      await page.waitForFunction(() =>
        /: [0-9a-f]{64}$/.test(document.querySelector('[data-part="key.kSigning"]').textContent),
      );
    }));

  test('without a secret, all but the key and the signature', () =>
    withPage({}, async ({ page, partIs, says }) => {
      await page.click('#field-secretAccessKey', { count: 3 });
      await page.keyboard.press('Backspace');
      await partIs('signature', 'needs the secret access key');
      await says('.verdict', /The signature needs the secret access key/);
    }));
});

test('a changed byte shows what it changes, and can be undone', () =>
  withPage({}, async ({ page, part, says, press }) => {
    const before = await part('signature');
    const text = await page.$eval(SOURCE, (box) => box.value);
    await page.focus(SOURCE);
    const at = text.indexOf('cups') + 1;
    await page.$eval(SOURCE, (box, at) => box.setSelectionRange(at, at + 1), at);
    await page.keyboard.type('a');
    await says('.band', /changed 5 parts/);
    const changed = await page.$$eval('.part.is-changed', (parts) => parts.map((part) => part.dataset.part));
    assert.deepEqual(changed, [
      'request.body',
      'canonical.payload',
      'string.hash',
      'signature',
      'sent.signature',
    ]);
    assert.equal(await page.$eval('[data-part="request.body"] mark', (mark) => mark.textContent), 'a');
    assert.notEqual(await part('signature'), before);
    await press('Undo the changes');
    await page.waitForFunction(() => document.querySelector('.part.is-changed') === null);
    assert.equal(await part('signature'), before);
  }));

test('a part shows what it is made of, and what is made of it', () =>
  withPage({}, async ({ page, says }) => {
    const lit = (/** @type {string} */ role) =>
      page.$$eval(`[data-part].is-${role}`, (parts) => parts.map((part) => part.dataset.part));
    await page.hover('[data-part="canonical.payload"]');
    assert.deepEqual(await lit('origin'), ['request.body']);
    assert.deepEqual(await lit('result'), ['string.hash', 'signature', 'sent.signature']);
    await says('#trail', /payload hash.*SHA-256 of the body.*from the body.*into the hash/);
    await page.hover('[data-part="key.kService"]');
    assert.deepEqual(await lit('origin'), [
      ...['secret', 'time', 'region', 'service', 'scope.date', 'scope.region', 'scope.service'],
      ...['key.kDate', 'key.kRegion'],
    ]);
    await page.hover('[data-part="request.header.content-type"]');
    assert.ok((await lit('result')).includes('canonical.header.content-type'));
  }));

test('a presigned URL is that of AWS', () =>
  withPage({}, async ({ page, paste, partIs, press, says }) => {
    await paste(SOURCE, JSON_OF_STS);
    await paste(SOURCE, `curl 'https://${HOST}/prod/orders?a=1'`);
    await partIs('request.path', '/prod/orders');
    await page.locator('::-p-aria([name="the URL (presigned)"])').click();
    const date = await page.$eval('#field-date', (field) => field.value);
    const signer = new SignatureV4({
      ...{ credentials: CREDENTIALS, region: 'us-east-1', service: 'execute-api', sha256: Sha256 },
    });
    const { query } = await signer.presign(
      new HttpRequest({ hostname: HOST, path: '/prod/orders', query: { a: '1' }, headers: { host: HOST } }),
      { signingDate: new Date(date), expiresIn: 3600 },
    );
    await partIs('signature', query['X-Amz-Signature']);
    await press('Copy: curl');
    await says('[role=status].sr', /curl: copied/);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.doesNotMatch(
      await page.$eval('.code', (code) => code.textContent),
      /tests%3D/,
      'no token is shown',
    );
    assert.equal(
      new URL(parseRequest(copied).url).searchParams.get('X-Amz-Signature'),
      query['X-Amz-Signature'],
    );
  }));

test('what is copied, sent by curl, has the same signature', () =>
  withPage({}, async ({ page, part, press, says }) => {
    const read = async () => page.evaluate(() => navigator.clipboard.readText());
    await press('Copy: curl');
    await says('[role=status].sr', /curl: copied/);
    const { headers, url, method, body } = parseRequest(await read());
    const authorization = headers.find(([name]) => name === 'authorization')?.[1];
    assert.ok(authorization?.endsWith(`Signature=${await part('signature')}`));
    assert.equal(method, 'PUT');
    assert.equal(
      url,
      'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders?limit=10&customer=J%C3%BCrgen',
    );
    assert.equal(body, '{"order":1042,"items":["tea","cups"]}');
    await press('Copy: Canonical request');
    await says('[role=status].sr', /Canonical request: copied/);
    assert.match(await read(), /^PUT\n\/prod\/orders\ncustomer=J%C3%BCrgen&limit=10\n/);
  }));

test('as static files, below some path of any host', async () => {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://h');
    const file = pathname.startsWith('/some/path/')
      ? inspectorFiles(pathname.slice('/some/path'.length))
      : undefined;
    // Only what a plain host says.
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': file.headers['content-type'] }).end(file.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const opened = await chromium().open(`http://127.0.0.1:${port}/some/path/`);
  await opened.partIs('access-key', 'AKIDEXAMPLE');
  assert.match(await opened.part('signature'), /^[0-9a-f]{64}$/);
  const inline = await opened.page
    .evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.wasInline = true';
      document.head.append(script);
      return globalThis.wasInline;
    })
    .catch(() => undefined);
  assert.equal(inline, undefined, 'its own policy holds there, too');
  await opened.close();
  server.closeAllConnections();
  server.close();
});

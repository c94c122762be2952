// The examples of the page, its links, its keys, and what it loads.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { execFile } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { promisify } from 'node:util';

import { inspectorFiles } from 'sigv4-wasm-devtools/inspector';

import { startIamServer } from '../support/iam-server.js';
import { inspectorTests, showSnippets } from '../support/inspector-page.js';
import { modulesIn } from '../support/wasm-modules.js';

const { withPage, chromium, url } = inspectorTests({ before, after });
const run = promisify(execFile);

const CREDENTIALS = {
  accessKeyId: 'ASIALINKLINKLINKLINK',
  secretAccessKey: 'secret/of+the+link/0123456789abcdefghijk',
  sessionToken: 'token/of+the+link==',
};
const EXPORTS = `export AWS_ACCESS_KEY_ID=${CREDENTIALS.accessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${CREDENTIALS.secretAccessKey}\nexport AWS_SESSION_TOKEN=${CREDENTIALS.sessionToken}\n`;
const HOST = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
const SOURCE = '.source';
/** Of the package that is installed. */
const OFFLINE = import.meta
  .resolve('sigv4-wasm-devtools/package.json')
  .replace('package.json', 'dist/inspector/offline.html');

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

describe('examples', () => {
  /** What the verdict says of each. */
  const examples = {
    'api-gateway': /^.Signed\./,
    's3-presigned': /signature is right/,
    's3-express': /signature is right/,
    sigv4a: /signature is right/,
    chunked: /signature is right.*chunks of the body have their own signatures/,
    iot: /signature is right/,
    'body-changed': /signature is wrong.*serialized it again/,
    'content-type': /signature is wrong.*content type was signed as/,
    'path-once': /signature is wrong.*path encoded once/,
    'query-order': /signature is wrong.*parameters in the order/,
    host: /signature is wrong.*localhost:3000/,
    'secret-newline': /signature is wrong.*white space at its start or end/,
    region: /right, but AWS refused.*region us-east-1.*expects eu-west-1/,
    clock: /right, but AWS refused.*720 seconds behind/,
    'no-token': /right, but AWS refused.*session token/,
    'not-signed': /AWS refused.*no signature/,
  };

  test('each says what it shows, and the mistakes how to fix them', () =>
    withPage({}, async ({ page, says }) => {
      const offered = await page.$$eval('#example option[value]:not([value=""])', (all) =>
        all.map(({ value }) => value),
      );
      assert.deepEqual(offered, Object.keys(examples));
      for (const [id, verdict] of Object.entries(examples)) {
        await page.select('#example', id);
        await says('.verdict', verdict);
        const isMistake = offered.indexOf(id) > 5;
        if (isMistake) {
          await says('.findings', /Fix:/);
          assert.match(await page.$eval('#answer', (box) => box.value), /^HTTP\/1\.1 403/);
        }
        assert.equal(await page.$eval('#example', (select) => select.value), id);
      }
      await page.focus(SOURCE);
      await page.keyboard.type(' ');
      await page.waitForFunction(() => document.querySelector('#example').value === '');
    }));
});

describe('a link', () => {
  const copyLink = async ({ page, press, says }) => {
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await press('Copy link');
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes('#r='));
    await says('[role=status].sr', /Link copied/);
    return clipboard(page);
  };
  /** Whatever a link holds, in plain. */
  const unpack = (page, link) =>
    page.evaluate(
      async (encoded) => {
        const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
        const stream = new Blob([Uint8Array.from(binary, (c) => c.charCodeAt(0))]).stream();
        return new Response(stream.pipeThrough(new DecompressionStream('deflate-raw'))).text();
      },
      link.replace(/.*#r=/, ''),
    );

  test('shows the same canonical request, without secret, token and live signature', () =>
    withPage({}, async (opened) => {
      const { page, paste, says, part } = opened;
      await paste(SOURCE, EXPORTS);
      await paste(
        SOURCE,
        `curl 'https://${HOST}/prod/a%20b?b=2&a=1' -H 'cookie: id=crumbs' -H 'x-api-key: keykeykey' -H 'x-amz-meta-a: shown' -d 'x'`,
      );
      await says('.verdict', /Signed/);
      const link = await copyLink(opened);
      assert.equal(await page.evaluate(() => location.hash), '', 'the address stays as it is');
      const plain = await unpack(page, link);
      for (const hidden of [...Object.values(CREDENTIALS).slice(1), 'crumbs', 'keykeykey']) {
        assert.ok(!plain.includes(hidden), hidden);
      }
      assert.match(plain, /shown/);
      const canonicalPath = await part('canonical.path');
      const date = await part('time');
      await withPage({ url: () => link }, async ({ partIs }) => {
        await partIs('canonical.path', canonicalPath);
        await partIs('canonical.query.a', 'a=1');
        await partIs('time', date);
        await partIs('access-key', 'AKIDEXAMPLE');
      });
    }));

  test('of a presigned URL that is still valid has no signature; of an expired one, it has', () =>
    withPage({}, async (opened) => {
      const { page, paste, says } = opened;
      await page.select('#example', 's3-presigned');
      await says('.verdict', /signature is right/);
      const plain = await unpack(page, await copyLink(opened));
      assert.doesNotMatch(plain, /X-Amz-Signature|[0-9a-f]{64}/);
      assert.match(plain, /"placement":"query"/);
      const old = `https://b.s3.us-east-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAURLURLURLURLURL0%2F20260203%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260203T040506Z&X-Amz-Expires=60&X-Amz-Security-Token=tokentokentoken&X-Amz-SignedHeaders=host&X-Amz-Signature=${'ab'.repeat(32)}`;
      await paste(SOURCE, `curl '${old}'`);
      await says('.verdict', /Signed with AKIAURLURLURLURLURL0/);
      const link = await copyLink(opened);
      const expired = await unpack(page, link);
      assert.match(expired, /X-Amz-Signature=(?:ab){32}/);
      assert.doesNotMatch(expired, /tokentokentoken/);
      await withPage({ url: () => link }, ({ says }) =>
        says(
          '.verdict',
          /Signed with AKIAURLURLURLURLURL0\. Enter the secret access key and the session token/,
        ),
      );
    }));

  test('opens in a page that is open already, and no other link of the page changes the address', () =>
    withPage({ url: (page) => `${page}#kept` }, async (opened) => {
      const { page, paste, partIs } = opened;
      await paste(SOURCE, `curl 'https://${HOST}/prod/first'`);
      await partIs('request.path', '/prod/first');
      const link = await copyLink(opened);
      assert.doesNotMatch(link, /kept/);
      await paste(SOURCE, `curl 'https://${HOST}/prod/second'`);
      await partIs('request.path', '/prod/second');
      await page.locator('.steps-nav a:nth-child(4)').click();
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'step-keys');
      assert.equal(await page.evaluate(() => location.hash), '#kept');
      await page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
      await partIs('request.path', '/prod/first');
    }));

  test('that is none, or broken, opens the page as it is', () =>
    withPage({ url: (page) => `${page}#r=bm90aGluZw` }, ({ partIs }) =>
      partIs('request.path', '/prod/orders'),
    ));
});

describe('keys', () => {
  test('lead to every part of the page, and can be switched off', () =>
    withPage({}, async ({ page, press, says }) => {
      const focused = () => page.evaluate(() => document.activeElement?.id);
      for (const [key, id] of Object.entries({
        ...{ '/': 'source', e: 'example', k: 'field-secretAccessKey', r: 'answer' },
        ...{
          1: 'step-request',
          2: 'step-canonical',
          3: 'step-string-to-sign',
          4: 'step-keys',
          5: 'step-signature',
        },
      })) {
        await page.keyboard.press(key);
        assert.equal(await focused(), id, key);
        await page.evaluate(() => document.activeElement?.blur());
      }
      await page.keyboard.press('l');
      await says('[role=status].sr', /Link copied/);
      await page.keyboard.type('?');
      await page.waitForSelector('dialog[open]');
      await page.locator('dialog input[type=checkbox]').click();
      await press('Close');
      await page.waitForSelector('dialog:not([open])');
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.press('e');
      assert.notEqual(await focused(), 'example');
    }));

  test('are text in a text field', () =>
    withPage({}, async ({ page }) => {
      await page.focus(SOURCE);
      await page.keyboard.type('e2?');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'source');
      assert.equal(await page.$('dialog[open]'), null);
    }));
});

test('the command that signs is right in every curl: an AWS signer accepts it', async () => {
  const iam = await startIamServer({ credentials: [CREDENTIALS], style: 'rest' });
  try {
    await withPage({}, async ({ page, paste, press, says, partIs }) => {
      await paste(SOURCE, EXPORTS);
      await paste(
        SOURCE,
        `curl '${iam.origin}/prod/orders?limit=10&customer=J%C3%BCrgen&a=' -X POST -H 'content-type: application/json' --data-raw '{"a":1}'`,
      );
      await page.locator('#field-region').fill('us-east-1');
      await page.locator('#field-service').fill('execute-api');
      await partIs('scope.service', 'execute-api');
      await showSnippets(page);
      await page.locator('::-p-aria([name="curl that signs"])').click();
      await press('Copy: curl that signs');
      await says('[role=status].sr', /copied/);
      const command = await clipboard(page);
      const { stdout } = await run(
        'sh',
        ['-c', `${command} --silent --output /dev/null --write-out '%{http_code}'`],
        {
          env: {
            ...process.env,
            AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
            AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
            AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
          },
        },
      );
      assert.equal(stdout, '200', command);
    });
  } finally {
    await iam.close();
  }
});

describe('what the page loads', () => {
  test('is below 120 kB compressed, and no module but that which signs', () =>
    withPage({}, async ({ requested }) => {
      const paths = requested
        .map((one) => new URL(one).pathname)
        .filter((path) => !path.startsWith('/_sigv4/'));
      const bytes = paths.map((path) => gzipSync(inspectorFiles(path).body).length);
      const total = bytes.reduce((sum, size) => sum + size, 0);
      assert.ok(total < 120_000, `${total} bytes`);
      const texts = paths.map((path) => String(inspectorFiles(path).body));
      assert.deepEqual(
        texts.flatMap((text) => modulesIn(text)),
        ['signing'],
      );
    }));

  test('can be opened from a file, and opened again without a network, with all modules', async () => {
    const { page, complaints, says, close } = await chromium().open(OFFLINE);
    await page.setOfflineMode(true);
    await page.reload();
    await page.select('#example', 'sigv4a');
    await says('.verdict', /signature is right/);
    await page.select('#example', 'path-once');
    await says('.findings', /proved/);
    await page.focus(SOURCE);
    await page.keyboard.down('Control');
    await page.keyboard.press('KeyA');
    await page.keyboard.up('Control');
    await page.keyboard.type("fetch('https://h.execute-api.us-east-1.amazonaws.com/prod/code')");
    await says('#request-state', /Read as a fetch call/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('is enough without a network, and the page keeps nothing', () =>
    withPage({}, async ({ page, paste, says }) => {
      await page.select('#example', 'path-once');
      await says('.findings', /proved/);
      await page.setOfflineMode(true);
      await paste(SOURCE, EXPORTS);
      await paste(SOURCE, `curl 'https://${HOST}/prod/offline'`);
      await says('.verdict', /Signed\. AWS accepts/);
      await page.setOfflineMode(false);
      const kept = await page.evaluate(async () => [
        ...[localStorage.length, sessionStorage.length, document.cookie.length],
        ...[(await indexedDB.databases()).length, (await caches.keys()).length],
        (await navigator.serviceWorker?.getRegistrations())?.length,
      ]);
      assert.deepEqual(kept, [0, 0, 0, 0, 0, 0]);
      assert.equal(await page.evaluate(() => location.href), url());
    }));
});

// examples/swagger-ui in Chromium: what "Try it out" sends to an API that verifies.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { REGION } from '../support/examples.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';
import { openExamplePage, typeCredentials } from './support/page.js';

test('a GET with a query, a POST of JSON, and a multipart upload are signed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'swagger-ui-'));
  const api = await startIamServer({ credentials: [CREDENTIALS], region: REGION, cors: true });
  after(() => Promise.all([api.close(), rm(directory, { recursive: true })]));
  const page = await openExamplePage('swagger-ui', {
    VITE_API_URL: `${api.origin}/prod`,
    VITE_REGION: REGION,
  });
  await typeCredentials(page, CREDENTIALS);

  /** @param {string} operation @param {(block: string) => Promise<void>} [fill] */
  const tryOut = async (operation, fill) => {
    const block = `[id$=${operation}]`;
    await page.click(`${block} .opblock-summary-control`);
    await page.click(await found(`${block} .try-out__btn`));
    await fill?.(block);
    const { length } = api.requests;
    await page.click(await found(`${block} .execute`));
    await page.waitForSelector(`${block} .live-responses-table .response`);
    assert.ok(api.requests.length > length, 'something was sent');
    const { method, url, status, body, rawHeaders } = api.requests[length];
    return { method, url, status, text: Buffer.from(body).toString('latin1'), rawHeaders };
  };
  const found = async (/** @type {string} */ selector) => {
    await page.waitForSelector(selector);
    return selector;
  };

  const listed = await tryOut('listOrders');
  assert.deepEqual(
    [listed.method, listed.url, listed.status],
    ['GET', '/prod/orders?status=open%20%26%20gr%C3%B6%C3%9Fer', 200],
  );

  const created = await tryOut('createOrder');
  assert.deepEqual([created.method, created.url, created.status], ['POST', '/prod/orders', 200]);
  assert.deepEqual(JSON.parse(created.text), { item: 'tea' });

  await writeFile(join(directory, 'invoice grüße.bin'), new Uint8Array([0, 255, 13, 10, 45, 45]));
  const uploaded = await tryOut('addDocument', async (block) => {
    const input = await page.waitForSelector(`${block} input[type=file]`);
    await /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (input).uploadFile(
      join(directory, 'invoice grüße.bin'),
    );
  });
  assert.deepEqual(
    [uploaded.method, uploaded.url, uploaded.status],
    ['POST', '/prod/orders/4%202%2F%C3%BC/documents', 200],
  );
  assert.match(uploaded.text, /name="note"\r\n\r\nthe invoice\r\n/);
  assert.match(uploaded.text, /name="file"; filename="invoice gr.*\.bin"[^]*\r\n\r\n\x00\xff\r\n--/);

  // The description of the API is fetched without a signature.
  assert.ok(api.requests.every(({ status }) => status === 200));
});

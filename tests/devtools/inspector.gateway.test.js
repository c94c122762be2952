// The inspector with the gateway: what a refused client did wrong is on the page, with and without its secret.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { serveInspector } from 'sigv4-wasm-devtools/inspector';

import { openChromium } from '../support/inspector-page.js';

let gateway;
let inspector;
let chromium;
before(async () => {
  gateway = await startGateway();
  inspector = await serveInspector({ gateway: new URL(gateway.inspector.url) });
  chromium = await openChromium();
});
after(async () => {
  await chromium.close();
  await inspector.close();
  await gateway.close();
});

/** Signs with AWS's own signer, and may send another body. @returns {Promise<number>} the status */
async function send(path, body, sentBody = body) {
  const { origin, settings } = gateway;
  const credentials = gateway.credentials();
  const { host, hostname, port } = new URL(origin);
  const signer = new SignatureV4({
    ...{ credentials, region: settings.region, service: 'execute-api', sha256: Sha256, applyChecksum: false },
  });
  const { headers } = await signer.sign(
    new HttpRequest({
      ...{ method: 'POST', protocol: 'http:', hostname, port: Number(port), path, body },
      headers: { host, 'content-type': 'application/json' },
    }),
  );
  const response = await fetch(origin + path, { method: 'POST', headers, body: sentBody });
  await response.text();
  return response.status;
}

for (const [where, pageUrl] of [
  ['served by the gateway', () => gateway.inspector.url],
  ['served by sigv4 inspect --gateway', () => inspector.url],
]) {
  test(where, async () => {
    const path = `/prod/${where.replaceAll(/\W/g, '-')}`;
    const opened = await chromium.open(pageUrl());
    const { page, says, part, paste } = opened;
    assert.equal(await send(path, '{"a":1}'), 200);
    await says('.exchanges li:first-child', /200.*POST/s);
    assert.equal(await send(path, '{"a":1}', '{"a": 1}'), 403);
    await says('.exchanges li:first-child', /403.*#\d+ · .*JSON/s);
    await page.locator('.exchanges li:first-child button').click();
    await says('.verdict', /JSON.*Enter the secret access key and the session token/s);
    await says('.findings', /What the gateway found.*JSON.*Fix:/s);
    assert.equal(await part('request.body'), '{"a": 1}');
    const { accessKeyId, secretAccessKey, sessionToken } = gateway.credentials();
    await paste(
      '#field-secretAccessKey',
      `AWS_ACCESS_KEY_ID=${accessKeyId}\nAWS_SECRET_ACCESS_KEY=${secretAccessKey}\nAWS_SESSION_TOKEN=${sessionToken}`,
    );
    await says('.verdict', /signature is wrong.*JSON/s);
    await page.locator('.exchanges li:nth-child(2) button').click();
    await says('.verdict', /signature is right/);
    assert.deepEqual(opened.complaints, []);
    assert.ok(opened.requested.every((url) => url.startsWith(new URL(pageUrl()).origin)));
    await opened.close();
  });
}

test('the list is searched, filtered, and one stop of the Tab key', async () => {
  const opened = await chromium.open(gateway.inspector.url);
  const { page, says } = opened;
  assert.equal(await send('/prod/needle', '{"a":1}'), 200);
  assert.equal(await send('/prod/needle', '{"a":1}', '{"a": 1}'), 403);
  await says('.exchanges', /needle.*needle/s);
  const rows = () => page.$$eval('.exchange', (all) => all.map(({ textContent }) => textContent));
  const all = (await rows()).length;
  await page.locator('#search').fill('NEEDLE');
  await page.waitForFunction(
    (all) => document.querySelectorAll('.exchange').length < all || all === 2,
    {},
    all,
  );
  assert.equal((await rows()).length, 2);
  await page.select('[aria-label="Which requests"]', 'refused');
  assert.match((await rows()).join('\n'), /^403[^\n]*needle[^\n]*$/);
  await page.locator('#search').fill('needle 200');
  await says('.panel:has(#gateway-title)', /No request is like this/);
  await page.select('[aria-label="Which requests"]', 'all');
  await page.locator('#search').fill('needle');
  await page.waitForFunction(() => document.querySelectorAll('.exchange').length === 2);
  await page.focus('[aria-label="Which requests"]');
  await page.keyboard.press('Tab');
  const at = () =>
    page.evaluate(() => [...document.querySelectorAll('.exchange')].indexOf(document.activeElement));
  assert.equal(await at(), 0);
  await page.keyboard.press('ArrowDown');
  assert.equal(await at(), 1);
  await page.keyboard.press('Home');
  assert.equal(await at(), 0);
  await page.keyboard.press('Tab');
  assert.equal(await at(), -1, 'the next stop is after the list');
  assert.deepEqual(opened.complaints, []);
  await opened.close();
});

test('without the token, the page says where to find it, and opens once it has it', async () => {
  const opened = await chromium.open(`${gateway.origin}/_sigv4/inspector/`);
  await opened.says('.panel:has(#gateway-title)', /open the address that the gateway printed/);
  assert.equal(await opened.page.$('.exchanges'), null);
  await opened.page.evaluate((token) => {
    location.hash = `token=${token}`;
  }, gateway.inspector.token);
  await opened.says('.panel:has(#gateway-title)', /Requests appear here/);
  assert.deepEqual(opened.complaints, []);
  await opened.close();
});

test('a gateway that starts later, or again, is waited for', async (t) => {
  const before = await stopped(await startGateway());
  const { port } = new URL(before.origin);
  const { token } = before.inspector;
  const waiting = await serveInspector({ gateway: new URL(before.inspector.url) });
  t.after(() => waiting.close());
  const opened = await chromium.open(waiting.url);
  for (const _ of ['later', 'again']) {
    await opened.says('.panel:has(#gateway-title)', /does not respond/);
    const late = await startGateway({ port: Number(port), token });
    t.after(() => late.close().catch(() => {}));
    await opened.says('.panel:has(#gateway-title)', /Requests appear here/);
    await stopped(late);
  }
  await opened.close();
});

/** @param {import('sigv4-wasm-devtools/gateway').RunningGateway} gateway */
async function stopped(gateway) {
  await gateway.close();
  return gateway;
}

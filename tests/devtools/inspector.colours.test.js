// One colour for each part of a request, from the pasted text to the signature; what is pointed at shows where it goes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { inspectorTests } from '../support/inspector-page.js';

const { withPage } = inspectorTests({ before, after });

const HOST = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
const SOURCE = '.source';

/** The colour in which a part is written, in the steps or in the pasted text. */
const inkOf = (page, selector) => page.$eval(selector, (element) => getComputedStyle(element).color);
const painted = (page, part) =>
  page.$$eval(`.painted [data-range="${part}"]`, (all) => all.map(({ textContent }) => textContent));

describe('the same colour everywhere', () => {
  const rows = {
    method: ['request.method', 'canonical.method'],
    path: ['request.path', 'canonical.path'],
    query: ['request.query.0', 'canonical.query.limit'],
    headers: ['request.header.content-type', 'canonical.header.content-type', 'canonical.signed-headers'],
    body: ['request.body', 'canonical.payload'],
    time: ['time', 'canonical.header.x-amz-date', 'string.time', 'scope.date'],
    scope: ['region', 'service', 'scope.region', 'scope.service'],
  };
  for (const scheme of ['light', 'dark']) {
    test(scheme, () =>
      withPage({ scheme }, async ({ page }) => {
        const inks = new Map();
        for (const [hue, parts] of Object.entries(rows)) {
          const found = [];
          for (const part of parts) found.push(await inkOf(page, `[data-part="${part}"]`));
          for (const part of parts) {
            if (await page.$(`[data-range="${part}"]`))
              found.push(await inkOf(page, `[data-range="${part}"]`));
          }
          assert.equal(new Set(found).size, 1, `${hue}: ${found}`);
          inks.set(found[0], hue);
        }
        assert.equal(inks.size, Object.keys(rows).length, 'and each part has its own');
        const stripes = (part) =>
          page.$$eval(`.part-box:has([data-part="${part}"]) .stripes i`, (all) =>
            all.map(({ className }) => className),
          );
        assert.deepEqual(await stripes('string.hash'), [
          ...['hue-method', 'hue-path', 'hue-query', 'hue-header', 'hue-body', 'hue-time', 'hue-key'],
        ]);
        assert.deepEqual(await stripes('key.kDate'), ['hue-time', 'hue-key']);
        assert.equal((await stripes('signature')).length, 8, 'the signature is made of all');
      }),
    );
  }
});

describe('parts are found in what was pasted', () => {
  const body = '{"a":1}';
  for (const [format, text] of Object.entries({
    curl: `curl -X POST 'https://${HOST}/prod/a?x=1&y=2' -H 'Content-Type: application/json' -d '${body}'`,
    fetch: `await fetch("https://${HOST}/prod/a?x=1&y=2", { method: "POST", headers: { "Content-Type": "application/json" }, body: '${body}' });`,
    axios: `await axios({ method: 'post', url: 'https://${HOST}/prod/a?x=1&y=2', headers: { 'Content-Type': 'application/json' }, data: '${body}' });`,
    HTTP: `POST /prod/a?x=1&y=2 HTTP/1.1\nHost: ${HOST}\nContent-Type: application/json\n\n${body}`,
    PowerShell: `Invoke-RestMethod -Method Post -Uri 'https://${HOST}/prod/a?x=1&y=2' -Headers @{ 'Content-Type' = 'application/json' } -Body '${body}'`,
    HAR: JSON.stringify({
      request: {
        ...{ method: 'POST', url: `https://${HOST}/prod/a?x=1&y=2` },
        ...{ headers: [{ name: 'Content-Type', value: 'application/json' }] },
        postData: { mimeType: 'application/json', text: body },
      },
    }),
  })) {
    test(format, () =>
      withPage({}, async ({ page, paste, partIs }) => {
        await paste(SOURCE, text);
        await partIs('request.path', '/prod/a');
        await partIs('request.body', body);
        assert.match((await painted(page, 'request.method')).join(), /^post$/i);
        assert.deepEqual(await painted(page, 'request.path'), ['/prod/a']);
        assert.deepEqual(await painted(page, 'request.query.1'), ['y=2']);
        assert.deepEqual(await painted(page, 'request.host'), [HOST]);
        assert.match((await painted(page, 'request.header.content-type')).join(), /application\/json/);
        assert.equal((await painted(page, 'request.body')).join().replaceAll('\\', ''), body);
        assert.equal(await page.$eval('.painted', ({ textContent }) => textContent), `${text}\n`);
      }),
    );
  }

  test('of a bare URL that is presigned', () =>
    withPage({}, async ({ page, paste, partIs }) => {
      const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAURLURLURLURLURL0%2F20260203%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260203T040506Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=${'ab'.repeat(32)}`;
      await paste(SOURCE, `https://b.s3.us-east-1.amazonaws.com/k?${query}`);
      await partIs('access-key', 'AKIAURLURLURLURLURL0');
      assert.deepEqual(await painted(page, 'access-key'), ['AKIAURLURLURLURLURL0']);
      assert.deepEqual(await painted(page, 'scope.region'), ['us-east-1']);
      assert.deepEqual(await painted(page, 'time'), ['20260203T040506Z']);
      assert.deepEqual(await painted(page, 'claimed-signature'), ['ab'.repeat(32)]);
    }));
});

describe('what is pointed at', () => {
  const lit = (page, role) =>
    page.$$eval(`[data-part].is-${role}`, (parts) => parts.map((part) => part.dataset.part));

  test('in the pasted text shows where it goes', () =>
    withPage({}, async ({ page, says }) => {
      await page.hover('[data-range="request.body"]');
      await says('#trail', /the body.*into the payload hash/);
      assert.deepEqual(await lit(page, 'result'), [
        'canonical.payload',
        'string.hash',
        'signature',
        'sent.signature',
      ]);
      const reached = await page.$$eval('.steps-nav .is-reached .is-long', (all) =>
        all.map((one) => one.textContent),
      );
      assert.deepEqual(reached, ['Request', 'Canonical request', 'String to sign', 'Signature']);
    }));

  test('in the steps shows where it stands in the pasted text', () =>
    withPage({}, async ({ page }) => {
      await page.hover('[data-part="canonical.query.customer"]');
      const found = await page.$$eval('.painted .is-origin', (all) =>
        all.map(({ textContent }) => textContent),
      );
      assert.deepEqual(found, ['customer=J%C3%BCrgen']);
    }));

  test('by the caret, too', () =>
    withPage({}, async ({ page, says }) => {
      await page.focus(SOURCE);
      await page.$eval(SOURCE, (box) =>
        box.setSelectionRange(box.value.indexOf('/orders'), box.value.indexOf('/orders')),
      );
      await says('#trail', /the path.*into the canonical path/);
    }));

  test('and the chain of keys says how each is made', () =>
    withPage({}, async ({ page, says }) => {
      const names = await page.$$eval('.chain .node-name', (all) =>
        all.map(({ textContent }) => textContent),
      );
      assert.deepEqual(names, ['secret', 'kDate', 'kRegion', 'kService', 'kSigning']);
      const inputs = await page.$$eval('.chain .operation', (all) =>
        all.map(({ textContent }) => textContent),
      );
      assert.match(inputs.join(), /^HMAC\d{8},HMACeu-west-1,HMACexecute-api,HMACaws4_request$/);
      await page.focus('[data-part="key.kDate"]');
      await page.keyboard.press('ArrowRight');
      await says('#trail', /kRegion.*HMAC\(kDate, "eu-west-1"\).*from kDate, the region of the scope/);
    }));
});

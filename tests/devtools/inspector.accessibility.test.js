// The inspector for everybody: by keyboard, and as axe judges it, in Chromium.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { inspectorTests } from '../support/inspector-page.js';
import { JSON_OF_STS, signedByAws4, SOURCE } from '../support/inspector-inputs.js';

const { withPage } = inspectorTests({ before, after });

test('the keyboard reaches and shows everything', () =>
  withPage({}, async ({ page, says }) => {
    const visited = new Set();
    for (let i = 0; i < 60; i += 1) {
      await page.keyboard.press('Tab');
      const state = await page.evaluate(() => {
        const { activeElement: element } = document;
        const style = getComputedStyle(element);
        return {
          isBody: element === document.body,
          name: element.getAttribute('aria-label') ?? element.id ?? element.textContent,
          what: `${element.tagName}#${element.id} ${element.dataset.part ?? ''} ${element.getAttribute('aria-label') ?? element.textContent}`,
          isOutlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
        };
      });
      if (state.isBody) break;
      assert.ok(state.isOutlined, `the focus is seen on ${state.what}`);
      visited.add(state.what);
    }
    const all = [...visited].join('\n');
    for (const expected of [
      ...[
        /Skip to/,
        /The request, as text/,
        /Open file/,
        /field-accessKeyId/,
        /field-secretAccessKey/,
        /Show the session/,
      ],
      ...[
        /Now/,
        /The response of the server/,
        /request\.method/,
        /canonical\.method/,
        /string\.algorithm/,
        /key\.kDate/,
      ],
      ...[/Show the keys/, /BUTTON# {2}Copy: curl/, /The request as curl/],
    ]) {
      assert.match(all, expected);
    }
    await page.focus('[data-part="string.algorithm"]');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-part'));
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowLeft', 'End'])
      await page.keyboard.press(key);
    assert.equal(await focused(), 'string.hash');
    await says('#trail', /hash of the canonical request/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-part="string.hash"][aria-pressed=true]');
    await page.keyboard.press('Tab');
    await says('#trail', /hash of the canonical request/);
    await page.focus('[data-part="string.hash"]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('[data-part="string.hash"][aria-pressed=false]');
  }));

describe('for everybody: what axe finds', () => {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  for (const view of [
    { scheme: 'light' },
    { scheme: 'dark' },
    { scheme: 'light', width: 360, height: 780 },
    { scheme: 'dark', width: 360, height: 780 },
  ]) {
    test(`${view.scheme}, ${view.width ?? 1280} px wide`, () =>
      withPage(view, async ({ page, paste, says }) => {
        // Past the page's policy: as an extension would.
        await page.evaluate(await readFile(axe, 'utf8'));
        const check = async (/** @type {string} */ state) => {
          const found = await page.evaluate(async () => {
            const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
            return violations.map(
              ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 150)).join(' | ')}`,
            );
          });
          assert.deepEqual(found, [], state);
          const [wide, window] = await page.evaluate(() => [
            document.documentElement.scrollWidth,
            innerWidth,
          ]);
          assert.ok(wide <= window, `${state}: no scrolling sideways (${wide} px)`);
        };
        await check('as it opens');
        await page.click('[data-part="scope.region"]');
        await page.focus(SOURCE);
        await page.keyboard.type(' ');
        await page.$eval(SOURCE, (box) =>
          box.setSelectionRange(box.value.indexOf('cups'), box.value.indexOf('cups')),
        );
        await page.keyboard.type('x');
        await says('.band', /changed/);
        await page.locator('summary').click();
        await page
          .locator('[aria-label="The response of the server"]')
          .fill('{"message":"Missing Authentication Token"}');
        await says('.findings', /Fix:/);
        await check('with a part held, changes and an explanation');
        await page.locator(SOURCE).fill("curl 'https://h");
        await says('[role=alert]', /never closed/);
        await check('with an error');
        await paste(SOURCE, JSON_OF_STS);
        await paste(SOURCE, signedByAws4({ body: '{"a": 1}' }));
        await says('.findings', /proved/);
        await check('with a proof');
        await page.hover('[data-range="request.body"]');
        await page.waitForSelector('[data-part].is-self');
        await check('with a part of the pasted text under the pointer');
        for (const id of ['body-changed', 'sigv4a', 'clock', 's3-presigned']) {
          await page.select('#example', id);
          await says('.verdict', id === 'body-changed' ? /is wrong.*JSON/ : /is right/);
          await check(`with the example ${id}`);
        }
        await page.$eval('.flow [aria-pressed=false]:is(button)', (button) => button.click());
        await check('with the keys shown');
        await page.keyboard.press('?');
        await page.evaluate(() => document.querySelector('dialog').open || document.activeElement.blur());
        await page.keyboard.press('?');
        await page.waitForSelector('dialog[open]');
        await check('with the list of keys');
      }));
  }
});

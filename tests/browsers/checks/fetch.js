// A fetch that signs.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';

import { redirectPath, statuses } from '../../support/clients-harness.js';
import { OPTIONS } from '../../support/axios-versions.js';

/** @param {import('../browsers.test.js').Place} place */
export function fetchChecks(place) {
  describe('createSigv4Fetch', () => {
    before(() => place.tab.goto(`${place.site.origin}/static/fetch.html`));
    beforeEach(() => (place.site.requests.length = place.ahead.requests.length = 0));

    const call = (/** @type {string} */ name, /** @type {any[]} */ ...args) =>
      place.tab.call(name, ...args, OPTIONS);

    it('requests of all kinds, as URLs and as Requests', async () => {
      const names = await call('names');
      assert.ok(names.length > 5);
      for (const name of names) {
        for (const asRequest of [false, true]) {
          const unreadable = asRequest && place.name === 'WebKit' && name === 'form';
          const expected = unreadable ? 'ERR_SIGV4_BODY_UNSUPPORTED' : 200;
          assert.equal(await call('send', name, asRequest), expected, `${name} ${asRequest}`);
        }
      }
      assert.equal(place.site.requests[0].url, '/prod/%C3%A4/@b=?q=a%20b&q=1');
    });

    it('a wrong clock, across origins: one retry, of a body that was read from a Request', async () => {
      assert.equal(await call('get', `${place.ahead.origin}/a`, { method: 'POST', body: 'abc' }), 200);
      assert.deepEqual(statuses(place.ahead), [403, 200]);
      assert.deepEqual(place.ahead.requests[1].body, place.ahead.requests[0].body);
    });

    it('a redirect, which browsers hide, is refused, unless it is the caller who follows it', async () => {
      assert.equal(await call('get', redirectPath(302, '/prod/a'), {}), 'ERR_SIGV4_URL_INVALID');
      assert.equal(await call('get', redirectPath(302, '/prod/a'), { redirect: 'manual' }), 0);
      assert.deepEqual(statuses(place.site), [302, 302]);
    });

    it('mode no-cors, in which browsers send no signature, is for other origins an error', async () => {
      const init = { method: 'POST', mode: 'no-cors', body: 'abc' };
      assert.equal(await call('get', '/prod/a', init), 200);
      assert.equal(await call('get', `${place.ahead.origin}/a`, init), 'ERR_SIGV4_OPTION_INVALID');
      assert.equal(place.ahead.requests.length, 0);
    });

    it('a refusal is explained, also one that the browser hides', async () => {
      const message = 'Missing Authentication Token';
      assert.deepEqual(await call('explain', '/prod/a'), ['signature-missing', 403, message]);
      assert.deepEqual(await call('explain', `${place.ahead.origin}/a`), ['signature-missing', 403, message]);
      // Another name of the same server is another origin, and it allows none.
      const hidden = place.site.origin.replace('127.0.0.1', 'localhost');
      assert.deepEqual((await call('explain', `${hidden}/prod/a`))[0], 'no-answer');
    });
  });
}

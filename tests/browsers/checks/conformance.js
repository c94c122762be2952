// The conformance suite, wherever a browser runs scripts.

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { CHECKS } from '../../conformance/suite.js';

/** @type {Record<string, string>} */
const SCRIPTS = { page: '', Worker: '/static/worker.js', 'Service Worker': '/static/service-worker.js' };

/** @param {import('../browsers.test.js').Place} place */
export function conformanceChecks(place) {
  describe('conformance suite', () => {
    afterEach(() => place.tab.call('leaveServiceWorkers'));

    for (const [realm, script] of Object.entries(SCRIPTS)) {
      it(`in a ${realm}`, async () => {
        await place.tab.goto(`${place.site.origin}/static/page.html`);
        const { value, error } = await place.tab.call('inRealm', realm, script, 'conform');
        assert.equal(error, undefined);
        assert.deepEqual(value, { passed: CHECKS.length, failed: [], skipped: [] });
      });
    }
  });

  it('a long body is hashed by the browser', async () => {
    await place.tab.goto(`${place.site.origin}/static/page.html`);
    for (const [length, lengths] of /** @type {[number, number[]][]} */ ([
      [1_000, []],
      [100_000, [100_000]],
    ])) {
      const { value, error } = await place.tab.call('inRealm', 'page', '', 'digests', length);
      assert.equal(error, undefined);
      assert.deepEqual(value, { lengths, isSame: true });
    }
  });
}

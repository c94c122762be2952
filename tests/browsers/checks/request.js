// Signed requests as a fetch Request, which the browser sends across origins.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';

import { OPTIONS } from '../../support/axios-versions.js';

/** @param {import('../browsers.test.js').Place} place */
export function requestChecks(place) {
  describe('requests', () => {
    before(() => place.tab.goto(`${place.site.origin}/static/entries.html`));
    beforeEach(() => {
      place.api.requests.length = place.api.preflights.length = 0;
    });

    for (const how of ['toRequestSigner', 'signFetchRequest']) {
      const send = (/** @type {object} */ init) =>
        place.tab.call(
          'sendSigned',
          how,
          `${place.api.origin}/prod/orders?q=a%20b&how=${how}`,
          init,
          OPTIONS,
        );

      it(`${how}: GET, with the settings of the request`, async () => {
        const settings = {
          cache: 'no-store',
          credentials: 'omit',
          redirect: 'error',
          referrerPolicy: 'no-referrer',
        };
        assert.deepEqual(await send(settings), { status: 200, settings });
        const names = String(place.api.preflights[0]['access-control-request-headers']).split(/, */);
        assert.deepEqual(names.sort(), ['authorization', 'x-amz-date', 'x-amz-security-token']);
      });

      it(`${how}: text and bytes`, async () => {
        const headers = { 'content-type': 'application/json' };
        assert.equal((await send({ method: 'PUT', headers, body: '{"item":"grüner Tee"}' })).status, 200);
        assert.equal(Buffer.from(place.api.requests[0].body).toString(), '{"item":"grüner Tee"}');
        const bytes = [0, 1, 0xff, 0x0d, 0x0a];
        assert.equal((await send({ method: 'POST', bytes })).status, 200);
        assert.deepEqual([...place.api.requests[1].body], bytes);
      });
    }

    it('a signal still ends the signed request', async () => {
      assert.equal(await place.tab.call('abortSigned', `${place.api.origin}/prod/a`, OPTIONS), 'AbortError');
      assert.equal(place.api.requests.length, 0);
    });
  });
}

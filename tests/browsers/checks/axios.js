// The table of axios.cases.js in a real browser: all versions of axios, XMLHttpRequest and fetch.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';

import { CASES } from '../../js/axios.cases.js';
import { assertSameRequest } from '../../support/axios-compare.js';
import { appliesTo } from '../../support/axios-harness.js';
import { AXIOS_VERSIONS, OPTIONS } from '../../support/axios-versions.js';
import { axiosPage } from '../site.js';

/** What a browser does otherwise than all others, with any request. @type {Record<string, Record<string, string>>} */
const CANNOT = {
  WebKit: {
    'path: an encoded slash is not decoded (httr2#843)': 'libsoup, below WebKitGTK, sends %2F for %2f',
  },
};

/** @param {import('../browsers.test.js').Place} place */
export function axiosChecks(place) {
  for (const { version } of AXIOS_VERSIONS) {
    const hasFetch = ['1.7', 'latest'].includes(version);

    describe(`axios ${version}`, () => {
      before(() => place.tab.goto(`${place.site.origin}/static/${axiosPage(version)}.html`));
      beforeEach(() => (place.ahead.requests.length = place.tab.complaints.length = 0));

      for (const adapter of /** @type {const} */ (hasFetch ? ['xhr', 'fetch'] : ['xhr'])) {
        /** @type {import('./axios.cases.js').Environment} */
        const env = { version, adapter: adapter === 'fetch' ? 'browser-fetch' : 'xhr' };
        const send = (/** @type {object} */ config) => place.tab.call('send', config, adapter, OPTIONS);

        describe(adapter, () => {
          for (const one of CASES.filter((each) => appliesTo(each, env))) {
            it(one.name, { skip: CANNOT[place.name]?.[one.name] }, async () => {
              const compare = typeof one.compare === 'function' ? one.compare(env) : one.compare;
              const arrived = await place.tab.call('sendBoth', one.name, adapter, OPTIONS, !compare?.never);
              const signed = place.site.requests[arrived.signed];
              assert.equal(signed.status, 200);
              if (one.body !== undefined) assert.equal(Buffer.from(signed.body).toString(), one.body);
              if (!compare?.never) {
                assertSameRequest(signed, place.site.requests[arrived.plain], compare?.except);
              }
              // "Refused to set unsafe header" (amplify-js#3567)
              assert.deepEqual(place.tab.complaints, []);
            });
          }

          it('across origins, where CORS allows four headers and hides Date (zappa#494)', async () => {
            // axios 1.16 and later have one of their own for fetch, which Firefox and WebKit ask leave for.
            const headers = adapter === 'fetch' ? { 'User-Agent': false } : {};
            const url = `${place.ahead.origin}/prod/a`;
            const { status } = await send({ method: 'post', url, data: { a: 1 }, headers });
            assert.equal(status, 200);
            assert.deepEqual(
              place.ahead.requests.map((request) => request.status),
              [403, 200],
            );
          });

          it('a redirect within the API: a clear error', async () => {
            const { code, message } = await send({ url: `${place.site.origin}/prod/redirect?to=/prod/a` });
            assert.equal(code, 'ERR_SIGV4_URL_INVALID');
            assert.match(String(message), /redirect/);
          });
        });
      }
    });
  }
}

// The table of axios.cases.js in a real browser: all versions of axios, XMLHttpRequest and fetch.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';

import { CASES } from '../../js/axios.cases.js';
import { assertSameRequest } from '../../support/axios-compare.js';
import { appliesTo } from '../../support/axios-harness.js';
import { AXIOS_VERSIONS, OPTIONS } from '../../support/axios-versions.js';
import { headersOf } from '../../support/clients-harness.js';
import { EXPIRED, axiosPage } from '../site.js';

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
      beforeEach(() => {
        for (const { requests, preflights } of [place.ahead, place.api])
          requests.length = preflights.length = 0;
        place.tab.complaints.length = 0;
      });

      const adapters = /** @type {const} */ (hasFetch ? ['xhr', 'fetch', 'default'] : ['xhr']);
      for (const adapter of adapters) {
        /** @type {import('../../js/axios.cases.js').Environment} */
        const env = { version, adapter: adapter === 'xhr' ? 'xhr' : 'browser-fetch' };
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
            const url = `${place.ahead.origin}/prod/a`;
            const { status } = await send({ method: 'post', url, data: { a: 1 } });
            assert.equal(status, 200);
            assert.deepEqual(
              place.ahead.requests.map((request) => request.status),
              [403, 200],
            );
          });

          it('expired credentials are renewed, and the request is sent once more', async () => {
            const url = `${place.site.origin}/prod/a`;
            const signings = [{ ...OPTIONS, credentials: EXPIRED }, OPTIONS];
            const before = place.site.requests.length;
            const outcomes = await place.tab.call('sendEach', [{ url }, { url }], adapter, signings);
            assert.deepEqual(
              outcomes.map((/** @type {any} */ { status }) => status),
              [200, 200],
            );
            const statuses = place.site.requests.slice(before).map((request) => request.status);
            assert.deepEqual(statuses, [403, 200, 200]);
          });

          it('a refusal with a wrong Date locks nobody out', async () => {
            const expiration = Date.now() + 3_600_000;
            const signing = { ...OPTIONS, credentials: { ...OPTIONS.credentials, expiration } };
            const configs = ['/prod/wrong-date', '/prod/a'].map((path) => ({
              url: place.site.origin + path,
            }));
            const before = place.site.requests.length;
            const [refused, accepted] = await place.tab.call('sendEach', configs, adapter, [signing]);
            assert.deepEqual([refused.status, accepted.status], [403, 200]);
            const last = place.site.requests.slice(before).at(-2);
            assert.equal(last?.url, '/prod/wrong-date', 'accepted at once');
          });

          it('a redirect within the API: a clear error', async () => {
            const { code, message } = await send({ url: `${place.site.origin}/prod/redirect?to=/prod/a` });
            assert.equal(code, 'ERR_SIGV4_URL_INVALID');
            assert.match(String(message), /redirect/);
          });

          // Browsers take `authorization` out of a redirect to another origin, and nothing else.
          const keeps = adapter !== 'xhr';
          it(`a redirect to another origin ${keeps ? 'is not followed' : 'takes the session token along'}`, async () => {
            const to = encodeURIComponent(`${place.api.origin}/open/a`);
            const { code } = await send({ url: `${place.site.origin}/prod/redirect?to=${to}` });
            const tokens = place.api.requests.map((request) => headersOf(request)['x-amz-security-token']);
            assert.deepEqual(tokens, keeps ? [] : [OPTIONS.credentials.sessionToken]);
            assert.equal(code, keeps ? 'ERR_SIGV4_URL_INVALID' : undefined);
            if (keeps) assert.equal(place.api.preflights.length, 0);
          });
        });
      }

      describe('the default', { skip: !hasFetch && 'no fetch adapter' }, () => {
        const send = (/** @type {object} */ config) => {
          return place.tab.call(
            'send',
            { url: `${place.site.origin}/prod/a`, ...config },
            'default',
            OPTIONS,
          );
        };
        /** @type {[string, object, string][]} */
        const CHOICES = [
          ['fetch', {}, 'Request'],
          ['fetch, for a GET with a body, which XMLHttpRequest drops', { data: { a: 1 } }, 'Request'],
          [
            'XMLHttpRequest for onUploadProgress',
            { method: 'post', data: 'a', progress: true },
            'XMLHttpRequest',
          ],
          ["XMLHttpRequest for responseType 'document'", { responseType: 'document' }, 'XMLHttpRequest'],
          ['what the caller says', { adapter: ['xhr', 'fetch'] }, 'XMLHttpRequest'],
        ];
        for (const [name, config, expected] of CHOICES) {
          it(name, async () => {
            const { status, request } = await send(config);
            assert.equal(status, 200);
            assert.equal(request, expected);
          });
        }
      });
    });
  }
}

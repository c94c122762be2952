// Requests to an API of another origin, which allows the headers that signed requests need and no others.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import { OPTIONS } from '../../support/axios-versions.js';

/** As in pages/page.js. */
const SENDERS = [
  'axios, XMLHttpRequest',
  'axios, fetch',
  'Signer, XMLHttpRequest',
  'Signer, fetch',
  'signRequest of a Request, fetch',
  'createSigv4Fetch',
  'plain fetch, signed by the Service Worker',
];

/** What cannot send a form with a file, because the browser cannot read it. @type {Record<string, string[]>} */
const CANNOT = { WebKit: ['signRequest of a Request, fetch'] };

/** What each of them asks leave for in a preflight. */
const SIGNED = ['authorization', 'x-amz-date', 'x-amz-security-token'];

const FILES = [
  { name: 'invoice.pdf', type: 'application/pdf', bytes: [0x25, 0x50, 0x44, 0x46, 0, 0xff, 0x0d, 0x0a] },
  { name: 'größe 1.txt', type: 'text/plain', bytes: [] },
];

/** @param {import('../browsers.test.js').Place} place */
export function crossOriginChecks(place) {
  describe('across origins', () => {
    beforeEach(async () => {
      await place.tab.goto(`${place.site.origin}/static/page.html`);
      place.api.requests.length = place.api.preflights.length = 0;
    });
    afterEach(() => place.tab.call('leaveServiceWorkers'));

    /**
     * @param {string} sender
     * @param {object} request
     */
    const send = async (sender, { path, ...request }) => {
      // One of its own, because browsers remember preflights for a while.
      const url = `${place.api.origin}${path}?status=open&q=a%20b&sender=${encodeURIComponent(sender)}`;
      assert.equal(await place.tab.call('send', sender, { url, ...request }, OPTIONS), 200);
      assert.equal(place.api.requests.length, 1);
      assert.equal(place.api.preflights.length, 1);
      const asked = String(place.api.preflights[0]['access-control-request-headers']).split(/, */);
      return { arrived: place.api.requests[0], asked: asked.sort() };
    };

    for (const sender of SENDERS) {
      it(`${sender}: GET`, async () => {
        const { asked } = await send(sender, { method: 'GET', path: '/prod/orders' });
        assert.deepEqual(asked, SIGNED);
      });

      it(`${sender}: JSON`, async () => {
        const headers = { 'content-type': 'application/json' };
        const body = '{"item":"grüner Tee"}';
        const { arrived, asked } = await send(sender, {
          method: 'PUT',
          path: '/prod/orders/1',
          headers,
          body,
        });
        assert.equal(Buffer.from(arrived.body).toString(), body);
        assert.deepEqual(asked, ['content-type', ...SIGNED].sort());
      });

      it(`${sender}: a form with files`, async () => {
        const form = [['note', 'für Sie'], ...FILES.map((file) => ['files', file])];
        if (CANNOT[place.name]?.includes(sender)) {
          const sent = send(sender, { method: 'POST', path: '/prod/upload', form });
          return assert.rejects(sent, { actual: 'ERR_SIGV4_BODY_UNSUPPORTED' });
        }
        const { arrived, asked } = await send(sender, { method: 'POST', path: '/prod/upload', form });
        const received = await formIn(arrived);
        assert.equal(received.get('note'), 'für Sie');
        assert.deepEqual(await Promise.all(received.getAll('files').map(contentOf)), FILES);
        assert.deepEqual(asked, SIGNED, 'such a content type needs no leave');
      });
    }

    it('a presigned URL needs no preflight', async () => {
      const status = await place.tab.call('fetchPresigned', `${place.api.origin}/prod/orders?id=1`, OPTIONS);
      assert.equal(status, 200);
      assert.equal(place.api.preflights.length, 0);
    });
  });
}

/** @param {import('../../support/iam-server.js').RecordedRequest} request */
function formIn({ rawHeaders, body }) {
  const at = rawHeaders.findIndex((name) => name.toLowerCase() === 'content-type');
  return new Response(body, { headers: { 'content-type': rawHeaders[at + 1] } }).formData();
}

/** @param {File} file */
async function contentOf(file) {
  return { name: file.name, type: file.type, bytes: [...new Uint8Array(await file.arrayBuffer())] };
}

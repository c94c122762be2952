// The table of s3-operations.js, as the tests of one server.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import * as chunked from './s3-chunked.js';
import { S3Client } from './s3-client.js';
import * as forms from './s3-forms.js';
import { KEYS, operations as requests, refusals, useKey } from './s3-operations.js';
import { describeWith } from './tools.js';

/**
 * @typedef {object} S3Server
 * @property {string} name
 * @property {string} program  what must be there to start it
 * @property {import('sigv4-wasm').Credentials} credentials
 * @property {(credentials: import('sigv4-wasm').Credentials) => Promise<import('./server.js').RunningServer>} start
 * @property {Record<string, Limit>} limits  by the name of the test: what this server cannot do
 * @property {Record<string, [status: number, code: string | undefined, why: string, stores?: true]>} answers  by the
 *   name of the refusal: where this server says something else than Amazon S3, or stores an upload nevertheless
 * @property {Limit} [noForms]  if it has no uploads by HTML form
 *
 * What happens instead: a test that cannot run has only the reason; for a key, also the status and the code of the
 * answer to a PUT, which still prove that the signature was accepted.
 * @typedef {{ reason: string, status?: number, code?: string }} Limit
 *
 * @typedef {object} UploadRefusal
 * @property {readonly [status: number, code: string]} answer  of Amazon S3
 * @property {(s3: S3Client, path: string) => Promise<import('./s3-client.js').Answer>} send
 */

/** @param {S3Server} server */
export function testS3Server({ name, program, credentials, start, limits, answers, noForms }) {
  const operations = { ...requests, ...chunked.operations, ...(noForms ? {} : forms.operations) };
  const uploadRefusals = { ...chunked.refusals, ...(noForms ? {} : forms.refusals) };

  describeWith(program, name, () => {
    /** @type {import('./server.js').RunningServer} */
    let server;
    /** @type {S3Client} */
    let s3;

    before(async () => {
      server = await start(credentials);
      s3 = new S3Client({ origin: server.origin, credentials, bucket: 'bucket' });
      await s3.ok({ method: 'PUT' });
    });
    after(() => server?.stop());

    describe('accepts', () => {
      for (const [what, run] of Object.entries(operations)) {
        test(what, { skip: limits[what]?.reason }, () => run(s3));
      }
    });

    describe('accepts in a key', () => {
      for (const [what, names] of Object.entries(KEYS)) {
        const limit = limits[what];
        if (limit === undefined) test(what, () => useKey(s3, names));
        else {
          test(`${what} (${limit.reason})`, async () => {
            const { status, code } = await s3.try({ method: 'PUT', path: `/${names.wire}`, body: 'x' });
            assert.deepEqual({ status, code }, { status: limit.status, code: limit.code });
          });
        }
      }
    });

    describe('refuses', () => {
      beforeEach(() => s3.ok({ method: 'PUT', path: '/kept', body: 'kept' }));
      for (const [what, { answer, send }] of Object.entries(refusals)) {
        const [status, code, why] = answers[what] ?? answer;
        test(why === undefined ? what : `${what} (${why})`, async () => {
          const refused = await send(s3);
          assert.deepEqual([refused.status, refused.code], [status, code], refused.text);
          if (status >= 400) assert.equal((await s3.ok({ path: '/kept' })).text, 'kept');
        });
      }
    });

    describe('refuses an upload', () => {
      beforeEach(() => s3.ok({ method: 'PUT', path: '/kept', body: 'kept' }));
      for (const [what, { answer, send }] of Object.entries(uploadRefusals)) {
        const [status, code, why, stores = false] = answers[what] ?? answer;
        test(why === undefined ? what : `${what} (${why})`, async () => {
          await s3.ok({ method: 'DELETE', path: '/new' });
          for (const path of ['/kept', '/new']) {
            const refused = await send(s3, path);
            assert.deepEqual([refused.status, refused.code], [status, code], refused.text);
          }
          assert.equal((await s3.ok({ path: '/kept' })).text !== 'kept', stores);
          assert.equal((await s3.try({ path: '/new' })).status !== 404, stores);
        });
      }
    });

    if (noForms !== undefined) {
      test(`forms (${noForms.reason})`, async () => {
        const { status, code } = await forms.send(s3, '/form');
        assert.deepEqual({ status, code }, { status: noForms.status, code: noForms.code });
        assert.equal((await s3.try({ path: '/form' })).status, 404);
      });
    }

    test('names in its tables only tests that there are', () => {
      const accepted = { ...operations, ...KEYS };
      const refused = { ...refusals, ...uploadRefusals };
      assert.deepEqual(
        Object.keys(limits).filter((what) => !Object.hasOwn(accepted, what)),
        [],
      );
      assert.deepEqual(
        Object.keys(answers).filter((what) => !Object.hasOwn(refused, what)),
        [],
      );
    });
  });
}

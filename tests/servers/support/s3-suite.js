// The table of s3-operations.js, as the tests of one server.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { S3Client } from './s3-client.js';
import { KEYS, operations, refusals, useKey } from './s3-operations.js';
import { describeWith } from './tools.js';

/**
 * @typedef {object} S3Server
 * @property {string} name
 * @property {string} program  what must be there to start it
 * @property {import('sigv4-wasm').Credentials} credentials
 * @property {(credentials: import('sigv4-wasm').Credentials) => Promise<import('./server.js').RunningServer>} start
 * @property {Record<string, Limit>} limits  by the name of the test: what this server cannot do
 * @property {Record<string, [status: number, code: string | undefined, why: string]>} answers  by the name of the
 *   refusal: where this server says something else than Amazon S3
 *
 * What happens instead: a test that cannot run has only the reason; for a key, also the status and the code of the
 * answer to a PUT, which still prove that the signature was accepted.
 * @typedef {{ reason: string, status?: number, code?: string }} Limit
 */

/** @param {S3Server} server */
export function testS3Server({ name, program, credentials, start, limits, answers }) {
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

    test('names in its tables only tests that there are', () => {
      const accepted = { ...operations, ...KEYS };
      assert.deepEqual(
        Object.keys(limits).filter((what) => !Object.hasOwn(accepted, what)),
        [],
      );
      assert.deepEqual(
        Object.keys(answers).filter((what) => !Object.hasOwn(refusals, what)),
        [],
      );
    });
  });
}

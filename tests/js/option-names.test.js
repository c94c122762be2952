// Unknown option names are refused, with a suggestion.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { Signer, presignUrl, signRequest } from 'sigv4-wasm';
import { sigv4Interceptor as axiosInterceptor } from 'sigv4-wasm/axios';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { explainResponse, findMismatch, formatExplanation } from 'sigv4-wasm/explain';
import { parsePolicy } from 'sigv4-wasm/policy';
import { sigv4Interceptor as undiciInterceptor } from 'sigv4-wasm/undici';
import { verifyRequest } from 'sigv4-wasm/verify';
import { SignerV4a } from 'sigv4-wasm/v4a';
import { presignMany } from 'sigv4-wasm/batch';
import { eventSigner } from 'sigv4-wasm/events';
import { presignPost, signStream } from 'sigv4-wasm/s3';
import { trace } from 'sigv4-wasm/trace';

const URL_ = 'https://abc.execute-api.eu-west-1.amazonaws.com/prod';
const S3_URL = 'https://b.s3.eu-west-1.amazonaws.com/k';
const SEED = 'ab'.repeat(32);
const options = { credentials: { accessKeyId: 'A', secretAccessKey: 'hush' } };
const signer = new Signer(options);
const v4a = new SignerV4a({ ...options, regionSet: ['*'] });

/** Where options go in, and what is an option there besides those of a signer. @type {Record<string, [(more: any) => any, ...string[]]>} */
const PLACES = {
  signRequest: [(more) => signRequest(URL_, { ...options, ...more })],
  presignUrl: [(more) => presignUrl(URL_, { ...options, ...more }), 'expiresIn', 'onEarlyExpiry'],
  Signer: [(more) => new Signer({ ...options, ...more })],
  'signer.sign': [(more) => signer.sign(URL_, more)],
  'signer.signSync': [(more) => signer.signSync(URL_, more)],
  'signer.presign': [(more) => signer.presign(URL_, more), 'expiresIn', 'onEarlyExpiry'],
  'signer.presignSync': [(more) => signer.presignSync(URL_, more), 'expiresIn', 'onEarlyExpiry'],
  trace: [(more) => trace(signer, URL_, more), 'expiresIn', 'onEarlyExpiry'],
  presignMany: [(more) => presignMany(signer, [URL_], more), 'expiresIn', 'onEarlyExpiry'],
  signStream: [(more) => signStream(signer, S3_URL, 'x', more), 'chunkSize', 'trailer', 'length'],
  eventSigner: [(more) => eventSigner(signer, SEED, { region: 'r', service: 's', ...more })],
  'presignPost, the upload': [
    (more) => presignPost(signer, { bucket: 'b', key: 'k', region: 'eu-west-1', ...more }),
    ...['expiresIn', 'onEarlyExpiry', 'conditions', 'fields', 'endpoint'],
  ],
  presignPost: [(more) => presignPost(signer, { bucket: 'b', key: 'k', region: 'eu-west-1' }, more)],
  SignerV4a: [(more) => new SignerV4a({ ...options, ...more }), 'regionSet'],
  'signerV4a.sign': [(more) => v4a.sign(S3_URL, more), 'regionSet'],
  'axios, sigv4Interceptor': [
    (more) => axiosInterceptor({ ...options, ...more }),
    ...['match', 'correctClockSkew', 'signatureLocation', 'axios'],
  ],
  createSigv4Fetch: [
    (more) => createSigv4Fetch({ ...options, ...more }),
    ...['match', 'correctClockSkew', 'signatureLocation', 'fetch'],
  ],
  'undici, sigv4Interceptor': [
    (more) => undiciInterceptor({ ...options, ...more }),
    ...['match', 'correctClockSkew', 'signatureLocation', 'origin'],
  ],
  sigv4Hooks: [
    (more) => sigv4Hooks({ ...options, ...more }),
    ...['match', 'correctClockSkew', 'signatureLocation'],
  ],
};
const verifying = {
  secretAccessKey: async () => options.credentials,
  region: 'eu-west-1',
  service: 'execute-api',
};
const { headers } = signer.signSync(URL_);
const arrived = { method: 'GET', url: '/prod', headers: { ...headers, host: new URL(URL_).host } };
const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const explanation = await explainResponse('{"message":"Forbidden"}');

/** Likewise, of what does not sign. @type {Record<string, [(more: any) => any, ...string[]]>} */
const OTHER_PLACES = {
  verifyRequest: [
    (more) => verifyRequest(arrived, { ...verifying, ...more }),
    'bodyRequired',
    'maxSkewSeconds',
  ],
  findMismatch: [(more) => findMismatch(arrived, { ...verifying, ...more }), 'stage', 'deadlineMs'],
  parsePolicy: [(more) => parsePolicy(policy, more), 'type', 'name'],
  formatExplanation: [(more) => formatExplanation(explanation, more), 'color'],
};
const OF_A_SIGNER = ['region', 'service', 'signedHeaders', 'payload', 'pathEncoding', 'date', 'host'];

describe('an option that is not known', () => {
  for (const [place, [use, ...own]] of Object.entries({ ...PLACES, ...OTHER_PLACES })) {
    test(`${place}: is refused`, async () => {
      await assert.rejects(async () => use({ somethingElse: 1 }), {
        code: 'ERR_SIGV4_OPTION_INVALID',
        message: /"somethingElse"/,
      });
      await assert.rejects(
        async () => use({ accessKeyId: 'hush' }),
        (error) => {
          assert.equal(/** @type {any} */ (error).code, 'ERR_SIGV4_OPTION_INVALID');
          assert.doesNotMatch(/** @type {any} */ (error).message, /hush/);
          return true;
        },
      );
    });

    test(`${place}: the one that was meant is named`, async () => {
      const names = place.endsWith('the upload') || place in OTHER_PLACES ? own : [...OF_A_SIGNER, ...own];
      for (const name of names) {
        const swapped = name.slice(0, -2) + name.at(-1) + name.at(-2);
        for (const typo of [name.toUpperCase(), swapped, name.slice(1), `${name}s`]) {
          if (typo === name) continue;
          await assert.rejects(async () => use({ [typo]: undefined }), {
            code: 'ERR_SIGV4_OPTION_INVALID',
            message: new RegExp(
              `^there is no option "${typo}": (did you mean ${name}\\?$|the options are .*\\b${name}\\b)`,
            ),
          });
        }
      }
    });

    test(`${place}: those that are known are taken`, async () => {
      const names = place.endsWith('the upload') || place in OTHER_PLACES ? own : [...OF_A_SIGNER, ...own];
      for (const name of names) {
        if (place === 'eventSigner' && /region|service/.test(name)) continue;
        await use({ [name]: undefined });
      }
    });
  }
});

test('an asynchronous call says which one was meant', async () => {
  const message = 'there is no option "regoin": did you mean region?';
  await assert.rejects(signRequest(URL_, { ...options, regoin: 'eu-west-1' }), { message });
  await assert.rejects(signer.sign(URL_, { regoin: 'eu-west-1' }), { message });
});

test('every option of the documentation is known', async () => {
  const section = readFileSync(new URL('../../../../docs/reference/options.md', import.meta.url), 'utf8');
  const names = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  assert.ok(names.includes('headerPlacement') && names.length > 10);
  for (const name of names) {
    await presignUrl(URL_, { ...options, ...(name !== 'credentials' && { [name]: undefined }) });
  }
});

// The operations that a signer offers to the functions of other entries, and what it reveals.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { Signer } from 'sigv4-wasm';
import { presignMany } from 'sigv4-wasm/batch';
import { eventSigner } from 'sigv4-wasm/events';
import { presignPost, signStream } from 'sigv4-wasm/s3';
import { trace } from 'sigv4-wasm/trace';
import { SignerV4a } from 'sigv4-wasm/v4a';

const require = createRequire(import.meta.url);
const OPERATIONS = Symbol.for('sigv4-wasm.operations');
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: 'a-session-token' };
const options = { credentials, region: 'eu-west-1', service: 's3', date: new Date(1440938160000) };
const url = 'https://bucket.s3.eu-west-1.amazonaws.com/key';
const upload = { bucket: 'bucket', key: 'key' };
const SEED = 'ab'.repeat(32);

/** Each function with a signer, as something to compare. @type {Record<string, (signer: any) => Promise<unknown>>} */
const CALLS = {
  presignMany: (signer) => presignMany(signer, [url, `${url}2`]),
  trace: (signer) => trace(signer, url),
  presignPost: (signer) => presignPost(signer, upload),
  eventSigner: async (signer) => (await eventSigner(signer, SEED)).end(new Date(0)),
  async signStream(signer) {
    const { body, ...signed } = await signStream(signer, url, 'hello');
    return { ...signed, sent: await new Response(body).text() };
  },
};

describe('a signer', () => {
  const { SignerV4a: CjsSignerV4a } = require('sigv4-wasm/v4a');
  const { Signer: CjsSigner } = require('sigv4-wasm');
  const { region, ...v4a } = options;
  const signers = {
    Signer: new Signer(options),
    SignerV4a: new SignerV4a({ ...v4a, regionSet: ['*'], deterministic: true }),
  };
  const ofCommonJs = {
    Signer: new CjsSigner(options),
    SignerV4a: new CjsSignerV4a({ ...v4a, regionSet: ['*'], deterministic: true }),
  };

  for (const [name, call] of Object.entries(CALLS)) {
    test(`of the CommonJS copy works with the ES function ${name}`, async () => {
      const takesV4a = name !== 'eventSigner' && name !== 'presignPost';
      for (const kind of takesV4a ? ['Signer', 'SignerV4a'] : ['Signer']) {
        assert.deepEqual(await call(ofCommonJs[kind]), await call(signers[kind]), kind);
      }
      if (takesV4a) return;
      await assert.rejects(call(signers.SignerV4a), { code: 'ERR_SIGV4_OPTION_INVALID' });
    });

    test(`of another version is refused by ${name}`, async () => {
      const other = Object.create(signers.Signer, {
        [OPERATIONS]: { value: () => ({ ...signers.Signer[OPERATIONS].call(signers.Signer), version: 0 }) },
      });
      await assert.rejects(call(other), { code: 'ERR_SIGV4_VERSION_MISMATCH' });
    });

    test(`and nothing else is taken by ${name}`, async () => {
      const names = { sign() {}, dispose() {} };
      for (const none of [undefined, null, 5, {}, names, Signer, { [OPERATIONS]: undefined }]) {
        await assert.rejects(call(none), { code: 'ERR_SIGV4_OPTION_INVALID' }, inspect(none));
      }
    });
  }

  for (const [kind, signer] of Object.entries(signers)) {
    test(`shows no credentials: ${kind}`, async () => {
      await signer.ready();
      const operations = signer[OPERATIONS]();
      const open = await operations.open(undefined);
      const work = await operations.sign(url, undefined, 0);
      const shown = { depth: 10, showHidden: true, getters: true };
      for (const value of [signer, operations, open, work, Object.getPrototypeOf(signer), { ...signer }]) {
        const text = inspect(value, shown);
        assert.ok(!text.includes(SECRET), text);
      }
      assert.equal(JSON.stringify(signer), '{}');
      assert.deepEqual({ ...signer }, {});
      assert.deepEqual(structuredClone(signer), {});
      assert.deepEqual(Reflect.ownKeys(signer), []);
      const names = [];
      for (const name in signer) names.push(name);
      assert.deepEqual(names, []);
      assert.equal(inspect(signer), `${kind} {}`);
    });

    test(`the method is found by its name alone: ${kind}`, () => {
      const base = Object.getPrototypeOf(Object.getPrototypeOf(signer));
      const { enumerable } = Object.getOwnPropertyDescriptor(base, OPERATIONS);
      assert.equal(enumerable, false);
      assert.deepEqual(Object.getOwnPropertyNames(base).sort(), [
        'constructor',
        'dispose',
        'presign',
        'presignSync',
        'ready',
        'sign',
        'signSync',
      ]);
    });

    test(`disposed of, it does nothing any more: ${kind}`, async () => {
      const other = new signer.constructor({ ...v4a, ...(kind === 'Signer' && { region }) });
      const operations = other[OPERATIONS]();
      other.dispose();
      await assert.rejects(operations.open(undefined), { code: 'ERR_SIGV4_CREDENTIALS_INVALID' });
      await assert.rejects(trace(other, url), { code: 'ERR_SIGV4_CREDENTIALS_INVALID' });
    });
  }
});

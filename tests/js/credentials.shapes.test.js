// Credentials in the forms of AWS, and with an expiration in every form.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

import { fromProcess } from '@aws-sdk/credential-providers';
import { Signer, presignUrl, signRequest } from 'sigv4-wasm';
import { sign as sign4 } from 'sigv4-wasm/aws4';
import { presignMany } from 'sigv4-wasm/batch';
import { presignPost } from 'sigv4-wasm/s3';

import { assertTypes } from '../support/clients-harness.js';

const URL_ = 'https://abc.execute-api.eu-west-1.amazonaws.com/prod';
const date = new Date('2026-01-02T03:04:05Z');
const CREDENTIALS = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalr/EXAMPLEKEY',
  sessionToken: 'to/ke+n==',
};
const expected = await signRequest(URL_, { credentials: CREDENTIALS, date });

const end = new Date(Date.now() + 3_600_000);
const seconds = Math.floor(end.getTime() / 1000);

/** Each as the reference of its service writes it. */
const SHAPES = {
  'AWS STS, AssumeRole': {
    Credentials: {
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'wJalr/EXAMPLEKEY',
      SessionToken: 'to/ke+n==',
      Expiration: end.toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: 'AROA:x', Arn: 'arn:aws:sts::123456789012:assumed-role/demo/x' },
  },
  'Amazon Cognito, GetCredentialsForIdentity': {
    Credentials: {
      AccessKeyId: 'ASIAEXAMPLE',
      SecretKey: 'wJalr/EXAMPLEKEY',
      SessionToken: 'to/ke+n==',
      Expiration: end.getTime() / 1000, // with a fraction, such as 1.442877512321E9
    },
    IdentityId: 'eu-west-1:12345678-1234-1234-1234-123456790ab',
  },
  credential_process: {
    Version: 1,
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'wJalr/EXAMPLEKEY',
    SessionToken: 'to/ke+n==',
    Expiration: end.toISOString(),
  },
  'the metadata services of ECS and EC2': {
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'wJalr/EXAMPLEKEY',
    Token: 'to/ke+n==',
    Expiration: end.toISOString(),
    RoleArn: 'arn:aws:iam::123456789012:role/task',
  },
};

describe('shapes', () => {
  for (const [name, credentials] of Object.entries(SHAPES)) {
    test(`${name}: an object, a provider, and at once`, async () => {
      const signed = await signRequest(URL_, { credentials, date });
      assert.deepEqual(signed, expected);
      let calls = 0;
      const signer = new Signer({ date, credentials: async () => (calls++, credentials) });
      for (let i = 0; i < 3; i++) assert.deepEqual(await signer.sign(URL_), expected);
      assert.equal(calls, 1, 'kept until shortly before it expires');
      const sync = new Signer({ credentials, date });
      for (let i = 0; i < 3; i++) assert.deepEqual(sync.signSync(URL_), expected);
      assert.deepEqual(sync.signSync(URL_, { credentials }), expected);
    });
  }

  test('what a process prints is what the SDK makes of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sigv4-'));
    try {
      const output = JSON.stringify(SHAPES.credential_process);
      await writeFile(join(folder, 'print.mjs'), `console.log(${JSON.stringify(output)})`);
      const command = `"${process.execPath}" "${join(folder, 'print.mjs')}"`;
      await writeFile(join(folder, 'config'), `[default]\ncredential_process = ${command}\n`);
      const files = { configFilepath: join(folder, 'config'), filepath: join(folder, 'none') };
      const sdk = await fromProcess({ profile: 'default', ...files })();
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'print.mjs')]);
      for (const credentials of [sdk, JSON.parse(stdout)]) {
        assert.deepEqual(await signRequest(URL_, { credentials, date }), expected);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('sigv4-wasm/aws4 takes them, too', () => {
    const request = () => ({
      host: 'sqs.eu-west-1.amazonaws.com',
      headers: { 'X-Amz-Date': '20260102T030405Z' },
    });
    const theirs = sign4(request(), CREDENTIALS);
    for (const credentials of Object.values(SHAPES)) {
      assert.deepEqual(sign4(request(), /** @type {any} */ (credentials)), theirs);
    }
  });

  test('a part that is missing is named', async () => {
    for (const [credentials, name] of [
      [{ Credentials: { AccessKeyId: 'A' } }, 'secretAccessKey'],
      [{ Credentials: {} }, 'accessKeyId'],
      [{ Credentials: null }, 'accessKeyId'],
      [{ AccessKeyId: null }, 'accessKeyId'],
      [{}, 'accessKeyId'],
    ]) {
      await assert.rejects(
        signRequest(URL_, { credentials: /** @type {any} */ (credentials), date }),
        (error) => {
          assert.equal(/** @type {any} */ (error).code, 'ERR_SIGV4_CREDENTIALS_INVALID');
          assert.ok(/** @type {any} */ (error).message.includes(String(name)));
          return true;
        },
      );
    }
  });
});

describe('expiration', () => {
  /** @type {[string, (millis: number) => any][]} */
  const forms = [
    ['a Date', (millis) => new Date(millis)],
    ['a Date of another realm', (millis) => ({ valueOf: () => millis })],
    ['an ISO 8601 text', (millis) => new Date(millis).toISOString()],
    ['seconds', (millis) => Math.floor(millis / 1000)],
    ['seconds with a fraction', (millis) => millis / 1000],
    ['milliseconds', (millis) => millis],
    ['seconds in a text', (millis) => String(Math.floor(millis / 1000))],
  ];
  for (const [name, write] of forms) {
    test(`as ${name}: a provider is asked again shortly before, and not for each request`, async (t) => {
      t.mock.timers.enable({ apis: ['Date'], now: date });
      let calls = 0;
      const signer = new Signer({
        credentials: async () => {
          calls += 1;
          return { ...CREDENTIALS, expiration: write(Date.now() + 3_600_000) };
        },
      });
      for (let i = 0; i < 3; i++) await signer.sign(URL_);
      assert.equal(calls, 1);
      t.mock.timers.setTime(date.getTime() + 54 * 60_000);
      await signer.sign(URL_);
      assert.equal(calls, 1);
      t.mock.timers.setTime(date.getTime() + 56 * 60_000);
      await signer.sign(URL_);
      assert.equal(calls, 2);
    });

    test(`as ${name}: past, it is refused, and bounds a presigned URL`, async () => {
      const past = { ...CREDENTIALS, expiration: write(Date.now() - 60_000) };
      await assert.rejects(signRequest(URL_, { credentials: past }), {
        code: 'ERR_SIGV4_CREDENTIALS_EXPIRED',
      });
      const credentials = { ...CREDENTIALS, expiration: write(Date.now() + 600_000) };
      const left = expiresOf(await presignUrl(URL_, { credentials }));
      assert.ok(left > 590 && left <= 600, String(left));
    });
  }

  test('1e11 is where milliseconds begin: in 1973; seconds are then in 5138', async () => {
    const at = (/** @type {number} */ expiration) =>
      signRequest(URL_, { credentials: { ...CREDENTIALS, expiration } });
    await assert.rejects(at(1e11), { code: 'ERR_SIGV4_CREDENTIALS_EXPIRED' });
    await at(1e11 - 1);
    await at(Infinity);
    for (const none of [undefined, null]) await at(/** @type {any} */ (none));
  });

  test('what is no date is an error', async () => {
    for (const expiration of ['soon', '', NaN, new Date(NaN), true, {}, -1e20, 1e20, '1e400', 5n]) {
      await assert.rejects(
        signRequest(URL_, { credentials: { ...CREDENTIALS, expiration: /** @type {any} */ (expiration) } }),
        { code: 'ERR_SIGV4_CREDENTIALS_INVALID' },
        String(expiration),
      );
    }
  });
});

describe('a presigned URL whose credentials end sooner', () => {
  const credentials = { ...CREDENTIALS, expiration: new Date(Date.now() + 600_000) };

  test('is an error where the option says so', async () => {
    const signer = new Signer({ credentials });
    const options = /** @type {const} */ ({ onEarlyExpiry: 'error' });
    const code = 'ERR_SIGV4_EXPIRES_INVALID';
    await assert.rejects(presignUrl(URL_, { credentials, expiresIn: 3600, ...options }), { code });
    await assert.rejects(
      presignUrl(URL_, { credentials, ...options }),
      { code },
      'the default, an hour, is longer, too',
    );
    await assert.rejects(signer.presign(URL_, { expiresIn: 3600, ...options }), { code });
    assert.throws(() => signer.presignSync(URL_, { expiresIn: 3600, ...options }), { code });
    await assert.rejects(presignMany(signer, [URL_], { expiresIn: 3600, ...options }), { code });
    const upload = { bucket: 'b', key: 'k', region: 'eu-west-1', expiresIn: 3600, ...options };
    await assert.rejects(presignPost(signer, upload), { code });
    assert.equal(expiresOf(await presignUrl(URL_, { credentials, expiresIn: 60, ...options })), 60);
    await assert.rejects(
      presignUrl(URL_, { credentials, expiresIn: 60, onEarlyExpiry: /** @type {any} */ ('throw') }),
      { code: 'ERR_SIGV4_OPTION_INVALID' },
    );
  });

  test('warns once, and not where nobody asked for a lifetime', async () => {
    const code = `
      import { presignUrl } from 'sigv4-wasm';
      const credentials = { accessKeyId: 'A', secretAccessKey: 'hush', sessionToken: 'tok', expiration: Date.now() + 6e5 };
      const presign = (options) => presignUrl('${URL_}', { credentials, ...options });
      const seen = [];
      process.on('warning', (warning) => seen.push(warning));
      await presign({});
      await presign({ expiresIn: 60 });
      await presign({ expiresIn: 7100, onEarlyExpiry: 'shorten' });
      for (let i = 0; i < 3; i++) await presign({ expiresIn: 7200 });
      process.on('exit', () => {
        console.log(JSON.stringify(seen.map(({ code, message }) => [code, /7200/.test(message), /hush|tok/.test(message)])));
      });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
    assert.deepEqual(JSON.parse(stdout), [['SIGV4_EARLY_EXPIRY', true, false]]);
  });
});

test('have types, also with exactOptionalPropertyTypes, that fit the clients of the SDK', async () => {
  await assertTypes(
    'credentials',
    `import { Signer, signRequest, type Credentials } from 'sigv4-wasm';
    import type { AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
    declare const answer: AssumeRoleCommandOutput;
    declare const token: string | undefined;
    declare const cognito: { Credentials?: { AccessKeyId?: string; SecretKey?: string; SessionToken?: string; Expiration?: Date } };
    const credentials: Credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: token, expiration: undefined };
    new Signer({ credentials });
    new Signer({ credentials: answer });
    new Signer({ credentials: answer.Credentials! });
    new Signer({ credentials: async () => cognito });
    new Signer({ credentials: () => ({ accessKeyId: 'a', secretAccessKey: 'b', expiration: 1_700_000_000 }) });
    // @ts-expect-error
    signRequest('https://example.com/', { credentials: { accessKeyId: 'a' } });
    // @ts-expect-error
    signRequest('https://example.com/', { credentials: { accessKeyId: 'a', secretAccessKey: 'b', expiration: true } });`,
    { exactOptionalPropertyTypes: true },
  );
});

/** @param {string} url */
function expiresOf(url) {
  return Number(new URL(url).searchParams.get('X-Amz-Expires'));
}

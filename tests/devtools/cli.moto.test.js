// `sigv4 request` against moto with its IAM turned on, and a profile whose role is assumed there.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';

import { startMotoAccount } from '../servers/support/moto-account.js';
import { PYTHON, describeWith } from '../servers/support/tools.js';
import { BARE, sigv4 } from '../support/cli.js';

describeWith(PYTHON, 'moto', () => {
  /** @type {import('../servers/support/moto-account.js').MotoAccount} */
  let moto;
  /** @type {string} */
  let home;
  /** @type {Record<string, string | undefined>} */
  let env;

  before(async () => {
    moto = await startMotoAccount();
    home = await mkdtemp(join(tmpdir(), 'sigv4-moto-'));
    env = { ...BARE, HOME: home, AWS_ENDPOINT_URL_STS: moto.origin };
    const { accessKeyId, secretAccessKey } = moto.user.credentials;
    await mkdir(join(home, '.aws'));
    await writeFile(
      join(home, '.aws/config'),
      `[profile user]
region = us-east-1
aws_access_key_id = ${accessKeyId}
aws_secret_access_key = ${secretAccessKey}
[profile reader]
region = us-east-1
source_profile = user
role_arn = ${moto.role.arn}
`,
    );
  });
  after(async () => {
    await moto?.stop();
    await rm(home, { recursive: true });
  });

  for (const [profile, arn] of /** @type {[string, () => string | RegExp][]} */ ([
    ['user', () => moto.user.arn],
    ['reader', () => 'assumed-role/reader/'],
  ])) {
    it(`knows who signed: the profile ${profile}`, async () => {
      const form = ['-d', 'Action=GetCallerIdentity', '-d', 'Version=2011-06-15'];
      const args = ['request', moto.origin, '--service', 'sts', '--profile', profile, ...form];
      const { code, stdout, stderr } = await sigv4(args, { env });
      assert.equal(code, 0, stdout + stderr);
      assert.ok(stdout.includes(String(arn())), stdout);
    });
  }

  it('keeps a file, and hands it out again', async () => {
    const bytes = randomBytes(300_000);
    const file = join(home, 'file');
    await writeFile(file, bytes);
    const s3 = ['--service', 's3', '--profile', 'user'];
    for (const args of [
      ['PUT', `${moto.origin}/bucket`],
      ['PUT', `${moto.origin}/bucket/a%20b`, '--data-binary', `@${file}`, '-H', 'content-type:'],
      [`${moto.origin}/bucket/a%20b`, '-o', `${file}-copy`],
    ]) {
      const { code, stdout, stderr } = await sigv4(['request', ...args, ...s3], { env });
      assert.equal(code, 0, stdout + stderr);
    }
    assert.ok((await readFile(`${file}-copy`)).equals(bytes));
  });

  it('refuses a wrong secret, which is explained', async () => {
    const { accessKeyId } = moto.user.credentials;
    const wrong = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: 'another-secret-access-key' };
    const args = ['request', `${moto.origin}/bucket`, '--service', 's3', '--region', 'us-east-1'];
    const { code, stderr } = await sigv4(args, { env: { ...env, ...wrong } });
    assert.equal(code, 77);
    assert.match(stderr, /^code: +(signature-mismatch|wrong-secret)$/m);
  });
});

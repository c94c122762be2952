// Each of examples/recipes makes what AWS's own tools make, in the same second with the same credentials.
//
// Only the order of parameters, their spelling and where a signature is appended may differ: tokens are compared as the
// URLs that they are.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { dsqlAuthToken } from '../../examples/recipes/dsql.mjs';
import { eksToken } from '../../examples/recipes/eks.mjs';
import { cacheAuthToken } from '../../examples/recipes/elasticache.mjs';
import { iotUrl } from '../../examples/recipes/iot.mjs';
import { mskToken } from '../../examples/recipes/msk.mjs';
import { rdsAuthToken } from '../../examples/recipes/rds.mjs';
import { transcribeUrl } from '../../examples/recipes/transcribe.mjs';
import { findPython } from '../differential/oracle.js';

const NOW = Date.UTC(2015, 7, 30, 12, 36);
const CREDENTIALS = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const PEOPLE = {
  'long-term credentials': CREDENTIALS,
  'temporary credentials': { ...CREDENTIALS, sessionToken: 'IQoJb3JpZ2luX2VjE/+EXAMPLE==' },
};
const region = 'eu-west-1';
const parameters = { 'language-code': 'en-US', 'media-encoding': 'pcm', 'sample-rate': '16000' };
const dsql = { hostname: 'abc123.dsql.eu-west-1.on.aws', region };
const cache = { cache: 'my-cache', region };

/**
 * By the names in tests/support/recipes.py; the first word is that of the file.
 *
 * @type {Record<string, (credentials: import('sigv4-wasm').Credentials) => Promise<any>>}
 */
const RECIPES = {
  rds: (credentials) =>
    rdsAuthToken({
      hostname: 'db.abc123.eu-west-1.rds.amazonaws.com',
      port: 5432,
      username: 'app user@x+y',
      credentials,
    }),
  dsql: (credentials) => dsqlAuthToken({ ...dsql, credentials }),
  'dsql, admin': (credentials) => dsqlAuthToken({ ...dsql, action: 'DbConnectAdmin', credentials }),
  eks: (credentials) => eksToken({ cluster: 'my-cluster', region, credentials }),
  msk: (credentials) => mskToken({ region, credentials }),
  iot: (credentials) => iotUrl({ endpoint: 'abc-ats.iot.eu-west-1.amazonaws.com', credentials }),
  transcribe: (credentials) => transcribeUrl({ region, parameters, credentials }),
  elasticache: (credentials) => cacheAuthToken({ ...cache, userId: 'app user', credentials }),
  'elasticache, serverless': (credentials) =>
    cacheAuthToken({ ...cache, userId: 'app', serverless: true, credentials }),
  memorydb: (credentials) => cacheAuthToken({ ...cache, userId: 'app', service: 'memorydb', credentials }),
};

const python = findPython();
const missing =
  'there is no Python with botocore, awscrt and aws-msk-iam-sasl-signer-python: see scripts/setup test';
if (python === undefined || !canImport(python)) {
  if (process.env.CI === 'true') throw new Error(missing);
  test('recipes', { skip: missing });
} else {
  for (const [who, credentials] of Object.entries(PEOPLE)) {
    describe(`the same as AWS's own tools, with ${who}`, () => {
      /** @type {Record<string, any>} */
      let theirs;
      before(() => {
        theirs = ask(python, credentials);
        assert.deepEqual(Object.keys(RECIPES).sort(), Object.keys(theirs).sort());
      });

      for (const [name, make] of Object.entries(RECIPES)) {
        test(name, async (t) => {
          t.mock.method(Date, 'now', () => NOW);
          const ours = await make(credentials);
          assert.deepEqual(comparable(ours), comparable(theirs[name]));
        });
      }
    });
  }
}

test('a token of MSK tells when it ends, also where the credentials end sooner', async (t) => {
  t.mock.method(Date, 'now', () => NOW);
  const expiration = new Date(NOW + 600_000);
  const { value, expiresAt } = await mskToken({ region, credentials: { ...CREDENTIALS, expiration } });
  assert.deepEqual(expiresAt, expiration);
  assert.equal(comparable(value).parameters['X-Amz-Expires'], '600');
});

test('every recipe is here', () => {
  const files = readdirSync(fileURLToPath(new URL('../../examples/recipes', import.meta.url)));
  const named = Object.keys(RECIPES).map((name) => `${name.split(',')[0]}.mjs`);
  assert.deepEqual(files.sort(), [...new Set(named)].filter((name) => name !== 'memorydb.mjs').sort());
});

/** @param {string} python */
function canImport(python) {
  return (
    spawnSync(python, ['-c', 'import awscrt, aws_msk_iam_sasl_signer'], { stdio: 'ignore' }).status === 0
  );
}

/**
 * @param {string} python
 * @param {import('sigv4-wasm').Credentials} credentials
 */
function ask(python, credentials) {
  const script = fileURLToPath(new URL('../support/recipes.py', import.meta.url));
  const input = JSON.stringify({ sessionToken: null, ...credentials, epochSeconds: NOW / 1000 });
  const { status, stdout, stderr } = spawnSync(python, [script], { input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/**
 * A token as what decides whether it is good. What names the tool that made it does not.
 *
 * @param {any} token
 * @returns {any}
 */
function comparable(token) {
  if (typeof token !== 'string') return { ...comparable(token.value), expiresAt: Number(token.expiresAt) };
  const [, prefix, text] = /** @type {RegExpExecArray} */ (/^(k8s-aws-v1\.|)(.*)$/.exec(token));
  const isEncoded = /^[\w-]+$/.test(text);
  const url = isEncoded ? Buffer.from(text, 'base64url').toString() : text;
  const [place, query] = url.split('?');
  const parameters = Object.fromEntries(new URLSearchParams(query));
  assert.match(parameters['X-Amz-Signature'], /^[0-9a-f]{64}$/);
  assert.equal('User-Agent' in parameters, isEncoded && prefix === '');
  delete parameters['User-Agent'];
  return { prefix, isEncoded, place, parameters };
}

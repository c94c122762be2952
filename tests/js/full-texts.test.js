// The texts of errors: short where a call is synchronous, in full if it is not. The code is the same.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { Signer, signRequest } from 'sigv4-wasm';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'hush' };
const options = { credentials, region: 'eu-west-1', service: 'execute-api' };
const url = 'https://example.com/';
const sensitive = { ...options, credentials: { ...credentials, sessionToken: 'token ' } };

/** What fails, what the short text says, and what the full one adds. @type {Record<string, [any, any, RegExp, RegExp]>} */
const FAILURES = {
  'a secret with a newline': [
    url,
    { ...options, credentials: { ...credentials, secretAccessKey: 'hush\n' } },
    /^secretAccessKey is not valid$/,
    /newline at the end of a file/,
  ],
  'a token with a blank': [url, sensitive, /^sessionToken is not valid$/, /as AWS issued it/],
  'a region with a slash': [url, { ...options, region: 'a/b' }, /^the region is not valid$/, /slash/],
  'a host that does not tell the region': [
    url,
    { credentials, service: 'a' },
    /host example\.com: pass the option region$/,
    /for example region: 'eu-west-1'/,
  ],
  'a host that does not tell the service': [
    url,
    { credentials, region: 'a' },
    /host example\.com: pass the option service$/,
    /for example service: 'execute-api'/,
  ],
  'a host of SigV4a': [
    'https://alias.mrap.accesspoint.s3-global.amazonaws.com/',
    { credentials },
    /takes SigV4a only: sign with SignerV4a$/,
    /serves several regions.*sigv4-wasm\/v4a/,
  ],
  'a header with a newline': [
    { url, headers: { a: 'b\nc' } },
    options,
    /^the value of the header "a" contains CR, LF or NUL$/,
    /remove it/,
  ],
  'a header beyond Latin-1': [{ url, headers: { a: '€' } }, options, /beyond U\+00FF$/, /encode it/],
  'a hash that is none': [
    url,
    { ...options, payload: { sha256: 'x' } },
    /x-amz-content-sha256, is not valid$/,
    /64 hex digits/,
  ],
  'a URL with a password': [
    'https://a:b@example.com/',
    options,
    /contains a user name or password$/,
    /remove them/,
  ],
  'no credentials': [url, {}, /^the option credentials is missing$/, /provider of the AWS SDK/],
  'credentials that expired': [
    url,
    { ...options, credentials: { ...credentials, expiration: new Date(0) } },
    /^the credentials of the access key …MPLE expired at 1970-01-01T00:00:00.000Z$/,
    /clock of this machine/,
  ],
  'a URL that is too long': [`${url}${'a'.repeat(2 ** 20)}`, options, /too long$/, /1 MiB/],
  'an option that is not known': [
    url,
    { ...options, regoin: 'x' },
    /^there is no option "regoin": the options are credentials, region,/,
    /did you mean region\?$/,
  ],
};

describe('the text of an error', () => {
  for (const [name, [request, given, short, full]] of Object.entries(FAILURES)) {
    test(name, async () => {
      const [atOnce, later] = await Promise.all([
        new Promise((resolve) => resolve(new Signer(given).signSync(request))).catch((error) => error),
        signRequest(request, given).catch((error) => error),
      ]);
      assert.match(atOnce.message, short);
      assert.match(later.message, full);
      assert.equal(later.code, atOnce.code);
      assert.ok(later.stack.startsWith(`SigV4Error: ${later.message}\n`), 'the full text is logged, once');
      assert.equal(later.name, 'SigV4Error');
    });
  }

  test('stays short where the rest cannot be loaded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sigv4-wasm-'));
    try {
      cpSync('node_modules/sigv4-wasm', join(folder, 'node_modules/sigv4-wasm'), { recursive: true });
      rmSync(join(folder, 'node_modules/sigv4-wasm/esm/full-texts.js'));
      const code = `import { signRequest } from 'sigv4-wasm';
        await signRequest('https://example.com/', {}).catch(({ code, message }) => console.log(code, message));`;
      const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
        cwd: folder,
        encoding: 'utf8',
      });
      assert.equal(said.trim(), 'ERR_SIGV4_CREDENTIALS_INVALID the option credentials is missing');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

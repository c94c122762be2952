// The code in the README type-checks, runs, and sends nothing that is refused. What the tables list is complete.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const scratch = fileURLToPath(new URL('../../readme/', import.meta.url));
const wasm = createRequire(import.meta.url).resolve('sigv4-wasm/signing.wasm');

/** What the blocks leave out, because it is the reader's own. */
const DECLARATIONS = `declare const credentials: import('sigv4-wasm').Credentials;
declare module '@aws-sdk/credential-providers' {
  export function fromNodeProviderChain(): import('@aws-sdk/types').RuntimeConfigAwsCredentialIdentityProvider;
}
`;

const readme = await readFile(join(root, 'README.md'), 'utf8');
const blocks = Array.from(readme.matchAll(/^```js\n(.*?)^```$/gms), ({ 1: code, index }) => {
  const line = readme.slice(0, index).split('\n').length;
  return { title: `line ${line}`, file: join(scratch, `line-${line}.mjs`), code };
});

/** @type {{ api: import('../support/iam-server.js').IamServer, s3: import('../support/iam-server.js').IamServer }} */
let servers;
const native = { fetch: globalThis.fetch, request: https.request };

before(async () => {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(join(scratch, 'node_modules/@aws-sdk/credential-providers'), { recursive: true });
  for (const { file, code } of blocks) await writeFile(file, code);
  await writeFile(join(scratch, 'node_modules/@aws-sdk/credential-providers/index.js'), SDK_PROVIDERS);
  const region = 'eu-west-1';
  const credentials = [CREDENTIALS];
  servers = {
    api: await startIamServer({ credentials, region }),
    s3: await startIamServer({ credentials, region, service: 's3' }),
  };
  Object.assign(globalThis, { credentials: CREDENTIALS, fetch: rerouteFetch });
  https.request = /** @type {any} */ (reroute);
});
after(async () => {
  Object.assign(globalThis, { fetch: native.fetch });
  https.request = native.request;
  await Promise.all(Object.values(servers ?? {}).map((server) => server.close()));
  await rm(scratch, { recursive: true });
});

const SDK_PROVIDERS = 'exports.fromNodeProviderChain = () => async () => globalThis.credentials;';

/**
 * In place of `https.request`: to the loopback server, which sees the host that was meant.
 *
 * @param {any} options
 * @param {any} callback
 */
function reroute({ hostname, host = hostname, path, method, headers }, callback) {
  const server = /\.s3\./.test(hostname) ? servers.s3 : servers.api;
  const { port } = new URL(server.origin);
  const sent = { ...headers, host: hostname ?? host };
  return http.request({ host: '127.0.0.1', port, path, method, headers: sent }, callback);
}

/** @type {typeof fetch} */
async function rerouteFetch(input, init) {
  const request = new Request(input, init);
  const url = new URL(request.url);
  if (url.pathname === '/credentials') return Response.json(CREDENTIALS);
  if (url.pathname === '/signing.wasm') return new Response(await readFile(wasm));
  const { pathname, search, hostname } = url;
  const headers = Object.fromEntries(request.headers);
  const body = Buffer.from(await request.arrayBuffer());
  return new Promise((resolve, reject) => {
    reroute(
      { hostname, path: pathname + search, method: request.method, headers },
      (/** @type {any} */ incoming) => {
        incoming.resume();
        resolve(new Response(null, { status: incoming.statusCode }));
      },
    )
      .on('error', reject)
      .end(body);
  });
}

describe('the code', () => {
  it('is there', () => {
    assert.ok(blocks.length > 10);
  });

  it('type-checks, strictly', async () => {
    await writeFile(join(scratch, 'declarations.d.ts'), DECLARATIONS);
    const compilerOptions = {
      allowJs: true,
      checkJs: true,
      noEmit: true,
      strict: true,
      useUnknownInCatchVariables: false,
      target: 'es2022',
      module: 'nodenext',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
      skipLibCheck: true,
    };
    const include = ['*.mjs', '*.d.ts'];
    await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    try {
      execFileSync(process.execPath, [tsc, '-p', scratch], { encoding: 'utf8' });
    } catch (error) {
      assert.fail(/** @type {any} */ (error).stdout);
    }
  });

  for (const { title, file, code } of blocks) {
    it(`${title}: runs, and nothing is refused`, async (t) => {
      for (const { requests } of Object.values(servers)) requests.length = 0;
      t.mock.method(console, 'log', () => {});
      t.mock.method(console, 'error', () => {});
      await import(file);
      const arrived = Object.values(servers).flatMap(({ requests }) => requests);
      assert.deepEqual(
        arrived.filter(({ status }) => status !== 200),
        [],
      );
      const sends = /await client\.|fetch\((signed\.|url|upload)|signedFetch\(/.test(code);
      assert.equal(arrived.length > 0, sends);
    });
  }
});

it('that of the package is without what is about the repository', async () => {
  const packed = await readFile(new URL('../../node_modules/sigv4-wasm/README.md', import.meta.url), 'utf8');
  assert.ok(packed.length > readme.length / 2 && packed.length < readme.length);
  assert.doesNotMatch(packed, /make build|<!-- repository|\]\((?!https?:|#)/);
});

describe('the tables', () => {
  it('have every code of an error, every option', async () => {
    const source = await readFile(join(root, 'js/engine/errors.js'), 'utf8');
    const codes = [...source.split('SigV4ErrorCode')[0].matchAll(/'(ERR_SIGV4_\w+)'/g)].map(
      ([, code]) => code,
    );
    assert.ok(codes.length > 10);
    assert.deepEqual(
      firstColumn(readme)
        .filter((cell) => cell.startsWith('ERR_'))
        .sort(),
      codes.sort(),
    );

    const options = await readFile(join(root, 'js/sign/options.js'), 'utf8');
    for (const [, option] of options.matchAll(/@property \{[^}]*(?:\}[^}]*)*?\} \[(\w+)\]/g)) {
      assert.ok(firstColumn(readme).includes(option), option);
    }
  });
});

/**
 * @param {string} text
 * @returns {string[]} what stands alone in code quotes in the first column of a table
 */
function firstColumn(text) {
  return [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, cell]) => cell);
}

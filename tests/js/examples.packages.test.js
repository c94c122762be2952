// The examples that are packages of their own: the command of their README, against servers that verify.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { signRequest } from 'sigv4-wasm';

import { launchChromium } from '../support/chromium.js';
import { ROOT } from '../support/documents.js';
import { ENV, EXAMPLES as examples, REGION as region, startExample as start } from '../support/examples.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const folders = readdirSync(examples).filter((name) => existsSync(join(examples, name, 'package.json')));
/** What an example needs without an import of its own: peers of what it imports, and what runs it. */
const UNNAMED = {
  nestjs: ['@nestjs/platform-express', 'rxjs'],
  nextjs: ['next', 'react', 'react-dom'],
  graphiql: ['graphql', 'react-dom'],
  'iam-api': ['sigv4-wasm', 'sigv4-wasm-devtools'],
};
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
/** Of what the tests run the examples with. @type {Record<string, string>} */
const versions = {
  ...read('tests/examples/package.json').dependencies,
  wrangler: read('tests/matrix/package.json').devDependencies.wrangler,
  'sigv4-wasm': read('pkg/package.json').version,
  'sigv4-wasm-devtools': read('devtools/package.json').version,
};

describe('each', () => {
  const index = readFileSync(join(ROOT, 'docs/examples.md'), 'utf8');
  for (const name of readdirSync(examples, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)) {
    test(`${name} is on the page of examples`, () => {
      assert.ok(index.includes(`](../examples/${name}`), `docs/examples.md has no line on ${name}`);
    });
  }

  for (const name of folders) {
    const { dependencies, devDependencies, scripts } = JSON.parse(
      readFileSync(join(examples, name, 'package.json'), 'utf8'),
    );
    const sources = readdirSync(join(examples, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => /^(?!dist|node_modules|\.next).*\.(?:js|mjs|ts)$/.test(file))
      .map((file) => readFileSync(join(examples, name, file), 'utf8'));

    test(`${name}: a short README with one command, and what it imports is declared`, () => {
      const readme = readFileSync(join(examples, name, 'README.md'), 'utf8');
      assert.ok(readme.split('\n').length <= 18);
      assert.match(readme, /^```sh\nnpm install && .*npm start(?: -- .*)?\n```$/m);
      assert.ok(scripts.start);
      const imported = sources.flatMap((code) =>
        Array.from(
          code.matchAll(/(?:from |import |resolve\()'(?!node:|\.|\/)((?:@[^/']+\/)?[^/']+)/g),
          ([, name]) => name,
        ),
      );
      const used = new Set([...imported, .../** @type {Record<string, string[]>} */ (UNNAMED[name] ?? [])]);
      assert.deepEqual(Object.keys(dependencies).sort(), [...used].sort());
    });

    test(`${name}: exact versions, those that the tests run it with`, () => {
      for (const [dependency, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        assert.match(version, /^\d+\.\d+\.\d+$/, dependency);
        assert.equal(version, versions[dependency], dependency);
      }
    });
  }
});

test('node-service: compiles strictly, lists and creates, and says why it was refused', async () => {
  const folder = join(examples, 'node-service');
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  const api = await startIamServer({ credentials: [CREDENTIALS], region });
  try {
    const run = async (env = {}) => {
      const child = spawn(process.execPath, ['dist/index.js'], {
        cwd: folder,
        env: { ...ENV, API_URL: `${api.origin}/prod`, ...env },
      });
      const output = { stdout: '', stderr: '' };
      child.stdout.on('data', (text) => (output.stdout += text));
      child.stderr.on('data', (text) => (output.stderr += text));
      const [code] = await once(child, 'close');
      return { code, ...output };
    };
    const { code, stdout, stderr } = await run();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /open orders:[^]*created:/);
    assert.deepEqual(
      api.requests.map(({ method, url, status }) => [method, url, status]),
      [
        ['GET', '/prod/orders?status=open&tag%5B%5D=new&tag%5B%5D=gr%C3%B6%C3%9Fe', 200],
        ['POST', '/prod/orders', 200],
      ],
    );
    const refused = await run({ AWS_SECRET_ACCESS_KEY: 'another' });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /secret/);
  } finally {
    await api.close();
  }
});

test('express-verify: accepts a signed request once, and refuses others', async () => {
  const { origin } = await start('express-verify', { CLIENT_SECRET: 'not-a-secret' });
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret' };
  const order = { item: 'tea' };
  const request = { method: 'POST', url: `${origin}/orders`, body: order };
  const { url, ...init } = await signRequest(request, { credentials, region, service: 'orders' });

  const accepted = await fetch(url, init);
  assert.equal(accepted.status, 201);
  assert.deepEqual(await accepted.json(), { by: 'shop', order });
  assert.equal((await fetch(url, init)).status, 409, 'a copy');
  assert.equal((await fetch(url, { ...init, body: '{"item":"gold"}' })).status, 403, 'another body');
  assert.equal((await fetch(url, { method: 'POST' })).status, 403, 'no signature');
});

test('fastify-verify: accepts a signed request, and refuses others', async () => {
  const { origin } = await start('fastify-verify', { CLIENT_SECRET: 'not-a-secret' });
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret' };
  const order = { item: 'tea' };
  const request = { method: 'POST', url: `${origin}/orders`, body: order };
  const { url, ...init } = await signRequest(request, { credentials, region, service: 'orders' });

  const accepted = await fetch(url, init);
  assert.equal(accepted.status, 201);
  assert.deepEqual(await accepted.json(), { by: 'shop', order });
  const refused = await fetch(url, { ...init, body: '{"item":"gold"}' });
  assert.equal(refused.status, 403);
  assert.match((await refused.json()).message, /^The request signature we calculated does not match/);
});

test('hono-worker: verifies, signs, forwards', async () => {
  const api = await startIamServer({ credentials: [CREDENTIALS], region });
  try {
    const { default: worker } = await import('../../examples/hono-worker/src/index.js');
    const env = { ...ENV, API_URL: `${api.origin}/prod`, CLIENT_SECRET: 'not-a-secret' };
    const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret' };
    const request = { method: 'POST', url: 'https://orders.example.com/orders', body: { item: 'tea' } };
    const { url, ...init } = await signRequest(request, { credentials, region: 'auto', service: 'orders' });
    const response = await worker.fetch(new Request(url, init), env);
    assert.equal(response.status, 200);
    assert.equal((await response.json()).url, '/prod/orders');
    assert.equal((await worker.fetch(new Request(url, { method: 'POST', body: '{}' }), env)).status, 403);
    assert.equal(api.requests.length, 1);
  } finally {
    await api.close();
  }
});

test('browser-no-bundler: signs in Chromium, under its Content-Security-Policy', async () => {
  const api = await startIamServer({ credentials: [CREDENTIALS], region, cors: true });
  const chromium = await launchChromium();
  try {
    const { origin } = await start('browser-no-bundler', { API_URL: `${api.origin}/prod` });
    const page = await chromium.browser.newPage();
    await page.goto(origin);
    // The script may still be loading: its button does nothing until then.
    await page.waitForFunction(
      () => {
        document.querySelector('button')?.click();
        return document.querySelector('pre')?.textContent !== '';
      },
      { polling: 100 },
    );
    const text = await page.$eval('pre', ({ textContent }) => textContent);
    assert.match(text ?? '', /^200 .*"\/prod\/orders\?status=open"/);
  } finally {
    await chromium.close();
    await api.close();
  }
});

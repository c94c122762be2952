// The crate as a dependency: of a program without any of its features, of another wasm app, and for other targets. None of them may contain the
// parts of the `module-*` features (exports, allocator, panic handler).

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import aws4 from 'aws4';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, 'target/crate');

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
function run(command, args, env = {}) {
  return execFileSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'], // shown where it fails
    env: { ...process.env, CARGO_TARGET_DIR: target, ...env },
  });
}

/** With the compiler of the modules. @param {string[]} command @param {Record<string, string>} [env] */
const forWasm = (command, env) => run('scripts/wasm-env', command, env);

test('a program depends on it without default features', () => {
  const authorization = run('cargo', ['run', '--quiet', '--locked', '--package', 'native-app']).trim();
  // Of the official suite: get-vanilla.
  const expected = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
  assert.equal(authorization.split('Signature=')[1], expected);
});

test('an app with its own `sign` has its own exports, and signs', async () => {
  const build = ['build', '--quiet', '--locked', '--package', 'rust-worker'];
  forWasm(['cargo', ...build, '--target', 'wasm32-unknown-unknown']);
  const built = join(target, 'wasm32-unknown-unknown/debug/rust_worker.wasm');
  const out = join(target, 'worker');
  mkdirSync(out, { recursive: true });
  forWasm(['wasm-bindgen', '--target', 'nodejs', '--out-dir', out, built]);
  writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n');

  const worker = createRequire(import.meta.url)(join(out, 'rust_worker.js'));
  assert.deepEqual(Object.keys(worker).sort(), ['fetch', 'sign']);
  const module = new WebAssembly.Module(readFileSync(join(out, 'rust_worker_bg.wasm')));
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const ours = exportsOfModules();
  assert.ok(ours.length > 9, `found in src/wasm: ${ours}`);
  assert.deepEqual(
    ours.filter((name) => names.has(name)),
    ['sign'],
  );

  const env = {
    API_ORIGIN: 'https://abc123.execute-api.eu-west-1.amazonaws.com',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    AWS_SESSION_TOKEN: 'token',
  };
  const body = '{"a":1}';
  const headers = { 'content-type': 'application/json', cookie: 'not to be forwarded' };
  const signed = await worker.sign(
    new Request('https://worker.example/prod/x?b=2&a=1', { method: 'POST', headers, body }),
    env,
  );
  assert.equal(signed.url, `${env.API_ORIGIN}/prod/x?b=2&a=1`);
  assert.equal(await signed.text(), body);
  const expected = aws4.sign(
    {
      host: new URL(env.API_ORIGIN).host,
      service: 'execute-api',
      region: 'eu-west-1',
      method: 'POST',
      path: '/prod/x?b=2&a=1',
      headers: { 'content-type': 'application/json', 'x-amz-date': signed.headers.get('x-amz-date') },
      extraHeadersToIgnore: { 'content-length': true },
      body,
    },
    {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    },
  ).headers;
  assert.equal(signed.headers.get('authorization'), expected.Authorization);
  assert.equal(signed.headers.get('x-amz-security-token'), 'token');
});

test('it compiles with threads', () => {
  // Only a nightly compiler, or one that takes itself for one, knows the target feature.
  const flags = { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: '-C target-feature=+atomics,+bulk-memory' };
  forWasm(['cargo', 'check', '--quiet', '--locked', '--lib', '--target', 'wasm32-unknown-unknown'], {
    ...flags,
    RUSTC_BOOTSTRAP: '1',
    CARGO_TARGET_DIR: join(target, 'atomics'),
  });
});

for (const [name, features] of Object.entries({
  'wasm32-wasip1': ['--features', 'checksum,sigv4a'],
  'thumbv7em-none-eabihf': ['--no-default-features'],
})) {
  test(`it compiles for ${name}`, (t) => {
    if (!hasTarget(name)) return t.skip(`the compiler has no ${name}`);
    run('cargo', ['check', '--quiet', '--locked', '--lib', '--target', name, ...features]);
  });
}

/** @param {string} name */
function hasTarget(name) {
  const folder = run('rustc', ['--print', 'target-libdir', '--target', name]).trim();
  try {
    return readdirSync(folder).some((file) => file.startsWith('libcore-'));
  } catch {
    return false;
  }
}

/** The names of all that src/wasm exports. */
function exportsOfModules() {
  const folder = join(root, 'src/wasm');
  return readdirSync(folder).flatMap((file) => {
    const found = readFileSync(join(folder, file), 'utf8').matchAll(
      /^#\[wasm_bindgen[^\]]*\]\n(?:#.*\n)*pub fn (\w+)/gm,
    );
    return [...found].map(([, name]) => name);
  });
}

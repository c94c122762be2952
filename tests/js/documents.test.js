// The code in the README and in docs/ type-checks, runs, and sends nothing that is refused. Links lead somewhere.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { transform } from 'esbuild';

import { startAwsNetwork } from '../support/aws-network.js';
import { readPages, ROOT } from '../support/documents.js';
import { CREDENTIALS } from '../support/wire.js';

const scratch = fileURLToPath(new URL('../../documents/', import.meta.url));

/** What the blocks leave out, because it is the reader's own, and types that the repository does not install. */
const DECLARATIONS = `declare const credentials: import('sigv4-wasm').Credentials;
declare module 'express' {
  type Handler = (request: any, response: any, next: (error?: unknown) => void) => unknown;
  interface App { use(...handlers: Handler[]): void; get(path: string, handler: Handler): void; post(path: string, handler: Handler): void }
  const express: { (): App; json(): Handler };
  export default express;
}
declare module 'aws-amplify/auth' {
  export function fetchAuthSession(): Promise<{ credentials?: import('sigv4-wasm').Credentials }>;
}
`;

/** In place of Amplify, which signs in with Cognito. */
const AMPLIFY = 'export const fetchAuthSession = async () => ({ credentials: globalThis.credentials });';

/** Its code replaces parts of Node.js, and runs in testing-page.test.js. */
const ELSEWHERE = 'docs/testing.md';

const pages = readPages();
const blocks = pages.flatMap(({ path, blocks }) => {
  return blocks.map((block) => {
    const name = block.title.replace(/[^\w]+/g, '-');
    const extension = block.language === 'js' ? 'mjs' : 'mts';
    return {
      ...block,
      isRun: block.isRun && path !== ELSEWHERE,
      file: join(scratch, `${name}.${extension}`),
    };
  });
});

describe('the code', () => {
  /** @type {Awaited<ReturnType<typeof startAwsNetwork>>} */
  let network;
  const { env } = process;

  before(async () => {
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch, { recursive: true });
    for (const { file, code } of blocks) await writeFile(file, code);
    await mkdir(join(scratch, 'node_modules/aws-amplify'), { recursive: true });
    await writeFile(
      join(scratch, 'node_modules/aws-amplify/package.json'),
      '{ "exports": { "./auth": "./auth.mjs" } }',
    );
    await writeFile(join(scratch, 'node_modules/aws-amplify/auth.mjs'), AMPLIFY);
    process.env = {
      ...env,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
      AWS_REGION: 'eu-west-1',
    };
    Object.assign(globalThis, { credentials: CREDENTIALS });
    network = await startAwsNetwork(CREDENTIALS);
  });
  after(async () => {
    process.env = env;
    await network?.close();
    await rm(scratch, { recursive: true });
  });

  it('is there', () => {
    assert.ok(blocks.length > 50);
    assert.ok(blocks.filter(({ isRun }) => isRun).length > 45);
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
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: ['node'],
      skipLibCheck: true,
    };
    const include = ['*.mjs', '*.mts', '*.d.ts'];
    const exclude = blocks.filter(({ isTyped }) => !isTyped).map(({ file }) => file);
    await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions, include, exclude }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    try {
      execFileSync(process.execPath, [tsc, '-p', scratch], { encoding: 'utf8' });
    } catch (error) {
      assert.fail(/** @type {any} */ (error).stdout);
    }
  });

  for (const { title, file, code, language } of blocks.filter(({ isRun }) => isRun)) {
    it(`${title} runs, and nothing is refused`, async (t) => {
      network.takeRequests();
      t.mock.method(console, 'log', () => {});
      t.mock.method(console, 'error', () => {});
      if (language === 'js') await import(file);
      else await import(await withoutTypes(file));
      const arrived = network.takeRequests();
      assert.deepEqual(
        arrived.filter(({ status }) => status !== 200),
        [],
      );
      const sends =
        /await client\.|[fF]etch\((?:signed\.|url|upload|'https:\/\/abc)|\.request\(|await request\(/;
      assert.ok(arrived.length > 0 || !sends.test(code), 'something should have been sent');
    });
  }
});

/** @param {string} file */
async function withoutTypes(file) {
  const { code } = await transform(await readFile(file, 'utf8'), { loader: 'ts' });
  const plain = file.replace(/\.mts$/, '.run.mjs');
  await writeFile(plain, code);
  return plain;
}

describe('links', () => {
  for (const { path, text } of pages) {
    it(path, () => {
      const broken = Array.from(text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g), ([, link]) => link).filter(
        (link) => !leadsSomewhere(path, link),
      );
      assert.deepEqual(broken, []);
    });
  }
});

/**
 * @param {string} path  of a page
 * @param {string} link  in it
 */
function leadsSomewhere(path, link) {
  const [file, anchor] = link.split('#');
  const target = file === '' ? path : join(path, '..', file);
  if (!existsSync(join(ROOT, target))) return false;
  if (anchor === undefined || !target.endsWith('.md')) return true;
  return anchorsOf(readFileSync(join(ROOT, target), 'utf8')).includes(anchor);
}

/** As GitHub and VitePress make them of headings. @param {string} text */
function anchorsOf(text) {
  return Array.from(text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

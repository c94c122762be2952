// The code of docs/testing.md runs: its assertions hold.

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { CREDENTIALS } from '../support/wire.js';

const page = fileURLToPath(new URL('../../../../docs/testing.md', import.meta.url));
const scratch = fileURLToPath(new URL('../../testing-page/', import.meta.url));

const text = await readFile(page, 'utf8');
const sections = text
  .split(/^## /m)
  .flatMap((section) =>
    [...section.matchAll(/^```js(?: untyped)?\n(.*?)^```$/gms)].map(([, code]) => ({ section, code })),
  )
  .map(({ section, code }, i) => ({ title: section.split('\n')[0], code, file: join(scratch, `${i}.mjs`) }));

const { NODE_ENV } = process.env;

describe('the page on testing', () => {
  before(async () => {
    await mkdir(scratch, { recursive: true });
    for (const { file, code } of sections) await writeFile(file, code);
    Object.assign(globalThis, { credentials: CREDENTIALS });
  });
  after(async () => {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
    await rm(scratch, { recursive: true });
  });

  it('has examples', () => assert.ok(sections.length >= 5));

  for (const { title, file, code } of sections) {
    it(title, async () => {
      assert.match(code, /^assert\./m);
      await import(file);
    });
  }
});

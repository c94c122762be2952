// Functions in archives: valid archives run, and malformed or hostile ones are refused.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { startGateway } from 'sigv4-wasm-devtools/gateway';

const folder = mkdtempSync(join(tmpdir(), 'sigv4-archives-'));
after(() => rmSync(folder, { recursive: true }));

const HANDLER =
  'import { name } from "./lib/name.mjs"; export const handler = async () => ({ statusCode: 200, body: name });';

/**
 * @param {[name: string, text: string, change?: { method?: number, size?: number }][]} files
 * @returns {Buffer}
 */
function zip(files) {
  let at = 0;
  const parts = files.map(([name, text, { method = 8, size = text.length } = {}]) => {
    const data = method === 8 ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    at += 30 + name.length + data.length;
    return {
      local: Buffer.concat([local, Buffer.from(name), data]),
      central: Buffer.concat([central, Buffer.from(name)]),
    };
  });
  const directory = Buffer.concat(parts.map(({ central }) => central));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts.map(({ local }) => local), directory, end]);
}

/** @param {Buffer} bytes */
async function open(bytes, handler = 'src/app.handler') {
  const archive = join(folder, 'function.zip');
  writeFileSync(archive, bytes);
  const gateway = await startGateway({
    config: {
      routes: [{ route: 'GET /', auth: 'none', function: 'f' }],
      functions: { f: { archive, handler } },
    },
  });
  after(() => gateway.close());
  return { ...gateway, answer: async () => fetch(`${gateway.origin}/prod`) };
}

const NAME = 'export const name = "packed";';

test('a function runs with the other files of its archive, which are deleted afterwards', async () => {
  const leftOver = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith('sigv4-gateway-')).sort();
  const before = await leftOver();
  const { answer, close } = await open(
    zip([
      ['src/', '', { method: 0 }],
      ['src/app.mjs', HANDLER],
      ['src/lib/name.mjs', NAME, { method: 0 }],
    ]),
  );
  assert.equal(await (await answer()).text(), 'packed');
  await close();
  assert.deepEqual(await leftOver(), before);
});

describe('is an error at the start', () => {
  /** @type {Record<string, [bytes: Buffer, message: RegExp]>} */
  const CASES = {
    'if the handler is not in it': [
      zip([['src/other.mjs', '']]),
      /function\.zip has no handler file src\/app\.\{mjs,/,
    ],
    'if it is not a ZIP file': [
      Buffer.from('hello'),
      /function\.zip cannot be unpacked: it is not a ZIP file/,
    ],
    'if it ends too early': [zip([['src/app.mjs', HANDLER]]).subarray(-40), /cannot be unpacked: /],
    'if it is compressed in another way': [
      zip([['src/app.mjs', HANDLER, { method: 12 }]]),
      /is compressed by method 12/,
    ],
    'if it says that it is too large': [
      zip([['src/app.mjs', HANDLER, { size: 2 ** 31 }]]),
      /more than 262144000 bytes/,
    ],
  };
  for (const name of [
    '../../evil.mjs',
    '/etc/evil.mjs',
    'a/../../evil.mjs',
    '..\\\\evil.mjs',
    'C:\\\\evil.mjs',
  ])
    CASES[`if a name leads out of the folder: ${name}`] = [
      zip([
        ['src/app.mjs', HANDLER],
        [name, ''],
      ]),
      /it contains the file name "/,
    ];
  for (const [title, [bytes, message]] of Object.entries(CASES)) {
    test(title, () =>
      assert.rejects(open(bytes), (/** @type {any} */ error) => {
        assert.equal(error.name, 'ConfigError');
        assert.match(error.message, message);
        return true;
      }),
    );
  }
});

test('a file that is larger than its stated size does not fill the disk: the function fails', async () => {
  const { answer } = await open(zip([['src/app.mjs', `${HANDLER}${' '.repeat(1_000_000)}`, { size: 10 }]]));
  assert.equal((await answer()).status, 502);
});

// Unpacks the archive of a function, a ZIP file. Source: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.

import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** "Lambda quotas": the code of a function, unpacked. */
const MAX_BYTES = 250 * 1024 * 1024;

/** @typedef {{ name: string, method: number, packed: Buffer, size: number }} Entry */

/**
 * @param {string} file
 * @returns {Entry[]} the files in it
 * @throws {Error} whose message says what is wrong
 */
export function readArchive(file) {
  const bytes = readFileSync(file);
  try {
    return entriesOf(bytes);
  } catch (cause) {
    const why = cause instanceof RangeError ? 'it ends too early' : /** @type {Error} */ (cause).message;
    throw new Error(`${file} cannot be unpacked: ${why}`, { cause });
  }
}

/**
 * @param {readonly Entry[]} entries
 * @param {string} folder
 */
export async function unpack(entries, folder) {
  for (const { name, method, packed, size } of entries) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    // An entry cannot unpack to more than its stated size, and the sum of the sizes is limited.
    await writeFile(
      path,
      method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: size || 1 }),
    );
  }
}

/**
 * @param {Buffer} bytes
 * @returns {Entry[]}
 */
function entriesOf(bytes) {
  const end = bytes.lastIndexOf(END);
  if (end < 0) throw new Error('it is not a ZIP file');
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  let total = 0;
  /** @type {Entry[]} */
  const entries = [];
  for (let i = 0; i < count; i++) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new Error('its directory is damaged');
    const method = bytes.readUInt16LE(at + 10);
    const [packedSize, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      bytes.readUInt16LE(at + field),
    );
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + extraLength + commentLength;
    if (name.endsWith('/')) continue;
    const path = normalize(name.replaceAll('\\', '/'));
    // Such a name would point outside the folder.
    if (/^(?:\.\.(?:\/|$)|\/)|\0|^[a-z]:/i.test(path))
      throw new Error(`it contains the file name ${JSON.stringify(name)}, which is not allowed`);
    if (method !== STORED && method !== DEFLATED)
      throw new Error(`${name} is compressed by method ${method}`);
    total += size;
    if (total > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
    // The extra fields of the local header may differ from those of the directory.
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    entries.push({ name: path, method, packed: bytes.subarray(start, start + packedSize), size });
  }
  return entries;
}

const STORED = 0;
const DEFLATED = 8;
const CENTRAL = 0x02014b50;
const END = Buffer.from([0x50, 0x4b, 0x05, 0x06]);

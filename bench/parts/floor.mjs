// The lower bound of every implementation, the SHA-256 compressions of one signature, and the distribution of the remaining time,
// from V8's profiler.

import { Session } from 'node:inspector/promises';

import { Signer } from '../../pkg/esm/index.js';
import { trace } from '../../pkg/esm/trace.js';
import { race } from '../harness.mjs';
import { gateway, get, longTerm, post, smallBody, temporary } from '../requests.mjs';

/** @type {[string, string, import('../requests.mjs').Work, any][]} */
const WORK = [
  ['get-token', 'GET, temporary credentials', get, temporary],
  ['get', 'GET, long-term credentials', get, longTerm],
  ['post-1kb', 'POST 1 kB, temporary credentials', post(smallBody), temporary],
];

export const CALL = 'signSync';
export const FLOOR = 'SHA-256 compressions alone';

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const sha256 = await wasmSha256();
  const tables = [];
  for (const [id, title, work, credentials] of WORK) {
    const signer = new Signer({ credentials, ...gateway });
    const { canonicalRequest, stringToSign } = await trace(signer, work);
    // The trace hides the token, which is as many bytes of the canonical request.
    const hidden = (credentials.sessionToken ?? '').length - '<session token>'.length;
    const requestLength = canonicalRequest.length + (credentials.sessionToken ? hidden : 0);
    const count =
      (work.body ? compressions(work.body.length) : 0) + // the hash of no body is a constant
      compressions(requestLength) +
      compressions(stringToSign.length) + // HMAC, inner; both blocks of the key are part of the cached key
      1; // HMAC, outer
    // One message of as many compressions, by the module's own SHA-256: a single crossing, no signing.
    const message = new Uint8Array(count * 64 - 9);
    const rows = await race(
      { [CALL]: () => signer.signSync(work), [FLOOR]: () => sha256(message) },
      { rounds: quick ? 51 : 301 },
    );
    const note = `${count} compressions of 64 bytes, ${((rows[1].value * 1000) / count).toFixed(0)} ns each`;
    tables.push({ id: `floor-${id}`, title: `Floor of ${title}`, unit: 'us', rows, note });
    const parts = await profile(() => signer.signSync(work), quick ? 500 : 3000);
    tables.push({
      id: `breakdown-${id}`,
      title: `Where the time of ${title} goes`,
      unit: 'us',
      rows: breakdown(parts, rows[0].value, rows[1].value),
      note: 'shares of profiler samples, times the median above; SHA-256 as timed alone',
    });
  }
  return tables;
}

/** SHA-256 as the module has it: what the package falls back on if there is no node:crypto. */
async function wasmSha256() {
  const { sha256Sync } = await import(new URL('../../pkg/esm/signing.js?without-node', import.meta.url).href);
  const { getBuiltinModule } = process;
  Object.assign(process, { getBuiltinModule: undefined });
  sha256Sync(new Uint8Array(1)); // it looks once
  Object.assign(process, { getBuiltinModule });
  return sha256Sync;
}

/** Of a message, which is followed by one byte, padding, and its length in eight bytes (FIPS 180-4, 5.1.1). */
export function compressions(length) {
  return Math.ceil((length + 9) / 64);
}

/** @returns {Promise<Map<string, number>>} shares of time by where it was spent */
async function profile(work, millis) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  for (const end = performance.now() + millis; performance.now() < end;) for (let i = 0; i < 100; i++) work();
  const { profile: recorded } = await session.post('Profiler.stop');
  session.disconnect();
  const names = new Map(recorded.nodes.map(({ id, callFrame }) => [id, place(callFrame)]));
  /** @type {Map<string, number>} */
  const shares = new Map();
  const samples = /** @type {number[]} */ (recorded.samples);
  for (const id of samples) {
    const name = /** @type {string} */ (names.get(id));
    shares.set(name, (shares.get(name) ?? 0) + 1 / samples.length);
  }
  return shares;
}

function place({ url, functionName }) {
  if (url.startsWith('wasm:')) return WASM;
  const file = /\/pkg\/esm\/(.*)$/.exec(url)?.[1];
  if (file !== undefined) return file === 'wasm/signing.js' ? 'js/wasm, around the module' : `js/${file}`;
  return functionName === '(garbage collector)' ? 'garbage collection' : REST;
}

function breakdown(shares, total, floor) {
  const wasm = (shares.get(WASM) ?? 0) * total;
  const others = [...shares]
    .filter(([name]) => name !== WASM)
    .map(([name, share]) => ({ name, value: share * total }));
  const rows = [{ name: 'SHA-256 in wasm', value: Math.min(floor, wasm) }];
  rows.push({ name: 'the rest of the wasm module', value: Math.max(0, wasm - floor) }, ...others);
  return rows.filter(({ value }) => value >= total / 200).sort((a, b) => b.value - a.value);
}

const WASM = 'wasm';
const REST = 'the runtime';

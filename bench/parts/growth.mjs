// How time grows with the request, also for hostile requests.

import { Signer } from '../../pkg/esm/index.js';
import { race } from '../harness.mjs';
import { ours, OURS } from '../peers.mjs';
import { AWS4, aws4Peer } from '../peers-node.mjs';
import { gateway, get, post, temporary } from '../requests.mjs';
import { verify } from '../verify.mjs';

const headers = (count) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-header-${scatter(n)}`, `value ${n}`]));
const query = (count) => Array.from({ length: count }, (_, n) => `key${scatter(n)}=value${n}`).join('&');
const withQuery = (text) => ({ ...get, url: `${get.url.split('?')[0]}?${text}` });

/** Sizes, and the request of each. The last is four times the third. */
const SERIES = {
  headers: { sizes: [0, 25, 50, 100, 150, 200], make: (count) => ({ ...get, headers: headers(count) }) },
  // Of more than a thousand, aws4 signs only the first.
  'query parameters': { sizes: [1, 125, 250, 500, 750, 1000], make: (count) => withQuery(query(count)) },
  'body, kB': {
    sizes: [1, 128, 256, 512, 768, 1024],
    make: (kilobytes) => post(Buffer.alloc(kilobytes * 1024, 'sigv4')),
  },
};

/** Each at a quarter of the hostile size and at all of it. */
const HOSTILE = {
  '10,000 query keys': { size: 10_000, make: (count) => withQuery(query(count)) },
  '10,000 query keys, sorted backwards': {
    size: 10_000,
    make: (count) => withQuery(Array.from({ length: count }, (_, n) => `k${pad(count - n)}=`).join('&')),
  },
  '10,000 times the same query key': {
    size: 10_000,
    make: (count) => withQuery(Array(count).fill('a=b').join('&')),
  },
  '10,000 query keys to escape': {
    size: 10_000,
    make: (count) => withQuery(Array.from({ length: count }, (_, n) => `%c3%bc+${scatter(n)}='`).join('&')),
  },
  '1 MiB of header': {
    size: 1 << 20,
    make: (length) => ({ ...get, headers: { 'x-long': 'x'.repeat(length) } }),
  },
  '1 MiB of header, all spaces between': {
    size: 1 << 20,
    make: (length) => ({ ...get, headers: { 'x-long': `a${' '.repeat(length)}b` } }),
  },
  '1 MiB of header, commas and spaces': {
    size: 1 << 20,
    make: (length) => ({ ...get, headers: { 'x-long': 'a  ,'.repeat(length / 4) } }),
  },
  '10,000 headers': { size: 10_000, make: (count) => ({ ...get, headers: headers(count) }) },
  '1 MiB of path': {
    size: 1 << 20,
    make: (length) => ({ ...get, url: `${get.url.split('/items')[0]}/${'a/../'.repeat(length / 5)}` }),
  },
};

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const options = { rounds: quick ? 15 : 61, warmMillis: 100 };
  const tables = [];
  for (const [what, { sizes, make }] of Object.entries(SERIES)) {
    await verifySame(make(sizes[sizes.length - 1]));
    const rows = await race(
      Object.fromEntries(
        sizes.flatMap((size) => signers(make(size)).map(([name, sign]) => [`${name}, ${size}`, sign])),
      ),
      options,
    );
    const [first, middle, last] = [sizes[0], sizes[2], sizes[sizes.length - 1]];
    const at = (size) => rows.find(({ name }) => name === `${OURS}, ${size}`);
    at(last).exponent = exponent(
      at(middle).fastest - at(first).fastest,
      at(last).fastest - at(first).fastest,
    );
    tables.push({ id: `growth-${what}`, title: `Time against ${what}`, unit: 'us', rows });
  }
  const rotation = Object.fromEntries([1, 16, 32, 48, 64, 80, 128, 256].flatMap((count) => rotating(count)));
  const rows = await race(rotation, options);
  tables.push({ id: 'growth-credentials', title: 'Time against credentials in rotation', unit: 'us', rows });
  for (const [what, { size, make }] of Object.entries(HOSTILE)) {
    const sign = ours(Signer)(temporary, gateway);
    const [small, large] = [make(size / 4), make(size)];
    const times = await race(
      { quarter: () => sign(small), whole: () => sign(large) },
      { ...options, sliceMillis: 1 },
    );
    const last = tables.find(({ id }) => id === 'hostile');
    const row = { name: what, value: times[1].value, exponent: exponent(times[0].fastest, times[1].fastest) };
    if (last) last.rows.push(row);
    else {
      const note = 'time^n: from a quarter of the size to the whole; n = 1 is linear, 2 quadratic';
      tables.push({ id: 'hostile', title: 'Hostile requests', unit: 'us', rows: [row], note });
    }
  }
  return tables;
}

/** @param {import('../requests.mjs').Work} work @returns {[string, () => any][]} */
function signers(work) {
  const [mine, theirs] = [ours(Signer), aws4Peer].map((peer) => peer(temporary, gateway));
  return [
    [OURS, () => mine(work)],
    [AWS4, () => theirs(work)],
  ];
}

async function verifySame(work) {
  for (const [name, sign] of signers(work)) await verify(name, sign(), work, temporary, gateway);
}

/** Signers that take turns, each with credentials of its own. @returns {[string, () => any][]} */
function rotating(count) {
  return [
    [OURS, ours(Signer)],
    [AWS4, aws4Peer],
  ].map(([name, peer]) => {
    const all = Array.from({ length: count }, (_, n) =>
      peer({ ...temporary, secretAccessKey: `${temporary.secretAccessKey}${n}` }, gateway),
    );
    let next = 0;
    return [`${name}, ${count}`, () => all[next++ % count](get)];
  });
}

/** Of time against size: 1 is linear. By the fastest rounds, as long calls rarely escape what else the machine does. */
function exponent(quarter, whole) {
  return Math.log(whole / quarter) / Math.log(4);
}

/** In no order. */
function scatter(n) {
  return pad((n * 7919) % 10_007);
}

function pad(n) {
  return String(n).padStart(5, '0');
}

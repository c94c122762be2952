// Whatever of a signed request is changed by one byte: it is refused. But for changes that leave the meaning alone, such as
// `%2f` for `%2F`; those are told by rules that share no code with the package, and are accepted.
//
// SIGV4_SEED makes the changes of an earlier run again; SIGV4_CASES says how many.

import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { unescapeBuffer } from 'node:querystring';
import { test } from 'node:test';

import { verifyRequest } from 'sigv4-wasm/verify';

import { Random } from '../differential/case.js';
import { mutate, partsOf } from '../support/verify-mutations.js';
import { KNOWN, REQUESTS, signedBy, SIGNERS } from '../support/verify-requests.js';

const MUTATIONS = Number(process.env.SIGV4_CASES ?? 6000);

/** Each request by each signer, with the parts of it that a signature must cover. */
const requests = [];
for (const signer of Object.keys(SIGNERS)) {
  for (const [title, sent] of Object.entries(REQUESTS)) {
    const request = await signedBy(signer, sent);
    requests.push({ title: `${signer}: ${title}`, service: sent.service, request });
  }
}

for (const [title, seed] of [
  ['the same each time', 1],
  ['others each time', Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32)],
]) {
  test(`single bytes changed: ${title}`, async () => {
    const random = new Random(seed);
    const counts = {};
    const codes = {};
    for (let number = 0; number < MUTATIONS; number++) {
      const { title: of, service, request } = random.pick(requests);
      const part = random.pick(partsOf(request));
      const mutant = part.change((text) => mutate(text, random));
      const what = `SIGV4_SEED=${seed}, change ${number} of ${of}, ${part.name}: ${JSON.stringify({ ...mutant, body: String(mutant.body) })}`;
      const isSame = meaning(mutant, service) === meaning(request, service);
      const code = await codeOf(mutant, service);
      if (isSame) assert.equal(code, undefined, `means the same: ${what}`);
      else assert.match(String(code), /^ERR_SIGV4_/, `was accepted: ${what}`);
      const key = isSame ? `${part.name}, with the same meaning` : part.name;
      counts[key] = (counts[key] ?? 0) + 1;
      codes[code] = (codes[code] ?? 0) + 1;
    }
    console.log(`seed ${seed}`, counts, codes);
    const same = Object.entries(counts).reduce(
      (n, [key, count]) => (key.includes('same') ? n + count : n),
      0,
    );
    assert.ok(MUTATIONS - same >= MUTATIONS * 0.9, `only ${MUTATIONS - same} had another meaning`);
  });
}

test('all of them are accepted as they are', async () => {
  for (const { title, service, request } of requests) {
    assert.equal(await codeOf(request, service), undefined, title);
  }
});

async function codeOf(request, service) {
  try {
    await verifyRequest(request, { ...KNOWN, service });
  } catch (error) {
    return error.code ?? error;
  }
  return undefined;
}

/** What a request means to a server, as a text. */
function meaning({ method, url, headers, body }, service) {
  const [target] = url.split('#');
  const [path, query = ''] = target.split(/\?(.*)/s);
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [key, value = ''] = pair.replaceAll('+', '%20').split(/=(.*)/s);
      return JSON.stringify([key, value].map((text) => unescapeBuffer(text).toString('hex')));
    });
  const slashed = path.replace(/^(?!\/)/, '/');
  const wire = service === 's3' ? unescapeBuffer(slashed).toString('hex') : posix.normalize(slashed);
  const folded = headers.map(([name, value]) => [name.toLowerCase(), value.trim().replace(/[ \t]+/g, ' ')]);
  const meant = folded.map(([name, value]) =>
    name === 'authorization' ? [name, value.replace(/ ?, ?/g, ',').replace(/^(\S*) /, '$1:')] : [name, value],
  );
  return JSON.stringify([method, wire, pairs.sort(), meant.sort(), body.toString('hex')]);
}

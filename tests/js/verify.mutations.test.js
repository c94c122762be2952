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

/** What can be changed, and how. */
function partsOf(request) {
  const [path, query] = request.url.split(/\?(.*)/s);
  const parts = [
    { name: 'method', change: (f) => ({ ...request, method: f(request.method) }) },
    {
      name: 'path',
      change: (f) => ({ ...request, url: f(path) + (query === undefined ? '' : `?${query}`) }),
    },
  ];
  if (query) parts.push({ name: 'query', change: (f) => ({ ...request, url: `${path}?${f(query)}` }) });
  for (const name of ['Credential', 'Date', 'SignedHeaders', 'Signature', 'Expires']) {
    const [before, value, after] = cutParameter(query, name) ?? [];
    if (value) {
      parts.push({
        name: `X-Amz-${name}`,
        change: (f) => ({ ...request, url: `${path}?${before}${f(value)}${after}` }),
      });
    }
  }
  // An unsigned body is no part of what is signed.
  const isSigned = !request.headers.some(([, value]) => value === 'UNSIGNED-PAYLOAD') && !isOfS3Url(request);
  if (isSigned) {
    parts.push({
      name: 'body',
      change: (f) => ({ ...request, body: Buffer.from(f(request.body.toString('latin1')), 'latin1') }),
    });
  }
  const signed = signedNames(request);
  for (const [i, [name, value]] of request.headers.entries()) {
    if (!signed.includes(name) && name !== 'authorization') continue;
    const header = (changed) => ({ ...request, headers: request.headers.with(i, changed) });
    parts.push({ name: `the header ${name}`, change: (f) => header([name, f(value)]) });
    if (name !== 'authorization')
      parts.push({ name: 'the name of a header', change: (f) => header([f(name), value]) });
    for (const field of name === 'authorization' ? ['Credential', 'SignedHeaders', 'Signature'] : []) {
      const [, before, text, after] = new RegExp(`^(.*${field}=)([^,]*)(.*)$`).exec(value);
      parts.push({ name: field, change: (f) => header([name, before + f(text) + after]) });
    }
  }
  return parts;
}

function cutParameter(query, name) {
  return new RegExp(`^(.*X-Amz-${name}=)([^&]*)(.*)$`).exec(query ?? '')?.slice(1);
}

function isOfS3Url({ url }) {
  return /X-Amz-Credential=[^&]*(?:%2F|\/)s3(?:%2F|\/)/.test(url);
}

/** @param {string} text */
function mutate(text, random) {
  const at = random.below(text.length + 1);
  const byte = () => String.fromCharCode(33 + random.below(94));
  const choice = random.below(10);
  if (choice === 0 || text === '') return text.slice(0, at) + byte() + text.slice(at);
  const of = Math.min(at, text.length - 1);
  if (choice === 1) return text.slice(0, of) + text.slice(of + 1);
  const old = text.charCodeAt(of);
  // A bit of it, the case of a letter, or any other.
  const flipped = String.fromCharCode(old ^ (1 << random.below(7)));
  const others = [flipped, String.fromCharCode(old ^ 32), byte(), byte(), byte()];
  const other = others.find((char) => char.charCodeAt(0) !== old && char >= ' ' && char <= '~') ?? '!';
  const made = random.percent(50) ? other : byte();
  return text.slice(0, of) + (made === text[of] ? other : made) + text.slice(of + 1);
}

function signedNames({ url, headers }) {
  const inQuery = /X-Amz-SignedHeaders=([^&]*)/.exec(url)?.[1];
  const inHeader = headers.map(([, value]) => /SignedHeaders=([^,]*)/.exec(value)?.[1]).find(Boolean);
  return (inQuery ? decodeURIComponent(inQuery) : (inHeader ?? '')).split(';');
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

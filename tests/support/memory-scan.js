// Signs in every way that there is, and looks through the whole memory of the core for what must not be left in it. Run in
// a process of its own, by tests/js/secrets-in-memory.test.js: `node memory-scan.js VARIANT`. Prints its findings as JSON.

import { createHmac, randomBytes } from 'node:crypto';

import { collectMemories } from './memories.js';

const [, , variant] = process.argv;
if (!variant.startsWith('host-')) process.getBuiltinModule = undefined; // hashed and signed in wasm
const memories = collectMemories(variant);
if (variant === 'asmjs') {
  delete globalThis.WebAssembly;
  await import('sigv4-wasm/asmjs');
}
const { Signer, signRequest } = await import(variant === 'host-fips' ? 'sigv4-wasm/fips' : 'sigv4-wasm');
const { SignerV4a } = await import('sigv4-wasm/v4a');
const { presignMany } = await import('sigv4-wasm/batch');
const { presignPost } = await import('sigv4-wasm/s3');
const { trace } = await import('sigv4-wasm/trace');
const isV4a = variant.endsWith('v4a');

const DATE = '20150830';
const OPTIONS = { service: 's3', date: new Date('2015-08-30T12:36:00Z') };
const SCOPE = isV4a ? {} : { region: 'eu-west-1' };
const URL_OF = (path) => `https://bucket.s3.eu-west-1.amazonaws.com/${path}`;

/** Temporary credentials that nobody else has. */
function make() {
  return {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString('hex'),
    sessionToken: `${randomBytes(300).toString('base64')}==`,
  };
}

const signerOf = (credentials) => new (isV4a ? SignerV4a : Signer)({ ...OPTIONS, ...SCOPE, credentials });

/** Every call that takes credentials into the core, in between such as fail. */
async function signAll(signer, credentials) {
  const failing = { url: URL_OF('f'), headers: { 'x-amz-meta-a': 'b\0' } };
  for (let i = 0; i < 3; i++) {
    await signer.sign(URL_OF('a'));
    await signer.sign({ method: 'PUT', url: URL_OF('b'), body: 'x'.repeat(100 + 3000 * i) });
    await signer.sign({ url: URL_OF('c'), headers: { 'x-amz-meta-note': 'grüße' } });
    await signer.presign(
      URL_OF(`d?X-Amz-Security-Token=${encodeURIComponent(credentials.sessionToken)}&X-Amz-Signature=a`),
    );
    await signer.presign(URL_OF('e'), { sessionTokenMode: 'appended' });
    await trace(signer, URL_OF('a'));
    await trace(signer, URL_OF('a'), { expiresIn: 60 });
    await presignMany(signer, ['g', 'h', 'i+', 'j'].map(URL_OF));
    if (!isV4a) await presignPost(signer, { bucket: 'bucket', key: 'key' });
    await signer.sign(failing).catch(() => {});
    await signer.presign(failing).catch(() => {});
    await presignMany(signer, [URL_OF('k'), failing]).catch(() => {});
    await signer.sign(URL_OF('a'), { date: new Date(-1) }).catch(() => {});
    // Memory that grows leaves nothing if it was.
    await signer.presign({ url: URL_OF('l'), headers: { 'x-amz-meta-a': 'a'.repeat(3000 * (i + 1)) } });
  }
}

/** How often each secret is found. */
function scan(credentials) {
  const { secretAccessKey, sessionToken } = credentials;
  const texts = {
    secret: [Buffer.from(secretAccessKey)],
    token: [sessionToken, encodeURIComponent(sessionToken)].map((text) => Buffer.from(text.slice(0, 64))),
    'end of the token': [sessionToken, encodeURIComponent(sessionToken)].map((text) =>
      Buffer.from(text.slice(-64)),
    ),
    ...(isV4a ? v4aKeys(credentials) : keys(credentials)),
  };
  return Object.fromEntries(
    Object.entries(texts).map(([name, values]) => [
      name,
      values.reduce((sum, value) => sum + count(value), 0),
    ]),
  );
}

/** The keys of "Create a signed AWS API request", step 3, and the states of SHA-256 that HMAC begins with. */
function keys({ secretAccessKey }) {
  const chain = [];
  let key = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [DATE, SCOPE.region, 's3', 'aws4_request']) {
    chain.push(...midstates(key));
    key = createHmac('sha256', key).update(part).digest();
    chain.push(key);
  }
  const [inner, outer] = midstates(key);
  return { 'keys on the way': chain, 'inner midstate': [inner], 'outer midstate': [outer] };
}

/** "AWS Signature Version 4a", IAM user guide: a number, of which the memory may hold either end first. */
function v4aKeys({ accessKeyId, secretAccessKey }) {
  for (let counter = 1; ; counter++) {
    const candidate = createHmac('sha256', `AWS4A${secretAccessKey}`)
      .update(Buffer.from([0, 0, 0, 1]))
      .update('AWS4-ECDSA-P256-SHA256\0')
      .update(accessKeyId)
      .update(Buffer.from([counter, 0, 0, 1, 0]))
      .digest();
    const number = BigInt(`0x${candidate.toString('hex')}`);
    if (number > ORDER - 2n) continue;
    const big = Buffer.from((number + 1n).toString(16).padStart(64, '0'), 'hex');
    return {
      'keys on the way': [
        candidate,
        Buffer.from(candidate).reverse(),
        ...midstates(Buffer.from(`AWS4A${secretAccessKey}`)),
      ],
      'inner midstate': [Buffer.from(big).reverse()],
      'outer midstate': [big],
    };
  }
}
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function count(needle) {
  let found = 0;
  for (const memory of memories) {
    const bytes = Buffer.from(memory.buffer);
    for (let at = -1; (at = bytes.indexOf(needle, at + 1)) >= 0;) found++;
  }
  return found;
}

/** Of the key, with the pads of RFC 2104: as eight numbers, which wasm holds with their low byte first. */
function midstates(key) {
  const block = Buffer.alloc(64);
  key.copy(block);
  return [0x36, 0x5c].map((pad) => {
    const state = compress(block.map((byte) => byte ^ pad));
    return Buffer.from(Uint32Array.from(state).buffer);
  });
}

/** One block of SHA-256 (FIPS 180-4, section 6.2.2). */
function compress(block) {
  const rotate = (x, n) => (x >>> n) | (x << (32 - n));
  const words = Array.from({ length: 16 }, (_, i) => Buffer.from(block).readUInt32BE(4 * i));
  for (let i = 16; i < 64; i++) {
    const [a, b] = [words[i - 15], words[i - 2]];
    const small0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const small1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    words[i] = (words[i - 16] + small0 + words[i - 7] + small1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = INITIAL;
  for (let i = 0; i < 64; i++) {
    const one = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + words[i];
    const two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + INITIAL[i]) >>> 0);
}
/** The fractional parts of roots of the first primes. */
const PRIMES = Array.from({ length: 400 }, (_, i) => i).filter(
  (n) => n > 1 && !Array.from({ length: n }, (_, i) => i).some((d) => d > 1 && d < n && n % d === 0),
);
const fraction = (root) => {
  // 32 bits of a root that a double has too few of: the integer root of a shifted integer.
  return (n) => {
    const target = BigInt(n) << BigInt(32 * root);
    let [low, high] = [0n, 1n << 40n];
    while (high - low > 1n) {
      const middle = (low + high) / 2n;
      if (middle ** BigInt(root) <= target) low = middle;
      else high = middle;
    }
    return Number(low & 0xffffffffn);
  };
};
const INITIAL = PRIMES.slice(0, 8).map(fraction(2));
const K = PRIMES.slice(0, 64).map(fraction(3));

const findings = {};
const credentials = make();
const never = make();
const signer = signerOf(credentials);
await signAll(signer, credentials);
findings.live = scan(credentials);
findings.never = scan(never);
signer.dispose();
findings.disposed = scan(credentials);
try {
  signer.signSync(URL_OF('a'));
} catch (error) {
  findings.afterwards = error.code;
}

const shown = make();
const other = signerOf(shown);
for (let i = 0; i < 3; i++) await other.sign(URL_OF('a'));
findings.beforeEviction = scan(shown);
const evictions = isV4a ? 70 : 300;
for (let i = 0; i < evictions; i++) {
  const one = signerOf(make());
  for (let k = 0; k < 2; k++) one.signSync(URL_OF('a'));
}
findings.evicted = scan(shown);

const once = make();
await signRequest(URL_OF('a'), { ...OPTIONS, region: 'eu-west-1', credentials: once });
if (!isV4a) findings.once = scan(once);
findings.memories = memories.length;
console.log(JSON.stringify(findings));

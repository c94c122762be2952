// Verifies in every way that there is, and looks through the whole memory of the verifier for what must not be left in it. Run in
// a process of its own, by tests/js/secrets-in-memory.test.js: `node verifier-memory-scan.js VARIANT`. Prints how often each
// secret is found, as JSON.

import { createHmac, randomBytes } from 'node:crypto';

import { collectMemories } from './memories.js';

const [, , variant] = process.argv;
/** Of each instance that was started since the requests were signed. */
const memories = collectMemories(variant);

const { Signer } = await import('sigv4-wasm');
const { signStream } = await import('sigv4-wasm/s3');
const credentials = {
  accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(20).toString('hex'),
  sessionToken: `${randomBytes(300).toString('base64')}==`,
};
const scope = { region: 'eu-west-1', service: 's3' };
const url = 'https://bucket.s3.eu-west-1.amazonaws.com/a';
const host = new URL(url).host;
const signer = new Signer({ credentials, ...scope });
const arrive = ({ headers, ...signed }) => ({ ...signed, headers: { ...headers, host } });
const upload = await signStream(signer, url, 'hello', { trailer: 'crc32c' });
const chunks = [];
for await (const chunk of upload.body) chunks.push(chunk);
const requests = [
  // Wipes all that came before it, because its instance is given up.
  arrive(signer.signSync({ url, headers: { 'x-amz-meta-a': 'a'.repeat(300_000) } })),
  arrive(signer.signSync(url)),
  arrive(signer.signSync({ url, headers: { 'x-amz-meta-note': 'grüße', 'x-amz-meta-a': 'a  b' } })),
  arrive(
    signer.signSync({ method: 'PUT', url, body: 'x'.repeat(5000), headers: { 'x-amz-checksum-sha1': 'x' } }),
  ),
  { url: signer.presignSync(url, { expiresIn: 3600 }), headers: { host } },
  arrive({ ...upload, body: Buffer.concat(chunks) }),
];

memories.length = 0;
if (variant === 'asmjs') {
  delete globalThis.WebAssembly;
  await import('sigv4-wasm/asmjs');
}
const { parseAuthorization, verifyRequest } = await import('sigv4-wasm/verify');

const date = new Date().toISOString().slice(0, 10).replaceAll('-', '');
const chain = [Buffer.from(`AWS4${credentials.secretAccessKey}`)];
for (const part of [date, scope.region, scope.service, 'aws4_request']) {
  chain.push(createHmac('sha256', chain.at(-1)).update(part).digest());
}
const signingKey = chain.at(-1);

const lookups = [
  () => credentials,
  async () => credentials,
  () => credentials.secretAccessKey,
  () => ({ signingKey, sessionToken: credentials.sessionToken }),
  () => ({ ...credentials, sessionToken: `${credentials.sessionToken}x` }),
  () => ({ ...credentials, secretAccessKey: `${credentials.secretAccessKey}x` }),
  () => ({ ...credentials, expiration: new Date(0) }),
  () => undefined,
];
const outcomes = {};
for (const request of requests) {
  for (const secretAccessKey of lookups) {
    for (const explain of [true, false]) {
      const outcome = await verifyRequest(request, { ...scope, secretAccessKey, explain }).then(
        () => 'verified',
        ({ code }) => code,
      );
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      await parseAuthorization(request);
    }
  }
}

function count(needle) {
  let found = 0;
  for (const memory of memories) {
    const bytes = Buffer.from(memory.buffer);
    for (let at = -1; (at = bytes.indexOf(needle, at + 1)) >= 0;) found++;
  }
  return found;
}

const { secretAccessKey, sessionToken } = credentials;
const encoded = encodeURIComponent(sessionToken);
console.log(
  JSON.stringify({
    // What is there in any case: the scan sees something.
    control: count('aws4_request'),
    outcomes,
    found: {
      secret: count(secretAccessKey),
      token: count(sessionToken.slice(0, 64)) + count(encoded.slice(0, 64)),
      'middle of the token': count(sessionToken.slice(200, 264)) + count(encoded.slice(200, 264)),
      'end of the token': count(sessionToken.slice(-64)) + count(encoded.slice(-64)),
      'keys on the way': chain.slice(1, -1).reduce((sum, key) => sum + count(key), 0),
      'signing key': count(signingKey),
    },
  }),
);

// Signature Version 4A: ECDSA for a set of regions. Signatures are random, or at least differ between signers, so both are
// verified with node:crypto.

import { createECDH, createHash, createHmac, createPublicKey, verify as verifySignature } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4a } from '@smithy/signature-v4a';

import { race } from '../harness.mjs';
import { OURS, smithyRequest } from '../peers.mjs';
import { gateway, get, temporary } from '../requests.mjs';

export const SMITHY_V4A = '@smithy/signature-v4a';
const manifest = JSON.parse(readFileSync(new URL('../../pkg/package.json', import.meta.url), 'utf8'));

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const v4a = manifest.exports['./v4a']?.import?.default;
  if (v4a === undefined) {
    return [{ id: 'sigv4a', title: 'SigV4a, GET', unit: 'us', rows: [], note: 'not in this build' }];
  }
  const { SignerV4a } = await import(new URL(`../../pkg/${v4a}`, import.meta.url).href);
  const { service } = gateway;
  const mine = new SignerV4a({ credentials: temporary, service, regionSet: ['*'] });
  const theirs = new SignatureV4a({ credentials: temporary, service, region: '*', sha256: Sha256 });
  const contestants = {
    [OURS]: () => mine.sign(get),
    [SMITHY_V4A]: () => theirs.sign(smithyRequest(get), {}),
  };
  for (const [name, sign] of Object.entries(contestants)) verifyV4a(name, await sign(), get, temporary);
  const rows = await race(contestants, { rounds: quick ? 15 : 101 });
  return [{ id: 'sigv4a', title: 'SigV4a, GET, temporary credentials', unit: 'us', rows }];
}

/**
 * The string to sign ("Signing and authenticating AWS API requests": algorithm, date, a scope without region, hash), and
 * its signature under the key that the credentials give.
 */
function verifyV4a(name, { headers }, { method, url }, credentials) {
  const { host, pathname, search } = new URL(url);
  const sent = Object.fromEntries(
    Object.entries({ ...headers, host }).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const [, accessKeyId, scope, names, signature] =
    /^AWS4-ECDSA-P256-SHA256 Credential=([^/]*)\/(.*?), SignedHeaders=(.*?), Signature=(.*)$/.exec(
      sent.authorization,
    );
  const lines = names.split(';').map((key) => `${key}:${sent[key].trim()}\n`);
  const payload = createHash('sha256').digest('hex');
  const query = search.slice(1).split('&').sort().join('&');
  const canonical = [method, pathname, query, lines.join(''), names, payload].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-ECDSA-P256-SHA256', sent['x-amz-date'], scope, digest].join('\n');
  const ok =
    accessKeyId === credentials.accessKeyId &&
    names.split(';').includes('x-amz-region-set') &&
    names.split(';').includes('x-amz-security-token') &&
    verifySignature('sha256', Buffer.from(text), publicKey(credentials), Buffer.from(signature, 'hex'));
  if (!ok) throw new Error(`${name}: no good SigV4a signature`);
}

/** NIST SP 800-108, as AWS uses it: a candidate is good below the order of the curve less one. */
function publicKey({ accessKeyId, secretAccessKey }) {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  for (let counter = 1; ; counter++) {
    const context = Buffer.concat([Buffer.from(accessKeyId), Buffer.from([counter])]);
    const input = [
      Buffer.from([0, 0, 0, 1]),
      'AWS4-ECDSA-P256-SHA256',
      Buffer.from([0]),
      context,
      Buffer.from([0, 0, 1, 0]),
    ];
    const mac = createHmac('sha256', `AWS4A${secretAccessKey}`);
    for (const part of input) mac.update(part);
    const candidate = BigInt(`0x${mac.digest('hex')}`);
    if (candidate > order - 2n) continue;
    const curve = createECDH('prime256v1');
    curve.setPrivateKey((candidate + 1n).toString(16).padStart(64, '0'), 'hex');
    const point = curve.getPublicKey();
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  }
}

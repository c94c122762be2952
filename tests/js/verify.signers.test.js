// The verifier takes what independent signers sign.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { Signer } from 'sigv4-wasm';
import { verifyRequest } from 'sigv4-wasm/verify';

import { Random, randomCase } from '../differential/case.js';
import { findPython, Oracle } from '../differential/oracle.js';
import { urlOf, wire } from '../differential/wire.js';
import {
  arrived,
  KNOWN,
  LONG_TERM,
  REQUESTS,
  REGION,
  signedBy,
  SIGNERS,
} from '../support/verify-requests.js';

describe('header and presigned requests', () => {
  for (const name of Object.keys(SIGNERS)) {
    for (const [title, sent] of Object.entries(REQUESTS)) {
      test(`${name}: ${title}`, async () => {
        const request = await signedBy(name, sent);
        const verified = await verifyRequest(request, { ...KNOWN, service: sent.service });
        assert.equal(verified.accessKeyId, LONG_TERM.accessKeyId);
        assert.equal(verified.service, sent.service);
        assert.equal(verified.expiresAt !== undefined, request.url.includes('X-Amz-Expires'));
        if (verified.payload === 'signed') assert.deepEqual(Buffer.from(verified.body), request.body);
      });
    }
  }
});

const python = findPython();
if (python === undefined && process.env.CI === 'true') throw new Error('there is no Python with botocore');

describe('random requests', { skip: python === undefined && 'there is no Python with botocore' }, () => {
  /** @type {Oracle} */
  let oracle;
  before(async () => (oracle = await new Oracle(python).start()));
  after(() => oracle?.stop());

  const CASES = Number(process.env.SIGV4_CASES ?? 2000);
  for (const [title, seed] of [
    ['the same each time', 1],
    ['others each time', Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32)],
  ]) {
    test(`as botocore and the CRT sign them: ${title}`, async () => {
      const random = new Random(seed);
      const cases = Array.from({ length: CASES }, () => {
        const one = randomCase(random);
        // No AWS has issued the odd ones.
        const accessKeyId = /^(?!ASIA)[!-~]+$/.test(one.accessKeyId) ? one.accessKeyId : 'AKIDEXAMPLE';
        const region = /^[!-~]+$/.test(one.region) ? one.region : REGION;
        const service = /^[!-~]+$/.test(one.service) ? one.service : 'execute-api';
        // These are handed in as URLs, and leave nothing out of the signature.
        const plain = { form: 'url', parameters: {}, infer: false, payload: null, sessionTokenMode: null };
        // A URL does not tell of such a header.
        const isTold = ([name]) => one.mode === 'header' || name.toLowerCase() !== 'x-amz-content-sha256';
        // Two signatures are one too many.
        const query = one.mode === 'header' ? one.query.replace(/X-Amz-/gi, 'X-Other-') : one.query;
        return { ...one, ...plain, accessKeyId, region, service, query, headers: one.headers.filter(isTold) };
      });
      const theirs = await oracle.ask(
        cases.map((one) => ({ ...wire(one), scheme: one.scheme.replace('ws', 'http') })),
      );
      const counts = { verified: 0 };
      for (const [i, one] of cases.entries()) {
        const request = await sign(one).catch(() => undefined);
        if (request === undefined) continue;
        const what = `SIGV4_SEED=${seed}, request ${i}: ${JSON.stringify(one)}`;
        await verify(request, one).catch((error) => assert.fail(`${what}: ${error.stack}`));
        counts.verified += 1;
        const signature = /Signature=([0-9a-f]{64})/.exec(JSON.stringify(request))[1];
        for (const [name, answer] of Object.entries(theirs[i])) {
          if (answer.signature === signature) counts[name] = (counts[name] ?? 0) + 1;
        }
      }
      console.log(`seed ${seed}`, counts, 'of which so many have the signature of each');
      assert.ok(counts.verified > CASES * 0.7 && counts.botocore > CASES * 0.3, JSON.stringify(counts));
    });
  }
});

async function sign(one) {
  const { accessKeyId, secretAccessKey, sessionToken } = one;
  const options = {
    ...{ region: one.region, service: one.service, signedHeaders: one.signedHeaders },
    credentials: { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? undefined },
    pathEncoding: one.pathEncoding ?? undefined,
    contentSha256Header: one.contentSha256Header || undefined, // VPC Lattice wants to be told

    headerPlacement: one.headerPlacement,
    date: new Date(one.epochSeconds * 1000),
  };
  const { method, headers, bodyHex } = wire(one);
  const body = one.bodyAs === 'none' ? undefined : Buffer.from(bodyHex, 'hex');
  const request = { method, url: urlOf(one), headers, body };
  const signer = new Signer(options);
  if (one.mode === 'header') {
    const signed = await signer.sign(request);
    return arrived({ ...signed, url: signed.url.replace(/^ws/, 'http') });
  }
  const url = await signer.presign(request, { expiresIn: one.expires });
  const moves = one.headerPlacement === 'query';
  // Those of server-side encryption stay headers, and are signed.
  const signed = new URL(url).searchParams.get('X-Amz-SignedHeaders')?.split(';') ?? [];
  const isMoved = (name) => moves && name.startsWith('x-amz-') && !signed.includes(name);
  const kept = headers.filter(([name]) => !isMoved(name.toLowerCase()) && !STALE.has(name.toLowerCase()));
  return arrived({ method, url: url.replace(/^ws/, 'http'), headers: kept, body });
}

const STALE = new Set(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-s3session-token']);

function verify(request, one) {
  return verifyRequest(request, {
    secretAccessKey: () => one.secretAccessKey,
    now: new Date(one.epochSeconds * 1000),
    ...{ region: one.region, service: one.service, pathEncoding: one.pathEncoding ?? undefined },
    bodyRequired: false,
    // The signature holds; the hash that was asked for is that of no body.
  }).catch((error) => error.code === 'ERR_SIGV4_BODY_MISMATCH' || Promise.reject(error));
}

const hasCurl = spawnSync('curl', ['--aws-sigv4', 'aws:amz', '--version']).status === 0;
describe('curl', { skip: !hasCurl && 'there is no curl 7.75 or newer' }, () => {
  for (const [title, args] of Object.entries({
    'a GET': [],
    'a query': ['--get', '--data-urlencode', 'a=x', '--data-urlencode', 'b=y'],
    'a POST': ['-H', 'content-type: application/json', '-H', 'x-amz-meta-a: 1', '--data', '{"item":"tea"}'],
  })) {
    test(title, async () => {
      /** @type {unknown} */
      let outcome;
      const server = createServer(async (incoming, outgoing) => {
        outcome = await verifyRequest(incoming, {
          secretAccessKey: () => LONG_TERM.secretAccessKey,
          ...{ region: REGION, service: 'execute-api' },
        }).catch((error) => error);
        outgoing.end();
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${server.address().port}/prod/orders`;
      const user = `AKIDEXAMPLE:${LONG_TERM.secretAccessKey}`;
      const signing = ['--silent', '--aws-sigv4', `aws:amz:${REGION}:execute-api`, '--user', user];
      await promisify(execFile)('curl', [...signing, ...args, url]);
      server.close();
      assert.equal(outcome.accessKeyId, 'AKIDEXAMPLE', String(outcome));
    });
  }
});

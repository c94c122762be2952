// Where each header of a presigned request goes, over all operations of S3 with all headers that they can have: compared
// with @aws-sdk/s3-request-presigner, and under `headerPlacement: 'headers'` with botocore.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import * as s3 from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

import { presignUrl, Signer } from 'sigv4-wasm';

import { findPython } from '../differential/oracle.js';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const date = new Date('2015-08-30T12:36:00Z');
const options = { credentials, date, expiresIn: 300 };

/** What HTTP clients and servers read, and S3 takes unsigned: nobody who has the URL is bound to send it. */
const GENERAL =
  /^(cache-control|content-(disposition|encoding|language|length)|expires|if-(none-)?match|if-(un)?modified-since|range)$/;
const LEFT_FREE = {
  header: GENERAL,
  theirs: 'signed',
  ours: 'free',
  why: 'We sign what AWS asks for; the option signedHeaders names more.',
};

/** Where we differ from the AWS SDK for JavaScript. */
const SDK_DIFFERENCES = [
  LEFT_FREE,
  {
    header: /^x-amz-copy-source-server-side-encryption/,
    theirs: 'query',
    ours: 'signed',
    why: 'The key that a customer provides for the source would stand in the URL.',
  },
  {
    header: /^x-amz-tagging$/,
    theirs: 'query',
    ours: 'signed',
    why: 'Sources disagree whether S3 reads it in the query; botocore keeps the header.',
  },
  {
    header: /^content-type$/,
    theirs: 'free',
    ours: 'signed',
    why: 'The SDK lets whoever has the URL choose the type of the upload; botocore does not.',
  },
];

/** Where we differ from botocore. */
const BOTOCORE_DIFFERENCES = [LEFT_FREE];

/**
 * Where each header of a request went.
 *
 * @param {string} url  presigned
 * @param {Record<string, string>} headers  of the request
 * @returns {Record<string, 'query' | 'signed' | 'free'>}
 */
function placement(url, headers) {
  const query = new URL(url).searchParams;
  const signed = query.get('X-Amz-SignedHeaders').split(';');
  const place = (name) => (query.has(name) ? 'query' : signed.includes(name) ? 'signed' : 'free');
  const places = Object.entries(headers).map(([name, value]) => {
    const where = place(name.toLowerCase());
    if (where === 'query') assert.equal(query.get(name.toLowerCase()), value);
    return [name.toLowerCase(), where];
  });
  return Object.fromEntries(places);
}

/** Compares placements; remembers the rows that were needed. */
function compare(ours, theirs, rows, needed) {
  for (const [name, where] of Object.entries(theirs)) {
    if (ours[name] === where) continue;
    const row = rows.find((one) => one.header.test(name) && one.theirs === where && one.ours === ours[name]);
    assert.ok(row !== undefined, `${name}: ours ${ours[name]}, theirs ${where}`);
    needed.add(row);
  }
}

const python = findPython();
const missing = 'there is no Python with botocore: scripts/setup test installs one';
if (python === undefined) {
  if (process.env.CI === 'true') throw new Error(missing);
  test('all operations of S3', { skip: missing });
} else {
  describe('all operations of S3', () => {
    /** @type {{ name: string, input: any, request: { method: string, url: string, headers: Record<string, string> }, url: string }[]} */
    let operations;
    before(async () => {
      const script = fileURLToPath(new URL('../differential/s3_operations.py', import.meta.url));
      const { stdout } = await promisify(execFile)(python, [script], { maxBuffer: 2 ** 26 });
      operations = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line, dated));
      assert.ok(operations.length > 100, 'botocore named its operations');
    });

    test('as the AWS SDK for JavaScript places headers', async () => {
      const needed = new Set();
      let compared = 0;
      for (const { name, input } of operations) {
        const Command = s3[`${name}Command`];
        if (Command === undefined) {
          assert.match(name, DEPRECATED);
          continue;
        }
        const { request, url } = await presignedBySdk(new Command(input));
        const ours = placement(await presignUrl(request, options), request.headers);
        compare(ours, placement(url, request.headers), SDK_DIFFERENCES, needed);
        compared++;
      }
      assert.ok(compared > 100);
      assert.deepEqual(
        SDK_DIFFERENCES.filter((row) => !needed.has(row)),
        [],
        'rows that nothing needs',
      );
    });

    test("as botocore places headers, under headerPlacement: 'headers'", async () => {
      const signer = new Signer({ credentials, date, headerPlacement: 'headers' });
      const needed = new Set();
      for (const { name, request, url } of operations) {
        const presigned = await signer.presign(request, { expiresIn: 300 });
        const theirs = placement(url, request.headers);
        compare(placement(presigned, request.headers), theirs, BOTOCORE_DIFFERENCES, needed);
        // With what it signs besides, the signature is the same.
        const signedHeaders = Object.keys(theirs).filter((header) => theirs[header] === 'signed');
        const same = await signer.presign(request, { expiresIn: 300, signedHeaders });
        for (const parameter of ['X-Amz-SignedHeaders', 'X-Amz-Signature']) {
          const [one, other] = [same, url].map((text) => new URL(text).searchParams.get(parameter));
          assert.equal(one, other, `${parameter} of ${name}`);
        }
      }
      assert.deepEqual(
        BOTOCORE_DIFFERENCES.filter((row) => !needed.has(row)),
        [],
        'rows that nothing needs',
      );
    });
  });
}

/** Operations that botocore keeps for old callers. */
const DEPRECATED = /^(Get|Put)Bucket(Lifecycle|Notification)$/;

function dated(_key, value) {
  return value?.$date === undefined ? value : new Date(value.$date);
}

/** A URL by the SDK, and the request that it was made from. */
async function presignedBySdk(command) {
  const client = new s3.S3Client({
    region: 'eu-west-1',
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  let request;
  client.middlewareStack.addRelativeTo(
    (next) => async (args) => {
      const { method, protocol, hostname, path, query, headers } = args.request;
      // As the presigner does.
      const dropped = ['amz-sdk-invocation-id', 'amz-sdk-request', 'x-amz-user-agent'];
      const kept = Object.entries(headers).filter(([name]) => !dropped.includes(name));
      request ??= {
        method,
        protocol,
        hostname,
        path,
        query: { ...query },
        headers: Object.fromEntries(kept),
      };
      return next(args);
    },
    { name: 'capture', relation: 'before', toMiddleware: 'awsAuthMiddleware' },
  );
  const url = await getSignedUrl(client, command, { expiresIn: 300, signingDate: date });
  client.destroy();
  return { request, url };
}

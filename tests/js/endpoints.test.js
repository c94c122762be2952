// Region and service that are inferred from a host: botocore's data for every service, region and partition, and hosts that reveal neither.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Signer } from 'sigv4-wasm';
import { SignerV4a } from 'sigv4-wasm/v4a';
import { presignPost } from 'sigv4-wasm/s3';

import { findPython } from '../differential/oracle.js';

const { untold, different } = JSON.parse(
  readFileSync(new URL('../differential/untold_hosts.json', import.meta.url), 'utf8'),
);
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' };
const signer = new Signer({ credentials });
const v4aSigner = new SignerV4a({ credentials });

/** `region/service`, or the code of the error. */
function inferred(host, { scheme = 'https', ...options } = {}) {
  try {
    const { authorization } = signer.signSync(`${scheme}://${host}/`, options).headers;
    return /Credential=\w+\/\d+\/(.+)\/aws4_request/.exec(authorization)[1];
  } catch (error) {
    if (error.code === undefined) throw error;
    return error.code;
  }
}

/** Likewise of SigV4a: `region set/service`. */
function inferredV4a(host, options) {
  const { headers } = v4aSigner.signSync(`https://${host}/`, options);
  const [, service] = /Credential=\w+\/\d+\/(.+)\/aws4_request/.exec(headers.authorization);
  return `${headers['x-amz-region-set']}/${service}`;
}

/** That a host is refused without and with a region, and that the refusal names what signs for it. */
function assertRefused(host) {
  for (const options of [{}, { region: 'eu-west-1' }, { region: 'eu-west-1', service: 'execute-api' }]) {
    assert.throws(() => signer.signSync(`https://${host}/`, options), {
      code: 'ERR_SIGV4_REGION_REQUIRED',
      message: /SignerV4a/,
    });
  }
}

const isUntold = (answer) =>
  answer === 'ERR_SIGV4_REGION_REQUIRED' || answer === 'ERR_SIGV4_SERVICE_REQUIRED';

/** What botocore calls a whole partition: `aws-global`, `aws-iso-b-global`. */
const PSEUDO_REGION = /\baws(-[a-z-]+)?-global\b/;

const python = findPython();
if (python === undefined && process.env.CI === 'true') throw new Error('there is no Python with botocore');

test('what botocore signs with is inferred', { skip: python === undefined && 'needs botocore' }, async () => {
  const script = fileURLToPath(new URL('../differential/endpoints.py', import.meta.url));
  const { stdout } = await promisify(execFile)(python, [script], { maxBuffer: 2 ** 28 });
  const rows = [...untold, ...different].filter(({ pattern }) => pattern !== undefined);
  const patterns = new Map(rows.map((row) => [row, new RegExp(row.pattern)]));
  const needed = new Set();
  const bucketHosts = new Map();
  const failures = [];
  const counts = { same: 0, untold: 0, sigv4a: 0, different: 0 };
  for (const line of stdout.trim().split('\n')) {
    const [host, ways] = JSON.parse(line);
    if (PSEUDO_REGION.test(host)) continue; // forms that botocore's templates have, and DNS has not
    const [, bucketRegion] = /^bucket\.s3\.([a-z]+-[a-z-]+-\d)\./.exec(host) ?? [];
    // The first suffix of a partition is that without dual stack, which has hosts of another form.
    if (bucketRegion !== undefined) bucketHosts.set(bucketRegion, host);
    const answer = inferred(host);
    const regular = ways.filter(([scheme, , region]) => scheme !== 'sigv4a' && !PSEUDO_REGION.test(region));
    const theirs = new Set(regular.map(([, name, region]) => `${region}/${name}`));
    const row = rows.find((one) => patterns.get(one).test(host));
    if (theirs.size === 1 && theirs.has(answer)) {
      counts.same += 1;
    } else if (theirs.size === 0) {
      const sets = ways.filter(([scheme]) => scheme === 'sigv4a');
      assert.deepEqual(new Set(sets.map(([, name, set]) => `${set}/${name}`)), new Set([inferredV4a(host)]));
      assertRefused(host);
      counts.sigv4a += 1;
    } else if (
      row !== undefined &&
      (row.ours === undefined ? isUntold(answer) : explains(row, theirs, answer))
    ) {
      counts[row.ours === undefined ? 'untold' : 'different'] += 1;
      needed.add(row);
    } else {
      failures.push(`${host}: ours ${answer}, botocore's ${[...theirs]}`);
    }
  }
  console.log(`hosts by outcome: ${JSON.stringify(counts)}`);
  assert.equal(failures.length, 0, `${failures.length} hosts:\n${failures.slice(0, 20).join('\n')}`);
  assert.ok(counts.same > 50_000, 'botocore named its hosts');
  assert.ok(counts.sigv4a > 20 && bucketHosts.size > 40, 'botocore named its hosts');
  for (const [region, host] of bucketHosts) {
    const { url } = await presignPost(signer, { bucket: 'bucket', key: 'key', region });
    assert.equal(url, `https://${host}`);
  }
  assert.deepEqual(
    rows.filter((row) => !needed.has(row)),
    [],
    'rows that no host needs',
  );
});

/** Whether a row makes up for all the differences. */
function explains({ botocore, ours }, theirs, answer) {
  const [region, name] = answer.split('/');
  return (
    region === ours && [...theirs].every((one) => [ours, botocore].some((its) => one === `${its}/${name}`))
  );
}

describe('hosts that do not tell', () => {
  const hosts = [...untold.flatMap(({ hosts }) => hosts), ...unknownHosts()];
  for (const host of hosts) {
    test(host.slice(0, 60), () => {
      assert.ok(isUntold(inferred(host)), inferred(host));
      assert.equal(inferred(host, { region: 'eu-west-1', service: 'execute-api' }), 'eu-west-1/execute-api');
    });
  }

  test('the error says what to pass', () => {
    const sign = (options) => () => signer.signSync('https://api.example.com/', options);
    assert.throws(sign({}), {
      code: 'ERR_SIGV4_REGION_REQUIRED',
      message: /api\.example\.com.*option region/,
    });
    assert.throws(sign({ region: 'eu-west-1' }), {
      code: 'ERR_SIGV4_SERVICE_REQUIRED',
      message: /api\.example\.com.*option service/,
    });
  });
});

/** Look-alikes, addresses, and what is hardly a host. */
function unknownHosts() {
  return [
    'sts.amazonaws.com.evil.example',
    'execute-api.eu-west-1.amazonaws.com.evil.example',
    'xamazonaws.com',
    'sts.xamazonaws.com',
    'sts.eu-west-1.amazonaws-com.example',
    'sts.amazonaws.com.', // another name to TLS, and not what AWS sees as its host
    'amazonaws.com',
    'localhost',
    'localhost:8080',
    '127.0.0.1',
    '127.0.0.1:4566',
    '[::1]:8080',
    'sqs..amazonaws.com',
    '.eu-west-1.amazonaws.com',
    `${'a'.repeat(60)}.`.repeat(500) + 'example.com',
    `${'a'.repeat(60)}.`.repeat(500) + 'amazonaws.com',
  ];
}

describe('hosts that take SigV4a only', () => {
  for (const [host, expected] of [
    ['alias.mrap.accesspoint.s3-global.amazonaws.com', '*/s3'],
    ['abc.123.endpoint.events.amazonaws.com', '*/events'],
    ['123456789012.cloudfront-kvs.global.api.aws', '*/cloudfront-keyvaluestore'],
    ['abc.123.endpoints.email.amazonaws.com', '*/ses'],
  ]) {
    test(host, () => {
      assertRefused(host);
      assertRefused(host.toUpperCase());
      assertRefused(`${host}:8443`);
      assert.equal(inferredV4a(host), expected);
      assert.equal(
        inferredV4a(host, { regionSet: ['us-east-1', 'eu-*'] }),
        expected.replace('*', 'us-east-1,eu-*'),
      );
    });
  }
});

describe('S3 of other providers', () => {
  // Of their documentation: see src/endpoint/tables.rs, which names the pages.
  const account = '0123456789abcdef0123456789abcdef';
  const hosts = [
    [`${account}.r2.cloudflarestorage.com`, 'auto'],
    [`${account}.eu.r2.cloudflarestorage.com`, 'auto'],
    [`${account}.fedramp.r2.cloudflarestorage.com`, 'auto'],
    ['s3.us-west-004.backblazeb2.com', 'us-west-004'],
    ['s3.eu-central-003.backblazeb2.com', 'eu-central-003'],
    ['s3.wasabisys.com', 'us-east-1'],
    ['s3.us-east-1.wasabisys.com', 'us-east-1'],
    ['s3.ap-northeast-1.wasabisys.com', 'ap-northeast-1'],
    ['nyc3.digitaloceanspaces.com', 'nyc3'],
    ['ams3.digitaloceanspaces.com', 'ams3'],
    ['storage.googleapis.com', 'auto'],
  ];
  for (const [host, region] of hosts) {
    test(host, () => {
      for (const front of ['', 'bucket.', 'my.bucket.', 's3.', 'us-west-2.']) {
        assert.equal(inferred(front + host), `${region}/s3`, front);
      }
      const { headers } = signer.signSync(`https://${host}/a//b`);
      assert.equal(headers['x-amz-content-sha256'].length, 64, 'by the rules of S3');
    });
  }

  for (const host of [
    's3.nl-1.wasabisys.com', // an alias, of which the documentation names no region of its own
    'iam.wasabisys.com',
    'f004.backblazeb2.com', // the native API
    's3.backblazeb2.com',
    'us-west-004.backblazeb2.com',
    'bucket.nyc3.cdn.digitaloceanspaces.com',
    'mystorage.googleapis.com',
    'evil-r2.cloudflarestorage.com',
    'r2.cloudflarestorage.com.evil.example',
    'pub-0123.r2.dev',
  ]) {
    test(`nothing from ${host}`, () => assert.ok(isUntold(inferred(host)), inferred(host)));
  }
});

describe('hosts that tell', () => {
  test('in upper case, and with a port', () => {
    assert.equal(inferred('ABC.Execute-API.EU-West-1.AmazonAWS.com'), 'eu-west-1/execute-api');
    assert.equal(inferred('db.cluster-1.us-west-2.neptune.amazonaws.com:8182'), 'us-west-2/neptune-db');
  });

  test('below any number of labels', () => {
    assert.equal(inferred(`${'a.'.repeat(5000)}s3.eu-west-1.amazonaws.com`), 'eu-west-1/s3');
  });

  test('a WebSocket of AWS IoT is its MQTT gateway', () => {
    const host = 'a1-ats.iot.eu-west-1.amazonaws.com';
    assert.equal(inferred(host), 'eu-west-1/iotdata');
    assert.equal(inferred(host, { scheme: 'wss' }), 'eu-west-1/iotdevicegateway');
  });

  test('of services whose label is not their signing name', () => {
    assert.equal(inferred('mturk-requester-sandbox.us-east-1.amazonaws.com'), 'us-east-1/mturk-requester');
    assert.equal(inferred('pipeline-1a.eu-west-1.osis.amazonaws.com'), 'eu-west-1/osis');
    assert.equal(inferred('osis.eu-west-1.amazonaws.com'), 'eu-west-1/osis');
  });

  test('the caller knows better', () => {
    const host = 'abc.execute-api.eu-west-1.amazonaws.com';
    assert.equal(inferred(host, { region: 'us-east-2' }), 'us-east-2/execute-api');
    assert.equal(inferred(host, { service: 'lambda' }), 'eu-west-1/lambda');
  });

  test('one half, where the other is ambiguous', () => {
    const host = 'maps.geo.eu-west-1.amazonaws.com';
    assert.equal(inferred(host), 'ERR_SIGV4_SERVICE_REQUIRED');
    assert.equal(inferred(host, { service: 'geo-maps' }), 'eu-west-1/geo-maps');
  });
});

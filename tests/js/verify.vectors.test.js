// The cross-checked requests of tests/requests.rs, and the official suite, as they arrive at a server.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { verifyRequest } from 'sigv4-wasm/verify';

import { hasCargo, parseRequest, suiteDirectory } from '../support/official-suite.js';
import { CASES as rows } from '../support/vectors.js';
import { parseDate } from '../support/verify-requests.js';

/** What AWS does not take, whatever signed it: the reason, the rows, and the code of the refusal. */
const REFUSED = [
  {
    reason: 'of S3, with bytes in the path that no URL may hold raw: see tests/requests.rs',
    code: 'ERR_SIGV4_SIGNATURE_MISMATCH',
    ids: ['c00682', 'c00685', 'c00691', 'c00697', 'c00703', 'c00715', 'c00721'],
  },
  {
    reason: 'a vertical tab, which is not white space',
    code: 'ERR_SIGV4_SIGNATURE_MISMATCH',
    ids: ['c01690', 'c01691'],
  },
  {
    reason: 'a parameter X-Amz-Algorithm beside an authorization header: which of them signs?',
    code: 'ERR_SIGV4_SIGNATURE_MALFORMED',
    ids: ['c01324', 'c01325', 'c01326'],
  },
  {
    reason: 'a key id or region that is not ASCII, or has a comma in it',
    code: 'ERR_SIGV4_SIGNATURE_MALFORMED',
    ids: ['c02366', 'c02395', 'c02397', 'c02416', 'c02418'],
  },
  { reason: 'temporary credentials, and no token', code: 'ERR_SIGV4_ACCESS_KEY_UNKNOWN', ids: ['c02351'] },
  {
    reason: 'the hash that is signed is not that of the body',
    code: 'ERR_SIGV4_BODY_MISMATCH',
    ids: ['c02297', 'c02306'],
  },
];

/**
 * After the signature, S3 looks at the body: these requests have no chunks, and most values of their `Content-MD5` are made up.
 */
function codeOfBody(row) {
  const { payloadHash = '', service, headers, expected, bodyBase64 } = row;
  const hasChunks =
    /^STREAMING-(?:UNSIGNED|AWS4-HMAC)-/.test(payloadHash) && !payloadHash.endsWith('-EVENTS');
  const [, digest] = headers.find(([name]) => name.toLowerCase() === 'content-md5') ?? [];
  const isChecked =
    service.startsWith('s3') && digest !== undefined && expected.signedHeaders.includes('content-md5');
  const body = createHash('md5').update(Buffer.from(bodyBase64, 'base64')).digest('base64');
  return hasChunks || (isChecked && digest !== body) ? 'ERR_SIGV4_BODY_MISMATCH' : undefined;
}

test('every cross-checked request is accepted', async () => {
  const wrong = [];
  const counts = {};
  for (const row of rows) {
    const code = await codeOf(arrived(row), {
      secretAccessKey: () => row.secretAccessKey,
      now: parseDate(row.date),
      region: row.mode.endsWith('v4a') ? 'any' : row.region,
      service: row.service,
      ...(/^(?:STREAMING|UNSIGNED)-/.test(row.payloadHash ?? '') && { bodyRequired: false }),
    });
    const expected = REFUSED.find(({ ids }) => ids.includes(row.id))?.code ?? codeOfBody(row);
    if (code !== expected) wrong.push([row.id, row.cls, row.status, code, row.url]);
    if (row.publicKey && code === undefined) {
      const publicKey = Buffer.from(`04${row.publicKey.X}${row.publicKey.Y}`, 'hex');
      const { sessionToken } = row;
      const byKey = await codeOf(arrived(row), {
        secretAccessKey: () => ({ publicKey, sessionToken }),
        now: parseDate(row.date),
        region: 'any',
        service: row.service,
      });
      if (byKey !== undefined) wrong.push([row.id, 'by its public key', byKey]);
    }
    if (code === undefined || code === codeOfBody(row)) counts[row.mode] = (counts[row.mode] ?? 0) + 1;
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(counts, { header: 1229, 'header-v4a': 48, query: 320, 'query-v4a': 22 });
});

test('the official suite', { skip: !hasCargo && 'cargo tells where it lies' }, async () => {
  const counts = { accepted: 0 };
  for (const version of ['v4', 'v4a']) {
    const suite = join(suiteDirectory(), version);
    for (const name of readdirSync(suite).sort()) {
      for (const part of ['header', 'query']) {
        const file = join(suite, name, `${part}-signed-request.txt`);
        const contextFile = join(suite, name, 'context.json');
        if (!existsSync(file) || !existsSync(contextFile)) continue;
        const context = JSON.parse(readFileSync(contextFile, 'utf8'));
        const { access_key_id: id, secret_access_key: secret } = context.credentials;
        const reason = LEFT_OUT.find(([, applies]) => applies(name, context))?.[0];
        if (reason !== undefined) {
          counts[reason] = (counts[reason] ?? 0) + 1;
          continue;
        }
        const { replayId } = await verifyRequest(parseRequest(readFileSync(file, 'latin1')), {
          secretAccessKey: (accessKeyId) => (accessKeyId === id ? secret : undefined),
          now: new Date(context.timestamp),
          region: context.region,
          service: context.service,
        });
        counts.accepted += 1;
        const text = readFileSync(join(suite, name, `${part}-string-to-sign.txt`), 'utf8');
        const expected = createHash('sha256').update(`${id}\n${text.trimEnd()}`).digest('hex');
        assert.equal(replayId, expected, `${version}/${name}/${part}`);
      }
    }
  }
  console.log(counts);
  assert.ok(counts.accepted >= 100, JSON.stringify(counts));
});

/** Cases of the suite that no service of AWS takes, with the reason. */
const LEFT_OUT = [
  ['dot segments are kept, and yet encoded twice', (_, context) => context.normalize === false],
  ['the token stands beside the signature', (_, context) => context.omit_session_token === true],
];

function arrived(row) {
  const { mode, expected, accessKeyId, date, region, service, sessionToken } = row;
  const isV4a = mode.endsWith('v4a');
  const url = latin1(row.url.replace(/#.*/s, ''));
  const headers = row.headers.map(([name, value]) => [latin1(name), latin1(value)]);
  const scope = [date.slice(0, 8), ...(isV4a ? [] : [region]), service, 'aws4_request'].join('/');
  const algorithm = isV4a ? 'AWS4-ECDSA-P256-SHA256' : 'AWS4-HMAC-SHA256';
  const signature = isV4a ? Object.values(row.exactSignatures)[0] : expected.signature;
  const body = Buffer.from(row.bodyBase64, 'base64');
  if (mode.startsWith('query')) {
    const parameters = {
      'X-Amz-Algorithm': algorithm,
      'X-Amz-Credential': `${accessKeyId}/${scope}`,
      'X-Amz-Date': date,
      'X-Amz-Expires': String(row.expires),
      ...(isV4a && { 'X-Amz-Region-Set': region }),
      'X-Amz-SignedHeaders': expected.signedHeaders,
      ...(sessionToken && { 'X-Amz-Security-Token': sessionToken }),
      'X-Amz-Signature': signature,
    };
    const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const [path, query = ''] = url.split(/\?(.*)/s);
    // What an earlier signature left behind is replaced.
    const kept = query.split('&').filter((part) => part !== '' && !(part.split('=')[0] in parameters));
    return { method: row.method, url: `${path}?${[...kept, ...added].join('&')}`, headers, body };
  }
  const authorization = `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${expected.signedHeaders}, Signature=${signature}`;
  const own = [
    ['x-amz-date', date],
    ['x-amz-security-token', sessionToken],
    ['x-amz-region-set', isV4a ? region : undefined],
    ['authorization', authorization],
  ];
  const kept = headers.filter(([name]) => !own.some(([replaced]) => replaced === name.toLowerCase()));
  return {
    method: row.method,
    url,
    headers: [...kept, ...own.filter(([, value]) => value !== undefined).map(([n, v]) => [n, latin1(v)])],
    body,
  };
}

function latin1(text) {
  return Buffer.from(text).toString('latin1');
}

async function codeOf(request, options) {
  try {
    await verifyRequest(request, options);
  } catch (error) {
    return error.code ?? error;
  }
  return undefined;
}

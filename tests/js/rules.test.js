// Each rule that several parts of the package apply, through each way to it: all agree with one another, and with botocore.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { inferEndpoint, Signer, signingRules } from 'sigv4-wasm';
import aws4 from 'sigv4-wasm/aws4';
import { findMismatch } from 'sigv4-wasm/explain';
import { SignatureV4 } from 'sigv4-wasm/smithy';
import { trace } from 'sigv4-wasm/trace';
import { parseAuthorization, verifyRequest } from 'sigv4-wasm/verify';

import { findPython } from '../differential/oracle.js';
import {
  CREDENTIALS,
  RULES,
  sentHeaders,
  staleUrlOf,
  truths,
  urlOf,
  withoutToken,
} from '../support/rules.js';

const python = findPython();
if (python === undefined && process.env.CI === 'true') throw new Error('there is no Python with botocore');

/** What cannot be compared, and why. @type {Record<'presign' | 'aws4' | 'smithy', [RegExp, string][]>} */
const DIFFERENT = {
  presign: [[/equal names/, 'the presigner of botocore keeps one parameter of each name']],
  aws4: [
    [/the token beside/, 'a signature in headers: aws4 has the token of IoT in them'],
    [/S3 Express|S3 sends|path of S3|s3\./, 'compared in aws4.test.js: aws4 signs a plus for S3 as a space'],
  ],
  smithy: [
    [/each byte|a plus|empty segments stay/, 'takes parameters decoded, and paths of S3 as they are'],
    [/S3 Express|beside the signature|takes no body/, 'knows no services: the SDK tells it what to sign'],
    [/earlier signature/, 'what is to be replaced is in the query bag of the SDK'],
  ],
};

describe('rules', { skip: python === undefined && 'there is no Python with botocore' }, async () => {
  const right = python === undefined ? [] : await truths(python, RULES, 'header');
  const presigned = python === undefined ? [] : await truths(python, RULES, 'presigned');

  RULES.forEach((rule, i) => {
    test(rule.rule, async (t) => {
      const { host, service, region, headers, stale, token, tellsScope } = rule;
      const date = new Date(rule.date);
      const credentials = { ...CREDENTIALS, ...(token && { sessionToken: token }) };
      const scope = tellsScope ? {} : { region, service };
      const { signature, canonicalRequest, signedHeaders } = right[i];
      const signer = new Signer({ credentials, ...scope, date });
      const request = { url: staleUrlOf(rule), headers: [...headers, ...stale] };

      await t.test('host', () => {
        const inferred = inferEndpoint(host);
        if (tellsScope) assert.deepEqual(inferred, { region, service });
        else assert.deepEqual(inferred, {});
      });

      await t.test('sign', async () => {
        const signed = await signer.sign(request);
        assert.equal(/Signature=(.*)/.exec(signed.headers.authorization)?.[1], signature);
        assert.equal(signer.signSync(request).headers.authorization, signed.headers.authorization);
      });

      await t.test('trace', async () => {
        const traced = await trace(signer, request);
        assert.equal(traced.canonicalRequest, withoutToken(canonicalRequest, token));
        assert.equal(traced.signature, signature);
      });

      await t.test('presign', { skip: reason('presign', rule.rule) }, async () => {
        const query = new URL(await signer.presign(request, { expiresIn: 300, headerPlacement: 'headers' }))
          .searchParams;
        assert.equal(query.get('X-Amz-Signature'), presigned[i].signature);
        assert.equal(query.get('X-Amz-SignedHeaders'), presigned[i].signedHeaders);
      });

      const arrived = { method: 'GET', url: urlOf(rule), headers: sentHeaders(rule, right[i]) };
      const expected = { secretAccessKey: () => credentials, region, service, now: date };

      await t.test('verify', async () => {
        const verified = await verifyRequest(arrived, expected);
        assert.deepEqual([verified.region, verified.service], [region, service]);
        const wrong = {
          ...arrived.headers,
          authorization: arrived.headers.authorization.replace(/.{4}$/, 'beef'),
        };
        await assert.rejects(
          verifyRequest({ ...arrived, headers: wrong }, { ...expected, explain: true }),
          (error) => {
            assert.equal(error.code, 'ERR_SIGV4_SIGNATURE_MISMATCH');
            assert.ok(error.message.includes(withoutToken(canonicalRequest, token)), error.message);
            return true;
          },
        );
      });

      await t.test('parseAuthorization', async () => {
        const parsed = await parseAuthorization(arrived);
        assert.deepEqual(
          [
            parsed.accessKeyId,
            parsed.region,
            parsed.service,
            parsed.signature,
            parsed.signedHeaders.join(';'),
          ],
          [CREDENTIALS.accessKeyId, region, service, signature, signedHeaders],
        );
        assert.equal(parsed.hasSessionToken, token !== undefined);
        assert.equal(parsed.signedAt.toISOString(), date.toISOString());
      });

      await t.test('findMismatch', async () => {
        const [{ code }] = await findMismatch(arrived, expected);
        assert.equal(code, 'none');
      });

      await t.test('aws4', { skip: reason('aws4', rule.rule) }, () => {
        const options = {
          ...{ host, path: staleUrlOf(rule).slice(`https://${host}`.length), ...scope },
          headers: { 'X-Amz-Date': rule.date.replace(/[-:]/g, ''), ...Object.fromEntries(headers) },
        };
        const signed = aws4.sign(options, credentials);
        assert.equal(/Signature=(.*)/.exec(signed.headers.Authorization)?.[1], signature);
      });

      await t.test('smithy', { skip: reason('smithy', rule.rule) }, async () => {
        const { contentSha256Header, pathEncoding } = signingRules(service);
        const stand = new SignatureV4({
          ...{ credentials, region, service, applyChecksum: contentSha256Header },
          uriEscapePath: pathEncoding === 'double',
        });
        /** @type {Record<string, string | string[]>} */
        const query = {};
        for (const [name, value] of new URLSearchParams(rule.query)) {
          query[name] = name in query ? [query[name], value].flat() : value;
        }
        const message = {
          ...{ method: 'GET', protocol: 'https:', hostname: host, path: rule.path, query },
          headers: { host, ...Object.fromEntries(headers) },
        };
        const signed = await stand.sign(/** @type {any} */ (message), { signingDate: date });
        assert.equal(/Signature=(.*)/.exec(signed.headers.authorization)?.[1], signature);
        assert.equal(/SignedHeaders=([^,]*)/.exec(signed.headers.authorization)?.[1], signedHeaders);
      });
    });
  });
});

/**
 * @param {keyof typeof DIFFERENT} name
 * @param {string} rule
 */
function reason(name, rule) {
  return DIFFERENT[name].find(([pattern]) => pattern.test(rule))?.[1] ?? false;
}

// Which headers are signed: `signedHeaders: 'all'` behind a proxy that does to headers what proxies do, and
// `unsignableHeaders`. The server on the other side verifies by itself.

import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

import { presignUrl, Signer, signRequest } from 'sigv4-wasm';
import { SignerV4a } from 'sigv4-wasm/v4a';

import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS, OPTIONS, send } from '../support/wire.js';

/** Of a request that came through a CDN and a tracing gateway already. */
const HOP_HEADERS = {
  'accept-encoding': 'gzip, br',
  baggage: 'a=1',
  'cdn-loop': 'one',
  'cf-connecting-ip': '192.0.2.1',
  'cf-ray': '1',
  forwarded: 'for=192.0.2.1',
  'if-none-match': '"a"',
  range: 'bytes=0-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'a=1',
  via: '1.1 one',
  'x-b3-traceid': '1',
  'x-correlation-id': '1',
  'x-forwarded-for': '192.0.2.1',
  'x-forwarded-host': 'a.example',
  'x-forwarded-proto': 'https',
  'x-real-ip': '192.0.2.1',
  'x-request-id': '1',
};

let server;
let proxy;
let url;
before(async () => {
  server = await startIamServer({ credentials: [CREDENTIALS] });
  proxy = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers };
    for (const name of Object.keys(HOP_HEADERS)) if (name in headers) headers[name] = 'another';
    delete headers['x-amz-removed'];
    // The body goes on in chunks, as from a proxy that does not wait for its end.
    if (headers['content-length'] !== undefined) {
      delete headers['content-length'];
      headers['transfer-encoding'] = 'chunked';
    }
    const { method, url: path } = incoming;
    const onward = httpRequest(`${server.origin}${path}`, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${proxy.address().port}/prod/items`;
});
after(() => {
  proxy.close();
  server.close();
});

const signedNames = ({ headers }) => /SignedHeaders=([^,]+)/.exec(headers.authorization)[1].split(';');
const ALL = { ...OPTIONS, signedHeaders: /** @type {const} */ ('all') };

describe("signedHeaders: 'all'", () => {
  test('leaves out what hops change', async () => {
    const headers = { ...HOP_HEADERS, accept: '*/*', 'content-length': '2', 'x-mine': '1' };
    const signed = await signRequest({ method: 'POST', url, headers, body: '{}' }, ALL);
    assert.deepEqual(signedNames(signed), [
      ...['accept', 'host', 'x-amz-date', 'x-amz-security-token', 'x-mine'],
    ]);
    const { status, body } = await send(signed);
    assert.equal(status, 200, body?.message);
  });

  for (const [name, value] of [...Object.entries(HOP_HEADERS), ['content-length', '2']]) {
    test(`leaves out ${name}, unless it is named`, async () => {
      const request = { method: 'POST', url, headers: { [name.toUpperCase()]: value }, body: '{}' };
      const signed = await signRequest(request, ALL);
      assert.equal(signedNames(signed).includes(name), false);
      assert.equal((await send(signed)).status, 200);
      const named = await signRequest(request, { ...OPTIONS, signedHeaders: [name] });
      assert.equal(signedNames(named).includes(name), true);
      assert.equal((await send(named)).status, 403, 'the proxy changed it');
    });
  }

  test('signs headers whose names only look alike', async () => {
    const headers = { cf: '1', 'x-forwarded': '1', viaduct: '1', 'x-b3': '1', 'x-range': '1' };
    const signed = await signRequest({ url, headers }, ALL);
    for (const name of Object.keys(headers)) assert.ok(signedNames(signed).includes(name), name);
    assert.equal((await send(signed)).status, 200);
  });
});

describe('unsignableHeaders', () => {
  test('lets a hop remove a header, of AWS too', async () => {
    const request = { url, headers: { 'X-Amz-Removed': '1', 'x-amz-kept': '1' } };
    assert.equal((await send(await signRequest(request, OPTIONS))).status, 403);
    const signed = await signRequest(request, { ...OPTIONS, unsignableHeaders: ['X-Amz-Removed'] });
    assert.equal(signed.headers['x-amz-removed'], '1', 'it is sent');
    assert.equal((await send(signed)).status, 200);
    const kept = await signRequest(request, {
      ...OPTIONS,
      unsignableHeaders: ['x-amz-removed', 'x-amz-kept'],
    });
    assert.equal((await send(kept)).status, 403, 'AWS refuses those that arrive unsigned');
  });

  test('wins over every choice of signedHeaders, and holds for one call of a signer', async () => {
    const request = { url, headers: { 'content-type': 'a/b', 'x-mine': '1', 'x-other': '1' } };
    const unsignableHeaders = ['content-type', 'x-mine'];
    for (const signedHeaders of ['required', 'all', ['x-other']]) {
      const names = signedNames(await signRequest(request, { ...OPTIONS, signedHeaders, unsignableHeaders }));
      assert.equal(names.includes('content-type') || names.includes('x-mine'), false);
      assert.equal(names.includes('x-other'), signedHeaders !== 'required');
    }
    const signer = new Signer({ ...OPTIONS, unsignableHeaders });
    assert.equal(signedNames(await signer.sign(request)).includes('content-type'), false);
    assert.ok(signedNames(await signer.sign(request, { unsignableHeaders: [] })).includes('content-type'));
  });

  test('leaves a header of a presigned request a header, which need not be sent', async () => {
    const headers = { 'x-amz-removed': '1', 'x-amz-moved': '1' };
    const presigned = await presignUrl(
      { url, headers },
      { ...OPTIONS, unsignableHeaders: ['x-amz-removed'] },
    );
    const query = new URL(presigned).searchParams;
    assert.equal(query.get('X-Amz-SignedHeaders'), 'host');
    assert.deepEqual([query.has('x-amz-removed'), query.has('x-amz-moved')], [false, true]);
    assert.equal((await send({ method: 'GET', url: presigned, headers: {} })).status, 200);
  });

  test('gives the signature that smithy gives', async () => {
    const { region, service, credentials } = OPTIONS;
    const signingDate = new Date('2015-08-30T12:36:00Z');
    const headers = {
      host: 'example.com',
      'content-type': 'a/b',
      'x-amz-a': '1',
      'x-amz-b': '2',
      'x-c': '3',
    };
    const smithy = new SignatureV4({ region, service, credentials, sha256: Sha256, applyChecksum: false });
    const theirs = await smithy.sign(new HttpRequest({ hostname: 'example.com', path: '/', headers }), {
      signingDate,
      unsignableHeaders: new Set(['content-type', 'x-amz-b']),
    });
    const ours = await signRequest(
      { url: 'https://example.com/', headers },
      { ...ALL, date: signingDate, unsignableHeaders: ['Content-Type', 'x-amz-b'] },
    );
    assert.equal(ours.headers.authorization, theirs.headers.authorization);
  });

  const invalid = { code: 'ERR_SIGV4_OPTION_INVALID' };
  for (const name of [
    ...['host', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'x-amz-s3session-token'],
    ...['x-amz-region-set', 'x-amz-trailer', 'x-amz-decoded-content-length'],
  ]) {
    test(`cannot name ${name}`, async () => {
      for (const one of [name, name.toUpperCase()]) {
        const unsignableHeaders = ['x-mine', one];
        const error = { ...invalid, message: new RegExp(`${name}.*always signed`) };
        assert.throws(() => new Signer({ ...OPTIONS, unsignableHeaders }), error);
        const { region: _, ...rest } = OPTIONS;
        assert.throws(() => new SignerV4a({ ...rest, unsignableHeaders }), error);
        await assert.rejects(signRequest(url, { ...OPTIONS, unsignableHeaders }), error);
        await assert.rejects(new Signer(OPTIONS).presign(url, { unsignableHeaders }), error);
      }
    });
  }

  test('says what there is for the session token', async () => {
    for (const name of ['x-amz-security-token', 'x-amz-s3session-token']) {
      assert.throws(() => new Signer({ ...OPTIONS, unsignableHeaders: [name] }), invalid);
      const signed = signRequest('https://example.com/', { ...OPTIONS, unsignableHeaders: [name] });
      await assert.rejects(signed, { ...invalid, message: /sessionTokenMode/ });
    }
  });

  test('refuses what is no list of names, and a name that is to be signed', () => {
    for (const unsignableHeaders of ['x-mine', [''], ['a b'], ['a;b'], ['a\nb'], [1], [null], {}, null]) {
      assert.throws(() => new Signer({ ...OPTIONS, unsignableHeaders }), invalid);
    }
    for (const signedHeaders of [[''], ['a b'], ['a;b'], ['a\0b'], [1]]) {
      assert.throws(() => new Signer({ ...OPTIONS, signedHeaders }), invalid);
    }
    assert.throws(
      () => new Signer({ ...OPTIONS, signedHeaders: ['X-Mine'], unsignableHeaders: ['x-mine'] }),
      { ...invalid, message: /both name x-mine/ },
    );
  });
});

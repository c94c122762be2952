// The URL that is sent to S3 is spelled so that every server reads it alike. Servers are known to differ on a raw `+` in a
// path, which Amazon S3 takes for a space (aws/aws-sdk-net#4473, durch/rust-s3#148, http4k/http4k#1280); on escapes in
// lower case and raw reserved characters, which some sign as they arrive; and on the order of repeated parameters.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import axios from 'axios';
import got from 'got';
import * as undici from 'undici';

import { Signer } from 'sigv4-wasm';
import { sigv4Interceptor as axiosInterceptor } from 'sigv4-wasm/axios';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { sigv4Interceptor } from 'sigv4-wasm/undici';
import { SignerV4a } from 'sigv4-wasm/v4a';
import { presignMany } from 'sigv4-wasm/batch';

import { findPython, Oracle } from '../differential/oracle.js';
import { sha256, signatureOf } from '../support/aws-chunked.js';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const date = new Date('2015-08-30T12:36:00Z');
const HOST = 'bucket.s3.eu-west-1.amazonaws.com';
const signer = new Signer({ credentials, date });

/** What is asked for; what is sent, where that is something else. */
const TARGETS = {
  '/a+b': '/a%2Bb',
  '/a%2bb': '/a%2Bb',
  '/a%2Bb': undefined,
  '/a b': '/a%20b',
  '/a%20b': undefined,
  '/gr%c3%bc%c3%9fe': '/gr%C3%BC%C3%9Fe',
  '/grüße': '/gr%C3%BC%C3%9Fe',
  "/a!b'(c)*": '/a%21b%27%28c%29%2A',
  '/a:b@c=d;e,f&g$h': '/a%3Ab%40c%3Dd%3Be%2Cf%26g%24h',
  '/%61%7e%2d': '/a~-',
  '/a%2Fb': '/a/b',
  '/a%': '/a%25',
  '//a//b/': undefined,
  '/': undefined,
  '/k?acl': undefined,
  '/k?list-type=2&prefix=a%2Fb': undefined,
  '/k?b=1&a=2': undefined,
  '/k?prefix=a/b': '/k?prefix=a%2Fb',
  '/k?prefix=a%2fb&uploads': '/k?prefix=a%2Fb&uploads=',
  '/k?prefix=a+b': '/k?prefix=a%20b',
  "/k?x=!'()*": '/k?x=%21%27%28%29%2A',
  '/k?a=2&a=1': '/k?a=1&a=2',
  '/k?a=b=c': '/k?a=b%3Dc',
  '/a+b?c=d': '/a%2Bb?c=d',
};

/** As a server does that decodes each byte and spells it in the one way again. */
const respell = (text) =>
  encodeURIComponent(decodeURIComponent(text)).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * How servers of S3 read a path and a query before they verify.
 *
 * @type {Record<string, { path: (path: string) => string, pair: (pair: string) => string, compare?: (a: string, b: string) => number }>}
 */
const SERVERS = {
  'takes a plus for a plus': { path: (path) => path.split('/').map(respell).join('/'), pair: respellPair },
  'takes a plus for a space, as Amazon S3 does': {
    path: (path) => path.replaceAll('+', ' ').split('/').map(respell).join('/'),
    pair: (pair) => respellPair(pair.replaceAll('+', ' ')),
  },
  'signs what arrives': { path: (path) => path, pair: (pair) => (pair.includes('=') ? pair : `${pair}=`) },
  'sorts parameters by their names only': {
    path: (path) => path,
    pair: respellPair,
    compare: (a, b) => byText(a.split('=')[0], b.split('=')[0]),
  },
};

function respellPair(pair) {
  const [name, value = ''] = pair.split(/=(.*)/s);
  return `${respell(name)}=${respell(value)}`;
}

function byText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The signature that such a server expects for a request as it arrives. */
function expected({ method, url, headers }, { path, pair, compare = byText }) {
  const { pathname, search } = new URL(url);
  assert.equal(new URL(url).href, url, 'what no URL parser changes');
  const names = ['host', 'x-amz-content-sha256', 'x-amz-date'];
  const values = { ...headers, host: HOST };
  const query = search.slice(1).split('&').filter(Boolean).map(pair).sort(compare).join('&');
  const canonicalRequest = [
    ...[method, path(pathname), query, ...names.map((name) => `${name}:${values[name]}`), ''],
    ...[names.join(';'), headers['x-amz-content-sha256']],
  ].join('\n');
  const scope = ['20150830', 'eu-west-1', 's3'];
  const stringToSign = `AWS4-HMAC-SHA256\n20150830T123600Z\n${scope.join('/')}/aws4_request\n${sha256(canonicalRequest)}`;
  return signatureOf(stringToSign, credentials.secretAccessKey, scope);
}

const signatureIn = (text) => /Signature=([0-9a-f]+)/.exec(text)[1];

describe('every client sends', () => {
  let server;
  let origin;
  const received = [];
  before(async () => {
    server = createServer((request, response) => {
      received.push(request.url);
      response.end('{}');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  const options = { credentials, service: 's3', region: 'eu-west-1' };
  const clients = {
    axios: (url) => axiosWith().get(url),
    'axios with its fetch adapter': (url) => axiosWith({ adapter: 'fetch' }).get(url),
    fetch: (url) => createSigv4Fetch(options)(url),
    'fetch with a Request': (url) => createSigv4Fetch(options)(new Request(url)),
    got: (url) => got(url, { hooks: sigv4Hooks(options) }),
    undici: (url) =>
      undici.request(url, { dispatcher: new undici.Agent().compose(sigv4Interceptor(options)) }),
  };
  function axiosWith(config) {
    const client = axios.create(config);
    client.interceptors.request.use(axiosInterceptor(options));
    return client;
  }

  for (const [name, send] of Object.entries(clients)) {
    test(`${name}: the URL that was signed`, async () => {
      received.length = 0;
      await send(`${origin}/a+b/(c)%c3%bc?a=2&b=(&a=1`);
      assert.deepEqual(received, ['/a%2Bb/%28c%29%C3%BC?a=1&a=2&b=%28']);
    });
  }
});

describe('a URL of S3', () => {
  for (const [target, sent = target] of Object.entries(TARGETS)) {
    test(`${target} is sent as ${sent}`, async () => {
      const request = { method: 'PUT', url: `https://${HOST}${target}` };
      const signed = await signer.sign(request);
      assert.equal(signed.url, `https://${HOST}${sent}`);
      for (const [name, server] of Object.entries(SERVERS)) {
        assert.equal(signatureIn(signed.headers.authorization), expected(signed, server), name);
      }
      // Signed once more, it is the same request.
      assert.deepEqual(await signer.sign({ ...signed, headers: {} }), signed);
      assert.deepEqual(signer.signSync(request), signed);

      const presigned = await signer.presign(request);
      assert.equal(presigned.split('?')[0], `https://${HOST}${sent.split('?')[0]}`);
      assert.equal(new URL(presigned).href, presigned);
      const v4a = new SignerV4a({ credentials, date });
      assert.equal((await v4a.sign(request)).url, signed.url);
    });
  }

  test('is signed as smithy signs it', async () => {
    const smithy = new SignatureV4({
      ...{ region: 'eu-west-1', service: 's3', credentials, sha256: Sha256 },
      ...{ uriEscapePath: false, applyChecksum: true },
    });
    for (const target of Object.keys(TARGETS)) {
      const signed = await signer.sign(`https://${HOST}${target}`);
      const { pathname, searchParams } = new URL(signed.url);
      const query = {};
      for (const name of searchParams.keys()) query[name] = searchParams.getAll(name);
      const headers = { host: HOST };
      const request = new HttpRequest({ hostname: HOST, path: pathname, query, headers });
      const theirs = await smithy.sign(request, { signingDate: date });
      assert.equal(
        signatureIn(signed.headers.authorization),
        signatureIn(theirs.headers.authorization),
        target,
      );
    }
  });

  const python = findPython();
  if (python === undefined && process.env.CI === 'true') throw new Error('there is no Python with botocore');
  describe('is signed as others sign it', { skip: python === undefined && 'needs botocore' }, () => {
    let oracle;
    before(async () => {
      if (python !== undefined) oracle = await new Oracle(python).start();
    });
    after(() => oracle?.stop());

    test('of whom some sign what they are given', async () => {
      const cases = [];
      const ours = [];
      for (const mode of ['header', 'presigned']) {
        for (const target of Object.keys(TARGETS)) {
          const request = `https://${HOST}${target}`;
          const signed =
            mode === 'header'
              ? await signer.sign(request)
              : { url: await signer.presign(request), headers: {} };
          ours.push(signatureIn(signed.headers.authorization ?? signed.url));
          const { pathname, search } = new URL(signed.url);
          const added = (pair) => pair.startsWith('X-Amz-');
          const query = search
            .slice(1)
            .split('&')
            .filter((pair) => !added(pair))
            .join('&');
          cases.push({
            ...{ mode, method: 'GET', scheme: 'https', host: HOST, path: pathname, query },
            ...{ headers: [], bodyHex: '', payload: null, region: 'eu-west-1', service: 's3' },
            ...{ ...credentials, sessionToken: null, epochSeconds: date / 1000, expires: 3600 },
          });
        }
      }
      for (const [i, answer] of (await oracle.ask(cases)).entries()) {
        for (const name of Object.keys(oracle.versions)) {
          // botocore drops all but the first of repeated parameters from a URL that it presigns.
          if (name === 'botocore' && cases[i].mode === 'presigned' && cases[i].query === 'a=1&a=2') continue;
          assert.equal(answer[name].signature, ours[i], `${name}: ${cases[i].path}?${cases[i].query}`);
        }
      }
    });
  });

  test('is spelled so in presignMany, too', async () => {
    const urls = ['/a', '/b+c', '/d%2be', '/f'].map((path) => `https://${HOST}${path}`);
    const many = await presignMany(signer, urls);
    assert.deepEqual(many, await Promise.all(urls.map((url) => signer.presign(url))));
    assert.deepEqual(
      many.map((url) => new URL(url).pathname),
      ['/a', '/b%2Bc', '/d%2Be', '/f'],
    );
  });

  test('is spelled so wherever the path is encoded once', async () => {
    const options = { service: 'other', region: 'eu-west-1', pathEncoding: /** @type {const} */ ('single') };
    assert.equal(
      (await signer.sign('https://api.example.com/a+b', options)).url,
      'https://api.example.com/a%2Bb',
    );
  });

  test('of another service is left as it is', async () => {
    const url = 'https://abc.execute-api.eu-west-1.amazonaws.com/a+b/%2f/(c)?b=%2f&a=2&a=1';
    assert.equal((await signer.sign(url)).url, url);
  });
});

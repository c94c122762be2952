// Every shape of request and every type of body, verified on the wire by an independent implementation.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';

import { presignUrl, Signer, signRequest } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS, OPTIONS, send } from '../support/wire.js';

let server;
let url;
before(async () => {
  server = await startIamServer({ credentials: [CREDENTIALS] });
  url = `${server.origin}/prod/items`;
});
after(() => server.close());

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const bytes = (...values) => Uint8Array.from(values);
const arrived = (echo, name) => echo.headers.find(([key]) => key.toLowerCase() === name)?.[1];

async function accepted(signed) {
  const { status, body } = await send(signed);
  assert.equal(status, 200, body?.message);
  return body;
}

describe('request shapes', () => {
  const shapes = {
    'a URL string': () => url,
    'a URL': () => new URL(url),
    'an object with a URL': () => ({ url: new URL(url) }),
    'method and headers': () => ({ url, method: 'DELETE', headers: { 'X-Trace': '1' } }),
    'a Headers object': () => ({ url, headers: new Headers({ accept: 'a/b', 'X-Amz-Meta': 'm' }) }),
    'header pairs, repeated': () => ({
      url,
      headers: [
        ['x-amz-meta-a', 'b'],
        ['X-Amz-Meta-A', 'a'],
      ],
    }),
    'header arrays, undefined and numbers': () => ({
      url,
      headers: { 'x-amz-meta-b': ['2', '1'], 'x-none': undefined, 'x-amz-count': 5 },
    }),
    'odd white space in headers': () => ({ url, headers: { 'x-amz-meta-c': '  a \t  b  ' } }),
    'a fetch Request': () => new Request(url, { method: 'PUT', headers: { 'x-amz-a': '1' } }),
    'as the AWS SDK writes it': () => ({
      protocol: 'http:',
      hostname: '127.0.0.1',
      port: Number(new URL(url).port),
      path: '/a b/ü/@connections/x=',
      query: { list: ['b', 'a', 'a&b'], none: null, text: "!'()* +" },
      headers: {},
      method: 'GET',
    }),
    'a query in the path': () => ({
      protocol: 'http',
      hostname: '127.0.0.1',
      port: new URL(url).port,
      path: 'prod?b=2&a=1?',
    }),
  };
  for (const [name, make] of Object.entries(shapes)) {
    test(name, async () => {
      await accepted(await signRequest(make(), OPTIONS));
      await accepted(new Signer(OPTIONS).signSync(make()));
    });
  }

  const urls = [
    '',
    '?',
    '/',
    '//double//slash/',
    '/./dot/../segments/.',
    '/a%20b/%2F/%2e',
    '/ü/€/日本',
    "/!'()*~;:@&=+$,",
    '/@connections/ab=',
    '?a',
    '?a=&b',
    '?b=2&a=1&a=0&a=',
    '?sp=a+b&plus=%2B&pct=%20',
    "?x=!'()*~",
    '?a[]=1&a[]=2&ü=ö',
    '?==&=v&a==b',
    '#fragment',
    '?a=1#?b=2',
  ];
  for (const suffix of urls) {
    test(`pains 2 to 6: the URL …${suffix}`, async () => {
      await accepted(await signRequest(url + suffix, OPTIONS));
      const presigned = await fetch(await presignUrl(url + suffix, OPTIONS));
      assert.equal(presigned.status, 200, await presigned.text());
    });
  }

  test('a URL as text is signed as the URL parser reads it, plain or not', () => {
    const signer = new Signer({ ...OPTIONS, date: new Date(1e12) });
    const hosts = [
      'a.example.com',
      'A.example.com',
      'xn--bcher-kva.example',
      '1.2.3.4',
      '1.2.3.0x4',
      'a.b.c1',
      'a-.b--c.de',
    ];
    const paths = [
      '',
      '/',
      '/a/b',
      '/a/',
      '//a',
      '/a//b',
      '/.',
      '/..a',
      '/a/../b',
      '/a/.b',
      '/%2e',
      '/~_-',
      '/ü',
      '/a b',
    ];
    const queries = ['', '?', '?a', '?a=b&c=%20', '?a=b+c', "?a='", '?a=%zz', '?[]', '?a#b', '#a'];
    for (const host of hosts) {
      for (const path of paths) {
        for (const query of queries) {
          const text = `https://${host}${path}${query}`;
          assert.deepEqual(signer.signSync(text), signer.signSync(new URL(text)), text);
        }
      }
    }
  });

  test('pain 6: a plus in the query is sent as %20', async () => {
    const signed = await signRequest(`${url}?q=a+b`, OPTIONS);
    assert.equal(signed.url, `${url}?q=a%20b`);
  });

  test('pain 1: a query is never lost', async () => {
    const signed = await signRequest({ url: `${url}?a=1`, method: 'GET' }, OPTIONS);
    assert.equal((await accepted(signed)).url, '/prod/items?a=1');
  });

  test('pain 16: what was signed before is signed afresh', async () => {
    const first = await signRequest({ url, headers: { 'x-a': '1' } }, OPTIONS);
    const second = await signRequest(first, { ...OPTIONS, date: new Date(Date.now() - 60_000) });
    assert.notEqual(second.headers.authorization, first.headers.authorization);
    await accepted(second);
    const presigned = await presignUrl(await presignUrl(url, OPTIONS), OPTIONS);
    assert.equal(presigned.match(/X-Amz-Signature/g).length, 1);
    assert.equal((await fetch(presigned)).status, 200);
  });

  test('pains 19 and 24: host is signed, and handed back only where the caller passed it', async () => {
    assert.equal((await signRequest(url, OPTIONS)).headers.host, undefined);
    const { host } = new URL(url);
    const signed = await signRequest({ url, headers: { Host: host } }, OPTIONS);
    assert.equal(signed.headers.host, host);
    await accepted(signed);
  });

  test('pain 20: execute-api gets no x-amz-content-sha256, unless asked for', async () => {
    assert.equal((await signRequest(url, OPTIONS)).headers['x-amz-content-sha256'], undefined);
    const signed = await signRequest(
      { url, body: 'a', method: 'POST' },
      { ...OPTIONS, contentSha256Header: true },
    );
    assert.equal(signed.headers['x-amz-content-sha256'], sha256('a'));
    await accepted(signed);
  });

  test('pain 21: no token, no header', async () => {
    const { sessionToken, ...credentials } = CREDENTIALS;
    for (const none of [undefined, null, '']) {
      const signed = await signRequest(url, {
        ...OPTIONS,
        credentials: { ...credentials, sessionToken: none },
      });
      assert.equal('x-amz-security-token' in signed.headers, false);
    }
    assert.ok(sessionToken);
  });

  test('pain 23: headers that proxies change are not signed', async () => {
    const headers = { accept: '*/*', 'user-agent': 'x', 'content-type': 'a/b', 'x-forwarded-for': '1' };
    const { headers: signed } = await signRequest({ url, headers }, OPTIONS);
    assert.match(signed.authorization, /SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,/);
    const all = await signRequest({ url, headers }, { ...OPTIONS, signedHeaders: 'all' });
    assert.match(all.headers.authorization, /=accept;content-type;host;x-amz-date;x-amz-security-token,/);
    const also = await signRequest({ url, headers }, { ...OPTIONS, signedHeaders: ['Accept'] });
    assert.match(also.headers.authorization, /=accept;content-type;host;/);
    for (const one of [all, also]) await accepted(one);
  });
});

describe('bodies', () => {
  const form = () => {
    const data = new FormData();
    data.append('text', 'grüße');
    data.append('file', new File([bytes(0, 255, 13, 10)], 'a.bin', { type: 'application/x-a' }));
    return data;
  };
  const buffer = bytes(9, 1, 2, 3, 9).buffer;
  /** name: [body, bytes that must arrive (undefined: any), content type, whether it can be signed at once] */
  const bodies = {
    'no body': [undefined, '', undefined, true],
    null: [null, '', undefined, true],
    'an empty string': ['', '', undefined, true],
    'a string': ['grüße 日本', 'grüße 日本', undefined, true],
    'a string with a lone surrogate': ['\ud800', '\ufffd', undefined, true],
    'a large string': ['ü'.repeat(100_000), 'ü'.repeat(100_000), undefined, true],
    'an object': [{ b: 1, a: 'ü' }, '{"b":1,"a":"ü"}', 'application/json', true],
    'an array': [[1, null], '[1,null]', 'application/json', true],
    'a number': [5, '5', 'application/json', true],
    false: [false, 'false', 'application/json', true],
    'a Uint8Array': [bytes(0, 1, 255), bytes(0, 1, 255), undefined, true],
    'a Buffer': [Buffer.from('pooled'), 'pooled', undefined, true],
    'pain 14: a view of its own range': [new Uint8Array(buffer, 1, 3), bytes(1, 2, 3), undefined, true],
    'a DataView': [new DataView(buffer, 1, 2), bytes(1, 2), undefined, true],
    'a Uint16Array': [Uint16Array.from([1, 2]), bytes(1, 0, 2, 0), undefined, true],
    'an ArrayBuffer': [buffer, bytes(9, 1, 2, 3, 9), undefined, true],
    'a megabyte': [new Uint8Array(1 << 20).fill(7), new Uint8Array(1 << 20).fill(7), undefined, true],
    'pain 15: URLSearchParams': [
      new URLSearchParams({ a: 'ü &' }),
      'a=%C3%BC+%26',
      'application/x-www-form-urlencoded;charset=UTF-8',
      true,
    ],
    'a Blob': [new Blob(['blob'], { type: 'text/x' }), 'blob', 'text/x', false],
    'a File': [new File(['file'], 'f.txt'), 'file', undefined, false],
    'pain 13: FormData': [form(), undefined, /^multipart\/form-data; boundary=/, false],
    'FormData with a toJSON, as Bun has it': [
      Object.assign(form(), { toJSON: () => ({ text: 'grüße' }) }),
      undefined,
      /^multipart\/form-data; boundary=/,
      false,
    ],
    'a web stream': [new Blob(['stream']).stream(), 'stream', undefined, false],
    'a Node stream': [Readable.from([Buffer.from('no'), 'de']), 'node', undefined, false],
    'an async generator': [
      (async function* () {
        yield bytes(1);
        yield 'a';
      })(),
      bytes(1, 97),
      undefined,
      false,
    ],
  };
  for (const [name, [body, expected, contentType, atOnce]] of Object.entries(bodies)) {
    test(name, async () => {
      const request = { method: 'POST', url, body };
      if (atOnce) {
        const signed = new Signer(OPTIONS).signSync(request);
        assert.equal((await accepted(signed)).sha256, sha256(expected));
      } else {
        assert.throws(() => new Signer(OPTIONS).signSync(request), { code: 'ERR_SIGV4_BODY_UNSUPPORTED' });
      }
      const signed = await signRequest(request, OPTIONS);
      const echo = await accepted(signed);
      if (expected !== undefined) assert.equal(echo.sha256, sha256(expected));
      if (contentType instanceof RegExp) assert.match(arrived(echo, 'content-type'), contentType);
      else assert.equal(arrived(echo, 'content-type'), contentType);
    });
  }

  test('a fetch Request with a body: its bytes, and it can still be sent', async () => {
    const request = new Request(url, { method: 'POST', body: JSON.stringify({ a: 1 }) });
    const echo = await accepted(await signRequest(request, OPTIONS));
    assert.equal(echo.sha256, sha256('{"a":1}'));
    assert.equal(request.bodyUsed, false);
    assert.equal(await request.text(), '{"a":1}');
  });

  test("pain 11: the caller's content type stays; a boundary that cannot be right does not", async () => {
    const headers = { 'Content-Type': 'application/vnd.api+json' };
    const json = await signRequest({ method: 'POST', url, headers, body: {} }, OPTIONS);
    assert.equal(json.headers['content-type'], 'application/vnd.api+json');
    const multipart = { 'content-type': 'multipart/form-data' };
    const signed = await signRequest({ method: 'POST', url, headers: multipart, body: form() }, OPTIONS);
    assert.match(signed.headers['content-type'], /boundary=/);
    await accepted(signed);
  });

  test('an unsigned stream passes unread', async () => {
    const stream = new Blob(['unread']).stream();
    const signed = await signRequest(
      { method: 'PUT', url, body: stream },
      { ...OPTIONS, payload: 'unsigned' },
    );
    assert.equal(signed.body, stream);
    assert.equal(signed.headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD', 'or no server would know');
    const s3 = await signRequest(
      { method: 'PUT', url: 'https://b.s3.eu-west-1.amazonaws.com/k', body: stream },
      { credentials: CREDENTIALS, payload: 'unsigned' },
    );
    assert.equal(s3.headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
  });

  test('header values are signed as the bytes that are sent: one for each character', async () => {
    // The verifier of these tests, as smithy, reads them as UTF-8. tests/servers shows which servers agree with us.
    const { sessionToken, ...credentials } = CREDENTIALS;
    const signed = await signRequest(
      { url: 'https://example.com/', headers: { 'x-amz-meta-note': 'café' } },
      { ...OPTIONS, credentials, date: new Date(1440938160000) },
    );
    const canonicalRequest =
      'GET\n/\n\nhost:example.com\nx-amz-date:20150830T123600Z\nx-amz-meta-note:café\n\n' +
      `host;x-amz-date;x-amz-meta-note\n${sha256('')}`;
    const stringToSign =
      'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/execute-api/aws4_request\n' +
      sha256(Buffer.from(canonicalRequest, 'latin1'));
    const key = ['20150830', 'us-east-1', 'execute-api', 'aws4_request'].reduce(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      `AWS4${credentials.secretAccessKey}`,
    );
    const expected = createHmac('sha256', key).update(stringToSign).digest('hex');
    assert.match(signed.headers.authorization, new RegExp(`Signature=${expected}$`));
  });

  test('and with a body of text they leave as such, too', async () => {
    // Node's http sends headers together with a text, and as UTF-8, but never with bytes.
    const socket = createServer((connection) => {
      connection.on('data', (data) => {
        received = Buffer.concat([received, data]);
        if (received.includes('hello')) connection.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      });
    });
    let received = Buffer.alloc(0);
    await new Promise((resolve) => socket.listen(0, '127.0.0.1', resolve));
    const { port } = /** @type {import('node:net').AddressInfo} */ (socket.address());
    const headers = { 'content-type': 'text/plain', 'x-amz-meta-note': 'café' };
    await send(
      await signRequest({ method: 'PUT', url: `http://127.0.0.1:${port}/`, headers, body: 'hello' }, OPTIONS),
    );
    socket.close();
    assert.ok(received.includes(Buffer.from('x-amz-meta-note: café\r\n', 'latin1')));
  });

  test('a body too long to cross is left unsigned wherever a short one is', async () => {
    const signer = new Signer({ credentials: CREDENTIALS, region: 'us-east-1', date: new Date(1e12) });
    for (const [service, options, presigns] of [
      ['s3', {}, true],
      ['vpc-lattice-svcs', {}, true],
      ['vpc-lattice-svcs', {}, false],
      ['s3', { payload: 'unsigned' }, false],
      ['execute-api', {}, true],
      ['s3', {}, false],
    ]) {
      const traces = [1, 100_000].map((length) => {
        const request = { method: 'PUT', url: 'https://example.com/', body: new Uint8Array(length) };
        return trace(signer, request, { service, ...options, ...(presigns && { expiresIn: 60 }) });
      });
      const [short, long] = (await Promise.all(traces)).map((trace) =>
        trace.canonicalRequest.split('\n').at(-1),
      );
      if (service === 'execute-api' || (service === 's3' && !presigns && !options.payload)) {
        assert.match(long, /^[0-9a-f]{64}$/);
        assert.notEqual(long, short);
      } else {
        assert.deepEqual([short, long], ['UNSIGNED-PAYLOAD', 'UNSIGNED-PAYLOAD']);
      }
    }
  });

  test('a hash that the caller knows stands for the body', async () => {
    const options = { ...OPTIONS, payload: { sha256: sha256('known') } };
    const signed = await signRequest(
      { method: 'PUT', url, body: Readable.from([Buffer.from('known')]) },
      options,
    );
    await accepted(signed);
  });

  test('a stale hash in a header never outranks the bytes', async () => {
    const headers = { 'x-amz-content-sha256': sha256('old') };
    const signed = await signRequest({ method: 'POST', url, headers, body: 'new' }, OPTIONS);
    assert.equal(signed.headers['x-amz-content-sha256'], sha256('new'));
    await accepted(signed);
  });
});

describe('pain 10: what is handed back is what was signed', () => {
  for (const method of ['get', 'post', 'patch', 'Delete']) {
    test(`fetch sends ${method} as it was signed`, async () => {
      const signed = await signRequest({ method, url }, OPTIONS);
      const response = await fetch(signed.url, signed);
      assert.equal(response.status, 200, await response.text());
    });
  }

  for (const body of [
    'hello',
    '',
    { a: 1 },
    new Uint8Array(2),
    new URLSearchParams({ a: '1' }),
    new Blob(['x']),
  ]) {
    test(`fetch sends a body of ${JSON.stringify(body)} as it was signed`, async () => {
      const signed = await signRequest({ method: 'POST', url, body }, OPTIONS);
      const response = await fetch(signed.url, signed);
      assert.equal(response.status, 200, await response.text());
    });
  }

  test('nothing that the caller passed is changed', async () => {
    const deepFreeze = (value) => {
      for (const inner of Object.values(value)) if (inner?.constructor === Object) deepFreeze(inner);
      return Object.freeze(value);
    };
    const request = deepFreeze({ method: 'POST', url, headers: { 'X-A': '1' }, body: { a: { b: 1 } } });
    const options = deepFreeze({ ...OPTIONS, credentials: { ...CREDENTIALS } });
    await accepted(await signRequest(request, options));
    const headers = new Headers({ a: 'b' });
    await signRequest({ url, headers }, options);
    assert.deepEqual([...headers], [['a', 'b']]);
  });

  test('presigned PUT: the body is free, the method is not', async () => {
    const presigned = await presignUrl({ method: 'GET', url }, { ...OPTIONS, expiresIn: 60 });
    assert.equal((await fetch(presigned)).status, 200);
    assert.equal((await fetch(presigned, { method: 'DELETE' })).status, 403);
  });

  test('wss stays wss', async () => {
    const presigned = await presignUrl('wss://abc.execute-api.eu-west-1.amazonaws.com/prod?a=b', {
      credentials: CREDENTIALS,
    });
    assert.match(
      presigned,
      /^wss:\/\/abc\.execute-api\.eu-west-1\.amazonaws\.com\/prod\?X-Amz-Algorithm=.*&a=b&/,
    );
    assert.match(presigned, /%2Feu-west-1%2Fexecute-api%2Faws4_request/);
  });
});

// The body.

import { gunzipSync, gzipSync } from 'node:zlib';

import axios from 'axios';
import caseConverter from 'axios-case-converter';
import got from 'got';

import { signByHand } from './by-hand.js';
import {
  API,
  JSON_TYPE,
  presigned,
  reserialised,
  S3,
  sentTo,
  overFetch,
  throughAxios,
  throughInterceptor,
  withAws4,
  withoutLength,
  withSmithy,
} from './peers.js';

/** @type {import('./cases.js').Cases} */
export const BODY_CASES = {
  'body-not-signed': {
    'aws4 is not told of the body': async ({ origin }) => {
      const { headers } = withAws4({ method: 'POST', path: '/prod', headers: JSON_TYPE });
      await axios.post(`${origin}/prod`, ORDER, { headers: withoutLength(headers) });
    },
  },
  'body-unsigned-payload': {
    'smithy is told so, where the service does not take it': async ({ send }) =>
      send(
        await withSmithy({
          url: `${API}/prod`,
          method: 'POST',
          body: 'x',
          headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
        }),
      ),
    'aws4 takes it for the hash, and the header is not sent': async ({ send }) =>
      send(signByHand({ method: 'POST', url: `${API}/prod`, body: 'x' }, { hash: () => 'UNSIGNED-PAYLOAD' })),
  },
  'body-streaming-keyword': {
    'by hand, as an example of S3 has it': async ({ send }) =>
      send(
        signByHand(
          { method: 'PUT', url: `${API}/prod`, body: 'x' },
          { hash: () => 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
        ),
      ),
  },
  'body-hash-not-declared': {
    'smithy presigns for S3 as for other services': async ({ send }) => {
      await send(sentTo(S3, await presigned({ url: `${S3}/a.txt`, headers: {} })));
      return { service: 's3' };
    },
    'by hand, with a header for S3': async ({ send }) => {
      const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      await send(signByHand({ method: 'PUT', url: `${S3}/a`, service: 's3', body: 'x', headers }));
      return { service: 's3' };
    },
  },
  ...Object.fromEntries(
    Object.entries({
      undefined: (value) => `${value.missing}`,
      null: () => JSON.stringify(null),
      'empty-object': () => JSON.stringify(new Map([['a', 1]])),
      'object-object': String,
      'empty-string': () => JSON.stringify(''),
      'empty-array': () => JSON.stringify([]),
      promise: (value) => String(Promise.resolve(value)),
      false: (value) => String(value.missing ?? false),
    }).map(([name, made]) => [
      `body-hash-of-${name}`,
      {
        'aws4 is given it, and axios the object': async ({ origin }) => {
          const { headers } = withAws4({
            method: 'POST',
            path: '/prod',
            body: made(ORDER),
            headers: JSON_TYPE,
          });
          await axios.post(`${origin}/prod`, ORDER, { headers: withoutLength(headers) });
        },
      },
    ]),
  ),
  'body-json-compact': {
    'JSON.stringify is signed, and a client indents': async ({ send }) =>
      reserialised(send, JSON.stringify(ORDER), JSON.stringify(ORDER, null, 2)),
  },
  'body-json-spaces': {
    "Python's json.dumps is signed, and axios serialises": async (bench) =>
      throughAxios(bench, '{"item": "Tee", "list": [1, {"a": null}]}', {
        item: 'Tee',
        list: [1, { a: null }],
      }),
  },
  'body-json-indented': {
    'smithy declares the hash for S3, and axios serialises': async ({ origin }) => {
      const body = JSON.stringify(ORDER, null, 2);
      const { headers } = await withSmithy({
        url: `${S3}/a`,
        service: 's3',
        method: 'PUT',
        body,
        headers: JSON_TYPE,
      });
      await axios.put(`${origin}/a`, ORDER, { headers });
      return { service: 's3' };
    },
    'an indented text is signed, and axios serialises': async (bench) =>
      throughAxios(bench, JSON.stringify(ORDER, null, 4), ORDER),
  },
  'body-json-sorted': {
    'sorted keys are signed, and axios serialises': async (bench) =>
      throughAxios(bench, '{"a":{"c":1,"d":2},"b":2}', { b: 2, a: { d: 2, c: 1 } }),
  },
  'body-json-key-order': {
    'another order is signed, and axios serialises': async (bench) =>
      throughAxios(bench, '{"c":3,"a":1,"b":2}', { a: 1, b: 2, c: 3 }),
  },
  'body-json-escapes': {
    "Python's ASCII is signed, and axios writes UTF-8": async (bench) =>
      throughAxios(bench, '{"item":"gr\\u00fcn"}', { item: 'grün' }),
    "PHP's slashes": async (bench) => throughAxios(bench, '{"item":"a\\/b"}', { item: 'a/b' }),
    "Go's angle brackets": async (bench) =>
      throughAxios(bench, '{"item":"\\u003cb\\u003e"}', { item: '<b>' }),
  },
  'body-json-twice': {
    'the signer stringifies a text': async (bench) =>
      throughAxios(bench, JSON.stringify(JSON.stringify(ORDER)), ORDER),
    'the client stringifies a text': async ({ send }) =>
      reserialised(send, JSON.stringify(ORDER), JSON.stringify(JSON.stringify(ORDER))),
  },
  'body-json-as-form': {
    'a form is signed, and axios sends JSON': async (bench) =>
      throughAxios(bench, 'a=1&b=x+y', { a: '1', b: 'x y' }),
  },
  'body-form-as-json': {
    'JSON is signed, and axios sends a form': async (bench) =>
      throughAxios(bench, '{"a":"1","b":"x y"}', new URLSearchParams({ a: '1', b: 'x y' })),
  },
  'body-form-spaces': {
    'axios writes "+" for what was signed as %20': async (bench) =>
      throughAxios(bench, 'b=x%20y', new URLSearchParams({ b: 'x y' })),
  },
  'body-newline': {
    'echo appends a line break, and curl -d takes it out': async ({ send }) =>
      reserialised(send, `${JSON.stringify(ORDER)}\n`, JSON.stringify(ORDER)),
    'an editor appends a line break': async ({ send }) => reserialised(send, 'text', 'text\n'),
  },
  'body-line-ends': {
    'git converts a file': async ({ send }) => reserialised(send, 'a\nb\n', 'a\r\nb\r\n'),
  },
  'body-byte-order-mark': {
    'an editor of Windows': async ({ send }) => reserialised(send, '\ufeffa', 'a'),
  },
  'body-charset': {
    'Latin-1 is signed': async ({ send }) => reserialised(send, Buffer.from('grün', 'latin1'), 'grün'),
    'UTF-16 is signed': async ({ send }) => reserialised(send, Buffer.from('grün', 'utf16le'), 'grün'),
    'bytes are read as text': async ({ send }) => {
      const bytes = Buffer.from([0x89, 0x50, 0xff, 0x00]);
      await reserialised(send, bytes.toString(), bytes);
    },
  },
  'body-unicode-form': {
    'NFD is signed': async ({ send }) => reserialised(send, 'grün'.normalize('NFD'), 'grün'.normalize('NFC')),
  },
  'body-base64': {
    'the body of a Lambda event is signed': async ({ send }) => {
      const bytes = Buffer.from([1, 2, 250]);
      await reserialised(send, bytes.toString('base64'), bytes);
    },
    'bytes are signed, and base64 is sent': async ({ send }) => {
      const bytes = Buffer.from([1, 2, 250]);
      await reserialised(send, bytes, bytes.toString('base64'));
    },
  },
  'body-compressed': {
    'a client compresses afterwards': async ({ send }) => {
      const compressed = gzipSync(JSON.stringify(ORDER));
      await reserialised(send, gunzipSync(compressed), compressed);
    },
  },
  'body-hash-missing': {
    'by hand, a variable that is not set': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { hash: () => `${undefined}` })),
    'by hand, nothing': async ({ send }) => send(signByHand({ url: `${API}/prod` }, { hash: () => '' })),
  },
  'body-hash-format': {
    'by hand, in upper case': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { hash: (hash) => hash.toUpperCase() })),
    'by hand, in base64': async ({ send }) =>
      send(
        signByHand({ url: `${API}/prod` }, { hash: (hash) => Buffer.from(hash, 'hex').toString('base64') }),
      ),
  },
  'body-not-hashed': {
    'by hand': async ({ send }) =>
      send(signByHand({ method: 'POST', url: `${API}/prod`, body: 'text' }, { hash: () => 'text' })),
  },
  'body-bytes-as-text': {
    'a client that does not know typed arrays': async ({ send }) => {
      const bytes = new TextEncoder().encode('grüner Tee');
      await reserialised(send, bytes, String(bytes));
    },
  },
  'body-json-key-added': {
    'an interceptor of axios adds an id': async (bench) =>
      throughInterceptor(bench, ORDER, ({ interceptors }) =>
        interceptors.request.use((config) => ({ ...config, data: { ...config.data, requestId: 'a1' } })),
      ),
    'a transform of axios adds one at the start, and one deeper': async (bench) =>
      throughInterceptor(bench, ORDER, ({ defaults }) => {
        const add = (data) => ({ v: 2, ...data, to: { ...data.to, country: 'DE' } });
        defaults.transformRequest = [add, ...[defaults.transformRequest].flat()];
      }),
    'got adds a time': async ({ origin }) => {
      const { headers } = withAws4({
        method: 'POST',
        path: '/prod',
        body: JSON.stringify(ORDER),
        headers: JSON_TYPE,
      });
      const hooks = { init: [(options) => void (options.json = { ...options.json, at: 1 })] };
      await got.post(`${origin}/prod`, { json: ORDER, headers: withoutLength(headers), hooks });
    },
  },
  'body-json-key-removed': {
    'an interceptor of axios takes out what stands in the query, too': async (bench) =>
      throughInterceptor(
        bench,
        { item: 'Tee', page: 2 },
        ({ interceptors }) =>
          interceptors.request.use((config) => {
            const { page: _, ...data } = config.data;
            return { ...config, data };
          }),
        '/prod?page=2',
      ),
    'an interceptor of axios moves a key into a header': async (bench) =>
      throughInterceptor(bench, { tenant: 'blue', item: 'Tee' }, ({ interceptors }) =>
        interceptors.request.use((config) => {
          const { tenant, ...data } = config.data;
          config.headers.set('x-tenant', tenant);
          return { ...config, data };
        }),
      ),
    'a transform of axios takes out what is null': async (bench) =>
      throughInterceptor(
        bench,
        [
          { item: 'Tee', note: 'green' },
          { item: 'Mate', note: null },
        ],
        ({ defaults }) => {
          const strip = (list) =>
            list.map((it) => Object.fromEntries(Object.entries(it).filter(([, value]) => value !== null)));
          defaults.transformRequest = [strip, ...[defaults.transformRequest].flat()];
        },
      ),
  },
  'body-json-type-changed': {
    'a transform of axios makes text of a number': async (bench) =>
      throughInterceptor(bench, ORDER, ({ defaults }) => {
        const change = (data) => ({ ...data, pieces: String(data.pieces) });
        defaults.transformRequest = [change, ...[defaults.transformRequest].flat()];
      }),
    'of all numbers': async (bench) =>
      throughInterceptor(bench, { a: 1, b: { c: 2.5 }, d: [3] }, ({ defaults }) => {
        const change = (data) =>
          JSON.parse(JSON.stringify(data, (_, it) => (typeof it === 'number' ? String(it) : it)));
        defaults.transformRequest = [change, ...[defaults.transformRequest].flat()];
      }),
    'a number of text': async (bench) =>
      throughInterceptor(bench, { to: { zip: '10115' }, id: '7' }, ({ interceptors }) =>
        interceptors.request.use((config) => ({ ...config, data: { ...config.data, to: { zip: 10115 } } })),
      ),
    'a date': async (bench) =>
      throughInterceptor(bench, { at: '2026-02-03T04:05:06.000Z' }, ({ interceptors }) =>
        interceptors.request.use((config) => ({ ...config, data: { at: Date.parse(config.data.at) } })),
      ),
    ...Object.fromEntries(
      [
        ['null', { a: null, b: 'x' }, { a: '', b: 'x' }],
        ['one value, which becomes a list', { a: 'x' }, { a: ['x'] }],
        ['a list of one, which becomes the value', { a: ['x'] }, { a: 'x' }],
        ['a boolean, which becomes 1', { a: true, b: 2 }, { a: 1, b: 2 }],
        ['the text of a boolean', { a: 'true' }, { a: true }],
        ['an object, which becomes text', { a: { b: 1 } }, { a: '{"b":1}' }],
      ].map(([name, signed, sent]) => [
        name,
        async (bench) =>
          throughInterceptor(bench, signed, ({ interceptors }) =>
            interceptors.request.use((config) => ({ ...config, data: sent })),
          ),
      ]),
    ),
  },
  'body-json-key-case': {
    'axios-case-converter': async (bench) =>
      throughInterceptor(
        bench,
        { orderItems: [{ itemName: 'Tee' }], to: { zipCode: 1 } },
        caseConverter.default,
      ),
  },
  'body-lost': {
    'a proxy drops a body whose hash is sent': async ({ send }) => {
      const signed = await withSmithy({ url: `${S3}/a`, service: 's3', method: 'PUT', body: 'one' });
      await send({ ...signed, body: undefined });
      return { service: 's3' };
    },
  },
  'body-stringified': {
    'an object is given to the signer and to fetch': async ({ origin }) => {
      const { headers } = withAws4({
        method: 'POST',
        path: '/prod',
        body: String(ORDER),
        headers: JSON_TYPE,
      });
      return overFetch(`${origin}/prod`, { method: 'POST', headers: withoutLength(headers), body: ORDER });
    },
  },
  'body-changed': {
    'a proxy changes a body whose hash is sent': async ({ send }) => {
      const signed = await withSmithy({ url: `${S3}/a`, service: 's3', method: 'PUT', body: 'one' });
      await send({ ...signed, body: 'two' });
      return { service: 's3' };
    },
  },
};

const ORDER = { item: 'grüner Tee', pieces: 3, to: { street: 'a/b', city: '<c>' } };

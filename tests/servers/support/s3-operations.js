// What is done to every S3 server, and what must come of it: one table for all. What one of them cannot do is in
// s3-servers.js.
//
// Each entry of a table is a name and a function of an S3Client whose bucket is there. Uploads in signed chunks and
// through a form have tables of their own, of the same kind: s3-chunked.js and s3-forms.js.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { send } from './s3-client.js';

/** @typedef {import('./s3-client.js').S3Client} S3Client */

const sha256 = (/** @type {string | Uint8Array} */ data) => createHash('sha256').update(data).digest('hex');
const md5 = (/** @type {string} */ text) => createHash('md5').update(text).digest('base64');

const MINUTE = 60_000;
const fromNow = (/** @type {number} */ ms) => new Date(Date.now() + ms);

/** More than one buffer, and more than is hashed in one crossing into wasm. */
const LARGE = Buffer.alloc(3 * 1024 * 1024, '0123456789abcdef-');

/**
 * Keys, as they are written on the wire and as the server must understand them.
 *
 * @type {Record<string, { wire: string, key: string }>}
 */
export const KEYS = {
  'a space': { wire: 'key/a%20b', key: 'key/a b' },
  'a raw plus': { wire: 'key/a+b', key: 'key/a+b' },
  'an escaped plus': { wire: 'key/c%2Bd', key: 'key/c+d' },
  'letters of other scripts': { wire: 'key/%C3%BC/%E2%82%AC', key: 'key/ü/€' },
  'lower-case escapes': { wire: 'key/%c3%a4', key: 'key/ä' },
  'beyond the basic plane': { wire: 'key/%F0%9F%A6%80', key: 'key/🦀' },
  "raw $!'()*": { wire: "key/$!'()*", key: "key/$!'()*" },
  "escaped $!'()*": { wire: 'key/%24%21%27%28%29%2A%2A', key: "key/$!'()**" },
  'raw @:,;=&': { wire: 'key/@:,;=&', key: 'key/@:,;=&' },
  'escaped unreserved': { wire: 'key/%7Ea%2D%5F%2E', key: 'key/~a-_.' },
  'an escaped slash': { wire: 'key/e%2Ff', key: 'key/e/f' },
  'an escaped percent': { wire: 'key/g%252Fh', key: 'key/g%2Fh' },
  'an escaped question mark and hash': { wire: 'key/i%3Fj%23k', key: 'key/i?j#k' },
  'quotes and brackets': { wire: 'key/%22%3C%3E%5B%5D%7B%7D%7C%5C%5E%60', key: 'key/"<>[]{}|\\^`' },
  'an empty segment': { wire: 'key/l//m', key: 'key/l//m' },
  'a slash first': { wire: '/key', key: '/key' },
  'a slash last': { wire: 'key/dir/', key: 'key/dir/' },
  'a dot segment': { wire: 'key/n/./o', key: 'key/n/./o' },
  'a dot first': { wire: './key', key: './key' },
  'a double-dot segment': { wire: 'key/p/../q', key: 'key/p/../q' },
  'a double dot last': { wire: 'key/r/..', key: 'key/r/..' },
};

/**
 * @param {string} key
 * @returns {string} a path with everything escaped that may be
 */
function pathOf(key) {
  return `/${key.split('/').map(escape).join('/')}`;
}

/** @param {string} text */
function escape(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const ENTITIES = { lt: '<', gt: '>', quot: '"', apos: "'", '#34': '"', '#39': "'", amp: '&' };

/** @param {string} xml */
function listedKeys(xml) {
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) =>
    key.replace(/&([^;]+);/g, (all, name) => /** @type {Record<string, string>} */ (ENTITIES)[name] ?? all),
  );
}

/** @type {Record<string, (s3: S3Client) => Promise<void>>} */
export const operations = {
  'put, head, get, delete': async (s3) => {
    const headers = { 'content-type': 'text/x-test', 'X-Amz-Meta-Note': '  two  words ' };
    await s3.ok({ method: 'PUT', path: '/object', headers, body: 'some text' });

    const head = await s3.ok({ method: 'HEAD', path: '/object' });
    assert.equal(head.headers['content-length'], '9');
    assert.equal(head.headers['content-type'], 'text/x-test');
    assert.match(String(head.headers['x-amz-meta-note']), /^two +words$/);

    assert.equal((await s3.ok({ path: '/object' })).text, 'some text');
    await s3.ok({ method: 'DELETE', path: '/object' });
    const { status, code } = await s3.try({ path: '/object' });
    assert.deepEqual([status, code], [404, 'NoSuchKey']);
  },

  'bodies: none, one byte, three MiB': async (s3) => {
    for (const body of [undefined, '', '1', LARGE]) {
      await s3.ok({ method: 'PUT', path: '/body', body });
      const { bytes } = await s3.ok({ path: '/body' });
      assert.equal(sha256(bytes), sha256(body ?? ''));
    }
  },

  'an unsigned payload: text, and a stream that passes unread': async (s3) => {
    await s3.ok({ method: 'PUT', path: '/unsigned', body: 'text' }, { payload: 'unsigned' });
    assert.equal((await s3.ok({ path: '/unsigned' })).text, 'text');

    const body = new Blob([LARGE]).stream();
    const headers = { 'content-length': String(LARGE.length) };
    const signed = await s3.sign(
      { method: 'PUT', path: '/unsigned', headers, body },
      { payload: 'unsigned' },
    );
    assert.equal(signed.body, body);
    assert.equal(signed.headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
    assert.equal((await send(signed)).status, 200);
    assert.equal(sha256((await s3.ok({ path: '/unsigned' })).bytes), sha256(LARGE));
  },

  'a hash that is known beforehand': async (s3) => {
    const body = new Blob([LARGE]).stream();
    const headers = { 'content-length': String(LARGE.length) };
    const payload = { sha256: sha256(LARGE) };
    const signed = await s3.sign({ method: 'PUT', path: '/known', headers, body }, { payload });
    assert.equal((await send(signed)).status, 200);
    assert.equal(sha256((await s3.ok({ path: '/known' })).bytes), sha256(LARGE));
  },

  ranges: async (s3) => {
    await s3.ok({ method: 'PUT', path: '/range', body: '0123456789' });
    for (const signedHeaders of /** @type {const} */ (['required', 'all', ['range']])) {
      for (const [range, text] of Object.entries({
        'bytes=2-4': '234',
        'bytes=7-': '789',
        'bytes=-2': '89',
      })) {
        const answer = await s3.ok({ path: '/range', headers: { range } }, { signedHeaders });
        assert.deepEqual([answer.status, answer.text], [206, text]);
      }
    }
  },

  'every other header signed': async (s3) => {
    const headers = {
      'cache-control': 'no-cache',
      'content-disposition': 'attachment; filename="a  b.txt"',
      'content-language': 'de, en',
      'x-amz-meta-list': ['one', 'two'],
      'x-amz-meta-empty': '',
      'user-agent': 'none',
    };
    await s3.ok({ method: 'PUT', path: '/headers', headers, body: 'x' }, { signedHeaders: 'all' });
    const head = await s3.ok({ method: 'HEAD', path: '/headers' }, { signedHeaders: 'all' });
    assert.equal(head.headers['content-language'], 'de, en');
    assert.equal(head.headers['x-amz-meta-list'], 'one, two');
  },

  'a Content-MD5': async (s3) => {
    const request = { method: 'PUT', path: '/md5', body: 'text' };
    await s3.ok({ ...request, headers: { 'content-md5': md5('text') } });
    const wrong = await s3.try({ ...request, headers: { 'content-md5': md5('other') } });
    assert.deepEqual([wrong.status, wrong.code], [400, 'BadDigest']);
  },

  'a checksum header': async (s3) => {
    const checksum = createHash('sha256').update('text').digest('base64');
    const headers = { 'x-amz-checksum-sha256': checksum, 'x-amz-sdk-checksum-algorithm': 'SHA256' };
    await s3.ok({ method: 'PUT', path: '/checksum', headers, body: 'text' });
  },

  listing: async (s3) => {
    const keys = ['list/a b', 'list/a+b', 'list/ü', "list/$!'()*", 'list/x=y&z', 'list/sub/1', 'list/sub/2'];
    for (const key of keys) await s3.ok({ method: 'PUT', path: pathOf(key), body: key });
    const list = async (/** @type {Record<string, string>} */ query) =>
      listedKeys((await s3.ok({ path: '', query: { 'list-type': '2', ...query } })).text).sort();

    assert.deepEqual(await list({ prefix: 'list/' }), [...keys].sort());
    for (const key of keys.slice(0, 5)) assert.deepEqual(await list({ prefix: key }), [key]);
    assert.deepEqual(await list({ prefix: 'list/', delimiter: '/' }), keys.slice(0, 5).sort());
    // The same query in other spellings of the wire.
    for (const query of [
      'prefix=list/a%20b&list-type=2',
      'list-type=2&prefix=list%2Fa+b',
      'list-type=2&&prefix=list%2fa%20b&',
    ]) {
      assert.deepEqual(listedKeys((await s3.ok({ path: `?${query}` })).text), ['list/a b'], query);
    }
    const page = await s3.ok({
      path: '',
      query: { 'list-type': '2', prefix: 'list/', 'max-keys': '2', 'start-after': "list/$!'()*" },
    });
    assert.deepEqual(listedKeys(page.text), ['list/a b', 'list/a+b']);
  },

  'a sub-resource without a value': async (s3) => {
    const { text } = await s3.ok({ path: '?location' });
    assert.match(text, /<LocationConstraint/);
  },

  'many deletions in one POST': async (s3) => {
    for (const name of ['1', '2']) await s3.ok({ method: 'PUT', path: `/many/${name}`, body: name });
    const body =
      '<Delete><Object><Key>many/1</Key></Object><Object><Key>many/2</Key></Object><Quiet>false</Quiet></Delete>';
    const headers = { 'content-type': 'application/xml', 'content-md5': md5(body) };
    const { text } = await s3.ok({ method: 'POST', path: '?delete', headers, body });
    assert.deepEqual(listedKeys(text).sort(), ['many/1', 'many/2']);
    assert.equal((await s3.try({ path: '/many/1' })).status, 404);
  },

  'a copy': async (s3) => {
    await s3.ok({ method: 'PUT', path: '/copy/a%20b', body: 'original' });
    const headers = { 'x-amz-copy-source': `/${s3.bucket}/copy/a%20b` };
    await s3.ok({ method: 'PUT', path: '/copy/to', headers });
    assert.equal((await s3.ok({ path: '/copy/to' })).text, 'original');
  },

  'an upload in parts': async (s3) => {
    const created = await s3.ok({ method: 'POST', path: '/parts?uploads' });
    const uploadId = /** @type {string} */ (/<UploadId>([^<]+)</.exec(created.text)?.[1]);
    const bodies = [Buffer.alloc(5 * 1024 * 1024, 'part'), 'the last'];
    const parts = [];
    for (const [index, body] of bodies.entries()) {
      const query = { partNumber: String(index + 1), uploadId };
      const { headers } = await s3.ok({ method: 'PUT', path: '/parts', query, body });
      parts.push(`<Part><PartNumber>${index + 1}</PartNumber><ETag>${headers.etag}</ETag></Part>`);
    }
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    const done = await s3.ok({ method: 'POST', path: '/parts', query: { uploadId }, body });
    assert.match(done.text, /<CompleteMultipartUploadResult/);
    const { text } = await s3.ok({ path: '/parts', headers: { range: 'bytes=-10' } });
    assert.equal(text, 'rtthe last');
  },

  'a session token that is signed': async (s3) => {
    const credentials = { ...s3.credentials, sessionToken: 'a/token+with==' };
    await s3.ok({ method: 'PUT', path: '/token', body: 'x' }, { credentials });
    assert.equal((await s3.ok({ path: '/token' }, { credentials })).text, 'x');
  },

  'presigned: upload and download': async (s3) => {
    await s3.okPresigned({ method: 'PUT', path: '/presigned/a%20b' }, { body: LARGE });
    const { bytes } = await s3.okPresigned({ path: '/presigned/a%20b' });
    assert.equal(sha256(bytes), sha256(LARGE));
    const head = await s3.okPresigned({ method: 'HEAD', path: '/presigned/a%20b' });
    assert.equal(head.headers['content-length'], String(LARGE.length));
    await s3.okPresigned({ method: 'DELETE', path: '/presigned/a%20b' });
    assert.equal((await s3.try({ path: '/presigned/a%20b' })).status, 404);
  },

  'presigned: used by fetch': async (s3) => {
    const url = await s3.presign({ method: 'PUT', path: "/presigned/fetch%20(1)+$!'*.txt" });
    const put = await fetch(url, { method: 'PUT', body: 'by fetch' });
    assert.equal(put.status, 200, await put.text());
    const get = await fetch(await s3.presign({ path: "/presigned/fetch%20(1)+$!'*.txt" }));
    assert.equal(await get.text(), 'by fetch');
  },

  'presigned: a content type that the uploader must send': async (s3) => {
    const headers = { 'content-type': 'image/png' };
    await s3.okPresigned({ method: 'PUT', path: '/presigned/type', headers }, { headers, body: 'png' });
    const head = await s3.ok({ method: 'HEAD', path: '/presigned/type' });
    assert.equal(head.headers['content-type'], 'image/png');
  },

  'presigned: overridden response headers': async (s3) => {
    await s3.ok({ method: 'PUT', path: '/presigned/response', body: 'x' });
    const query = {
      'response-content-type': 'text/x-other',
      'response-content-disposition': 'attachment; filename="ü b.txt"',
    };
    const { headers } = await s3.okPresigned({ path: '/presigned/response', query });
    assert.equal(headers['content-type'], 'text/x-other');
    assert.equal(
      Buffer.from(String(headers['content-disposition']), 'latin1').toString(),
      'attachment; filename="ü b.txt"',
    );
  },

  'presigned: a range, which is not signed': async (s3) => {
    await s3.ok({ method: 'PUT', path: '/presigned/range', body: '0123456789' });
    const answer = await s3.okPresigned({ path: '/presigned/range' }, { headers: { range: 'bytes=3-5' } });
    assert.deepEqual([answer.status, answer.text], [206, '345']);
  },

  'presigned: a listing': async (s3) => {
    await s3.ok({ method: 'PUT', path: '/presigned/list%20+%C3%BC', body: 'x' });
    const query = { 'list-type': '2', prefix: 'presigned/list +ü' };
    const { text } = await s3.okPresigned({ path: '', query });
    assert.deepEqual(listedKeys(text), ['presigned/list +ü']);
  },

  'presigned: good for one second, and for seven days': async (s3) => {
    await s3.ok({ method: 'PUT', path: '/presigned/expires', body: 'x' });
    const date = fromNow(5000); // so that a slow machine is no reason to fail
    await s3.okPresigned({ path: '/presigned/expires' }, {}, { date, expiresIn: 1 });
    await s3.okPresigned({ path: '/presigned/expires' }, {}, { expiresIn: 604_800 });
  },

  'presigned: signed an hour ago, good for two': async (s3) => {
    await s3.ok({ method: 'PUT', path: '/presigned/old', body: 'x' });
    const date = fromNow(-60 * MINUTE);
    await s3.okPresigned({ path: '/presigned/old' }, {}, { date, expiresIn: 7200 });
  },

  'presigned: with a session token': async (s3) => {
    const credentials = { ...s3.credentials, sessionToken: 'a/token+with==' };
    await s3.okPresigned({ method: 'PUT', path: '/presigned/token' }, { body: 'x' }, { credentials });
  },

  // Amazon S3 also stores it. Swift and s3s-fs only verify it.
  'presigned: metadata in the query': async (s3) => {
    const headers = { 'x-amz-meta-note': 'two  words ü', 'x-amz-meta-a': '1' };
    await s3.okPresigned({ method: 'PUT', path: '/presigned/meta', headers }, { body: 'x' });
  },

  'presigned: metadata that the uploader must send': async (s3) => {
    const headers = { 'x-amz-meta-note': 'two  words', 'x-amz-meta-a': '1', 'content-type': 'text/x-test' };
    const request = { method: 'PUT', path: '/presigned/kept', headers };
    await s3.okPresigned(request, { headers, body: 'x' }, { headerPlacement: 'headers' });
    const head = await s3.ok({ method: 'HEAD', path: '/presigned/kept' });
    assert.match(String(head.headers['x-amz-meta-note']), /^two +words$/);
    assert.equal(head.headers['x-amz-meta-a'], '1');
    assert.equal(head.headers['content-type'], 'text/x-test');
  },

  'presigned: headers beyond ASCII, a parameter and those that stay': async (s3) => {
    const kept = { 'x-note': 'café' };
    const headers = { ...kept, 'x-amz-meta-note': '日本 ü' };
    const body = Buffer.from('x'); // beside a string, Node sends headers as UTF-8
    const request = { method: 'PUT', path: '/presigned/latin1' };
    const signedHeaders = ['x-note'];
    await s3.okPresigned({ ...request, headers }, { headers: kept, body }, { signedHeaders });
    const note = { 'x-amz-meta-note': 'café' };
    await s3.okPresigned(
      { ...request, headers: note },
      { headers: note, body },
      { headerPlacement: 'headers' },
    );
  },

  'presigned: a length that the uploader must keep to': async (s3) => {
    const request = { method: 'PUT', path: '/presigned/length', headers: { 'content-length': '3' } };
    await s3.okPresigned(request, { body: 'abc' }, { signedHeaders: ['content-length'] });
  },
};

/**
 * One key through all that is done with objects.
 *
 * @param {S3Client} s3
 * @param {{ wire: string, key: string }} names
 */
export async function useKey(s3, { wire, key }) {
  const path = `/${wire}`;
  await s3.ok({ method: 'PUT', path, body: key });
  // The server took it for this key, and no other.
  const { text } = await s3.ok({ path: '', query: { 'list-type': '2', prefix: key } });
  assert.deepEqual(listedKeys(text), [key]);
  assert.equal((await s3.ok({ path: pathOf(key) })).text, key);

  assert.equal((await s3.okPresigned({ path })).text, key);
  await s3.okPresigned({ method: 'PUT', path }, { body: 'again' });
  assert.equal((await s3.ok({ path })).text, 'again');
  await s3.ok({ method: 'DELETE', path });
  assert.equal((await s3.try({ path })).status, 404);
}

/**
 * What must be refused: how it is sent, and what Amazon S3 answers to it (S3 API reference, "Error responses").
 *
 * @type {Record<string, { answer: [status: number, code: string], send: (s3: S3Client) => Promise<import('./s3-client.js').Answer> }>}
 */
export const refusals = {
  'no signature': {
    answer: [403, 'AccessDenied'],
    send: async (s3) => send({ ...(await s3.sign({ path: '/kept' })), headers: {} }),
  },
  'a changed header': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const signed = await s3.sign({
        method: 'PUT',
        path: '/kept',
        headers: { 'x-amz-meta-a': '1' },
        body: 'x',
      });
      return send({ ...signed, headers: { ...signed.headers, 'x-amz-meta-a': '2' } });
    },
  },
  'a signed header left out': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const signed = await s3.sign({
        method: 'PUT',
        path: '/kept',
        headers: { 'x-amz-meta-a': '1' },
        body: 'x',
      });
      delete signed.headers['x-amz-meta-a'];
      return send(signed);
    },
  },
  'a header added': {
    answer: [403, 'AccessDenied'],
    send: async (s3) => {
      const signed = await s3.sign({ method: 'PUT', path: '/kept', body: 'x' });
      return send({ ...signed, headers: { ...signed.headers, 'x-amz-meta-a': '1' } });
    },
  },
  'a changed body': {
    answer: [400, 'XAmzContentSHA256Mismatch'],
    send: async (s3) => send({ ...(await s3.sign({ method: 'PUT', path: '/kept', body: 'x' })), body: 'y' }),
  },
  'a changed body and its hash': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const signed = await s3.sign({ method: 'PUT', path: '/kept', body: 'x' });
      return send({
        ...signed,
        headers: { ...signed.headers, 'x-amz-content-sha256': sha256('y') },
        body: 'y',
      });
    },
  },
  'a signed body called unsigned': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const signed = await s3.sign({ method: 'PUT', path: '/kept', body: 'x' });
      return send({ ...signed, headers: { ...signed.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } });
    },
  },
  'a changed query': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const signed = await s3.sign({ path: '?list-type=2&prefix=a' });
      return send({ ...signed, url: signed.url.replace('prefix=a', 'prefix=b') });
    },
  },
  'a query added': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const signed = await s3.sign({ path: '/kept' });
      return send({ ...signed, url: `${signed.url}?response-content-type=text/html` });
    },
  },
  'another path': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const signed = await s3.sign({ path: '/other' });
      return send({ ...signed, url: signed.url.replace('/other', '/kept') });
    },
  },
  'another method': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => send({ ...(await s3.sign({ path: '/kept' })), method: 'DELETE' }),
  },
  'a wrong secret key': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: (s3) =>
      s3.try({ path: '/kept' }, { credentials: { ...s3.credentials, secretAccessKey: 'another' } }),
  },
  'an unknown access key': {
    answer: [403, 'InvalidAccessKeyId'],
    send: (s3) => s3.try({ path: '/kept' }, { credentials: { ...s3.credentials, accessKeyId: 'no:body' } }),
  },
  'another session token': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const credentials = { ...s3.credentials, sessionToken: 'token' };
      const signed = await s3.sign({ path: '/kept' }, { credentials });
      return send({ ...signed, headers: { ...signed.headers, 'x-amz-security-token': 'other' } });
    },
  },
  'a clock 20 minutes behind': {
    answer: [403, 'RequestTimeTooSkewed'],
    send: (s3) => s3.try({ path: '/kept' }, { date: fromNow(-20 * MINUTE) }),
  },
  'a clock 20 minutes ahead': {
    answer: [403, 'RequestTimeTooSkewed'],
    send: (s3) => s3.try({ path: '/kept' }, { date: fromNow(20 * MINUTE) }),
  },
  'another date': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const date = new Date(Math.floor(Date.now() / MINUTE) * MINUTE); // a second later is the same day
      const signed = await s3.sign({ path: '/kept' }, { date });
      const later = new Date(Number(date) + 1000);
      const amzDate = later.toISOString().replace(/[-:]|\.\d+/g, '');
      return send({ ...signed, headers: { ...signed.headers, 'x-amz-date': amzDate } });
    },
  },
  'the wrong region': {
    answer: [400, 'AuthorizationHeaderMalformed'],
    send: (s3) => s3.try({ path: '/kept' }, { region: 'eu-west-1' }),
  },
  'the wrong service': {
    answer: [400, 'AuthorizationHeaderMalformed'],
    send: (s3) =>
      s3.try(
        { path: '/kept' },
        { service: 'execute-api', pathEncoding: 'single', contentSha256Header: true },
      ),
  },
  'presigned: expired': {
    answer: [403, 'AccessDenied'],
    send: async (s3) => get(await s3.presign({ path: '/kept' }, { date: fromNow(-MINUTE), expiresIn: 30 })),
  },
  'presigned: from 20 minutes ahead': {
    answer: [403, 'AccessDenied'],
    send: async (s3) => get(await s3.presign({ path: '/kept' }, { date: fromNow(20 * MINUTE) })),
  },
  'presigned: made to last longer': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const url = await s3.presign({ path: '/kept' }, { date: fromNow(-MINUTE), expiresIn: 30 });
      return get(url.replace('X-Amz-Expires=30', 'X-Amz-Expires=3600'));
    },
  },
  'presigned: for another key': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => get((await s3.presign({ path: '/other' })).replace('/other', '/kept')),
  },
  'presigned: with another method': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => send({ method: 'DELETE', url: await s3.presign({ path: '/kept' }), headers: {} }),
  },
  'presigned: with a query added': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => get(`${await s3.presign({ path: '/kept' })}&response-content-type=text/html`),
  },
  'presigned: with changed metadata': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const headers = { 'x-amz-meta-a': 'yes' };
      const url = await s3.presign({ method: 'PUT', path: '/kept', headers });
      return send({ method: 'PUT', url: url.replace('=yes', '=no'), headers: {}, body: 'x' });
    },
  },
  'presigned: without the content type': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const headers = { 'content-type': 'image/png' };
      return send({
        method: 'PUT',
        url: await s3.presign({ method: 'PUT', path: '/kept', headers }),
        headers: {},
        body: 'x',
      });
    },
  },
  'presigned: with another content type': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const url = await s3.presign({
        method: 'PUT',
        path: '/kept',
        headers: { 'content-type': 'image/png' },
      });
      return send({ method: 'PUT', url, headers: { 'content-type': 'text/html' }, body: 'x' });
    },
  },
  'presigned: without metadata that the uploader must send': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => send({ method: 'PUT', url: await urlWithMetadata(s3), headers: {}, body: 'x' }),
  },
  'presigned: with other metadata than the uploader must send': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const headers = { 'x-amz-meta-a': '2' };
      return send({ method: 'PUT', url: await urlWithMetadata(s3), headers, body: 'x' });
    },
  },
  'presigned: with another length than the uploader must keep to': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const request = { method: 'PUT', path: '/kept', headers: { 'content-length': '3' } };
      const url = await s3.presign(request, { signedHeaders: ['content-length'] });
      return send({ method: 'PUT', url, headers: {}, body: 'four' });
    },
  },
  'presigned: with another session token': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const credentials = { ...s3.credentials, sessionToken: 'token' };
      const url = await s3.presign({ path: '/kept' }, { credentials });
      return get(url.replace('Token=token', 'Token=other'));
    },
  },
  'presigned: with a wrong secret key': {
    answer: [403, 'SignatureDoesNotMatch'],
    send: async (s3) => {
      const credentials = { ...s3.credentials, secretAccessKey: 'another' };
      return get(await s3.presign({ path: '/kept' }, { credentials }));
    },
  },
};

/** @param {S3Client} s3 */
function urlWithMetadata(s3) {
  const request = { method: 'PUT', path: '/kept', headers: { 'x-amz-meta-a': '1' } };
  return s3.presign(request, { headerPlacement: 'headers' });
}

/** @param {string} url */
function get(url) {
  return send({ method: 'GET', url, headers: {} });
}

// Uploads by HTML form: what every S3 server that takes forms must accept, and refuse. The tables are those of
// s3-operations.js.
//
// What Amazon S3 does: "Browser-Based Uploads Using POST" and "Error responses", Amazon S3 API reference.

import assert from 'node:assert/strict';

import { send as sendRequest } from './s3-client.js';

/**
 * @typedef {import('./s3-client.js').S3Client} S3Client
 * @typedef {import('./s3-client.js').Overrides} Overrides
 * @typedef {Omit<import('sigv4-wasm/s3').PostOptions, 'bucket' | 'endpoint'>} Upload
 *
 * @typedef {object} Form
 * @property {Partial<Upload>} [upload]
 * @property {(s3: S3Client) => Overrides} [overrides]
 * @property {(fields: Record<string, string>) => unknown} [change]
 */

const MINUTE = 60_000;
const FILE_NAME = 'name.txt';
const FILE = new Blob(['what is in the file']);

/** @type {Record<string, (s3: S3Client) => Promise<void>>} */
export const operations = {
  'forms: a file': async (s3) => {
    for (const key of ['form/file', 'form/a b+ü$!*']) {
      await assertTaken(s3, { key }, FILE);
      await assertTaken(s3, { key }, new Blob([new Uint8Array(1 << 20).fill(7)]));
      await assertTaken(s3, { key }, new Blob([]));
    }
  },

  'forms: conditions that are kept': async (s3) => {
    const fields = { acl: 'private', 'Content-Type': 'image/png', 'x-amz-meta-note': 'grüße' };
    /** @type {Upload} */
    const upload = {
      key: 'form/conditions',
      fields,
      conditions: [
        ['content-length-range', 0, FILE.size],
        ['starts-with', '$Content-Type', 'image/'],
        ['eq', '$x-amz-meta-note', 'grüße'],
      ],
    };
    await assertTaken(s3, upload, FILE);
    const head = await s3.ok({ method: 'HEAD', path: '/form/conditions' });
    assert.equal(head.headers['content-type'], 'image/png');
  },

  'forms: a field that the form fills in': async (s3) => {
    const conditions = /** @type {const} */ ([['starts-with', '$x-amz-meta-user', 'user-']]);
    const change = (/** @type {Record<string, string>} */ fields) => (fields['x-amz-meta-user'] = 'user-1');
    await assertTaken(s3, { key: 'form/filled', conditions }, FILE, change);
  },

  'forms: a key that the form fills in': async (s3) => {
    const { url, fields } = await s3.presignPost({ key: 'form/${filename}' });
    const answer = await fetch(url, { method: 'POST', body: formOf({ ...fields, key: 'form/of the user' }) });
    assert.equal(answer.status, 204, await answer.text());
    assert.equal((await s3.ok({ path: '/form/of%20the%20user' })).text, await FILE.text());
  },

  'forms: the name of the file in the key': async (s3) => {
    const { url, fields } = await s3.presignPost({ key: 'form/${filename}' });
    const answer = await fetch(url, { method: 'POST', body: formOf(fields) });
    assert.equal(answer.status, 204, await answer.text());
    assert.equal((await s3.ok({ path: `/form/${FILE_NAME}` })).text, await FILE.text());
  },

  'forms: the answer that the form asks for': async (s3) => {
    const location = 'http://127.0.0.1/done?a=b%20c';
    /** @type {[status: number, fields: Record<string, string>][]} */
    const cases = [
      [201, { success_action_status: '201' }],
      [303, { success_action_redirect: location }],
    ];
    for (const [status, fields] of cases) {
      const { url, fields: all } = await s3.presignPost({ key: 'form/answer', fields });
      const answer = await fetch(url, { method: 'POST', body: formOf(all), redirect: 'manual' });
      assert.equal(answer.status, status, await answer.text());
      if (status === 303) assert.ok(answer.headers.get('location')?.startsWith(location));
    }
  },

  'forms: a session token': async (s3) => {
    const credentials = { ...s3.credentials, sessionToken: 'a/token+with==' };
    await assertTaken(s3, { key: 'form/token' }, FILE, undefined, { credentials });
  },
};

const POLICY = /** @type {const} */ ([403, 'AccessDenied']);
const SIGNATURE = /** @type {const} */ ([403, 'SignatureDoesNotMatch']);

/**
 * How a form is sent that was not presigned so: what was presigned, what was changed in its fields (and its key, which
 * is always that of the test), and what Amazon S3 answers.
 *
 * @type {Record<string, Form & { answer: readonly [status: number, code: string] }>}
 */
const FORMS = {
  'too large': {
    answer: [400, 'EntityTooLarge'],
    upload: { conditions: [['content-length-range', 0, FILE.size - 1]] },
  },
  'too small': {
    answer: [400, 'EntityTooSmall'],
    upload: { conditions: [['content-length-range', FILE.size + 1, 1000]] },
  },
  'another beginning': {
    answer: POLICY,
    upload: { conditions: [['starts-with', '$Content-Type', 'image/']] },
    change: (fields) => (fields['Content-Type'] = 'text/html'),
  },
  'another value': {
    answer: POLICY,
    upload: { fields: { 'x-amz-meta-note': 'a' } },
    change: (fields) => (fields['x-amz-meta-note'] = 'b'),
  },
  'a field left out': {
    answer: POLICY,
    upload: { fields: { 'x-amz-meta-note': 'a' } },
    change: (fields) => delete fields['x-amz-meta-note'],
  },
  'a field that no condition names': {
    answer: POLICY,
    change: (fields) => (fields['x-amz-meta-note'] = 'a'),
  },
  'another key': { answer: POLICY, upload: { key: 'other' } },
  'a key that begins otherwise': { answer: POLICY, upload: { key: 'other/${filename}' } },
  expired: {
    answer: POLICY,
    upload: { expiresIn: 30 },
    overrides: () => ({ date: new Date(Date.now() - MINUTE) }),
  },
  'another policy': {
    answer: SIGNATURE,
    change: (fields) => (fields.policy = withExpiration(fields.policy, Date.now() + 120 * MINUTE)),
  },
  'another signature': {
    answer: SIGNATURE,
    change: (fields) => (fields['x-amz-signature'] = flipped(fields['x-amz-signature'], /\w$/)),
  },
  'another date': {
    answer: POLICY,
    change: (fields) => (fields['x-amz-date'] = flipped(fields['x-amz-date'], /\d(?=Z$)/)),
  },
  'no signature, and no policy': {
    answer: POLICY,
    change(fields) {
      delete fields['x-amz-signature'];
      delete fields.policy;
    },
  },
  'a wrong secret key': {
    answer: SIGNATURE,
    overrides: ({ credentials }) => ({ credentials: { ...credentials, secretAccessKey: 'another' } }),
  },
  'another session token': {
    answer: POLICY,
    overrides: ({ credentials }) => ({ credentials: { ...credentials, sessionToken: 'token' } }),
    change: (fields) => (fields['x-amz-security-token'] = 'other'),
  },
  'no session token': {
    answer: POLICY,
    overrides: ({ credentials }) => ({ credentials: { ...credentials, sessionToken: 'token' } }),
    change: (fields) => delete fields['x-amz-security-token'],
  },
};

/** @type {Record<string, import('./s3-suite.js').UploadRefusal>} */
export const refusals = Object.fromEntries(
  Object.entries(FORMS).map(([what, { answer, upload, overrides, change }]) => [
    `forms: ${what}`,
    {
      answer,
      send: (/** @type {S3Client} */ s3, /** @type {string} */ path) =>
        send(s3, path, { upload, overrides, change }),
    },
  ]),
);

/**
 * Presigns, and sends the form as it should not be.
 *
 * @param {S3Client} s3
 * @param {string} path
 * @param {Form} [form]
 */
export async function send(s3, path, { upload, overrides, change } = {}) {
  const key = path.slice(1);
  const { url, fields } = await s3.presignPost({ key, ...upload }, overrides?.(s3));
  change?.(fields);
  // All at once: a server that refuses at once closes the connection on what comes later, and is not heard.
  const form = new Response(formOf({ ...fields, key }));
  const headers = { 'content-type': String(form.headers.get('content-type')) };
  return sendRequest({ method: 'POST', url, headers, body: new Uint8Array(await form.arrayBuffer()) });
}

/**
 * Presigns, sends the form, and reads the object again.
 *
 * @param {S3Client} s3
 * @param {Upload} upload
 * @param {Blob} file
 * @param {(fields: Record<string, string>) => unknown} [fill]
 * @param {Overrides} [overrides]
 */
async function assertTaken(s3, upload, file, fill, overrides) {
  const { url, fields } = await s3.presignPost(upload, overrides);
  fill?.(fields);
  const answer = await fetch(url, { method: 'POST', body: formOf(fields, file) });
  assert.equal(answer.status, 204, await answer.text());
  const path = `/${encodeURIComponent(upload.key)}`;
  const { bytes } = await s3.ok({ path });
  assert.ok(bytes.equals(Buffer.from(await file.arrayBuffer())), `${bytes.length} bytes for ${file.size}`);
}

/**
 * @param {Record<string, string>} fields
 * @param {Blob} [file]
 */
function formOf(fields, file = FILE) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file, FILE_NAME);
  return form;
}

/**
 * @param {string} text
 * @param {RegExp} digit
 */
function flipped(text, digit) {
  return text.replace(digit, (one) => (one === '0' ? '1' : '0'));
}

/**
 * @param {string} policy
 * @param {number} millis
 */
function withExpiration(policy, millis) {
  const document = JSON.parse(Buffer.from(policy, 'base64').toString());
  return Buffer.from(JSON.stringify({ ...document, expiration: new Date(millis) })).toString('base64');
}

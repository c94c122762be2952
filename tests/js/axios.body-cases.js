// Kinds of bodies: the values of `data` in axios.cases.js.

/**
 * @typedef {import('./axios.cases.js').Adapter} Adapter
 * @typedef {import('./axios.cases.js').Case} Case
 * @typedef {import('./axios.cases.js').Environment} Environment
 */

const NODE = /** @type {Adapter[]} */ (['http', 'fetch']);
const BROWSER = /** @type {Adapter[]} */ (['xhr', 'browser-fetch']);
const OLD = ['0.27', '1.2'];

const text = (/** @type {string} */ value) => new TextEncoder().encode(value);
const json = { 'Content-Type': 'application/json' };

export const WHOLE_BUFFER = {
  reason: 'axios sends the whole buffer (axios#2564)',
  except: /** @type {any} */ (['body']),
};

/**
 * What plain axios gets wrong or refuses in Node.js.
 *
 * @param {Environment} env
 */
const blob = ({ adapter, version }) =>
  adapter === 'http' && OLD.includes(version)
    ? { reason: 'not a body for axios before 1.3', never: true }
    : {
        reason: 'most adapters say form-urlencoded of a Blob',
        except: /** @type {any} */ (['content-type']),
      };

/** @param {Environment} env */
const formOfObject = ({ adapter }) =>
  adapter === 'fetch' ? { reason: 'sent with a content type without its boundary', never: true } : undefined;

/** @param {Environment} env */
const formData = (env) =>
  env.adapter === 'http' && OLD.includes(env.version)
    ? { reason: 'not a body for axios before 1.3', never: true }
    : formOfObject(env);

/** @type {Case[]} */
export const BODIES = [
  { name: 'body: object', request: { method: 'post', url: '/b', data: { a: [1, { b: 'ü😀' }] } } },
  { name: 'body: array', request: { method: 'post', url: '/b', data: [1, 2] } },
  { name: 'body: string', request: { method: 'post', url: '/b', data: 'plain ü😀' }, body: 'plain ü😀' },
  { name: 'body: string of JSON', request: { method: 'post', url: '/b', data: ' {"a": 1} ', headers: json } },
  { name: 'body: string as JSON', request: { method: 'post', url: '/b', data: 'text', headers: json } },
  { name: 'body: number as JSON', request: { method: 'post', url: '/b', data: 5, headers: json }, body: '5' },
  {
    name: 'body: number',
    request: { method: 'post', url: '/b', data: 5 },
    compare: { reason: 'the http adapter refuses it', never: true },
    body: '5',
  },
  { name: 'body: boolean as JSON', request: { method: 'post', url: '/b', data: false, headers: json } },
  { name: 'body: null', request: { method: 'post', url: '/b', data: null }, body: '' },
  { name: 'body: null as JSON', request: { method: 'post', url: '/b', data: null, headers: json } },
  { name: 'body: undefined', request: { method: 'post', url: '/b', data: undefined }, body: '' },
  { name: 'body: empty string', request: { method: 'post', url: '/b', data: '' }, body: '' },
  { name: 'body: empty object', request: { method: 'post', url: '/b', data: {} }, body: '{}' },
  { name: 'body: Uint8Array', request: { method: 'post', url: '/b', data: text('bytes') }, body: 'bytes' },
  {
    name: 'body: part of a Uint8Array (axios#2564)',
    request: { method: 'post', url: '/b', data: text('-part-').subarray(1, 5) },
    compare: WHOLE_BUFFER,
    body: 'part',
  },
  {
    name: 'body: DataView of a part (axios#2564)',
    request: { method: 'post', url: '/b', data: new DataView(text('-part-').buffer, 1, 4) },
    compare: WHOLE_BUFFER,
    body: 'part',
  },
  { name: 'body: Float64Array', request: { method: 'post', url: '/b', data: new Float64Array([1, 2]) } },
  { name: 'body: ArrayBuffer', request: { method: 'post', url: '/b', data: text('buffer').buffer } },
  { name: 'body: no bytes', request: { method: 'post', url: '/b', data: new ArrayBuffer(0) }, body: '' },
  { name: 'body: 1 MiB', request: { method: 'put', url: '/b', data: 'x'.repeat(2 ** 20) } },
  {
    name: 'body: Buffer from the pool',
    request: ({ node }) => ({ method: 'post', url: '/b', data: node.Buffer.from('pooled') }),
    only: NODE,
    body: 'pooled',
  },
  {
    name: 'body: Blob',
    request: () => ({ method: 'post', url: '/b', data: new Blob(['blob'], { type: 'image/png' }) }),
    compare: blob,
    body: 'blob',
  },
  {
    name: 'body: Blob without a type',
    request: () => ({ method: 'put', url: '/b', data: new Blob(['blob']) }),
    compare: blob,
    body: 'blob',
  },
  {
    name: 'body: Blob with another content type',
    request: () => ({
      method: 'put',
      url: '/b',
      data: new Blob(['a,b']),
      headers: { 'Content-Type': 'text/csv' },
    }),
    compare: blob,
    body: 'a,b',
  },
  {
    name: 'body: File',
    request: () => ({ method: 'post', url: '/b', data: new File(['file'], 'f.txt', { type: 'text/plain' }) }),
    compare: blob,
    body: 'file',
  },
  {
    name: 'body: FormData',
    request: () => ({ method: 'post', url: '/b', data: form({ a: '1', b: 'ü\r\nx' }) }),
    compare: formData,
  },
  {
    name: 'body: FormData with a file',
    request: () => ({
      method: 'put',
      url: '/b',
      data: form({ a: '1', f: new Blob(['f'], { type: 'text/css' }) }),
    }),
    compare: formData,
  },
  {
    name: 'body: FormData with a content type by hand (axios#5899)',
    request: () => ({
      method: 'post',
      url: '/b',
      data: form({ a: '1' }),
      headers: { 'Content-Type': 'multipart/form-data' },
    }),
    compare: formData,
  },
  {
    name: 'body: form-data package (form-data#436)',
    request: ({ node }) => {
      const data = new node.NodeFormData();
      data.append('a', '1');
      data.append('f', node.Buffer.from('file'), { filename: 'f.bin' });
      return { method: 'post', url: '/b', data, headers: data.getHeaders() };
    },
    only: ['http'],
  },
  {
    name: 'body: form-data package with a stream inside',
    request: ({ node }) => {
      const data = new node.NodeFormData();
      data.append('f', node.Readable.from(['st', 'ream']), { filename: 'f.txt', knownLength: 6 });
      return { method: 'post', url: '/b', data };
    },
    only: ['http'],
  },
  {
    name: 'body: postForm',
    send: (client) => client.postForm('/b', { a: 1, b: 'two' }),
    compare: formOfObject,
  },
  {
    name: 'body: object as multipart',
    request: { method: 'put', url: '/b', data: { a: 1 }, headers: { 'Content-Type': 'multipart/form-data' } },
    compare: formOfObject,
  },
  {
    name: 'body: URLSearchParams (aws4fetch#36)',
    request: () => ({ method: 'post', url: '/b', data: new URLSearchParams('a=1&b=x y&c=ü') }),
    body: 'a=1&b=x+y&c=%C3%BC',
  },
  {
    name: 'body: object as URL-encoded form',
    request: {
      method: 'post',
      url: '/b',
      data: { a: 1, b: ['x', 'y'] },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    },
  },
  {
    name: 'body: URLSearchParams, no transformRequest',
    request: () => ({ method: 'post', url: '/b', data: new URLSearchParams('a=1'), transformRequest: [] }),
    compare: { reason: 'the http adapter refuses it', never: true },
    body: 'a=1',
  },
  {
    name: 'body: Node stream (aws4fetch#36)',
    request: ({ node }) => ({ method: 'post', url: '/b', data: node.Readable.from(['st', 'ream']) }),
    only: ['http'],
    body: 'stream',
  },
  {
    name: 'body: web stream',
    request: () => ({ method: 'post', url: '/b', data: new Blob(['stream']).stream() }),
    only: ['fetch'],
    body: 'stream',
  },
  {
    name: 'body: web stream through the http adapter',
    request: () => ({ method: 'post', url: '/b', data: new Blob(['stream']).stream() }),
    only: ['http'],
    since: '1.7',
    compare: { reason: 'the http adapter refuses it', never: true },
    body: 'stream',
  },
  {
    name: 'body: gzip in transformRequest',
    request: ({ node }) => ({
      method: 'post',
      url: '/b',
      data: { a: 1 },
      headers: { ...json, 'Content-Encoding': 'gzip' },
      transformRequest: (/** @type {unknown} */ data) => node.gzipSync(JSON.stringify(data)),
    }),
    only: NODE,
  },
  {
    name: 'body: HTML form',
    request: () => {
      const data = document.createElement('form');
      data.innerHTML = '<input name="a" value="1">';
      return { method: 'post', url: '/b', data };
    },
    only: BROWSER,
    since: '1.2',
  },
];

/** @param {Record<string, string | Blob>} fields */
function form(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

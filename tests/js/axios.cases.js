// Kinds of axios requests. Each is sent signed, and again by plain axios to an open route: it must be accepted,
// and apart from the signature the same must have arrived.
//
// Runs in Node.js and is bundled for browsers, so what only Node.js has comes in through `t.node`.

import { BODIES, WHOLE_BUFFER } from './axios.body-cases.js';

/**
 * @typedef {'http' | 'fetch' | 'xhr' | 'browser-fetch'} Adapter  the first two in Node.js
 * @typedef {'0.27' | '1.2' | '1.7' | 'latest'} Version
 * @typedef {{ adapter: Adapter, version: Version }} Environment
 *
 * @typedef {object} Tools
 * @property {string} origin  of the server
 * @property {string} path  of the route: a stage, with or without an authorizer
 * @property {string} base  origin + path
 * @property {any} [node]  { Buffer, Readable, gzipSync, NodeFormData }
 *
 * @typedef {object} Case
 * @property {string} name  unique
 * @property {object | ((t: Tools) => object)} [request]  the config; a function if it can be used only once
 * @property {(client: any, t: Tools) => Promise<any>} [send]  where one request is not all
 * @property {object | ((t: Tools) => object)} [defaults]  of the client, next to baseURL
 * @property {(client: any) => void} [before]  what happens to the client before the signing interceptor is added
 * @property {(client: any) => void} [after]  and after
 * @property {Adapter[]} [only]  where it makes sense; default everywhere
 * @property {Version} [since]  the first version in which it makes sense
 * @property {Version[]} [not]  later versions that refuse it
 * @property {Compare | ((env: Environment) => Compare | undefined)} [compare]  what plain axios does otherwise
 * @property {string} [body]  what must arrive, as text
 *
 * @typedef {object} Compare
 * @property {string} reason
 * @property {('path' | 'body' | 'content-type')[]} [except]  differs in these
 * @property {boolean} [never]  plain axios cannot send it at all
 */

const BROWSER = /** @type {Adapter[]} */ (['xhr', 'browser-fetch']);

const json = { 'Content-Type': 'application/json' };

/** 0.27 hands the path to url.parse, which leaves these characters, or escapes them another way. */
const oldHttpPath = (/** @type {Environment} */ { adapter, version }) =>
  adapter === 'http' && version === '0.27'
    ? { reason: 'url.parse does not do what browsers do', except: /** @type {any} */ (['path']), never: true }
    : undefined;

const wholeBuffer = {
  reason: 'axios sends the whole buffer (axios#2564)',
  except: /** @type {any} */ (['body']),
};

/** @type {Case[]} */
const METHODS = [
  { name: 'GET', request: { url: '/items' } },
  { name: 'HEAD', request: { method: 'head', url: '/items' } },
  { name: 'OPTIONS', request: { method: 'options', url: '/items' } },
  { name: 'DELETE', request: { method: 'delete', url: '/items/1' } },
  { name: 'DELETE with a body', request: { method: 'delete', url: '/items', data: { ids: [1, 2] } } },
  { name: 'POST', request: { method: 'post', url: '/items', data: { name: 'x' } } },
  { name: 'PUT', request: { method: 'put', url: '/items/1', data: { name: 'x' } } },
  { name: 'PATCH', request: { method: 'patch', url: '/items/1', data: { name: 'x' } } },
  { name: 'a method that is not in HTTP', request: { method: 'purge', url: '/items' } },
  {
    name: 'GET with a body',
    request: { url: '/search', data: { query: 1 }, headers: json },
    only: ['http', 'xhr'], // fetch refuses it; XMLHttpRequest drops the body
  },
];

/** @type {Case[]} */
const PATHS = [
  {
    name: 'path: @connections/ab= (aws4#91)',
    request: { method: 'post', url: '/@connections/ab=', data: 'hi' },
  },
  { name: 'path: a space', request: { url: '/a b' } },
  { name: 'path: an encoded slash is not decoded (httr2#843)', request: { url: '/a%2Fb/c%2fd' } },
  { name: 'path: a double slash', request: { url: '/a//b' } },
  { name: 'path: umlauts', request: { url: '/ä/ö%C3%BC' }, compare: oldHttpPath },
  { name: 'path: emoji', request: { url: '/😀' }, compare: oldHttpPath },
  { name: "path: !'()*~ (amplify-js#2356)", request: { url: "/it's!(a)*~" } },
  { name: 'path: a colon', request: { url: '/users:batch/a:b' } },
  { name: 'path: $&+,;=', request: { url: '/$&+,;=' } },
  { name: 'path: |^{}`', request: { url: '/a|b^c{d}`e' } },
  { name: 'path: encoded percent', request: { url: '/100%25/%252F' } },
  { name: 'path: dot segments', request: { url: '/a/./b/../c' }, compare: oldHttpPath },
  { name: 'path: trailing slash', request: { url: '/items/' } },
  { name: 'path: none', request: { url: '' } },
  { name: 'path: no leading slash (aws-sdk-js-v3#3530)', request: { url: 'items/1' } },
  { name: 'path: a hash', request: { url: '/items#top', params: { a: 1 } } },
];

const serialize = () => "ids=2&ids=1&q=it's+{raw}|x";

/** @type {Case[]} */
const PARAMS = [
  { name: 'params: simple', request: { url: '/q', params: { b: 2, a: 1, zero: 0, yes: true } } },
  { name: 'params: arrays', request: { url: '/q', params: { ids: [3, 1, 2], none: [] } } },
  { name: 'params: nested', request: { url: '/q', params: { filter: { a: { b: 1 }, c: [1, 2] } } } },
  { name: 'params: dates', request: { url: '/q', params: { since: new Date(0), list: [new Date(1e12)] } } },
  { name: 'params: unicode', request: { url: '/q', params: { ключ: 'значение', emoji: '😀' } } },
  { name: 'params: spaces', request: { url: '/q', params: { q: ' a  b ' } } },
  { name: 'params: plus (axios#1111)', request: { url: '/q', params: { q: 'a+b', 'c+d': '1+1=2' } } },
  { name: "params: !'()*~", request: { url: '/q', params: { q: "!'()*~", "k'": 1 } } },
  { name: 'params: :$,[]@/?', request: { url: '/q', params: { 'a[b]': ':$,[]@/?;&=#%' } } },
  { name: 'params: null and undefined', request: { url: '/q', params: { a: null, b: undefined, c: '' } } },
  { name: 'params: none', request: { url: '/q', params: {} } },
  {
    name: 'params: URLSearchParams',
    request: { url: '/q', params: new URLSearchParams('b=2&a=1&b=1&c=x y') },
  },
  { name: 'params: in the url, too', request: { url: '/q?id=2&x=', params: { id: 1 } } },
  {
    name: 'params: of the client, too',
    defaults: { params: { v: 1 } },
    request: { url: '/q', params: { w: 2 } },
  },
  {
    name: 'params: own serializer',
    request: { url: '/q', params: { ids: [2, 1] }, paramsSerializer: serialize },
    not: ['1.2'], // takes an object only
  },
  {
    name: 'params: own serializer, in an object',
    request: { url: '/q', params: { ids: [2, 1] }, paramsSerializer: { serialize } },
    since: '1.2',
  },
  {
    name: 'params: brackets without an index',
    request: { url: '/q', params: { ids: [2, 1] }, paramsSerializer: { indexes: null } },
    since: '1.2',
  },
  {
    name: 'query: repeated and unsorted (smithy-typescript#848)',
    request: { url: '/q?b=2&a=z&a=a&B=1&a=&aa=1&a-b=1' },
  },
  { name: 'query: no value, empty parts', request: { url: '/q?flag&&x=&=y&' } },
  { name: 'query: + and %20 (axios#678)', request: { url: '/q?a=1+2&b=1%202&c=1%2B2' } },
  { name: 'query: a percent sign that escapes nothing', request: { url: '/q?off=5%&x=%zz' } },
  { name: 'query: raw characters', request: { url: "/q?a={b}|c^d`e'f&g=h=i?j/k:l@m" } },
];

/** @type {Case[]} */
const HEADERS = [
  { name: 'headers: own', request: { url: '/h', headers: { 'X-Api-Key': 'k', Accept: 'text/html' } } },
  { name: 'headers: x-amz-*', request: { url: '/h', headers: { 'X-Amz-Meta-B': '2', 'x-amz-meta-a': '1' } } },
  {
    name: 'headers: odd white space',
    request: { url: '/h', headers: { 'x-amz-meta-space': '  a \t  b  ', 'x-amz-meta-empty': '' } },
  },
  { name: 'headers: repeated', request: { url: '/h', headers: { 'x-amz-meta-list': ['b', 'a', 'b'] } } },
  { name: 'headers: numeric', request: { url: '/h', headers: { 'x-amz-meta-n': 42, 'x-n': 0 } } },
  {
    name: 'headers: unset',
    request: { url: '/h', headers: { 'x-amz-meta-no': undefined, 'x-no': null, Accept: undefined } },
    since: '1.2',
  },
  { name: 'headers: false', request: { url: '/h', headers: { 'x-amz-meta-no': false } }, since: '1.2' },
  {
    name: 'headers: no user agent',
    request: { url: '/h', headers: { 'User-Agent': false } },
    only: ['http'],
  },
  { name: 'headers: cookies', request: { url: '/h', headers: { Cookie: ['a=1', 'b=2'] } }, only: ['http'] },
  {
    name: 'headers: host, as interceptors by hand want it (amplify-js#3567)',
    request: (/** @type {Tools} */ t) => ({ url: '/h', headers: { host: new URL(t.origin).host } }),
    only: ['http'],
  },
  {
    name: 'headers: left over from an earlier signature (aws4#24)',
    request: {
      url: '/h',
      headers: {
        Authorization: 'AWS4-HMAC-SHA256 Credential=AKIDOLD/20200101/us-east-1/execute-api/aws4_request',
        'X-Amz-Date': '20200101T000000Z',
        'x-amz-security-token': 'old',
        'X-Amz-Content-Sha256': 'old',
      },
    },
  },
  {
    name: 'headers: of the client',
    defaults: { headers: { common: { 'x-amz-meta-c': 'c' }, post: { ...json }, 'x-amz-meta-d': 'd' } },
    request: { method: 'post', url: '/h', data: '{"a":1}' },
  },
  {
    name: 'headers: put into the defaults later',
    before: (client) => (client.defaults.headers.common['x-amz-meta-early'] = '1'),
    after: (client) => (client.defaults.headers.common['x-amz-meta-late'] = '1'),
    request: { url: '/h' },
  },
  {
    name: 'headers: content type in lower case',
    request: { method: 'post', url: '/h', data: '<a/>', headers: { 'content-type': 'text/xml' } },
  },
  {
    name: 'headers: content type without a body (axios#86)',
    request: { method: 'post', url: '/h', headers: { 'Content-Type': 'application/json' } },
  },
];

/** @type {Case[]} */
const CLIENTS = [
  { name: 'url: absolute', request: (t) => ({ url: `${t.base}/abs?x=1` }) },
  {
    name: 'url: absolute, below another path',
    request: (t) => ({ url: `${t.base}/v2/abs`, params: { a: 1 } }),
  },
  {
    name: 'url: baseURL with a stage and a trailing slash (aws4-axios#1245)',
    defaults: (t) => ({ baseURL: `${t.base}/` }),
    request: { url: '/x' },
  },
  { name: 'url: baseURL of the request', request: (t) => ({ baseURL: `${t.base}/deep/er`, url: 'x' }) },
  {
    name: 'url: relative to the page',
    defaults: (t) => ({ baseURL: t.path }),
    request: { url: '/page', params: { a: 1 } },
    only: BROWSER,
  },
  { name: 'call: client(url, config)', send: (client) => client('/call', { params: { a: 1 } }) },
  {
    name: 'call: client.post',
    send: (client) => client.post('/call', { a: 1 }, { headers: { 'x-a': '1' } }),
  },
  { name: 'call: client.delete with data', send: (client) => client.delete('/call', { data: { a: 1 } }) },
  {
    name: 'interceptor added before: changes url, params, data and headers (axios#841)',
    before: (client) => client.interceptors.request.use(rewrite),
    request: { method: 'post', url: '/i', data: { a: 1 } },
  },
  {
    name: 'interceptor added after: changes url, params, data and headers (axios#841)',
    after: (client) => client.interceptors.request.use(rewrite),
    request: { method: 'post', url: '/i', data: { a: 1 } },
  },
  {
    name: 'interceptor added before: a part of a Uint8Array',
    before: (client) => client.interceptors.request.use(sendPart),
    request: { method: 'post', url: '/i' },
    compare: WHOLE_BUFFER,
    body: 'part',
  },
  {
    name: 'interceptor added after: asynchronous',
    after: (client) => client.interceptors.request.use(async (/** @type {any} */ config) => rewrite(config)),
    request: { method: 'put', url: '/i', data: 'x' },
  },
  {
    name: 'transformRequest: what is sent is what was signed (aws4#100)',
    request: {
      method: 'post',
      url: '/t',
      data: { a: 1 },
      transformRequest: (/** @type {unknown} */ data, /** @type {any} */ headers) => {
        headers['Content-Type'] = 'application/vnd.own+json';
        headers['x-amz-meta-t'] = '1';
        return JSON.stringify({ wrapped: data });
      },
    },
  },
  {
    name: 'retry: response.config (aws4-axios#11)',
    send: async (client) =>
      client.request((await client.post('/r', { a: 1 }, { params: { x: 'a b' } })).config),
  },
  {
    name: 'retry: error.config (aws4-axios#11)',
    send: async (client) => {
      const failed = client.post('/r', { a: 1 }, { params: { x: [1, 2] }, validateStatus: () => false });
      const error = await failed.catch((/** @type {unknown} */ reason) => reason);
      return client.request({ ...error.config, validateStatus: () => true });
    },
  },
  {
    name: 'retry: a form',
    send: async (client) => client.request((await client.postForm('/r', { a: 1 })).config),
    only: BROWSER, // the form that 0.27 makes in Node.js can be read only once
  },
];

/** @param {any} config */
function rewrite(config) {
  config.url += '/rewritten';
  config.params = { ...config.params, added: 'a b' };
  config.data = { replaced: true };
  config.headers['x-amz-meta-added'] = 'yes';
  return config;
}

/** @param {any} config */
function sendPart(config) {
  config.data = new TextEncoder().encode('-part-').subarray(1, 5);
  return config;
}

export const CASES = [...METHODS, ...PATHS, ...PARAMS, ...HEADERS, ...BODIES, ...CLIENTS];

// What no known mistake gives, because nothing says what was signed: each has what it is first likely to be.

import axios from 'axios';
import got from 'got';

import { CREDENTIALS } from '../wire.js';
import { signByHand } from './by-hand.js';
import { API, JSON_TYPE, overFetch, S3, withAws4, withoutLength, withSecret, withSmithy } from './peers.js';

const ORDER = { item: 'grüner Tee', pieces: 3 };
const SECRET = 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY';

/**
 * By name: what happens, and what is expected: the code, and what else the first has.
 *
 * @type {Record<string, [make: (bench: import('./cases.js').Bench) => Promise<any>, code: string, expected?: { name?: string, summary?: RegExp, detail?: object }]>}
 */
export const LIKELY_CASES = {
  'a signed header that a proxy drops': [
    async ({ send }) => {
      const headers = { 'x-amz-meta-uploaded_at': '2026-02-03' };
      const signed = await withSmithy({ url: `${S3}/a`, service: 's3', method: 'PUT', body: 'x', headers });
      const { 'x-amz-meta-uploaded_at': _, ...others } = signed.headers;
      await send({ ...signed, headers: others });
      return { service: 's3' };
    },
    'header-lost',
    {
      name: 'x-amz-meta-uploaded_at',
      summary: /^The header x-amz-meta-uploaded_at was signed but did not arrive\.$/,
    },
  ],
  'a session token that a proxy drops, and that the server does not know': [
    async ({ send }) => {
      const { headers, ...signed } = withAws4({ path: '/prod/orders' });
      const { 'X-Amz-Security-Token': _, ...kept } = headers;
      await send({ ...signed, headers: kept });
      return { secretAccessKey: CREDENTIALS.secretAccessKey };
    },
    'token-lost',
    { name: 'x-amz-security-token' },
  ],
  'an object that fetch does not serialize': [
    async ({ origin }) => {
      const { headers } = withAws4({
        method: 'POST',
        path: '/prod',
        body: JSON.stringify(ORDER),
        headers: JSON_TYPE,
      });
      return overFetch(`${origin}/prod`, { method: 'POST', headers: withoutLength(headers), body: ORDER });
    },
    'body-stringified',
    { summary: /\[object Object\]/ },
  ],
  'another service, and another body': [
    async ({ origin }) => {
      const { headers } = withAws4({
        method: 'POST',
        path: '/prod',
        service: 'lambda',
        body: '{"a":1}',
        headers: JSON_TYPE,
      });
      await axios.post(`${origin}/prod`, { b: 2, c: 3 }, { headers: withoutLength(headers) });
    },
    'wrong-service',
    { detail: { expected: 'execute-api', signed: 'lambda' }, summary: /for lambda instead of execute-api/ },
  ],
  'another region than that of the host, and another body': [
    async ({ origin }) => {
      const { headers } = withAws4({
        method: 'POST',
        path: '/prod',
        region: 'us-east-1',
        body: '{"a":1}',
        headers: JSON_TYPE,
      });
      await axios.post(`${origin}/prod`, { b: 2, c: 3 }, { headers: withoutLength(headers) });
      return { region: undefined, service: undefined };
    },
    'wrong-region',
    { detail: { expected: 'eu-west-1', signed: 'us-east-1' } },
  ],
  'a body that is lost, and of which nothing is known': [
    async ({ send }) => {
      const signed = withAws4({
        method: 'POST',
        path: '/prod',
        body: JSON.stringify(ORDER),
        headers: JSON_TYPE,
      });
      await send({ ...signed, headers: withoutLength(signed.headers), body: undefined });
    },
    'body-lost',
    { summary: /^Possibly, the request arrived without the body/ },
  ],
  'a form that was changed, and whose type was replaced': [
    async ({ origin }) => {
      const form = '--b0undary\r\ncontent-disposition: form-data; name="a"\r\n\r\n';
      const type = 'multipart/form-data; boundary=b0undary';
      const { headers } = withAws4({
        method: 'POST',
        path: '/prod',
        body: `${form}1\r\n--b0undary--`,
        headers: { 'content-type': type },
      });
      await axios.post(`${origin}/prod`, `${form}2\r\n--b0undary--`, {
        headers: { ...withoutLength(headers), 'content-type': 'text/plain' },
      });
    },
    'content-type-boundary',
    { detail: { expected: 'text/plain', signed: 'multipart/form-data; boundary=b0undary' } },
  ],
  'a custom domain, behind which the API does not know its own name': [
    async ({ send }) => {
      await send(withAws4({ path: '/prod/orders', host: 'xyz789.execute-api.eu-west-1.amazonaws.com' }));
      return { host: 'orders.example.com' };
    },
    'host-other',
    { detail: { expected: 'orders.example.com' }, summary: /orders\.example\.com/ },
  ],
  'a local server, and a host that it does not know': [
    async ({ send }) => {
      await send(withAws4({ path: '/prod/orders', host: 'staging.internal' }));
      return { host: 'localhost:3000' };
    },
    'host-of-dev-proxy',
    { detail: { expected: 'localhost:3000' } },
  ],
  'accept-encoding with weights of its own': [
    async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod', headers: { 'accept-encoding': 'br;q=0.9, gzip;q=0.2' } });
      await got(`${origin}/prod`, { headers: { ...headers, 'accept-encoding': 'gzip' } });
    },
    'accept-encoding-changed',
    { detail: { expected: 'gzip' } },
  ],
  'a header that hops change': [
    async ({ send }) => {
      const signed = withAws4({ path: '/prod', headers: { 'x-request-id': 'a1' } });
      await send({ ...signed, headers: { ...signed.headers, 'x-request-id': 'b2' } });
    },
    'header-changed',
    { name: 'x-request-id', detail: { expected: 'b2' } },
  ],
  'another secret': [
    async ({ send }) => send(withAws4({ method: 'GET', path: '/prod/orders?b=1' }, withSecret(SECRET))),
    'secret-other',
    { summary: /the access key …MPLE/ },
  ],
  'a JSON key that an interceptor takes out, and that stands nowhere else': [
    async ({ origin }) => {
      const { headers } = withAws4({
        method: 'POST',
        path: '/prod',
        body: JSON.stringify(ORDER),
        headers: JSON_TYPE,
      });
      await axios.post(`${origin}/prod`, { item: ORDER.item }, { headers: withoutLength(headers) });
    },
    'secret-other', // As likely as the body, which is named, too.
  ],
  'a signature of an hour ago, of another body': [
    async ({ send }) => {
      const signed = signByHand({
        method: 'POST',
        url: `${API}/prod`,
        amzDate: '20260203T030506Z',
        body: 'one',
      });
      await send({ ...signed, body: 'two' });
    },
    'signature-expired',
    { summary: /3600 seconds ago/ },
  ],
};

/** Those that can only be likely, and which case names them. */
export const UNPROVABLE = {
  'secret-other': 'another secret',
  'path-other': 'another secret',
  'query-other': 'another secret',
  'body-other': 'a JSON key that an interceptor takes out, and that stands nowhere else',
};

// The query.

import axios from 'axios';

import { API, handQuery, presigned, S3, sentTo, withAws4, withSmithy } from './peers.js';

/** @type {import('./cases.js').Cases} */
export const QUERY_CASES = {
  'query-left-out': {
    'aws4 signs the url, and axios adds params': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod/orders' });
      await axios.get(`${origin}/prod/orders`, { headers, params: { a: 1, b: 2 } });
    },
  },
  'query-unsorted': {
    'by hand': async ({ send }) => handQuery(send, 'b=1&a=2', ({ search }) => search),
  },
  'query-sorted-otherwise': {
    'by hand, array.sort() of a=1 and a-b=2': async ({ send }) =>
      handQuery(send, 'a=1&a-b=2', ({ search }) => search.split('&').sort().join('&')),
    'URLSearchParams.sort leaves values in order': async ({ send }) =>
      handQuery(send, 'b=2&a=2&a=1', ({ search }) => {
        const parameters = new URLSearchParams(search);
        parameters.sort();
        return String(parameters);
      }),
  },
  'query-plus-for-space': {
    'by hand, with URLSearchParams': async ({ send }) =>
      handQuery(send, 'a=x%20y', ({ search }) => String(new URLSearchParams(search))),
  },
  'query-plus-kept': {
    'aws4fetch-like signers take it for a space, others do not': async ({ send }) =>
      handQuery(send, 'a=x+y', () => `a=${encodeURIComponent('x+y')}`),
  },
  'query-as-sent': {
    'by hand': async ({ send }) => handQuery(send, 'at=12:30&to=a@b', ({ search }) => search),
  },
  'query-decoded': {
    'by hand': async ({ send }) => handQuery(send, 'a=x%20%C3%BCy', () => 'a=x üy'),
  },
  'query-encoded-twice': {
    'smithy is given parameters that are encoded': async ({ send }) => {
      const signed = await withSmithy({ url: `${API}/prod/orders`, query: { a: 'x%20y' } });
      await send({ ...signed, url: `${API}/prod/orders?a=x%20y` });
    },
  },
  'query-encoded-as-component': {
    'by hand, with encodeURIComponent': async ({ send }) =>
      handQuery(send, 'a=%281%29%21', () => `a=${encodeURIComponent('(1)!')}`),
  },
  'query-encoded-as-form': {
    'by hand, with URLSearchParams': async ({ send }) =>
      handQuery(send, 'a=~x%20*', () => String(new URLSearchParams({ a: '~x *' }))),
  },
  'query-encoded-as-axios-does': {
    'axios.getUri is signed': async ({ send }) => {
      const written = axios.getUri({ url: '', params: { at: '12:30, x y' } }).slice(1);
      await handQuery(send, 'at=12%3A30%2C%20x%20y', () => written);
    },
  },
  'query-reserved-kept': {
    'by hand, with encodeURI': async ({ send }) => handQuery(send, 'to=%2Fa%2Fb', () => encodeURI('to=/a/b')),
  },
  'query-escape-case': {
    'by hand, as .NET escapes': async ({ send }) =>
      handQuery(send, 'a=%3A%C3%BC', (_, query) => query.replace(/%../g, (text) => text.toLowerCase())),
  },
  'query-without-equals': {
    'by hand': async ({ send }) => handQuery(send, 'acl', () => 'acl'),
  },
  'query-empty-dropped': {
    'by hand': async ({ send }) => handQuery(send, 'a=&b=1', () => 'b=1'),
  },
  'query-repeated-dropped': {
    'smithy is given the query as an object': async ({ send }) => {
      const query = Object.fromEntries(new URLSearchParams('a=1&a=2&b=3'));
      const signed = await withSmithy({ url: `${API}/prod/orders`, query });
      await send({ ...signed, url: `${API}/prod/orders?a=1&a=2&b=3` });
    },
  },
  'query-repeated-joined': {
    'an array as text': async ({ send }) => {
      const signed = await withSmithy({ url: `${API}/prod/orders`, query: { ids: String([1, 2]) } });
      await send({ ...signed, url: `${API}/prod/orders?ids=1&ids=2` });
    },
  },
  'query-array-brackets': {
    'axios writes an array': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod/orders?ids=1&ids=2' });
      await axios.get(`${origin}/prod/orders`, { headers, params: { ids: [1, 2] } });
    },
    'and aws4 what axios writes otherwise': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod/orders?ids[]=1&ids[]=2' });
      const paramsSerializer = { indexes: null };
      await axios.get(`${origin}/prod/orders`, { headers, params: { ids: [1, 2] }, paramsSerializer });
    },
  },
  'query-parameter-added': {
    'a campaign gets hold of a presigned URL': async ({ send }) => {
      const url = await presigned({ url: `${S3}/a.txt` });
      await send(sentTo(S3, `${url}&utm_source=mail&utm_medium=letter`));
      return { service: 's3' };
    },
    'axios adds a parameter against caches': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod/orders?a=1' });
      await axios.get(`${origin}/prod/orders?a=1`, { headers, params: { _: 1770091506 } });
    },
  },
  'query-parameter-lost': {
    'a CDN drops the x-id of the AWS SDK': async ({ send }) => {
      const url = await presigned({ url: `${S3}/a.txt?x-id=GetObject` });
      await send(sentTo(S3, url.replace('x-id=GetObject&', '').replace('&x-id=GetObject', '')));
      return { service: 's3' };
    },
  },
  'query-names-lower-case': {
    'by hand': async ({ send }) => handQuery(send, 'orderId=1', () => 'orderid=1'),
  },
  'expires-changed': {
    'a URL is to last longer': async ({ send }) => {
      const url = await presigned({ url: `${S3}/a.txt` });
      await send(sentTo(S3, url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800')));
      return { service: 's3' };
    },
  },
};

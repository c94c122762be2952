// The method and the path.

import axios from 'axios';

import { escape, signByHand } from './by-hand.js';
import { API, behindExpress, overFetch, S3, withAws4, withSmithy } from './peers.js';

/** @type {import('./cases.js').Cases} */
export const PATH_CASES = {
  'method-changed': {
    'axios follows a redirect with GET': async ({ server, origin }) => {
      server.answer = (request, response) =>
        request.method === 'POST'
          ? response.writeHead(303, { location: '/prod/orders' }).end()
          : response.end();
      const { headers } = withAws4({ method: 'POST', path: '/prod/orders', host: new URL(origin).host });
      await axios.post(`${origin}/prod/orders`, undefined, { headers });
    },
    'a proxy asks with HEAD': async ({ send }) =>
      send({ ...withAws4({ path: '/prod/orders' }), method: 'HEAD' }),
  },
  'method-case': {
    'aws4 signs "get", and fetch sends GET': async ({ origin }) => {
      const { headers } = withAws4({ method: 'get', path: '/prod/orders' });
      return overFetch(`${origin}/prod/orders`, { method: 'get', headers });
    },
  },
  'path-encoded-once': {
    'smithy with uriEscapePath false': async ({ send }) =>
      send(await withSmithy({ url: `${API}/prod/a%20b`, uriEscapePath: false })),
  },
  'path-encoded-twice': {
    'smithy with uriEscapePath for S3': async ({ send }) => {
      await send(await withSmithy({ url: `${S3}/a%20b`, service: 's3', uriEscapePath: true }));
      return { service: 's3' };
    },
  },
  'path-encoded-thrice': {
    'smithy is given an encoded path to encode': async ({ send }) => {
      const signed = await withSmithy({ url: `${API}/prod/a%2520b` });
      await send({ ...signed, url: `${API}/prod/a%20b` });
    },
  },
  'path-not-encoded': {
    'by hand, the path as it is sent': async ({ send }) =>
      send(signByHand({ url: `${API}/prod/@connections/ab=` }, { path: (_, { path }) => path })),
  },
  'path-decoded': {
    'by hand, the path that a router shows': async ({ send }) =>
      send(signByHand({ url: `${API}/prod/a%20b` }, { path: (_, { path }) => decodeURIComponent(path) })),
  },
  'path-dots-kept': {
    'by hand, sent by a client that does not parse URLs': async ({ send }) =>
      send(signByHand({ url: `${API}/prod/./a/../orders` })),
  },
  'path-slashes-kept': {
    'by hand, a base URL that ends with a slash': async ({ send }) =>
      send(signByHand({ url: `${API}/prod//orders` })),
  },
  'path-normalized': {
    'smithy with the settings of all but S3': async ({ send }) => {
      await send(await withSmithy({ url: `${S3}/folder//a.txt`, service: 's3', uriEscapePath: true }));
      return { service: 's3' };
    },
  },
  'stage-missing': {
    'axios adds its baseURL to the path that was signed': async ({ origin }) => {
      const { headers } = withAws4({ path: '/orders' });
      await axios.create({ baseURL: `${origin}/prod` }).get('/orders', { headers });
    },
  },
  'stage-extra': {
    'a router of Express takes it off': async () =>
      behindExpress('/prod', withAws4({ path: '/prod/orders' })),
    'of a name that only the options tell': async () => ({
      ...(await behindExpress('/blue-42', withAws4({ path: '/blue-42/orders' }))),
      stage: 'blue-42',
    }),
  },
  'path-trailing-slash': {
    'fetch follows a redirect that adds it': async ({ server, origin }) => {
      server.answer = (request, response) =>
        request.url.endsWith('/')
          ? response.end()
          : response.writeHead(308, { location: `${request.url}/` }).end();
      const { headers } = withAws4({ path: '/prod/orders' });
      return overFetch(`${origin}/prod/orders`, { headers });
    },
  },
  'path-slash-decoded': {
    'a proxy decodes the path': async ({ send }) => {
      const signed = await withSmithy({ url: `${API}/prod/items/a%2Fb` });
      await send({ ...signed, url: decodeURIComponent(signed.url) });
    },
  },
  'path-escaped-otherwise': {
    'signed with encodeURIComponent, sent as the URL parser leaves it': async ({ send }) => {
      const signed = await withSmithy({ url: `${API}/prod/${encodeURIComponent('a:b@c')}` });
      await send({ ...signed, url: new URL('/prod/a:b@c', API).href });
    },
    'signed with a parenthesis that the client escapes': async ({ send }) => {
      const signed = await withSmithy({ url: `${API}/prod/a%20(1)` });
      await send({ ...signed, url: `${API}/prod/${escape('a (1)')}` });
    },
  },
  'path-escape-case': {
    'signed as .NET escapes': async ({ send }) => {
      const signed = await withSmithy({ url: `${API}/prod/%c3%bc` });
      await send({ ...signed, url: `${API}/prod/%C3%BC` });
    },
  },
  'path-plus': {
    'signed as a form would have it': async ({ send }) => {
      const signed = await withSmithy({ url: `${API}/prod/a+b` });
      await send({ ...signed, url: `${API}/prod/a%20b` });
    },
  },
  'path-unicode-form': {
    'a file name of macOS': async ({ send }) => {
      const signed = await withSmithy({ url: `${API}/prod/${encodeURIComponent('Grüße'.normalize('NFD'))}` });
      await send({ ...signed, url: `${API}/prod/${encodeURIComponent('Grüße'.normalize('NFC'))}` });
    },
  },
  'path-lower-case': {
    'by hand, as some routers have it': async ({ send }) =>
      send(signByHand({ url: `${API}/prod/Orders` }, { path: (path) => path.toLowerCase() })),
  },
  'path-is-url': {
    'by hand, config.url of axios': async ({ send }) =>
      send(signByHand({ url: `${API}/prod/orders` }, { path: (_, { url }) => url })),
  },
  'path-with-query': {
    'by hand, request.path of Node.js': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod/orders?a=1` },
          { path: (path, { search }) => `${path}?${search}`, query: () => '' },
        ),
      ),
  },
  'path-left-out': {
    'aws4 is given no path': async ({ send }) => send({ ...withAws4({}), url: `${API}/prod/orders` }),
  },
  'path-without-slash': {
    'by hand': async ({ send }) =>
      send(signByHand({ url: `${API}/prod/orders` }, { path: (path) => path.slice(1) })),
  },
};

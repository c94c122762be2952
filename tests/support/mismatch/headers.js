// Headers.

import axios from 'axios';
import FormDataOfNode from 'form-data';

import { signByHand } from './by-hand.js';
import { API, HOST, JSON_TYPE, overFetch, throughProxy, withAws4, withoutLength } from './peers.js';

/** @type {import('./cases.js').Cases} */
export const HEADERS_CASES = {
  'host-other': {
    'a proxy sends its own host': async ({ send }) => {
      const signed = withAws4({ path: '/prod/orders' });
      const forwarded = { 'X-Forwarded-Host': signed.headers.Host, Host: 'internal.example:8080' };
      await send({ ...signed, headers: { ...signed.headers, ...forwarded } });
    },
    'a custom domain': async ({ send }) => {
      const signed = withAws4({ path: '/prod/orders', host: 'api.example.com' });
      await send({ ...signed, headers: { ...signed.headers, Host: HOST } });
      return { hosts: ['api.example.com'] };
    },
    'a custom domain, of which the page that asks is a sibling': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod/orders', host: 'api.example.com' });
      const sent = { ...headers, Host: HOST, Origin: 'https://www.example.com' };
      await axios.get(`${origin}/prod/orders`, { headers: sent });
    },
    'a page of a development server, whose port is not a usual one': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod/orders', host: 'localhost:43117' });
      const sent = { ...headers, Host: HOST, Referer: 'http://localhost:43117/orders?x=1' };
      await axios.get(`${origin}/prod/orders`, { headers: sent });
    },
  },
  'host-of-dev-proxy': {
    'http-proxy-middleware with changeOrigin, as Vite and webpack have it': async ({ server }) => {
      const signed = withAws4({ path: '/prod/orders', host: 'localhost:5173' });
      await throughProxy({ target: `http://${HOST}:${server.port}`, changeOrigin: true }, signed);
    },
    'the same in front of a local server': async ({ origin }) => {
      const signed = withAws4({ path: '/prod/orders', host: 'localhost:4200' });
      await throughProxy({ target: origin, changeOrigin: true }, signed);
    },
    'a tunnel': async ({ send }) => {
      await send(withAws4({ path: '/prod/orders', host: 'localhost:8787' }));
      return { host: 'a1b2-203-0-113-7.ngrok-free.app' };
    },
    'a tunnel that drops the port': async ({ send }) => {
      await send(withAws4({ path: '/prod/orders', host: '127.0.0.1' }));
      return { host: 'quick-words.trycloudflare.com' };
    },
  },
  'host-ambiguous': {
    'a client for proxies names the proxy in the request line': async ({ send, server }) => {
      await send(withAws4({ path: '/prod/orders' }));
      const arrived = server.arrived.at(-1);
      return { request: { ...arrived, url: `http://proxy.example${arrived.url}` } };
    },
  },
  'host-with-port': {
    'aws4 is given the host with its port': async ({ send }) => {
      const signed = withAws4({ path: '/prod/orders', host: `${HOST}:443` });
      await send({ ...signed, headers: { ...signed.headers, Host: HOST } });
    },
  },
  'host-without-port': {
    'axios sends the port, and aws4 signed the name': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod/orders', host: '127.0.0.1' });
      const { Host: _, ...others } = headers;
      await axios.get(`${origin}/prod/orders`, { headers: others });
    },
  },
  'host-written-otherwise': {
    'by hand, the host of the configuration': async ({ send }) => {
      const signed = withAws4({ path: '/prod/orders', host: API });
      await send({ ...signed, url: `${API}/prod/orders`, headers: { ...signed.headers, Host: HOST } });
    },
  },
  'content-type-charset': {
    'aws4 and fetch each choose one': async ({ origin }) => {
      const body = new URLSearchParams({ a: '1' });
      const { headers } = withAws4({ method: 'POST', path: '/prod/orders', body: String(body) });
      const { 'Content-Type': _, 'Content-Length': __, ...others } = headers;
      return overFetch(`${origin}/prod/orders`, { method: 'POST', headers: others, body });
    },
  },
  'content-type-changed': {
    'axios sends its own': async ({ origin }) => {
      const body = 'a=1';
      const { headers } = withAws4({ method: 'POST', path: '/prod', body, headers: JSON_TYPE });
      const { 'content-type': _, ...others } = headers;
      await axios.post(`${origin}/prod`, body, { headers: others });
    },
  },
  'content-type-boundary': {
    'axios has its own type for bytes': async ({ origin }) => {
      const { type, body } = await multipart();
      const { headers } = withAws4({
        method: 'POST',
        path: '/prod',
        body,
        headers: { 'content-type': type },
      });
      const { 'content-type': _, ...others } = withoutLength(headers);
      await axios.post(`${origin}/prod`, body, { headers: others });
    },
    'a default of the client': async ({ origin }) => {
      const { type, body } = await multipart();
      const { headers } = withAws4({
        method: 'POST',
        path: '/prod',
        body,
        headers: { 'content-type': type },
      });
      const sent = { ...withoutLength(headers), 'content-type': 'multipart/form-data' };
      await axios.post(`${origin}/prod`, body, { headers: sent });
    },
    'it is dropped': async ({ send }) => {
      const { type, body } = await multipart();
      const signed = withAws4({ method: 'POST', path: '/prod', body, headers: { 'content-type': type } });
      const { 'content-type': _, ...headers } = signed.headers;
      await send({ ...signed, headers });
    },
    'form-data is serialized again': async ({ send }) => {
      const [signedForm, sentForm] = [new FormDataOfNode(), new FormDataOfNode()];
      for (const form of [signedForm, sentForm]) form.append('file', 'Tee', { filename: 'a.txt' });
      const request = { method: 'POST', path: '/prod', headers: signedForm.getHeaders() };
      const signed = withAws4({ ...request, body: signedForm.getBuffer() });
      await send({ ...signed, headers: withoutLength(signed.headers), body: sentForm.getBuffer() });
    },
  },
  'accept-encoding-changed': {
    'fetch accepts what it can read': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod', headers: { 'accept-encoding': 'br, gzip, zstd' } });
      const { 'accept-encoding': _, ...others } = headers;
      return overFetch(`${origin}/prod`, { headers: others });
    },
    'CloudFront has its own order': async ({ origin }) => {
      const { headers } = withAws4({
        path: '/prod',
        headers: { 'accept-encoding': 'gzip, deflate, br, zstd' },
      });
      await axios.get(`${origin}/prod`, { headers: { ...headers, 'accept-encoding': 'br,gzip' } });
    },
    'a proxy takes zstd out': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod', headers: { 'accept-encoding': 'zstd,br,gzip,deflate' } });
      await axios.get(`${origin}/prod`, { headers: { ...headers, 'accept-encoding': 'identity' } });
    },
  },
  'header-lost': {
    'the body is sent in chunks, without its length': async ({ send }) => {
      const { headers, ...signed } = withAws4({
        method: 'POST',
        path: '/prod',
        body: 'x',
        headers: JSON_TYPE,
      });
      const { 'Content-Length': _, ...others } = headers;
      await send({ ...signed, headers: others }, { isChunked: true });
    },
    'a proxy drops what is of one connection': async ({ send }) => {
      const signed = signByHand({ url: `${API}/prod`, headers: { te: 'trailers' } });
      const { te: _, ...headers } = signed.headers;
      await send({ ...signed, headers });
    },
  },
  'header-changed': {
    'fetch accepts anything': async ({ origin }) => {
      const { headers } = withAws4({ path: '/prod', headers: { accept: 'application/json' } });
      const { accept: _, ...others } = headers;
      return overFetch(`${origin}/prod`, { headers: others });
    },
  },
  'header-appended': {
    'two proxies': async ({ send }) => {
      const signed = withAws4({ path: '/prod', headers: { 'x-forwarded-for': '203.0.113.7' } });
      const chain = '203.0.113.7, 198.51.100.1, 10.0.0.2';
      await send({ ...signed, headers: { ...signed.headers, 'x-forwarded-for': chain } });
    },
  },
  'header-repeated': {
    'aws4 signs one, and two are sent': async ({ send }) => {
      const signed = withAws4({ path: '/prod', headers: { 'x-tag': 'a' } });
      await send({ ...signed, headers: { ...signed.headers, 'x-tag': ['b', 'a'] } });
    },
  },
  'header-not-trimmed': {
    'by hand': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod`, headers: { 'x-note': 'a  b' } },
          { lines: (lines) => lines.map((line) => line.replace('a b', 'a  b')) },
        ),
      ),
  },
  'header-charset': {
    'aws4 signs UTF-8, and Node.js sends Latin-1': async ({ send }) =>
      send(withAws4({ path: '/prod', headers: { 'x-name': 'Müller' } })),
  },
  'header-value-lower-case': {
    'by hand': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod`, headers: { 'x-note': 'Hello World' } },
          { lines: (lines) => lines.map((line) => line.replace('Hello World', 'hello world')) },
        ),
      ),
  },
  'header-names-capitals': {
    'by hand': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod` },
          { lines: (lines) => lines.map(titled), listed: (all) => all.map(titled) },
        ),
      ),
  },
  'headers-unsorted': {
    'by hand': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod`, headers: { 'x-b': '1', accept: '*/*' } },
          {
            names: (_, { headers }) => Object.keys(headers),
            listed: (_, { headers }) => Object.keys(headers),
          },
        ),
      ),
  },
  'header-not-listed': {
    'by hand, with a fixed list': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod`, headers: { 'x-b': '1' } },
          {
            names: (names) => names.filter((name) => name !== 'x-b'),
            listed: (names) => names.filter((name) => name !== 'x-b'),
          },
        ),
      ),
  },
  'header-lines-format': {
    'by hand, without the empty line': async ({ send }) =>
      send(signByHand({ url: `${API}/prod` }, { gap: () => '' })),
    'by hand, with spaces': async ({ send }) =>
      send(
        signByHand(
          { url: `${API}/prod` },
          { lines: (lines) => lines.map((line) => line.replace(':', ': ')) },
        ),
      ),
  },
  'header-not-signed': {
    'a client adds one of AWS': async ({ send }) => {
      const signed = withAws4({ path: '/prod' });
      await send({ ...signed, headers: { ...signed.headers, 'x-amz-meta-author': 'me' } });
    },
  },
};

/** As fetch writes a form. */
async function multipart() {
  const form = new FormData();
  form.append('item', 'grüner Tee');
  form.append('file', new Blob(['text']), 'a.txt');
  const response = new Response(form);
  return { type: response.headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) };
}

function titled(text) {
  return text.replace(/^[^:]+/, (name) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()));
}

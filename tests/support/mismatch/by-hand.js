// A signer as people write it by hand, after a tutorial, in which every step can go wrong.

import { createHash, createHmac } from 'node:crypto';

import { AMZ_DATE, REGION } from '../verify-requests.js';
import { CREDENTIALS } from '../wire.js';

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, data, form) => createHmac('sha256', key).update(data).digest(form);

/**
 * Signs in headers. `wrong` has the mistakes: any of the steps below, each given what it makes when it is right.
 *
 * @param {{ method?: string, url: string, headers?: Record<string, string>, body?: string | Uint8Array, service?: string, region?: string, secret?: string, token?: string, amzDate?: string }} request
 * @param {Record<string, (right: any, sent: any) => any>} [wrong]
 */
export function signByHand(request, wrong = {}) {
  const { method = 'GET', url, body = '', service = 'execute-api', region = REGION } = request;
  const {
    secret = CREDENTIALS.secretAccessKey,
    token = CREDENTIALS.sessionToken,
    amzDate = AMZ_DATE,
  } = request;
  const [, host, path, search = ''] = /^https?:\/\/([^/?]+)([^?]*)\??(.*)$/.exec(url);
  const headers = { host, ...request.headers, 'x-amz-date': amzDate };
  if (token) headers['x-amz-security-token'] = token;
  const step = (name, right) =>
    wrong[name] ? wrong[name](right, { ...request, headers, path, search }) : right;

  const parameters = search.split('&').filter((part) => part !== '');
  const pairs = parameters.map((part) => {
    const [name, ...value] = part.split('=');
    return [name, value.join('=')].map((text) => escape(decodeURIComponent(text.replaceAll('+', ' '))));
  });
  pairs.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1));
  const names = step('names', Object.keys(headers).sort());
  const lines = step(
    'lines',
    names.map((name) => `${name}:${headers[name].trim().replace(/ +/g, ' ')}`),
  );
  const escaped = path.split('/').map(escape).join('/');
  const canonical = [
    step('method', method),
    step('path', service === 's3' ? path : escaped),
    step('query', pairs.map((pair) => pair.join('=')).join('&')),
    lines.join('\n') + step('gap', '\n'),
    step('listed', names).join(';'),
    step('hash', sha256(body)),
  ].join('\n');
  const day = amzDate.slice(0, 8);
  const scope = step('scope', [day, region, service, 'aws4_request']);
  const text = ['AWS4-HMAC-SHA256', step('time', amzDate), scope.join('/'), sha256(canonical)].join('\n');
  const keyScope = step('keyScope', [day, region, service, 'aws4_request']);
  const key = step(
    'key',
    keyScope.reduce((before, name) => hmac(before, name), `AWS4${step('secret', secret)}`),
  );
  const credential = `${CREDENTIALS.accessKeyId}/${day}/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${Object.keys(headers).sort().join(';')}, Signature=${hmac(key, text, 'hex')}`;
  return { method, url, headers: { ...headers, authorization }, body };
}

/** The steps of the key with the hex of each, a mistake of languages whose HMAC returns text. */
export function hexKey(secret, names) {
  return names.reduce((before, name) => hmac(before, name, 'hex'), `AWS4${secret}`);
}

/** @param {string} text */
export function escape(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

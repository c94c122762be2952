// Example requests, signed when they are chosen, and the most common mistakes, each with the response of AWS. A mistake is an
// edit of what the client signs: the server computes the request that it gets.

import { Signer } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

import { SAMPLE_CREDENTIALS, SAMPLE_REQUEST } from '../state/sample.js';
import { deriveKeys, sha256Hex } from './key-chain.js';

/**
 * @typedef {{ text: string, answer?: string, settings?: Partial<import('./inspection.js').Settings> }} Example
 * @typedef {import('sigv4-wasm/trace').SigningTrace} Trace
 */

const REGION = 'eu-west-1';
const HOST = `a1b2c3d4e5.execute-api.${REGION}.amazonaws.com`;
const BODY = '{"order":1042,"items":["tea","cups"]}';
const BUCKET = 'https://my-bucket.s3.eu-west-1.amazonaws.com';
const LONG_LIVED = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SAMPLE_CREDENTIALS.secretAccessKey };
const LONG_LIVED_SETTINGS = { ...LONG_LIVED, sessionToken: '' };

/** By id. @type {Record<string, (now: Date) => Promise<Example>>} */
export const EXAMPLES = {
  'api-gateway': async (now) => ({ text: SAMPLE_REQUEST, settings: { date: iso(now) } }),

  's3-presigned': async (now) => {
    const signer = new Signer({ credentials: LONG_LIVED, region: REGION, service: 's3', date: now });
    const url = await signer.presign(
      `${BUCKET}/photos/2026/tea%20cups.jpg?response-content-type=image%2Fjpeg`,
      {
        expiresIn: 3600,
      },
    );
    return { text: `curl '${url}'`, settings: LONG_LIVED_SETTINGS };
  },

  's3-express': async (now) => {
    const signer = new Signer({
      ...{ credentials: SAMPLE_CREDENTIALS, region: 'us-east-1', service: 's3express', date: now },
    });
    const request = {
      ...{
        method: 'PUT',
        url: 'https://orders--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com/2026/1042.json',
      },
      ...{ headers: { 'content-type': 'application/json' }, body: BODY },
    };
    return { text: http(await signer.sign(request)) };
  },

  sigv4a: async (now) => {
    const { SignerV4a } = await import('sigv4-wasm/v4a');
    const signer = new SignerV4a({ credentials: LONG_LIVED, regionSet: ['*'], service: 's3', date: now });
    const url = 'https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/photos/tea.jpg';
    return { text: http(await signer.sign({ method: 'GET', url })), settings: LONG_LIVED_SETTINGS };
  },

  chunked: async (now) => {
    const keyword = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
    const signer = new Signer({
      ...{ credentials: LONG_LIVED, region: REGION, service: 's3', date: now, payload: { sha256: keyword } },
      contentSha256Header: true,
    });
    const signed = await signer.sign({
      ...{ method: 'PUT', url: `${BUCKET}/video.mp4` },
      headers: { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '66560' },
    });
    return { text: http(signed), settings: LONG_LIVED_SETTINGS };
  },

  iot: async (now) => {
    const signer = new Signer({
      ...{ credentials: LONG_LIVED, region: REGION, service: 'iotdevicegateway', date: now },
    });
    const url = await signer.presign(`wss://a2b3c4d5e6f7g8-ats.iot.${REGION}.amazonaws.com/mqtt`, {
      expiresIn: 300,
    });
    const { host, pathname, search } = new URL(String(url));
    const upgrade = 'Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Protocol: mqtt';
    return {
      text: `GET ${pathname}${search} HTTP/1.1\nHost: ${host}\n${upgrade}\n\n`,
      settings: LONG_LIVED_SETTINGS,
    };
  },

  'body-changed': (now) =>
    mistake(now, {
      edit: (text) => replaceLast(text, sha256Hex(BODY)),
      sent: { body: '{"order": 1042, "items": ["tea", "cups"]}' },
    }),

  'content-type': (now) =>
    mistake(now, {
      edit: (text) =>
        text.replace('content-type:application/json; charset=utf-8', 'content-type:application/json'),
      sent: { headers: { 'content-type': 'application/json; charset=utf-8' } },
    }),

  'path-once': (now) =>
    mistake(now, { edit: (text) => text.replace('a%2520b', 'a%20b'), sent: { path: '/prod/orders/a%20b' } }),

  'query-order': (now) =>
    mistake(now, {
      edit: (text) => text.replace('customer=ada&limit=10', 'limit=10&customer=ada'),
      sent: { path: '/prod/orders?limit=10&customer=ada' },
    }),

  host: (now) => mistake(now, { edit: (text) => text.replace(`host:${HOST}`, 'host:localhost:3000') }),

  'secret-newline': (now) => mistake(now, { secret: `${SAMPLE_CREDENTIALS.secretAccessKey}\n` }),

  region: (now) =>
    mistake(now, {
      ...{ region: 'us-east-1', type: 'InvalidSignatureException' },
      answer: () => "Credential should be scoped to a valid region, not 'us-east-1'. ",
    }),

  clock: (now) => {
    const late = new Date(now.getTime() - 12 * 60_000);
    return mistake(late, {
      type: 'InvalidSignatureException',
      answer: ({ stringToSign }) =>
        `Signature expired: ${stringToSign.split('\n')[1]} is now earlier than ${basic(new Date(now.getTime() - 300_000))} (${basic(now)} - 5 min.)`,
    });
  },

  'no-token': (now) =>
    mistake(now, {
      ...{ credentials: { ...SAMPLE_CREDENTIALS, accessKeyId: 'ASIAEXAMPLE', sessionToken: '' } },
      ...{
        type: 'UnrecognizedClientException',
        answer: () => 'The security token included in the request is invalid.',
      },
    }),

  'not-signed': async (now) => ({
    text: `POST /prod/orders HTTP/1.1\nHost: ${HOST}\ncontent-type: application/json\n\n${BODY}`,
    answer: answer('MissingAuthenticationTokenException', 'Missing Authentication Token'),
    settings: { date: iso(now) },
  }),
};

/**
 * @param {Date} date
 * @param {object} made
 * @param {(canonicalRequest: string) => string | Promise<string>} [made.edit]  what the client signs instead
 * @param {string} [made.secret]  that the client signs with
 * @param {string} [made.region]
 * @param {{ path?: string, headers?: Record<string, string>, body?: string }} [made.sent]
 * @param {{ accessKeyId: string, secretAccessKey: string, sessionToken: string }} [made.credentials]
 * @param {string} [made.type]  of the answer
 * @param {(trace: Trace) => string} [made.answer]  default: that the signatures differ
 * @returns {Promise<Example>}
 */
async function mistake(
  date,
  { edit = (text) => text, secret, region = REGION, sent, credentials = SAMPLE_CREDENTIALS, ...refused },
) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const { path = '/prod/orders', body = BODY, headers } = sent ?? {};
  const request = {
    ...{ method: 'POST', url: `https://${HOST}${path}`, body },
    headers: { 'content-type': 'application/json', ...headers },
  };
  const signer = new Signer({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    ...{ region, service: 'execute-api', date },
  });
  const right = await trace(signer, request);
  // The token is redacted in a trace.
  const whole = right.canonicalRequest.replace(/(?<=^x-amz-security-token:).*$/m, sessionToken);
  const scope = right.stringToSign.split('\n').slice(0, 3);
  const stringToSign = [...scope, await sha256Hex(await edit(whole))].join('\n');
  const chain = await deriveKeys(secret ?? secretAccessKey, right.scope, stringToSign);
  if (chain?.signature === undefined) {
    throw new Error('Browsers compute these examples on HTTPS pages and on localhost only.');
  }
  const signed = await signer.sign(request);
  const authorization = String(signed.headers.authorization).replace(right.signature, chain.signature);
  const message =
    refused.answer?.(right) ??
    mismatch({ ...right, canonicalRequest: whole.replace(sessionToken, '(removed)') });
  return {
    text: http({ ...signed, headers: { ...signed.headers, authorization } }),
    answer: answer(refused.type ?? 'InvalidSignatureException', message),
    settings: credentials,
  };
}

/** As REST APIs say it. @param {Trace} trace */
function mismatch({ canonicalRequest, stringToSign }) {
  const start =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
  return `${start}\n\nThe Canonical String for this request should have been\n'${canonicalRequest}'\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`;
}

/** @param {string} type @param {string} message */
function answer(type, message) {
  return `HTTP/1.1 403 Forbidden\ncontent-type: application/json\nx-amzn-errortype: ${type}\nx-amzn-requestid: 491cbe4b-06e2-4095-9b64-f14a0970bbfb\n\n${JSON.stringify({ message })}`;
}

/** @param {{ method: string, url: string, headers: Record<string, string>, body?: unknown }} signed */
function http({ method, url, headers, body }) {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${pathname}${search} HTTP/1.1`, ...lines, '', typeof body === 'string' ? body : ''].join(
    '\n',
  );
}

/** The hash of the payload in a canonical request, replaced. @param {string} text @param {Promise<string>} hash */
async function replaceLast(text, hash) {
  return text.replace(/[^\n]*$/, await hash);
}

/** @param {Date} date */
function iso(date) {
  return date.toISOString().replace(/\.\d+/, '');
}

/** @param {Date} date @returns {string} as in `x-amz-date` */
function basic(date) {
  return iso(date).replace(/[-:]/g, '');
}

// The work of a server: verifying, evaluating policies, and explaining a refusal. A verification is compared with a signature of
// the same request, and with recomputation, in which other signers sign the received request again.

import { createHmac, timingSafeEqual } from 'node:crypto';

import { Signer } from '../../pkg/esm/index.js';
import { explainResponse, findMismatch } from '../../pkg/esm/explain.js';
import { evaluatePolicies, parsePolicy } from '../../pkg/esm/policy.js';
import { trace } from '../../pkg/esm/trace.js';
import { verifyRequest } from '../../pkg/esm/verify.js';
import { race } from '../harness.mjs';
import { AWS4, aws4Peer, SMITHY_NODE, smithyNode } from '../peers-node.mjs';
import { ours } from '../peers.mjs';
import { gateway, get, longTerm, post, smallBody, temporary } from '../requests.mjs';

export const VERIFY = 'sigv4-wasm, verifyRequest';
export const SIGN = 'sigv4-wasm, signSync';
export const PAIRS = 'the last two mistakes that are tried together';
export const CUT_OFF = 'nothing, until it is cut off';
/** When a search is cut off, long before its end. */
export const DEADLINE_MILLIS = 50;

/** @type {Record<string, { title: string, work: import('../requests.mjs').Work, credentials: any, presigned?: boolean }>} */
const REQUESTS = {
  'verify-get': { title: 'Verify a GET', work: get, credentials: longTerm },
  'verify-get-token': { title: 'Verify a GET with a session token', work: get, credentials: temporary },
  'verify-presigned': { title: 'Verify a presigned URL', work: get, credentials: temporary, presigned: true },
  'verify-post-1kb': { title: 'Verify a POST of 1 kB', work: post(smallBody), credentials: temporary },
};

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const tables = [];
  for (const [id, request] of Object.entries(REQUESTS)) {
    const rows = await race(verifiers(request), { rounds: quick ? 31 : 151 });
    tables.push({ id, title: request.title, unit: 'us', rows });
  }
  return [
    ...tables,
    { id: 'policies', title: 'Decide by two policies', unit: 'us', rows: await race(policies()) },
    {
      id: 'mismatch',
      title: 'Find why a signature does not match',
      unit: 'us',
      rows: await race(await mismatches(), { rounds: quick ? 3 : 11, sliceMillis: 1, warmMillis: 1 }),
    },
    { id: 'explain', title: 'Explain a refusal', unit: 'us', rows: await race(await explanations()) },
  ];
}

/**
 * @param {(typeof REQUESTS)[string]} request
 * @returns {Record<string, () => unknown>}
 */
function verifiers({ work, credentials, presigned = false }) {
  const signer = new Signer({ credentials, ...gateway });
  const { method, body } = work;
  const { host } = new URL(work.url);
  const signed = presigned
    ? { method, url: signer.presignSync(work, { expiresIn: 3600 }), headers: { ...work.headers, host } }
    : { ...signer.signSync(work), headers: { ...signer.signSync(work).headers, host } };
  const options = { ...gateway, secretAccessKey: () => credentials };
  const sign = ours(Signer)(credentials, gateway);
  const presign = () => signer.presignSync(work, { expiresIn: 3600 });
  return {
    [VERIFY]: () => verifyRequest({ method, url: signed.url, headers: signed.headers, body }, options),
    [SIGN]: presigned ? presign : () => sign(work),
    ...(presigned ? {} : recomputed(signed.headers.authorization, work, credentials)),
  };
}

/**
 * What a server writes without a verifier: it takes the signed headers, signs with the secret that it knows, and compares.
 * The date is that of now, as these peers sign for it; so the comparison itself is made with what they sign.
 *
 * @param {string} authorization
 * @param {import('../requests.mjs').Work} work
 * @param {any} credentials
 */
function recomputed(authorization, work, credentials) {
  const peers = { [AWS4]: aws4Peer, [SMITHY_NODE]: smithyNode };
  return Object.fromEntries(
    Object.entries(peers).map(([name, peer]) => {
      const sign = peer(credentials, gateway);
      const arrived = Buffer.from(/Signature=(\w+)/.exec(authorization)[1]);
      return [
        `${name}, recomputed`,
        async () => {
          const { headers } = await sign(work);
          const again = /Signature=(\w+)/.exec(headers.authorization ?? headers.Authorization)[1];
          return timingSafeEqual(Buffer.from(again), arrived);
        },
      ];
    }),
  );
}

function policies() {
  const api = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/prod';
  const documents = [
    {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: [`${api}/GET/orders/*`, `${api}/POST/orders`],
        },
        { Effect: 'Deny', Action: 'execute-api:*', Resource: `${api}/*/admin/*` },
      ],
    },
    {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: `${api}/GET/reports/*`,
        Condition: {
          IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '2001:db8::/32'] },
          DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' },
        },
      },
    },
  ];
  const parsed = documents.map((document) => parsePolicy(/** @type {any} */ (document)));
  const request = {
    action: 'execute-api:Invoke',
    resource: `${api}/GET/reports/2026`,
    context: { 'aws:SourceIp': '192.0.2.7', 'aws:CurrentTime': new Date('2026-06-01T00:00:00Z') },
  };
  if (evaluatePolicies(parsed, request).decision !== 'allow') throw new Error('the policies must allow it');
  return {
    'parsed once': () => evaluatePolicies(parsed, request),
    'parsed each time': () => evaluatePolicies(/** @type {any} */ (documents), request),
  };
}

async function mismatches() {
  const options = { ...gateway, secretAccessKey: longTerm.secretAccessKey };
  const { host } = new URL(get.url);
  const arrive = (/** @type {any} */ signed) => ({ ...signed, headers: { ...signed.headers, host } });
  const once = new Signer({ credentials: longTerm, ...gateway, pathEncoding: 'single' });
  const spaced = `${new URL(get.url).origin}/prod/a%20b`;
  const found = arrive(once.signSync(spaced));
  const right = arrive(new Signer({ credentials: longTerm, ...gateway }).signSync(get));
  const lost = {
    ...right,
    headers: {
      ...right.headers,
      authorization: right.headers.authorization.replace(/\w{64}$/, '0'.repeat(64)),
    },
  };
  if ((await findMismatch(found, options)).length !== 1) throw new Error('the mistake must be found');
  if ((await findMismatch(lost, { ...options, deadlineMs: 60_000 })).some(({ isProved }) => isProved))
    throw new Error('nothing must be found');
  const late = await arriveWithTwoMistakes();
  if ((await findMismatch(late, { ...options, deadlineMs: 60_000 })).length !== 2)
    throw new Error('two mistakes must be found');
  return {
    'one mistake': () => findMismatch(found, options),
    [PAIRS]: () => findMismatch(late, { ...options, deadlineMs: 60_000 }),
    [CUT_OFF]: () => findMismatch(lost, { ...options, deadlineMs: DEADLINE_MILLIS }),
    'nothing is found': () => findMismatch(lost, { ...options, deadlineMs: 60_000 }),
  };
}

/** Signed for HEAD, with a key of the last region on the list. */
async function arriveWithTwoMistakes() {
  const signer = new Signer({ credentials: longTerm, ...gateway, date: new Date() });
  const { headers } = signer.signSync({ ...get, method: 'HEAD' });
  const { stringToSign } = await trace(signer, { ...get, method: 'HEAD' });
  const [day] = /(?<=\/)\d{8}/.exec(headers.authorization) ?? [];
  const names = [day, 'cn-northwest-1', gateway.service, 'aws4_request', stringToSign];
  const hmac = (/** @type {string | Buffer} */ key, /** @type {string} */ text) =>
    createHmac('sha256', key).update(text).digest();
  const signature = names
    .reduce(hmac, /** @type {any} */ (`AWS4${longTerm.secretAccessKey}`))
    .toString('hex');
  const authorization = headers.authorization.replace(/\w{64}$/, signature);
  return { ...get, headers: { ...headers, authorization, host: new URL(get.url).host } };
}

async function explanations() {
  const forbidden = { status: 403, headers: {}, body: '{"message":"Forbidden"}' };
  const expired = {
    status: 403,
    headers: {},
    body: '{"message":"Signature expired: 20260601T000000Z is now earlier than 20260601T001000Z (20260601T001500Z - 5 min.)"}',
  };
  for (const answer of [forbidden, expired]) {
    if ((await explainResponse(answer)) === undefined) throw new Error('the answer must be explained');
  }
  return {
    Forbidden: () => explainResponse(forbidden),
    'signature expired': () => explainResponse(expired),
  };
}

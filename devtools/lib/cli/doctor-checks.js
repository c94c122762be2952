// The checks of `sigv4 doctor`, in order. Each check may use the results of the previous ones.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import { Signer } from 'sigv4-wasm';

import { inShellWords } from './advice.js';
import { collect } from './input.js';
import { inferScope, resolveCredentials, resolveIdentity } from './identity.js';
import { send } from './send.js';
import { prepare } from './signing.js';

/**
 * @typedef {object} Patient
 * @property {string} url
 * @property {string} method
 * @property {any} argv
 * @property {import('undici').Dispatcher} dispatcher
 * @property {import('./identity.js').SigningIdentity} [identity]
 * @property {string} [arn]  of the caller
 * @property {boolean} [isReachable]
 *
 * @typedef {object} Finding
 * @property {string} name
 * @property {'ok' | 'warn' | 'fail' | 'skip'} status
 * @property {string} text
 * @property {string} [fix]  what to do
 * @property {import('./exit.js').Ending} [ending]  of a failure
 *
 * @typedef {(patient: Patient) => Promise<Omit<Finding, 'name'>>} Check
 */

/** @type {Check} */
async function host({ url, argv }) {
  const inferred = inferScope(url);
  const region = argv.region ?? inferred.region;
  const service = argv.service ?? inferred.service;
  if (region && service) {
    const differs = ['region', 'service'].filter(
      (name) =>
        argv[name] !== undefined &&
        /** @type {any} */ (inferred)[name] &&
        argv[name] !== /** @type {any} */ (inferred)[name],
    );
    if (differs.length === 0) return { status: 'ok', text: `${service} in ${region}` };
    return {
      status: 'warn',
      text: `${service} in ${region}, but the host belongs to ${inferred.service} in ${inferred.region}`,
      fix: `leave out ${differs.map((name) => `--${name}`).join(' and ')}`,
    };
  }
  const lacking = [region ? [] : 'region', service ? [] : 'service'].flat();
  return {
    status: 'warn',
    text: `the host does not name the ${lacking.join(' or the ')}, as AWS's own hosts do`,
    fix: `pass ${lacking.map((name) => `--${name}`).join(' and ')}, with the values of the server; for API Gateway: --service execute-api`,
  };
}

/** @type {Check} */
async function dns({ url, argv }) {
  const { hostname } = new URL(url);
  const name = hostname.replace(/^\[|\]$/g, '');
  if (isIP(name)) return { status: 'ok', text: `${name} is an address` };
  if (argv.resolve || argv.proxy) return { status: 'skip', text: 'left to --resolve or the proxy' };
  try {
    const addresses = await lookup(name, { all: true });
    return {
      status: 'ok',
      text: addresses
        .map(({ address }) => address)
        .slice(0, 4)
        .join(', '),
    };
  } catch (error) {
    return {
      ...{ status: 'fail', ending: 'connect' },
      text: `${name} has no address (${/** @type {any} */ (error).code})`,
      fix: 'check the API id or bucket and the region in the host, and your network; a private API has an address only in its VPC',
    };
  }
}

/** @type {Check} */
async function connection(patient) {
  const { url } = patient;
  const began = performance.now();
  const answer = await asked(patient, { method: 'HEAD', url, headers: {} });
  if (answer instanceof Error) {
    const { code } = /** @type {any} */ (answer.cause ?? {});
    const [, fix] = CONNECTION_FIXES.find(([codes]) => codes.test(code ?? '')) ?? [];
    return {
      status: 'fail',
      ending: 'connect',
      text: answer.message,
      fix: fix ?? 'check the URL, the proxy and the firewall',
    };
  }
  patient.isReachable = true;
  const ms = Math.round(performance.now() - began);
  const isTls = url.startsWith('https:');
  const text = `${isTls ? 'TLS' : 'no TLS'}, a response after ${ms} ms`;
  const isLocal = /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(url);
  if (isTls || isLocal) return { status: 'ok', text };
  return {
    status: 'warn',
    text,
    fix: 'use https://: anyone who sees the request can repeat it for some minutes',
  };
}

/** @type {[codes: RegExp, fix: string][]} */
const CONNECTION_FIXES = [
  [/CERT_HAS_EXPIRED/, 'the certificate of the server has expired: it must be renewed'],
  [
    /ALTNAME/,
    'the certificate belongs to another host: check the URL; a custom domain needs its own certificate',
  ],
  [
    /SELF_SIGNED|UNABLE_TO|ISSUER/,
    'pass the certificate of your company or test server with --cacert FILE, or set NODE_EXTRA_CA_CERTS',
  ],
  [
    /EPROTO|WRONG_VERSION|ERR_SSL/,
    'the port does not speak TLS, or no TLS version that both sides support: check the port, and http or https',
  ],
  [/ECONNREFUSED/, 'nothing listens there: check the port, and whether the server is running'],
  [/TIMEOUT/, 'a firewall or a security group drops the connection, or the network needs a proxy (-x)'],
];

/** @type {Check} */
async function clock(patient) {
  if (!patient.isReachable) return { status: 'skip', text: 'there was no response' };
  const began = Date.now();
  const answer = await asked(patient, { method: 'HEAD', url: patient.url, headers: {} });
  const ended = Date.now();
  const date = answer instanceof Error ? undefined : headerOf(answer.headers, 'date');
  const server = Date.parse(date ?? '');
  if (Number.isNaN(server))
    return { status: 'warn', text: 'the server does not send its time (no Date header)' };
  // The header has whole seconds, rounded down.
  const ahead = (began + ended) / 2 - (server + 500);
  const seconds = Math.round(Math.abs(ahead) / 1000);
  const text =
    seconds < 2
      ? 'this machine and the server agree'
      : `this machine is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the server`;
  if (seconds < 60) return { status: 'ok', text };
  const fix =
    'set the clock (for example: sudo timedatectl set-ntp true; on a Mac: sudo sntp -sS time.apple.com)';
  if (seconds < 240) return { status: 'warn', text, fix };
  return { status: 'fail', ending: 'config', text, fix };
}

/** @type {Check} */
async function credentials(patient) {
  const { url, argv } = patient;
  try {
    const { credentials, source } = await resolveCredentials(argv);
    const { accessKeyId, sessionToken, expiration } = credentials;
    const text = `${accessKeyId}, from ${source}`;
    if (/^ASIA/.test(accessKeyId) && !sessionToken) {
      return {
        ...{ status: 'fail', ending: 'config', text: `${text}: a temporary key without its session token` },
        fix: 'set AWS_SESSION_TOKEN as well: all three belong together',
      };
    }
    if (/^AKIA/.test(accessKeyId) && sessionToken) {
      return {
        ...{
          status: 'fail',
          ending: 'config',
          text: `${text}: a long-term key with the session token of another key`,
        },
        fix: 'unset AWS_SESSION_TOKEN',
      };
    }
    const left = expiration === undefined ? Infinity : new Date(expiration).getTime() - Date.now();
    if (left <= 0) return { status: 'fail', ending: 'config', text: `${text}: expired`, fix: 'get new ones' };
    patient.identity = await resolveIdentity(url, argv).catch(() => undefined);
    const until = left === Infinity ? '' : `; ${Math.round(left / 60_000)} minutes left`;
    return { status: 'ok', text: text + until };
  } catch (error) {
    const { message, cause } = /** @type {any} */ (error);
    return {
      status: 'fail',
      ending: 'config',
      text: [message, cause?.message].filter(Boolean).join(': '),
      fix: 'see "Credentials" in the README',
    };
  }
}

/** @type {Check} */
async function identity(patient) {
  const { argv } = patient;
  const found = patient.identity ?? (await resolveCredentials(argv).catch(() => undefined));
  if (found === undefined) return { status: 'skip', text: 'there are no credentials' };
  const region = /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(patient.identity?.region ?? '')
    ? String(patient.identity?.region)
    : 'us-east-1';
  const url =
    process.env.AWS_ENDPOINT_URL_STS ||
    `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
  const signer = new Signer({ credentials: found.credentials, region, service: 'sts' });
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const { headers, ...signed } = await signer.sign({
    ...{ method: 'POST', url, body },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const answer = await asked(patient, { method: 'POST', url: signed.url, headers, body: Buffer.from(body) });
  if (answer instanceof Error) {
    return {
      status: 'warn',
      text: `AWS STS cannot be reached: ${answer.message}`,
      fix: 'this does no harm, unless the credentials are wrong',
    };
  }
  const [, arn] = /<Arn>([^<]+)<\/Arn>/.exec(answer.text) ?? [];
  if (arn !== undefined) {
    patient.arn = arn;
    return { status: 'ok', text: arn };
  }
  const [, code = `status ${answer.status}`] = /<Code>([^<]+)<\/Code>/.exec(answer.text) ?? [];
  return {
    status: 'fail',
    ending: 'config',
    text: `AWS STS refuses the credentials: ${code}`,
    fix: STS_FIXES[code] ?? 'get new credentials',
  };
}

/** @type {Record<string, string>} */
const STS_FIXES = {
  ExpiredToken: 'the session has ended: sign in again, or assume the role again',
  InvalidClientTokenId:
    'the key does not exist, is inactive, or lacks its session token: check the three variables, or make a new key',
  SignatureDoesNotMatch:
    'the secret does not belong to the key id: copy both again, without spaces or line breaks',
  AccessDenied: 'a policy denies sts:GetCallerIdentity, which normally everyone may call',
};

/** @type {Check} */
async function cors(patient) {
  const { url, method, argv, isReachable } = patient;
  if (!isReachable) return { status: 'skip', text: 'there was no response' };
  const origin = argv.origin ?? 'http://localhost:5173';
  const headers = {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': PREFLIGHT.join(','),
  };
  const answer = await asked(patient, { method: 'OPTIONS', url, headers });
  if (answer instanceof Error) return { status: 'warn', text: answer.message };
  const allowed = headerOf(answer.headers, 'access-control-allow-origin');
  const names = listOf(headerOf(answer.headers, 'access-control-allow-headers'));
  const methods = listOf(headerOf(answer.headers, 'access-control-allow-methods'));
  const missing = names.includes('*')
    ? ['authorization'].filter((name) => !names.includes(name))
    : PREFLIGHT.filter((name) => !names.includes(name));
  const problem =
    answer.status >= 300
      ? `the response to the preflight is ${answer.status}: OPTIONS must not need a signature`
      : allowed === undefined || (allowed !== '*' && allowed !== origin)
        ? `pages of ${origin} are not allowed`
        : missing.length > 0
          ? `the headers ${missing.join(', ')} are not allowed`
          : !['GET', 'HEAD', 'POST'].includes(method) &&
              !methods.includes('*') &&
              !methods.includes(method.toLowerCase())
            ? `the method ${method} is not allowed`
            : undefined;
  if (problem === undefined) return { status: 'ok', text: `pages of ${origin} may send signed requests` };
  return {
    ...{ status: 'warn', text: `browsers cannot send signed requests: ${problem}` },
    fix: `needed only for web pages: allow the origin and the headers ${PREFLIGHT.join(', ')} in the CORS settings of the API or bucket`,
  };
}

const PREFLIGHT = ['authorization', 'x-amz-date', 'x-amz-security-token'];

/** @type {Check} */
async function request(patient) {
  const { url, method, argv, isReachable } = patient;
  if (!isReachable) return { status: 'skip', text: 'there was no response' };
  if (patient.identity === undefined)
    return { status: 'skip', text: 'there are no credentials, or no region and service' };
  const prepared = await prepare({ method, url, headers: [] }, argv, patient.identity);
  const date = new Date();
  const wire = await prepared.sign(date);
  const answer = await asked(patient, wire);
  if (answer instanceof Error) return { status: 'fail', ending: 'connect', text: answer.message };
  const text = `signed ${method}: ${answer.status}`;
  if (answer.status < 400) return { status: 'ok', text };
  if (answer.status !== 401 && answer.status !== 403) {
    return {
      status: 'warn',
      text: `${text}: the signature was accepted, or is not required`,
      fix: 'check the path and the method',
    };
  }
  const { explainResponse } = await import('sigv4-wasm/explain');
  const { status, headers, text: body } = answer;
  const found = await explainResponse(
    { status, headers, body, url: url.split('?')[0], request: { method } },
    { signed: await prepared.trace(date) },
  );
  const { code, summary, fix } = inShellWords(found, { isOwn: true });
  const permission = /allowed|denied|^forbidden|^no-reason/.test(code) ? permissionFor(patient) : undefined;
  return {
    ...{ status: 'fail', ending: 'refused', text: `${text}, ${code}: ${summary}` },
    fix: [fix, permission].filter(Boolean).join(' '),
  };
}

/** The permission that a policy must grant, if the host shows it. @param {Patient} patient */
function permissionFor({ url, method, arn, identity }) {
  const statementFor = identity && STATEMENTS[identity.service];
  if (!statementFor) return undefined;
  const [, partition = 'aws', account = 'ACCOUNT'] = /^arn:([^:]+):[^:]+::(\d+):/.exec(arn ?? '') ?? [];
  const { hostname, pathname } = new URL(url);
  const statement = statementFor({
    hostname,
    path: pathname.slice(1),
    method,
    partition,
    account,
    region: String(identity.region),
  });
  return statement && `The policy needs: Allow ${statement}`;
}

/**
 * By signing name. Source: "Actions, resources, and condition keys", service authorization reference.
 *
 * @type {Record<string, (of: { hostname: string, path: string, method: string, partition: string, account: string, region: string }) => string | undefined>}
 */
const STATEMENTS = {
  'execute-api': ({ hostname, path, method, partition, account, region }) => {
    const [stage, ...rest] = path.split('/');
    const api = `arn:${partition}:execute-api:${region}:${account}:${hostname.split('.')[0]}`;
    return `execute-api:Invoke on ${api}/${stage}/${method}/${rest.join('/')}`;
  },
  s3: ({ hostname, path, method, partition }) => {
    const [, inHost] = /^(.+)\.s3[.-]/.exec(hostname) ?? [];
    const [bucket, ...key] = inHost === undefined ? path.split('/') : [inHost, path];
    const arn = `arn:${partition}:s3:::${bucket}`;
    if (key.join('/') === '')
      return method === 'GET' || method === 'HEAD' ? `s3:ListBucket on ${arn}` : undefined;
    const action = {
      GET: 's3:GetObject',
      HEAD: 's3:GetObject',
      PUT: 's3:PutObject',
      DELETE: 's3:DeleteObject',
    }[method];
    return action && `${action} on ${arn}/${decodeURIComponent(key.join('/'))}`;
  },
  lambda: ({ hostname, partition, account, region }) =>
    /\.lambda-url\./.test(hostname)
      ? `lambda:InvokeFunctionUrl and lambda:InvokeFunction on arn:${partition}:lambda:${region}:${account}:function:NAME`
      : undefined,
};

/** @type {[name: string, check: Check][]} */
export const CHECKS = [
  ['host', host],
  ['dns', dns],
  ['connection', connection],
  ['clock', clock],
  ['credentials', credentials],
  ['identity', identity],
  ['cors', cors],
  ['request', request],
];

/**
 * @param {Patient} patient
 * @param {import('./send.js').Wire} wire
 * @returns {Promise<{ status: number, headers: [string, string][], text: string } | Error>}
 */
async function asked({ dispatcher }, wire) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { status, headers, body } = await send(wire, [], { dispatcher, signal });
    return { status, headers, text: (await collect(body, 'the response')).toString() };
  } catch (error) {
    return /** @type {Error} */ (error);
  }
}

const TIMEOUT_MS = 15_000;

/** @param {[string, string][]} headers @param {string} name */
function headerOf(headers, name) {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** @param {string | undefined} value */
function listOf(value) {
  return (value ?? '').split(',').map((one) => one.trim().toLowerCase());
}

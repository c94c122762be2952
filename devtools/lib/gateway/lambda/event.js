// The events that API Gateway sends to a Lambda function.
//
// Sources: "Input format of a Lambda function for proxy integration" (REST APIs) and "Create AWS Lambda proxy integrations for
// HTTP APIs", API Gateway developer guide; "Invoking Lambda function URLs", AWS Lambda developer guide, for `authorizer.iam`.
// HTTP APIs decode the path and REST APIs do not: this was observed on both.

import { createHash } from 'node:crypto';

import { REPLACED_HEADERS } from 'sigv4-wasm';

import { endToEnd, HOP_BY_HOP, withoutSignature } from '../integration.js';

/**
 * @typedef {'rest' | '1.0' | '2.0'} EventFormat  `rest` for a REST API, or the payload format version of an HTTP API
 *
 * @typedef {object} Call
 * @property {number} number  of the request, in the log of the gateway
 * @property {string} id
 * @property {string} extendedId  the only ID of an HTTP API
 * @property {Date} at
 * @property {import('../request.js').GatewayRequest} request
 * @property {import('../routes.js').Matched} matched
 * @property {Partial<import('../authorizer.js').Authorized>} authorized
 */

/**
 * @param {EventFormat} format
 * @param {Call} call
 * @param {{ type: string, account: string, apiId: string }} api
 * @returns {object}
 */
export function eventOf(format, call, api) {
  return format === '2.0' ? event2(call, api) : event1(format, call, api);
}

/**
 * @param {'rest' | '1.0'} format
 * @param {Call} call
 * @param {{ account: string, apiId: string }} api
 */
function event1(format, call, { account, apiId }) {
  const { id, extendedId, at, request, matched, authorized } = call;
  const { method } = request;
  const { stage, route } = matched;
  const isRest = format === 'rest';
  const atStage = stage === '$default' ? '' : `/${stage}`;
  const fullPath = `${atStage}${isRest ? matched.rawPath : matched.path}`;
  const headers = headersOf(request, isRest);
  const parameters = [...new URLSearchParams(withoutSignature(matched.query))];
  const { principal, accessKeyId = null } = authorized;
  const domainName = request.headers.host ?? '';
  const resource = route.path;
  return {
    ...(!isRest && { version: '1.0' }),
    resource,
    path: isRest ? matched.rawPath : fullPath,
    httpMethod: method,
    headers: lastOf(headers),
    multiValueHeaders: allOf(headers),
    queryStringParameters: lastOf(parameters),
    multiValueQueryStringParameters: allOf(parameters),
    pathParameters: orNull(isRest ? matched.rawParameters : matched.parameters),
    stageVariables: null,
    requestContext: {
      resourceId: isRest ? idOf(resource) : null,
      resourcePath: resource,
      httpMethod: method,
      extendedRequestId: extendedId,
      requestTime: commonLogTime(at),
      path: fullPath,
      accountId: account,
      protocol: 'HTTP/1.1',
      stage,
      domainPrefix: domainName.split('.', 1)[0],
      requestTimeEpoch: at.getTime(),
      requestId: isRest ? id : extendedId,
      identity: {
        accessKey: accessKeyId,
        accountId: principal ? account : null,
        caller: principal?.id ?? null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: request.sourceIp,
        user: principal?.id ?? null,
        userAgent: request.headers['user-agent'] ?? null,
        userArn: principal?.arn ?? null,
      },
      domainName,
      apiId,
    },
    ...bodyOf(request, isRest, null),
  };
}

/**
 * @param {Call} call
 * @param {{ type: string, account: string, apiId: string }} api
 */
function event2(call, { type, account, apiId }) {
  const { id, extendedId, at, request, matched, authorized } = call;
  const isUrl = type === 'function-url';
  const { method } = request;
  const { stage, route } = matched;
  const path = `${stage === '$default' ? '' : `/${stage}`}${matched.path}`;
  const rawQueryString = withoutSignature(matched.query);
  const headers = headersOf(request, false);
  const cookies = headers
    .filter(([name]) => name === 'cookie')
    .flatMap(([, value]) => value.split(/;\s*/).filter(Boolean));
  const parameters = [...new URLSearchParams(rawQueryString)];
  const domainName = request.headers.host ?? '';
  const { principal, accessKeyId } = authorized;
  return {
    version: '2.0',
    routeKey: route.route,
    rawPath: path,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers: joined(headers.filter(([name]) => name !== 'cookie')),
    ...(parameters.length > 0 && { queryStringParameters: joined(parameters) }),
    requestContext: {
      // For a function URL, this is the caller's account.
      accountId: isUrl && principal === undefined ? 'anonymous' : account,
      apiId,
      ...(isUrl && { authentication: null }),
      ...(principal && {
        authorizer: {
          iam: {
            accessKey: accessKeyId,
            accountId: account,
            callerId: principal.id,
            cognitoIdentity: null,
            principalOrgId: null,
            userArn: principal.arn,
            userId: principal.id,
          },
        },
      }),
      domainName,
      domainPrefix: domainName.split('.', 1)[0],
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: isUrl ? id : extendedId,
      routeKey: route.route,
      stage,
      time: commonLogTime(at),
      timeEpoch: at.getTime(),
    },
    ...(Object.keys(matched.parameters).length > 0 && { pathParameters: matched.parameters }),
    ...bodyOf(request, false, undefined),
    ...(isUrl && { pathParameters: null, stageVariables: null }),
  };
}

/**
 * The headers without the signature and the session token, which the function must not get.
 *
 * @param {import('../request.js').GatewayRequest} request
 * @param {boolean} keepsCase  REST APIs pass names unchanged, HTTP APIs in lower case
 * @returns {[string, string][]}
 */
function headersOf({ rawHeaders, headers, sourceIp }, keepsCase) {
  const [, port = '80'] = /:(\d+)$/.exec(headers.host ?? '') ?? [];
  /** @type {[string, string][]} */
  const added = [
    ['X-Amzn-Trace-Id', `Root=${traceId()}`],
    ['X-Forwarded-For', sourceIp],
    ['X-Forwarded-Port', port],
    ['X-Forwarded-Proto', 'http'],
  ];
  const dropped = new Set([...DROPPED, ...added.map(([name]) => name.toLowerCase())]);
  const all = [...endToEnd(rawHeaders, dropped), ...added];
  return keepsCase ? all : all.map(([name, value]) => [name.toLowerCase(), value]);
}

const DROPPED = [...HOP_BY_HOP, ...REPLACED_HEADERS, 'expect'];

/** An ID in the form of X-Ray: time and random digits. */
function traceId() {
  const digits = () =>
    Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return `1-${Math.floor(Date.now() / 1000).toString(16)}-${digits()}${digits()}${digits()}`;
}

/**
 * @template {null | undefined} Absent
 * @param {import('../request.js').GatewayRequest} request
 * @param {boolean} isRest
 * @param {Absent} absent  the value for a missing body
 */
function bodyOf({ rawBody, headers }, isRest, absent) {
  if (rawBody.length === 0) return { ...(absent === null && { body: null }), isBase64Encoded: false };
  const text = rawBody.toString('utf8');
  // A REST API without binary media types would corrupt such a body; HTTP APIs decide by its type.
  const isText = isRest
    ? Buffer.from(text, 'utf8').equals(rawBody)
    : IS_TEXT.test(headers['content-type'] ?? '');
  return isText
    ? { body: text, isBase64Encoded: false }
    : { body: rawBody.toString('base64'), isBase64Encoded: true };
}

const IS_TEXT = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|javascript)\b)/i;

/** @param {[string, string][]} pairs @returns {Record<string, string> | null} */
function lastOf(pairs) {
  return orNull(Object.fromEntries(pairs));
}

/** @param {[string, string][]} pairs @returns {Record<string, string[]> | null} */
function allOf(pairs) {
  /** @type {Record<string, string[]>} */
  const all = Object.create(null);
  for (const [name, value] of pairs) (all[name] ??= []).push(value);
  return orNull({ ...all });
}

/** @param {[string, string][]} pairs @returns {Record<string, string>} */
function joined(pairs) {
  return Object.fromEntries(
    Object.entries(allOf(pairs) ?? {}).map(([name, values]) => [name, values.join(',')]),
  );
}

/**
 * @template {object} T
 * @param {T} object
 * @returns {T | null}
 */
function orNull(object) {
  return Object.keys(object).length > 0 ? object : null;
}

/**
 * A time such as `12/Mar/2020:19:03:58 +0000`.
 *
 * @param {Date} at
 */
function commonLogTime(at) {
  const [, day, month, year, time] = /** @type {RegExpExecArray} */ (
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(at.toUTCString())
  );
  return `${day}/${month}/${year}:${time} +0000`;
}

/**
 * A resource ID, the same for the same path: six letters and digits, as in API Gateway.
 *
 * @param {string} resource
 */
function idOf(resource) {
  return BigInt(`0x${createHash('sha256').update(resource).digest('hex').slice(0, 12)}`)
    .toString(36)
    .padStart(6, '0')
    .slice(-6);
}

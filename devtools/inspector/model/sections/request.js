// What is signed, and with which credentials.

import { base64, bytesOf } from '../../../lib/requests/bytes.js';
import { splitQuery } from '../authorization.js';
import { line, lineUnless, nameOf, part, repeatable } from './parts.js';

/**
 * @typedef {import('../graph.js').Line} Line
 * @typedef {import('../graph.js').Section} Section
 * @typedef {import('../inspection.js').Inspection} Inspection
 */

/** @param {Inspection} inspection @returns {Section} */
export function requestSection(inspection) {
  const { request, accessKeyId, secretAccessKey, sessionToken, amzDate, authorization, rules } = inspection;
  const { region, service, isSigV4a } = inspection;
  const [start, query] = splitQuery(request.url);
  const url = new URL(start);
  const [, path] = /** @type {RegExpExecArray} */ (/^[^/]*\/\/[^/]*(.*)$/s.exec(start));
  const hosts = request.headers.filter(([name]) => name.toLowerCase() === 'host');
  const origin =
    authorization === undefined ? 'chosen by you, or inferred from the host' : 'read from the request';
  return {
    id: 'request',
    title: 'Request',
    about: 'The request to sign, and the credentials that sign it.',
    lines: [
      line('method', part('request.method', 'the method', request.method)),
      line('host', part('request.host', 'the host', hosts[0]?.[1] ?? url.host)),
      line('path', part('request.path', 'the path', path || '/')),
      ...lineUnless(query.length === 0, {
        label: 'query',
        separator: '&',
        parts: query.map((pair, i) => ({
          ...part(`request.query.${i}`, `the parameter ${nameOf(pair)}`, pair),
          ...(nameOf(pair) === rules.sessionTokenParameter && { kind: /** @type {const} */ ('secret') }),
          ...(PARAMETER_HUES[nameOf(pair)] && { hues: PARAMETER_HUES[nameOf(pair)] }),
        })),
      }),
      ...repeatable(request.headers)
        .filter(({ key }) => key !== 'host')
        .map(({ id, name, key, value }) =>
          line(name, {
            ...part(`request.header.${id}`, `the header ${name}`, value),
            ...((key === rules.sessionTokenHeader || key === 'cookie') && {
              kind: /** @type {const} */ ('secret'),
            }),
          }),
        ),
      line(
        'body',
        part(
          'request.body',
          'the body',
          request.payloadHash === undefined ? bodyText(request.body) : 'not known, except for its hash',
        ),
      ),
      line('access key', part('access-key', 'the access key ID', accessKeyId)),
      line('secret', {
        ...part('secret', 'the secret access key', secretAccessKey),
        kind: secretAccessKey && 'secret',
      }),
      ...lineUnless(
        sessionToken === undefined,
        line('token', { ...part('token', 'the session token', sessionToken ?? ''), kind: 'secret' }),
      ),
      line('time', part('time', 'the time of signing', amzDate)),
      line('region', { ...part('region', isSigV4a ? 'the regions' : 'the region', region), how: origin }),
      line('service', { ...part('service', 'the service', service), how: origin }),
    ],
  };
}

/** @param {string | Uint8Array | undefined} body */
function bodyText(body) {
  if (body === undefined) return '';
  const text = typeof body === 'string' ? body : base64(body);
  const { length } = bytesOf(body);
  const kind = typeof body === 'string' ? '' : 'base64 ';
  return text.length > BODY_PREVIEW
    ? `${kind}${text.slice(0, BODY_PREVIEW)}… (${length} bytes)`
    : `${kind}${text}`;
}

const BODY_PREVIEW = 4000;

/** What a presigned URL says of its signature is no parameter of the request. @type {Record<string, import('../hues.js').Hue[]>} */
const PARAMETER_HUES = {
  ...{ 'X-Amz-Date': ['time'], 'X-Amz-Credential': ['key'], 'X-Amz-Security-Token': ['key'] },
  ...{ 'X-Amz-S3session-Token': ['key'], 'X-Amz-SignedHeaders': ['header'] },
  ...{ 'X-Amz-Signature': [], 'X-Amz-Algorithm': [], 'X-Amz-Expires': ['time'] },
};

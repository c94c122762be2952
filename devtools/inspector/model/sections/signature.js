// The signature, and the header or parameters that carry it.

import { HUES } from '../hues.js';
import { line, lineUnless, made, needs, part } from './parts.js';

/**
 * @typedef {import('../graph.js').Line} Line
 * @typedef {import('../graph.js').Section} Section
 * @typedef {import('../inspection.js').Inspection} Inspection
 */

/** @param {Inspection} inspection @returns {Section} */
export function signatureSection(inspection) {
  const { trace, missing, accessKeyId, sessionToken, amzDate, expiresIn, authorization, rules } = inspection;
  const { isSigV4a } = inspection;
  const scope = ['scope.date', 'scope.region', 'scope.service', 'scope.end'];
  const signature = missing.length > 0 ? needs(missing) : trace.signature;
  const credential = part(
    'sent.credential',
    'the credential',
    expiresIn === undefined
      ? `Credential=${accessKeyId}/${trace.scope}`
      : `X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${trace.scope}`)}`,
    ['access-key', ...scope],
  );
  const names = trace.signedHeaders.join(';');
  const sent = [
    credential,
    part(
      'sent.signed-headers',
      'the list of signed headers',
      expiresIn === undefined ? `SignedHeaders=${names}` : `X-Amz-SignedHeaders=${encodeURIComponent(names)}`,
      ['canonical.signed-headers'],
    ),
    part(
      'sent.signature',
      'the signature as it is sent',
      expiresIn === undefined ? `Signature=${signature}` : `X-Amz-Signature=${signature}`,
      ['signature'],
    ),
  ];
  return {
    id: 'signature',
    title: 'Signature',
    about: isSigV4a
      ? 'ECDSA of the string to sign with the private key, and the header or parameters that carry it.'
      : 'HMAC of the string to sign with the signing key, and the header or parameters that carry it.',
    lines: [
      made('signature', {
        ...part('signature', 'the signature', signature, [
          ...['key.kSigning', 'key.kPrivate', ...STRING_TO_SIGN],
        ]),
        how: isSigV4a
          ? 'ECDSA on P-256: each time you sign, the signature is different, and each one is valid'
          : 'HMAC(kSigning, string to sign), in hex',
      }),
      ...lineUnless(
        authorization === undefined,
        line('in the request', {
          ...part('claimed-signature', 'the signature in the request', authorization?.signature ?? ''),
          hues: [...HUES],
        }),
      ),
      ...(expiresIn === undefined
        ? [
            { label: 'authorization', separator: ', ', parts: sent },
            line('x-amz-date', part('sent.date', 'the header x-amz-date', amzDate, ['time'])),
          ]
        : [{ label: 'query', separator: '&', parts: sent }]),
      ...lineUnless(
        sessionToken === undefined || expiresIn !== undefined,
        line(rules.sessionTokenHeader, {
          ...part('sent.token', `the header ${rules.sessionTokenHeader}`, sessionToken ?? '', ['token']),
          kind: 'secret',
        }),
      ),
    ],
  };
}

const STRING_TO_SIGN = [
  ...['string.algorithm', 'string.time', 'scope.date', 'scope.region'],
  ...['scope.service', 'scope.end', 'string.hash'],
];

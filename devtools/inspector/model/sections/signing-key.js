// The signing key, derived from the secret step by step.

import { made, needs, part } from './parts.js';

/**
 * @typedef {import('../graph.js').Line} Line
 * @typedef {import('../graph.js').Section} Section
 * @typedef {import('../inspection.js').Inspection} Inspection
 *
 * @typedef {{ key: string, from: string[], input: string, how: string }} Step
 *   `input`: the part that is put into it besides the key before
 */

/** @param {Inspection} inspection @returns {Section} */
export function keySection(inspection) {
  const { chain, secretAccessKey, isSigV4a } = inspection;
  const absent = secretAccessKey === '' ? needs(['the secret access key']) : UNAVAILABLE;
  return {
    id: 'keys',
    title: 'Signing key',
    about: isSigV4a
      ? 'A private key on the curve P-256, derived from the secret: AWS checks the signature with its public key.'
      : 'Derived from the secret in four steps: a key for one day, one region and one service.',
    lines: keySteps(inspection).map(({ key, from, how }) =>
      made(key, {
        ...part(`key.${key}`, key, chain?.keys[key] ?? absent, from),
        ...{ how, kind: chain && 'secret' },
      }),
    ),
  };
}

/** @param {Inspection} inspection @returns {Step[]} */
export function keySteps({ trace, isSigV4a }) {
  if (isSigV4a) {
    const how = 'HMAC("AWS4A" + secret, algorithm + access key ID), plus one';
    return [
      { key: 'kPrivate', from: ['secret', 'access-key', 'string.algorithm'], input: 'access-key', how },
    ];
  }
  const [date, region, service, end] = trace.scope.split('/');
  return [
    ...[{ key: 'kDate', input: 'scope.date', before: 'secret', how: `HMAC("AWS4" + secret, "${date}")` }],
    ...[{ key: 'kRegion', input: 'scope.region', before: 'key.kDate', how: `HMAC(kDate, "${region}")` }],
    ...[
      { key: 'kService', input: 'scope.service', before: 'key.kRegion', how: `HMAC(kRegion, "${service}")` },
    ],
    ...[{ key: 'kSigning', input: 'scope.end', before: 'key.kService', how: `HMAC(kService, "${end}")` }],
  ].map(({ before, ...step }) => ({ ...step, from: [before, step.input] }));
}

const UNAVAILABLE = 'browsers show keys on HTTPS pages and on localhost only';

// The string to sign.

import { CANONICAL, line, made, needs, part } from './parts.js';

/**
 * @typedef {import('../graph.js').Section} Section
 * @typedef {import('../inspection.js').Inspection} Inspection
 */

/** @param {Inspection} inspection @returns {Section} */
export function stringToSignSection({ trace, missing, isSigV4a, service }) {
  const [algorithm, date, scope, computed] = trace.stringToSign.split('\n');
  const hash = missing.includes('the session token') ? needs(['the session token']) : computed;
  const words = scope.split('/');
  return {
    id: 'string-to-sign',
    title: 'String to sign',
    about: 'The time, the scope and the hash of the canonical request.',
    lines: [
      line('algorithm', part('string.algorithm', 'the algorithm', algorithm)),
      line('time', part('string.time', 'the time in the string to sign', date, ['time'])),
      {
        label: 'scope',
        separator: '/',
        parts: [
          {
            ...part('scope.date', 'the date of the scope', words[0], ['time']),
            how: 'the first eight digits of the time',
          },
          // One signature of SigV4a is for several regions, which are in a header.
          ...(isSigV4a ? [] : [part('scope.region', 'the region of the scope', words[1], ['region'])]),
          part('scope.service', 'the service of the scope', service, ['service']),
          part('scope.end', 'the end of the scope', words[words.length - 1]),
        ],
      },
      made('hash', {
        ...part('string.hash', 'the hash of the canonical request', hash, [CANONICAL]),
        how: 'SHA-256 of the whole canonical request',
      }),
    ],
  };
}

// Mistakes for a terminal, as `formatExplanation` writes explanations.

import { styleText } from 'node:util';

/**
 * @param {import('sigv4-wasm/explain').Mismatch[]} mismatches
 * @param {{ color: boolean }} options
 * @returns {string}
 */
export function formatMismatches(mismatches, { color }) {
  /** @type {(style: Parameters<typeof styleText>[0], text: string) => string} */
  const paint = color ? styleText : (_, text) => text;
  const isProved = mismatches.some((mismatch) => mismatch.isProved);
  const heading = isProved
    ? [paint('bold', 'Proved: this mistake results in exactly this signature.')]
    : ['No known mistake results in this signature. Likely causes, the likeliest first:'];
  const lines = mismatches.flatMap(({ code, part, summary, fix, detail = {} }) => [
    paint('bold', summary),
    `${paint('green', 'Fix:')} ${fix}`,
    ...(detail.expected === undefined && detail.signed === undefined
      ? []
      : [
          `  ${part}`,
          paint('green', `    server  ${detail.expected ?? '(none)'}`),
          paint('red', `    signed  ${detail.signed ?? '(none)'}`),
        ]),
    paint('dim', `code:        ${code}`),
  ]);
  return [...heading, ...lines].join('\n');
}

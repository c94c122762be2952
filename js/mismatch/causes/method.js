// The method.

/** @type {import('../search.js').Cause[]} */
export const METHOD_CAUSES = [
  {
    code: 'method-changed',
    part: 'method',
    summary: 'Another method was signed than the one that arrived.',
    fix: 'Sign the method that is sent, after any redirect or method override.',
    changes: ({ arrived, known }) =>
      [...known.methods, ...METHODS]
        .filter((method) => method.toUpperCase() !== arrived.method.toUpperCase())
        .map((method) => ({ 'method.name': method })),
  },
  {
    code: 'method-case',
    part: 'method',
    summary: 'The method was signed in other letters, lower-case or upper-case, than it was sent.',
    fix: 'Write the method in upper-case letters before signing.',
    changes: ({ arrived: { method } }) =>
      [
        method.toLowerCase(),
        method.toUpperCase(),
        method[0].toUpperCase() + method.slice(1).toLowerCase(),
      ].map((spelled) => ({ 'method.name': spelled })),
  },
];

const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'];

// The method.

/** @type {import('../search.js').Cause[]} */
export const METHOD_CAUSES = [
  {
    code: 'method-changed',
    part: 'method',
    summary:
      'The client signed {signed|another method}, but the method that arrived is {expected|a different one}.',
    fix: 'Sign the method that is sent, after any redirect or method override.',
    changes: ({ received, known }) =>
      [...known.methods, ...METHODS]
        .filter((method) => method.toUpperCase() !== received.method.toUpperCase())
        .map((method) => ({ 'method.name': method })),
  },
  {
    code: 'method-case',
    part: 'method',
    summary:
      'The client signed {signed|the method in another case}, but the method that arrived is {expected|in upper case}.',
    fix: 'Write the method in upper case before you sign.',
    changes: ({ received: { method } }) =>
      [
        method.toLowerCase(),
        method.toUpperCase(),
        method[0].toUpperCase() + method.slice(1).toLowerCase(),
      ].map((spelled) => ({ 'method.name': spelled })),
  },
];

const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'];

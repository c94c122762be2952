// Written by the build from src/canonical/form.rs. Do not edit.

/** What a text is, whose canonical form the core is asked for. */
export const FORM = /** @type {const} */ ({
  path: 0,
  normalizedPath: 1,
  doubleEncodedPath: 2,
  singleEncodedPath: 3,
  query: 4,
  escapes: 5,
  headerValue: 6,
});

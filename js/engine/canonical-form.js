// The pieces of a canonical request, as the core writes them: src/canonical/form.rs. Texts are up to U+00FF, each character a
// byte. Each of these starts the module if it has not started yet.

import { ask } from './ask.js';
import { FORM } from './generated/forms.js';

/** A path as it goes on the wire, for all services but S3. */
export const canonicalPath = asker(FORM.path);

/** Likewise, without its dot segments and empty segments, and not encoded. */
export const normalizedPath = asker(FORM.normalizedPath);

/** Likewise, encoded once more and not normalized. */
export const doubleEncodedPath = asker(FORM.doubleEncodedPath);

/** A path as it goes on the wire, for S3. */
export const singleEncodedPath = asker(FORM.singleEncodedPath);

/** A query as it goes on the wire. */
export const canonicalQuery = asker(FORM.query);

/** A text with each byte in its one spelling: a `%` that begins no escape stands for itself. */
export const canonicalEscapes = asker(FORM.escapes);

/** The value of a header. */
export const canonicalValue = asker(FORM.headerValue);

/** @param {number} form */
function asker(form) {
  return (/** @type {string} */ text) =>
    ask(text, (instance, length) => instance.canonical_form(length, form));
}

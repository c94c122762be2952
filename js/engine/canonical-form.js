// Parts of a canonical request, written by the core: src/canonical/form.rs. Texts contain characters up to U+00FF, each of which
// is a byte. Each function starts the module if it has not started yet.

import { ask } from './ask.js';
import { FORM } from './generated/forms.js';

/** A path as it goes on the wire, for all services but S3. */
export const canonicalPath = asker(FORM.path);

/** The same, without its dot segments and empty segments, and not encoded. */
export const normalizedPath = asker(FORM.normalizedPath);

/** The same, encoded a second time and not normalized. */
export const doubleEncodedPath = asker(FORM.doubleEncodedPath);

/** A path as it goes on the wire, for S3. */
export const singleEncodedPath = asker(FORM.singleEncodedPath);

/** A query as it goes on the wire. */
export const canonicalQuery = asker(FORM.query);

/** A text in its canonical spelling: a `%` that does not begin an escape stands for itself. */
export const canonicalEscapes = asker(FORM.escapes);

/** The value of a header. */
export const canonicalValue = asker(FORM.headerValue);

/** @param {number} form */
function asker(form) {
  return (/** @type {string} */ text) =>
    ask(text, (instance, length) => instance.canonical_form(length, form));
}

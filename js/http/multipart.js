// A form as it goes on the wire.

/**
 * What `fetch` makes of a form. It is not left to the platform: WebKit (2.50) sends a form with a file in it, but lets
 * nobody read it (`InvalidStateError`), and no platform knows the forms of a polyfill.
 *
 * Source: "Multipart form data", section 4.10.21.8 of the HTML standard.
 *
 * @param {FormData} form
 * @param {string} boundary
 * @returns {AsyncGenerator<string | Uint8Array>}
 */
export async function* formChunks(form, boundary) {
  for (const [name, value] of form) {
    yield `--${boundary}\r\nContent-Disposition: form-data; name="${escape(withCrlf(name))}"`;
    if (typeof value === 'string') {
      yield `\r\n\r\n${withCrlf(value)}\r\n`;
    } else {
      const type = value.type || 'application/octet-stream';
      yield `; filename="${escape(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`;
      yield new Uint8Array(await value.arrayBuffer());
      yield '\r\n';
    }
  }
  yield `--${boundary}--\r\n`;
}

/** One that nobody can guess, so that no file can hold it and so pretend to be more than one field. */
export function randomBoundary() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `form-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** @param {string} text */
function withCrlf(text) {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

/** @param {string} name */
function escape(name) {
  return name.replace(/[\r\n"]/g, encodeURIComponent);
}

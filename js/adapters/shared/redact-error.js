// Errors of HTTP clients hold the request that was sent, with its signature and session token. Here they lose these where they
// are printed or logged: by `console.log`, by loggers that write the enumerable properties.

/**
 * Leaves a property readable by its name, but hides it from loops and loggers.
 *
 * @param {any} target
 * @param {string} name
 */
export function hide(target, name) {
  if (typeof target !== 'object' || target === null || !Object.hasOwn(target, name)) return;
  const { configurable } = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(target, name));
  if (configurable) Object.defineProperty(target, name, { enumerable: false });
}

/**
 * Without the session token and the signature in a URL.
 *
 * @param {string} text
 */
export function withoutSecrets(text) {
  return text.replace(/(X-Amz-(?:Signature|(?:Security|S3session)-Token)=)[^&\s'"]+/gi, '$1<redacted>');
}

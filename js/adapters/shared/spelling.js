// How adapters spell the headers that they pass to the signer.

/**
 * Characters that count as a space are sent as a space, so that all servers read them alike.
 *
 * @param {URL} url
 */
export function escapePluses(url) {
  if (url.search.includes('+')) url.search = url.search.replaceAll('+', '%20');
}

/**
 * @param {Record<string, any>} headers  any case; a value of `false`, null or undefined is not sent
 * @returns {Record<string, string>} lower-case names
 */
export function flatten(headers) {
  /** @type {Record<string, string>} */
  const result = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    const key = name.toLowerCase();
    // One line for a repeated header, joined as the adapters or the server would: all of them then send the same.
    result[key] = Array.isArray(value) ? value.join(key === 'cookie' ? '; ' : ', ') : String(value);
  }
  return result;
}

// The canonical request from its parts, for adapters that replace another signer and expose it. Everything that is signed by the
// rules of this package comes from the core, src/canonical/.
//
// Source: "Create a signed AWS API request", step 1, in the IAM user guide.

/**
 * @param {object} parts
 * @param {string} parts.method
 * @param {string} parts.path  canonical
 * @param {string} parts.query  likewise
 * @param {[string, string][]} parts.headers  lower-case names, sorted, and canonical values
 * @param {string} parts.payloadHash  or a keyword instead of it
 * @returns {string}
 */
export function canonicalRequest({ method, path, query, headers, payloadHash }) {
  const lines = headers.map(([name, value]) => `${name}:${value}`).join('\n');
  const names = headers.map(([name]) => name).join(';');
  return `${method}\n${path}\n${query}\n${lines}\n\n${names}\n${payloadHash}`;
}

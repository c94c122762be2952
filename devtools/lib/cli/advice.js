// Explanations for the command line, because the package says what to do in JavaScript.

/** @typedef {import('sigv4-wasm/explain').Explanation} Explanation */

/**
 * Remedies if `sigv4` itself signed: no code between signer and client can have changed the request.
 *
 * @type {Record<string, string>}
 */
const OF_OWN_REQUESTS = {
  'token-expired':
    'Sign in again or fetch new credentials, set the new AWS_… variables or pass --profile or --credentials, and run the command again.',
  'token-invalid':
    'Run the command again with -v to see where the credentials come from: the access key id, the secret and AWS_SESSION_TOKEN must belong together.',
  'access-key-unknown':
    'Run the command again with -v to see which key is used and where it comes from; a key that begins with ASIA needs AWS_SESSION_TOKEN.',
  'wrong-secret':
    'Run the command again with -v to see where the credentials come from, and copy the access key id and the secret again, without spaces or line breaks.',
  'signature-mismatch':
    'Run the command again with -v to see what is sent and where the credentials come from; `sigv4 sign --trace` shows what is signed. A proxy (-x, http_proxy) or the server may change the request on its way.',
  'header-not-signed':
    'Pass these headers with -H, so that they are signed; the same applies to `sigv4 presign`.',
  'signature-expired': 'Set the clock of this machine (NTP), and leave out --date.',
  'clock-skew': 'Set the clock of this machine (NTP), and leave out --date.',
};

/** Causes in this case, without a library between signer and client. @type {Record<string, string[]>} */
const OWN_CAUSES = {
  'signature-mismatch': [
    'the secret access key does not belong to the access key id, or has white space around it',
    'a proxy, a custom domain or a CDN changes the host, the path, a header or the body on the way',
    'the server is not the service that --service or the host names, and encodes the path differently',
  ],
};

/** @type {[code: RegExp, words: string][]} */
const WORDS = [
  [/\b(service|region): '([^']+)'/g, '--$1 $2'],
  [/ \(sigv4-wasm\/trace\)/g, ' (`sigv4 sign --trace`)'],
  [/\bexpiresIn from/g, '--expires from'],
  [/\ba longer expiresIn\b/g, 'a longer --expires'],
  [/ \(the option host\)/g, " (-H 'Host: …')"],
  [
    /, or pass a credential provider: the signer then asks it again before they expire\b/g,
    ', and run it again',
  ],
];

/**
 * @param {Explanation} explanation
 * @param {{ isOwn: boolean }} options  whether `sigv4` signed and sent the request
 * @returns {Explanation}
 */
export function inShellWords(explanation, { isOwn }) {
  const { code, fix, causes } = explanation;
  const own = isOwn ? OF_OWN_REQUESTS[code] : undefined;
  const ownCauses = isOwn ? OWN_CAUSES[code] : undefined;
  return {
    ...explanation,
    fix: own ?? worded(fix),
    ...(causes !== undefined && { causes: ownCauses ?? causes.map(worded) }),
  };
}

/** @param {string} text */
function worded(text) {
  return WORDS.reduce((advice, [code, words]) => advice.replace(code, words), text);
}

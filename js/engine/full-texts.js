// The full texts of errors. The code that throws has a short text, which says what is wrong and where, because every page that
// signs loads it. Asynchronous calls load this file before they reject.

/**
 * Adds the remedy to the text of an error.
 *
 * @param {import('./errors.js').SigV4Error} error
 */
export function inFull(error) {
  // Read before the message changes: V8 writes the stack when it is first read, with the message of that moment.
  const { message, stack } = error;
  const row = FULL_TEXTS.find(([short]) => short.test(message));
  if (row === undefined) return error;
  const [short, full] = row;
  error.message = message.replace(short, /** @type {any} */ (full));
  error.stack = stack?.replace(message, () => error.message);
  return error;
}

/** The text that is added to each short text, or replaces it. @type {[RegExp, string | ((...groups: string[]) => string)][]} */
const FULL_TEXTS = [
  [
    /^(?:accessKeyId|secretAccessKey|sessionToken) is not valid$/,
    '$&: it is empty, contains a control character, or begins or ends with white space, such as the newline at the end of a file. Pass it as AWS issued it',
  ],
  [/^the (?:region|service) is not valid$/, '$&: it contains a slash, white space or a control character'],
  [/^the host is not valid$/, '$&: it is empty, or contains white space or a control character'],
  [
    /^the URL and the headers are too long$/,
    '$&: at most 2000 headers, 10000 parameters and 1 MiB in total. Send long values in the body',
  ],
  [/pass the option region$/, "$&, for example region: 'eu-west-1' (with SigV4a regionSet: ['eu-west-1'])"],
  [
    /pass the option service$/,
    "$&, for example service: 'execute-api' for an API Gateway behind a custom domain",
  ],
  [/takes SigV4a only: sign with SignerV4a$/, "serves several regions and $& of 'sigv4-wasm/v4a'"],
  [/contains (?:CR, LF or NUL|a NUL character)$/, '$&, which no request can carry: remove it'],
  [/contains a character beyond U\+00FF$/, '$&, which no HTTP client sends: encode it'],
  [/x-amz-content-sha256, is not valid$/, '$&: pass 64 hex digits, UNSIGNED-PAYLOAD or a STREAMING- keyword'],
  [
    /^the URL contains a user name or password$/,
    '$&, which HTTP clients send instead of the signature: remove them',
  ],
  [
    /^the option credentials is missing$/,
    '$&: pass { accessKeyId, secretAccessKey, sessionToken? }, or a function that returns them, such as a provider of the AWS SDK',
  ],
  [
    /^the credentials of the access key .* expired at .*$/,
    '$&: fetch new ones, or pass a provider, which the signer calls again before the credentials expire. If that time is still in the future, the clock of this machine is wrong',
  ],
  [
    /^the module belongs to another version of sigv4-wasm$/,
    '$&: init loaded another module, or the signing.wasm of an older or newer version. Serve the signing.wasm of the installed version under a URL of its own',
  ],
  [/^unsignableHeaders cannot name .*-token, which is always signed$/, '$&: use the option sessionTokenMode'],
  [/^(there is no option "(.*)"): the options are (.*)$/, didYouMean],
];

/**
 * @param {string} _
 * @param {string} start
 * @param {string} name
 * @param {string} list
 */
function didYouMean(_, start, name, list) {
  const known = list.split(', ');
  const [closest] = [...known].sort((a, b) => lettersApart(name, a) - lettersApart(name, b));
  const isNear = lettersApart(name, closest) < 3;
  return `${start}: ${isNear ? `did you mean ${closest}?` : `the options are ${list}`}`;
}

/**
 * How many letters only one of two names has, in any case and order; if equal, the length decides. Not an edit distance, which
 * would take three times the code for the same names.
 *
 * @param {string} a
 * @param {string} b
 */
function lettersApart(a, b) {
  const letters = [a, b].map((name) => new Set(name.toLowerCase()));
  const apart = letters.flatMap((one, i) => [...one].filter((letter) => !letters[1 - i].has(letter)));
  return apart.length + Math.abs(a.length - b.length) / 99;
}

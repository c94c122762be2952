// Mistakes in the secret, and in the steps of the key.

import { escapeUri, wellFormed } from '../../protocol/percent-encoding.js';

/** @type {import('../search.js').Cause[]} */
export const SECRET_CAUSES = [
  {
    code: 'secret-white-space',
    part: 'secret',
    summary: '{secret|The secret access key} was used with white space at its start or end.',
    fix: 'Trim the secret: files and copied text often end with a line break.',
    changes: ({ secret }) =>
      [
        `${secret}\n`,
        `${secret} `,
        `${secret}\r\n`,
        ` ${secret}`,
        `${secret}\r`,
        `${secret}\t`,
        `\n${secret}`,
        ` ${secret} `,
      ].map(used),
  },
  {
    code: 'secret-quoted',
    part: 'secret',
    summary: '{secret|The secret access key} was used with quotes or brackets around it.',
    fix: 'Remove the quotes: env files of Docker and others keep them.',
    changes: ({ secret }) =>
      [
        `"${secret}"`,
        `'${secret}'`,
        `\`${secret}\``,
        `<${secret}>`,
        `"${secret}`,
        `${secret}"`,
        `${secret},`,
        `${secret};`,
      ].map(used),
  },
  {
    code: 'secret-url-encoded',
    part: 'secret',
    summary:
      '{secret|The secret access key} was used with its "/" and "+" escaped or unescaped, as in a URL.',
    fix: 'Use the secret as AWS issued it.',
    changes: ({ secret }) =>
      [
        escapeUri(wellFormed(secret)),
        secret.replaceAll('+', ' '),
        encodeURI(wellFormed(secret)),
        secret.replaceAll('/', '%2F'),
        secret.replaceAll('+', '%2B'),
        escapeUri(wellFormed(secret)).replace(/%../g, (escape) => escape.toLowerCase()),
        secret.replaceAll('/', '\\/'),
        secret.replaceAll('/', '_').replaceAll('+', '-'),
      ].map(used),
  },
  {
    code: 'secret-base64',
    part: 'secret',
    summary: '{secret|The secret access key} was used decoded from base64, or encoded in it.',
    fix: 'Use the secret as text: it looks like base64, but is not.',
    changes: ({ secret }) => [
      ...(/[^\0-\xff]/.test(secret) ? [] : [used(btoa(secret)), used(btoa(`${secret}\n`))]),
      ...decodedFromBase64(secret).map(used),
    ],
  },
  {
    code: 'secret-cut',
    part: 'secret',
    summary: '{secret|The secret access key} was used without its first or last character.',
    fix: 'Copy the whole secret.',
    changes: ({ secret }) =>
      [secret.slice(0, -1), secret.slice(1), secret.slice(0, -2), secret.slice(2), secret.slice(1, -1)].map(
        used,
      ),
  },
  {
    code: 'secret-cut-at-slash',
    part: 'secret',
    summary:
      '{secret|The secret access key} was used only up to, or from, one of its characters such as "/" or "+".',
    fix: 'Copy the whole secret: a double click stops at such characters, and shells and env files interpret some of them.',
    changes: ({ secret }) =>
      [...secret.matchAll(/[^A-Za-z\d]/g)]
        .flatMap(({ index }) => [secret.slice(0, index), secret.slice(index + 1), secret.slice(index)])
        .map(used),
  },
  {
    code: 'secret-case',
    part: 'secret',
    summary: '{secret|The secret access key} was used in lower case or upper case.',
    fix: 'Use the secret as AWS issued it: case matters.',
    changes: ({ secret }) => [secret.toLowerCase(), secret.toUpperCase()].map(used),
  },
  {
    code: 'secret-is-another-field',
    part: 'secret',
    summary: 'The access key id or the session token was used instead of {secretName|the secret access key}.',
    fix: 'Pass accessKeyId, secretAccessKey and sessionToken each under its own name.',
    changes: ({ authorization, token }) =>
      [authorization.accessKeyId, authorization.sessionToken, token]
        .filter((text) => text)
        .map((text) => used(String(text))),
  },
  {
    code: 'secret-missing',
    part: 'secret',
    summary:
      'The client used an empty string, or a text such as undefined, instead of {secretName|the secret access key}.',
    fix: 'Check that the environment variable or setting exists where the client runs.',
    changes: () =>
      ['', 'undefined', 'null', 'None', '[object Object]', 'your-secret-access-key', 'test', 'secret'].map(
        used,
      ),
  },
  {
    code: 'key-prefix',
    part: 'secret',
    summary: 'The client derived the key without AWS4 before the secret, or with it twice.',
    fix: 'Make the first step of the key from "AWS4" and the secret.',
    changes: () =>
      ['', 'AWS4AWS4', 'aws4', 'AWS4-HMAC-SHA256', 'AWS'].map((prefix) => ({ 'key.prefix': prefix })),
  },
  {
    code: 'key-in-hex',
    part: 'secret',
    summary: 'The client derived a step of the key from the hex of the previous step, not from its bytes.',
    fix: 'Use the bytes of each HMAC as the key of the next; hex is only for the signature.',
    changes: () => [{ 'key.steps': 'hex' }],
  },
  {
    code: 'key-not-derived',
    part: 'secret',
    summary: 'The client signed with the secret itself, not with a key derived from it.',
    fix: 'Derive the key from the secret, the date, the region, the service and aws4_request.',
    changes: () => [{ 'key.steps': 'none' }, { 'key.steps': 'none', 'key.prefix': '' }],
  },
];

/** @param {string} secret */
function used(secret) {
  return { 'key.secret': secret };
}

/** @param {string} secret */
function decodedFromBase64(secret) {
  try {
    const text = atob(secret);
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    return [new TextDecoder().decode(bytes), text];
  } catch {
    return [];
  }
}

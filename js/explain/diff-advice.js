// The meaning of a line that differs, and what to do.

import { SESSION_TOKEN_HEADERS } from '../engine/generated/headers.js';
import { fill } from '../protocol/fill-template.js';

/** @typedef {import('./diff.js').DiffLine} DiffLine */

/**
 * @typedef {object} Difference
 * @property {RegExp} label
 * @property {(server: string, client: string) => boolean} [when]  the values; nothing is ''
 * @property {string} summary  `{server}`, `{client}` and `{name}` stand for the values of the line
 * @property {string} fix
 */

const TOKEN_HEADER = new RegExp(`^header (?:${SESSION_TOKEN_HEADERS.join('|')})$`);

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Hashes that are signed by mistake.
 *
 * @type {Record<string, string>}
 */
const HASHES = {
  [EMPTY]: 'no body',
  eb045d78d273107348b0300c01d29b7552d622abbc6faf81b3ec55359aa9950c: "the text 'undefined'",
  '74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b': "the text 'null'",
  b28c94b2195c8ed259f0b415aaee3f39b0b2920a4537611499fa044956917a21: "the text '[object Object]'",
  '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a': "the text '{}'",
  'UNSIGNED-PAYLOAD': 'UNSIGNED-PAYLOAD, which is not a hash',
};

/**
 * The first matching row counts. Consequences of the others come last.
 *
 * @type {Difference[]}
 */
const DIFFERENCES = [
  {
    label: /^method$/,
    summary: 'The server received the method {server}, but you signed {client}.',
    fix: 'Sign the method that is sent, in upper case; a redirect may have turned POST into GET.',
  },
  {
    label: /^path$/,
    when: (server, client) => server.endsWith(client) && client !== '' && server !== client && client !== '/',
    summary: 'The server received the path {server}, but you signed {client}, which lacks its beginning.',
    fix: 'Sign the path that is sent, with its beginning, such as the stage /prod.',
  },
  {
    label: /^path$/,
    when: (server, client) => client.endsWith(server) && server !== '',
    summary: 'The server received the path {server}, but you signed {client}, which has more before it.',
    fix: 'Sign the path that arrives: a proxy, or the base path mapping of a custom domain, removes the beginning.',
  },
  {
    label: /^path$/,
    when: (server, client) => decoded(server) === client,
    summary:
      'The server received the path {server}, but you signed {client}: escapes are encoded once more in the canonical request.',
    fix: "Escape the path twice in the canonical request, or once for S3: that is pathEncoding 'double' and 'single'.",
  },
  {
    label: /^path$/,
    when: (server, client) => decoded(client) === server,
    summary:
      'The server received the path {server}, but you signed {client}, which is escaped once too often.',
    fix: "Escape the path once in the canonical request for S3 (pathEncoding 'single'), or do not escape it before you sign.",
  },
  {
    label: /^path$/,
    when: (server, client) => server.replace(/\/$/, '') === client.replace(/\/$/, ''),
    summary:
      'The server received the path {server}, but you signed {client}: they differ in the slash at the end.',
    fix: 'Sign and send the same URL; check the code that joins the base URL and the path.',
  },
  {
    label: /^path$/,
    summary: 'The server received the path {server}, but you signed {client}.',
    fix: 'Sign the URL that is sent: look for something that rewrites paths, such as a proxy, a base path, or a redirect.',
  },
  {
    label: /^query order$/,
    summary: 'The parameters of the query are not sorted in what you signed.',
    fix: 'Escape the parameters, then sort them by name and by value, before you sign.',
  },
  {
    label: /^query /,
    when: (_, client) => client === '',
    summary: 'The server received the parameter {name} as {server}, but you signed none, or an empty one.',
    fix: 'Sign the URL with all parameters: look for something that adds some later, such as the params option of a client, or a proxy.',
  },
  {
    label: /^query /,
    when: (server) => server === '',
    summary: 'You signed the parameter {name} as {client}, but the server received none, or an empty one.',
    fix: 'Send all parameters that are signed: look for something that drops some, such as a cache, CloudFront, or a proxy.',
  },
  {
    label: /^query /,
    when: (server, client) => decoded(server) === decoded(client.replaceAll('+', '%20')),
    summary:
      'The server received the parameter {name} as {server}, but you signed {client}: they are escaped differently.',
    fix: 'Escape each byte outside A-Za-z0-9-._~ as %XX in upper case, and a space as %20, both when you sign and when you send.',
  },
  {
    label: /^query /,
    summary: 'The server received the parameter {name} as {server}, but you signed {client}.',
    fix: 'Sign the URL that is sent, and change nothing after it is signed.',
  },
  {
    label: /^header host$/,
    summary: 'The server received the header host {server}, but you signed {client}.',
    fix: 'Sign the host that the request arrives with: the host of the URL, or the one that a proxy or custom domain sets (the option host).',
  },
  {
    label: TOKEN_HEADER,
    when: (server) => server === '',
    summary: 'You signed a session token, but the server received none.',
    fix: 'Send the header {name}: look for something that drops headers, such as CORS, or a proxy.',
  },
  {
    label: TOKEN_HEADER,
    when: (_, client) => client === '',
    summary: 'The server received a session token, but you signed none.',
    fix: 'Pass the session token to the signer: it must be one of the signed headers.',
  },
  {
    label: TOKEN_HEADER,
    summary: 'The session token that the server received is not the one that you signed.',
    fix: 'Sign with one set of credentials: the access key id, the secret access key and the session token belong together.',
  },
  {
    label: /^header (?:x-amz-)?date$/,
    summary: 'The server received the date {server}, but you signed {client}.',
    fix: 'Send the date that is signed: a request that is sent again must be signed again.',
  },
  {
    label: /^header content-type$/,
    summary: 'The server received content-type {server|none}, but you signed {client|none}.',
    fix: 'Sign the content type that is sent: clients add a content type, a charset, or the boundary of a form after signing.',
  },
  {
    label: /^header content-length$/,
    summary: 'The server received content-length {server|none}, but you signed {client|none}.',
    fix: 'Do not sign content-length, and sign the body that is sent.',
  },
  {
    label: /^header x-amz-content-sha256$/,
    summary: 'The server received x-amz-content-sha256 {server|none}, but you signed {client|none}.',
    fix: 'Send the header x-amz-content-sha256 with the value that is signed.',
  },
  {
    label: /^header /,
    when: (_, client) => client === '',
    summary: 'The server received the header {name}: {server}, but you signed none, or an empty one.',
    fix: 'Sign the headers that are sent, or leave {name} out of the signed headers.',
  },
  {
    label: /^header /,
    when: (server) => server === '',
    summary: 'You signed the header {name}: {client}, but the server received none, or an empty one.',
    fix: 'Something on the way drops {name}: send it, or leave it out of the signed headers.',
  },
  {
    label: /^header /,
    summary: 'The server received the header {name}: {server}, but you signed {client}.',
    fix: 'Something on the way changes {name}: leave it out of the signed headers, or send what is signed.',
  },
  {
    label: /^payload hash$/,
    when: (_, client) => Object.hasOwn(HASHES, client),
    summary: 'The body that the server received is not the one that you signed: you signed {hash}.',
    fix: 'Sign the bytes that are sent, after the client has serialized them.',
  },
  {
    label: /^payload hash$/,
    when: (server) => Object.hasOwn(HASHES, server),
    summary: 'The body that the server received is not the one that you signed: it received {hash}.',
    fix: 'Send the body that is signed: look for something that drops it, such as a client for GET or DELETE, a redirect, or a proxy.',
  },
  {
    label: /^payload hash$/,
    summary: 'The body that the server received is not the one that you signed.',
    fix: 'Sign the bytes that are sent: JSON that is serialized again, another charset, or a line break at the end makes different bytes.',
  },
  {
    label: /^scope$/,
    summary: 'The server expects the scope {server}, but you signed for {client}.',
    fix: 'Sign for the date, region and service that the server expects.',
  },
  {
    label: /^date$/,
    summary: 'The server uses the date {server}, but you signed {client}.',
    fix: 'Send the date that is signed as x-amz-date: a request that is sent again must be signed again.',
  },
  {
    label: /^algorithm$/,
    summary: 'The server uses the algorithm {server}, but you signed with {client}.',
    fix: 'Sign with SigV4 for a region, and with SigV4a for a region set.',
  },
  {
    label: /^signed headers$/,
    summary: 'The server reads the signed headers {server}, but you signed {client}.',
    fix: 'Send the Authorization header that belongs to this request.',
  },
  {
    label: /^canonical request hash$/,
    summary: 'The server computed a different hash of the canonical request.',
    fix: 'Hash the canonical request as UTF-8, with line feeds only and none at its end.',
  },
];

/** Lines that differ only because another line does. */
const CONSEQUENCES =
  /^(?:signed headers|canonical request hash|header (?:content-length|x-amz-content-sha256|x-amz-date)|query X-Amz-Date|date)$/;

/**
 * @param {DiffLine[]} diff
 * @returns {{ summary: string, fix: string } | undefined} `undefined` if all are equal
 */
export function explainDiff(diff) {
  const all = diff.filter(({ isEqual }) => !isEqual);
  const causes = all.filter(({ label }) => !CONSEQUENCES.test(label));
  const [line] = causes.length > 0 ? causes : all;
  if (line === undefined) return undefined;
  const { label, server = '', client = '' } = line;
  const { summary, fix } = /** @type {Difference} */ (
    DIFFERENCES.find((one) => one.label.test(label) && (one.when?.(server, client) ?? true))
  );
  const values = {
    server,
    client,
    name: label.replace(/^\S+ /, ''),
    hash: [client, server].filter((one) => Object.hasOwn(HASHES, one)).map((one) => HASHES[one])[0],
    others: causes
      .slice(1)
      .map((one) => one.label)
      .join(', '),
  };
  const also = causes.length > 1 ? ' Also different: {others}.' : '';
  return { summary: fill(summary + also, values), fix: fill(fix, values) };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

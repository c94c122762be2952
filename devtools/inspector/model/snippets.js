// The request as commands and code: with this signature, or signed again each time.

import { REPLACED_HEADERS, SIGNATURE_PARAMETERS } from 'sigv4-wasm';

import { toAxios, toCurl, toFetch } from '../../lib/requests/index.js';
import { quote, sentHeaders } from '../../lib/requests/format-request.js';
import { splitQuery } from './authorization.js';
import { utc, validityOf } from './validity.js';

/**
 * @typedef {import('./inspection.js').Inspection} Inspection
 *
 * @typedef {object} Snippet
 * @property {string} label
 * @property {string} [about]  if it is not for how long the signature is valid
 * @property {'signed' | 'signing'} kind  `signed`: good for some minutes. `signing`: code that signs
 * @property {(inspection: Inspection) => string} write
 */

/** @type {Record<string, Snippet>} */
export const SNIPPETS = {
  curl: {
    ...{ label: 'curl', kind: 'signed' },
    write: ({ signed }) => toCurl(sent(signed)),
  },
  fetch: {
    ...{ label: 'fetch', kind: 'signed' },
    write: ({ signed }) => toFetch(sent(signed)),
  },
  axios: {
    ...{ label: 'axios', kind: 'signed' },
    write: ({ signed }) => `import axios from 'axios';\n\n${toAxios(sent(signed))}`,
  },
  'signing-fetch': {
    ...{
      label: 'fetch that signs',
      kind: 'signing',
      about: 'Signs each request with credentials from the environment.',
    },
    write: (inspection) =>
      [
        "import { createSigv4Fetch } from 'sigv4-wasm/fetch';",
        '',
        `const signedFetch = createSigv4Fetch(${signerOptions(inspection)});`,
        '',
        toFetch(plain(inspection), 'signedFetch'),
      ].join('\n'),
  },
  'signing-axios': {
    ...{
      label: 'axios that signs',
      kind: 'signing',
      about: 'Signs each request with credentials from the environment.',
    },
    write: (inspection) =>
      [
        "import axios from 'axios';",
        "import { sigv4Interceptor } from 'sigv4-wasm/axios';",
        '',
        'const client = axios.create();',
        `client.interceptors.request.use(sigv4Interceptor(${signerOptions(inspection)}));`,
        '',
        toAxios(plain(inspection), 'client'),
      ].join('\n'),
  },
  'signing-curl': {
    ...{
      label: 'curl that signs',
      kind: 'signing',
      about:
        'curl 7.75 or newer signs it with credentials from the environment. The query is sorted, because older versions do not sort it.',
    },
    write: (inspection) => {
      const { region, service } = inspection;
      const request = plain(inspection);
      return [
        toCurl({ ...request, url: withSortedQuery(request.url, inspection) }),
        `  --aws-sigv4 'aws:amz:${region}:${service}'`,
        '  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
        `  --header "${inspection.rules.sessionTokenHeader}: $AWS_SESSION_TOKEN"`,
      ].join(' \\\n');
    },
  },
};

/**
 * The note on a snippet.
 *
 * @param {string} id
 * @param {Inspection} inspection
 * @param {number} now
 */
export function aboutSnippet(id, inspection, now) {
  const { state, until } = validityOf(inspection, now);
  return (
    SNIPPETS[id].about ??
    {
      valid: `With this signature, which is valid until ${utc(until)}.`,
      expired: `With this signature, which expired at ${utc(until)}: AWS refuses the request.`,
      future: 'With this signature, which is dated in the future: AWS refuses the request until then.',
    }[state]
  );
}

/** @param {Inspection['signed']} signed */
function sent(signed) {
  if (signed === undefined) throw new Error('signing needs the secret access key');
  return signed;
}

/** The request without a signature. @param {Inspection} inspection */
function plain({ request }) {
  const url = new URL(request.url);
  const isPresigned = url.searchParams.has('X-Amz-Signature');
  for (const name of SIGNATURE_PARAMETERS) url.searchParams.delete(name);
  return {
    ...request,
    url: isPresigned ? url.href : request.url,
    headers: sentHeaders(request).filter(
      ([name]) => !REPLACED_HEADERS.some((replaced) => replaced === name.toLowerCase()),
    ),
  };
}

/**
 * As it is signed: sorted and encoded.
 *
 * @param {string} url
 * @param {Inspection} inspection
 */
function withSortedQuery(url, { trace }) {
  const pairs = trace.canonicalRequest.split('\n')[2].split('&');
  const query = pairs.filter((pair) => !NOT_SENT.has(pair.split('=')[0])).join('&');
  return `${splitQuery(url)[0]}${query === '' ? '' : `?${query}`}`;
}

/** @type {ReadonlySet<string>} */
const NOT_SENT = new Set(SIGNATURE_PARAMETERS);

/** @param {Inspection} inspection */
function signerOptions({ region, service }) {
  return [
    '{',
    `  region: ${quote(region)},`,
    `  service: ${quote(service)},`,
    '  credentials: {',
    '    accessKeyId: process.env.AWS_ACCESS_KEY_ID,',
    '    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,',
    '    sessionToken: process.env.AWS_SESSION_TOKEN,',
    '  },',
    '}',
  ].join('\n');
}

// The request as commands and code: with this signature, or signed again each time.

import { REPLACED_HEADERS, SIGNATURE_PARAMETERS } from 'sigv4-wasm';

import { toAxios, toCurl, toFetch } from '../../lib/requests/index.js';
import { quote, sentHeaders } from '../../lib/requests/format-request.js';

/**
 * @typedef {import('./inspection.js').Inspection} Inspection
 *
 * @typedef {object} Snippet
 * @property {string} label
 * @property {string} about
 * @property {'signed' | 'signing'} kind  `signed`: good for some minutes. `signing`: code that signs
 * @property {(inspection: Inspection) => string} write
 */

/** @type {Record<string, Snippet>} */
export const SNIPPETS = {
  curl: {
    ...{ label: 'curl', kind: 'signed', about: 'With this signature, which AWS accepts for five minutes.' },
    write: ({ signed }) => toCurl(sent(signed)),
  },
  fetch: {
    ...{ label: 'fetch', kind: 'signed', about: 'With this signature, which AWS accepts for five minutes.' },
    write: ({ signed }) => toFetch(sent(signed)),
  },
  axios: {
    ...{ label: 'axios', kind: 'signed', about: 'With this signature, which AWS accepts for five minutes.' },
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
      about: 'curl 8.3 or newer signs it with credentials from the environment.',
    },
    write: (inspection) => {
      const [, region, service] = inspection.trace.scope.split('/');
      return [
        toCurl(plain(inspection)),
        `  --aws-sigv4 'aws:amz:${region}:${service}'`,
        '  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
        `  --header "${inspection.rules.sessionTokenHeader}: $AWS_SESSION_TOKEN"`,
      ].join(' \\\n');
    },
  },
};

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

/** @param {Inspection} inspection */
function signerOptions({ trace }) {
  const [, region, service] = trace.scope.split('/');
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

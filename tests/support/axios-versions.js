// The versions of axios that must work. An axios upgrade must not break the signer (aws4-axios#1249, #1854).

import axiosLatest from 'axios';
import axios027 from 'axios-0.27';
import axios12 from 'axios-1.2';
import axios17 from 'axios-1.7';

/** @type {{ axios: any, version: '0.27' | '1.2' | '1.7' | 'latest', adapters: ('http' | 'fetch')[] }[]} */
export const AXIOS_VERSIONS = [
  { axios: axios027, version: '0.27', adapters: ['http'] },
  { axios: axios12, version: '1.2', adapters: ['http'] },
  { axios: axios17, version: '1.7', adapters: ['http', 'fetch'] },
  { axios: axiosLatest, version: 'latest', adapters: ['http', 'fetch'] },
];

/** Every version with every adapter that it has in Node.js. `SIGV4_AXIOS=1.7` chooses one. */
export const ENVIRONMENTS = AXIOS_VERSIONS.filter(({ version }) =>
  [undefined, version].includes(process.env.SIGV4_AXIOS),
).flatMap(({ axios, version, adapters }) =>
  adapters.map((adapter) => ({ axios, version, adapter, name: `axios ${version}, ${adapter} adapter` })),
);

/** What the loopback server knows, and what interceptors in tests sign with. */
export const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'to/ke+n==',
};
export const OPTIONS = { region: 'us-east-1', service: 'execute-api', credentials: CREDENTIALS };

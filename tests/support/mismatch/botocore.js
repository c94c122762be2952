// What botocore signs, with its own clock.

import { execFileSync } from 'node:child_process';

import axios from 'axios';

import { findPython } from '../../differential/oracle.js';
import { REGION } from '../verify-requests.js';
import { CREDENTIALS } from '../wire.js';
import { API, S3, withoutLength } from './peers.js';

const python = findPython();
const MISSING = 'there is no Python with botocore: scripts/setup test installs one';
if (python === undefined && process.env.CI === 'true') throw new Error(MISSING);

/** Why they cannot run, or nothing. */
export const skip = python === undefined && MISSING;

const ORDER = { pieces: 3, item: 'grün', to: { street: 'a' } };

/** @type {import('./cases.js').Cases} */
export const BOTOCORE_CASES = {
  none: {
    'nothing is wrong': async ({ send }) => {
      const { signed, now } = sign({ url: `${API}/prod/a%20b?b=1&a=x%20y` });
      await send(signed);
      return { now };
    },
  },
  'path-encoded-once': {
    'the signer of S3, for an API': async ({ send }) => {
      const { signed, now } = sign({ signer: 'S3SigV4Auth', url: `${API}/prod/a%20b` });
      await send(signed);
      return { now };
    },
  },
  'path-encoded-twice': {
    'the usual signer, for S3': async ({ send }) => {
      const { signed, now } = sign({ service: 's3', url: `${S3}/a%20b` });
      await send(signed);
      return { now, service: 's3' };
    },
  },
  'body-json-spaces': {
    'json.dumps is signed, and a client serialises': async (bench) =>
      throughAxios(bench, { item: 'Tee', list: [1, 2] }, 'json.dumps(body)'),
  },
  'body-json-sorted': {
    'with sort_keys and without spaces': async (bench) =>
      throughAxios(
        bench,
        ORDER,
        "json.dumps(body, sort_keys=True, separators=(',', ':'), ensure_ascii=False)",
      ),
  },
};

async function throughAxios({ origin }, body, dumped) {
  const { signed, now } = sign({ method: 'POST', url: `${API}/prod`, body, dumped });
  const headers = { ...withoutLength(signed.headers), host: new URL(API).host };
  await axios.post(`${origin}/prod`, body, { headers: { 'content-type': 'application/json', ...headers } });
  return { now };
}

/** @param {{ signer?: string, service?: string, method?: string, url: string, body?: any, dumped?: string }} request */
function sign({ signer = 'SigV4Auth', service = 'execute-api', method = 'GET', url, body, dumped = 'None' }) {
  const code = `
import json, sys
from botocore.auth import ${signer}
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
body = json.loads(sys.argv[1])
request = AWSRequest(method=${JSON.stringify(method)}, url=${JSON.stringify(url)}, data=${dumped})
credentials = Credentials(*json.loads(sys.argv[2]))
${signer}(credentials, ${JSON.stringify(service)}, ${JSON.stringify(REGION)}).add_auth(request)
print(json.dumps(dict(request.headers.items())))
`;
  const { accessKeyId, secretAccessKey, sessionToken } = CREDENTIALS;
  const keys = JSON.stringify([accessKeyId, secretAccessKey, sessionToken]);
  const headers = JSON.parse(
    execFileSync(python, ['-c', code, JSON.stringify(body ?? null), keys], { encoding: 'utf8' }),
  );
  return { signed: { method, url, headers: { host: new URL(url).host, ...headers } }, now: new Date() };
}

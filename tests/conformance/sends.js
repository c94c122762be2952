// Requests that adapters send for real, to a server that verifies them and echoes what it saw. A plain module, as suite.js
// is: what must arrive does not depend on the runtime that sends it.

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const OPTIONS = { credentials, region: 'us-east-1', service: 'execute-api' };
const BODY = '{"item":"grüner Tee"}';
const bytes = () => new TextEncoder().encode(BODY);
const json = { 'content-type': 'application/json' };

/**
 * @typedef {object} Clients
 * @property {typeof import('sigv4-wasm/fetch').createSigv4Fetch} createSigv4Fetch
 * @property {import('axios').AxiosStatic} axios
 * @property {typeof import('sigv4-wasm/axios').sigv4Interceptor} sigv4Interceptor
 */

/**
 * @param {Clients} clients
 * @param {string} origin  of the server
 * @returns {Promise<Pick<import('./suite.js').Outcome, 'passed' | 'failed'>>}
 */
export async function sends(clients, origin) {
  const outcome = { passed: 0, failed: /** @type {string[]} */ ([]) };
  for (const [name, { method, length = 0 }, send] of SENT) {
    try {
      const arrived = await send(clients, origin);
      const seen = JSON.stringify({ method: arrived.method, length: arrived.length });
      if (seen !== JSON.stringify({ method, length })) throw new Error(`${seen} arrived`);
      outcome.passed += 1;
    } catch (error) {
      outcome.failed.push(`${name}: ${/** @type {any} */ (error)?.message ?? error}`);
    }
  }
  return outcome;
}

/**
 * @param {Clients} clients
 * @param {[any, any?]} args
 */
async function fetched({ createSigv4Fetch }, ...args) {
  const response = await createSigv4Fetch(OPTIONS)(...args);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

/** @param {Clients} clients @param {object} [defaults] */
function axiosClient({ axios, sigv4Interceptor }, defaults) {
  const client = axios.create(defaults);
  client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios }));
  return client;
}

const PUT = { method: 'PUT', length: 22 };
const POST = { method: 'POST', length: 22 };

/** @type {[string, { method: string, length?: number }, (clients: Clients, origin: string) => Promise<any>][]} */
const SENT = [
  ['fetch: a URL', { method: 'GET' }, (clients, origin) => fetched(clients, `${origin}/a?q=a%20b&q=1`)],
  [
    'fetch: a URL and an init',
    PUT,
    (clients, origin) => fetched(clients, `${origin}/a`, { method: 'PUT', body: BODY, headers: json }),
  ],
  [
    'fetch: a Request',
    PUT,
    (clients, origin) => fetched(clients, new Request(`${origin}/a`, { method: 'PUT', body: BODY })),
  ],
  [
    'fetch: a Request of bytes',
    POST,
    (clients, origin) => fetched(clients, new Request(`${origin}/a`, { method: 'POST', body: bytes() })),
  ],
  [
    'fetch: a Request and an init',
    PUT,
    (clients, origin) =>
      fetched(clients, new Request(`${origin}/a`, { method: 'POST', body: 'lost' }), {
        method: 'PUT',
        body: BODY,
      }),
  ],
  [
    'fetch: a redirect',
    POST,
    (clients, origin) =>
      fetched(clients, `${origin}/redirect/307?to=%2Fa`, { method: 'POST', body: BODY, headers: json }),
  ],
  [
    'axios',
    { method: 'GET' },
    async (clients, origin) => (await axiosClient(clients).get(`${origin}/a`, { params: { q: 'a b' } })).data,
  ],
  ...['fetch', 'its own choice'].map(
    (adapter) =>
      /** @type {typeof SENT[number]} */ ([
        `axios: JSON, ${adapter}`,
        POST,
        async (clients, origin) => {
          const client = axiosClient(clients, adapter === 'fetch' ? { adapter } : {});
          return (await client.post(`${origin}/a`, { item: 'grüner Tee' })).data;
        },
      ]),
  ),
];

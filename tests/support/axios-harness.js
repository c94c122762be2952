// Sends the requests of a case, in Node.js and in browsers alike.

/**
 * @param {import('../js/axios.cases.js').Case} one
 * @param {import('../js/axios.cases.js').Environment} env
 * @returns {boolean} whether the case makes sense there
 */
export function appliesTo({ only, since = '0.27', not = [] }, { adapter, version }) {
  const versions = ['0.27', '1.2', '1.7', 'latest'];
  const knowsIt = versions.indexOf(version) >= versions.indexOf(since) && !not.includes(version);
  return (!only || only.includes(adapter)) && knowsIt;
}

/**
 * @param {import('../js/axios.cases.js').Case} one
 * @param {import('../js/axios.cases.js').Tools} tools
 * @param {object} how
 * @param {any} how.axios
 * @param {string} [how.adapter]  default: axios' own
 * @param {object} [how.defaults]  more, of the client
 * @param {(config: any) => any} [how.interceptor]  default: none, plain axios
 * @returns {Promise<number>} as which request it arrived
 */
export async function sendCase(one, tools, { axios, adapter, defaults, interceptor }) {
  const resolve = (/** @type {any} */ value) => (typeof value === 'function' ? value(tools) : value);
  const client = axios.create({
    baseURL: tools.base,
    ...(adapter && { adapter }),
    ...defaults,
    ...resolve(one.defaults),
  });
  one.before?.(client);
  if (interceptor) client.interceptors.request.use(interceptor);
  one.after?.(client);

  try {
    const response = await (one.send ? one.send(client, tools) : client.request(resolve(one.request)));
    return Number(response.headers['x-arrived-as']);
  } catch (error) {
    const { response } = /** @type {any} */ (error);
    if (!response) throw error;
    throw new Error(`${response.status} ${response.data?.message ?? response.data}`, { cause: error });
  }
}

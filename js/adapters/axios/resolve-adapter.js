// Which adapter sends a request: one of axios' own, by the name that axios gives it, or the caller's.

/**
 * An axios adapter, in every form that axios accepts: since 1.2 also a name, or a list of names to try.
 *
 * @typedef {(config: any) => Promise<any>} Adapter
 * @typedef {Adapter | string | readonly (Adapter | string)[]} AdapterOption
 */

/**
 * The parts of `import axios from 'axios'` that are used, the same in all versions.
 *
 * @typedef {object} AxiosStatic
 * @property {string} VERSION
 * @property {new (config: any) => { getUri(config: any): string, request(config: any): Promise<any> }} Axios
 * @property {new (message: string, code: string, config: any) => Error} [AxiosError]  not in the types of 0.27
 * @property {{ adapter?: any }} defaults
 * @property {(adapters: any, config?: any) => Adapter} [getAdapter]  since 1.5
 */

/**
 * @typedef {object} ResolvedAdapter
 * @property {Adapter} send
 * @property {'http' | 'xhr' | 'fetch' | undefined} own  which of axios' own it is; undefined for any other, such as a
 *   test double, a cache, or another transport
 */

/**
 * @param {AdapterOption | undefined} adapter  default: axios' own choice
 * @param {any} config
 * @param {AxiosStatic} axios
 * @returns {ResolvedAdapter}
 */
export function resolveAdapter(adapter, config, axios) {
  const option = adapter ?? axios.defaults.adapter;
  if (axios.getAdapter) {
    const send = axios.getAdapter(option, config);
    return { send, own: nameOf(send, config, axios) };
  }
  return /** @type {typeof import('./older-axios.js')} */ (older).resolve(option, axios);
}

/**
 * Before the first request of an axios that cannot resolve adapters itself.
 *
 * @returns {Promise<void>}
 */
export async function loadOlder() {
  older ??= await import('./older-axios.js');
}

/** @type {typeof import('./older-axios.js') | undefined} */
let older;

/**
 * Since 1.2, axios marks its adapters with their names. Since 1.12, that of fetch is made for each `config.env`.
 *
 * @param {any} send
 * @param {any} config
 * @param {AxiosStatic} axios
 * @returns {ResolvedAdapter['own']}
 */
function nameOf(send, config, axios) {
  if (OWN.includes(send.adapterName)) return send.adapterName;
  try {
    return send === axios.getAdapter?.('fetch', config) ? 'fetch' : undefined;
  } catch {
    return undefined; // no fetch here
  }
}

/** @type {unknown[]} */
const OWN = ['xhr', 'http', 'fetch'];

// Which adapter sends a request: one of axios' own, by the name that axios gives it, or the caller's.

/**
 * An axios adapter, and what axios takes for one: since 1.2 also a name, or a list of names to try.
 *
 * @typedef {(config: any) => Promise<any>} Adapter
 * @typedef {Adapter | string | readonly (Adapter | string)[]} AdapterOption
 */

/**
 * What is used of `import axios from 'axios'`, the same in all versions.
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
  if (typeof option === 'function') {
    return { send: option, own: isDefaultOf0x(option, axios) ? firstOf(['xhr', 'http']) : undefined };
  }
  return { send: sendBy(option, axios), own: firstOf([option].flat()) };
}

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

/**
 * Whether it is the adapter that axios 0.x comes with. The default alone does not show it, as test doubles of axios
 * itself replace it.
 *
 * @param {Adapter} adapter
 * @param {AxiosStatic} axios
 */
function isDefaultOf0x(adapter, axios) {
  return adapter === axios.defaults.adapter && /XMLHttpRequest|maxRedirects/.test(String(adapter));
}

/**
 * 1.2 to 1.4 have names, but nothing that resolves them. An instance without defaults or interceptors adds nothing but a
 * content type, and that not where there is a `false`.
 *
 * @param {AdapterOption} adapter
 * @param {AxiosStatic} axios
 * @returns {Adapter}
 */
function sendBy(adapter, axios) {
  const plain = new axios.Axios({});
  return ({ headers, ...rest }) => {
    const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
    return plain.request({
      ...rest,
      headers: typed ? headers : { ...headers, 'content-type': false },
      adapter,
      transformRequest: [],
      transformResponse: [],
    });
  };
}

/**
 * @param {(Adapter | string)[]} options
 * @returns {ResolvedAdapter['own']} the first that axios before 1.5 can send with
 */
function firstOf(options) {
  const hasXhr = typeof XMLHttpRequest !== 'undefined';
  const first = options.find(
    (option) => typeof option === 'function' || OWN.indexOf(option) === (hasXhr ? 0 : 1),
  );
  return typeof first === 'string' ? /** @type {'http' | 'xhr'} */ (first) : undefined;
}

/** @type {unknown[]} */
const OWN = ['xhr', 'http', 'fetch'];

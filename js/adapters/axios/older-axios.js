// Adapters of axios before 1.5, which has no function that resolves them. Loaded on use.

/**
 * @typedef {import('./resolve-adapter.js').Adapter} Adapter
 * @typedef {import('./resolve-adapter.js').AdapterOption} AdapterOption
 * @typedef {import('./resolve-adapter.js').AxiosStatic} AxiosStatic
 */

/**
 * @param {AdapterOption} option
 * @param {AxiosStatic} axios
 * @returns {import('./resolve-adapter.js').ResolvedAdapter}
 */
export function resolve(option, axios) {
  if (typeof option === 'function') {
    return { send: option, own: isDefaultOf0x(option, axios) ? firstOf(['xhr', 'http']) : undefined };
  }
  return { send: sendBy(option, axios), own: firstOf([option].flat()) };
}

/**
 * Whether it is the adapter that axios 0.x comes with. The default alone does not show it, because test doubles of axios
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
 * content type, and that not if there is a `false`.
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
 * @returns {import('./resolve-adapter.js').ResolvedAdapter['own']} the first that axios before 1.5 can send with
 */
function firstOf(options) {
  const hasXhr = typeof XMLHttpRequest !== 'undefined';
  const first = options.find(
    (option) => typeof option === 'function' || option === (hasXhr ? 'xhr' : 'http'),
  );
  return typeof first === 'string' ? /** @type {'http' | 'xhr'} */ (first) : undefined;
}

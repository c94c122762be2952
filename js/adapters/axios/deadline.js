// Limits the wait before sending, for example for credentials, to the timeout that the caller set for the response.

/** One attempt to send a request, from the moment at which `timeout` starts. */
export class Attempt {
  #start = performance.now();
  #config;
  #axios;

  /**
   * @param {any} config
   * @param {import('./resolve-adapter.js').AxiosStatic} axios
   */
  constructor(config, axios) {
    this.#config = config;
    this.#axios = axios;
  }

  /**
   * Settles as `work` does, or rejects as soon as the caller cancels or `timeout` is over.
   *
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  waitFor(work) {
    const { signal, cancelToken } = this.#config;
    const left = this.#left();
    if (!signal && !cancelToken && left === undefined) return work;
    return new Promise((resolve, reject) => {
      // The error does not matter, because axios replaces it with its own.
      const cancel = () => reject(new Error('canceled'));
      if (signal?.aborted) cancel();
      signal?.addEventListener('abort', cancel);
      cancelToken?.subscribe(cancel);
      const timer = left === undefined ? undefined : setTimeout(() => reject(this.#timeoutError()), left);
      work.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        cancelToken?.unsubscribe(cancel);
      });
    });
  }

  /** The rest of `timeout`, with a message that names the whole of it. */
  remaining() {
    const left = this.#left();
    if (left === undefined || left === this.#timeout()) return undefined;
    return { timeout: left, timeoutErrorMessage: this.#timeoutMessage() };
  }

  #timeout() {
    return Number(this.#config.timeout);
  }

  #left() {
    const timeout = this.#timeout();
    if (!(timeout > 0)) return undefined;
    return Math.max(1, timeout - Math.floor(performance.now() - this.#start));
  }

  #timeoutMessage() {
    return this.#config.timeoutErrorMessage || `timeout of ${this.#config.timeout}ms exceeded`;
  }

  /** The form that axios' http and xhr adapters use. */
  #timeoutError() {
    const code = this.#config.transitional?.clarifyTimeoutError ? 'ETIMEDOUT' : 'ECONNABORTED';
    const { AxiosError = Error } = /** @type {any} */ (this.#axios);
    return new AxiosError(this.#timeoutMessage(), code, this.#config);
  }
}

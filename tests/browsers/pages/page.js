// The page: its functions are called from the tests.

import axios from 'axios';
import { presignUrl, Signer, signRequest } from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { run } from './tasks.js';

/** Where tasks are run. @type {Record<string, (script: string, task: string, args: any[]) => Promise<any>>} */
const REALMS = {
  page: (_, task, args) => run(task, args),
  Worker: inWorker,
  'Service Worker': inServiceWorker,
};

/** How requests are signed and sent. @type {Record<string, (request: any, options: any) => Promise<{ status: number }>>} */
const SENDERS = {
  'axios, XMLHttpRequest': (request, options) => axiosClient('xhr', options).request(axiosRequest(request)),
  'axios, fetch': (request, options) => axiosClient('fetch', options).request(axiosRequest(request)),
  async 'Signer, fetch'(request, options) {
    const signed = await new Signer(options).sign(request);
    return fetch(signed.url, /** @type {RequestInit} */ (signed));
  },
  async 'signRequest of a Request, fetch'({ url, ...init }, options) {
    const signed = await signRequest(new Request(url, init), options);
    return fetch(signed.url, /** @type {RequestInit} */ (signed));
  },
  createSigv4Fetch: ({ url, ...init }, options) => createSigv4Fetch(options)(url, init),
  async 'Signer, XMLHttpRequest'(request, options) {
    const { method, url, headers, body } = await new Signer(options).sign(request);
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    await new Promise((done) => {
      xhr.onloadend = done;
      xhr.send(/** @type {any} */ (body));
    });
    return xhr;
  },
  async 'plain fetch, signed by the Service Worker'({ url, ...init }, options) {
    await inServiceWorker('/static/service-worker.js', 'signFor', [{ api: new URL(url).origin, options }]);
    return fetch(url, init);
  },
};

Object.assign(globalThis, {
  /**
   * @param {string} realm
   * @param {string} script  of a worker
   * @param {string} task
   * @param {any[]} args
   */
  inRealm: (realm, script, task, ...args) => REALMS[realm](script, task, args),

  /**
   * @param {string} sender
   * @param {object} request  with `form` instead of a body: names, and texts or files as arrays of bytes
   * @param {object} options
   */
  async send(sender, { form, ...request }, options) {
    const body = form ? { body: formOf(form) } : {};
    try {
      const { status } = await SENDERS[sender]({ ...request, ...body }, options);
      return status;
    } catch (error) {
      return String(/** @type {any} */ (error).code ?? error);
    }
  },

  /**
   * @param {string} url
   * @param {object} options
   */
  async fetchPresigned(url, options) {
    const { status } = await fetch(await presignUrl(url, options));
    return status;
  },

  leaveServiceWorkers,
});

/**
 * @param {'xhr' | 'fetch'} adapter
 * @param {object} options
 */
function axiosClient(adapter, options) {
  const client = axios.create({ adapter });
  client.interceptors.request.use(sigv4Interceptor(/** @type {any} */ (options)));
  return client;
}

// axios 1.16 and later set a User-Agent for fetch. Firefox and WebKit then ask leave for it, which no API gives.
const axiosRequest = ({ body: data, headers, ...request }) => ({
  ...request,
  headers: { ...headers, 'User-Agent': false },
  data,
});

/** @param {[string, string | { name: string, type: string, bytes: number[] }][]} entries */
function formOf(entries) {
  const form = new FormData();
  for (const [field, value] of entries) {
    if (typeof value === 'string') form.append(field, value);
    else form.append(field, new File([new Uint8Array(value.bytes)], value.name, { type: value.type }));
  }
  return form;
}

/**
 * @param {string} script
 * @param {string} task
 * @param {any[]} args
 */
async function inWorker(script, task, args) {
  const worker = new Worker(script, { type: 'module' });
  try {
    return await new Promise((done, fail) => {
      worker.onmessage = ({ data }) => done(data);
      worker.onerror = ({ message }) => fail(new Error(`the worker fails: ${message}`));
      worker.postMessage({ task, args });
    });
  } finally {
    worker.terminate();
  }
}

/**
 * @param {string} script
 * @param {string} task
 * @param {any[]} args
 */
async function inServiceWorker(script, task, args) {
  const { serviceWorker } = navigator;
  await serviceWorker.register(script);
  const { active } = await serviceWorker.ready;
  // It claims this page as it becomes active.
  if (!serviceWorker.controller) await new Promise((done) => (serviceWorker.oncontrollerchange = done));
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => done(data);
    active?.postMessage({ task, args }, [port2]);
  });
}

async function leaveServiceWorkers() {
  for (const registration of await navigator.serviceWorker.getRegistrations())
    await registration.unregister();
}

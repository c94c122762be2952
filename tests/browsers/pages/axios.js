// What runs in the browser: bundled once for each version of axios, which `axios` then stands for.

import axios from 'axios';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { CASES } from '../../js/axios.cases.js';
import { sendCase } from '../../support/axios-harness.js';

/** @typedef {'xhr' | 'fetch' | 'default'} Adapter */

/**
 * The adapter as axios is told: 0.27 has only XMLHttpRequest and no names.
 *
 * @param {Adapter} adapter
 */
const option = (adapter) => (adapter === 'default' || axios.VERSION.startsWith('0.') ? undefined : adapter);

/**
 * Sends a case of the table, signed and plain.
 *
 * @param {string} name
 * @param {Adapter} adapter
 * @param {object} signing
 * @param {boolean} withPlain
 * @returns {Promise<{ signed: number, plain: number | undefined }>} as which requests they arrived
 */
async function sendBoth(name, adapter, signing, withPlain) {
  const one = CASES.find((each) => each.name === name);
  if (!one) throw new Error(`no case ${name}`);
  const { origin } = location;
  const tools = (/** @type {string} */ path) => ({ origin, path, base: origin + path });
  // Without the option `axios`, which shows that it is found in a bundle.
  const interceptor = sigv4Interceptor(/** @type {any} */ (signing));
  const signed = await sendCase(one, tools('/prod'), { axios, adapter: option(adapter), interceptor });
  if (!withPlain) return { signed, plain: undefined };
  const plain =
    adapter === 'xhr'
      ? { axios, adapter: option(adapter) }
      : { axios, adapter: 'fetch', interceptor: withoutUserAgent };
  return { signed, plain: await sendCase(one, tools('/open'), plain) };
}

/** Of which Firefox and WebKit send that of axios, instead of their own. @param {any} config */
function withoutUserAgent(config) {
  config.headers.set('User-Agent', false);
  return config;
}

/**
 * Sends one signed request.
 *
 * @param {any} config  `progress`: whether it asks for that of the upload
 * @param {Adapter} adapter
 * @param {object} signing
 * @returns {Promise<Outcome>}
 */
async function send(config, adapter, signing) {
  const [outcome] = await sendEach([config], adapter, [signing]);
  return outcome;
}

/**
 * Sends requests by one client, one after the other.
 *
 * @typedef {{ status?: number, code?: string, message?: string, request?: string }} Outcome  `request`: what sent it
 *
 * @param {any[]} configs
 * @param {Adapter} adapter
 * @param {any[]} signings  options; if there are several, a provider gives their credentials, one after the other
 * @returns {Promise<Outcome[]>}
 */
async function sendEach(configs, adapter, signings) {
  const client = axios.create({ ...(option(adapter) && { adapter }) });
  const [options] = signings;
  const provider = async () => (signings.length > 1 ? signings.shift() : signings[0]).credentials;
  const credentials = signings.length > 1 ? provider : options.credentials;
  client.interceptors.request.use(sigv4Interceptor({ ...options, credentials }));
  const outcomes = [];
  for (const { progress, ...config } of configs) {
    try {
      const { status, request } = await client.request({
        ...config,
        ...(progress && { onUploadProgress() {} }),
      });
      outcomes.push({ status, request: request.constructor.name });
    } catch (error) {
      const { code, message, response } = /** @type {any} */ (error);
      outcomes.push({ code, message, status: response?.status });
    }
  }
  return outcomes;
}

Object.assign(globalThis, { sendBoth, send, sendEach });

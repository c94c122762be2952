// What runs in the browser: bundled once for each version of axios, which `axios` then stands for.

import axios from 'axios';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { CASES } from '../../js/axios.cases.js';
import { sendCase } from '../../support/axios-harness.js';

/** @typedef {'xhr' | 'fetch'} Adapter */

/**
 * The adapter as axios is told: 0.27 has only XMLHttpRequest and no names.
 *
 * @param {Adapter} adapter
 */
const option = (adapter) => (axios.VERSION.startsWith('0.') ? undefined : adapter);

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
  const how = { axios, adapter: option(adapter) };
  // Without the option `axios`, which shows that it is found in a bundle.
  const interceptor = sigv4Interceptor(/** @type {any} */ (signing));
  const signed = await sendCase(one, tools('/prod'), { ...how, interceptor });
  const plain = withPlain ? await sendCase(one, tools('/open'), how) : undefined;
  return { signed, plain };
}

/**
 * Sends one signed request.
 *
 * @param {object} config
 * @param {Adapter} adapter
 * @param {object} signing
 * @returns {Promise<{ status?: number, code?: string, message?: string }>}
 */
async function send(config, adapter, signing) {
  const client = axios.create({ ...(option(adapter) && { adapter }) });
  client.interceptors.request.use(sigv4Interceptor(/** @type {any} */ (signing)));
  try {
    const { status } = await client.request(config);
    return { status };
  } catch (error) {
    const { code, message, response } = /** @type {any} */ (error);
    return { code, message, status: response?.status };
  }
}

Object.assign(globalThis, { sendBoth, send });

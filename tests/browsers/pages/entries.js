// What checks/credentials.js, tokens.js, identity.js and request.js run in the browser.

import { Signer } from 'sigv4-wasm';
import { appSyncAuthorization, appSyncConnection } from 'sigv4-wasm/appsync';
import * as providers from 'sigv4-wasm/credentials';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { createIdentityProof } from 'sigv4-wasm/identity';
import { signFetchRequest, toRequestSigner } from 'sigv4-wasm/request';
import * as tokens from 'sigv4-wasm/tokens';

/** A provider of the entry, by name. One whose `credentials` are others' gets those. @param {any} source @returns {any} */
function providerOf({ name, args = [], credentials }) {
  const given = credentials ? [{ ...args[0], credentials: providerOf(credentials) }] : args;
  return /** @type {any} */ (providers)[name](...given);
}

Object.assign(globalThis, {
  /** What as many callers get who ask at the same time. @param {any} source @param {number} callers */
  async find(source, callers) {
    const provider = providerOf(source);
    try {
      const all = await Promise.all(Array.from({ length: callers }, () => provider()));
      return all.map(({ expiration, ...keys }) => ({
        ...keys,
        expiration: expiration && Number(expiration),
      }));
    } catch (error) {
      return String(/** @type {any} */ (error).code ?? error);
    }
  },

  /** @param {any} source @param {string} url @param {any} options */
  async sendWith(source, url, options) {
    const signedFetch = createSigv4Fetch({ ...options, credentials: providerOf(source) });
    return (await signedFetch(url, { method: 'POST', body: 'tea' })).status;
  },

  /** @param {string} name @param {any} options  with `date` in milliseconds */
  async token(name, { date, ...options }) {
    const given = { ...options, ...(date && { date: new Date(date) }) };
    return JSON.parse(JSON.stringify(await /** @type {any} */ (tokens)[name](given)));
  },

  /** @param {any} options */
  prove: (options) => createIdentityProof(options),

  /**
   * Opens a WebSocket of AppSync Events, subscribes to a channel, and returns what the server says.
   *
   * @param {string} api @param {string} channel @param {any} options
   */
  async subscribe(api, channel, options) {
    const signer = new Signer(options);
    const { url, protocols } = await appSyncConnection(signer, api);
    const socket = new WebSocket(url, protocols);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error('the connection is refused'));
    });
    const { authorization } = await appSyncAuthorization(signer, api, { channel });
    const said = new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', channel, authorization }));
    const answer = JSON.parse(/** @type {string} */ (await said));
    socket.close();
    return { protocol: socket.protocol, answer };
  },

  /** @param {'toRequestSigner' | 'signFetchRequest'} how @param {string} url @param {any} init @param {any} options */
  async sendSigned(how, url, { bytes, ...init }, options) {
    const body = bytes ? { body: new Blob([new Uint8Array(bytes)]) } : {};
    const request = new Request(url, { ...init, ...body });
    const signed =
      how === 'toRequestSigner'
        ? await toRequestSigner(new Signer(options)).sign(request)
        : await signFetchRequest(request, options);
    const { cache, credentials, redirect, referrerPolicy } = signed;
    return {
      status: (await fetch(signed)).status,
      settings: { cache, credentials, redirect, referrerPolicy },
    };
  },

  /** Whether the signal of a request still ends the one that is signed. @param {string} url @param {any} options */
  async abortSigned(url, options) {
    const controller = new AbortController();
    const signed = await signFetchRequest(new Request(url, { signal: controller.signal }), options);
    controller.abort();
    return fetch(signed).then(
      ({ status }) => status,
      ({ name }) => name,
    );
  },
});

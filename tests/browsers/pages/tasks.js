// The tasks of pages and workers.

import axios from 'axios';
import * as sigv4 from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import * as batch from 'sigv4-wasm/batch';
import * as events from 'sigv4-wasm/events';
import * as explain from 'sigv4-wasm/explain';
import * as policy from 'sigv4-wasm/policy';
import * as s3 from 'sigv4-wasm/s3';
import * as trace from 'sigv4-wasm/trace';
import { SignerV4a } from 'sigv4-wasm/v4a';
import * as verify from 'sigv4-wasm/verify';

import { conformance } from '../../conformance/suite.js';

const OPTIONS = {
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  region: 'us-east-1',
  service: 'service',
};
const URL_TO_SIGN = 'https://example.com/';

/** How the wasm modules are started. @type {Record<string, (wasm: string) => unknown>} */
const STARTS = {
  signRequest: () => sigv4.signRequest(URL_TO_SIGN, OPTIONS),
  signSync: () => new sigv4.Signer(OPTIONS).signSync(URL_TO_SIGN),
  'init(url)': (wasm) => sigv4.init(new URL(wasm)),
  SignerV4a: () => new SignerV4a({ ...OPTIONS, region: undefined, regionSet: ['*'] }).sign(URL_TO_SIGN),
};

/** @type {Record<string, (...args: any[]) => any>} */
const TASKS = {
  conform: () =>
    conformance({
      ...{ ...sigv4, axios, sigv4Interceptor },
      ...{ ...batch, ...events, ...s3, ...trace },
      ...{ ...explain, ...policy, ...verify },
    }),
  async start(way, wasm) {
    await STARTS[way](wasm);
    return 'started';
  },
  /** The lengths of what WebCrypto hashes for a body of some length. */
  async digests(length) {
    const { subtle } = crypto;
    const lengths = [];
    Object.defineProperty(subtle, 'digest', {
      configurable: true,
      value(name, data) {
        lengths.push(data.length);
        return SubtleCrypto.prototype.digest.call(subtle, name, data);
      },
    });
    const signer = new sigv4.Signer(OPTIONS);
    const body = 'a'.repeat(length);
    const { headers } = await signer.sign({ method: 'PUT', url: URL_TO_SIGN, body }, { date: new Date(0) });
    delete subtle.digest;
    const atOnce = signer.signSync({ method: 'PUT', url: URL_TO_SIGN, body }, { date: new Date(0) });
    return { lengths, isSame: headers.authorization === atOnce.headers.authorization };
  },
};

/**
 * @param {string} task
 * @param {any[]} args
 * @returns {Promise<{ value?: any, error?: { code?: string, message: string } }>}
 */
export async function run(task, args) {
  try {
    return { value: await TASKS[task](...args) };
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    return { error: { code, message } };
  }
}

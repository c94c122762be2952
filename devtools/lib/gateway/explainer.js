// Explains why requests were refused, in a separate thread and at a limited rate, so that a flood of bad requests does not delay
// good ones.

import { Piscina } from 'piscina';
import { TokenBucket } from 'limiter';
import { parseAuthorization } from 'sigv4-wasm/verify';

import { API_TYPES, hostInAws } from './api-types.js';

/**
 * @typedef {import('./request-log.js').Entry} Entry
 * @typedef {Pick<Entry, 'mismatches' | 'likely' | 'hint'>} Explanation
 */

const PER_SECOND = 1;
const MAX_WAITING = 10;
const MAX_BODY_BYTES = 1_048_576;
const DEADLINE_MS = 1000;

export class Explainer {
  #now;
  #bucket = new TokenBucket({ bucketSize: MAX_WAITING, tokensPerInterval: PER_SECOND, interval: 'second' });
  /** @type {Piscina | undefined} */
  #pool;

  /** @param {() => Date} now */
  constructor(now) {
    this.#now = now;
    this.#bucket.content = MAX_WAITING;
  }

  /**
   * @param {Entry} entry
   * @param {import('./api.js').Api} api
   * @returns {Promise<Explanation> | undefined} `undefined` if the refusal explains itself, or if the rate limit is reached
   */
  explain(entry, api) {
    const { request, failure } = entry;
    if (!failure?.code.startsWith('ERR_SIGV4_') || failure.fix || request.rawBody.length > MAX_BODY_BYTES)
      return undefined;
    return this.#bucket.tryRemoveTokens(1) ? this.#search(entry, failure, api, this.#now()) : undefined;
  }

  /**
   * @param {Entry} entry
   * @param {import('./gateway-error.js').GatewayError} failure
   * @param {import('./api.js').Api} api
   * @param {Date} now
   * @returns {Promise<Explanation>}
   */
  async #search({ request }, failure, { settings, principals }, now) {
    this.#pool ??= startPool();
    const key = principals.find((await accessKeyIdOf(request)) ?? '');
    const { method, url, rawHeaders, rawBody } = request;
    const { type, region, stages, hosts } = settings;
    const { service, showsCanonicalRequest: isShown } = API_TYPES[type];
    const task = {
      request: { method, url, rawHeaders, rawBody },
      // The response of an HTTP API shows nothing of the signature.
      answer: { status: failure.status, type: failure.type, message: failure.shown, isShown },
      credentials: key && { secretAccessKey: key.secretAccessKey, sessionToken: key.sessionToken },
      options: {
        hosts: [hostInAws(settings), ...hosts],
        region,
        service,
        now,
        stage: stages[0],
        deadlineMs: DEADLINE_MS,
      },
    };
    try {
      return await this.#pool.run(task, { signal: AbortSignal.timeout(5 * DEADLINE_MS) });
    } catch {
      return {}; // The queue is full, or the task took too long: the refusal stays unexplained.
    }
  }

  async close() {
    await this.#pool?.destroy();
  }
}

function startPool() {
  const pool = new Piscina({
    filename: new URL('./explain-task.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    maxQueue: MAX_WAITING,
    idleTimeout: 10_000,
  });
  // These are errors of the thread between two tasks. An error of a task rejects its promise.
  return pool.on('error', () => {});
}

/**
 * @param {import('./request.js').GatewayRequest} request
 * @returns {Promise<string | undefined>} `undefined` if its signature is missing or malformed
 */
export async function accessKeyIdOf(request) {
  try {
    return (await parseAuthorization(request)).accessKeyId;
  } catch {
    return undefined;
  }
}

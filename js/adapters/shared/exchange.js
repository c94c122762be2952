// One request of a client: how its attempts are signed, when it is sent again, and which of its redirects are signed again.

import { isRefusal } from './status.js';

/** Evaluates responses. Loaded with the first refusal. @type {typeof import('./answers.js') | undefined} */
let answers;

/**
 * The last attempt.
 *
 * @typedef {object} Attempt
 * @property {string} origin
 * @property {number} offset  the clock offset with which it was signed
 * @property {number} version  of the credentials
 * @property {boolean} isRepeated
 * @property {number | undefined} trial  how far the server's clock seems to be ahead, if a refusal said so
 */

export class Exchange {
  #client;
  #first;
  /** Whether a redirect led to another origin. */
  #hasLeft = false;
  /** Whether the last attempt was signed. */
  #isSigned = true;
  /** @type {Attempt} */
  #attempt;

  /**
   * @param {import('./client-signer.js').ClientSigner} client
   * @param {URL} url  where the request goes first
   */
  constructor(client, url) {
    this.#client = client;
    this.#first = url.href;
    this.#attempt = { origin: url.origin, offset: 0, version: 0, isRepeated: false, trial: undefined };
  }

  /**
   * Whether to sign a request, which is the first one or follows a redirect. Redirects within the origin are signed again;
   * redirects to other origins get none of the signature's headers. A chain that has left its origin is not signed again when it
   * returns, because another server chose that URL.
   *
   * @param {URL} to
   * @returns {boolean}
   */
  signs(to) {
    this.#hasLeft ||= to.origin !== this.#attempt.origin;
    this.#isSigned = !this.#hasLeft && this.#client.match(to);
    if (this.#isSigned) return true;
    this.#client.querySigner?.refuseRepeated(this.#first, to);
    return false;
  }

  /**
   * Signs with the time of the server, if it is known.
   *
   * @param {import('../../sign/signer.js').SignableRequest} request
   * @returns {Promise<import('../../sign/signer.js').SignedRequest>}
   */
  async sign(request) {
    const { signsQuery, credentials } = this.#client;
    const signer = signsQuery ? await this.#client.loadQuerySigner() : this.#client.signer;
    const signed = await signer.sign(request, this.#time());
    this.#attempt.version = credentials.version;
    return signed;
  }

  /**
   * The same synchronously, for a request that is signed again.
   *
   * @param {import('../../sign/signer.js').SignableRequest} request
   * @returns {import('../../sign/signer.js').SignedRequest}
   */
  signSync(request) {
    const { signer, querySigner, credentials } = this.#client;
    const signed = (querySigner ?? signer).signSync(request, this.#time());
    this.#attempt.version = credentials.version;
    return signed;
  }

  /**
   * Signs and sends, and does so again if the request was refused because of the clock or expired credentials.
   *
   * @template T
   * @param {() => Promise<T>} attempt  signs and sends
   * @param {(outcome: T) => Promise<import('../../protocol/clock-skew.js').ServerResponse | undefined>} read the response;
   *   `undefined` if there is none
   * @param {((outcome: T) => void) | false} discard releases a response that nobody will read; `false` if the body cannot be sent
   *   again
   * @param {(work: Promise<boolean>) => Promise<boolean>} waiting  rejects as soon as the caller aborts
   * @returns {Promise<T>}
   */
  async send(attempt, read, discard, waiting) {
    for (;;) {
      const outcome = await attempt();
      const answer = await read(outcome);
      const isSentAgain = answer !== undefined && this.isSentAgain(answer, discard !== false);
      if (!isSentAgain || !(isSentAgain === true || (await waiting(isSentAgain)))) return outcome;
      if (discard) discard(outcome);
    }
  }

  /**
   * Learns from the response to the last attempt.
   *
   * @param {import('../../protocol/clock-skew.js').ServerResponse} answer
   * @param {boolean} canRepeat  whether the body is still there
   * @returns {boolean | Promise<boolean>} whether to sign and send again; `true` at most once
   */
  isSentAgain(answer, canRepeat) {
    const attempt = this.#attempt;
    // Without a signature of this client, a refusal has another cause.
    if (!this.#isSigned) return false;
    const teachesNothing = attempt.offset === 0 && !this.#client.clocks.has(attempt.origin);
    if (teachesNothing && !isRefusal(answer.status)) return false;
    const now = Date.now();
    if (answers !== undefined) return answers.isSentAgain(this.#client, attempt, answer, canRepeat, now);
    const judged = import('./answers.js').then((loaded) => {
      answers = loaded;
      return answers.isSentAgain(this.#client, attempt, answer, canRepeat, now);
    });
    // If it cannot be loaded, the refusal is final.
    return judged.catch(() => false);
  }

  /** @returns {{ date: () => Date } | undefined} */
  #time() {
    this.#isSigned = true;
    const attempt = this.#attempt;
    const offset = attempt.trial ?? this.#client.clocks.get(attempt.origin)?.offset ?? 0;
    attempt.offset = offset;
    return offset === 0 ? undefined : { date: () => new Date(Date.now() + offset) };
  }
}

// One request of a client: how its attempts are signed, when it is sent once more, and which of its redirects are signed
// again.

import { isRefusal } from './status.js';

/** What judges answers: loaded with the first one that is a refusal. @type {typeof import('./answers.js') | undefined} */
let answers;

/**
 * What was sent last.
 *
 * @typedef {object} Attempt
 * @property {string} origin
 * @property {number} offset  of the clock that it was signed with
 * @property {number} version  of the credentials
 * @property {boolean} isRepeated
 * @property {number | undefined} trial  what the server's clock seems to be ahead by, if a refusal said so
 */

export class Exchange {
  #client;
  #first;
  /** Whether a redirect led elsewhere. */
  #hasLeft = false;
  /** Whether what was sent last was signed. */
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
   * Whether a request is signed that is the first one, or that a redirect leads to. Redirects within the origin are signed
   * again; to any other, nothing of ours is passed on. A chain that has left its origin is not signed again when it comes
   * back: another server chose that URL, and what is done there.
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
   * Signs by the clock of the server, as far as it is known.
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
   * Likewise synchronously, for a request that is signed again.
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
   * Signs and sends, and once more if the clock or expired credentials were why the request was refused.
   *
   * @template T
   * @param {() => Promise<T>} attempt  signs and sends
   * @param {(outcome: T) => Promise<import('../../protocol/clock-skew.js').ServerResponse | undefined>} read  what was answered; undefined if
   *   nothing was
   * @param {((outcome: T) => void) | false} discard  lets go of an answer that nobody will read; false if the body cannot
   *   be sent again
   * @param {(work: Promise<boolean>) => Promise<boolean>} waiting  gives up as soon as the caller does
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
   * Learns from the answer to the last attempt.
   *
   * @param {import('../../protocol/clock-skew.js').ServerResponse} answer
   * @param {boolean} canRepeat  whether the body is still there
   * @returns {boolean | Promise<boolean>} whether to sign and send once more, which it says at most once
   */
  isSentAgain(answer, canRepeat) {
    const attempt = this.#attempt;
    // Without a signature of ours, a refusal is not about it.
    if (!this.#isSigned) return false;
    const teachesNothing = attempt.offset === 0 && !this.#client.clocks.has(attempt.origin);
    if (teachesNothing && !isRefusal(answer.status)) return false;
    const now = Date.now();
    if (answers !== undefined) return answers.isSentAgain(this.#client, attempt, answer, canRepeat, now);
    const judged = import('./answers.js').then((loaded) => {
      answers = loaded;
      return answers.isSentAgain(this.#client, attempt, answer, canRepeat, now);
    });
    // Where it cannot be loaded, the refusal stands.
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

// One request of a client: how its attempts are signed, when it is sent once more, and which of its redirects are signed
// again.

import { serverClockOffset } from '../../protocol/clock-skew.js';
import { blamesToken } from '../../protocol/expired-token.js';

export class Exchange {
  #client;
  #origin;
  #first;
  /** Whether a redirect led elsewhere. */
  #hasLeft = false;
  /** Whether what was sent last was signed. */
  #isSigned = true;
  #isRepeated = false;
  /** What the server's clock seems to be ahead by, if a refusal said so. @type {number | undefined} */
  #trial;
  /** What the last attempt was signed with. */
  #offset = 0;
  #version = 0;

  /**
   * @param {import('./client-signer.js').ClientSigner} client
   * @param {URL} url  where the request goes first
   */
  constructor(client, url) {
    this.#client = client;
    this.#first = url.href;
    this.#origin = url.origin;
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
    this.#hasLeft ||= to.origin !== this.#origin;
    this.#isSigned = !this.#hasLeft && this.#client.match(to);
    if (this.#isSigned) return true;
    this.#client.refuseRepeatedSignature(this.#first, to);
    return false;
  }

  /**
   * Signs by the clock of the server, as far as it is known.
   *
   * @param {import('../../sign/signer.js').SignableRequest} request
   * @returns {Promise<import('../../sign/signer.js').SignedRequest>}
   */
  async sign(request) {
    const { signer, credentials } = this.#client;
    const signed = await signer.sign(request, this.#time());
    this.#version = credentials.version;
    return signed;
  }

  /**
   * Likewise synchronously, for a request that is signed again.
   *
   * @param {import('../../sign/signer.js').SignableRequest} request
   * @returns {import('../../sign/signer.js').SignedRequest}
   */
  signSync(request) {
    const { signer, credentials } = this.#client;
    const signed = signer.signSync(request, this.#time());
    this.#version = credentials.version;
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
    // Without a signature of ours, a refusal is not about it.
    if (!this.#isSigned) return false;
    const { clocks, correctsClock, credentials } = this.#client;
    if (correctsClock) clocks.judge(this.#origin, this.#offset, answer);
    const offset = correctsClock ? serverClockOffset(answer, Date.now(), this.#offset) : undefined;
    if (offset !== undefined) {
      if (this.#isRepeated) return false;
      if (!canRepeat) clocks.suspect(this.#origin, offset);
      this.#trial = offset;
      return (this.#isRepeated = canRepeat);
    }
    if (!blamesToken(answer)) return false;
    const renewal = credentials.renew(this.#version);
    if (this.#isRepeated || !canRepeat) return false;
    return renewal.then((isRenewed) => (this.#isRepeated = isRenewed));
  }

  /** @returns {{ date: () => Date } | undefined} */
  #time() {
    this.#isSigned = true;
    const offset = (this.#offset = this.#trial ?? this.#client.clocks.offset(this.#origin));
    return offset === 0 ? undefined : { date: () => new Date(Date.now() + offset) };
  }
}

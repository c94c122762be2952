// Signatures that each sign the one before: of the chunks of an upload, and of the messages of an event stream.

/**
 * @typedef {{ date: string, region: string, service: string }} Scope  the date as `YYYYMMDD`
 * @typedef {(text: string, scope: Scope) => string | Promise<string>} SignText
 */

export class SignatureChain {
  #algorithm;
  #signText;

  /** The last signature. */
  signature;

  /**
   * @param {import('./algorithms.js').Scheme} scheme
   * @param {string} first  the signature that the chain starts from
   * @param {SignText} signText
   */
  constructor({ algorithm }, first, signText) {
    this.#algorithm = algorithm;
    this.#signText = signText;
    this.signature = first;
  }

  /**
   * @param {'PAYLOAD' | 'TRAILER'} kind
   * @param {string} amzDate  `YYYYMMDDTHHMMSSZ`
   * @param {Scope} scope
   * @param {string[]} hashes  of what is signed
   * @returns {Promise<string>}
   */
  async next(kind, amzDate, scope, ...hashes) {
    const { date, region, service } = scope;
    const lines = [
      `${this.#algorithm}-${kind}`,
      amzDate,
      // SigV4a has no region in it.
      [date, region, service, 'aws4_request'].filter((part) => part !== '').join('/'),
      this.signature,
      ...hashes,
    ];
    this.signature = await this.#signText(lines.join('\n'), scope);
    return this.signature;
  }
}

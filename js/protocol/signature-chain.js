// Chains of signatures, each of which covers the previous one: for the chunks of an upload, and the messages of an event stream.

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
   * @param {string} algorithm
   * @param {string} first  the signature that the chain starts from
   * @param {SignText} signText
   */
  constructor(algorithm, first, signText) {
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

/**
 * The start of a chain, from a signed request.
 *
 * @param {{ headers: Record<string, string> }} signed
 * @returns {{ amzDate: string, scope: Scope, signature: string } | undefined}
 */
export function startOf({ headers }) {
  const authorization = headers?.authorization;
  if (typeof authorization !== 'string') return undefined;
  const parts = /Credential=.*\/(\d{8})\/(?:([^/]+)\/)?([^/]+)\/aws4_request,.*Signature=([0-9a-f]+)$/.exec(
    authorization,
  );
  if (parts === null) return undefined;
  const [, date, region = '', service, signature] = parts;
  return { amzDate: headers['x-amz-date'], scope: { date, region, service }, signature };
}

// Puts the signatures of HTTP clients into the query, so that the request keeps its own Authorization header. Loaded on use.

import { FLAG } from '../../engine/generated/flags.js';
import { SigV4Error } from '../../engine/errors.js';
import { operationsOf } from '../../sign/operations.js';
import { presigned } from '../../sign/signed-request.js';
import { TOLERATED_SKEW } from '../../protocol/clock-skew.js';
import { isS3 } from '../../protocol/service-rules.js';
import { redirectError } from './redirect-error.js';

/** The lifetime in seconds: as long as API Gateway accepts a signature in headers, but not longer than the credentials. */
const PRESIGN = /** @type {const} */ ({ expiresIn: TOLERATED_SKEW / 1000, onEarlyExpiry: 'shorten' });

/** How many of its own signatures a signer recognizes. */
const MAX_KNOWN = 1000;

export class QuerySigner {
  #operations;
  #overrides;
  /** @type {Set<string>} */
  #known = new Set();

  /**
   * @param {import('../../sign/operations.js').AnySigner} signer
   * @param {object} [overrides]  of its options
   */
  constructor(signer, overrides) {
    this.#operations = operationsOf(signer);
    this.#overrides = { ...overrides, ...PRESIGN };
  }

  /**
   * @param {import('../../sign/signer.js').SignableRequest} request
   * @param {Partial<import('../../sign/signer.js').SignerOptions>} [overrides]
   */
  async sign(request, overrides) {
    const options = { ...overrides, ...this.#overrides };
    return this.#finish(await this.#operations.sign(request, options, FLAG.presign));
  }

  /**
   * @param {import('../../sign/signer.js').SignableRequest} request
   * @param {Partial<import('../../sign/signer.js').SignerOptions>} [overrides]
   */
  signSync(request, overrides) {
    const options = { ...overrides, ...this.#overrides };
    return this.#finish(this.#operations.signSync(request, options, FLAG.presign));
  }

  /**
   * A redirect elsewhere may repeat the query, and with it a signature of this signer.
   *
   * @param {string} from  a URL
   * @param {URL} to
   */
  refuseRepeated(from, to) {
    if (!this.#known.has(to.searchParams.get('X-Amz-Signature') ?? '')) return;
    throw redirectError(from, to.href, 'put the signature into headers');
  }

  /**
   * @param {import('../../sign/signed-request.js').Work} work
   * @returns {import('../../sign/signed-request.js').SignedRequest}
   */
  #finish(work) {
    const { request, payload, signature } = work;
    const [, service] = /%2F([^%]*)%2Faws4_request&/.exec(signature.value) ?? [];
    if (isS3(service)) throw refusedByS3();
    this.#remember(/X-Amz-Signature=(\w+)/.exec(signature.value)?.[1] ?? '');
    const headers = Object.fromEntries(payload.headers);
    delete headers['x-amz-content-sha256']; // not signed: AWS takes no x-amz-* header that is not
    if (request.authorization !== '') headers.authorization = request.authorization;
    const { body } = payload;
    return {
      method: request.method,
      url: presigned(work),
      headers,
      .../** @type {{}} */ (body !== undefined && { body }),
    };
  }

  /** @param {string} signature */
  #remember(signature) {
    for (const oldest of this.#known) {
      if (this.#known.size < MAX_KNOWN) break;
      this.#known.delete(oldest);
    }
    this.#known.add(signature);
  }
}

function refusedByS3() {
  return new SigV4Error(
    'ERR_SIGV4_OPTION_INVALID',
    "S3 refuses an Authorization header beside a presigned URL, and so does not accept signatureLocation: 'query': " +
      'remove the option and the header',
  );
}

// Replaces `@smithy/signature-v4`, and `@aws-sdk/signature-v4`: the same class, options, results and errors.

import { ready } from '../../sign/text-signer.js';
import { SignatureV4Base } from './base.js';
import { getCanonicalHeaders, getPayloadHash, hash } from './canonical.js';
import {
  ALGORITHM_IDENTIFIER,
  ALGORITHM_QUERY_PARAM,
  AMZ_DATE_HEADER,
  AMZ_DATE_QUERY_PARAM,
  AUTH_HEADER,
  CREDENTIAL_QUERY_PARAM,
  EVENT_ALGORITHM_IDENTIFIER,
  EXPIRES_QUERY_PARAM,
  MAX_PRESIGNED_TTL,
  SHA256_HEADER,
  SIGNATURE_QUERY_PARAM,
  SIGNED_HEADERS_QUERY_PARAM,
  TOKEN_HEADER,
  TOKEN_QUERY_PARAM,
} from './constants.js';
import { createScope, signWith } from './key.js';
import { encodeHeaders } from './message-headers.js';
import { hasHeader, moveHeadersToQuery, prepareRequest } from './http-request.js';

export { SignatureV4Base } from './base.js';
export { getCanonicalHeaders, getCanonicalQuery, getPayloadHash } from './canonical.js';
export * from './constants.js';
export { clearCredentialCache, createScope, getSigningKey } from './key.js';
export { hasHeader, moveHeadersToQuery, prepareRequest } from './http-request.js';

/**
 * @typedef {import('./base.js').AwsCredentialIdentity} AwsCredentialIdentity
 * @typedef {import('./base.js').DateInput} DateInput
 * @typedef {import('./base.js').SignatureV4Init} SignatureV4Init
 * @typedef {import('./base.js').SignatureV4CryptoInit} SignatureV4CryptoInit
 * @typedef {import('./http-request.js').HttpRequestLike} HttpRequestLike
 *
 * @typedef {object} SigningArguments
 * @property {DateInput} [signingDate]  default: now
 * @property {string} [signingRegion]  instead of the signer's
 * @property {string} [signingService]  likewise
 *
 * @typedef {object} RequestSigningFields
 * @property {Set<string>} [unsignableHeaders]  lower-case names of headers not to sign
 * @property {Set<string>} [signableHeaders]  lower-case names of headers to sign, whatever else says not to
 * @typedef {SigningArguments & RequestSigningFields} RequestSigningArguments
 *
 * @typedef {object} PresigningFields
 * @property {number} [expiresIn]  seconds, at most 604800; default 3600
 * @property {Set<string>} [unhoistableHeaders]  lower-case names of `x-amz-*` headers that stay headers
 * @property {Set<string>} [hoistableHeaders]  lower-case names of headers that become parameters
 * @typedef {RequestSigningArguments & PresigningFields} RequestPresigningArguments
 *
 * @typedef {SigningArguments & { eventStreamCredentials?: AwsCredentialIdentity }} MessageSigningArguments
 * @typedef {MessageSigningArguments & { priorSignature: string }} EventSigningArguments
 *
 * @typedef {{ headers: Uint8Array, payload: Uint8Array }} FormattedEvent
 * @typedef {{ headers: import('./message-headers.js').MessageHeaders, body: Uint8Array }} Message
 * @typedef {{ message: Message, priorSignature: string }} SignableMessage
 * @typedef {{ message: Message, signature: string }} SignedMessage
 *
 * @typedef {new (options: any) => { sign(request: any, options?: any): Promise<any> }} OptionalSigV4aSigner
 */

/** Where `@smithy/signature-v4a` puts its class. @type {{ SignatureV4a: null | OptionalSigV4aSigner }} */
export const signatureV4aContainer = { SignatureV4a: null };

/**
 * Signs and presigns requests, and signs strings and messages of event streams.
 *
 * Unlike the `Signer` of this package, it adds no `host`, takes path and query in the form of the AWS SDK, and calls the
 * providers of region and credentials for each signature. Errors are those of `@smithy/signature-v4`, except for a `SigV4Error`
 * if the runtime refuses WebAssembly or, without `sha256`, if AWS cannot have issued the region, the service or the secret.
 *
 * @example
 *   const signer = new SignatureV4({ service: 'dynamodb', region: 'eu-west-1', credentials });
 *   const client = new DynamoDBClient({ region: 'eu-west-1', signer });
 */
export class SignatureV4 extends SignatureV4Base {
  /**
   * Moves the signature to the query, and with it `x-amz-*` headers.
   *
   * @param {HttpRequestLike} originalRequest  is not changed
   * @param {RequestPresigningArguments} [options]
   * @returns {Promise<HttpRequestLike>}
   */
  async presign(originalRequest, options = {}) {
    const { signingDate = new Date(), expiresIn = 3600, signingRegion, signingService } = options;
    const { unsignableHeaders, unhoistableHeaders, signableHeaders, hoistableHeaders } = options;
    const credentials = await this.credentialProvider();
    this.validateResolvedCredentials(credentials);
    const region = signingRegion ?? (await this.regionProvider());
    const { longDate, shortDate } = this.formatDate(signingDate);
    if (expiresIn > MAX_PRESIGNED_TTL) {
      // A string, as there.
      throw 'Signature version 4 presigned URLs must have an expiration date less than one week in the future';
    }
    const scope = createScope(shortDate, region, signingService ?? this.service);
    const prepared = prepareRequest(originalRequest);
    const request = moveHeadersToQuery(prepared, { unhoistableHeaders, hoistableHeaders });
    const { query } = request;
    if (credentials.sessionToken) query[TOKEN_QUERY_PARAM] = credentials.sessionToken;
    query[ALGORITHM_QUERY_PARAM] = ALGORITHM_IDENTIFIER;
    query[CREDENTIAL_QUERY_PARAM] = `${credentials.accessKeyId}/${scope}`;
    query[AMZ_DATE_QUERY_PARAM] = longDate;
    query[EXPIRES_QUERY_PARAM] = expiresIn.toString(10);
    const canonicalHeaders = getCanonicalHeaders(request, unsignableHeaders, signableHeaders);
    query[SIGNED_HEADERS_QUERY_PARAM] = this.getCanonicalHeaderList(canonicalHeaders);
    const payloadHash = await getPayloadHash(originalRequest);
    const canonicalRequest = this.createCanonicalRequest(request, canonicalHeaders, payloadHash);
    const text = await this.createStringToSign(longDate, scope, canonicalRequest, ALGORITHM_IDENTIFIER);
    const keyScope = { date: shortDate, region, service: signingService || this.service };
    query[SIGNATURE_QUERY_PARAM] = await signWith(text, keyScope, credentials, this.sha256);
    return request;
  }

  /**
   * @overload
   * @param {string} toSign
   * @param {SigningArguments} [options]
   * @returns {Promise<string>} the signature, in hex
   */
  /**
   * @overload
   * @param {FormattedEvent} toSign
   * @param {EventSigningArguments} options
   * @returns {Promise<string>} the signature, in hex
   */
  /**
   * @overload
   * @param {SignableMessage} toSign
   * @param {MessageSigningArguments} options
   * @returns {Promise<SignedMessage>}
   */
  /**
   * @overload
   * @param {HttpRequestLike} toSign  is not changed
   * @param {RequestSigningArguments} [options]
   * @returns {Promise<HttpRequestLike>}
   */
  /**
   * @param {any} toSign
   * @param {any} [options]
   * @returns {Promise<any>}
   */
  async sign(toSign, options) {
    if (typeof toSign === 'string') return this.signString(toSign, options);
    if (toSign.headers && toSign.payload) return this.signEvent(toSign, options);
    if (toSign.message) return this.signMessage(toSign, options);
    return this.signRequest(toSign, options);
  }

  /**
   * @param {SignableMessage} signableMessage
   * @param {MessageSigningArguments} options
   * @returns {Promise<SignedMessage>}
   */
  async signMessage({ message, priorSignature }, options) {
    const { signingDate = new Date(), signingRegion, signingService, eventStreamCredentials } = options;
    const event = { headers: encodeHeaders(message.headers), payload: message.body };
    const signing = { signingDate, signingRegion, signingService, eventStreamCredentials, priorSignature };
    return { message, signature: await this.signEvent(event, signing) };
  }

  /**
   * @protected
   * @param {FormattedEvent} event
   * @param {EventSigningArguments} options
   */
  async signEvent({ headers, payload }, options) {
    const { signingDate = new Date(), priorSignature, signingService, eventStreamCredentials } = options;
    const region = options.signingRegion ?? (await this.regionProvider());
    const { longDate, shortDate } = this.formatDate(signingDate);
    const text = [
      EVENT_ALGORITHM_IDENTIFIER,
      longDate,
      createScope(shortDate, region, signingService ?? this.service),
      priorSignature,
      await hash(headers),
      await getPayloadHash({ headers: {}, body: payload }),
    ];
    const signing = { signingDate, signingRegion: region, signingService, eventStreamCredentials };
    return this.signString(text.join('\n'), signing);
  }

  /**
   * @protected
   * @param {string} stringToSign
   * @param {MessageSigningArguments} [options]
   */
  async signString(stringToSign, options = {}) {
    const { signingDate = new Date(), signingRegion, signingService, eventStreamCredentials } = options;
    const credentials = eventStreamCredentials ?? (await this.credentialProvider());
    this.validateResolvedCredentials(credentials);
    const region = signingRegion ?? (await this.regionProvider());
    const { shortDate } = this.formatDate(signingDate);
    await ready();
    const keyScope = { date: shortDate, region, service: signingService || this.service };
    return signWith(stringToSign, keyScope, credentials, this.sha256);
  }

  /**
   * @protected
   * @param {HttpRequestLike} requestToSign
   * @param {RequestSigningArguments} [options]
   * @returns {Promise<HttpRequestLike>}
   */
  async signRequest(requestToSign, options = {}) {
    const { signingDate = new Date(), signableHeaders, unsignableHeaders } = options;
    const { signingRegion, signingService } = options;
    // Asked before anything else, in the turn of the call: signers of the SDK swap the provider for one signature.
    const credentials = await this.credentialProvider();
    this.validateResolvedCredentials(credentials);
    const region = signingRegion ?? (await this.regionProvider());
    const request = prepareRequest(requestToSign);
    const { headers } = request;
    const { longDate, shortDate } = this.formatDate(signingDate);
    const scope = createScope(shortDate, region, signingService ?? this.service);
    headers[AMZ_DATE_HEADER] = longDate;
    if (credentials.sessionToken) headers[TOKEN_HEADER] = credentials.sessionToken;
    const payloadHash = await getPayloadHash(request);
    if (this.applyChecksum && !hasHeader(SHA256_HEADER, headers)) headers[SHA256_HEADER] = payloadHash;
    const canonicalHeaders = getCanonicalHeaders(request, unsignableHeaders, signableHeaders);
    const canonicalRequest = this.createCanonicalRequest(request, canonicalHeaders, payloadHash);
    const text = await this.createStringToSign(longDate, scope, canonicalRequest, ALGORITHM_IDENTIFIER);
    const keyScope = { date: shortDate, region, service: signingService || this.service };
    const signature = await signWith(text, keyScope, credentials, this.sha256);
    headers[AUTH_HEADER] =
      `${ALGORITHM_IDENTIFIER} Credential=${credentials.accessKeyId}/${scope}, ` +
      `SignedHeaders=${this.getCanonicalHeaderList(canonicalHeaders)}, Signature=${signature}`;
    return request;
  }
}

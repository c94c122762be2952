// The text of docs/reference/errors.md for each code, apart from the messages of the core.

/** @type {Record<string, [when: string, remedy: string]>} */
export const SIGNING = {
  CREDENTIALS_INVALID: [
    'a key or token is missing, is the text `undefined`, or has white space around it',
    'pass the values as AWS issued them; look for a trailing newline if they were read from a file',
  ],
  CREDENTIALS_EXPIRED: ['`expiration` has passed', 'fetch new credentials, or pass a provider'],
  CREDENTIALS_PROVIDER: [
    'the provider failed; a provider of `sigv4-wasm/credentials` is configured, but cannot get credentials',
    'see the message and `error.cause`',
  ],
  CREDENTIALS_NOT_FOUND: [
    'a provider of `sigv4-wasm/credentials` finds none; in a `chain`, no provider finds any',
    'the message lists the providers and the reason for each',
  ],
  REGION_REQUIRED: [
    'the region cannot be inferred from the host, or the host takes SigV4a only',
    'pass `region`, or sign with `SignerV4a`',
  ],
  SERVICE_REQUIRED: ['the service cannot be inferred from the host', 'pass `service`'],
  URL_INVALID: [
    'the URL is not an absolute http(s) or ws(s) URL, contains a password, or is the target of a redirect that cannot be signed',
    "set axios' `baseURL`; remove the password; request the target of the redirect directly",
  ],
  METHOD_INVALID: ['the method is not an HTTP method', 'pass a method such as `GET`'],
  HEADER_INVALID: [
    "a header has a name or value that HTTP does not allow, or axios' `auth` is set",
    'remove it',
  ],
  AUTHORIZATION_PRESENT: [
    'the request already has an `Authorization` header',
    'remove it, or leave the request unsigned with `match`',
  ],
  LIMIT_EXCEEDED: [
    'the request has more than 2,000 headers or 10,000 parameters, or more than 1 MiB of URL and headers; or no memory is left for the WebAssembly module',
    'send long values in the body',
  ],
  BODY_UNSUPPORTED: [
    'the body has a type that is not supported, or that a synchronous call cannot read',
    'pass one of the [supported types](../guides/signing.md#what-a-request-may-be); call `await signer.sign(…)`',
  ],
  BODY_USED: ['the stream or `Request` has already been read', 'pass a new one'],
  BODY_MISMATCH: [
    'the upload does not have the declared length; when verifying: the body was changed',
    'declare the right `length`, or none; when verifying: respond with 400',
  ],
  DATE_INVALID: ['`date` is not a valid `Date`, or not between the years 1970 and 9999', 'pass a valid date'],
  EXPIRES_INVALID: [
    "`expiresIn` is not a whole number from 1 to 604800; with `onEarlyExpiry: 'error'`, also if the credentials expire sooner",
    'pass such a number, or credentials that live longer',
  ],
  OPTION_INVALID: ['an option does not exist, or has a value that is not allowed', 'see the message'],
  NOT_READY: [
    'a synchronous call was made before the credentials were fetched, or `sigv4-wasm/slim` was used before `init`',
    'call `await signer.ready()`, or `await init(url)`, first',
  ],
  VERSION_MISMATCH: [
    'a function of this package gets a signer of another version, or `init` gets a module of another version',
    'install one version: `npm ls sigv4-wasm` lists them; serve the `signing.wasm` of that version',
  ],
  WASM_UNAVAILABLE: [
    'the runtime has no WebAssembly, or forbids it',
    'see [without WebAssembly](../guides/without-wasm.md)',
  ],
  FIPS_UNAVAILABLE: [
    '`sigv4-wasm/fips` runs without the `node:crypto` of Node.js 20.16, 22.3 or newer',
    'run it in Node.js; see [FIPS](../guides/fips.md)',
  ],
};

/** @type {Record<string, [when: string, remedy: string]>} */
export const VERIFYING = {
  SIGNATURE_MISSING: ['the request has no signature', 'respond with 403'],
  SIGNATURE_MALFORMED: ['the signature lacks a part, or a part has the wrong form', 'respond with 403'],
  SIGNATURE_MISMATCH: [
    'the request was signed with another secret, or was changed after it was signed',
    'respond with 403; [findMismatch](../guides/find-mismatch.md) finds the mistake',
  ],
  SIGNATURE_EXPIRED: [
    'the signature is too old, or its date is in the future',
    'respond with 403; check both clocks',
  ],
  REQUEST_EXPIRED: ['the presigned URL has expired', 'respond with 403'],
  SCOPE_MISMATCH: ['the request was signed for another region, service or day', 'respond with 403'],
  ACCESS_KEY_UNKNOWN: [
    '`secretAccessKey` does not know the key, or the session token is wrong',
    'respond with 403',
  ],
  ACCESS_DENIED: [
    'the signature does not cover `host`, an `x-amz-*` header, or the body',
    'respond with 403',
  ],
  REPLAY_CACHE_FULL: [
    '`ReplayCache` holds `maxEntries` requests, and all of them could still be replayed',
    'respond with 503; raise `maxEntries`, or lower `maxSkewSeconds`',
  ],
  PROOF_INVALID: [
    '`verifyIdentityProof`: the proof is not a request for `GetCallerIdentity`, or is for another audience',
    'respond with 403; compare `audience` on both sides',
  ],
  REPLAYED: [
    '`verifyIdentityProof`: the proof was used before',
    'respond with 403; make a new proof for each login',
  ],
  STS_UNAVAILABLE: [
    '`verifyIdentityProof`: AWS STS did not confirm the proof',
    'respond with 503; the client tries again with a new proof',
  ],
};

/** @type {Record<string, [when: string, remedy: string]>} */
export const POLICIES = {
  POLICY_INVALID: [
    'a policy has an element, an operator or a value that is unknown or malformed',
    'see the message, which names the part and says what to write',
  ],
};

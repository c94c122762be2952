// What docs/reference/errors.md says of each code, besides the messages of the core.

/** @type {Record<string, [when: string, remedy: string]>} */
export const SIGNING = {
  CREDENTIALS_INVALID: [
    'a key or token is missing, is the text `undefined`, or has white space around it',
    'pass what AWS issued; look for a newline from a file',
  ],
  CREDENTIALS_EXPIRED: ['`expiration` has passed', 'fetch new credentials, or pass a provider'],
  CREDENTIALS_PROVIDER: ['the provider failed', 'see `error.cause`'],
  REGION_REQUIRED: [
    'the region cannot be inferred from the host, or the host takes SigV4a only',
    'pass `region`, or sign with `SignerV4a`',
  ],
  SERVICE_REQUIRED: ['the service cannot be inferred from the host', 'pass `service`'],
  URL_INVALID: [
    'no absolute http(s) or ws(s) URL, a password in it, or a redirect that cannot be signed',
    "set axios' `baseURL`; remove the password; request the target of the redirect itself",
  ],
  METHOD_INVALID: ['the method is not an HTTP method', 'pass one such as `GET`'],
  HEADER_INVALID: ["a name or value that no request can carry; axios' `auth`", 'remove it'],
  AUTHORIZATION_PRESENT: [
    'the request has an `Authorization` header of its own',
    'remove it, or leave the request unsigned with `match`',
  ],
  LIMIT_EXCEEDED: [
    'more than 2,000 headers or 10,000 parameters, or more than 1 MiB of URL and headers; or the module got no more memory',
    'send what is long in the body',
  ],
  BODY_UNSUPPORTED: [
    'a type of body that is not known, or that a synchronous call cannot read',
    'pass one of the [types that are](../guides/signing.md#what-a-request-may-be); `await signer.sign(…)`',
  ],
  BODY_USED: ['a stream or `Request` that was read already', 'pass a fresh one'],
  BODY_MISMATCH: [
    'an upload of another length than was declared; verifying: a body that was changed',
    'declare the right `length`, or none; verifying: answer 400',
  ],
  DATE_INVALID: ['`date` is not a valid `Date` from 1970 to 9999', 'pass one'],
  EXPIRES_INVALID: [
    "`expiresIn` is not a whole number from 1 to 604800; with `onEarlyExpiry: 'error'`, also if the credentials expire sooner",
    'pass such a number, or credentials that live longer',
  ],
  OPTION_INVALID: ['an option that does not exist, or a value that it cannot have', 'see the message'],
  NOT_READY: [
    'a synchronous call, and credentials must be fetched first; `sigv4-wasm/slim` before `init`',
    '`await signer.ready()`; `await init(url)`',
  ],
  VERSION_MISMATCH: [
    'a function of one version of this package got a signer of another',
    'install one version: `npm ls sigv4-wasm` lists them',
  ],
  WASM_UNAVAILABLE: [
    'the runtime has no WebAssembly, or forbids it',
    'see [without WebAssembly](../guides/without-wasm.md)',
  ],
  FIPS_UNAVAILABLE: [
    '`sigv4-wasm/fips` where there is no `node:crypto` of Node.js 20.16, 22.3 or newer',
    'run it there; see [FIPS](../guides/fips.md)',
  ],
};

/** @type {Record<string, [when: string, remedy: string]>} */
export const VERIFYING = {
  SIGNATURE_MISSING: ['the request has no signature', 'answer 403'],
  SIGNATURE_MALFORMED: ['the signature lacks a part, or a part has the wrong form', 'answer 403'],
  SIGNATURE_MISMATCH: [
    'it was signed with another secret, or is not as it was signed',
    'answer 403; [findMismatch](../guides/find-mismatch.md) says which mistake it is',
  ],
  SIGNATURE_EXPIRED: ['the signature is too old, or from the future', 'answer 403; look at both clocks'],
  REQUEST_EXPIRED: ['the presigned URL has expired', 'answer 403'],
  SCOPE_MISMATCH: ['it was signed for another region, service or day', 'answer 403'],
  ACCESS_KEY_UNKNOWN: ['`secretAccessKey` knows no such key, or not with this token', 'answer 403'],
  ACCESS_DENIED: ['the signature does not cover what it must: `host`, `x-amz-*`, the body', 'answer 403'],
  REPLAY_CACHE_FULL: [
    '`ReplayCache` remembers `maxEntries` requests, all of which could still be sent again',
    'answer 503; raise `maxEntries`, or lower `maxSkewSeconds`',
  ],
};

/** @type {Record<string, [when: string, remedy: string]>} */
export const POLICIES = {
  POLICY_INVALID: [
    'a policy has an element, operator or value that is unknown or has the wrong form',
    'the message says which, and what to write',
  ],
};

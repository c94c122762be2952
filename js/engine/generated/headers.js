// Written by the build from src/canonical/headers.rs. Do not edit.

/** Written by the signer: a value that the caller passed under one of these names is from an earlier signature. */
export const REPLACED_HEADERS = /** @type {const} */ ([
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-s3session-token',
  'x-amz-content-sha256',
]);

/** What every signature is about, or brings along by itself. */
export const ALWAYS_SIGNED = /** @type {const} */ ([
  'host',
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
  'x-amz-s3session-token',
  'x-amz-region-set',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
]);

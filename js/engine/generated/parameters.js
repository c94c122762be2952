// Written by the build from src/canonical/query.rs. Do not edit.

/** What a signature in a query is made of; servers differ in whether they tell cases apart. */
export const SIGNATURE_PARAMETERS = /** @type {const} */ ([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
  'X-Amz-S3session-Token',
  'X-Amz-Region-Set',
]);

/** Added by presigners of the AWS SDKs, and dropped with an old signature. */
export const PAYLOAD_PARAMETER = 'X-Amz-Content-Sha256';

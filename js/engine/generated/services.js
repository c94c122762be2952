// Written by the build from src/endpoint.rs. Do not edit.

/**
 * How a service wants its requests signed.
 *
 * @typedef {object} ServiceRules
 * @property {'double' | 'single'} pathEncoding  whether the path on the wire is encoded once more before it is signed
 * @property {boolean} normalizesPath  whether dot segments and empty segments are taken out first
 * @property {boolean} contentSha256Header  whether the header `x-amz-content-sha256` is sent
 * @property {'signed' | 'unsigned'} payload  whether the signature in headers covers the body
 * @property {'signed' | 'unsigned'} presignedPayload  whether that of a presigned URL does
 * @property {'signed' | 'appended'} sessionTokenMode  whether the session token is part of what is signed
 * @property {string} sessionTokenHeader  the header that carries the session token
 * @property {string} sessionTokenParameter  the parameter that carries it in a presigned URL
 */

/** The rules of a service that has none of its own. @type {ServiceRules} */
export const DEFAULT_RULES = {
  pathEncoding: 'double',
  normalizesPath: true,
  contentSha256Header: false,
  payload: 'signed',
  presignedPayload: 'signed',
  sessionTokenMode: 'signed',
  sessionTokenHeader: 'x-amz-security-token',
  sessionTokenParameter: 'X-Amz-Security-Token',
};

/** The rules of the others, by signing name. @type {Record<string, ServiceRules>} */
export const SERVICE_RULES = {
  s3: {
    ...DEFAULT_RULES,
    pathEncoding: 'single',
    normalizesPath: false,
    contentSha256Header: true,
    presignedPayload: 'unsigned',
  },
  s3express: {
    ...DEFAULT_RULES,
    pathEncoding: 'single',
    normalizesPath: false,
    contentSha256Header: true,
    presignedPayload: 'unsigned',
    sessionTokenHeader: 'x-amz-s3session-token',
    sessionTokenParameter: 'X-Amz-S3session-Token',
  },
  's3-object-lambda': {
    ...DEFAULT_RULES,
    pathEncoding: 'single',
    normalizesPath: false,
    contentSha256Header: true,
    presignedPayload: 'unsigned',
  },
  's3-outposts': {
    ...DEFAULT_RULES,
    pathEncoding: 'single',
    normalizesPath: false,
    contentSha256Header: true,
    presignedPayload: 'unsigned',
  },
  aoss: {
    ...DEFAULT_RULES,
    contentSha256Header: true,
  },
  'vpc-lattice-svcs': {
    ...DEFAULT_RULES,
    contentSha256Header: true,
    payload: 'unsigned',
    presignedPayload: 'unsigned',
  },
  iotdevicegateway: {
    ...DEFAULT_RULES,
    sessionTokenMode: 'appended',
  },
};

/** The signing names of Amazon S3, which share their rules. */
export const S3_SERVICES = /** @type {const} */ (['s3', 's3express', 's3-object-lambda', 's3-outposts']);

// What verifying needs to know of a service. For signing, SERVICE_RULES in src/endpoint.rs has the same.

/**
 * @typedef {object} ServiceRules
 * @property {import('./canonical.js').PathForm} path
 * @property {string} tokenName  of the parameter, or header, with the session token
 * @property {boolean} signsToken  or it stands beside the signature of a URL, not in it
 * @property {boolean} takesUnsigned  whether the body may be unsigned; that of a URL is, unless it says otherwise
 * @property {boolean} needsExpires  whether a URL must say how long it is good
 * @property {boolean} takesOneMechanism  whether no `Authorization` of any scheme may stand beside a signature in a URL
 */

/** @type {ServiceRules} */
const USUAL = {
  path: { encoding: 'double', normalizes: true },
  tokenName: 'X-Amz-Security-Token',
  signsToken: true,
  takesUnsigned: false,
  needsExpires: false,
  takesOneMechanism: false,
};

/** @type {ServiceRules} */
const S3 = {
  ...USUAL,
  path: { encoding: 'single', normalizes: false },
  takesUnsigned: true,
  needsExpires: true,
  // https://repost.aws/knowledge-center/s3-presigned-url-bucket-access: "Only one auth mechanism allowed".
  takesOneMechanism: true,
};

/** @type {Map<string, ServiceRules>} */
const RULES = new Map([
  ['s3', S3],
  ['s3express', { ...S3, tokenName: 'X-Amz-S3session-Token' }],
  ['s3-object-lambda', S3],
  ['s3-outposts', S3],
  ['vpc-lattice-svcs', { ...USUAL, takesUnsigned: true }],
  ['iotdevicegateway', { ...USUAL, signsToken: false }],
]);

/**
 * @param {string} service  signing name
 * @returns {ServiceRules}
 */
export function rulesOf(service) {
  return RULES.get(service) ?? USUAL;
}

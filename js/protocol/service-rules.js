// The rules that differ between services. The table is SERVICE_RULES in src/endpoint/service_rules.rs.

import { DEFAULT_RULES, NORMALIZES_PATH, S3_SERVICES, SERVICE_RULES } from '../engine/generated/services.js';

/**
 * How the requests of a service are signed. The signer follows these rules unless an option overrides them.
 *
 * @param {string} service  the signing name
 * @returns {import('../engine/generated/services.js').ServiceRules}
 *
 * @example
 * signingRules('s3').pathEncoding; // 'single'
 * signingRules('s3express').sessionTokenHeader; // 'x-amz-s3session-token'
 * signingRules('execute-api').presignedPayload; // 'signed'
 */
export function signingRules(service) {
  return Object.hasOwn(SERVICE_RULES, service) ? SERVICE_RULES[service] : DEFAULT_RULES;
}

/**
 * Whether a service is one of those that share the rules of Amazon S3.
 *
 * @param {string} service  signing name
 */
export function isS3(service) {
  return S3_SERVICES.some((name) => name === service);
}

/**
 * The same rules, as a server applies them.
 *
 * @typedef {object} ServiceRules
 * @property {{ encoding: 'double' | 'single', normalizes: boolean }} path
 * @property {string} tokenName  of the parameter, or header, with the session token
 * @property {boolean} signsToken  or it stands beside the signature of a URL, not in it
 */

/**
 * @param {string} service  signing name
 * @param {'double' | 'single'} [pathEncoding]  instead of that of the service
 * @returns {ServiceRules}
 */
export function rulesOf(service, pathEncoding) {
  const rules = signingRules(service);
  return {
    path: pathEncoding
      ? { encoding: pathEncoding, normalizes: NORMALIZES_PATH[pathEncoding] }
      : { encoding: rules.pathEncoding, normalizes: rules.normalizesPath },
    tokenName: rules.sessionTokenParameter,
    signsToken: rules.sessionTokenMode === 'signed',
  };
}

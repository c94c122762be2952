// Uploads by HTML form ("Browser-Based Uploads Using POST", Amazon S3 API reference).

import { checkIdentity } from '../credentials.js';
import { SigV4Error } from '../../engine/errors.js';
import { base64 } from '../../protocol/base64.js';
import { dnsSuffix } from '../../protocol/regional-endpoint.js';
import { checkNames, PRESIGN_OPTIONS } from '../../protocol/option-names.js';
import { checkConditions, checkText, FILENAME, optionInvalid } from './post-policy.js';
import { amzDateOf } from '../../protocol/amz-date.js';
import { lifetime } from '../expiry.js';
import { operationsOf } from '../operations.js';
import { SIGV4 } from '../../protocol/algorithms.js';

/**
 * @typedef {import('./post-policy.js').PostCondition} PostCondition
 *
 * @typedef {object} PostOptions
 * @property {string} bucket
 * @property {string} key  of the object. `${filename}` in it stands for the name of the file: `user/eric/${filename}`
 * @property {readonly PostCondition[]} [conditions]  further conditions that the form must satisfy
 * @property {Record<string, string>} [fields]  further fields of the form, each of which becomes a condition too
 * @property {number | undefined} [expiresIn] seconds, from 1 to 604800; default 3600. If the credentials expire sooner, the
 *   policy does as well.
 * @property {'warn' | 'shorten' | 'error' | undefined} [onEarlyExpiry]  see `presignUrl`; default `warn`
 * @property {string} [region]  of the bucket; default: that of the signer
 * @property {string | URL} [endpoint] the URL of a server that is not Amazon S3, to which the bucket is appended. Default: the
 *   bucket's host at Amazon S3
 *
 * @typedef {object} PresignedPost
 * @property {string} url  to which the form is sent, as `multipart/form-data`
 * @property {Record<string, string>} fields  the fields of the form; the last one, `file`, follows them
 */

/**
 * Presigns an upload by an HTML form: anyone with the result can upload files to S3 under these conditions until it expires.
 *
 * Source: "Browser-Based Uploads Using POST", Amazon S3 API reference.
 *
 * @example
 *   const { url, fields } = await presignPost(signer, { bucket: 'my-bucket', key: 'photos/${filename}' });
 *
 * @param {import('../operations.js').AnySigner} signer  a `Signer`: such forms have no SigV4a
 * @param {PostOptions} upload
 * @param {Partial<import('../signer.js').SignerOptions>} [options]
 * @returns {Promise<PresignedPost>}
 * @throws {SigV4Error}
 */
export async function presignPost(signer, upload, options) {
  const operations = operationsOf(signer);
  if (operations.algorithm !== SIGV4.algorithm)
    throw optionInvalid('presignPost takes a Signer, not a SignerV4a');
  const { settings, identity, now, signText } = await operations.open(options);
  checkNames(upload, POST_OPTIONS);
  const { bucket, key, conditions = [], fields = {}, endpoint } = upload ?? {};
  for (const [name, value] of Object.entries({ bucket, key })) {
    if (typeof value !== 'string' || value === '') throw optionInvalid(`the option ${name} must be a string`);
    checkText(value, `the option ${name}`);
  }
  if (/\/|^\.\.?$/.test(bucket)) {
    throw optionInvalid(
      'the option bucket must be the name of a bucket, without a path: the path goes into key',
    );
  }
  checkFields(fields);
  const region = upload.region ?? settings.region;
  if (typeof region !== 'string' || region === '') {
    throw new SigV4Error('ERR_SIGV4_REGION_REQUIRED', 'pass the option region: the region of the bucket');
  }
  const url = bucketUrl(bucket, region, endpoint);

  const at = now();
  checkIdentity(identity);
  const amzDate = amzDateOf(at);
  const seconds = lifetime(upload, identity, at);
  const scope = { date: amzDate.slice(0, 8), region, service: 's3' };
  /** @type {Record<string, string>} */
  const signed = {
    ...fields,
    bucket,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${identity.accessKeyId}/${scope.date}/${region}/s3/aws4_request`,
    'x-amz-date': amzDate,
  };
  if (identity.sessionToken !== '') signed['x-amz-security-token'] = identity.sessionToken;
  checkConditions(conditions, { ...signed, key });
  const filenameAt = key.indexOf(FILENAME);
  const all = [
    ...conditions,
    ...Object.entries(signed).map(([name, value]) => ({ [name]: value })),
    filenameAt === -1 ? { key } : ['starts-with', '$key', key.slice(0, filenameAt)],
  ];
  const distinct = [...new Set(all.map((one) => JSON.stringify(one)))].join(',');
  const policy = base64(`{"expiration":"${isoSeconds(at + seconds * 1000)}","conditions":[${distinct}]}`);
  const signature = await signText(policy, scope);
  return { url, fields: { ...signed, key, policy, 'x-amz-signature': signature } };
}

/** @param {unknown} fields */
function checkFields(fields) {
  if (typeof fields !== 'object' || fields === null)
    throw optionInvalid('the option fields must be an object');
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'string') throw optionInvalid(`the field ${JSON.stringify(name)} must be a string`);
    if (RESERVED.has(name.toLowerCase())) {
      throw optionInvalid(
        `the field ${JSON.stringify(name)} cannot be given: it follows from the other options, or is the file itself`,
      );
    }
    for (const part of [name, value]) checkText(part, `the field ${JSON.stringify(name)}`);
  }
}

/**
 * @param {unknown} text
 * @returns {URL | undefined}
 */
function urlOf(text) {
  try {
    // Not URL.canParse, which is newer than the browsers that are supported.
    return typeof text === 'string' || text instanceof URL ? new URL(text) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} bucket
 * @param {string} region
 * @param {string | URL | undefined} endpoint
 */
function bucketUrl(bucket, region, endpoint) {
  if (endpoint !== undefined) {
    const url = urlOf(endpoint);
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw new SigV4Error(
        'ERR_SIGV4_URL_INVALID',
        'the option endpoint must be an absolute http or https URL',
      );
    }
    const { origin, pathname, username, password } = url;
    if (username !== '' || password !== '') {
      throw new SigV4Error(
        'ERR_SIGV4_URL_INVALID',
        'the option endpoint contains a user name or password, which no form sends: remove them',
      );
    }
    return `${origin}${pathname.replace(/\/$/, '')}/${encodeURIComponent(bucket)}`;
  }
  const host = `s3.${region}${dnsSuffix(region)}`;
  // The certificate of Amazon S3 is valid for one label in front of it.
  return /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket)
    ? `https://${bucket}.${host}`
    : `https://${host}/${encodeURIComponent(bucket)}`;
}

/** @param {number} millis */
function isoSeconds(millis) {
  return `${new Date(millis).toISOString().slice(0, 19)}Z`;
}

const POST_OPTIONS = new Set([
  'bucket',
  'key',
  'conditions',
  'fields',
  'region',
  'endpoint',
  ...PRESIGN_OPTIONS,
]);
const RESERVED = new Set([
  'bucket',
  'file',
  'key',
  'policy',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-signature',
]);

// Verifies an upload to S3 by HTML form: the signature of its policy, then that the form satisfies the policy.

import { SigV4Error } from '../engine/errors.js';
import { FLAG } from '../engine/generated/verify-flags.js';
import { beginPost, verifyPostForm } from '../engine/post-engine.js';
import { verifyModule } from '../engine/verify-engine.js';
import { epochMillis } from '../protocol/amz-date.js';
import { accepted, refusalOf } from './incoming-record.js';
import { isPromise, keyOf, knownOf, NOTHING, withoutSecrets } from './known-key.js';
import { settingsOf } from './settings.js';

/**
 * A received form.
 *
 * @typedef {object} ArrivedPost
 * @property {string} bucket  that the form was sent to
 * @property {FormData | Iterable<readonly [string, string]> | Record<string, string>} fields  names and values; of a `FormData`,
 *   its file too
 * @property {number} [fileLength]  the length of the file in bytes, unless it is in `fields`
 * @property {string} [filename]  the file name from the client, which replaces `${filename}` in the key, unless it is in `fields`
 *
 * @typedef {object} VerifiedPost
 * @property {string} accessKeyId
 * @property {string} region
 * @property {string} service
 * @property {Date} signedAt
 * @property {Date} expiresAt  when the policy expires
 * @property {string} key  the key of the object, with the file name inserted
 * @property {Record<string, unknown>} [credentials]  as of `VerifiedRequest`
 */

/**
 * Verifies an upload by an HTML form, such as one of `presignPost`: its policy must be signed, must not have expired, and must
 * allow every field of the form and the length of its file.
 *
 * @example
 *   const { key, accessKeyId } = await verifyPost({ bucket: 'my-bucket', fields: await request.formData() }, options);
 *
 * @param {ArrivedPost} form
 * @param {import('./verify-request.js').VerifyOptions} options  as of `verifyRequest`, with the service `s3`
 * @returns {Promise<VerifiedPost>}
 * @throws {SigV4Error} with the message of S3, `status` and `type`: `ERR_SIGV4_SIGNATURE_MALFORMED` (a field is missing),
 *   `…_SIGNATURE_MISMATCH`, `…_SCOPE_MISMATCH`, `…_ACCESS_KEY_UNKNOWN`, `…_CREDENTIALS_EXPIRED`, `…_ACCESS_DENIED` (the policy has
 *   expired, or does not allow the form). Without a `status`, it is the caller's mistake: `…_OPTION_INVALID`,
 *   `…_CREDENTIALS_INVALID`. What `secretAccessKey` throws is passed on.
 *
 * Source: "Browser-Based Uploads Using POST" and "POST policy", Amazon S3 API reference.
 */
export async function verifyPost(form, options) {
  const { fields: verifier, flags, lookup, now: clock } = settingsOf(options);
  const { bucket, fields, fileLength, key: name } = openPost(form);
  const now = epochMillis(clock);
  const record = [
    ...verifier.split('\0').slice(0, 3),
    ...[bucket, String(fileLength), String(fields.length)],
    ...fields.flat(),
  ];
  if (!verifyModule.isReady) verifyModule.readySync();
  const stated = accepted(beginPost(record, flags, now));
  const answer = lookup(stated.accessKeyId, stated.sessionToken);
  const found = isPromise(answer) ? await answer : answer;
  const key = await keyOf(found, { ...stated, isSigV4a: false });
  if (!key) {
    const unknown = verifyPostForm(record, [], NOTHING, flags | FLAG.unknown, now);
    throw refusalOf(/** @type {import('../engine/incoming-crossing.js').WrittenRejection} */ (unknown));
  }
  const policy = policyOf(stated.policy);
  accepted(verifyPostForm(record, policy, knownOf(key, found), flags, now));
  const { accessKeyId, region, service, signedAt } = stated;
  return {
    accessKeyId,
    region,
    service,
    signedAt: new Date(signedAt),
    expiresAt: new Date(policy[0]),
    key: name,
    ...(typeof found === 'object' && found !== null && { credentials: withoutSecrets(found) }),
  };
}

/** @param {ArrivedPost} form */
function openPost(form) {
  const { bucket, fields: given, fileLength, filename } = form ?? {};
  if (typeof bucket !== 'string' || bucket === '') throw invalid('bucket', 'the name of the bucket, as text');
  if (typeof given !== 'object' || given === null) throw invalid('fields', 'the fields of the form');
  /** @type {[string, any][]} */
  const pairs = Symbol.iterator in given ? [.../** @type {any} */ (given)] : Object.entries(given);
  // S3 ignores fields after the file.
  const fileAt = pairs.findIndex(([, value]) => typeof value?.arrayBuffer === 'function');
  const file = fileAt === -1 ? undefined : pairs[fileAt][1];
  const fields = fileAt === -1 ? pairs : pairs.slice(0, fileAt);
  const length = fileLength ?? file?.size;
  if (!Number.isSafeInteger(length) || length < 0) {
    throw invalid('fileLength', 'the length of the file in bytes');
  }
  if (!fields.every(([name, value]) => typeof name === 'string' && typeof value === 'string')) {
    throw invalid('fields', 'names and values as text');
  }
  const sent = fields.find(([name]) => name.toLowerCase() === 'key');
  const key = (sent?.[1] ?? '').replaceAll('${filename}', () => filename ?? file?.name ?? '');
  // Of several fields of one name, the first counts.
  const opened = fields.map((field) => (field === sent ? [field[0], key] : field));
  return { bucket, fields: opened, fileLength: length, key };
}

/**
 * The policy in flat pieces: its expiration, then its conditions, which the core checks. If it is not a policy, the date is
 * missing, which the core refuses.
 *
 * @param {string} text
 * @returns {string[]}
 */
function policyOf(text) {
  try {
    const { expiration, conditions } = JSON.parse(text);
    if (typeof expiration !== 'string') return [''];
    return [expiration, ...conditions.flatMap(piecesOf)];
  } catch {
    return [''];
  }
}

/**
 * @param {unknown} condition
 * @returns {string[]}
 */
function piecesOf(condition) {
  const shown = JSON.stringify(condition);
  if (!Array.isArray(condition)) {
    return Object.entries(/** @type {object} */ (condition)).flatMap(([name, value]) => [
      ...['eq', name, textOf(value)],
      shown,
    ]);
  }
  const [operator, name, value] = condition.length === 3 ? condition : [];
  if (textOf(operator).toLowerCase() === 'content-length-range') {
    return [operator, lengthOf(name), lengthOf(value), ''];
  }
  if (!textOf(name).startsWith('$')) throw new TypeError('not the name of a field');
  return [textOf(operator), name.slice(1), textOf(value), shown];
}

/** @param {unknown} value */
function textOf(value) {
  if (typeof value === 'string') return value;
  throw new TypeError('not a string');
}

/** @param {unknown} value  a number, or its text */
function lengthOf(value) {
  return typeof value === 'number' ? String(value) : textOf(value);
}

/**
 * @param {string} name
 * @param {string} form
 */
function invalid(name, form) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', `${name} of the form must be ${form}`);
}

// The users and roles of the gateway, with their access keys and policies.

import { createHash, randomBytes } from 'node:crypto';

/**
 * @typedef {import('sigv4-wasm/policy').Policy} Policy
 *
 * @typedef {object} Credentials
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} [sessionToken]
 * @property {Date} [expiration]
 *
 * @typedef {object} Principal
 * @property {'user' | 'role'} kind
 * @property {string} name
 * @property {string} arn
 * @property {string} entityArn  of the user, or of the role that was assumed
 * @property {string} id  unique id: `AIDA…`, `AROA…:session`
 * @property {Policy[]} policies
 * @property {Policy} [permissionsBoundary]
 * @property {Policy[]} sessionPolicies
 *
 * @typedef {object} Permissions
 * @property {Policy[]} policies
 * @property {Policy} [permissionsBoundary]
 *
 * @typedef {Credentials & { principal: Principal, isGenerated: boolean }} AccessKey
 */

/** How many issued sessions are kept, so that endless requests for credentials cannot fill the memory. */
const MAX_ISSUED = 100;

/**
 * How long issued credentials are accepted after they expire, because a request that was signed just before may arrive just after.
 * AWS is lenient as well, and does not document by how much.
 */
const GRACE_MS = 10_000;

export class Principals {
  #account;
  /** @type {Map<string, AccessKey>} */
  #keys = new Map();
  /** @type {Map<string, Permissions>} */
  #roles = new Map();
  /** Issued access key IDs, the oldest first. @type {Set<string>} */
  #issued = new Set();

  /** Generated keys of the previous config, by the ARN of their owner. @type {Map<string, AccessKey[]>} */
  #generated = new Map();

  /**
   * @param {{ account: string }} api
   * @param {Principals} [previous]  of the previous config; its users and roles keep their generated keys
   */
  constructor({ account }, previous) {
    this.#account = account;
    for (const key of previous?.own() ?? []) {
      const { arn } = key.principal;
      if (key.isGenerated) this.#generated.set(arn, [...(this.#generated.get(arn) ?? []), key]);
    }
  }

  /**
   * @param {string} name
   * @param {Permissions} permissions
   * @param {readonly Partial<Credentials>[]} accessKeys  missing values are generated
   */
  addUser(name, permissions, accessKeys) {
    const arn = `arn:aws:iam::${this.#account}:user/${name}`;
    const principal = /** @type {Principal} */ ({
      kind: 'user',
      name,
      arn,
      entityArn: arn,
      id: uniqueId('AIDA', name),
      ...permissions,
      sessionPolicies: [],
    });
    for (const given of accessKeys) this.#add(principal, 'AKIA', this.#kept(principal, given));
  }

  /**
   * @param {string} name
   * @param {Permissions} permissions
   * @param {readonly (Partial<Credentials> & { name?: string, policies?: Policy[] })[]} sessions  missing values are generated
   */
  addRole(name, permissions, sessions) {
    this.#roles.set(name, permissions);
    for (const { name: session = 'local', policies = [], ...given } of sessions) {
      const principal = this.#assumed(name, session, policies);
      this.#add(principal, 'ASIA', { sessionToken: newSessionToken(), ...this.#kept(principal, given) });
    }
  }

  /**
   * @param {Principal} principal
   * @param {Partial<Credentials>} given
   * @returns {Partial<Credentials> & { isGenerated?: boolean }} with the key that was generated earlier, if none is given
   */
  #kept({ arn }, given) {
    if (given.secretAccessKey !== undefined) return given;
    const { accessKeyId, secretAccessKey, sessionToken } = this.#generated.get(arn)?.shift() ?? {};
    if (secretAccessKey === undefined) return given;
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      ...given,
      isGenerated: true,
    };
  }

  /**
   * Takes over issued credentials of the previous config, if their roles still exist.
   *
   * @param {Principals} previous
   */
  takeIssued(previous) {
    for (const { principal, ...key } of previous.all()) {
      if (!previous.isIssued(key) || !this.#roles.has(principal.name)) continue;
      this.#add(this.#assumed(principal.name, 'local'), 'ASIA', key);
      this.#issued.add(key.accessKeyId);
    }
  }

  /** @param {{ accessKeyId: string }} key */
  isIssued({ accessKeyId }) {
    return this.#issued.has(accessKeyId);
  }

  /**
   * @param {string} role
   * @param {string} session
   * @param {Policy[]} [sessionPolicies]
   * @returns {Principal}
   */
  #assumed(role, session, sessionPolicies = []) {
    const arn = `arn:aws:sts::${this.#account}:assumed-role/${role}/${session}`;
    const permissions = /** @type {Permissions} */ (this.#roles.get(role));
    const entityArn = `arn:aws:iam::${this.#account}:role/${role}`;
    const id = `${uniqueId('AROA', role)}:${session}`;
    return { kind: 'role', name: role, arn, entityArn, id, ...permissions, sessionPolicies };
  }

  /**
   * @param {Principal} principal
   * @param {'AKIA' | 'ASIA'} prefix
   * @param {Partial<Credentials> & { isGenerated?: boolean }} given
   */
  #add(principal, prefix, given) {
    const accessKeyId = given.accessKeyId ?? randomId(prefix);
    const secretAccessKey = given.secretAccessKey ?? randomBytes(30).toString('base64');
    const isGenerated = given.isGenerated ?? given.secretAccessKey === undefined;
    const key = { ...given, accessKeyId, secretAccessKey, principal, isGenerated };
    this.#keys.set(accessKeyId, key);
    return key;
  }

  /**
   * Temporary credentials of a role, like those of `AssumeRole`.
   *
   * @param {string} role
   * @param {Date} expiration
   * @returns {Credentials | undefined} `undefined` if the role does not exist
   */
  issue(role, expiration) {
    if (!this.#roles.has(role)) return undefined;
    const { accessKeyId, secretAccessKey, sessionToken } = this.#add(this.#assumed(role, 'local'), 'ASIA', {
      sessionToken: newSessionToken(),
      expiration: new Date(expiration.getTime() + GRACE_MS),
    });
    this.#issued.add(accessKeyId);
    for (const oldest of this.#issued) {
      if (this.#issued.size <= MAX_ISSUED) break;
      this.#issued.delete(oldest);
      this.#keys.delete(oldest);
    }
    return { accessKeyId, secretAccessKey, sessionToken, expiration };
  }

  /**
   * @param {string} accessKeyId
   * @returns {AccessKey | undefined}
   */
  find(accessKeyId) {
    return this.#keys.get(accessKeyId);
  }

  /** @returns {AccessKey[]} in the order in which they were added */
  all() {
    return [...this.#keys.values()];
  }

  /** @returns {AccessKey[]} the keys of the config, without issued ones */
  own() {
    return this.all().filter((key) => !this.isIssued(key));
  }

  /** @returns {Iterable<string>} the secrets that must not be shown */
  *secrets() {
    for (const { secretAccessKey, sessionToken } of this.#keys.values()) {
      yield secretAccessKey;
      if (sessionToken !== undefined) yield sessionToken;
    }
  }

  /** @returns {string[]} */
  roles() {
    return [...this.#roles.keys()];
  }
}

/** @param {string} prefix */
function randomId(prefix) {
  return prefix + base32(randomBytes(16));
}

/**
 * The same ID for the same name, because policies may refer to it.
 *
 * @param {string} prefix
 * @param {string} name
 */
function uniqueId(prefix, name) {
  return prefix + base32(createHash('sha256').update(name).digest().subarray(0, 16));
}

/** @param {Uint8Array} bytes  one for each character */
function base32(bytes) {
  return Array.from(bytes, (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte & 31]).join('');
}

/** The tokens begin like AWS's own, so that secret scanners find them in logs. */
function newSessionToken() {
  return `IQoJb3JpZ2luX2Vj${randomBytes(192).toString('base64')}`;
}

// The IAM authorizer: who signed this, and may they do it?

import { evaluatePolicies, executeApiArn } from 'sigv4-wasm/policy';
import { verifyRequest } from 'sigv4-wasm/verify';

import { isPreflight, PREFLIGHT_FIX } from './cors.js';
import { accessKeyIdOf } from './explainer.js';
import { GatewayError } from './gateway-error.js';

/**
 * @typedef {import('./principals.js').Principal} Principal
 *
 * @typedef {object} Authorized
 * @property {Principal} principal
 * @property {string} accessKeyId
 * @property {{ decision: string, statement?: object }} policy
 *
 * @typedef {{ action: string, stage: string, method: string, paths?: (string | undefined)[] }} Wanted  `paths`: spellings of one
 */

export class Authorizer {
  #api;
  #principals;
  #now;
  /** One object for all requests: options are checked again where they are another. */
  #options;

  /**
   * @param {import('./config.js').Settings} settings
   * @param {import('./principals.js').Principals} principals
   * @param {() => Date} now
   */
  constructor(settings, principals, now) {
    this.#api = settings;
    this.#principals = principals;
    this.#now = now;
    this.#options = {
      secretAccessKey: (/** @type {string} */ accessKeyId) => principals.find(accessKeyId),
      service: 'execute-api',
      region: settings.region,
      now,
      explain: settings.type !== 'http',
    };
  }

  /**
   * @param {import('./request.js').GatewayRequest} request
   * @param {Wanted} wanted
   * @param {(known: Partial<Authorized>) => void} onKnown  called as soon as something is known, also of a refused request
   * @returns {Promise<Authorized>}
   * @throws {GatewayError}
   */
  async authorize(request, wanted, onKnown) {
    const { principal, accessKeyId } = await this.#verify(request);
    onKnown({ principal, accessKeyId });
    const { resource, ...policy } = this.#evaluate(request, wanted, principal);
    onKnown({ policy });
    if (policy.decision !== 'allow') throw this.#denied(wanted.action, resource, principal, policy);
    return { principal, accessKeyId, policy };
  }

  /**
   * @param {import('./request.js').GatewayRequest} request
   * @returns {Promise<Pick<import('./principals.js').AccessKey, 'principal' | 'accessKeyId'>>}
   */
  async #verify(request) {
    try {
      const { credentials } = await verifyRequest(request, this.#options);
      return /** @type {import('./principals.js').AccessKey} */ (/** @type {unknown} */ (credentials));
    } catch (error) {
      const { code, message, status, type } = /** @type {any} */ (error);
      if (!String(code).startsWith('ERR_SIGV4_')) throw error;
      // Without a status, no server could have received it.
      if (status === undefined) throw new GatewayError('ERR_GATEWAY_REQUEST', message, { cause: error });
      const isKnown = this.#principals.find(accessKeyIdOf(request) ?? '') !== undefined;
      const fix = FIXES[code]?.(this.#api, request, isKnown);
      throw new GatewayError(code, message.split('\n')[0], {
        shown: message,
        status,
        type,
        fix,
        cause: error,
      });
    }
  }

  /**
   * An Allow must match the path as it was requested. A Deny applies to each spelling of the path.
   *
   * @param {import('./request.js').GatewayRequest} request
   * @param {Wanted} wanted
   * @param {Principal} principal
   */
  #evaluate(request, { action, paths = [undefined], ...place }, principal) {
    const context = this.#contextOf(request, principal);
    const [asked, ...others] = paths.map((path) => {
      const resource = this.#arn({ ...place, path });
      return { ...evaluatePolicies(principal.policies, { action, resource, context }), resource };
    });
    return others.find(({ decision }) => decision === 'explicitDeny') ?? asked;
  }

  /**
   * @param {import('./request.js').GatewayRequest} request
   * @param {Principal} principal
   */
  #contextOf({ headers, sourceIp }, { kind, name, id, entityArn }) {
    const { account, region } = this.#api;
    const now = this.#now();
    // Where a value is `undefined`, there is no such key.
    return {
      'aws:SourceIp': sourceIp,
      // API Gateway has no other; this one plays it without a certificate.
      'aws:SecureTransport': 'true',
      'aws:CurrentTime': now.toISOString(),
      'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
      'aws:RequestedRegion': region,
      'aws:PrincipalArn': entityArn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalType': kind === 'user' ? 'User' : 'AssumedRole',
      'aws:userid': id,
      'aws:username': kind === 'user' ? name : undefined,
      'aws:UserAgent': headers['user-agent'] || undefined,
      'aws:Referer': headers.referer || undefined,
    };
  }

  /** @param {{ stage: string, method: string, path?: string }} place */
  #arn(place) {
    const { region, account, apiId } = this.#api;
    return executeApiArn({ region, accountId: account, apiId, ...place });
  }

  /**
   * @param {string} action
   * @param {string} resource
   * @param {Principal} principal
   * @param {import('sigv4-wasm/policy').Evaluation} evaluation
   */
  #denied(action, resource, { arn }, { decision, unevaluated = [] }) {
    const masked = resource.replace(this.#api.account, `********${this.#api.account.slice(-4)}`);
    const ending = decision === 'explicitDeny' ? ' with an explicit deny' : '';
    const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${masked}${ending}`;
    const fix =
      decision === 'explicitDeny'
        ? 'A statement with Effect Deny is about this request: no statement that allows it helps.'
        : `Let a policy of the caller allow ${action} on ${resource}.`;
    const [cause] = unevaluated.map(
      ({ key, reason }) => ` A statement could not be evaluated, by ${key}: ${reason}.`,
    );
    return new GatewayError('ERR_GATEWAY_REFUSED', message, {
      shown: message,
      key: 'Message',
      fix: fix + (cause ?? ''),
    });
  }
}

/**
 * Advice from what the gateway knows and the response does not show.
 *
 * @type {Record<string, (api: import('./config.js').Settings, request: import('./request.js').GatewayRequest, isKnown: boolean) => string | undefined>}
 */
const FIXES = {
  ERR_SIGV4_SIGNATURE_MISSING: ({ region }, { method, headers }) =>
    isPreflight(method, headers)
      ? PREFLIGHT_FIX
      : `Sign the request, for the service execute-api in ${region}.`,
  ERR_SIGV4_ACCESS_KEY_UNKNOWN: (_api, _request, isKnown) =>
    isKnown
      ? undefined
      : 'This gateway has no such access key: use the credentials that it prints or that its config has.',
};

// The IAM authorizer: verifies the signature of a request and evaluates the policies of its caller.

import { evaluateAccess, executeApiArn } from 'sigv4-wasm/policy';
import { verifyRequest } from 'sigv4-wasm/verify';

import { API_TYPES, functionArn, partitionOf } from './api-types.js';
import { isPreflight, PREFLIGHT_FIX } from './cors.js';
import { accessKeyIdOf } from './explainer.js';
import { GatewayError } from './gateway-error.js';
import { nameOf } from './policies.js';

/**
 * @typedef {import('./principals.js').Principal} Principal
 *
 * @typedef {object} Authorized
 * @property {Principal} principal
 * @property {string} accessKeyId
 * @property {import('sigv4-wasm/policy').Evaluation & { decidedBy: import('sigv4-wasm/policy').PolicySet }} policy  the result of
 *   the kind of policies that decided
 *
 * @typedef {object} Wanted
 * @property {string} action
 * @property {string} stage
 * @property {string} method
 * @property {(string | undefined)[]} [paths]  spellings of the same path
 * @property {string} [invokes]  ARN of the function that the route invokes with the caller's credentials
 */

export class Authorizer {
  #api;
  #principals;
  #now;
  #resourcePolicy;
  /** The same object for all requests, because the verifier checks each new options object. */
  #options;

  /**
   * @param {import('./config.js').Settings} settings
   * @param {import('./principals.js').Principals} principals
   * @param {() => Date} now
   * @param {import('sigv4-wasm/policy').Policy} [resourcePolicy]  of a REST API
   */
  constructor(settings, principals, now, resourcePolicy) {
    this.#api = settings;
    this.#principals = principals;
    this.#now = now;
    this.#resourcePolicy = resourcePolicy;
    this.#options = {
      secretAccessKey: (/** @type {string} */ accessKeyId) => principals.find(accessKeyId),
      service: API_TYPES[settings.type].service,
      region: settings.region,
      now,
      explain: API_TYPES[settings.type].showsCanonicalRequest,
    };
  }

  /**
   * @param {import('./request.js').GatewayRequest} request
   * @param {Wanted} wanted
   * @param {(known: Partial<Authorized>) => void} onKnown  called as soon as something is known, including for refused requests
   * @returns {Promise<Authorized>}
   * @throws {GatewayError}
   */
  async authorize(request, wanted, onKnown) {
    const { principal, accessKeyId } = await this.#verify(request);
    onKnown({ principal, accessKeyId });
    const policy = this.#decide(this.#evaluate(request, wanted, principal), principal, onKnown);
    const { invokes: resource } = wanted;
    if (resource !== undefined) {
      const action = 'lambda:InvokeFunction';
      const access = evaluateAccess({ ...this.#asksOf(request, principal), action, resource });
      this.#decide({ action, resource, access }, principal, onKnown, 'ERR_GATEWAY_CALLER');
    }
    return { principal, accessKeyId, policy };
  }

  /**
   * Authorizes a request for a route without an authorizer: only the policy of the API decides, if there is one.
   *
   * @param {import('./request.js').GatewayRequest} request
   * @param {Wanted} wanted
   * @param {(known: Partial<Authorized>) => void} onKnown
   * @throws {GatewayError}
   */
  authorizeAnyone(request, wanted, onKnown) {
    if (this.#resourcePolicy !== undefined) this.#decide(this.#evaluate(request, wanted), undefined, onKnown);
  }

  /**
   * @param {{ action: string, resource: string, access: import('sigv4-wasm/policy').Access }} answer  the result of the policies
   * @param {Principal | undefined} principal
   * @param {(known: Partial<Authorized>) => void} onKnown
   * @param {'ERR_GATEWAY_REFUSED' | 'ERR_GATEWAY_CALLER'} [code]  the code if access is denied
   * @returns {Authorized['policy']}
   * @throws {GatewayError}
   */
  #decide({ action, resource, access }, principal, onKnown, code = 'ERR_GATEWAY_REFUSED') {
    const { decision, decidedBy } = access;
    const policy = { decidedBy, ...access[decidedBy], decision };
    onKnown({ policy });
    if (decision === 'allow') return policy;
    const place = policy.statement ?? policy.nearest;
    const decider = place && this.#policiesOf(principal)[decidedBy][place.policy];
    const name = decider && nameOf(decider);
    throw this.#denied(code, action, resource, principal, policy, name);
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
      // An error without a status means that no server could have received the request.
      if (status === undefined) throw new GatewayError('ERR_GATEWAY_REQUEST', message, { cause: error });
      const accessKeyId = (await accessKeyIdOf(request)) ?? '';
      const isKnown = this.#principals.find(accessKeyId) !== undefined;
      const fix = FIXES[code]?.(this.#api, request, isKnown ? undefined : accessKeyId);
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
   * The decision: the first one that does not allow the request, or otherwise the first.
   *
   * @param {import('./request.js').GatewayRequest} request
   * @param {Wanted} wanted
   * @param {Principal} [principal]
   */
  #evaluate(request, wanted, principal) {
    const asks = { ...this.#asksOf(request, principal), resourcePolicy: this.#resourcePolicy };
    const answers = this.#asked(wanted).map(({ action, resource, keys }) => {
      const access = evaluateAccess({ ...asks, action, resource, context: { ...asks.context, ...keys } });
      return { action, resource, access };
    });
    if (this.#api.type === 'function-url')
      return answers.find(({ access }) => access.decision !== 'allow') ?? answers[0];
    // An Allow must match the path as it was requested. A Deny applies to each spelling of the path.
    const [asked, ...others] = answers;
    return others.find(({ access }) => access.decision === 'explicitDeny') ?? asked;
  }

  /**
   * The input of an evaluation that is the same for each action, without the policy of the API.
   *
   * @param {import('./request.js').GatewayRequest} request
   * @param {Principal} [principal]
   */
  #asksOf(request, principal) {
    const { policies = [], permissionsBoundary, sessionPolicies } = principal ?? {};
    const context = this.#contextOf(request, principal);
    return {
      ...{ principal: principal?.arn, identityPolicies: policies, permissionsBoundary, sessionPolicies },
      context,
    };
  }

  /**
   * The actions and resources to evaluate.
   *
   * @param {Wanted} wanted
   * @returns {{ action: string, resource: string, keys?: Record<string, string> }[]}
   */
  #asked({ action, paths = [undefined], ...place }) {
    const { type, routes } = this.#api;
    if (type !== 'function-url')
      return paths.map((path) => ({ action, resource: this.#arn({ ...place, path }) }));
    // Since October 2025, both must be allowed: "Control access to Lambda function URLs", AWS Lambda developer guide.
    const resource = functionArn(this.#api);
    const authType = routes.every(({ auth }) => auth === 'none') ? 'NONE' : 'AWS_IAM';
    return [
      { action: 'lambda:InvokeFunctionUrl', resource, keys: { 'lambda:FunctionUrlAuthType': authType } },
      { action: 'lambda:InvokeFunction', resource, keys: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    ];
  }

  /**
   * @param {Principal} [principal]
   * @returns {Record<import('sigv4-wasm/policy').PolicySet, (import('sigv4-wasm/policy').Policy | undefined)[]>}
   */
  #policiesOf({ policies = [], permissionsBoundary, sessionPolicies = [] } = /** @type {any} */ ({})) {
    return {
      identity: policies,
      permissionsBoundary: [permissionsBoundary],
      session: sessionPolicies,
      resource: [this.#resourcePolicy],
    };
  }

  /**
   * @param {import('./request.js').GatewayRequest} request
   * @param {Principal} [principal]
   */
  #contextOf({ headers, sourceIp }, principal) {
    const { account, region } = this.#api;
    const isUser = principal?.kind === 'user';
    const now = this.#now();
    // Keys with the value `undefined` are absent.
    return {
      'aws:SourceIp': sourceIp,
      // API Gateway accepts only TLS, so the gateway reports it as well.
      'aws:SecureTransport': 'true',
      'aws:CurrentTime': now.toISOString(),
      'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
      'aws:RequestedRegion': region,
      'aws:PrincipalArn': principal?.entityArn,
      'aws:PrincipalAccount': principal && account,
      'aws:PrincipalType': principal === undefined ? 'Anonymous' : isUser ? 'User' : 'AssumedRole',
      'aws:userid': principal?.id ?? 'anonymous',
      'aws:username': isUser ? principal.name : undefined,
      'aws:UserAgent': headers['user-agent'] || undefined,
      'aws:Referer': headers.referer || undefined,
    };
  }

  /** @param {{ stage: string, method: string, path?: string }} place */
  #arn(place) {
    const { region, account, apiId } = this.#api;
    return executeApiArn({ partition: partitionOf(region), region, accountId: account, apiId, ...place });
  }

  /**
   * @param {'ERR_GATEWAY_REFUSED' | 'ERR_GATEWAY_CALLER'} code
   * @param {string} action
   * @param {string} resource
   * @param {Principal | undefined} principal
   * @param {Authorized['policy']} policy
   * @param {string} [name]  of the policy that decided or came nearest
   */
  #denied(code, action, resource, principal, policy, name) {
    const { decision, decidedBy, statement, nearest, unevaluated = [] } = policy;
    const { account, type } = this.#api;
    const masked = resource.replace(account, `********${account.slice(-4)}`);
    const kind = KINDS[decidedBy];
    const isExplicit = decision === 'explicitDeny';
    const why = isExplicit
      ? `with an explicit deny in ${kind.one}`
      : `because no ${kind.name} allows the ${action} action`;
    const message = `User: ${principal?.arn ?? 'anonymous'} is not authorized to perform: ${action} on resource: ${masked} ${why}`;
    const fix = isExplicit
      ? `${placeOf(statement, name)} denies this request, and a Deny takes precedence over every Allow: change or remove it.`
      : `Let ${type === 'function-url' ? kind.where.replace('API', 'function') : kind.where} allow ${action} on ${resource}.${lackOf(nearest, name)}`;
    const [cause] = unevaluated.map(
      ({ key, reason }) => ` A statement could not be evaluated, because of ${key}: ${reason}.`,
    );
    if (code === 'ERR_GATEWAY_CALLER')
      return new GatewayError(code, `${INVOKED_BY_CALLER} ${message}`, {
        fix: `${fix}${cause ?? ''} ${INVOKE_ROLE}`,
      });
    return new GatewayError(code, message, { shown: message, key: 'Message', fix: fix + (cause ?? '') });
  }
}

/** The text of API Gateway's execution log. It is not in the response. */
const INVOKED_BY_CALLER =
  "Execution failed due to configuration error: Invalid permissions on Lambda function. The route invokes it with the caller's credentials.";
const INVOKE_ROLE = 'Or let the API invoke the function itself: in SAM, with InvokeRole: NONE.';

/**
 * The kinds of policies: their names in AWS's denials ("Troubleshoot access denied error messages", IAM user guide), and their place.
 *
 * @type {Record<string, { name: string, one: string, where: string }>}
 */
const KINDS = {
  identity: {
    name: 'identity-based policy',
    one: 'an identity-based policy',
    where: 'a policy of the caller',
  },
  permissionsBoundary: {
    name: 'permissions boundary',
    one: 'a permissions boundary',
    where: 'the permissions boundary of the caller',
  },
  session: { name: 'session policy', one: 'a session policy', where: 'a policy of the session' },
  resource: { name: 'resource-based policy', one: 'a resource-based policy', where: 'the policy of the API' },
};

/**
 * @param {{ statement: number, sid?: string } | undefined} place
 * @param {string | undefined} name  of its policy
 */
function placeOf(place, name) {
  const { statement = 0, sid } = place ?? {};
  return `The statement ${sid === undefined ? `[${statement}]` : `'${sid}'`} of ${name}`;
}

/**
 * Why the statement that came nearest does not allow a request.
 *
 * @param {import('sigv4-wasm/policy').NearestStatement | undefined} nearest
 * @param {string | undefined} name  of its policy
 */
function lackOf(nearest, name) {
  if (nearest === undefined) return '';
  const { element, operator, key, expected, given } = nearest;
  const what = element === 'Condition' ? `Condition ${operator} of ${key}` : element;
  const found = given.length === 0 ? 'nothing' : given.join(', ');
  return ` ${placeOf(nearest, name)} came nearest: its ${what} is ${expected.join(', ')}, and the request has ${found}.`;
}

/**
 * Advice that depends on facts that only the gateway knows.
 *
 * @type {Record<string, (api: import('./config.js').Settings, request: import('./request.js').GatewayRequest, unknownKeyId: string | undefined) => string | undefined>}
 */
const FIXES = {
  ERR_SIGV4_SIGNATURE_MISSING: ({ type, region }, { method, headers }) =>
    isPreflight(method, headers)
      ? PREFLIGHT_FIX
      : `Sign the request, for the service ${API_TYPES[type].service} in ${region}.`,
  ERR_SIGV4_ACCESS_KEY_UNKNOWN: (_api, _request, unknownKeyId) =>
    unknownKeyId === undefined
      ? undefined
      : `This gateway has no access key …${unknownKeyId.slice(-4)}: use the credentials that it prints, or credentials of its config.`,
};

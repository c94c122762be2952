// Evaluates policies for a request. The core decides: see src/policy/access.rs and evaluate.rs.

import { SigV4Error } from '../engine/errors.js';
import { ACTION_INVALID, evaluateRecord } from '../engine/policy-engine.js';
import { readContext } from './context.js';
import { parsedDocument, Policy } from './document.js';
import { show } from './policy-error.js';

/**
 * @typedef {import('./document.js').PolicyDocument | string | Policy} AnyPolicy
 *
 * @typedef {'allow' | 'explicitDeny' | 'implicitDeny'} Decision
 *
 * @typedef {object} PolicyRequest
 * @property {string} action  such as `execute-api:Invoke`
 * @property {string} resource  ARN, see `executeApiArn`
 * @property {import('./context.js').RequestContext} [context]  the values for conditions and variables, such as
 *   `{ 'aws:SourceIp': '192.0.2.1', 'aws:CurrentTime': new Date() }`. No keys are added: a key that is not here counts as missing
 *
 * @typedef {object} Evaluation
 * @property {Decision} decision
 * @property {{ policy: number, statement: number, sid?: string }} [statement]  the statement that decided, by its position
 * @property {UnevaluatedStatement[]} [unevaluated] statements that could not be evaluated, if there are any: an Allow did not
 *   apply, a Deny did
 * @property {NearestStatement} [nearest] for an implicit denial: the statement that came nearest to allowing the request, if
 *   there is an Allow
 *
 * @typedef {object} UnevaluatedStatement
 * @property {number} policy  its place
 * @property {number} statement  likewise
 * @property {string} [sid]
 * @property {string} key  the condition key whose value its operator cannot read, or that does not fill its variable
 * @property {string} reason
 *
 * @typedef {object} NearestStatement  the statement with the most matching elements, in the order principal, action, resource, conditions; of several,
 *   the first
 * @property {number} policy  its place
 * @property {number} statement  likewise
 * @property {string} [sid]
 * @property {'Principal' | 'Action' | 'NotAction' | 'Resource' | 'NotResource' | 'Condition'} element the first element that does
 *   not match
 * @property {string} [operator]  of the condition
 * @property {string} [key]  of the condition
 * @property {string[]} expected  its value in the policy
 * @property {string[]} given  the value in the request; empty if the key or the caller is missing
 *
 * @typedef {object} AccessRequest
 * @property {string} [principal]  the ARN of the caller, as `sts:GetCallerIdentity` returns it; `undefined` without credentials
 * @property {AnyPolicy[]} identityPolicies  of the caller
 * @property {AnyPolicy} [permissionsBoundary]  that limits the permissions of the user or role
 * @property {AnyPolicy[]} [sessionPolicies] policies that were passed when the role was assumed, and that limit the session; an
 *   empty list does not
 * @property {AnyPolicy} [resourcePolicy]  of the API
 *
 * @typedef {'identity' | 'permissionsBoundary' | 'session' | 'resource'} PolicySet  the kinds of policies
 *
 * @typedef {object} Access
 * @property {Decision} decision
 * @property {PolicySet} decidedBy the kind of policies that decided: for an explicit denial the first that denies, for an
 *   implicit one the first that lacks a required Allow, in the order of `PolicySet`
 * @property {Evaluation} identity  the decision of the caller's policies alone
 * @property {Evaluation} [permissionsBoundary]  the decision of the permissions boundary, if there is one
 * @property {Evaluation} [session]  the decision of the session policies, if there are any
 * @property {Evaluation} resource  the decision of the API's policy
 */

/**
 * Evaluates the policies of a user or role for a request. A Deny wins over an Allow; without either, the request is denied
 * implicitly.
 *
 * @example
 *   const { decision } = evaluatePolicies([policy], { action: 'execute-api:Invoke', resource });
 *
 * @param {AnyPolicy[]} policies  documents, their JSON, or results of `parsePolicy`, which are not parsed again
 * @param {PolicyRequest} request
 * @returns {Evaluation}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID, ERR_SIGV4_OPTION_INVALID, ERR_SIGV4_WASM_UNAVAILABLE
 */
export function evaluatePolicies(policies, request) {
  const identity = parsedList('policies', policies);
  const { verdicts, details } = ask(request, { sets: { ...NO_POLICIES, identity }, name: 'policies' });
  return evaluation(verdicts[0], identity, details?.identity);
}

/**
 * Evaluates all policies for a request to an API with IAM authorization, as AWS does. No policy may deny the request. If the
 * policies of the caller allow it, its permissions boundary and session policies must allow it as well. In the same account, the
 * policy of the API may allow it instead: to a user, a session or everyone regardless of the other policies, and to a role within
 * the boundary and the session policies. For a caller of another account, both sides must allow it. Without credentials, only the
 * policy of the API counts.
 *
 * If the policy of the API names the caller's own account as a whole, the policies of the caller decide.
 *
 * @example
 *   const request = { action: 'execute-api:Invoke', resource, principal };
 *   const { decision, decidedBy } = evaluateAccess({
 *     ...request,
 *     identityPolicies: [policy],
 *     permissionsBoundary,
 *     resourcePolicy,
 *   });
 *
 * @param {PolicyRequest & AccessRequest} request
 * @returns {Access}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID, ERR_SIGV4_OPTION_INVALID, ERR_SIGV4_WASM_UNAVAILABLE
 */
export function evaluateAccess(request) {
  const { principal, identityPolicies, sessionPolicies = [] } = request ?? {};
  if (principal !== undefined && typeof principal !== 'string') throw wrong('principal', 'an ARN', principal);
  /** @type {Sets} */
  const sets = {
    resource: parsedOne('resource', request, 'resourcePolicy'),
    identity: parsedList('identityPolicies', identityPolicies),
    permissionsBoundary: parsedOne('identity', request, 'permissionsBoundary'),
    session: parsedList('sessionPolicies', sessionPolicies),
  };
  const { decision, kind, verdicts, details } = ask(request, {
    sets,
    name: 'identityPolicies',
    isAccess: true,
  });
  const found = (/** @type {number} */ at) => {
    const name = POLICY_SETS[at];
    return evaluation(verdicts[at], sets[name], details?.[name]);
  };
  /** @type {Access} */
  const access = {
    decision: DECISIONS[decision],
    decidedBy: POLICY_SETS[kind],
    identity: found(0),
    resource: found(3),
  };
  if (sets.permissionsBoundary.length > 0) access.permissionsBoundary = found(1);
  if (sets.session.length > 0) access.session = found(2);
  return access;
}

/** By number. @type {PolicySet[]} */
const POLICY_SETS = ['identity', 'permissionsBoundary', 'session', 'resource'];

/** @typedef {Record<PolicySet, Policy[]>} Sets  the existing policies of each kind */

/** @type {Sets} */
const NO_POLICIES = { identity: [], permissionsBoundary: [], session: [], resource: [] };

/** By number. @type {Decision[]} */
const DECISIONS = ['allow', 'explicitDeny', 'implicitDeny'];

/**
 * @param {PolicyRequest & { principal?: string }} request
 * @param {{ sets: Sets, name: string, isAccess?: boolean }} of  `name`: of the argument with the policies of the caller
 */
function ask(request, { sets, name, isAccess = false }) {
  const { action, resource, context = {}, principal } = request ?? {};
  if (typeof context !== 'object' || context === null)
    throw wrong('context', 'an object of keys and values', context);
  if (typeof action !== 'string') throw wrong('action', ACTION_FORM, action);
  if (typeof resource !== 'string') throw wrong('resource', RESOURCE_FORM, resource);
  const numbers = (/** @type {Policy[]} */ policies, /** @type {string} */ argument) =>
    policies.map((policy, index) => Policy.numberOf(policy, `${argument}[${index}]`));
  const answer = evaluateRecord({
    policies: [
      numbers(sets.identity, name),
      numbers(sets.session, 'sessionPolicies'),
      sets.permissionsBoundary.map((policy) => Policy.numberOf(policy, 'permissionsBoundary')),
      sets.resource.map((policy) => Policy.numberOf(policy, 'resourcePolicy')),
    ],
    isAccess,
    principal: isAccess ? principal : undefined,
    action,
    resource,
    context: readContext(context),
  });
  if (typeof answer === 'object') return answer;
  throw answer === ACTION_INVALID
    ? wrong('action', ACTION_FORM, action)
    : wrong('resource', RESOURCE_FORM, resource);
}

const ACTION_FORM = 'an action such as execute-api:Invoke';
const RESOURCE_FORM = 'an ARN, as executeApiArn makes it';

/**
 * @param {import('../engine/policy-engine.js').Verdict} verdict
 * @param {Policy[]} policies
 * @param {object} [details]
 * @returns {Evaluation}
 */
function evaluation(verdict, policies, details) {
  /** @type {Evaluation} */
  const found = { decision: DECISIONS[verdict.decision], ...details };
  if (verdict.policy > 0) {
    const [policy, statement] = [verdict.policy - 1, verdict.statement - 1];
    const sid = Policy.sidOf(policies[policy], statement);
    found.statement = sid === undefined ? { policy, statement } : { policy, statement, sid };
  }
  return found;
}

/**
 * @param {string} name
 * @param {AnyPolicy[]} policies
 */
function parsedList(name, policies) {
  if (!Array.isArray(policies)) throw wrong(name, 'an array of policies', policies);
  return policies.map((policy, index) => parsedAs('identity', policy, `${name}[${index}]`));
}

/**
 * @param {'identity' | 'resource'} type
 * @param {AccessRequest} request
 * @param {'permissionsBoundary' | 'resourcePolicy'} name
 * @returns {Policy[]} none or one
 */
function parsedOne(type, request, name) {
  const policy = request?.[name];
  return policy === undefined ? [] : [parsedAs(type, policy, name)];
}

/**
 * @param {'identity' | 'resource'} type
 * @param {AnyPolicy} policy
 * @param {string} name
 * @returns {Policy}
 */
function parsedAs(type, policy, name) {
  if (!(policy instanceof Policy)) return parsedDocument(type, policy, name);
  if (policy.type === type) return policy;
  throw wrong(name, `a policy that was parsed with type: '${type}'`, policy.type);
}

/**
 * @param {string} name
 * @param {string} form
 * @param {unknown} value
 */
function wrong(name, form, value) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', `${name} must be ${form}, not ${show(value)}`);
}

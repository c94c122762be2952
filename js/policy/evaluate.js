// What policies say of a request, which the core decides: see src/policy/evaluate.rs.

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
 * @property {import('./context.js').RequestContext} [context]  what conditions and variables ask for, such as
 *   `{ 'aws:SourceIp': '192.0.2.1', 'aws:CurrentTime': new Date() }`. Nothing is added: a key that is not here is missing
 *
 * @typedef {object} Evaluation
 * @property {Decision} decision
 * @property {{ policy: number, statement: number, sid?: string }} [statement]  that decided, by its place
 * @property {UnevaluatedStatement[]} [unevaluated]  statements that could not be evaluated, if there are any: one that allows
 *   did not apply, one that denies did
 * @property {NearestStatement} [nearest]  of an implicit denial: the statement that came nearest to allowing the request, if
 *   any allows something
 *
 * @typedef {object} UnevaluatedStatement
 * @property {number} policy  its place
 * @property {number} statement  likewise
 * @property {string} [sid]
 * @property {string} key  condition key whose value cannot be read by its operator, or does not fill its variable
 * @property {string} reason
 *
 * @typedef {object} NearestStatement  that with the most elements that match, in the order principal, action, resource,
 *   conditions; of several, the first
 * @property {number} policy  its place
 * @property {number} statement  likewise
 * @property {string} [sid]
 * @property {'Principal' | 'Action' | 'NotAction' | 'Resource' | 'NotResource' | 'Condition'} element  the first that does not
 *   match
 * @property {string} [operator]  of the condition
 * @property {string} [key]  of the condition
 * @property {string[]} expected  what the policy has there
 * @property {string[]} given  what the request has there; nothing, where the key or the caller is missing
 *
 * @typedef {object} AccessRequest
 * @property {string} [principal]  ARN of the caller, as `sts:GetCallerIdentity` says it; none without credentials
 * @property {AnyPolicy[]} identityPolicies  of the caller
 * @property {AnyPolicy} [resourcePolicy]  of the API
 *
 * @typedef {object} Access
 * @property {Decision} decision
 * @property {Evaluation} identity  what the policies of the caller say for themselves
 * @property {Evaluation} resource  likewise, of the API
 */

/**
 * What the policies of a user or role say of a request. One statement that denies wins; else one that allows; without
 * either, the request is denied implicitly.
 *
 * @example
 *   const { decision } = evaluatePolicies([policy], { action: 'execute-api:Invoke', resource });
 *
 * @param {AnyPolicy[]} policies  documents, their JSON, or what `parsePolicy` returned, which is not parsed again
 * @param {PolicyRequest} request
 * @returns {Evaluation}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID, ERR_SIGV4_OPTION_INVALID, ERR_SIGV4_WASM_UNAVAILABLE
 */
export function evaluatePolicies(policies, request) {
  const parsed = parsedList('policies', policies);
  const { identity, details } = ask(request, { parsed, name: 'policies' });
  return evaluation(identity, parsed, details?.identity);
}

/**
 * What an API with IAM authorization does with a request: as AWS has it, either the policies of the caller or that of
 * the API must allow it, and both if the caller is of another account; no statement of either may deny it. Without
 * credentials, the policy of the API decides alone.
 *
 * A policy of the API that names the caller's own account as a whole leaves it to the policies of the caller.
 *
 * @example
 *   const request = { action: 'execute-api:Invoke', resource };
 *   const { decision } = evaluateAccess({ ...request, identityPolicies: [policy], resourcePolicy, principal });
 *
 * @param {PolicyRequest & AccessRequest} request
 * @returns {Access}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID, ERR_SIGV4_OPTION_INVALID, ERR_SIGV4_WASM_UNAVAILABLE
 */
export function evaluateAccess(request) {
  const { principal, identityPolicies, resourcePolicy } = request ?? {};
  if (principal !== undefined && typeof principal !== 'string') throw wrong('principal', 'an ARN', principal);
  const ofApi = resourcePolicy === undefined ? [] : [parsedAs('resource', resourcePolicy, 'resourcePolicy')];
  const parsed = parsedList('identityPolicies', identityPolicies);
  const access = { principal, ofApi };
  const { decision, identity, resource, details } = ask(request, {
    parsed,
    name: 'identityPolicies',
    access,
  });
  return {
    decision: DECISIONS[decision],
    identity: evaluation(identity, parsed, details?.identity),
    resource: evaluation(resource, ofApi, details?.resource),
  };
}

/** By number. @type {Decision[]} */
const DECISIONS = ['allow', 'explicitDeny', 'implicitDeny'];

/**
 * @param {PolicyRequest} request
 * @param {object} of
 * @param {Policy[]} of.parsed  of the caller
 * @param {string} of.name  of that argument
 * @param {{ principal: string | undefined, ofApi: Policy[] }} [of.access]
 */
function ask(request, { parsed, name, access }) {
  const { action, resource, context = {} } = request ?? {};
  if (typeof context !== 'object' || context === null)
    throw wrong('context', 'an object of keys and values', context);
  if (typeof action !== 'string') throw wrong('action', ACTION_FORM, action);
  if (typeof resource !== 'string') throw wrong('resource', RESOURCE_FORM, resource);
  const answer = evaluateRecord({
    identityPolicies: parsed.map((policy, index) => Policy.numberOf(policy, `${name}[${index}]`)),
    resourcePolicy: access?.ofApi[0] && Policy.numberOf(access.ofApi[0], 'resourcePolicy'),
    isAccess: access !== undefined,
    principal: access?.principal,
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

// What policies say of a request: explicit deny first, implicit deny last.
//
// Source: "Policy evaluation logic" in the IAM user guide, and "How API Gateway resource policies affect authorization
// workflow" in the API Gateway developer guide.

import { SigV4Error } from '../engine/errors.js';
import { readContext } from './context.js';
import { parsePolicy, Policy } from './document.js';
import { show } from './policy-error.js';
import { loosen, matches, resolve } from './pattern.js';
import { accountOf } from './principal.js';
import { Unevaluated } from './unevaluated.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./document.js').Statement} Statement
 * @typedef {import('./document.js').Patterns} Patterns
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
 *
 * @typedef {object} UnevaluatedStatement
 * @property {number} policy  its place
 * @property {number} statement  likewise
 * @property {string} [sid]
 * @property {string} key  condition key whose value cannot be read by its operator, or does not fill its variable
 * @property {string} reason
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
 * @param {AnyPolicy[]} policies  documents, their JSON, or what `parsePolicy` returned, which is not parsed again
 * @param {PolicyRequest} request
 * @returns {Evaluation}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID, ERR_SIGV4_OPTION_INVALID
 */
export function evaluatePolicies(policies, request) {
  const parsed = listed('policies', policies).map((policy, index) =>
    parsedAs('identity', policy, `policies[${index}]`),
  );
  return evaluate(parsed, asked(request), () => true);
}

/**
 * What an API with IAM authorization does with a request: as AWS has it, either the policies of the caller or that of
 * the API must allow it, and both if the caller is of another account; no statement of either may deny it. Without
 * credentials, the policy of the API decides alone.
 *
 * A policy of the API that names the caller's own account as a whole leaves it to the policies of the caller.
 *
 * @param {PolicyRequest & AccessRequest} request
 * @returns {Access}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID, ERR_SIGV4_OPTION_INVALID
 */
export function evaluateAccess(request) {
  const { principal, identityPolicies, resourcePolicy } = request ?? {};
  if (principal !== undefined && typeof principal !== 'string') throw wrong('principal', 'an ARN', principal);
  const facts = asked(request);
  const needsBoth = principal !== undefined && accountOf(principal) !== accountOf(request.resource);
  const ofApi = resourcePolicy === undefined ? [] : [parsedAs('resource', resourcePolicy, 'resourcePolicy')];
  const ofCaller = listed('identityPolicies', identityPolicies).map((policy, index) =>
    parsedAs('identity', policy, `identityPolicies[${index}]`),
  );
  const identity = evaluate(ofCaller, facts, () => true);
  const resource = evaluate(ofApi, facts, ({ effect, principal: who }) => {
    const match = who?.test(principal);
    if (who?.isExcluded) return match !== 'named';
    return match === 'named' || (match === 'account' && (needsBoth || effect === 'Deny'));
  });
  const decisions = [identity.decision, resource.decision];
  const decision = decisions.includes('explicitDeny')
    ? 'explicitDeny'
    : (needsBoth ? !decisions.includes('implicitDeny') : decisions.includes('allow'))
      ? 'allow'
      : 'implicitDeny';
  return { decision, identity, resource };
}

/**
 * @typedef {object} Facts
 * @property {string[]} action  characters
 * @property {string[]} resource  likewise
 * @property {string[]} shortResource  likewise, `execute-api:/stage/METHOD/path`
 * @property {Context} context
 */

/**
 * @param {Policy[]} policies
 * @param {Facts} facts
 * @param {(statement: Statement) => boolean} isAbout  the caller
 * @returns {Evaluation}
 */
function evaluate(policies, facts, isAbout) {
  const found = policies.flatMap((parsed, policy) =>
    Policy.statementsOf(parsed).flatMap((statement, index) => {
      const verdict = isAbout(statement) && judge(statement, facts);
      if (verdict === false) return [];
      const { effect, sid } = statement;
      return { effect, place: { policy, statement: index, ...(sid === undefined ? {} : { sid }) }, verdict };
    }),
  );
  const decisive =
    found.find(({ effect }) => effect === 'Deny') ?? found.find(({ verdict }) => verdict === true);
  const unevaluated = found.flatMap(({ place, verdict }) =>
    verdict === true ? [] : { ...place, key: verdict.key, reason: verdict.reason },
  );
  return {
    decision: decisive === undefined ? 'implicitDeny' : decisive.effect === 'Deny' ? 'explicitDeny' : 'allow',
    ...(decisive && { statement: decisive.place }),
    ...(unevaluated.length > 0 && { unevaluated }),
  };
}

/**
 * @param {Statement} statement
 * @param {Facts} facts
 * @returns {boolean | Unevaluated} whether it is about the request
 */
function judge({ action, resource, conditions }, { context, ...facts }) {
  if (isAmong(action, [facts.action], context) !== true) return false;
  const verdicts = [
    isAmong(resource, [facts.resource, facts.shortResource], context),
    ...conditions.map((condition) => condition(context)),
  ];
  if (verdicts.includes(false)) return false;
  return verdicts.find((verdict) => verdict instanceof Unevaluated) ?? true;
}

/**
 * @param {Patterns} patterns
 * @param {string[][]} texts  ways to write the same
 * @param {Context} context
 * @returns {boolean | Unevaluated}
 */
function isAmong({ templates, isExcluded }, texts, context) {
  const results = templates.map((template) => {
    const pattern = resolve(template, context);
    if (!(pattern instanceof Unevaluated)) return texts.some((text) => matches(pattern, text));
    // Whatever the variable were, it would not be this resource.
    const isAnother = !isExcluded && !texts.some((text) => matches(loosen(template), text));
    return isAnother ? false : pattern;
  });
  if (isExcluded && results.includes(true)) return false;
  const unevaluated = results.find((result) => result instanceof Unevaluated);
  return unevaluated ?? results.includes(true) !== isExcluded;
}

/**
 * @param {PolicyRequest} request
 * @returns {Facts}
 */
function asked(request) {
  const { action, resource, context = {} } = request ?? {};
  if (typeof context !== 'object' || context === null)
    throw wrong('context', 'an object of keys and values', context);
  if (typeof action !== 'string' || !/^[\w-]+:\w+$/.test(action))
    throw wrong('action', 'an action such as execute-api:Invoke', action);
  if (typeof resource !== 'string' || !/^arn:(?:[^:]*:){4}./s.test(resource))
    throw wrong('resource', 'an ARN, as executeApiArn makes it', resource);
  const [, path] = /^arn:[^:]*:execute-api:[^:]*:[^:]*:[^/]*(\/.*)$/s.exec(resource) ?? [];
  return {
    action: Array.from(action.toLowerCase()),
    resource: Array.from(resource),
    shortResource: Array.from(path === undefined ? resource : `execute-api:${path}`),
    context: readContext(context),
  };
}

/**
 * @template T
 * @param {string} name
 * @param {T[]} policies
 * @returns {T[]}
 */
function listed(name, policies) {
  if (Array.isArray(policies)) return policies;
  throw wrong(name, 'an array of policies', policies);
}

/**
 * @param {'identity' | 'resource'} type
 * @param {AnyPolicy} policy
 * @param {string} name
 * @returns {Policy}
 */
function parsedAs(type, policy, name) {
  if (!(policy instanceof Policy)) return parsePolicy(policy, { type, name });
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

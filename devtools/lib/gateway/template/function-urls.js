// Finds the function URLs of a template, and the permissions to call them.
//
// Sources: `AWS::Lambda::Url` and `AWS::Lambda::Permission`, CloudFormation template reference; "Control access to Lambda function
// URLs", AWS Lambda developer guide.

import { resolveValue } from './intrinsics.js';
import { authOf, httpCors } from './openapi.js';
import { functionIn } from './functions.js';
import { ALLOWS_NO_CALLER } from './policies.js';

/**
 * @typedef {import('./apis.js').FoundApi} FoundApi
 * @typedef {import('./apis.js').Reader} Reader
 * @typedef {readonly PropertyKey[]} Path
 */

/**
 * @param {Reader} reader
 * @returns {FoundApi[]}
 */
export function functionUrls(reader) {
  const { resources, attempt, scope, warn, document } = reader;
  return resources
    .filter(({ Type }) => Type === 'AWS::Lambda::Url')
    .flatMap(({ logicalId, Properties = {} }) => {
      const at = ['Resources', logicalId, 'Properties'];
      const { AuthType, Cors, Qualifier, TargetFunctionArn } = Properties;
      const target = functionIn(TargetFunctionArn, document.value.Resources);
      if (target === undefined) {
        warn([...at, 'TargetFunctionArn'], 'its function is not in this template: the URL is left out');
        return [];
      }
      const value = (/** @type {string} */ name, /** @type {any} */ given) =>
        given === undefined ? undefined : attempt([...at, name], () => resolveValue(given, scope));
      const auth = authOf(value('AuthType', AuthType));
      const statements = permissionsOf(target, reader);
      if (statements.length === 0 && auth === 'none')
        warn(
          at,
          'no permission lets everyone call it: as in AWS, it needs two resources of type AWS::Lambda::Permission',
        );
      return {
        ...{ logicalId, type: /** @type {const} */ ('function-url'), stages: ['$default'] },
        routes: [{ route: '$default', auth, integration: { uri: target }, at: [...at, 'AuthType'] }],
        cors: httpCors(value('Cors', Cors)),
        qualifier: value('Qualifier', Qualifier),
        ...(statements.length > 0 && {
          policy: { Version: '2012-10-17', Statement: statements },
          policyAt: at,
        }),
        // Without a policy, everyone could call the URL.
        ...(statements.length === 0 && auth === 'none' && { policy: ALLOWS_NO_CALLER, policyAt: at }),
      };
    });
}

/**
 * The statements that the permissions of a template add to the policy of a function.
 *
 * @param {string} target  the function
 * @param {Reader} reader
 * @returns {object[]}
 */
function permissionsOf(target, { resources, attempt, scope, document }) {
  return resources
    .filter(({ Type }) => Type === 'AWS::Lambda::Permission')
    .flatMap(({ logicalId, Properties = {} }) => {
      const { FunctionName, ...rest } = Properties;
      if (functionIn(FunctionName, document.value.Resources) !== target) return [];
      const at = ['Resources', logicalId, 'Properties'];
      const given = attempt(at, () => resolveValue(rest, scope));
      // Permissions for AWS services are irrelevant, because services send no requests here.
      if (given === undefined || /\.amazonaws\.com(\.cn)?$/.test(given.Principal)) return [];
      return [{ Sid: logicalId.slice(0, 100), ...statementOf(given) }];
    });
}

/** @param {any} permission */
function statementOf({ Action, Principal, ...conditions }) {
  /** @type {Record<string, Record<string, unknown>>} */
  const Condition = {};
  for (const [name, [operator, key]] of Object.entries(CONDITIONS)) {
    if (conditions[name] !== undefined) (Condition[operator] ??= {})[key] = String(conditions[name]);
  }
  return {
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { AWS: String(Principal) },
    Action,
    Resource: '*',
    ...(Object.keys(Condition).length > 0 && { Condition }),
  };
}

/** @type {Record<string, [operator: string, key: string]>} */
const CONDITIONS = {
  FunctionUrlAuthType: ['StringEquals', 'lambda:FunctionUrlAuthType'],
  InvokedViaFunctionUrl: ['Bool', 'lambda:InvokedViaFunctionUrl'],
  PrincipalOrgID: ['StringEquals', 'aws:PrincipalOrgID'],
  SourceArn: ['ArnLike', 'aws:SourceArn'],
  SourceAccount: ['StringEquals', 'aws:SourceAccount'],
};

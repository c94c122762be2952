// The CloudFormation resources that SAM generates for a function: its role and its URL.
//
// Sources: `AWS::Serverless::Function`, `FunctionUrlConfig`, "AWS SAM policy templates" and "Generated CloudFormation resources",
// AWS SAM developer guide; `policy_templates.json` of aws/serverless-application-model.

/**
 * @typedef {object} Source
 * @property {import('./document.js').TemplateDocument} document
 * @property {(value: any, at: readonly PropertyKey[]) => any} head  resolves a function at the top of a value
 * @property {(at: readonly PropertyKey[], message: string) => void} warn
 */

const BASIC_EXECUTION = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

/**
 * Adds the resources that SAM would generate, because the template may refer to them.
 *
 * @param {any} template  is modified
 * @param {Source} source
 */
export function addGenerated(template, source) {
  const { document } = source;
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    if (resource?.Type !== 'AWS::Serverless::Function') continue;
    const { Properties = {}, Condition } = resource;
    const common = Condition === undefined ? {} : { Condition };
    const at = ['Resources', logicalId, 'Properties'];
    /** @type {(suffix: string, type: string, properties: object) => readonly PropertyKey[]} */
    const add = (suffix, Type, properties) => {
      template.Resources[logicalId + suffix] ??= { Type, Properties: properties, ...common };
      document.mount(['Resources', logicalId + suffix], ['Resources', logicalId]);
      return ['Resources', logicalId + suffix, 'Properties'];
    };
    if (Properties.Role === undefined) {
      const role = roleOf(Properties, template.Globals?.Function, at, source);
      const made = add('Role', 'AWS::IAM::Role', role.properties);
      for (const { to, from } of role.sources) document.mount([...made, ...to], [...at, ...from]);
    }
    const { FunctionUrlConfig: url } = { ...template.Globals?.Function, ...Properties };
    if (url === undefined) continue;
    const Qualifier = Properties.AutoPublishAlias ?? template.Globals?.Function?.AutoPublishAlias;
    const made = add('Url', 'AWS::Lambda::Url', {
      TargetFunctionArn: { Ref: logicalId },
      ...url,
      ...(Qualifier && { Qualifier }),
    });
    if (Properties.FunctionUrlConfig) document.mount(made, [...at, 'FunctionUrlConfig']);
    // SAM lets everyone call the URL, with two statements.
    if (url.AuthType !== 'NONE') continue;
    const FunctionName = { Ref: logicalId };
    add('UrlPublicPermissions', 'AWS::Lambda::Permission', {
      ...{ FunctionName, Principal: '*', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' },
    });
    add('URLInvokeAllowPublicAccess', 'AWS::Lambda::Permission', {
      ...{ FunctionName, Principal: '*', Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
    });
  }
}

/**
 * The role that SAM generates for a function without one.
 *
 * @param {any} properties
 * @param {any} globals  `Globals.Function`
 * @param {readonly PropertyKey[]} at
 * @param {Source} source
 * @returns {{ properties: object, sources: { to: PropertyKey[], from: PropertyKey[] }[] }} `sources`: the places of its policies in the template
 */
function roleOf({ Policies, PermissionsBoundary }, globals, at, { head, warn }) {
  /** @type {any[]} */
  const ManagedPolicyArns = [BASIC_EXECUTION];
  /** @type {{ PolicyName: string, PolicyDocument: any }[]} */
  const inline = [];
  /** @type {{ to: PropertyKey[], from: PropertyKey[] }[]} */
  const sources = [];
  const policies = head(Policies, [...at, 'Policies']);
  for (const [i, given] of [policies ?? []].flat().entries()) {
    const from = policies === Policies && Array.isArray(Policies) ? ['Policies', i] : ['Policies'];
    const policy = head(given, [...at, ...from]);
    const document = documentOf(policy, [...at, ...from], warn);
    if (document !== undefined) {
      sources.push({ to: ['Policies', inline.length, 'PolicyDocument'], from });
      inline.push({ PolicyName: `Policy${i}`, PolicyDocument: document });
    } else if (typeof policy === 'string') {
      sources.push({ to: ['ManagedPolicyArns', ManagedPolicyArns.length], from });
      ManagedPolicyArns.push(isName(policy) ? `arn:aws:iam::aws:policy/${policy}` : policy);
    }
  }
  const limit = PermissionsBoundary ?? globals?.PermissionsBoundary;
  if (PermissionsBoundary) sources.push({ to: ['PermissionsBoundary'], from: ['PermissionsBoundary'] });
  return {
    properties: { ManagedPolicyArns, Policies: inline, ...(limit && { PermissionsBoundary: limit }) },
    sources,
  };
}

/** @param {string} policy  a name, or an ARN */
function isName(policy) {
  return !policy.startsWith('arn:');
}

/**
 * @param {any} policy
 * @param {readonly PropertyKey[]} at
 * @param {(at: readonly PropertyKey[], message: string) => void} warn
 * @returns {any} the document of an inline policy or of a policy template of SAM
 */
function documentOf(policy, at, warn) {
  if (typeof policy !== 'object' || policy === null) return undefined;
  if ('Statement' in policy) return policy;
  const names = Object.keys(policy);
  if (names.length === 1 && names[0] === 'LambdaInvokePolicy') return lambdaInvokePolicy(policy[names[0]]);
  const name = names.join(', ') || 'an empty policy';
  warn(at, `${name} is left out: of SAM's policy templates, only LambdaInvokePolicy is about calls`);
  return undefined;
}

/** @param {any} parameters */
function lambdaInvokePolicy(parameters) {
  const arn = 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${functionName}*';
  const functionName = parameters?.FunctionName ?? '';
  return {
    Statement: {
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: { 'Fn::Sub': [arn, { functionName }] },
    },
  };
}

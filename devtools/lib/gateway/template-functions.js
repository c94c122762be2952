// The Lambda functions of a template: which one is behind a route, and how this machine can run it.
//
// Sources: `AWS::Lambda::Function`, `AWS::ApiGatewayV2::Integration`, CloudFormation template reference;
// `AWS::Serverless::Function`, AWS SAM specification; "Assets" (`aws:asset:path`), AWS CDK developer guide.

import { dirname, resolve } from 'node:path';

import { handlerFile } from './lambda/functions.js';

const TYPES = new Set(['AWS::Lambda::Function', 'AWS::Serverless::Function']);

/**
 * The logical ID of the function that a value refers to, such as the URI of an integration: `!GetAtt F.Arn`, `!Ref F`, or
 * `${F.Arn}` within a text.
 *
 * @param {any} value
 * @param {Record<string, any>} resources
 * @returns {string | undefined}
 */
export function functionIn(value, resources) {
  if (typeof value === 'string') {
    const names = Array.from(
      value.matchAll(/\$\{(\w+)|^(\w+)(?:\.Arn)?$/g),
      ([, inText, whole]) => inText ?? whole,
    );
    return names.find((name) => Object.hasOwn(resources, name) && TYPES.has(resources[name]?.Type));
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const item of Object.values(value)) {
    const found = functionIn(item, resources);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Where a route of an HTTP API leads: `integrations/${Integration}`.
 *
 * @param {any} target
 * @param {Record<string, any>} resources
 * @returns {any} properties of the integration
 */
export function integrationOf(target, resources) {
  const [name] = Array.from(JSON.stringify(target ?? '').matchAll(/\w+/g), ([word]) => word).filter(
    (word) => Object.hasOwn(resources, word) && resources[word]?.Type === 'AWS::ApiGatewayV2::Integration',
  );
  return resources[name]?.Properties;
}

/**
 * @param {any} resource
 * @param {any} globals  `Globals.Function` of SAM
 * @param {string} file  of the template
 * @param {(value: any) => any} resolved
 * @returns {{ settings: object } | { problem: string | undefined }} what a config file says of it, or why it cannot be run here
 */
export function functionSettings({ Type, Properties = {}, Metadata = {} }, globals, file, resolved) {
  const isSam = Type === 'AWS::Serverless::Function';
  const own = isSam ? { ...globals, ...Properties } : Properties;
  const variables = { ...(isSam && globals?.Environment?.Variables), ...Properties.Environment?.Variables };
  const runtime = resolved(own.Runtime);
  // An image, or a template that leaves out what does not concern the API.
  if (runtime === undefined) return { problem: undefined };
  if (!String(runtime).startsWith('nodejs'))
    return { problem: `runs on ${runtime}, which this gateway does not start: pass an endpoint for it` };
  const common = {
    timeoutMs: 1000 * Number(resolved(own.Timeout) ?? 3),
    memoryMb: Number(resolved(own.MemorySize) ?? 128),
    environment: Object.fromEntries(
      Object.entries(variables)
        .map(([name, value]) => [name, resolved(value)])
        .filter(([, value]) => value !== undefined),
    ),
  };
  const handler = String(resolved(own.Handler) ?? 'index.handler');
  const code = resolved(isSam ? own.InlineCode : own.Code?.ZipFile);
  if (code !== undefined)
    return { settings: { ...common, code: String(code), handler: handler.replace(/^.*\./, 'index.') } };
  const folder = Metadata['aws:asset:path'] ?? (isSam ? resolved(own.CodeUri ?? '.') : undefined);
  if (typeof folder !== 'string' || /^(?:s3|https?):/.test(folder))
    return {
      problem: 'has its code in S3, where this gateway does not look: pass a handler or an endpoint for it',
    };
  const path = resolve(dirname(file), folder, handler);
  try {
    handlerFile(path.slice(0, path.lastIndexOf('.')));
  } catch (error) {
    return { problem: `cannot be run: ${/** @type {Error} */ (error).message}` };
  }
  return { settings: { ...common, handler: path } };
}

// Finds the Lambda function of a route in a template, and how this machine can run it.
//
// Sources: `AWS::Lambda::Function`, `AWS::ApiGatewayV2::Integration`, CloudFormation template reference;
// `AWS::Serverless::Function`, AWS SAM specification; "Assets" (`aws:asset:path`), AWS CDK developer guide.

import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { handlerFile } from '../lambda/handler-file.js';

const TYPES = new Set(['AWS::Lambda::Function', 'AWS::Serverless::Function']);
/** The attributes that refer to a function. */
const STAND_INS = new Set(['AWS::Lambda::Alias', 'AWS::Lambda::Version']);

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
    for (const name of names) {
      const { Type, Properties } = (Object.hasOwn(resources, name) && resources[name]) || {};
      if (TYPES.has(Type)) return name;
      const { [name]: _, ...others } = resources;
      if (STAND_INS.has(Type)) return functionIn(Properties?.FunctionName, others);
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const item of Object.values(value)) {
    const found = functionIn(item, resources);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The integration of a route of an HTTP API: `integrations/${Integration}`.
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
 * @returns {{ settings: object } | { problem: string | undefined }} its settings as in a config file, or the reason why it cannot run here
 */
export function functionSettings({ Type, Properties = {}, Metadata = {} }, globals, file, resolved) {
  const isSam = Type === 'AWS::Serverless::Function';
  const own = isSam ? { ...globals, ...Properties } : Properties;
  const variables = { ...(isSam && globals?.Environment?.Variables), ...Properties.Environment?.Variables };
  const runtime = resolved(own.Runtime);
  if (resolved(own.PackageType) === 'Image')
    return { problem: 'is a container image, which this gateway does not start: pass an endpoint for it' };
  // Without a runtime, the template contains only the parts that concern the API.
  if (runtime === undefined) return { problem: undefined };
  if (!String(runtime).startsWith('nodejs'))
    return { problem: `runs on ${runtime}, which this gateway does not start: pass an endpoint for it` };
  const name = resolved(own.FunctionName);
  const common = {
    timeoutMs: 1000 * Number(resolved(own.Timeout) ?? 3),
    memoryMb: Number(resolved(own.MemorySize) ?? 128),
    environment: Object.fromEntries(
      Object.entries(variables)
        .map(([name, value]) => [name, resolved(value)])
        .filter(([, value]) => value !== undefined),
    ),
    ...(name !== undefined && { name: String(name) }),
  };
  const handler = String(resolved(own.Handler) ?? 'index.handler');
  const code = resolved(isSam ? own.InlineCode : own.Code?.ZipFile);
  if (code !== undefined)
    return { settings: { ...common, code: String(code), handler: handler.replace(/^.*\./, 'index.') } };
  const given = isSam ? resolved(own.CodeUri ?? '.') : undefined;
  const source = Metadata['aws:asset:path'] ?? given ?? assetOf(own.Code, dirname(file), resolved);
  if (typeof source !== 'string' || /^(?:s3|https?):/.test(source))
    return {
      problem: 'has its code in S3, which this gateway does not read: pass a handler or an endpoint for it',
    };
  const path = resolve(dirname(file), source);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() && path.endsWith('.zip'))
    return { settings: { ...common, archive: path, handler } };
  const exported = join(path, handler);
  try {
    handlerFile(exported.slice(0, exported.lastIndexOf('.')));
  } catch (error) {
    return { problem: `cannot be run: ${/** @type {Error} */ (error).message}` };
  }
  return { settings: { ...common, handler: exported } };
}

/**
 * Finds the code of a function that the CDK or the Serverless Framework has packaged. It is beside the template: `asset.HASH`, or the
 * archive with the name of its key in S3.
 *
 * @param {any} code  `Code` of the function: the name of a local folder or archive, for `aws cloudformation package`, or a place in S3
 * @param {string} folder  of the template
 * @param {(value: any) => any} resolved
 * @returns {string | undefined}
 */
function assetOf(code, folder, resolved) {
  if (typeof code === 'string') return code;
  const key = resolved(code?.S3Key);
  if (typeof key !== 'string') return undefined;
  const name = basename(key);
  const candidates = [`asset.${name.replace(/\.zip$/, '')}`, `asset.${name}`, name];
  return candidates.find((candidate) => existsSync(join(folder, candidate)));
}

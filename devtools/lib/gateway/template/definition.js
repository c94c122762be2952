// Finds the OpenAPI definition of an API: in the template, or in a file beside it.
//
// Sources: `Body` and `BodyS3Location` of `AWS::ApiGateway::RestApi` and `AWS::ApiGatewayV2::Api`, CloudFormation template
// reference; `DefinitionBody` and `DefinitionUri`, AWS SAM specification. Both packagers upload local files that these name.

import { ConfigError } from '../load-yaml.js';
import { functionOf, resolveHead, resolveValue } from './intrinsics.js';
import { COPY, isElsewhere } from './document.js';

/**
 * @typedef {readonly PropertyKey[]} Path
 */

/** The properties that contain the definition, and those that name a file with it. */
const BODIES = ['DefinitionBody', 'Body'];
const FILES = ['DefinitionUri', 'BodyS3Location'];

/**
 * @param {import('./read-template.js').Resource} resource
 * @param {import('./apis.js').Reader} reader
 * @returns {{ body: any, at: Path } | undefined}
 * @throws {ConfigError} for a file that cannot be read
 */
export function definitionOf({ logicalId, Properties = {} }, { document, scope, attempt, warn, expanded }) {
  const path = (/** @type {string} */ name) => ['Resources', logicalId, 'Properties', name];
  const body = BODIES.find((name) => Properties[name] !== undefined);
  if (body !== undefined) {
    const value = attempt(path(body), () => resolveHead(Properties[body], scope));
    return value === undefined ? undefined : { body: value, at: path(body) };
  }
  const file = FILES.find((name) => Properties[name] !== undefined);
  if (file === undefined) return undefined;
  const at = path(file);
  const location = attempt(at, () => resolveValue(Properties[file], scope));
  if (location === undefined) return undefined;
  if (typeof location !== 'string' || isElsewhere(location)) {
    const { Bucket, Key } = location;
    warn(at, `its routes are in ${Bucket ? `s3://${Bucket}/${Key}` : location}: ${COPY}`);
    return undefined;
  }
  const definition = document.read(location, at);
  document.mount(at, { document: definition, path: [] });
  const found = expanded(definition.value, at);
  if (typeof found === 'object' && found !== null && functionOf(found) === undefined)
    return { body: found, at };
  throw new ConfigError(`${definition.locate([])}: this is not an OpenAPI definition: it has no paths`);
}

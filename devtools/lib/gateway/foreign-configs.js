// Files that are easily mistaken for a template, and the file to pass instead.

import { basename } from 'node:path';

const SERVERLESS =
  'this is the configuration of the Serverless Framework: run `serverless package`, and pass .serverless/cloudformation-template-update-stack.json';

/** @type {{ name?: RegExp, is?: (value: any) => boolean, message: string }[]} */
const FOREIGN = [
  { name: /^serverless\.[cm]?[jt]s$/, message: SERVERLESS },
  { is: ({ service, provider }) => service !== undefined && provider !== undefined, message: SERVERLESS },
  {
    name: /^cdk\.json$/,
    message: 'this is the configuration of a CDK app: run `cdk synth`, and pass cdk.out/STACK.template.json',
  },
  {
    is: ({ version, artifacts }) => version !== undefined && artifacts !== undefined,
    message: 'this is the manifest of a CDK app: pass one of the *.template.json beside it',
  },
  {
    name: /^samconfig\.(?:toml|ya?ml)$/,
    message: 'this is the configuration of the command sam: pass the template, such as template.yaml',
  },
  {
    is: ({ openapi, swagger }) => openapi !== undefined || swagger !== undefined,
    message:
      'this is an OpenAPI definition: pass a template whose API names it, such as DefinitionUri of AWS::Serverless::HttpApi',
  },
];

/**
 * @param {string} file
 * @returns {string | undefined} what to do about a file that is known by its name and must not be read
 */
export function foreignFile(file) {
  const message = FOREIGN.find(({ name }) => name?.test(basename(file)))?.message;
  return message && `${file}:1:1: ${message}`;
}

/**
 * @param {import('./load-yaml.js').Document} document
 * @returns {string | undefined} what to do about a file that is neither a config file nor a template
 */
export function foreignConfig({ value, locate }) {
  if (typeof value !== 'object' || value === null) return undefined;
  const message = FOREIGN.find(({ is }) => is?.(value))?.message;
  return message && `${locate([])}: ${message}`;
}

// The cases in which the result differs from aws4 1.13.2, and why.
//
// `refused`: the verifier refuses the result of aws4, and accepts ours. For the others, `why` says what it cannot
// tell.

/**
 * @typedef {object} Difference
 * @property {string} name
 * @property {string} why
 * @property {boolean} refused
 * @property {(request: any) => boolean} applies
 */

const hostOf = (/** @type {any} */ { hostname, host, headers }) =>
  hostname ?? host ?? headers?.Host ?? headers?.host;
const isS3 = (/** @type {any} */ request) =>
  request.service === 's3' || /(^|\.)s3[.-]/.test(hostOf(request) ?? '');
const pathOf = (/** @type {any} */ { path = '' }) => path.split('?')[0];
const has = (/** @type {any} */ { headers = {} }, /** @type {string} */ name) => name in headers;

/** @type {Difference[]} */
export const DIFFERENCES = [
  {
    name: 'a method in lower case',
    why: 'aws4 signs it so; Node sends it in upper case',
    refused: true,
    applies: ({ method = '' }) => method !== method.toUpperCase(),
  },
  {
    name: 'no service',
    why: 'aws4 signs for a service without a name; this is an error',
    refused: true,
    applies: (request) => !request.service && !/amazonaws\.com(\.cn)?$/.test(hostOf(request) ?? ''),
  },
  {
    name: 'a host whose name is not its service',
    why: 'aws4 takes a part of the host for the service: bedrock-runtime, dualstack',
    refused: true,
    applies: (request) => /bedrock-runtime|dualstack/.test(hostOf(request) ?? ''),
  },
  {
    name: 'a header that aws4 adds, given in a third spelling',
    why: 'aws4 looks for two spellings of a name and adds the header once more: it is signed twice, and sent once',
    refused: true,
    applies: (request) => has(request, 'CONTENT-TYPE') || has(request, 'X-AMZ-DATE'),
  },
  {
    name: 'names that differ in case only',
    why: 'aws4 signs both; Node sends the last',
    refused: true,
    applies: (request) => has(request, 'X-Amz-Meta-A') && has(request, 'x-amz-meta-a'),
  },
  {
    name: 'X-Amz-Date with doNotModifyHeaders',
    why: 'aws4 signs for another time than the header says',
    refused: true,
    applies: (request) => request.doNotModifyHeaders && has(request, 'X-Amz-Date'),
  },
  {
    name: 'a no-break space in a header',
    why: 'to aws4, and to the verifier, it is white space, of which one is left; AWS trims spaces',
    refused: false,
    applies: (request) => /\u00a0/.test(request.headers?.['X-Amz-Meta-A']),
  },
  {
    name: 'a header that is not ASCII',
    why: 'Node sends Latin-1 and aws4 signs UTF-8. The verifier cannot tell, as it gets header values as text',
    refused: false,
    applies: (request) => /ö/.test(request.headers?.['X-Amz-Meta-A']),
  },
  {
    name: 'a path without its slash',
    why: 'the same signature, but Node would send what is no request (RFC 9112, section 3.2.1); the slash is added',
    refused: false,
    applies: (request) => pathOf(request) !== '' && !pathOf(request).startsWith('/'),
  },
  {
    name: 'a presigned URL, signed again',
    why: 'aws4 leaves the signature that is in it, to which S3 answers 400, or signs it',
    refused: true,
    applies: (request) => /X-Amz-Signature/.test(request.path),
  },
  {
    name: 'a plus in a path that is encoded once, not to S3',
    why: 'aws4 signs a space, as which Amazon S3 alone reads a plus. The verifier does not decode paths',
    refused: false,
    applies: (request) => !isS3(request) && request.doNotEncodePath && pathOf(request).includes('+'),
  },
  {
    name: 'an escaped reserved character beside a raw one',
    why: 'aws4 sends %252F for %2F: a valid signature, for another resource',
    refused: false,
    applies: ({ path = '' }) => /[^!-~]/.test(path) && path.includes('%2F'),
  },
  {
    name: 'an escape that is not UTF-8, beside a raw character',
    why: 'aws4 throws a URIError; here it is a SigV4Error',
    refused: false,
    applies: (request) => /%zz|%E4/.test(request.path) && /[^!-~]/.test(request.path),
  },
  {
    name: 'an escape that is not UTF-8, in a path that is encoded once',
    why: 'likewise',
    refused: false,
    applies: (request) => (isS3(request) || request.doNotEncodePath) && pathOf(request).includes('%zz'),
  },
  {
    name: 'a service with rules of its own',
    why:
      'aws4 does not know them: of S3 Express, the path and the header of the token; x-amz-content-sha256, which ' +
      'OpenSearch Serverless and VPC Lattice ask for; the token beside the signature, for MQTT of AWS IoT. The ' +
      'verifier does not know them either',
    refused: false,
    applies: (request) =>
      /s3express|aoss|vpc-lattice|iotdevicegateway/.test(`${request.service} ${hostOf(request)}`),
  },
];

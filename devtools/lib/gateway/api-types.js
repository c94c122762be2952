// The types of APIs that the gateway emulates, and their differences.

/**
 * @typedef {'rest' | 'http' | 'websocket' | 'function-url'} ApiType
 *
 * @typedef {object} ApiTraits
 * @property {string} label
 * @property {'execute-api' | 'lambda'} service  the service that requests are signed for
 * @property {string[]} stages  the stages if the config names none
 * @property {string[]} routes  the routes if the config names none
 * @property {boolean} hasResourcePolicy
 * @property {boolean} showsCanonicalRequest  whether the response to a wrong signature contains the canonical request
 * @property {boolean} exposesErrors  whether its own error responses have CORS headers
 * @property {[status: number, body: string]} preflight  the response to a preflight, without its headers
 */

/** @type {Record<ApiType, ApiTraits>} */
export const API_TYPES = {
  rest: {
    label: 'REST API',
    service: 'execute-api',
    stages: ['prod'],
    routes: ['ANY /', 'ANY /{proxy+}'],
    hasResourcePolicy: true,
    showsCanonicalRequest: true,
    exposesErrors: false,
    // The response of the mock integration.
    preflight: [200, '{}'],
  },
  http: {
    label: 'HTTP API',
    service: 'execute-api',
    stages: ['$default'],
    routes: ['$default'],
    hasResourcePolicy: false,
    showsCanonicalRequest: false,
    exposesErrors: true,
    preflight: [204, ''],
  },
  websocket: {
    label: 'WebSocket API',
    service: 'execute-api',
    stages: ['prod'],
    routes: ['$connect', '$default'],
    hasResourcePolicy: false,
    showsCanonicalRequest: true,
    exposesErrors: false,
    preflight: [200, '{}'],
  },
  'function-url': {
    label: 'function URL',
    service: 'lambda',
    stages: ['$default'],
    routes: ['$default'],
    // The policy of its function.
    hasResourcePolicy: true,
    showsCanonicalRequest: false,
    exposesErrors: false,
    preflight: [200, ''],
  },
};

/**
 * The host of the API in AWS, which clients may sign by mistake.
 *
 * @param {{ type: ApiType, apiId: string, region: string }} api
 */
export function hostInAws({ type, apiId, region }) {
  return type === 'function-url'
    ? `${apiId}.lambda-url.${region}.on.aws`
    : `${apiId}.execute-api.${region}.amazonaws.com`;
}

/**
 * The ARN of the function behind a function URL.
 *
 * @param {Pick<import('./config.js').Settings, 'region' | 'account' | 'functionName' | 'functions' | 'function'>} settings
 */
export function functionArn({ region, account, functionName, functions, function: key = 'function' }) {
  const name = functionName ?? functions[key]?.name ?? key;
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`;
}

/** @param {string} region */
export function partitionOf(region) {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

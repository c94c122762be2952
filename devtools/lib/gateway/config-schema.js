// The schema of a config file: keys, values and defaults.

import { z } from 'zod';

/** "Quotas for configuring and running …", API Gateway developer guide. */
const LIMITS = { bodyBytes: 10_485_760, timeoutMs: 29_000, rate: 10_000, burst: 5_000, functionMs: 3000 };

/** The last alternative is for the route keys of messages of a WebSocket API. */
const ROUTE_KEY =
  /^(?:(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) \/\S*|\$default|\$connect|\$disconnect|[\w.-]+)$/;
export const ROUTE_FORM = 'must have a form like `GET /orders/{id}`, `ANY /{proxy+}` or `$default`';

const UPSTREAM = z
  .string()
  .regex(/^(?:https?|wss?):\/\/[^\s/]+/, 'must be a URL that begins with http://, https://, ws:// or wss://');

const NAME = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'must be a name that IAM accepts');

const DOCUMENT = z.looseObject({ Statement: z.unknown() });

const POLICY = z.union([NAME, DOCUMENT], {
  error: 'must be the name of a policy, or a policy document with a Statement',
});

const KEY = {
  accessKeyId: z
    .string()
    .regex(/^\w{3,128}$/, 'must be letters and digits')
    .optional(),
  secretAccessKey: z.string().min(1).optional(),
};

export const USER = z.strictObject({
  policies: z.array(POLICY).default([]),
  permissionsBoundary: POLICY.optional(),
  accessKeys: z
    .array(z.strictObject(KEY).refine(isWholeKey, 'needs both accessKeyId and secretAccessKey, or neither'))
    .default([{}]),
});

export const ROLE = z.strictObject({
  policies: z.array(POLICY).default([]),
  permissionsBoundary: POLICY.optional(),
  sessions: z
    .array(
      z
        .strictObject({
          ...KEY,
          name: NAME.optional(),
          sessionToken: z.string().min(1).optional(),
          expiration: z.iso.datetime({ offset: true }).transform(toDate).optional(),
          // Session policies, as in `AssumeRole`.
          policies: z.array(POLICY).default([]),
        })
        .refine(isWholeSession, 'needs all of accessKeyId, secretAccessKey and sessionToken, or none'),
    )
    .prefault([{}]),
});

/** A Lambda function: a handler file, code, or a server that takes Lambda's invoke call. */
export const FUNCTION = z
  .strictObject({
    // The file without its extension, and the export, as in Lambda.
    handler: z
      .string()
      .regex(/^[^\0]+\.[\w$]+$/, 'must be a file and its export, such as src/orders.handler')
      .default('index.handler'),
    code: z.string().optional(),
    archive: z
      .string()
      .regex(/\.zip$/i, 'must be a ZIP file')
      .optional(),
    endpoint: z
      .string()
      .regex(
        /^https?:\/\/[^\s/]+/,
        'must be a URL, such as http://127.0.0.1:3001 of `sam local start-lambda`',
      )
      .optional(),
    // Only for HTTP APIs: REST APIs have only one format.
    payloadFormat: z.enum(['1.0', '2.0']).default('2.0'),
    timeoutMs: z.int().min(1).max(900_000).default(LIMITS.functionMs),
    memoryMb: z.int().min(128).max(10_240).default(128),
    environment: z.record(z.string(), z.coerce.string()).default({}),
    role: NAME.optional(),
    // The name in ARNs, in the environment and in the invoke call. Default: the key.
    name: NAME.optional(),
  })
  .refine(
    ({ code, archive, endpoint }) => [code, archive, endpoint].filter(Boolean).length < 2,
    'has several of code, archive and endpoint',
  );

const CORS = z.strictObject({
  allowOrigins: z.array(z.string()).default(['*']),
  allowMethods: z.array(z.string()).default(['*']),
  // The headers of a signed request. API Gateway's default does not have all of them.
  allowHeaders: z
    .array(z.string())
    .default(['authorization', 'content-type', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token']),
  exposeHeaders: z.array(z.string()).default([]),
  allowCredentials: z.boolean().default(false),
  maxAge: z.int().min(0).optional(),
  // Default: true for HTTP APIs, false for REST APIs, so that browsers report a 403 as a CORS error, as with AWS.
  onErrors: z.boolean().optional(),
});

export const CONFIG = z.strictObject({
  template: z.string().optional(),
  api: z.string().optional(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  type: z.enum(['rest', 'http', 'websocket', 'function-url']).default('rest'),
  // Other names of the API that a client may have signed, such as a custom domain. Explanations try them.
  hosts: z
    .array(z.string().regex(/^[\w.-]+(?::\d+)?$/, 'must be a host name, such as api.example.com'))
    .default([]),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'must be a region, such as eu-west-1')
    .default('us-east-1'),
  account: z
    .string({ error: "must be text: quote it, '123456789012'" })
    .regex(/^\d{12}$/, 'must be 12 digits')
    .default('123456789012'),
  apiId: z
    .string()
    .regex(/^[a-z0-9]+$/, 'must be lower-case letters and digits')
    .default('local'),
  stages: z
    .array(z.string().regex(/^(?:\$default|[\w-]{1,128})$/, 'must be letters, digits, _ and -'))
    .min(1)
    .optional(),
  // The only stage that is served.
  stage: z.string().optional(),
  routes: z
    .array(
      z.strictObject({
        route: z.string().regex(ROUTE_KEY, ROUTE_FORM),
        auth: z.enum(['iam', 'none', 'other']).default('iam'),
        upstream: UPSTREAM.optional(),
        function: NAME.optional(),
        // Like an integration with the credentials arn:aws:iam::*:user/*.
        callerInvokes: z
          .string()
          .regex(/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w:$-]+$/, 'must be the ARN of a function')
          .optional(),
      }),
    )
    .min(1)
    .optional(),
  upstream: UPSTREAM.optional(),
  function: NAME.optional(),
  functions: z.record(NAME, FUNCTION).default({}),
  // The name of the function of a function URL in ARNs.
  functionName: z
    .string()
    .regex(/^[\w-]{1,64}(?::[\w$-]+)?$/, 'must be the name of a function, such as orders or orders:live')
    .optional(),
  cors: z
    .union([
      z.literal(true).transform(() => CORS.parse({})),
      z.literal(false).transform(() => undefined),
      CORS,
    ])
    .optional(),
  throttle: z
    .strictObject({
      rate: z.number().positive().default(LIMITS.rate),
      burst: z.int().positive().default(LIMITS.burst),
    })
    .prefault({}),
  timeoutMs: z.int().min(50).max(300_000).default(LIMITS.timeoutMs),
  maxBodyBytes: z
    .int()
    .min(0)
    .max(100 * 1024 * 1024)
    .default(LIMITS.bodyBytes),
  // Lifetime of the credentials from GET /_sigv4/credentials/{role}.
  sessionSeconds: z.number().positive().default(3600),
  policies: z.record(NAME, DOCUMENT).default({}),
  // The policy of a REST API, or of the function of a function URL.
  resourcePolicy: DOCUMENT.optional(),
  users: z.record(NAME, USER).default({}),
  roles: z.record(NAME, ROLE).default({}),
});

/** @param {Record<string, unknown>} key */
function isWholeKey({ accessKeyId, secretAccessKey }) {
  return (accessKeyId === undefined) === (secretAccessKey === undefined);
}

/** @param {Record<string, unknown>} session */
function isWholeSession({ accessKeyId, sessionToken, secretAccessKey }) {
  return [accessKeyId, sessionToken].every(
    (part) => (part === undefined) === (secretAccessKey === undefined),
  );
}

/** @param {string} text */
function toDate(text) {
  return new Date(text);
}

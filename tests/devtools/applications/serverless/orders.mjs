// The orders of the shop: who asks, and for what.

export const handler = async ({ version, rawPath, path = rawPath, requestContext }) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    version,
    path,
    caller: requestContext.authorizer?.iam?.userArn ?? requestContext.identity?.userArn ?? null,
  }),
});

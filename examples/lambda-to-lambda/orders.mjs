// The function that is called, through its function URL: IAM has authorized the caller.

export const handler = async ({ body, requestContext }) => ({
  statusCode: 201,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ order: JSON.parse(body), caller: requestContext.authorizer.iam.userArn }),
});

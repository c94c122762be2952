// The statements of AWS's managed policies that are about calling APIs and functions.
//
// Source: AWS Managed Policy Reference Guide.

/**
 * @param {readonly string[]} actions
 * @param {string} [resource]
 */
const allows = (actions, resource = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }],
});

/** The policies by name. `undefined`: the policy is not about calls. @type {Record<string, object | undefined>} */
export const MANAGED_BY_AWS = {
  AdministratorAccess: allows(['*']),
  // The exceptions of this policy concern IAM and organizations.
  PowerUserAccess: allows(['*']),
  AmazonAPIGatewayInvokeFullAccess: allows(
    ['execute-api:Invoke', 'execute-api:ManageConnections'],
    'arn:aws:execute-api:*:*:*',
  ),
  AWSLambda_FullAccess: allows(['lambda:*']),
  AWSLambdaRole: allows(['lambda:InvokeFunction']),
  ...Object.fromEntries(
    // Policies that functions need for their work: logs, traces, networks, queues and streams.
    [
      'AmazonAPIGatewayPushToCloudWatchLogs',
      'AWSLambdaBasicDurableExecutionRolePolicy',
      'AWSLambdaBasicExecutionRole',
      'AWSLambdaDynamoDBExecutionRole',
      'AWSLambdaENIManagementAccess',
      'AWSLambdaKinesisExecutionRole',
      'AWSLambdaMSKExecutionRole',
      'AWSLambdaSQSQueueExecutionRole',
      'AWSLambdaVPCAccessExecutionRole',
      'AWSXrayWriteOnlyAccess',
      'AWSXRayDaemonWriteAccess',
      'CloudWatchLambdaInsightsExecutionRolePolicy',
    ].map((name) => [name, undefined]),
  ),
};

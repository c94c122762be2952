// Temporary credentials of a Cognito identity pool, for guests or, with `logins`, for users who have signed in.
//
// Source: GetId and GetCredentialsForIdentity, Amazon Cognito federated identities API reference.

/**
 * A provider for sigv4-wasm, which keeps what it returns until five minutes before the expiration, and then asks again.
 *
 * @param {{ region: string, identityPoolId: string, logins?: Record<string, string>, endpoint?: string }} options
 */
export function cognitoIdentityPool({
  region,
  identityPoolId,
  logins,
  endpoint = `https://cognito-identity.${region}.amazonaws.com`,
}) {
  const call = async (operation, input) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityService.${operation}`,
      },
      body: JSON.stringify({ ...input, Logins: logins }),
    });
    const output = await response.json();
    if (!response.ok) throw new Error(`Cognito: ${output.__type}: ${output.message}`);
    return output;
  };

  let identityId;
  return async () => {
    identityId ??= (await call('GetId', { IdentityPoolId: identityPoolId })).IdentityId;
    // The signer understands what Cognito answers.
    return call('GetCredentialsForIdentity', { IdentityId: identityId });
  };
}

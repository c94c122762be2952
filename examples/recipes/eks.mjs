// Amazon EKS: the bearer token for the Kubernetes API of a cluster, as `aws eks get-token` prints it.

import { presignUrl } from 'sigv4-wasm';

/**
 * A token that the cluster accepts for 15 minutes after the URL in it was signed. The cluster sends that URL to STS, with
 * the header that names it, so that no other cluster can use the token. Source: kubernetes-sigs/aws-iam-authenticator,
 * "API Authorization from Outside a Cluster".
 *
 * @param {object} options
 * @param {string} options.cluster  its name
 * @param {string} options.region
 * @param {import('sigv4-wasm').SignerOptions['credentials']} options.credentials
 */
export async function eksToken({ cluster, region, credentials }) {
  const request = {
    url: `https://sts.${region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15`,
    headers: { 'x-k8s-aws-id': cluster },
  };
  // A header that is not named x-amz-* is signed where it is asked for, and stays a header.
  const signedHeaders = ['x-k8s-aws-id'];
  const presigned = await presignUrl(request, {
    credentials,
    region,
    service: 'sts',
    signedHeaders,
    expiresIn: 60,
  });
  return `k8s-aws-v1.${Buffer.from(presigned).toString('base64url')}`;
}

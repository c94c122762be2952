// Bearer tokens: presigned URLs as Base64.

import { base64url } from '../protocol/base64.js';
import { parseAmzDate } from '../protocol/amz-date.js';
import { regionalEndpoint } from '../protocol/regional-endpoint.js';
import { presignUrl } from '../sign/signer.js';
import { checkOptions, presigning } from './options.js';

/** @typedef {import('./options.js').TokenOptions} TokenOptions */

/**
 * The bearer token for the Kubernetes API of a cluster of Amazon EKS, as `aws eks get-token` prints it. The cluster accepts it
 * for 15 minutes. It sends the URL in it to STS, with the header that names the cluster, so that no other can use the token.
 *
 * Source: "API Authorization from Outside a Cluster", kubernetes-sigs/aws-iam-authenticator.
 *
 * @example
 *   const token = await eksToken({ cluster: 'my-cluster', region: 'eu-west-1', credentials });
 *
 * @param {TokenOptions & { cluster: string, region: string }} options  `cluster`: its name
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function eksToken(options) {
  checkOptions(options, ['cluster', 'region']);
  const { cluster, region } = options;
  const request = {
    url: `${regionalEndpoint('sts', region)}/?Action=GetCallerIdentity&Version=2011-06-15`,
    headers: { 'x-k8s-aws-id': cluster },
  };
  // A header that is not named x-amz-* is signed where it is asked for, and stays a header.
  const signing = { ...presigning(options, 'sts', region, 60), signedHeaders: ['x-k8s-aws-id'] };
  return `k8s-aws-v1.${base64url(await presignUrl(request, signing))}`;
}

/**
 * The token of SASL/OAUTHBEARER for brokers of Amazon MSK with IAM access control. It opens connections for 15 minutes, or until
 * the credentials expire.
 *
 * Source: the signers that AWS publishes, such as aws/aws-msk-iam-sasl-signer-js.
 *
 * @example
 *   const sasl = {
 *     mechanism: 'oauthbearer',
 *     oauthBearerProvider: async () => ({ value: (await mskToken({ region: 'eu-west-1', credentials })).token }),
 *   };
 *
 * @param {TokenOptions & { region: string }} options
 * @returns {Promise<{ token: string, expiresAt: Date }>}
 * @throws {SigV4Error}
 */
export async function mskToken(options) {
  checkOptions(options, ['region']);
  const { region } = options;
  const url = `${regionalEndpoint('kafka', region)}/?Action=kafka-cluster:Connect`;
  const presigned = await presignUrl(url, presigning(options, 'kafka-cluster', region, 900));
  const query = new URL(presigned).searchParams;
  const expiresAt = parseAmzDate(query.get('X-Amz-Date') ?? '') + Number(query.get('X-Amz-Expires')) * 1000;
  // Brokers write it to their logs. It is not signed.
  return { token: base64url(`${presigned}&User-Agent=sigv4-wasm`), expiresAt: new Date(expiresAt) };
}

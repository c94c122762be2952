// Amazon MSK: the token of SASL/OAUTHBEARER for brokers with IAM access control.
//
//   new Kafka({ brokers, ssl: true, sasl: { mechanism: 'oauthbearer', oauthBearerProvider: () => mskToken(options) } });

import { presignUrl } from 'sigv4-wasm';

/**
 * A token that opens connections for 15 minutes, or until the credentials expire. Source: the signers that AWS
 * publishes, such as aws/aws-msk-iam-sasl-signer-js.
 *
 * @param {object} options
 * @param {string} options.region
 * @param {import('sigv4-wasm').SignerOptions['credentials']} options.credentials  that may `kafka-cluster:Connect`
 * @returns {Promise<{ value: string, expiresAt: Date }>}
 */
export async function mskToken({ region, credentials }) {
  const url = `https://kafka.${region}.amazonaws.com/?Action=kafka-cluster:Connect`;
  const presigned = await presignUrl(url, { credentials, region, service: 'kafka-cluster', expiresIn: 900 });
  // Brokers write it to their logs. It is not signed.
  const value = Buffer.from(`${presigned}&User-Agent=sigv4-wasm`).toString('base64url');
  return { value, expiresAt: expiry(new URL(presigned).searchParams) };
}

/** @param {URLSearchParams} query */
function expiry(query) {
  const date = query.get('X-Amz-Date') ?? '';
  const signed = date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
  return new Date(Date.parse(signed) + Number(query.get('X-Amz-Expires')) * 1000);
}

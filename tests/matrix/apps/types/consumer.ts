// What users write, without a cast.

import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { RuntimeConfigAwsCredentialIdentityProvider } from '@aws-sdk/types';
import axios, { type AxiosInstance } from 'axios';
import {
  init,
  presignUrl,
  type Credentials,
  type CredentialsProvider,
  SigV4Error,
  type SigV4ErrorCode,
  type SignedRequest,
  Signer,
  type SignerOptions,
  signRequest,
} from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import { presignMany } from 'sigv4-wasm/batch';
import { eventSigner } from 'sigv4-wasm/events';
import { presignPost, signStream } from 'sigv4-wasm/s3';

const url = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders';
const credentials: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
/** As `@aws-sdk/credential-providers` declares it. */
declare const fromNodeProviderChain: () => RuntimeConfigAwsCredentialIdentityProvider;
const own: CredentialsProvider = async () => credentials;

const client: AxiosInstance = axios.create();
client.interceptors.request.use(sigv4Interceptor({ credentials }));
client.interceptors.request.use(sigv4Interceptor({ credentials: fromNodeProviderChain(), axios }));
axios.interceptors.request.use(
  sigv4Interceptor({ credentials: own, match: ({ hostname }) => hostname !== 'a' }),
);

export async function use(): Promise<SigV4ErrorCode | undefined> {
  await init();
  const options: SignerOptions = {
    credentials: defaultProvider({ profile: 'dev' }),
    region: 'eu-west-1',
  };
  const signed: SignedRequest = await signRequest({ method: 'POST', url, body: { item: 'tea' } }, options);
  await fetch(signed.url, signed);
  await fetch(await presignUrl(new URL(url), { ...options, expiresIn: 60 }));
  await signRequest(new Request(url), options);

  const signer = new Signer(options);
  const many: string[] = await presignMany(signer, [url, { url, method: 'PUT' }]);
  const upload = await signStream(signer, url, new Blob(many).stream(), { trailer: 'crc32c' });
  await fetch(upload.url, upload);
  const { fields } = await presignPost(signer, {
    bucket: 'b',
    key: 'k',
    conditions: [['starts-with', '$key', 'k']],
  });
  const events = await eventSigner(signer, signed);
  const frame: Uint8Array = await events.sign(new TextEncoder().encode(fields.policy));

  // @ts-expect-error credentials are required
  new Signer({ region: 'eu-west-1' });
  // @ts-expect-error there is no such service option
  await signRequest(url, { credentials, service: 1 });
  try {
    signer.signSync({ url, body: frame });
  } catch (error) {
    return error instanceof SigV4Error ? error.code : undefined;
  }
}

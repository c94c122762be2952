// What users write if there are no types of Node.js, in compilers of any age.

import axios from 'axios';
import { presignUrl, type Credentials, type SignedRequest, Signer, signRequest } from 'sigv4-wasm';
import { sign } from 'sigv4-wasm/aws4';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import { presignMany } from 'sigv4-wasm/batch';
import { explainResponse } from 'sigv4-wasm/explain';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { Signer as FipsSigner } from 'sigv4-wasm/fips';
import { SignatureV4 } from 'sigv4-wasm/smithy';
import { SignerV4a } from 'sigv4-wasm/v4a';
import { ReplayCache, verifyRequest } from 'sigv4-wasm/verify';
import { eventSigner } from 'sigv4-wasm/events';
import { signStream } from 'sigv4-wasm/s3';

const url = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders';
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const credentials: Credentials = keys;
const options = { credentials, region: 'eu-west-1' };

export async function use(bytes: Uint8Array): Promise<Uint8Array> {
  const signed: SignedRequest = await signRequest({ method: 'POST', url, body: { item: 'tea' } }, options);
  await fetch(signed.url, signed);
  await fetch(await presignUrl(new URL(url), { ...options, expiresIn: 60 }));
  await createSigv4Fetch(options)(new Request(url, { method: 'PUT', body: 'tea' }));
  await axios.create().get(url);
  axios.interceptors.request.use(sigv4Interceptor({ credentials }));
  axios.interceptors.request.use(sigv4Interceptor({ signer: new FipsSigner(options), match: () => true }));
  sign({ host: 'sqs.eu-west-1.amazonaws.com', path: '/' }, credentials).headers.Authorization;
  await explainResponse(await fetch(url));
  await new SignatureV4({ credentials: keys, region: 'eu-west-1', service: 'sqs' }).sign('text');
  await new SignerV4a({ credentials, regionSet: ['*'], service: 's3' }).sign(url);
  const known = { region: 'any', service: 'any', secretAccessKey: () => 'secret' };
  const verified = await verifyRequest({ method: 'GET', url, headers: {} }, known);
  new ReplayCache({ maxEntries: 10 }).admit(verified);

  await presignMany(new FipsSigner(options), [url]);

  const signer = new Signer(options);
  const upload = await signStream(signer, url, new Blob(['tea']).stream(), { trailer: 'crc32c' });
  await fetch(upload.url, upload);
  const events = await eventSigner(signer, signed);
  const frame = await events.sign(bytes);
  await fetch(url, { method: 'POST', body: frame });
  const { body } = signed;
  return body instanceof Uint8Array ? body : frame;
}

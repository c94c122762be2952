// Tree shaking: of all the package has, one function.

import { signRequest } from 'sigv4-wasm';

globalThis.outcome = signRequest('https://examplebucket.s3.amazonaws.com/', {
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  region: 'us-east-1',
});

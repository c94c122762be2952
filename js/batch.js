// sigv4-wasm/batch: many presigned URLs at a time.

export { SigV4Error } from './engine/errors.js';
export { presignMany } from './sign/presign-many.js';

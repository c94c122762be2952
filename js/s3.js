// sigv4-wasm/s3: uploads to S3, in signed chunks or by HTML form.

export { SigV4Error } from './engine/errors.js';
export { presignPost } from './sign/s3/presigned-post.js';
export { signStream } from './sign/s3/signed-upload.js';

/**
 * @typedef {import('./sign/s3/presigned-post.js').PostCondition} PostCondition
 * @typedef {import('./sign/s3/presigned-post.js').PostOptions} PostOptions
 * @typedef {import('./sign/s3/presigned-post.js').PresignedPost} PresignedPost
 * @typedef {import('./sign/s3/signed-upload.js').SignedStreamRequest} SignedStreamRequest
 * @typedef {import('./sign/s3/signed-upload.js').StreamOptions} StreamOptions
 * @typedef {import('./sign/s3/upload-source.js').StreamSource} StreamSource
 */

// sigv4-wasm/tokens: tokens, passwords and URLs for services that accept a signature instead of a password.

export { SigV4Error } from './engine/errors.js';
export { eksToken, mskToken } from './tokens/bearer.js';
export { dsqlAuthToken, elastiCacheAuthToken, memoryDbAuthToken, rdsAuthToken } from './tokens/databases.js';
export { gcpSubjectToken, mongoDbAuth, vaultLogin } from './tokens/identity-tokens.js';
export { redshiftServerlessPassword } from './tokens/redshift.js';
export { sesSmtpPassword } from './tokens/ses.js';
export { iotUrl, kinesisWebRtcUrl, transcribeUrl } from './tokens/websocket-urls.js';

/** @typedef {import('./tokens/options.js').TokenOptions} TokenOptions */

// sigv4-wasm/appsync: WebSockets of AWS AppSync, with IAM authorization.

export { SigV4Error } from './engine/errors.js';
export { appSyncAuthorization, appSyncConnection } from './tokens/appsync.js';

/** @typedef {import('./tokens/appsync.js').AnySigner} AnySigner */

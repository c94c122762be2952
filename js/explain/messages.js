// The messages of servers and their meanings. The first matching row is the explanation: texts first, then names of exceptions,
// then messages without details.
//
// Sources: "Troubleshoot signed requests for AWS APIs" and "Troubleshoot access denied error messages", IAM user guide;
// "Error responses", Amazon S3 API reference; "How do I troubleshoot HTTP 403 errors from API Gateway?", AWS knowledge
// center; "Gateway response types for API Gateway"; the sources of Garage, MinIO and Ceph; and messages that users
// reported: each row of the tests names its source.

import {
  CLOCKS,
  FORMS,
  MISMATCHES,
  SCOPES,
  SIGN_LATER,
  UNEXPLAINED_MISMATCHES,
} from './messages/signature.js';
import { KEYS } from './messages/credentials.js';
import { ACCESS_DENIED } from './messages/access-denied.js';
import { ENDPOINTS } from './messages/endpoints.js';
import { UNSPECIFIC } from './messages/unspecific.js';

/**
 * @typedef {object} Row
 * @property {string} code
 * @property {RegExp} [text]  of the message; named groups can be used below
 * @property {RegExp} [type]  AWS's name of the exception
 * @property {RegExp} [of]  the service, see services.js
 * @property {RegExp} [status]
 * @property {(sent: import('./sent-request.js').SentRequest) => boolean} [sent]  a condition on the known parts of the request
 * @property {RegExp} [failure]  of a request without a response: code and message
 * @property {string} summary one sentence; `{name}` is a group, an element of the response, or one of `Values` in
 *   message-values.js
 * @property {string} fix  likewise
 * @property {string[]} [causes]  if there are several: what to check, the likeliest first
 * @property {true} [isClock]  whether it is shown with server time and skew
 */

/** @type {Row[]} */
export const ROWS = [
  ...CLOCKS,
  ...SCOPES,
  ...FORMS,
  ...MISMATCHES,
  ...KEYS,
  ...ACCESS_DENIED,
  ...ENDPOINTS,
  ...UNEXPLAINED_MISMATCHES,
  ...UNSPECIFIC,
];

/** If no row matches. @type {Row} */
export const UNKNOWN = {
  code: 'unknown',
  summary: 'sigv4-wasm does not know this response: {type,status,message|it is empty}.',
  fix: 'Read its text, which is in detail; the documentation of the service lists its errors.',
};

/** If the clock is the likeliest cause, although the server does not say so. @type {Row} */
export const CLOCK_SUSPECTED = {
  code: 'clock-skew',
  summary:
    'The server does not say why, but its clock is {minutes} minutes {direction} the time of the request.',
  fix: SIGN_LATER,
  isClock: true,
};

/** The host and the scope have different regions. @type {Row} */
export const OTHER_REGION = {
  code: 'wrong-region',
  summary:
    'The server does not say why, but the request was signed for {signedService} in {region}, and the host belongs to {expectedService} in {expectedRegion}.',
  fix: "Sign with service: '{expectedService}' and region: '{expectedRegion}'.",
};

/** Likewise. @type {Row} */
export const OTHER_SERVICE = { ...OTHER_REGION, code: 'wrong-service' };

/** If all lines are equal. @type {Row} */
export const WRONG_SECRET = {
  code: 'wrong-secret',
  summary:
    'Server and client signed the same strings, so the secret access key is not that of {key|the access key id}.',
  fix: 'Pass the secret that belongs to the access key id: look for white space or escapes in it, and for a mix of two sets of credentials.',
};

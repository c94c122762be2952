// Written by the build from src/error.rs. Do not edit.

/** How many numbers a status can distinguish. */
export const STATUS_NUMBERS = 256;

export const ACCESS_KEY_ID_INVALID = 0;
export const SECRET_ACCESS_KEY_INVALID = 1;
export const SESSION_TOKEN_INVALID = 2;
export const SIGNING_KEY_MISSING = 3;
export const REGION_REQUIRED = 4;
export const SIG_V4A_REQUIRED = 5;
export const SERVICE_REQUIRED = 6;
export const REGION_INVALID = 7;
export const SERVICE_INVALID = 8;
export const METHOD_INVALID = 9;
export const HOST_INVALID = 10;
export const HEADER_NAME_INVALID = 11;
export const HEADER_VALUE_INVALID = 12;
export const HEADER_VALUE_NOT_LATIN1 = 13;
export const DATE_INVALID = 14;
export const EXPIRES_INVALID = 15;
export const PAYLOAD_HASH_INVALID = 16;
export const UNSIGNABLE_HEADER_INVALID = 17;
export const LIMIT_EXCEEDED = 18;
export const RECORD_INVALID = 19;

/** By number. */
export const CORE_ERROR_CODES = /** @type {const} */ ([
  'ERR_SIGV4_CREDENTIALS_INVALID',
  'ERR_SIGV4_CREDENTIALS_INVALID',
  'ERR_SIGV4_CREDENTIALS_INVALID',
  'ERR_SIGV4_CREDENTIALS_INVALID',
  'ERR_SIGV4_REGION_REQUIRED',
  'ERR_SIGV4_REGION_REQUIRED',
  'ERR_SIGV4_SERVICE_REQUIRED',
  'ERR_SIGV4_REGION_REQUIRED',
  'ERR_SIGV4_SERVICE_REQUIRED',
  'ERR_SIGV4_METHOD_INVALID',
  'ERR_SIGV4_URL_INVALID',
  'ERR_SIGV4_HEADER_INVALID',
  'ERR_SIGV4_HEADER_INVALID',
  'ERR_SIGV4_HEADER_INVALID',
  'ERR_SIGV4_DATE_INVALID',
  'ERR_SIGV4_EXPIRES_INVALID',
  'ERR_SIGV4_BODY_UNSUPPORTED',
  'ERR_SIGV4_OPTION_INVALID',
  'ERR_SIGV4_LIMIT_EXCEEDED',
  'ERR_SIGV4_HEADER_INVALID',
]);

// The message of each, for those to which JavaScript has nothing to add.
export const ACCESS_KEY_ID_INVALID_TEXT =
  'accessKeyId is empty, or has white space around it or a control character in it. Pass the key id as AWS issued it.';
export const SECRET_ACCESS_KEY_INVALID_TEXT =
  'secretAccessKey is empty, or has white space around it or a control character in it. Pass the secret as AWS issued it; a trailing newline often comes from reading it out of a file.';
export const SESSION_TOKEN_INVALID_TEXT =
  'sessionToken has white space around it or a control character in it. Pass the token as AWS issued it, or leave it out for long-term credentials.';
export const SIGNING_KEY_MISSING_TEXT =
  'the signing key is not cached, and no secretAccessKey was given to derive it.';
export const REGION_REQUIRED_TEXT =
  "cannot infer the region from the host. Pass the region option, for example region: 'eu-west-1'.";
export const SIG_V4A_REQUIRED_TEXT =
  'the host serves several regions and takes only SigV4a, which is not for a single region. Sign with SigV4a.';
export const SERVICE_REQUIRED_TEXT =
  "cannot infer the service from the host. Pass the service option, for example service: 'execute-api' for an API Gateway behind a custom domain.";
export const REGION_INVALID_TEXT =
  "the region holds a slash, white space or a control character. Pass a region such as 'eu-west-1'.";
export const SERVICE_INVALID_TEXT =
  "the service holds a slash, white space or a control character. Pass a signing name such as 'execute-api'.";
export const METHOD_INVALID_TEXT =
  "the method is not an HTTP method (an RFC 9110 token). Pass one such as 'GET' or 'POST'.";
export const HOST_INVALID_TEXT =
  'the host is empty, or has white space or a control character in it. Pass an absolute URL.';
export const HEADER_NAME_INVALID_TEXT =
  'a header name is not an RFC 9110 token. Use letters, digits and hyphens.';
export const HEADER_VALUE_INVALID_TEXT =
  'a header value holds CR, LF or NUL, which no HTTP request can carry. Remove them.';
export const HEADER_VALUE_NOT_LATIN1_TEXT =
  'a header value holds a character beyond U+00FF, which no HTTP client sends. Encode it.';
export const DATE_INVALID_TEXT = 'the signing date is not a valid time between the years 1970 and 9999.';
export const EXPIRES_INVALID_TEXT =
  'expiresIn must be a whole number of seconds from 1 to 604800 (seven days).';
export const PAYLOAD_HASH_INVALID_TEXT =
  'the given payload hash is neither a SHA-256 in 64 hex digits nor UNSIGNED-PAYLOAD or a STREAMING- keyword.';
export const UNSIGNABLE_HEADER_INVALID_TEXT =
  'host and the headers that the signature itself brings are always signed. Leave them out of the unsignable headers.';
export const LIMIT_EXCEEDED_TEXT =
  'the request has more than 2000 headers or 10000 parameters, or more than 1 MiB of URL and headers, which no server takes. Send what is long in the body.';
export const RECORD_INVALID_TEXT =
  'a part of the request holds a NUL character, which no HTTP request can carry. Remove it.';

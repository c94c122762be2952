// The known mistakes of clients and proxies: js/mismatch/causes has a table for each part of a request.

import { METHOD_CAUSES } from './causes/method.js';
import { TOKEN_CAUSES } from './causes/token.js';
import { PATH_CAUSES } from './causes/path.js';
import { QUERY_CAUSES } from './causes/query.js';
import { HOST_CAUSES } from './causes/hosts.js';
import { HEADER_CAUSES } from './causes/headers.js';
import { BODY_CAUSES } from './causes/body.js';
import { JSON_KEY_CAUSES } from './causes/json-keys.js';
import { SCOPE_CAUSES } from './causes/scope.js';
import { SECRET_CAUSES } from './causes/secret.js';

/**
 * Those that change the signature. If two change a request in the same way, the first is reported.
 *
 * @type {readonly import('./search.js').Cause[]}
 */
export const CAUSES = [
  ...METHOD_CAUSES,
  ...TOKEN_CAUSES,
  ...PATH_CAUSES,
  ...QUERY_CAUSES,
  ...HOST_CAUSES,
  ...HEADER_CAUSES,
  ...BODY_CAUSES,
  ...JSON_KEY_CAUSES,
  ...SCOPE_CAUSES,
  ...SECRET_CAUSES,
];

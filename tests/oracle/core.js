// Signatures by node:crypto, with the checks that the core makes of a secret and a scope.

import { createHmac } from 'node:crypto';

import { coreError } from './errors.js';
import { REGION_INVALID, SECRET_ACCESS_KEY_INVALID, SERVICE_INVALID } from './generated/errors.js';

export const core = {
  async ready() {},

  /** "Create a signed AWS API request", step 3, in the IAM user guide. */
  signText(text, { date, region, service }, { secretAccessKey }) {
    if (/^\s|\s$|[\0-\x1f\x7f]/.test(secretAccessKey)) throw coreError(SECRET_ACCESS_KEY_INVALID, {});
    if (NOT_IN_SCOPE.test(region)) throw coreError(REGION_INVALID, {});
    if (NOT_IN_SCOPE.test(service)) throw coreError(SERVICE_INVALID, {});
    const key = [date, region, service, 'aws4_request'].reduce(
      (last, part) => createHmac('sha256', last).update(part).digest(),
      /** @type {string | Buffer} */ (`AWS4${secretAccessKey}`),
    );
    return createHmac('sha256', key).update(text).digest('hex');
  },
};

const NOT_IN_SCOPE = /[\0-\x20/\x7f]/;

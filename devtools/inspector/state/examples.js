// The examples by name. Their requests are signed when one is chosen, so that they are not expired.

import { batch, effect, signal } from '@preact/signals';

import { failure, isOwn, refusal, replaceRequest, source } from './store.js';
import { SAMPLE_CREDENTIALS } from './sample.js';

/** @type {Record<string, Record<string, string>>} */
export const EXAMPLE_NAMES = {
  Requests: {
    'api-gateway': 'API Gateway, not signed yet',
    's3-presigned': 'S3, presigned URL',
    's3-express': 'S3 Express, with a session',
    sigv4a: 'SigV4a, for several regions',
    chunked: 'S3 upload in signed chunks',
    iot: 'IoT over WebSocket',
  },
  'Classic mistakes, with their 403': {
    'body-changed': 'The body was changed after signing',
    'content-type': 'The client added a charset',
    'path-once': 'The path was encoded once, not twice',
    'query-order': 'The query was not sorted',
    host: 'A proxy changed the host',
    'secret-newline': 'The secret ends with a line break',
    region: 'Signed for another region',
    clock: 'The clock of the client is slow',
    'no-token': 'The session token is missing',
    'not-signed': 'The request is not signed',
  },
};

/** The one that is shown; empty for a request of the user. */
export const example = signal('api-gateway');
let shown = source.peek();

// Once it is changed, it is the user's.
effect(() => {
  if (source.value !== shown) example.value = '';
});

/** @param {string} id */
export async function openExample(id) {
  const { EXAMPLES } = await import('../model/examples.js');
  try {
    const { text, answer = '', settings } = await EXAMPLES[id](new Date());
    batch(() => {
      shown = text;
      replaceRequest(text, { ...SAMPLE_CREDENTIALS, placement: 'headers', ...settings });
      refusal.value = answer;
      isOwn.value = false;
      example.value = id;
    });
  } catch (error) {
    failure.value = /** @type {Error} */ (error).message;
  }
}

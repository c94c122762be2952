// Options for a client of opensearch-js that signs each attempt of each request: new Client({ node, ...signedBy(signer) }).

import { Connection, Transport } from '@opensearch-project/opensearch';

/** The signer is for the service `es`, or `aoss` with `contentSha256Header: true`. */
export function signedBy(signer) {
  return {
    // Before each request, credentials that expire soon are fetched again. The helpers of the client pass a callback.
    Transport: class SigningTransport extends Transport {
      async request(params, options, callback) {
        try {
          await signer.ready();
        } catch (error) {
          if (!callback) throw error;
          return callback(error, {});
        }
        return super.request(params, options, callback);
      }
    },
    // Retries come through here again, and so are signed afresh.
    Connection: class SigningConnection extends Connection {
      buildRequestObject(params) {
        const request = super.buildRequestObject(params);
        const { method, headers, body } = request;
        const signed = signer.signSync({
          method,
          url: `${this.url.origin}${request.path}`,
          headers,
          body: body || undefined,
        });
        return { ...request, path: signed.url.slice(this.url.origin.length), headers: signed.headers };
      }
    },
  };
}

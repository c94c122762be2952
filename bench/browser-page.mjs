// The page of parts/browser.mjs: what it calls.

import { Signer } from '../pkg/esm/index.js';
import { race } from './harness.mjs';
import { aws4fetch, AWS4FETCH, ours, OURS, smithy, SMITHY } from './peers.mjs';

const PEERS = { [OURS]: ours(Signer), [SMITHY]: smithy, [AWS4FETCH]: aws4fetch };

Object.assign(globalThis, {
  async signOnce(work, credentials, scope) {
    const results = {};
    for (const [name, peer] of Object.entries(PEERS)) {
      const { headers } = await peer(credentials, scope)(work);
      results[name] = { headers: headers instanceof Headers ? Object.fromEntries(headers) : headers };
    }
    return results;
  },
  race(work, credentials, scope, options) {
    const signers = Object.entries(PEERS).map(([name, peer]) => [name, peer(credentials, scope)]);
    return race(Object.fromEntries(signers.map(([name, sign]) => [name, () => sign(work)])), options);
  },
});

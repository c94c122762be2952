// Compares all signers on one request: first their signatures are verified, then they are timed.

import { race } from './harness.mjs';
import { verify } from './verify.mjs';

/**
 * @param {Record<string, import('./peers.mjs').Peer>} peers  ours first
 * @param {import('./requests.mjs').Work} work
 * @param {any} credentials
 * @param {import('./requests.mjs').Scope} scope
 * @param {Parameters<typeof race>[1]} [options]
 */
export async function contest(peers, work, credentials, scope, options) {
  /** @type {Record<string, () => unknown>} */
  const contestants = {};
  for (const [name, peer] of Object.entries(peers)) {
    const sign = peer(credentials, scope);
    await verify(name, await sign(work), work, credentials, scope);
    contestants[name] = () => sign(work);
  }
  return race(contestants, options);
}

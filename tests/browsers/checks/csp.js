// Pages and workers under a Content-Security-Policy, which must allow WebAssembly.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const REST = "default-src 'none'; connect-src 'self'; worker-src 'self'; script-src 'self'";

/** @type {{ policy: string, allows: boolean, realms?: string[] }[]} */
const POLICIES = [
  { policy: `${REST} 'wasm-unsafe-eval'`, allows: true },
  { policy: `${REST} 'unsafe-eval'`, allows: true },
  // Such a page could start a worker only through a policy of its own.
  {
    policy: `${REST} 'wasm-unsafe-eval'; require-trusted-types-for 'script'`,
    allows: true,
    realms: ['page'],
  },
  { policy: REST, allows: false },
];

/** As in pages/tasks.js. */
const STARTS = ['signRequest', 'signSync', 'init(url)', 'SignerV4a'];

/** @param {import('../browsers.test.js').Place} place */
export function cspChecks(place) {
  describe('Content-Security-Policy', () => {
    for (const { policy, allows, realms = ['page', 'Worker'] } of POLICIES) {
      describe(policy.slice(REST.length) || " script-src 'self' alone", () => {
        for (const realm of realms) {
          for (const start of STARTS) {
            it(`${start} in a ${realm}${allows ? '' : ' says what is missing'}`, async () => {
              const { origin } = place.site;
              const query = `policy=${encodeURIComponent(policy)}`;
              await place.tab.goto(`${origin}/open/csp/page.html?${query}`);
              const worker = `/open/csp/worker.js?${query}`;
              const wasm = `${origin}/static/signing.wasm`;
              const answer = await place.tab.call('inRealm', realm, worker, 'start', start, wasm);
              if (allows) return assert.deepEqual(answer, { value: 'started' });
              assert.equal(answer.error?.code, 'ERR_SIGV4_WASM_UNAVAILABLE');
              assert.match(answer.error.message, /\((CompileError|EvalError): [^]*\)/, 'the reason');
              assert.match(answer.error.message, /script-src 'wasm-unsafe-eval'/, 'the way out');
            });
          }
        }
      });
    }
  });
}

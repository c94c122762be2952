// The requests of the gateway as they come.

import { chosen, choose, exchanges, isConnected, isLocked } from '../state/gateway.js';
import { Panel } from './panel.jsx';

export function Gateway() {
  if (exchanges.value === undefined) return null;
  return (
    <Panel id="gateway" title="Requests to the gateway" about={about()}>
      {isLocked.value ? null : exchanges.value.length === 0 ? (
        <p class="note">None yet.</p>
      ) : (
        <ul class="exchanges">
          {exchanges.value.map((exchange) => (
            <li key={exchange.id}>
              <button
                type="button"
                aria-pressed={chosen.value === exchange.id}
                onClick={() => choose(exchange)}
              >
                <span class={exchange.allowed ? 'status is-good' : 'status is-bad'}>
                  {exchange.response.status}
                </span>
                <span class="target">
                  {exchange.request.method} {exchange.request.url}
                </span>
                <span class="detail">
                  {new Date(exchange.at).toLocaleTimeString([], { hour12: false })}
                  {' · '}
                  {exchange.allowed ? (nameOf(exchange.principal) ?? 'allowed') : reasonOf(exchange)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function about() {
  if (isLocked.value) return 'To see them, open the address that the gateway printed: it ends with a token.';
  return isConnected.value
    ? 'As they come in. Select one to inspect it.'
    : 'The gateway does not answer. Waiting for it …';
}

/** @param {import('../state/gateway.js').Exchange} exchange */
function reasonOf({ mismatches = [], hint, refusal, policy }) {
  const [mismatch] = mismatches;
  if (mismatch !== undefined && mismatch.code !== 'none') return mismatch.summary;
  return hint?.summary ?? refusal?.message ?? policy?.decision ?? 'refused';
}

/** The last part of an ARN. @param {string} [arn] */
function nameOf(arn) {
  return arn?.replace(/^arn:[^/]*?:(?=[^:]*$)/, '');
}

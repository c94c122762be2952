// The list of the gateway's requests.

import { useRef } from 'preact/hooks';

import {
  chosen,
  choose,
  exchanges,
  isConnected,
  isLocked,
  search,
  shownExchanges,
  show,
} from '../state/gateway.js';
import { moveWithin } from '../state/roving.js';
import { Panel } from './panel.jsx';

export function Gateway() {
  if (exchanges.value === undefined) return null;
  return (
    <Panel id="gateway" title="Requests to the gateway" about={about()}>
      {isLocked.value ? null : exchanges.value.length === 0 ? (
        <p class="note">None yet.</p>
      ) : (
        <>
          <Filters />
          <List />
        </>
      )}
    </Panel>
  );
}

function Filters() {
  return (
    <div class="filters">
      <input
        type="search"
        id="search"
        aria-label="Search in the requests"
        placeholder="Search: path, status, reason"
        value={search.value}
        onInput={(event) => (search.value = event.currentTarget.value)}
      />
      <select
        aria-label="Which requests"
        value={show.value}
        onChange={(event) => (show.value = /** @type {typeof show.value} */ (event.currentTarget.value))}
      >
        <option value="all">All</option>
        <option value="refused">Refused</option>
        <option value="allowed">Allowed</option>
      </select>
    </div>
  );
}

function List() {
  const list = useRef(/** @type {HTMLUListElement | null} */ (null));
  const shown = shownExchanges.value;
  if (shown.length === 0) return <p class="note">No request is like this.</p>;
  // One stop of the Tab key: the selected one, else the newest.
  const stop = shown.find(({ id }) => id === chosen.value) ?? shown[0];
  return (
    <ul
      ref={list}
      class="exchanges"
      aria-label="Requests, newest first"
      onKeyDown={(event) => moveWithin(event, list.current, '.exchange')}
    >
      {shown.map((exchange) => (
        <li key={exchange.id}>
          <button
            type="button"
            class="exchange"
            tabIndex={exchange === stop ? 0 : -1}
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
              #{exchange.number}
              {' · '}
              {new Date(exchange.at).toLocaleTimeString([], { hour12: false })}
              {' · '}
              {exchange.allowed ? (nameOf(exchange.principal) ?? 'allowed') : reasonOf(exchange)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function about() {
  if (isLocked.value)
    return 'To see the requests, open the address that the gateway printed, which ends with a token.';
  return isConnected.value
    ? 'Requests appear here as they arrive. Select one to inspect it.'
    : 'The gateway does not respond. Waiting for it …';
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

// The outcome, which stays in view: whether the signature is right, why not, and where the selected part goes.

import { findings, explanation, verdict } from '../state/diagnosis.js';
import { change, changes, graph, isOld, lit, unpin } from '../state/store.js';
import { isoNow } from '../model/dates.js';
import { partsOf } from '../model/graph.js';
import { goTo } from '../state/go-to.js';

export function Verdict() {
  const current = verdict.value;
  if (current === undefined) return null;
  const { tone, title, reason } = isOld.value ? OUTDATED : current;
  const hasMore = !isOld.value && (findings.value.mismatches.length > 0 || explanation.value !== undefined);
  return (
    <section class={`band is-${tone}`} aria-label="The outcome">
      <div class="band-inner">
        <div class="verdict" role="status" aria-live="polite">
          <span class="sign" aria-hidden="true">
            {SIGNS[tone]}
          </span>
          <p>
            <b>{title}.</b> <span class="reason">{reason}</span>
            {hasMore && (
              <>
                {' '}
                <a class="why" href="#why" onClick={(event) => go(event, 'why')}>
                  How to fix it
                </a>
              </>
            )}
          </p>
        </div>
        {isOld.value || !current.canSignNow ? null : (
          <button type="button" onClick={() => change({ date: isoNow() })}>
            Sign now
          </button>
        )}
        <Changed />
      </div>
      <Steps />
    </section>
  );
}

/** A way to each step, with the share of the selected part in it. */
function Steps() {
  return (
    <nav class="steps-nav" aria-label="Steps">
      {graph.value?.sections.map((section, i) => (
        <a
          key={section.id}
          href={`#step-${section.id}`}
          class={litIn(section) ? 'is-reached' : undefined}
          onClick={(event) => go(event, `step-${section.id}`)}
        >
          <span class="number">{i + 1}</span>
          <span class="step-name is-long">{section.title}</span>
          <span class="step-name is-brief" aria-hidden="true">
            {SHORT_TITLES[section.id]}
          </span>
        </a>
      ))}
    </nav>
  );
}

/**
 * The address stays as it is: it may hold the token of a gateway.
 *
 * @param {MouseEvent} event
 * @param {string} id
 */
function go(event, id) {
  event.preventDefault();
  goTo(id);
}

/** @param {import('../model/graph.js').Section} section */
function litIn(section) {
  if (lit.value === undefined) return false;
  const { part, origins, results } = lit.value;
  return partsOf(section).some(({ id }) => id === part.id || origins.has(id) || results.has(id));
}

function Changed() {
  const ids = [...(changes.value?.changes.keys() ?? [])];
  const removed = changes.value?.removed ?? [];
  const names = [
    ...ids.map((id) => graph.value?.parts.get(id)?.name ?? id),
    ...removed.map(({ name }) => name),
  ];
  if (names.length === 0 || isOld.value) return null;
  return (
    <details class="changed">
      <summary>
        <span class="key is-changed">changed</span> {names.length} {names.length === 1 ? 'part' : 'parts'}
      </summary>
      <p>
        {names.join(', ')}{' '}
        <button type="button" onClick={unpin}>
          Undo
        </button>
      </p>
    </details>
  );
}

/** @type {import('../model/verdict.js').Verdict} */
const OUTDATED = {
  ...{ tone: 'bad', title: 'This cannot be read' },
  reason: 'The steps show the last version that could be signed.',
};

/** @type {Record<import('../model/verdict.js').Tone, string>} */
const SIGNS = { good: '✓', warn: '!', bad: '✕', open: '?' };

/** For a phone. @type {Record<string, string>} */
const SHORT_TITLES = {
  ...{ request: 'Request', canonical: 'Canonical', 'string-to-sign': 'To sign' },
  ...{ keys: 'Key', signature: 'Signature' },
};

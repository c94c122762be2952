// The request to take away: as commands, and as code.

import { useState } from 'preact/hooks';

import { SNIPPETS } from '../model/snippets.js';
import { announcement, inspection } from '../state/store.js';
import { Panel } from './panel.jsx';

export function Copy() {
  const [chosen, choose] = useState('curl');
  const [isCopied, setCopied] = useState(false);
  if (inspection.value === undefined) return null;
  const { text, error } = write(chosen);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    announcement.value = `${SNIPPETS[chosen].label}: copied.`;
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <Panel
      id="copy"
      title="Take it away"
      about={SNIPPETS[chosen].about}
      actions={
        <button type="button" disabled={error !== undefined} onClick={copy}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      }
    >
      <fieldset class="tabs">
        <legend class="sr">Copy as</legend>
        {Object.entries(SNIPPETS).map(([id, { label }]) => (
          <label key={id} class="tab">
            <input type="radio" name="snippet" checked={chosen === id} onChange={() => choose(id)} />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      {error === undefined ? (
        <pre class="code" tabIndex={0} role="region" aria-label={`The request as ${SNIPPETS[chosen].label}`}>
          <code>{text}</code>
        </pre>
      ) : (
        <p class="note">{error}.</p>
      )}
    </Panel>
  );
}

/** @param {string} id */
function write(id) {
  try {
    return { text: SNIPPETS[id].write(/** @type {any} */ (inspection.value)), error: undefined };
  } catch (error) {
    return { text: '', error: /** @type {Error} */ (error).message };
  }
}

// The request as commands and as code.

import { useState } from 'preact/hooks';

import { aboutSnippet, SNIPPETS } from '../model/snippets.js';
import { clock, inspection } from '../state/store.js';
import { CopyText } from './copy-text.jsx';
import { Panel } from './panel.jsx';

export function Copy() {
  const [chosen, choose] = useState('curl');
  if (inspection.value === undefined) return null;
  const { text, error } = write(chosen);
  return (
    <Panel
      id="copy"
      title="Copy the request"
      about={aboutSnippet(chosen, inspection.value, clock.value)}
      actions={<CopyText name={SNIPPETS[chosen].label} text={() => text} isDisabled={error !== undefined} />}
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
          <code>{withoutToken(text)}</code>
        </pre>
      ) : (
        <p class="note">{error}.</p>
      )}
    </Panel>
  );
}

/** Copied, but not shown. @param {string} text */
function withoutToken(text) {
  const token = inspection.value?.sessionToken;
  if (!token) return text;
  return text.replaceAll(token, HIDDEN).replaceAll(encodeURIComponent(token), HIDDEN);
}

/** @param {string} id */
function write(id) {
  try {
    return { text: SNIPPETS[id].write(/** @type {any} */ (inspection.value)), error: undefined };
  } catch (error) {
    return { text: '', error: /** @type {Error} */ (error).message };
  }
}

const HIDDEN = '••••••••';

import { refusal } from '../state/store.js';
import { Panel } from './panel.jsx';

/** Where the answer of the server is pasted. */
export function Refusal() {
  return (
    <Panel
      id="refusal"
      title="Refused?"
      about="Paste what the server answered, with its headers if you have them, to see why."
      actions={
        <button type="button" disabled={refusal.value === ''} onClick={() => (refusal.value = '')}>
          Clear
        </button>
      }
    >
      <textarea
        aria-label="The answer of the server"
        value={refusal.value}
        rows={4}
        spellcheck={false}
        autocomplete="off"
        placeholder='{"message":"The request signature we calculated does not match …"}'
        onInput={(event) => (refusal.value = event.currentTarget.value)}
      />
    </Panel>
  );
}

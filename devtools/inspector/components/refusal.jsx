import { refusal } from '../state/store.js';
import { Panel } from './panel.jsx';

/** Where the server's response is pasted. */
export function Refusal() {
  return (
    <Panel
      id="refusal"
      title="Response of the server"
      about="Paste a 403, with its headers if you have them, to see why."
      actions={
        <button type="button" disabled={refusal.value === ''} onClick={() => (refusal.value = '')}>
          Clear
        </button>
      }
    >
      <textarea
        id="answer"
        aria-label="The response of the server"
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

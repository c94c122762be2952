import { areKeysOn, SHORTCUTS } from '../state/shortcuts.js';

/** The list of keyboard shortcuts. @param {{ dialog: import('preact').RefObject<HTMLDialogElement | null> }} props */
export function Shortcuts({ dialog }) {
  return (
    <dialog ref={dialog} class="shortcuts" aria-labelledby="shortcuts-title">
      <h2 id="shortcuts-title">Keys</h2>
      <dl>
        {SHORTCUTS.map(({ key, about }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
        {MORE.map(([keys, about]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
      <label class="choice">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={(event) => (areKeysOn.value = event.currentTarget.checked)}
        />
        Use single keys
      </label>
      <button type="button" class="is-main" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

/** @type {[string, string][]} */
const MORE = [
  ['↑ ↓ ← →', 'Move between the parts of a step, and in the list of requests'],
  ['Enter', 'Keep a part selected'],
  ['Esc', 'Clear the selection'],
];

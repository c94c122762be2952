// The head of the page: its name, the examples, a link to share, and the keys.

import { useRef } from 'preact/hooks';

import { inspection } from '../state/store.js';
import { shareLink } from '../state/share.js';
import { useShortcuts } from '../state/shortcuts.js';
import { Examples } from './examples.jsx';
import { Shortcuts } from './shortcuts.jsx';

export function Top() {
  const help = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useShortcuts(() => help.current?.showModal());
  return (
    <header class="top">
      <div class="brand">
        <img src="./favicon.svg" alt="" width="28" height="28" />
        <div>
          <h1>Signature inspector</h1>
          <p>AWS Signature Version 4, step by step. Nothing that you paste leaves this page.</p>
        </div>
      </div>
      <div class="tools">
        <Examples />
        <button type="button" disabled={inspection.value === undefined} onClick={shareLink}>
          Copy link
        </button>
        <button type="button" class="keys" onClick={() => help.current?.showModal()}>
          Keys
        </button>
      </div>
      <Shortcuts dialog={help} />
    </header>
  );
}

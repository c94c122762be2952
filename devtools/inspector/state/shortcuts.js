// Single keys, outside of text fields. They can be switched off, as WCAG 2.1.4 asks for.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { isoNow } from '../model/dates.js';
import { goTo } from './go-to.js';
import { authorization, change, held } from './store.js';
import { shareLink } from './share.js';

export const areKeysOn = signal(true);

/** @type {{ key: string, about: string, run: () => void }[]} */
export const SHORTCUTS = [
  { key: '/', about: 'Edit the request', run: () => goTo('source') },
  { key: 'e', about: 'Choose an example', run: () => goTo('example') },
  { key: 'k', about: 'Enter the secret access key', run: () => goTo('field-secretAccessKey') },
  {
    key: 'n',
    about: 'Sign with the current time',
    run: () => authorization.value ?? change({ date: isoNow() }),
  },
  { key: 'r', about: 'Paste the response of the server', run: () => goTo('answer') },
  { key: 'l', about: 'Copy a link without secrets', run: shareLink },
  ...['request', 'canonical', 'string-to-sign', 'keys', 'signature'].map((id, i) => ({
    ...{ key: String(i + 1), about: `Go to step ${i + 1}` },
    run: () => goTo(`step-${id}`),
  })),
];

/** @param {() => void} showHelp */
export function useShortcuts(showHelp) {
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const listen = (event) => {
      const { key, target, ctrlKey, metaKey, altKey, isComposing } = event;
      if (key === 'Escape') held.value = undefined;
      const isTyping =
        target instanceof Element && target.closest('input, textarea, select, dialog') !== null;
      if (isTyping || ctrlKey || metaKey || altKey || isComposing || !areKeysOn.value) return;
      const run = key === '?' ? showHelp : SHORTCUTS.find((one) => one.key === key)?.run;
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}

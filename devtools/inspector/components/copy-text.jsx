import { useState } from 'preact/hooks';

import { announcement } from '../state/store.js';

/** @param {{ name: string, text: () => string, isDisabled?: boolean }} props */
export function CopyText({ name, text, isDisabled }) {
  const [label, setLabel] = useState('Copy');
  const copy = async () => {
    const done = await navigator.clipboard?.writeText(text()).then(
      () => true,
      () => false,
    );
    announcement.value = done ? `${name}: copied.` : `${name}: the browser does not allow copying.`;
    setLabel(done ? 'Copied' : 'Not allowed');
    setTimeout(() => setLabel('Copy'), 2000);
  };
  return (
    <button type="button" disabled={isDisabled} aria-label={`Copy: ${name}`} onClick={copy}>
      {label}
    </button>
  );
}

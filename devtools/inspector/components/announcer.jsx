import { announcement } from '../state/store.js';

/** Announces changes to users of screen readers. */
export function Announcer() {
  return (
    <p class="sr" role="status" aria-live="polite">
      {announcement.value}
    </p>
  );
}

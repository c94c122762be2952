import { announcement } from '../state/store.js';

/** For those who hear the page. */
export function Announcer() {
  return (
    <p class="sr" role="status" aria-live="polite">
      {announcement.value}
    </p>
  );
}

// A link to what the page shows, without secrets and tokens; and the page of such a link.

import { batch } from '@preact/signals';

import { fromFragment, shareable, toFragment } from '../model/share.js';
import { announcement, clock, inspection, refusal, replaceRequest, settings, source } from './store.js';

/** Copies it. */
export async function shareLink() {
  if (inspection.value === undefined) return;
  const page = { source: source.value, answer: refusal.value, now: clock.value };
  const fragment = await toFragment(shareable(inspection.value, settings.value, page));
  const link = `${location.href.replace(/#.*$/s, '')}${fragment}`;
  const isCopied = await navigator.clipboard?.writeText(link).then(
    () => true,
    () => false,
  );
  announcement.value = isCopied
    ? 'Link copied. It contains no secret, no token and no signature that is still valid.'
    : 'The browser does not allow copying.';
}

/** Shows what the address of the page holds. */
export async function openLink() {
  const shared = await fromFragment(location.hash);
  if (shared === undefined) return;
  batch(() => {
    replaceRequest(shared.text, shared.settings);
    refusal.value = shared.answer;
  });
}

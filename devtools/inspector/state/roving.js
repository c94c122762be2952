// One stop of the Tab key for a whole list, in which the arrow keys move.
//
// Source: "Keyboard Navigation Inside Components", ARIA Authoring Practices Guide.

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement | null} list
 * @param {string} selector  of its items
 */
export function moveWithin(event, list, selector) {
  const step = STEPS[event.key];
  if (step === undefined || list === null) return;
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(selector)]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (at < 0) return;
  event.preventDefault();
  const next = items[Math.max(0, Math.min(items.length - 1, at + step))];
  for (const item of items) item.tabIndex = item === next ? 0 : -1;
  next.focus();
}

/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

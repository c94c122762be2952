/** Moves the focus to a part of the page, and shows it from its top. @param {string} id */
export function goTo(id) {
  const element = document.getElementById(id);
  element?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: 'start' });
}

// What the status of a response means to all adapters.

/** @param {number} status */
export function isRefusal(status) {
  return status >= 400 && status <= 499;
}

/** @param {number} status */
export function isRedirect(status) {
  return [301, 302, 303, 307, 308].includes(status);
}

// Times as AWS writes them, and as people read them.

/** @param {string} amzDate  `YYYYMMDDTHHMMSSZ` @returns {string} ISO 8601; empty if it is not a time */
export function isoOf(amzDate) {
  const iso = amzDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return Number.isNaN(Date.parse(iso)) ? '' : iso;
}

/** @returns {string} now, to the second */
export function isoNow() {
  return new Date().toISOString().replace(/\.\d+/, '');
}

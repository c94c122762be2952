// What is wrong with a text that should be a request, and where.

export class RequestSyntaxError extends Error {
  /** Where it goes wrong, counted from 1; or nothing. @type {{ line: number, column: number } | undefined} */
  position;

  /**
   * @param {string} message
   * @param {string} [text]  that was read
   * @param {number} [at]  index into it
   */
  constructor(message, text, at) {
    const position = text === undefined || at === undefined ? undefined : positionOf(text, at);
    super(position === undefined ? message : `line ${position.line}, column ${position.column}: ${message}`);
    this.name = 'RequestSyntaxError';
    this.position = position;
  }
}

/**
 * @param {string} text
 * @param {number} at
 */
function positionOf(text, at) {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: before[before.length - 1].length + 1 };
}

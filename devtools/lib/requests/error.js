// The error for a text that cannot be read as a request.

export class RequestSyntaxError extends Error {
  /** Where the error is, counted from 1, if it has a place. @type {{ line: number, column: number } | undefined} */
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

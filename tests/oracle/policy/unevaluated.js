// What keeps a statement from being evaluated: a value that cannot be read, or a variable without one.
//
// "If AWS cannot resolve a variable this might cause the entire statement to be invalid": "IAM JSON policy elements:
// Variables and tags" in the IAM user guide. Such a statement allows nothing, and denies what it may be about.

export class Unevaluated {
  /**
   * @param {string} key  condition key, as the policy writes it
   * @param {string} reason
   */
  constructor(key, reason) {
    this.key = key;
    this.reason = reason;
  }
}

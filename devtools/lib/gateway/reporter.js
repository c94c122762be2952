// Reports each request after its response: to the request log, and on the terminal with the explanation of a refusal.

import { accessLine, explanationLines } from './access-log.js';

/**
 * @typedef {import('./request-log.js').Entry} Entry
 * @typedef {import('./api.js').Api} Api
 */

export class Reporter {
  #requestLog;
  #explainer;
  #log;
  /** Resolves when the explanations in progress are done. @type {Promise<void>} */
  #settled = Promise.resolve();

  /**
   * @param {import('./request-log.js').RequestLog} requestLog
   * @param {import('./explainer.js').Explainer} explainer
   * @param {((line: string) => void) | undefined} log
   */
  constructor(requestLog, explainer, log) {
    this.#requestLog = requestLog;
    this.#explainer = explainer;
    this.#log = log;
  }

  /** Waits until every refusal so far is explained. */
  settled() {
    return this.#settled;
  }

  /**
   * @param {import('./transaction.js').Transaction} transaction
   * @param {Api} api
   */
  report(transaction, api) {
    const durationMs = Math.round((performance.now() - transaction.startedAt) * 1000) / 1000;
    const entry = { ...transaction, durationMs };
    this.#requestLog.add(entry);
    const explaining = entry.failure && this.#explainer.explain(entry, api);
    const explained = entry.failure && !explaining ? explanationLines(entry) : [];
    this.#log?.([accessLine(entry), ...explained].join('\n'));
    if (explaining) this.#settled = this.#tell(entry, explaining, this.#settled);
  }

  /**
   * @param {Entry} entry
   * @param {Promise<import('./explainer.js').Explanation>} explaining
   * @param {Promise<void>} before  resolves when earlier requests are explained, because these come first
   */
  async #tell(entry, explaining, before) {
    const explanation = await explaining;
    this.#requestLog.explain(entry.id, explanation);
    await before;
    this.#log?.(explanationLines({ ...entry, ...explanation }).join('\n'));
  }
}

// Other signers, behind one Python process.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { PYTHON } from '../servers/support/tools.js';

const requirements = readFileSync(new URL('../servers/requirements.txt', import.meta.url), 'utf8');

/** The versions that known_differences.json speaks of: others may need less. */
export const PINNED = Object.fromEntries(
  Array.from(requirements.matchAll(/^(botocore|awscrt)==(.*)$/gm), ([, name, version]) => [name, version]),
);

/** A Python that has botocore, or nothing. */
export function findPython() {
  const named = process.env.SIGV4_PYTHON;
  // Who names one wants that one.
  if (named) return named;
  return [PYTHON, 'python3'].find(
    (python) =>
      (python === 'python3' || existsSync(python)) &&
      spawnSync(python, ['-c', 'import botocore'], { stdio: 'ignore' }).status === 0,
  );
}

export class Oracle {
  /** Names of the signers, with their versions. @type {Record<string, string>} */
  versions = {};
  #process;
  #lines;

  /** @param {string} python */
  constructor(python) {
    const script = fileURLToPath(new URL('oracle.py', import.meta.url));
    this.#process = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdin.on('error', () => {}); // it ended early: the lines end too, and say so
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async start() {
    try {
      const failed = new Promise((_, reject) => this.#process.once('error', reject));
      this.versions = JSON.parse(await Promise.race([this.#line(), failed]));
      const absent = Object.keys(PINNED).filter((name) => !(name in this.versions));
      if (absent.length > 0 && process.env.CI === 'true') throw new Error(`Python has no ${absent}`);
    } catch (error) {
      this.stop();
      throw error;
    }
    return this;
  }

  /**
   * @param {object[]} cases
   * @returns {Promise<any[]>} for each an answer by signer
   */
  async ask(cases) {
    this.#process.stdin.write(cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const answers = [];
    for (let i = 0; i < cases.length; i++) answers.push(JSON.parse(await this.#line()));
    return answers;
  }

  stop() {
    this.#process.stdin.destroy();
    this.#process.stdout.destroy();
    this.#process.kill();
  }

  async #line() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the Python process ended early; what it said stands above');
    return value;
  }
}

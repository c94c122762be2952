// Credentials that a program prints.

import { builtin } from '../../engine/node-builtins.js';
import { redact } from '../../protocol/redact.js';
import { failed } from '../provider.js';

/**
 * Runs a command in a shell, and reads the JSON that it prints.
 *
 * Source: "Process credential provider", AWS SDKs and tools reference guide.
 *
 * @param {string} source  that errors name
 * @param {string} command
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<object>}
 */
export async function runCredentialProcess(source, command, signal) {
  const child = builtin('node:child_process');
  if (child === undefined)
    throw failed(source, 'this runtime cannot start programs, and so cannot run credential_process');
  const stdout = await new Promise((resolve, reject) => {
    child.exec(
      command,
      { signal, windowsHide: true },
      (/** @type {any} */ error, /** @type {string} */ out, /** @type {string} */ log) => {
        if (!error) return resolve(out);
        // Not as the cause: it has the command, and what was printed.
        const end =
          error.killed || error.signal
            ? `ended by ${error.signal ?? 'the caller'}`
            : `exit status ${error.code}`;
        const reason = redact(log.trim()).slice(0, 300);
        reject(
          signal?.aborted
            ? signal.reason
            : failed(source, `credential_process failed: ${end}${reason && `, ${reason}`}`),
        );
      },
    );
  });
  const printed = parseJson(stdout);
  if (printed === undefined) throw failed(source, 'credential_process did not print JSON');
  if (printed.Version !== 1) throw failed(source, 'credential_process did not print "Version": 1');
  if (Date.parse(printed.Expiration) < Date.now()) {
    throw failed(source, `credential_process printed credentials that expired at ${printed.Expiration}`);
  }
  return printed;
}

/** @param {string} text */
function parseJson(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

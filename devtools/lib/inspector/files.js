// The files of the inspector's page, as responses.

import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} ServedFile
 * @property {number} status
 * @property {Record<string, string>} headers
 * @property {Buffer} body
 */

/** @type {Map<string, ServedFile> | undefined} */
let files;

/**
 * @param {string} pathname  below where the page is mounted: `/`, or `/assets/…`
 * @returns {ServedFile | undefined}  `undefined` if there is no such file
 */
export function inspectorFiles(pathname) {
  files ??= readFiles(fileURLToPath(new URL('../../dist/inspector/', import.meta.url)));
  const path = pathname.replace(/^\//, '');
  return files.get(path === '' ? 'index.html' : path);
}

/**
 * Reads all files in advance: they are few, and no path can lead to another file.
 *
 * @param {string} folder
 * @returns {Map<string, ServedFile>}
 */
function readFiles(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return new Map(
    found.map(({ parentPath, name }) => {
      const path = `${parentPath.replace(/\/?$/, '/')}${name}`;
      const relative = path.slice(folder.length).replaceAll('\\', '/');
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      // The names of assets change with their content.
      const cache = relative.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache';
      const headers = { ...SECURITY_HEADERS, 'content-type': type, 'cache-control': cache };
      return [relative, { status: 200, headers, body: readFileSync(path) }];
    }),
  );
}

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page connects only to the server that it came from, and cannot be framed. */
export const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    // For the signing module.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

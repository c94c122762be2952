// Watches the files of a gateway: its config, its template, and the code of its functions.
//
// It watches folders instead of files, because many editors save by replacing the file.

import { existsSync, readdirSync, statSync, watch } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';

/** How long to wait for further events: a save causes several, and a `git checkout` many. */
const QUIET_MS = 100;
/** Enough for the code of an application. A larger folder probably contains something else. */
const MAX_FOLDERS = 1000;
const CODE = new Set(['.mjs', '.js', '.cjs', '.mts', '.ts', '.cts', '.json']);

export class Watcher {
  #onChange;
  /** @type {Set<string>} */
  #files = new Set();
  /** Folders with code, and the folders in them. @type {Set<string>} */
  #code = new Set();
  /** The watchers by folder. @type {Map<string, import('node:fs').FSWatcher>} */
  #watchers = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** @type {Promise<void>} */
  #last = Promise.resolve();
  #isClosed = false;

  /** @param {() => Promise<void>} onChange  called again only after its promise has settled */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** @param {Pick<import('./config.js').Settings, 'files' | 'functions'>} settings */
  follow({ files, functions }) {
    if (this.#isClosed) return;
    const archives = Object.values(functions).flatMap(({ archive }) => archive ?? []);
    this.#files = new Set([...files, ...archives].map((file) => resolve(file)));
    const top = dirname(resolve(files[0] ?? 'config'));
    const handlers = Object.values(functions).filter(
      ({ code, endpoint, archive }) => (code ?? endpoint ?? archive) === undefined,
    );
    this.#code = new Set(handlers.flatMap(({ handler }) => foldersIn(codeFolder(dirname(handler), top))));
    const wanted = new Set([...[...this.#files].map((file) => dirname(file)), ...this.#code]);
    for (const folder of this.#watchers.keys()) if (!wanted.has(folder)) this.#forget(folder);
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#open(folder);
  }

  /** Waits until the last change has been handled. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const folder of this.#watchers.keys()) this.#forget(folder);
    return this.#last;
  }

  /** @param {string} folder */
  #open(folder) {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || this.#isPart(folder, name)) this.#notice();
      });
      // The folder was removed.
      watcher.on('error', () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // The folder does not exist, or the system's limit is reached. Other folders are still watched.
    }
  }

  /** @param {string} folder */
  #forget(folder) {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  /**
   * @param {string} folder
   * @param {string} name
   */
  #isPart(folder, name) {
    const path = join(folder, name);
    if (this.#files.has(path)) return true;
    if (!this.#code.has(folder) || isLeftOut(name)) return false;
    // A new folder may contain code.
    return CODE.has(extname(name)) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  }

  #notice() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#last = this.#last.then(this.#onChange);
    }, QUIET_MS);
  }
}

/**
 * The folder whose code a function may import: its package, unless that is above the folder of the config.
 *
 * @param {string} folder  of the handler
 * @param {string} top  of the config
 */
function codeFolder(folder, top) {
  const isInside = !relative(top, folder).startsWith('..');
  for (let at = folder; isInside; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (at === top) break;
  }
  return folder;
}

/** @param {string} top */
function foldersIn(top) {
  const folders = [top];
  for (const folder of folders) {
    if (folders.length >= MAX_FOLDERS) break;
    folders.push(...subfolders(folder));
  }
  return folders;
}

/** @param {string} folder */
function subfolders(folder) {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !isLeftOut(entry.name))
      .map(({ name }) => join(folder, name));
  } catch {
    return []; // It was removed meanwhile, or is not readable.
  }
}

/** @param {string} name */
function isLeftOut(name) {
  return name === 'node_modules' || name.startsWith('.');
}

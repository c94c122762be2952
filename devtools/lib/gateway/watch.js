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

/** The system watches no further folders: inotify(7), and limits of open files. */
const LIMIT_CODES = new Set(['ENOSPC', 'EMFILE', 'ENFILE']);

export class Watcher {
  #onChange;
  #warn;
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

  /**
   * @param {() => Promise<void>} onChange  called again only after its promise has settled
   * @param {(message: string) => void} warn  called if some changes will go unnoticed
   */
  constructor(onChange, warn) {
    this.#onChange = onChange;
    this.#warn = warn;
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
    const tops = new Set(handlers.map(({ handler }) => codeFolder(dirname(handler), top)));
    this.#code = new Set([...tops].flatMap((folder) => this.#foldersIn(folder)));
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
    } catch (error) {
      // A folder that does not exist has no code. Other folders are still watched.
      const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
      if (LIMIT_CODES.has(code))
        this.#warn(
          `The folder ${folder} is not watched, because a limit of the system is reached (${code}).`,
        );
    }
  }

  /** @param {string} top */
  #foldersIn(top) {
    const folders = [top];
    for (const folder of folders) {
      folders.push(...subfolders(folder));
      if (folders.length <= MAX_FOLDERS) continue;
      this.#warn(`Only the first ${MAX_FOLDERS} folders in ${top} are watched: move other files out of it.`);
      return folders.slice(0, MAX_FOLDERS);
    }
    return folders;
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

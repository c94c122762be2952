// The versions of undici that must work. The matrix puts others instead of these.

import { createRequire } from 'node:module';

import * as undici from 'undici';
import * as undici6 from 'undici-6';

const require = createRequire(import.meta.url);
const majorOf = (/** @type {string} */ name) => parseInt(require(`${name}/package.json`).version, 10);
/** Of the undici that is built into this Node.js, whose `fetch` it is. */
const builtIn = parseInt(process.versions.undici, 10);

/** @type {Map<number, { name: string, packageName: string, undici: any, major: number, hasNodeFetch: boolean }>} */
const versions = new Map();
for (const [packageName, module] of /** @type {[string, any][]} */ ([
  ['undici-6', undici6],
  ['undici', undici],
])) {
  const major = majorOf(packageName);
  // undici 8 knows the handlers of older ones no more, such as those of Node's own fetch before Node 26.
  const hasNodeFetch = major < 8 || builtIn >= 8;
  versions.set(major, { name: `undici ${major}`, packageName, undici: module, major, hasNodeFetch });
}

export const UNDICI_VERSIONS = [...versions.values()];

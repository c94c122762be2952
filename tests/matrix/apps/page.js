// What bundlers get. It runs in Chromium and, where it is neutral, in Node.js.

import { check } from './check.js';

globalThis.outcome = check();

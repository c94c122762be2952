// A module Worker: does what it is asked for, and answers.

import { run } from './tasks.js';

self.onmessage = async ({ data: { task, args } }) => self.postMessage(await run(task, args));

// A module Worker that runs tasks and returns their results.

import { run } from './tasks.js';

self.onmessage = async ({ data: { task, args } }) => self.postMessage(await run(task, args));

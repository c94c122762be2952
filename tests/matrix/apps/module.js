// Node.js, Deno, Bun: as an ES module.

import { check } from './check.js';

console.log(JSON.stringify(await check()));

// Invokes the bundled handler once, as Lambda does, with the credentials of the environment.

import { handler } from './dist/handler.mjs';

console.log(JSON.stringify(await handler({ item: 'tea', pieces: 3 })));

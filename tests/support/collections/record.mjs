// Records what Newman and the Bruno CLI send for the requests of requests.js, into recorded.json. They are 350 MB of packages, so
// that this does not run with the tests:
//
//   cd $(mktemp -d) && npm install newman@6.2.2 @usebruno/cli@4.1.0
//   node PROJECT/tests/support/collections/record.mjs node_modules/.bin

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { BRUNO, brunoFile, ORIGIN, POSTMAN, postmanCollection } from './requests.js';

const programs = resolve(process.argv[2] ?? 'node_modules/.bin');
const folder = mkdtempSync(join(tmpdir(), 'collections-'));
const run = promisify(execFile);

/** Headers that every request has, or that say who sent it. */
const OWN =
  /^(?:accept|accept-encoding|cache-control|connection|content-length|host|postman-token|request-start-time|user-agent)$/i;

/** @type {object[]} */
let received = [];
const server = createServer(async (request, response) => {
  const { method, url, rawHeaders } = request;
  const body = Buffer.concat(await request.toArray()).toString();
  const headers = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1]]] : [],
  );
  received.push({ method, target: url, headers: headers.filter(([name]) => !OWN.test(name)), body });
  response.end('{}');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

/** @param {string} text */
const here = (text) =>
  text.replaceAll(ORIGIN, `http://127.0.0.1:${port}`).replaceAll('"port":"1"', `"port":"${port}"`);

/** @param {() => Promise<unknown>} send */
async function sentBy(send) {
  received = [];
  await send();
  if (received.length !== 1) throw new Error(`${received.length} requests in place of one`);
  return received[0];
}

const recorded = { postman: {}, bruno: {} };
for (const name of Object.keys(POSTMAN)) {
  writeFileSync(join(folder, 'c.json'), here(JSON.stringify(postmanCollection(name))));
  recorded.postman[name] = await sentBy(() =>
    run(join(programs, 'newman'), ['run', 'c.json'], { cwd: folder }),
  );
}
mkdirSync(join(folder, 'bruno'));
writeFileSync(join(folder, 'bruno/bruno.json'), '{ "version": "1", "name": "test", "type": "collection" }');
for (const name of Object.keys(BRUNO)) {
  writeFileSync(join(folder, 'bruno/test.bru'), here(brunoFile(name)));
  recorded.bruno[name] = await sentBy(() =>
    run(join(programs, 'bru'), ['run', 'test.bru'], { cwd: join(folder, 'bruno') }),
  );
}
writeFileSync(new URL('recorded.json', import.meta.url), `${JSON.stringify(recorded, null, 2)}\n`);
server.close();
rmSync(folder, { recursive: true });

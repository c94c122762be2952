// Pages of other origins in a browser cannot read data of a gateway or an inspector on the same machine.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { serveInspector } from 'sigv4-wasm-devtools/inspector';

import { launchChromium } from '../support/chromium.js';
import { eventually } from '../support/gateway.js';

let gateway;
let inspector;
let chromium;
let evil;
before(async () => {
  gateway = await startGateway({ config: { routes: [{ route: 'ANY /{proxy+}', auth: 'none' }] } });
  inspector = await serveInspector({ gateway: new URL(gateway.inspector.url) });
  // Every name of that domain resolves to this machine, as after DNS rebinding.
  chromium = await launchChromium(['--host-resolver-rules=MAP *.example 127.0.0.1']);
  evil = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>evil'),
  );
  await new Promise((resolve) => evil.listen(0, '127.0.0.1', () => resolve(undefined)));
  await fetch(`${gateway.origin}/prod/x`, { headers: { cookie: 'session=secret-of-a-cookie' } });
});
after(async () => {
  await chromium.close();
  await inspector.close();
  await gateway.close();
  evil.close().closeAllConnections();
});

/** Opens a page, and records the status of every response to the browser, even if the page cannot read it. */
async function open(url) {
  const page = await chromium.browser.newPage();
  after(() => page.close().catch(() => {}));
  // Either event may come first.
  const urls = new Map();
  const received = new Map();
  const session = await page.createCDPSession();
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
  session.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) =>
    received.set(requestId, statusCode),
  );
  const statusesOf = (/** @type {string} */ address) =>
    [...received].filter(([id]) => urls.get(id) === address).map(([, status]) => status);
  const response = await page.goto(url);
  return { page, statusesOf, status: response.status(), text: await response.text() };
}

/** The paths with data, with the right token: even a page that knows the token must get nothing. */
function addresses(base) {
  const { token } = gateway.inspector;
  return ['health', 'requests', 'events', 'connections', 'credentials'].map(
    (name) => `${new URL(base).origin}/_sigv4/${name}?token=${token}`,
  );
}

for (const [name, base] of [
  ['the gateway', () => gateway.origin],
  ['the inspector', () => inspector.url],
]) {
  describe(name, () => {
    test('refuses other names of this machine (DNS rebinding)', async () => {
      for (const address of [...addresses(base()), base()].filter(
        (one) => one.includes('_sigv4') || name !== 'the gateway',
      )) {
        const url = new URL(address);
        url.hostname = 'rebound.example';
        const { page, status, text } = await open(url.href);
        assert.equal(status, 403, url.href);
        assert.doesNotMatch(text, /secret-of-a-cookie/);
        // The page that the attacker served before has the same origin.
        const again = await page.evaluate(async (url) => {
          const response = await fetch(url);
          return { status: response.status, text: await response.text() };
        }, url.href);
        assert.equal(again.status, 403);
        assert.doesNotMatch(again.text, /secret-of-a-cookie/);
      }
    });

    test('refuses pages of another origin for every kind of request', async () => {
      const { page, statusesOf } = await open(`http://evil.example:${evil.address().port}/`);
      for (const url of addresses(base())) {
        const seen = await page.evaluate(async (url) => {
          const loaded = (element) =>
            new Promise((resolve) => {
              element.onload = () => resolve('loaded');
              element.onerror = () => resolve('failed');
              element.src = url;
              document.body.append(element);
            });
          const cors = await fetch(url).then(
            (response) => response.text(),
            () => 'failed',
          );
          const opaque = await fetch(url, { mode: 'no-cors' }).then(
            (response) => response.text(),
            () => 'failed',
          );
          const events = await new Promise((resolve) => {
            const source = new EventSource(url);
            source.onmessage = source.onopen = () => resolve('open');
            source.onerror = () => resolve('failed');
          });
          const script = await loaded(document.createElement('script'));
          const image = await loaded(document.createElement('img'));
          return { cors, opaque, events, script, image };
        }, url);
        assert.deepEqual(
          { ...seen, opaque: seen.opaque.replace(/^$/, 'failed') },
          { cors: 'failed', opaque: 'failed', events: 'failed', script: 'failed', image: 'failed' },
        );
        // The server itself refused the requests, not only the browser.
        const all = await eventually(() => statusesOf(url).length >= 5 && statusesOf(url));
        assert.deepEqual(all, [403, 403, 403, 403, 403], url);
      }
    });

    test('shows its page with its data under a loopback name', async () => {
      const url = new URL(name === 'the gateway' ? gateway.inspector.url : inspector.url);
      for (const hostname of ['127.0.0.1', 'localhost']) {
        url.hostname = hostname;
        const { page, status } = await open(url.href);
        assert.equal(status, 200);
        await page.waitForSelector('.exchanges li');
        assert.match(await page.$eval('.exchanges', (list) => list.textContent), /GET \/prod\/x/);
      }
    });
  });
}

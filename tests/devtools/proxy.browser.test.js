// The proxy and pages in a real browser: its own, hostile pages, rebound names, and allowed origins.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, describe, test } from 'node:test';

import { WebSocketServer } from 'ws';

import { launchChromium } from '../support/chromium.js';
import { proxyFor, upstreamFor } from '../support/proxy.js';

/** Data and actions of an upstream that no other site may reach. */
const SECRET = 'secret-of-the-dashboard';

const upstream = await upstreamFor((incoming, outgoing) => {
  if (incoming.url === '/login') {
    const cookie = 'session=1; Domain=example.com; Secure';
    return outgoing.writeHead(302, { location: `${upstream.origin}/home`, 'set-cookie': cookie }).end();
  }
  const isPage = incoming.url === '/home';
  outgoing.writeHead(200, {
    'content-type': isPage ? 'text/html' : 'application/json',
    'access-control-allow-origin': '*',
    'x-total': '7',
  });
  const { headers, method } = incoming;
  const page = `<title>${SECRET}</title><link rel="icon" href="data:,"><p>home`;
  return outgoing.end(isPage ? page : JSON.stringify({ secret: SECRET, headers, method }));
});
new WebSocketServer({ server: upstream.server }).on('connection', (socket) => socket.send(SECRET));

const evil = createServer((_, response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<link rel="icon" href="data:,"><p>page'),
);
evil.listen(0, '127.0.0.1');
await once(evil, 'listening');

const proxy = await proxyFor({ upstream: upstream.origin });
/** The worst case: a proxy without a token. */
const open = await proxyFor({ upstream: upstream.origin, token: false });
const allowing = await proxyFor({
  upstream: upstream.origin,
  allowOrigin: [siteOf('app.example').slice(0, -1)],
});
// Every name of that domain resolves to this machine, as after DNS rebinding.
const chromium = await launchChromium(['--host-resolver-rules=MAP *.example 127.0.0.1']);
after(async () => {
  await chromium.close();
  evil.close().closeAllConnections();
});

/** @param {string} host */
function siteOf(host) {
  return `http://${host}:${/** @type {import('node:net').AddressInfo} */ (evil.address()).port}/`;
}

/** How often a proxy refused something. */
function refusals({ metrics }, code) {
  return Number(new RegExp(`refusals_total\\{code="${code}"\\} (\\d+)`).exec(metrics())?.[1] ?? 0);
}

/** @param {string} url */
async function pageAt(url) {
  const page = await chromium.browser.newPage();
  after(() => page.close().catch(() => {}));
  await page.goto(url);
  return page;
}

/**
 * How many requests the upstream gets during an action. The browser requests an icon by itself, even for an error page.
 *
 * @param {() => Promise<unknown>} act
 */
async function arriving(act) {
  const before = upstream.requests.length;
  await act();
  return upstream.requests.slice(before).filter(({ url }) => url !== '/favicon.ico').length;
}

describe('a page of another site', () => {
  for (const host of ['evil.example', '127.0.0.1', 'localhost']) {
    test(`${host} gets nothing by any kind of request, even if no token is required`, async () => {
      const page = await pageAt(siteOf(host));
      const before = refusals(open, 'ERR_PROXY_ORIGIN');
      const count = await arriving(async () => {
        for (const address of [open.origin, open.origin.replace('127.0.0.1', 'localhost')]) {
          const seen = await page.evaluate(async (origin) => {
            const tries = [
              () => fetch(origin),
              () => fetch(origin, { credentials: 'include' }),
              () => fetch(origin, { mode: 'no-cors' }),
              () => fetch(origin, { mode: 'no-cors', method: 'POST', body: 'do it' }),
              () => fetch(origin, { method: 'DELETE' }),
              () => fetch(`${origin}/_sigv4/metrics`),
              () => fetch(`${origin}/_sigv4/health`),
            ];
            const texts = [];
            for (const go of tries)
              texts.push(
                await go()
                  .then((response) => response.text())
                  .catch(String),
              );
            for (const name of ['img', 'script', 'iframe', 'link', 'object']) {
              const element = document.createElement(name);
              Object.assign(element, { src: origin, href: origin, data: origin, rel: 'stylesheet' });
              await new Promise((resolve) => {
                element.onload = element.onerror = resolve;
                document.body.append(element);
                setTimeout(resolve, 1000);
              });
            }
            navigator.sendBeacon(origin, 'x');
            texts.push(
              await new Promise((resolve) => {
                const socket = new WebSocket(origin.replace('http', 'ws'));
                socket.onmessage = ({ data }) => resolve(data);
                socket.onerror = () => resolve('refused');
              }),
            );
            return texts.join('\n');
          }, address);
          assert.doesNotMatch(seen, /secret-of/);
        }
      });
      assert.equal(count, 0);
      // All these requests reached the proxy.
      assert.ok(refusals(open, 'ERR_PROXY_ORIGIN') - before > 20);
    });
  }

  test('its forms and links to the proxy are refused', async () => {
    const page = await pageAt(siteOf('evil.example'));
    const count = await arriving(async () => {
      await Promise.all([
        page.waitForNavigation(),
        page.evaluate((origin) => {
          document.body.innerHTML = `<form method=post action="${origin}/delete"><input name=a></form>`;
          document.forms[0].submit();
        }, open.origin),
      ]);
      assert.match(await page.evaluate(() => document.body.innerText), /ERR_PROXY_ORIGIN/);
      await page.goto(siteOf('evil.example'));
      await Promise.all([
        page.waitForNavigation(),
        page.evaluate((origin) => {
          document.body.innerHTML = `<a href="${origin}/home">here</a>`;
          document.querySelector('a').click();
        }, open.origin),
      ]);
      assert.match(await page.evaluate(() => document.body.innerText), /ERR_PROXY_ORIGIN/);
    });
    assert.equal(count, 0);
  });
});

test('a name that was rebound to this machine gets nothing, even if no token is required', async () => {
  const rebound = open.origin.replace('127.0.0.1', 'rebound.example');
  const count = await arriving(async () => {
    const page = await pageAt(`${rebound}/home`);
    // The page that the attacker served before has the same origin.
    const again = await page.evaluate(async () => {
      const response = await fetch('/home', { credentials: 'include' });
      return { status: response.status, text: await response.text() };
    });
    assert.equal(again.status, 403);
    assert.match(again.text, /ERR_PROXY_HOST/);
    const message = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const socket = new WebSocket(location.origin.replace('http', 'ws'));
          socket.onmessage = ({ data }) => resolve(data);
          socket.onerror = () => resolve('refused');
        }),
    );
    assert.equal(message, 'refused');
  });
  assert.equal(count, 0);
});

describe('the address that it prints', () => {
  test('opens the upstream; no URL, header or script contains the token, and sessions work', async () => {
    const page = await pageAt(proxy.page.replace('/?', '/login?'));
    assert.equal(await page.title(), SECRET);
    const { host } = new URL(proxy.page);
    assert.equal(page.url(), `http://${host}/home`);
    const cookies = await page.cookies();
    assert.deepEqual(cookies.map(({ name }) => name).sort(), ['session', 'sigv4-proxy-token']);
    assert.equal(await page.evaluate(() => document.cookie), 'session=1');
    const { headers } = await page.evaluate(async () =>
      (await fetch('/api', { method: 'POST', body: 'x' })).json(),
    );
    assert.equal(headers.cookie, 'session=1');
    assert.equal(headers.origin, upstream.origin);
    assert.ok(
      !JSON.stringify(upstream.requests.map(({ url, headers }) => [url, headers])).includes(proxy.token),
    );
    const message = await page.evaluate(
      () =>
        new Promise(
          (resolve) =>
            (new WebSocket(location.origin.replace('http', 'ws')).onmessage = ({ data }) => resolve(data)),
        ),
    );
    assert.equal(message, SECRET);
  });

  test('sets a cookie that no other port gets and no other site can use', async () => {
    /** @type {(string | undefined)[]} */
    const received = [];
    evil.on('request', ({ headers }) => received.push(headers.cookie));
    // A server of another user of this machine, under names that this user can guess.
    for (const host of ['127.0.0.1', 'localhost', 'x.localhost']) await pageAt(siteOf(host));
    assert.ok(received.length >= 3);
    assert.ok(!received.some((cookie) => cookie?.includes('sigv4-proxy-token')));
    const page = await pageAt(siteOf('evil.example'));
    const { origin } = new URL(proxy.page);
    const count = await arriving(() =>
      page.evaluate(
        (url) => fetch(url, { credentials: 'include', mode: 'no-cors' }).catch(() => {}),
        `${origin}/api`,
      ),
    );
    assert.equal(count, 0);
  });
});

describe('an origin that is allowed', () => {
  test('sends requests of any kind with the token, and reads responses with their headers', async () => {
    const page = await pageAt(siteOf('app.example'));
    const seen = await page.evaluate(
      async ({ origin, token }) => {
        const response = await fetch(`${origin}/api`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-own': '1' },
          body: '{}',
        });
        const { method, headers } = await response.json();
        return { method, own: headers['x-own'], total: response.headers.get('x-total') };
      },
      { origin: allowing.origin, token: allowing.token },
    );
    assert.deepEqual(seen, { method: 'PUT', own: '1', total: '7' });
  });

  test('can read errors of the proxy, and nothing else without the token', async () => {
    const page = await pageAt(siteOf('app.example'));
    const count = await arriving(async () => {
      const { status, code } = await page.evaluate(async (origin) => {
        const response = await fetch(`${origin}/api`);
        return { status: response.status, ...(await response.json()) };
      }, allowing.origin);
      assert.deepEqual([status, code], [401, 'ERR_PROXY_TOKEN']);
    });
    assert.equal(count, 0);
  });

  test('is not another origin or port', async () => {
    for (const host of ['evil.example', 'x.app.example', 'localhost']) {
      const page = await pageAt(siteOf(host));
      const count = await arriving(() =>
        page.evaluate(
          ({ origin, token }) =>
            fetch(`${origin}/api`, { headers: { authorization: `Bearer ${token}` } }).catch(() => {}),
          { origin: allowing.origin, token: allowing.token },
        ),
      );
      assert.equal(count, 0, host);
    }
  });
});

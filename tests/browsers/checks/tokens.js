// Functions of sigv4-wasm/tokens in a page: they make what they make in Node.js, where tests/js/tokens.test.js has the tools of the
// vendors beside them. And WebSockets of AppSync, which a browser opens with what sigv4-wasm/appsync returns.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';

import * as tokens from 'sigv4-wasm/tokens';

import { CREDENTIALS } from '../../support/axios-versions.js';
import { authorize } from '../../support/iam-authorizer.js';

const region = 'eu-west-1';

/** @type {Record<string, object>} */
const TOKENS = {
  rdsAuthToken: { hostname: 'db.abc123.eu-west-1.rds.amazonaws.com', port: 5432, username: 'app user@x' },
  dsqlAuthToken: { hostname: 'abc123.dsql.eu-west-1.on.aws', region },
  elastiCacheAuthToken: { cache: 'my-cache', region, userId: 'app user' },
  memoryDbAuthToken: { cluster: 'my-cache', region, userId: 'app' },
  eksToken: { cluster: 'my-cluster', region },
  mskToken: { region },
  iotUrl: { endpoint: 'abc-ats.iot.eu-west-1.amazonaws.com' },
  transcribeUrl: { region, parameters: { 'language-code': 'en-US', 'sample-rate': '16000' } },
  vaultLogin: { serverId: 'vault.example.com' },
  gcpSubjectToken: { audience: '//iam.googleapis.com/projects/1', region },
};

/** @param {import('../browsers.test.js').Place} place */
export function tokensChecks(place) {
  describe('tokens', () => {
    before(() => place.tab.goto(`${place.site.origin}/static/entries.html`));

    for (const [name, options] of Object.entries(TOKENS)) {
      it(name, async () => {
        const date = Date.UTC(2026, 1, 3, 4, 5, 6);
        const made = /** @type {any} */ (tokens)[name]({
          ...options,
          credentials: CREDENTIALS,
          date: new Date(date),
        });
        const inPage = await place.tab.call('token', name, { ...options, credentials: CREDENTIALS, date });
        assert.deepEqual(inPage, JSON.parse(JSON.stringify(await made)));
      });
    }

    it('sesSmtpPassword', async () => {
      const options = { secretAccessKey: CREDENTIALS.secretAccessKey, region };
      assert.equal(
        await place.tab.call('token', 'sesSmtpPassword', options),
        await tokens.sesSmtpPassword(options),
      );
    });
  });

  describe('WebSockets of AppSync', () => {
    /** @type {Awaited<ReturnType<typeof startEvents>>} */
    let events;
    before(async () => {
      events = await startEvents();
      await place.tab.goto(`${place.site.origin}/static/entries.html`);
    });
    after(() => events.stop());

    it('the browser sends the authorization of the connection, and that of a message', async () => {
      const options = { region, credentials: CREDENTIALS };
      const { protocol, answer } = await place.tab.call('subscribe', events.api, '/default/größe', options);
      assert.equal(protocol, 'aws-appsync-event-ws');
      assert.deepEqual(answer, { type: 'subscribe_success', id: '1' });
    });

    it('a connection by others is refused', async () => {
      const options = { region, credentials: { ...CREDENTIALS, secretAccessKey: 'another' } };
      await assert.rejects(
        place.tab.call('subscribe', events.api, '/default/a', options),
        /the connection is refused/,
      );
    });
  });
}

/** Plays the Event API of AppSync, as far as a subscription goes. It judges signatures by AWS's own signer. */
async function startEvents() {
  const settings = { credentials: [CREDENTIALS], region, service: 'appsync', now: () => new Date() };
  const judge = (/** @type {Record<string, string>} */ headers, /** @type {string} */ body) =>
    authorize(
      { method: 'POST', url: '/event', rawHeaders: Object.entries(headers).flat(), body: Buffer.from(body) },
      settings,
    );
  const server = createServer();
  /** @type {Set<import('node:stream').Duplex>} */
  const sockets = new Set();
  server.on('upgrade', async ({ headers }, socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const [name, signed] = String(headers['sec-websocket-protocol']).split(/, */);
    try {
      await judge(JSON.parse(Buffer.from(signed.slice('header-'.length), 'base64url').toString()), '{}');
    } catch {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      return;
    }
    const accept = createHash('sha1')
      .update(headers['sec-websocket-key'] + GUID)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${name}\r\n\r\n`,
    );
    socket.once('data', async (frame) => {
      const { id, channel, authorization } = JSON.parse(textOf(frame));
      const type = await judge(authorization, JSON.stringify({ channel })).then(
        () => 'subscribe_success',
        () => 'subscribe_error',
      );
      const answer = Buffer.from(JSON.stringify({ type, id }));
      socket.write(Buffer.concat([Buffer.from([0x81, answer.length]), answer]));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { api: `http://127.0.0.1:${port}/event`, stop };
}

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The text in a masked frame of less than 64 KiB: RFC 6455, section 5.2. @param {Buffer} frame */
function textOf(frame) {
  const start = (frame[1] & 0x7f) === 126 ? 4 : 2;
  const mask = frame.subarray(start, start + 4);
  return Buffer.from(frame.subarray(start + 4).map((byte, i) => byte ^ mask[i % 4])).toString();
}

// A WebSocket server that verifies the handshake before it accepts it.

import { createServer } from 'node:http';

import { WebSocketServer } from 'ws';

import { Refusal } from '../../support/iam-authorizer.js';

/**
 * Listens on a free port.
 *
 * @param {object} options
 * @param {(request: import('node:http').IncomingMessage) => Promise<unknown>} options.authorize  throws a `Refusal`
 * @param {string} options.subprotocol  that it speaks
 * @param {(socket: import('ws').WebSocket, request: import('node:http').IncomingMessage) => void} options.connected
 * @param {import('node:http').RequestListener} [options.requests]  what it does with other requests
 */
export async function startWebSocketServer({ authorize, subprotocol, connected, requests }) {
  /** @type {{ url: string, status: number, reason?: string }[]} */
  const handshakes = [];
  const server = createServer(requests);
  const webSockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  server.on('upgrade', async (request, socket, head) => {
    const { url = '' } = request;
    try {
      await authorize(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      handshakes.push({ url, status: error.status, reason: error.message });
      socket.end(`HTTP/1.1 ${error.status} Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    handshakes.push({ url, status: 101 });
    webSockets.handleUpgrade(request, socket, head, (webSocket) => connected(webSocket, request));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    host: `127.0.0.1:${port}`,
    handshakes,
    /** Ends the connections, as servers do after some hours. */
    disconnect: () => webSockets.clients.forEach((client) => client.terminate()),
    close: () => {
      webSockets.clients.forEach((client) => client.terminate());
      return new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
    },
  };
}

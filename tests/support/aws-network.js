// A network in which every TLS connection of this process ends at a server on the loopback interface, whatever the client:
// Node's http, fetch, undici, axios, got, the AWS SDK. Hosts of AWS, and api.example.com, verify signatures with AWS's own
// signer. Other hosts are a web server with credentials and the wasm module.

import { readFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';

import { startIamServer } from './iam-server.js';

/** By what the host has in it. @type {[part: RegExp, service: string][]} */
const SERVICES = [
  [/^(?:[\w-]+\.)?s3\./, 's3'],
  [/^dynamodb\./, 'dynamodb'],
  [/^sts\./, 'sts'],
  [/\.appsync-api\./, 'appsync'],
  [/\.lambda-url\./, 'lambda'],
];
const region = 'eu-west-1';

/**
 * @param {import('./iam-authorizer.js').IamCredentials} credentials  that may sign
 */
export async function startAwsNetwork(credentials) {
  const expiration = new Date(Date.now() + 3_600_000);
  /** @type {Record<string, import('./iam-server.js').IamServer>} */
  const servers = {};
  for (const service of ['execute-api', ...SERVICES.map(([, service]) => service)]) {
    const respond = () => (service === 'sts' ? { body: assumedRole(credentials, expiration) } : undefined);
    servers[service] = await startIamServer({ credentials: [credentials], region, service, respond });
  }
  const web = createServer(async (request, response) => {
    if (request.url === '/signing.wasm') response.end(await readFile(signingModule()));
    else response.end(JSON.stringify({ ...credentials, expiration }));
  });
  await new Promise((resolve) => web.listen(0, '127.0.0.1', () => resolve(undefined)));

  /** @param {string} host */
  const originOf = (host) => {
    if (/^(?!api\.).*\.example\.com$/.test(host)) {
      return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (web.address()).port}`;
    }
    const service = SERVICES.find(([part]) => part.test(host))?.[1] ?? 'execute-api';
    return servers[service].origin;
  };

  const { connect } = tls;
  tls.connect = /** @type {any} */ (
    (/** @type {any} */ options, /** @type {any} */ callback) => {
      const { port } = new URL(originOf(options.servername || options.host));
      const socket = net.connect({ host: '127.0.0.1', port: Number(port) });
      socket.once('connect', () => socket.emit('secureConnect'));
      if (typeof callback === 'function') socket.once('secureConnect', callback);
      return socket;
    }
  );
  syncBuiltinESMExports();
  const { WebSocket } = globalThis;
  /** Sends the request that would open it. AWS IoT adds the session token after signing, which is not verified here. */
  globalThis.WebSocket = /** @type {any} */ (
    class {
      /** @param {string} address */
      constructor(address) {
        const { host, hostname, pathname, search } = new URL(address);
        if (!hostname.includes('.execute-api.')) return;
        httpRequest(originOf(hostname) + pathname + search, { headers: { host } }).end();
      }
    }
  );

  return {
    /** What arrived at hosts of AWS since the last call. */
    takeRequests: () => Object.values(servers).flatMap(({ requests }) => requests.splice(0)),
    async close() {
      tls.connect = connect;
      globalThis.WebSocket = WebSocket;
      syncBuiltinESMExports();
      await Promise.all(Object.values(servers).map((server) => server.close()));
      web.closeAllConnections();
      web.close();
    },
  };
}

const signingModule = () => createRequire(import.meta.url).resolve('sigv4-wasm/signing.wasm');

/**
 * The response of `AssumeRole`.
 *
 * @param {import('./iam-authorizer.js').IamCredentials} credentials
 * @param {Date} expiration
 */
function assumedRole({ accessKeyId, secretAccessKey, sessionToken }, expiration) {
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>
<SessionToken>${sessionToken}</SessionToken><Expiration>${expiration.toISOString()}</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}

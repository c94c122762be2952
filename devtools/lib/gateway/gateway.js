// `sigv4-wasm-devtools/gateway`: a local API Gateway with an IAM authorizer.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { ServerResponse } from 'node:http';

import { serveAdminApi, PREFIX } from './admin-api.js';
import { Api } from './api.js';
import { Bodies } from './bodies.js';
import { loadSettings } from './config.js';
import { Explainer } from './explainer.js';
import { ConfigError } from './load-yaml.js';
import { Reporter } from './reporter.js';
import { gatewayRequest } from './request.js';
import { RequestLog } from './request-log.js';
import { respond } from './respond.js';
import { openServer } from './server.js';
import { Transaction } from './transaction.js';
import { Watcher } from './watch.js';
import { Connections } from './websocket.js';

/**
 * @typedef {import('./principals.js').Credentials} Credentials
 * @typedef {import('./request-log.js').Exchange} Exchange
 *
 * @typedef {object} GatewayOptions
 * @property {string | object} [config]  a config file, a template, or the content of a config file. Default: one role may
 *   call everything, and requests are echoed
 * @property {number} [port]  default: a free one
 * @property {string} [host]  default 127.0.0.1
 * @property {() => Date} [now]  the clock for verifying signatures
 * @property {(line: string) => void} [log]  receives the lines of the log. Default: nothing is logged
 * @property {string} [token]  the token for the page and for `/_sigv4/requests`, `events` and `connections`. Default: a new one
 * @property {Record<string, unknown>} [settings]  settings as in a config file, which take precedence over `config`
 * @property {boolean} [watch]  reloads the config when its file, its template or the code of a function changes. Requests in
 *   progress keep the config that they started with. A config with an error changes nothing
 * @property {(error?: Error) => void} [onReload]  called after each reload, with the error if there is one. Default:
 *   the error goes to `log`
 *
 * @typedef {GatewayHandle & Partial<AsyncDisposable>} RunningGateway  `await using` closes it
 *
 * @typedef {object} GatewayHandle
 * @property {string} url  the base URL for clients: the API with its first stage, such as `http://127.0.0.1:8403/prod`
 * @property {string} origin  such as `http://127.0.0.1:8403`
 * @property {(name?: unknown) => Credentials} credentials  returns the credentials of a user or role. Without a name, those of the
 *   first one, so that this function is a credential provider for signers. Throws for an unknown name
 * @property {{ uri: string, token: string }} credentialsEndpoint  for AWS_CONTAINER_CREDENTIALS_FULL_URI and
 *   AWS_CONTAINER_AUTHORIZATION_TOKEN
 * @property {{ url: string, token: string }} inspector  the address of the page, which ends with the token
 * @property {() => Promise<Exchange[]>} requests  the last 200, newest first. Waits until refused requests are explained
 * @property {import('./config.js').Settings} settings
 * @property {import('./principals.js').AccessKey[]} accessKeys
 * @property {() => Promise<void>} close
 */

/**
 * @param {GatewayOptions} [options]
 * @returns {Promise<RunningGateway>}
 * @throws {ConfigError} for an invalid config; errors of `listen()`, such as EADDRINUSE
 */
export async function startGateway(options = {}) {
  const gateway = new Gateway(options);
  await gateway.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return gateway.handle();
}

class Gateway {
  #options;
  #now;
  /** The API of the last config that was loaded. @type {Api} */
  #api;
  #requestLog;
  #explainer;
  #reporter;
  #connections;
  #bodies;
  #server;
  /** @type {Watcher | undefined} */
  #watcher;
  #requestCount = 0;
  #credentialsToken = randomToken();
  #token;
  /** The secrets of replaced configs, whose requests are still in the log. @type {Set<string>} */
  #oldSecrets = new Set();

  /** @param {GatewayOptions} options */
  constructor(options) {
    const { now = () => new Date(), log, token = randomToken() } = options;
    this.#options = options;
    this.#now = now;
    this.#token = token;
    this.#connections = new Connections(() => ({
      upstream: this.#api.settings.upstream,
      upstreams: this.#api.upstreams,
    }));
    this.#api = this.#load();
    this.#explainer = new Explainer(now);
    this.#requestLog = new RequestLog(() => [...this.#oldSecrets, ...this.#api.principals.secrets()]);
    this.#reporter = new Reporter(this.#requestLog, this.#explainer, log);
    this.#bodies = new Bodies(() => this.#api.settings.maxBodyBytes);
    this.#server = openServer((incoming, outgoing) => void this.#serve(incoming, outgoing));
    this.#acceptWebSockets();
  }

  /** @param {Api} [previous] */
  #load(previous) {
    const { config, settings, log } = this.#options;
    const loaded = loadSettings(config, settings);
    return new Api(loaded, { now: this.#now, log, connections: this.#connections, previous });
  }

  /**
   * @param {number} port
   * @param {string} host
   */
  async listen(port, host) {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    if (this.#options.watch) this.#watch();
  }

  /** @returns {RunningGateway} */
  handle() {
    const origin = originOf(/** @type {import('node:net').AddressInfo} */ (this.#server.address()));
    const api = () => this.#api;
    const close = () => this.#close();
    return {
      origin,
      get url() {
        return urlOf(origin, api().settings);
      },
      get settings() {
        return api().settings;
      },
      get accessKeys() {
        return api().principals.own();
      },
      credentials: (name) => credentialsOf(typeof name === 'string' ? name : undefined, api().principals),
      credentialsEndpoint: { uri: `${origin}${PREFIX}credentials`, token: this.#credentialsToken },
      inspector: {
        url: `${origin}${PREFIX}inspector/#token=${encodeURIComponent(this.#token)}`,
        token: this.#token,
      },
      requests: async () => {
        await this.#reporter.settled();
        return this.#requestLog.list();
      },
      close,
      ...(Symbol.asyncDispose && { [Symbol.asyncDispose]: close }),
    };
  }

  async #close() {
    // A config that is being loaded is closed as well.
    await this.#watcher?.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#connections.close();
    this.#server.closeAllConnections();
    await Promise.all([closed, this.#explainer.close(), this.#api.close(), ...this.#retiring]);
  }

  // --- a new config -----------------------------------------------------------------------------------------------

  /** Replaced APIs with requests in progress. @type {Set<Promise<void>>} */
  #retiring = new Set();

  #watch() {
    const { log } = this.#options;
    const onReload = this.#options.onReload ?? ((error) => error && log?.(error.message));
    const onChange = async () => {
      const error = await this.#reload().then(
        () => undefined,
        (/** @type {Error} */ failure) => failure,
      );
      onReload(error);
    };
    this.#watcher = new Watcher(onChange, (message) => log?.(message));
    this.#watcher.follow(this.#api.settings);
  }

  /** @throws {Error} for an invalid config or function: the previous API stays */
  async #reload() {
    const before = this.#api;
    const after = this.#load(before);
    this.#watcher?.follow(after.settings);
    try {
      await after.functions.load(before.functions.started());
    } catch (error) {
      await after.close();
      throw error;
    }
    for (const secret of before.principals.secrets()) this.#oldSecrets.add(secret);
    this.#api = after;
    this.#acceptWebSockets();
    const retiring = before.retire().finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
  }

  /** Without a listener, Node.js answers the upgrade as an ordinary request. */
  #acceptWebSockets() {
    this.#server.removeAllListeners('upgrade');
    if (this.#api.settings.type !== 'websocket') return;
    this.#server.on('upgrade', (incoming, socket, head) => void this.#connect(incoming, socket, head));
  }

  // --- a request --------------------------------------------------------------------------------------------------

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {ServerResponse} outgoing
   */
  async #serve(incoming, outgoing) {
    if (incoming.url?.startsWith(PREFIX)) return this.#serveAdminApi(incoming, outgoing);
    const transaction = this.#begin(incoming);
    const api = this.#api;
    return api.during(async () => {
      try {
        transaction.request.rawBody = await this.#bodies.read(incoming);
        transaction.answer = await api.answer(transaction);
      } catch (error) {
        // The client disconnected. (An incoming message counts as destroyed after it has been read.)
        if (outgoing.destroyed) return;
        transaction.fail(error);
      }
      await this.#finish(transaction, outgoing, api);
    });
  }

  /**
   * The handshake of a WebSocket.
   *
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head
   */
  async #connect(incoming, socket, head) {
    const transaction = this.#begin(incoming);
    const api = this.#api;
    socket.on('error', () => socket.destroy());
    try {
      const place = await api.connect(transaction);
      this.#connections.accept(incoming, socket, head, transaction.request, place, transaction.authorized);
      transaction.answer = { status: 101, headers: [], body: Buffer.alloc(0) };
      this.#reporter.report(transaction, api);
    } catch (error) {
      transaction.fail(error);
      const outgoing = new ServerResponse(incoming);
      outgoing.assignSocket(/** @type {import('node:net').Socket} */ (socket));
      outgoing.setHeader('connection', 'close');
      outgoing.on('finish', () => socket.end());
      await this.#finish(transaction, outgoing, api);
    }
  }

  /** @param {import('node:http').IncomingMessage} incoming */
  #begin(incoming) {
    this.#requestCount += 1;
    return new Transaction(this.#requestCount, gatewayRequest(incoming));
  }

  /**
   * @param {Transaction} transaction
   * @param {ServerResponse} outgoing
   * @param {Api} api
   */
  #finish(transaction, outgoing, api) {
    const record = () => this.#reporter.report(transaction, api);
    return respond(transaction, outgoing, api.settings, record);
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {ServerResponse} outgoing
   */
  #serveAdminApi(incoming, outgoing) {
    const { settings, principals, routes } = this.#api;
    const { type, region, apiId, stages, sessionSeconds } = settings;
    return serveAdminApi(incoming, outgoing, {
      requestLog: this.#requestLog,
      principals,
      token: this.#token,
      credentialsToken: this.#credentialsToken,
      sessionSeconds,
      now: this.#now,
      connections: () => this.#connections.list(),
      describe: () => ({
        ...{ type, region, apiId, stages, routes: routes.keys() },
        uptimeSeconds: process.uptime(),
        rssBytes: process.memoryUsage.rss(),
        cpuSeconds: cpuSeconds(),
      }),
    });
  }
}

/** @param {import('node:net').AddressInfo} address */
function originOf({ address, port, family }) {
  const isAny = /^(?:0\.0\.0\.0|::)$/.test(address);
  const name = isAny ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${name}:${port}`;
}

/**
 * @param {string} origin
 * @param {import('./config.js').Settings} settings
 */
function urlOf(origin, { type, stages: [stage] }) {
  const url = stage === '$default' ? origin : `${origin}/${stage}`;
  return type === 'websocket' ? url.replace('http', 'ws') : url;
}

/**
 * @param {string | undefined} name
 * @param {import('./principals.js').Principals} principals
 * @returns {Credentials}
 */
function credentialsOf(name, principals) {
  const keys = principals.own();
  const key = name === undefined ? keys[0] : keys.find(({ principal }) => principal.name === name);
  if (key === undefined) {
    const names = [...new Set(keys.map(({ principal }) => principal.name))].join(', ') || 'none';
    throw new ConfigError(
      `the gateway has no credentials of ${name ?? 'any user or role'}; it has credentials of: ${names}`,
    );
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = key;
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    ...(expiration && { expiration }),
  };
}

function randomToken() {
  return randomBytes(24).toString('base64url');
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

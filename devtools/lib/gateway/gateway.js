// `sigv4-wasm-devtools/gateway`: a local API Gateway with an IAM authorizer.

import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { ServerResponse } from 'node:http';

import { TokenBucket } from 'limiter';

import { accessLine, explanationLines, referenceLine } from './access-log.js';
import { API_TYPES } from './api-types.js';
import { Authorizer } from './authorizer.js';
import { Bodies } from './bodies.js';
import { loadSettings } from './config.js';
import { corsHeaders, isPreflight, PREFLIGHT_FIX, preflightHeaders } from './cors.js';
import { ConfigError } from './load-yaml.js';
import { RequestLog } from './request-log.js';
import { Explainer } from './explainer.js';
import { Functions } from './lambda/functions.js';
import { GatewayError } from './gateway-error.js';
import { echo, Upstreams } from './integration.js';
import { serveAdminApi, PREFIX } from './admin-api.js';
import { principalsOf, resourcePolicyOf } from './policies.js';
import { gatewayRequest } from './request.js';
import { Routes } from './routes.js';
import { openServer, sendAll } from './server.js';
import { Connections } from './websocket.js';

/**
 * @typedef {import('./principals.js').Credentials} Credentials
 * @typedef {import('./request-log.js').Exchange} Exchange
 *
 * @typedef {object} GatewayOptions
 * @property {string | object} [config]  a config file or template, or what stands in a config file. Default: everything is
 *   allowed to one role, and echoed
 * @property {number} [port]  default: a free one
 * @property {string} [host]  default 127.0.0.1
 * @property {() => Date} [now]  the clock that signatures are judged by
 * @property {(line: string) => void} [log]  takes the access log. Default: none is written
 * @property {string} [token]  for the page and for `/_sigv4/requests`, `events` and `connections`. Default: a new one
 * @property {Record<string, unknown>} [settings]  of a config file, which go before those of `config`
 *
 * @typedef {object} RunningGateway
 * @property {string} origin  such as `http://127.0.0.1:3000`
 * @property {Credentials} credentials  of the first user or role
 * @property {(name: string) => Credentials | undefined} credentialsOf  a user or role
 * @property {{ uri: string, token: string }} credentialsEndpoint  for AWS_CONTAINER_CREDENTIALS_FULL_URI and
 *   AWS_CONTAINER_AUTHORIZATION_TOKEN
 * @property {{ url: string, token: string }} inspector  the address of the page, which ends with the token
 * @property {() => Exchange[]} requests  the last 200, newest first
 * @property {import('./config.js').Settings} settings
 * @property {import('./principals.js').AccessKey[]} accessKeys
 * @property {() => Promise<void>} close
 */

/**
 * @param {GatewayOptions} [options]
 * @returns {Promise<RunningGateway>}
 * @throws {ConfigError} for a config that cannot be used; errors of `listen()`, such as EADDRINUSE
 */
export async function startGateway(options = {}) {
  const gateway = new Gateway(loadSettings(options.config, options.settings), options);
  await gateway.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return gateway.handle();
}

class Gateway {
  #settings;
  #now;
  #log;
  #principals;
  #routes;
  #authorizer;
  #upstreams;
  #functions;
  #connections;
  #explainer;
  #requestLog;
  #bodies;
  #bucket;
  #server;
  /** The id of the request in the last line of the access log. */
  #lastLogged = '';
  #credentialsToken = randomToken();
  #token;

  /**
   * @param {import('./config.js').Settings} settings
   * @param {GatewayOptions} options
   */
  constructor(settings, { now = () => new Date(), log, token = randomToken() }) {
    this.#settings = settings;
    this.#now = now;
    this.#log = log;
    this.#token = token;
    this.#principals = principalsOf(settings);
    this.#routes = new Routes(settings);
    this.#authorizer = new Authorizer(settings, this.#principals, now, resourcePolicyOf(settings));
    this.#upstreams = new Upstreams(settings);
    this.#functions = new Functions(settings, this.#principals, log);
    this.#connections = new Connections(settings, this.#upstreams);
    this.#explainer = new Explainer(settings, this.#principals, now);
    this.#requestLog = new RequestLog(() => this.#principals.secrets());
    this.#bodies = new Bodies(settings.maxBodyBytes);
    const { rate, burst } = settings.throttle;
    this.#bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: rate, interval: 'second' });
    this.#bucket.content = burst;
    this.#server = openServer((incoming, outgoing) => void this.#serve(incoming, outgoing));
    if (settings.type === 'websocket') {
      this.#server.on('upgrade', (incoming, socket, head) => void this.#connect(incoming, socket, head));
    }
  }

  /**
   * @param {number} port
   * @param {string} host
   */
  async listen(port, host) {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
  }

  /** @returns {RunningGateway} */
  handle() {
    const { address, port, family } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    const name = /^(?:0\.0\.0\.0|::)$/.test(address)
      ? '127.0.0.1'
      : family === 'IPv6'
        ? `[${address}]`
        : address;
    const origin = `http://${name}:${port}`;
    const accessKeys = this.#principals.all();
    const credentialsOf = (/** @type {string} */ wanted) => {
      const key = accessKeys.find(({ principal }) => principal.name === wanted);
      return key && credentialsIn(key);
    };
    return {
      origin,
      settings: this.#settings,
      accessKeys,
      credentials: credentialsIn(accessKeys[0]),
      credentialsOf,
      credentialsEndpoint: { uri: `${origin}${PREFIX}credentials`, token: this.#credentialsToken },
      inspector: {
        url: `${origin}${PREFIX}inspector/#token=${encodeURIComponent(this.#token)}`,
        token: this.#token,
      },
      requests: () => this.#requestLog.list(),
      close: () => this.#close(),
    };
  }

  async #close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#connections.close();
    this.#upstreams.close();
    this.#server.closeAllConnections();
    await Promise.all([closed, this.#explainer.close(), this.#functions.close()]);
  }

  // --- a request --------------------------------------------------------------------------------------------------

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {ServerResponse} outgoing
   */
  async #serve(incoming, outgoing) {
    if (incoming.url?.startsWith(PREFIX)) return this.#serveAdminApi(incoming, outgoing);
    const record = new Transaction(gatewayRequest(incoming));
    try {
      record.request.rawBody = await this.#bodies.read(incoming);
      record.answer = await this.#answer(record);
    } catch (error) {
      // The client went away. (An incoming message counts as destroyed once it has been read.)
      if (outgoing.destroyed) return undefined;
      record.failure = toGatewayError(error);
    }
    return this.#finish(record, outgoing);
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {ServerResponse} outgoing
   */
  #serveAdminApi(incoming, outgoing) {
    const { type, region, apiId, stages, sessionSeconds } = this.#settings;
    return serveAdminApi(incoming, outgoing, {
      requestLog: this.#requestLog,
      principals: this.#principals,
      token: this.#token,
      credentialsToken: this.#credentialsToken,
      sessionSeconds,
      now: this.#now,
      connections: () => this.#connections.list(),
      describe: () => ({
        ...{ type, region, apiId, stages, routes: this.#routes.keys() },
        uptimeSeconds: process.uptime(),
        rssBytes: process.memoryUsage.rss(),
        cpuSeconds: cpuSeconds(),
      }),
    });
  }

  /**
   * @param {Transaction} record
   * @returns {Promise<import('./gateway-error.js').GatewayResponse>}
   * @throws {GatewayError}
   */
  async #answer(record) {
    const { request, authorized } = record;
    const { cors, type } = this.#settings;
    const place = this.#routes.place(request.url);
    if (place === undefined) throw this.#noRoute('The API has no such stage.');
    record.stage = place.stage;
    if (
      cors !== undefined &&
      isPreflight(request.method, request.headers) &&
      this.#routes.methods(place).length > 0
    ) {
      const [status, body] = API_TYPES[type].preflight;
      return { status, headers: preflightHeaders(cors, request.headers), body: Buffer.from(body) };
    }
    if (!this.#bucket.tryRemoveTokens(1))
      throw new GatewayError('ERR_GATEWAY_THROTTLED', 'The request rate is above the limit of throttle.');
    if (type === 'websocket') return this.#command(record, place);
    const matched = this.#routes.match(request.method, place);
    if (matched === undefined) {
      const methods = this.#routes.methods(place).join(', ');
      if (methods && isPreflight(request.method, request.headers))
        throw new GatewayError('ERR_GATEWAY_ROUTE', `The path has routes for ${methods} only.`, {
          fix: PREFLIGHT_FIX,
        });
      throw this.#noRoute(
        methods ? `The path has routes for ${methods} only.` : `No route matches the path.`,
      );
    }
    record.route = matched.route.route;
    await this.#authorize(
      record,
      matched.route,
      'execute-api:Invoke',
      place.stage,
      request.method,
      place.spellings,
    );
    const answer = await this.#integrate(record, matched);
    if (cors === undefined) return answer;
    // Those of the integration do not count.
    const kept = answer.headers.filter(([name]) => !/^access-control-/i.test(name));
    return { ...answer, headers: [...kept, ...corsHeaders(cors, request.headers)] };
  }

  /**
   * What is behind a route: a Lambda function, a server, or an echo.
   *
   * @param {Transaction} record
   * @param {import('./routes.js').Matched} matched
   */
  #integrate({ id, at, request, authorized }, matched) {
    const own = matched.route.function ?? matched.route.upstream;
    const settings = own === undefined ? this.#settings : matched.route;
    if (settings.function !== undefined)
      return this.#functions.call(settings.function, { id, at, request, matched, authorized });
    if (settings.upstream !== undefined)
      return this.#upstreams.send(settings.upstream, request, matched, authorized);
    return echo(request, matched, authorized);
  }

  /**
   * `/{stage}/@connections/{id}` of a WebSocket API.
   *
   * @param {Transaction} record
   * @param {import('./routes.js').Place} place
   */
  async #command(record, { stage, path }) {
    const { request } = record;
    const [, id] = /^\/@connections\/([^/]+)$/.exec(path) ?? [];
    if (id === undefined)
      throw this.#noRoute('A WebSocket API accepts only handshakes and @connections requests.');
    record.route = '@connections';
    const route = { auth: /** @type {const} */ ('iam') };
    await this.#authorize(record, route, 'execute-api:ManageConnections', stage, request.method, [path]);
    return this.#connections.command(request.method, id, request.rawBody);
  }

  /**
   * @param {Transaction} record
   * @param {{ auth: 'iam' | 'none' | 'other' }} route
   * @param {string} action
   * @param {string} stage
   * @param {string} method
   * @param {string[]} [paths]
   */
  async #authorize({ request, authorized }, { auth }, action, stage, method, paths) {
    const wanted = { action, stage, method, paths };
    if (auth === 'none')
      return this.#authorizer.authorizeAnyone(request, wanted, (known) => Object.assign(authorized, known));
    if (auth === 'other')
      throw new GatewayError(
        'ERR_GATEWAY_AUTHORIZER',
        'The route has an authorizer other than IAM, which this gateway does not support.',
      );
    await this.#authorizer.authorize(request, wanted, (known) => Object.assign(authorized, known));
  }

  /**
   * The handshake of a WebSocket.
   *
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head
   */
  async #connect(incoming, socket, head) {
    const record = new Transaction(gatewayRequest(incoming));
    socket.on('error', () => socket.destroy());
    try {
      const place = this.#routes.place(incoming.url ?? '/');
      if (place === undefined || place.path !== '/')
        throw this.#noRoute('Clients must connect to the stage itself, without a path.');
      record.stage = place.stage;
      record.route = '$connect';
      if (!this.#bucket.tryRemoveTokens(1))
        throw new GatewayError('ERR_GATEWAY_THROTTLED', 'The request rate is above the limit of throttle.');
      const route = this.#settings.routes.find((one) => one.route === '$connect') ?? { auth: 'none' };
      await this.#authorize(record, route, 'execute-api:Invoke', place.stage, '$connect');
      this.#connections.accept(incoming, socket, head, record.request, place, record.authorized);
      record.answer = { status: 101, headers: [], body: Buffer.alloc(0) };
      this.#record(record);
    } catch (error) {
      record.failure = toGatewayError(error);
      const outgoing = new ServerResponse(incoming);
      outgoing.assignSocket(/** @type {import('node:net').Socket} */ (socket));
      outgoing.setHeader('connection', 'close');
      outgoing.on('finish', () => socket.end());
      this.#finish(record, outgoing);
    }
  }

  // --- its answer -------------------------------------------------------------------------------------------------

  /** @param {string} why */
  #noRoute(why) {
    const { stages } = this.#settings;
    const fix = `Stages: ${stages.join(', ')}. Routes: ${this.#routes.keys().join(', ')}.`;
    return new GatewayError('ERR_GATEWAY_ROUTE', why, { fix });
  }

  /**
   * @param {Transaction} record
   * @param {ServerResponse} outgoing
   */
  #finish(record, outgoing) {
    const { type, cors } = this.#settings;
    const { failure, request } = record;
    if (failure !== undefined) {
      record.answer = failure.answer(type);
      if (cors && (cors.onErrors ?? API_TYPES[type].exposesErrors))
        record.answer.headers.push(...corsHeaders(cors, request.headers));
    }
    const { status, headers, body } = record.answer;
    headers.push(...this.#ids(record.id));
    const isStated = headers.some(([name]) => name.toLowerCase() === 'content-length');
    if (!isStated && !BODYLESS.has(status)) headers.push(['content-length', String(body.length)]);
    try {
      outgoing.writeHead(status, headers.flat());
      sendAll(outgoing, request.method === 'HEAD' ? undefined : body);
    } catch {
      outgoing.destroy(); // Headers that the upstream wrote, and Node.js does not write.
    }
    this.#record(record);
  }

  /**
   * @param {string} id
   * @returns {[string, string][]}
   */
  #ids(id) {
    // As AWS's look; of the same randomness, which is what costs.
    const short = Buffer.from(id.replaceAll('-', '').slice(-22), 'hex').toString('base64');
    const { type } = this.#settings;
    if (type === 'http') return [['apigw-requestid', short]];
    if (type === 'function-url') return [['x-amzn-requestid', id]];
    return [
      ['x-amzn-requestid', id],
      ['x-amz-apigw-id', short],
    ];
  }

  /** @param {Transaction} record */
  #record(record) {
    const durationMs = Math.round((performance.now() - record.startedAt) * 1000) / 1000;
    const entry = { ...record, durationMs };
    this.#requestLog.add(entry);
    this.#log?.(accessLine(entry));
    this.#lastLogged = entry.id;
    if (record.failure === undefined) return;
    void this.#explainer.explain(entry).then((explanation) => {
      if (explanation) this.#requestLog.explain(entry.id, explanation);
      const lines = explanationLines({ ...entry, ...explanation });
      if (!this.#log || lines.length === 0) return;
      // Other lines came in between, so this one names its request.
      if (this.#lastLogged !== entry.id) lines.unshift(referenceLine(entry));
      this.#log(lines.join('\n'));
      this.#lastLogged = entry.id;
    });
  }
}

/** What becomes known of a request on its way. */
class Transaction {
  id = randomUUID();
  at = new Date();
  startedAt = performance.now();
  /** @type {Partial<import('./authorizer.js').Authorized>} */
  authorized = {};
  /** @type {import('./gateway-error.js').GatewayResponse} */
  answer = { status: 500, headers: [], body: Buffer.alloc(0) };
  /** @type {GatewayError | undefined} */
  failure;
  /** @type {string | undefined} */
  stage;
  /** @type {string | undefined} */
  route;

  /** @param {import('./request.js').GatewayRequest} request */
  constructor(request) {
    this.request = request;
  }
}

/** @param {import('./principals.js').AccessKey} key */
function credentialsIn({ accessKeyId, secretAccessKey, sessionToken, expiration }) {
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

/** @param {unknown} error */
function toGatewayError(error) {
  if (error instanceof GatewayError) return error;
  return new GatewayError('ERR_GATEWAY_INTERNAL', String(error), { cause: error });
}

const BODYLESS = new Set([101, 204, 304]);

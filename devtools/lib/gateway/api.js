// The API that a config describes: routes, authorization and integrations. Each config gets a new `Api`.

import { TokenBucket } from 'limiter';

import { API_TYPES } from './api-types.js';
import { Authorizer } from './authorizer.js';
import { corsHeaders, isPreflight, PREFLIGHT_FIX, preflightHeaders } from './cors.js';
import { GatewayError } from './gateway-error.js';
import { echo, Upstreams } from './integration.js';
import { Functions } from './lambda/functions.js';
import { principalsOf, resourcePolicyOf } from './policies.js';
import { Routes } from './routes.js';

/**
 * @typedef {import('./gateway-error.js').GatewayResponse} GatewayResponse
 * @typedef {import('./transaction.js').Transaction} Transaction
 * @typedef {import('./websocket.js').Connections} Connections
 *
 * @typedef {object} Surroundings  the parts that outlive a config
 * @property {() => Date} now
 * @property {((line: string) => void)} [log]
 * @property {Connections} connections  of WebSockets
 * @property {Api} [previous]  the previous API, whose generated credentials stay valid
 */

export class Api {
  #authorizer;
  #bucket;
  #connections;
  /** The number of requests in progress. */
  #active = 0;
  /** @type {(() => void) | undefined} */
  #onIdle;

  /**
   * @param {import('./config.js').Settings} settings
   * @param {Surroundings} surroundings
   * @throws {import('./load-yaml.js').ConfigError} for an invalid policy
   */
  constructor(settings, { now, log, connections, previous }) {
    this.settings = settings;
    this.principals = principalsOf(settings, previous?.principals);
    this.routes = new Routes(settings);
    this.#authorizer = new Authorizer(settings, this.principals, now, resourcePolicyOf(settings));
    this.upstreams = new Upstreams(settings);
    this.functions = new Functions(settings, this.principals, log);
    this.#connections = connections;
    const { rate, burst } = settings.throttle;
    this.#bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: rate, interval: 'second' });
    this.#bucket.content = burst;
  }

  /**
   * Counts a request as in progress until its response ends, so that a replaced API stays open for it.
   *
   * @template T
   * @param {() => Promise<T>} serve
   * @returns {Promise<T>}
   */
  async during(serve) {
    this.#active += 1;
    try {
      return await serve();
    } finally {
      this.#active -= 1;
      if (this.#active === 0) this.#onIdle?.();
    }
  }

  /** Closes the API when its last request has ended. */
  async retire() {
    if (this.#active > 0) await new Promise((resolve) => (this.#onIdle = () => resolve(undefined)));
    await this.close();
  }

  async close() {
    this.upstreams.close();
    await this.functions.close();
  }

  /**
   * @param {Transaction} transaction  receives the details of the request
   * @returns {Promise<GatewayResponse>}
   * @throws {GatewayError}
   */
  async answer(transaction) {
    const { request } = transaction;
    const { cors, type } = this.settings;
    const place = this.routes.place(request.url);
    if (place === undefined) throw this.#noRoute('The API has no such stage.');
    transaction.stage = place.stage;
    const isPreflighted = isPreflight(request.method, request.headers);
    if (cors !== undefined && isPreflighted && this.routes.methods(place).length > 0) {
      const [status, body] = API_TYPES[type].preflight;
      return { status, headers: preflightHeaders(cors, request.headers), body: Buffer.from(body) };
    }
    this.#throttle();
    if (type === 'websocket') return this.#command(transaction, place);
    const matched = this.#match(request, place, isPreflighted);
    transaction.route = matched.route.route;
    const { stage, spellings } = place;
    const wanted = {
      ...{ action: 'execute-api:Invoke', stage, method: request.method, paths: spellings },
      invokes: matched.route.callerInvokes,
    };
    await this.#authorize(transaction, matched.route, wanted);
    const answer = await this.#integrate(transaction, matched);
    if (cors === undefined) return answer;
    // The CORS headers of the integration are ignored, as in AWS.
    const kept = answer.headers.filter(([name]) => !/^access-control-/i.test(name));
    return { ...answer, headers: [...kept, ...corsHeaders(cors, request.headers)] };
  }

  /**
   * The handshake of a WebSocket.
   *
   * @param {Transaction} transaction
   * @returns {Promise<import('./routes.js').Place>}
   * @throws {GatewayError}
   */
  async connect(transaction) {
    const place = this.routes.place(transaction.request.url);
    if (place === undefined || place.path !== '/')
      throw this.#noRoute('The path of a handshake must end after the stage.');
    transaction.stage = place.stage;
    transaction.route = '$connect';
    this.#throttle();
    const route = this.settings.routes.find((one) => one.route === '$connect') ?? { auth: 'none' };
    const wanted = { action: 'execute-api:Invoke', stage: place.stage, method: '$connect' };
    await this.#authorize(transaction, route, wanted);
    return place;
  }

  #throttle() {
    if (!this.#bucket.tryRemoveTokens(1))
      throw new GatewayError(
        'ERR_GATEWAY_THROTTLED',
        'The request rate exceeds the limit that the config sets with throttle.',
      );
  }

  /**
   * @param {import('./request.js').GatewayRequest} request
   * @param {import('./routes.js').Place} place
   * @param {boolean} isPreflighted
   */
  #match({ method }, place, isPreflighted) {
    const matched = this.routes.match(method, place);
    if (matched !== undefined) return matched;
    const methods = this.routes.methods(place).join(', ');
    const why = methods ? `The path has routes for ${methods} only.` : `No route matches the path.`;
    if (methods && isPreflighted) throw new GatewayError('ERR_GATEWAY_ROUTE', why, { fix: PREFLIGHT_FIX });
    throw this.#noRoute(why);
  }

  /**
   * Calls the integration of a route: a Lambda function, a server, or an echo.
   *
   * @param {Transaction} transaction
   * @param {import('./routes.js').Matched} matched
   */
  #integrate(transaction, matched) {
    const { request, authorized } = transaction;
    const own = matched.route.function ?? matched.route.upstream;
    const settings = own === undefined ? this.settings : matched.route;
    if (settings.function !== undefined) {
      const { number, id, extendedId, at } = transaction;
      const call = { number, id, extendedId, at, request, matched, authorized };
      return this.functions.call(settings.function, call);
    }
    if (settings.upstream !== undefined)
      return this.upstreams.send(settings.upstream, request, matched, authorized);
    return echo(request, matched, authorized);
  }

  /**
   * `/{stage}/@connections/{id}` of a WebSocket API.
   *
   * @param {Transaction} transaction
   * @param {import('./routes.js').Place} place
   */
  async #command(transaction, { stage, path }) {
    const { method, rawBody } = transaction.request;
    const [, id] = /^\/@connections\/([^/]+)$/.exec(path) ?? [];
    if (id === undefined)
      throw this.#noRoute('A WebSocket API accepts only handshakes and @connections requests.');
    transaction.route = '@connections';
    const wanted = { action: 'execute-api:ManageConnections', stage, method, paths: [path] };
    await this.#authorize(transaction, { auth: 'iam' }, wanted);
    return this.#connections.command(method, id, rawBody);
  }

  /**
   * @param {Transaction} transaction
   * @param {{ auth: 'iam' | 'none' | 'other' }} route
   * @param {import('./authorizer.js').Wanted} wanted
   */
  async #authorize({ request, authorized }, { auth }, wanted) {
    const onKnown = (/** @type {Partial<import('./authorizer.js').Authorized>} */ known) =>
      Object.assign(authorized, known);
    if (auth === 'none') return this.#authorizer.authorizeAnyone(request, wanted, onKnown);
    if (auth === 'other')
      throw new GatewayError('ERR_GATEWAY_AUTHORIZER', OTHER_AUTHORIZER, { fix: OTHER_AUTHORIZER_FIX });
    await this.#authorizer.authorize(request, wanted, onKnown);
    return undefined;
  }

  /** @param {string} why */
  #noRoute(why) {
    const { stages } = this.settings;
    const fix = `Stages: ${stages.join(', ')}. Routes: ${this.routes.keys().join(', ')}.`;
    return new GatewayError('ERR_GATEWAY_ROUTE', why, { fix });
  }
}

const OTHER_AUTHORIZER =
  'The route has an authorizer other than IAM, such as a Lambda or JWT authorizer. The gateway does not run such authorizers.';
const OTHER_AUTHORIZER_FIX =
  'To test the integration of the route, write a config file with `template: FILE` and its own `routes`, in which this route has `auth: iam` or `auth: none`.';

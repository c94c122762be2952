// Finds the route of a request. Sources: "Routes for HTTP APIs", "Set up API methods in API Gateway", developer guide.

import { GatewayError } from './gateway-error.js';

/**
 * @typedef {object} RouteSettings
 * @property {string} route  as a RouteKey: `GET /orders/{id}`, `ANY /{proxy+}`, `$default`, `$connect`
 * @property {'iam' | 'none' | 'other'} auth  `other`: an authorizer that this gateway does not run
 * @property {string} [upstream]
 * @property {string} [function]  a name in `functions`
 * @property {string} [callerInvokes]  ARN of its function, if it is invoked with the caller's credentials
 *
 * @typedef {RouteSettings & { method: string, path: string, segments: string[], rank: string }} Route
 *
 * @typedef {object} Place
 * @property {string} stage
 * @property {string} path  the path of the resource: without the stage and dot segments, with each escape decoded
 * @property {string} rawPath  the same, as on the wire
 * @property {string} query  as on the wire, without `?`
 * @property {string[]} spellings  of the path: first the form that policies use, then the forms that an upstream may see
 *
 * @typedef {Record<string, string>} Parameters
 * @typedef {Place & { route: Route, parameters: Parameters, rawParameters: Parameters }} Matched  `rawParameters`: as on the wire
 */

export class Routes {
  #type;
  #stages;
  #routes;

  /** @param {{ type: string, stages: readonly string[], routes: readonly RouteSettings[] }} api */
  constructor({ type, stages, routes }) {
    this.#type = type;
    this.#stages = new Set(stages);
    this.#routes = routes.map(compile).sort((a, b) => (a.rank < b.rank ? -1 : 1));
  }

  /**
   * @param {string} url  as in the request line
   * @returns {Place | undefined} `undefined` if the stage does not exist
   * @throws {GatewayError} ERR_GATEWAY_REQUEST
   */
  place(url) {
    const target = url.replace(/^(?:https?|wss?):\/\/[^/?#]*/i, '');
    const at = target.indexOf('?');
    const [path, query] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
    const segments = normalize(path.split('/').slice(1));
    if (/#|^[^?]*\\/.test(target) || segments.some(hidesDots)) {
      throw new GatewayError(
        'ERR_GATEWAY_REQUEST',
        'The path contains a # or a backslash, or a segment that some servers read as a dot segment, such as ..; or %252e%252e.',
      );
    }
    const stage = this.#stageOf(segments);
    if (stage === undefined) return undefined;
    const rawPath = `/${segments.join('/')}`;
    const decoded = `/${segments.map(decode).join('/')}`;
    return { stage, rawPath, path: decoded, query, spellings: this.#spellings(rawPath, decoded) };
  }

  /** @param {string[]} paths */
  #spellings(...paths) {
    // Servlet containers ignore what follows a semicolon. RFC 3986, section 3.3, leaves its meaning to the server.
    const read = [...paths, ...paths.map((path) => path.replace(/;[^/]*/g, ''))];
    const kept = read.map((path) => path.replace(/\/{2,}/g, '/').replace(/[?#]/g, encodeURIComponent));
    const cut = kept.map((path) => path.replace(/(.)\/$/, '$1'));
    // A REST API ignores a trailing slash.
    return [...new Set(this.#type === 'http' ? [...kept, ...cut] : [...cut, ...kept])];
  }

  /** @param {string[]} segments  loses the stage */
  #stageOf(segments) {
    if (segments[0] !== '$default' && this.#stages.has(segments[0])) return segments.shift();
    return this.#stages.has('$default') ? '$default' : undefined;
  }

  /**
   * @param {string} method
   * @param {Place} place
   * @returns {Matched | undefined}
   */
  match(method, place) {
    const segments = this.#segmentsOf(place.rawPath);
    const fitting = this.#routes.filter((route) => matchPath(route, segments));
    // In a REST API, the most specific resource gets the request, whatever its methods.
    const candidates =
      this.#type === 'http' ? fitting : fitting.filter(({ path }) => path === fitting[0].path);
    const route = candidates.find(
      (one) => one.method === method || (one.method === 'ANY' && METHODS.has(method)),
    );
    if (route === undefined) return undefined;
    const rawParameters = matchPath(route, segments) ?? {};
    const decoded = Object.entries(rawParameters).map(([name, value]) => [name, decode(value)]);
    return { ...place, route, parameters: Object.fromEntries(decoded), rawParameters };
  }

  /**
   * @param {Place} place
   * @returns {string[]} the methods of the path, which may include `ANY`
   */
  methods({ rawPath }) {
    const segments = this.#segmentsOf(rawPath);
    return this.#routes.filter((route) => matchPath(route, segments)).map(({ method }) => method);
  }

  /** @param {string} rawPath */
  #segmentsOf(rawPath) {
    const segments = rawPath.slice(1).split('/');
    // A REST API treats `/orders/` as `/orders`.
    return this.#type === 'http' && rawPath !== '/' ? segments : segments.filter(Boolean);
  }

  /** @returns {string[]} route keys */
  keys() {
    return this.#routes.map(({ route }) => route);
  }
}

/**
 * @param {RouteSettings} settings
 * @returns {Route}
 */
function compile(settings) {
  const [, method = 'ANY', path = settings.route] = /^([A-Z]+) (\/.*)$/.exec(settings.route) ?? [];
  const segments = path.split('/').filter(Boolean);
  // Sorts as text: fixed segments, then parameters, then greedy parameters, and the default last; methods before ANY.
  const ranks = segments.map((segment) => (GREEDY.test(segment) ? '2' : PARAMETER.test(segment) ? '1' : '0'));
  const rank = `${path === '$default' ? '3' : ranks.join('')} ${path} ${method === 'ANY' ? 1 : 0}`;
  return { ...settings, method, path, segments, rank };
}

/**
 * @param {Route} route
 * @param {string[]} segments  as on the wire
 * @returns {Parameters | undefined}  as on the wire
 */
function matchPath(route, segments) {
  /** @type {Record<string, string>} */
  const parameters = {};
  if (route.route === '$default') return parameters;
  for (const [i, pattern] of route.segments.entries()) {
    const greedy = GREEDY.exec(pattern);
    if (greedy) {
      if (segments.length <= i) return undefined;
      parameters[greedy[1]] = segments.slice(i).join('/');
      return parameters;
    }
    if (segments[i] === undefined) return undefined;
    const name = PARAMETER.exec(pattern)?.[1];
    if (name !== undefined) parameters[name] = segments[i];
    else if (pattern !== decode(segments[i])) return undefined;
  }
  return segments.length === route.segments.length ? parameters : undefined;
}

/** The methods of `ANY` and `$default`: "Set up a method using the API Gateway console". */
const METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
const GREEDY = /^\{([^{}]+)\+\}$/;
const PARAMETER = /^\{([^{}+]+)\}$/;

/**
 * Removes dot segments. Otherwise, the upstream could remove them and serve a route that was not authorized.
 *
 * @param {string[]} segments
 */
function normalize(segments) {
  /** @type {string[]} */
  const kept = [];
  for (const [i, segment] of segments.entries()) {
    const decoded = decode(segment);
    if (decoded === '..') kept.pop();
    if (decoded !== '.' && decoded !== '..') kept.push(segment);
    else if (i === segments.length - 1) kept.push('');
  }
  return kept;
}

/**
 * Whether an upstream may read it as a dot segment: a server may decode first, or more than once; read a backslash as a slash,
 * as the URL standard does; ignore path parameters, as Tomcat does in `..;`; or ignore control characters and blanks, as the
 * URL standard does with a tab.
 *
 * @param {string} segment
 */
function hidesDots(segment) {
  let text = segment;
  for (let i = 0; i < MAX_DECODINGS; i++) {
    if (text.split(/[/\\]/).some(isDots)) return true;
    const decoded = decode(text);
    if (decoded === text) return false;
    text = decoded;
  }
  // No legitimate client escapes that often.
  return true;
}

/** @param {string} part */
function isDots(part) {
  return /^\.\.?$/.test(part.replace(/;.*/s, '').replace(/[\x00-\x20\x7f]/g, ''));
}

/** Escapes within escapes. */
const MAX_DECODINGS = 10;

/**
 * Decodes each escape on its own, so that an invalid one does not hide the others.
 *
 * @param {string} segment  or name of a parameter
 */
export function decode(segment) {
  if (!segment.includes('%')) return segment;
  const bytes = segment.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

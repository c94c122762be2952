// Credentials of tasks on Amazon ECS, and of pods on Amazon EKS with EKS Pod Identity.

import { SigV4Error } from '../engine/errors.js';
import { CONTAINER_AGENTS, CONTAINER_ORIGIN, PLAIN_HOSTS } from '../engine/generated/container.js';
import { environment, failed, notFound, provider } from './provider.js';
import { refusal, request } from './request.js';

const SOURCE = 'fromContainer';

/**
 * @typedef {object} ContainerOptions
 * @property {Record<string, string | undefined>} [env]  default: `process.env`
 * @property {string} [url]  the URL of the credentials; default: from `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or
 *   `AWS_CONTAINER_CREDENTIALS_FULL_URI`
 * @property {string | (() => string | Promise<string>)} [authorizationToken]  default: from
 *   `AWS_CONTAINER_AUTHORIZATION_TOKEN`
 */

/**
 * Credentials of a container. The endpoint must be HTTPS, or one of ECS, EKS or this machine: any other server could read the
 * token, or return other credentials.
 *
 * The token of EKS Pod Identity is in a file: `fromContainer` of `sigv4-wasm/credentials/node` reads it.
 *
 * Source: "Container credential provider", AWS SDKs and tools reference guide.
 *
 * @example
 *   const signer = new Signer({ credentials: fromContainer() });
 *
 * @param {ContainerOptions & import('./request.js').RequestOptions} [options]
 * @returns {import('./provider.js').Provider}
 * @throws {SigV4Error} from the provider: `ERR_SIGV4_CREDENTIALS_NOT_FOUND` where no endpoint is named;
 *   `ERR_SIGV4_CREDENTIALS_PROVIDER`, `ERR_SIGV4_OPTION_INVALID`
 */
export function fromContainer(options = {}) {
  return containerProvider(options, undefined);
}

/**
 * @param {ContainerOptions & import('./request.js').RequestOptions} options
 * @param {((path: string) => Promise<string>) | undefined} readFile  where there are files
 */
export function containerProvider(options, readFile) {
  return provider(SOURCE, async () => {
    const env = options.env ?? environment();
    const url = checkedUrl(options.url ?? urlOf(env));
    const authorization = await tokenOf(options, env, readFile);
    if (/[\r\n]/.test(authorization)) throw failed(SOURCE, 'the authorization token contains a line break');
    const headers = { accept: 'application/json', ...(authorization && { authorization }) };
    const answer = await request(SOURCE, url, { headers }, { timeoutMs: 1000, ...options });
    if (answer.status !== 200) throw failed(SOURCE, refusal(answer));
    return answer.json;
  });
}

/** @param {Record<string, string | undefined>} env */
function urlOf({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path, AWS_CONTAINER_CREDENTIALS_FULL_URI: url }) {
  if (path) return CONTAINER_ORIGIN + path;
  if (url) return url;
  throw notFound(
    SOURCE,
    'neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set',
  );
}

/** @param {string} text */
function checkedUrl(text) {
  const url = parsed(text);
  const isAllowed =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && PLAIN_HOSTS.test(url.hostname));
  if (url !== undefined && isAllowed && url.username === '' && url.password === '') return url.href;
  const host = url === undefined ? 'the URL' : url.origin;
  throw new SigV4Error(
    'ERR_SIGV4_OPTION_INVALID',
    `${SOURCE}: ${host} is not accepted: use HTTPS, a loopback address, or one of ${CONTAINER_AGENTS}`,
  );
}

/**
 * @param {ContainerOptions} options
 * @param {Record<string, string | undefined>} env
 * @param {((path: string) => Promise<string>) | undefined} readFile
 */
async function tokenOf({ authorizationToken }, env, readFile) {
  if (typeof authorizationToken === 'function') return authorizationToken();
  if (authorizationToken !== undefined) return authorizationToken;
  const path = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  if (!path) return env.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '';
  if (readFile !== undefined) return readFile(path);
  throw failed(
    SOURCE,
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is set: import fromContainer from sigv4-wasm/credentials/node, which reads files, or pass authorizationToken',
  );
}

/**
 * Not URL.canParse, which is newer than the browsers that are supported.
 *
 * @param {string} text
 * @returns {URL | undefined}
 */
function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

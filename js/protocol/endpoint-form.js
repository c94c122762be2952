// Region and service as far as the form of a host shows them, without the tables of the core.

/**
 * @typedef {object} Endpoint
 * @property {string} region
 * @property {string | undefined} service  the signing name, if the form of the host determines it
 */

/** @param {string} url */
export function hostOf(url) {
  return /^\w+:\/\/([^/?#:@]+)/.exec(url)?.[1].toLowerCase() ?? '';
}

/**
 * What the first of these hosts that names a region stands for. By their form alone, without the core's table of hosts: an
 * explanation loads no WebAssembly.
 *
 * @param {string[]} hosts
 * @returns {Endpoint | undefined} `undefined` if none names a region
 */
export function endpointOf(hosts) {
  for (const host of hosts) {
    const found = ENDPOINTS.map((form) => form.exec(host)?.groups).find(Boolean);
    if (found === undefined) continue;
    const { kind, region } = found;
    return { region, service: kind === undefined ? undefined : (SIGNING_NAMES[kind] ?? kind) };
  }
  return undefined;
}

const ENDPOINTS = [
  /\.(?<kind>execute-api|lambda-url|appsync-api|appsync-realtime-api|vpc-lattice-svcs)\.(?<region>[\w-]+)\./,
  /\.(?<region>[\w-]+)\.(?<kind>es|aoss)\.amazonaws\./,
  /(?:^|\.)(?<kind>s3)[.-](?:dualstack\.)?(?<region>[a-z]{2,}(?:-[a-z]+)+-\d)\.amazonaws\./,
  /[.-](?<region>[a-z]{2,}(?:-[a-z]+)+-\d)\.(?:amazonaws\.|api\.aws$|on\.aws$)/,
];

/** Where the name in the host is not the one that is signed for. @type {Record<string, string>} */
const SIGNING_NAMES = { 'lambda-url': 'lambda', 'appsync-api': 'appsync', 'appsync-realtime-api': 'appsync' };

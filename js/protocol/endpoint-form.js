// Infers region and service from the form of a host, without the tables of the core.

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
 * The region and the service of the first of these hosts that names a region, inferred from its form alone, because an
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

/** Names in hosts that differ from the signing name. @type {Record<string, string>} */
const SIGNING_NAMES = { 'lambda-url': 'lambda', 'appsync-api': 'appsync', 'appsync-realtime-api': 'appsync' };

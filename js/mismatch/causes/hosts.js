// Mistakes in the host: of a proxy, a tunnel, a custom domain, or in its port.

/** @type {import('../search.js').Cause[]} */
export const HOST_CAUSES = [
  {
    code: 'host-other',
    part: 'headers',
    summary:
      'The client signed {signed|another host}, but the host that arrived is {expected|a different one}.',
    fix: 'Sign the host that the server receives, or configure the proxy to forward the Host header.',
    changes: ({ received: { headers }, known, authorization }) =>
      [
        ...known.hosts,
        ...FORWARDED_HOST.map((name) => headers.get(name)),
        /host="?([^;,"]+)/i.exec(headers.get('forwarded') ?? '')?.[1],
        ...pageHosts(headers),
        ...otherNames(headers.get('host') ?? '', authorization.region),
      ]
        .filter((host) => host !== undefined)
        .flatMap(hostLine),
  },
  {
    code: 'host-with-port',
    part: 'headers',
    summary: 'The client signed the host with a port, as {signed|name:port}, but it arrived without one.',
    fix: 'Sign the host without the default port of the scheme, as HTTP clients send it.',
    changes: ({ received: { headers } }) => {
      const host = headers.get('host') ?? '';
      return /:\d+$/.test(host) ? [] : PORTS.flatMap((port) => hostLine(`${host}:${port}`));
    },
  },
  {
    code: 'host-without-port',
    part: 'headers',
    summary: 'The client signed the host as {signed|its name alone}, but it arrived as {expected|name:port}.',
    fix: 'Sign the host with its port, unless that is the default of the scheme.',
    changes: ({ received: { headers } }) => {
      const host = headers.get('host') ?? '';
      if (!/:\d+$/.test(host)) return [];
      const name = host.replace(/:\d+$/, '');
      return [name, ...PORTS.map((port) => `${name}:${port}`)].flatMap(hostLine);
    },
  },
  {
    code: 'host-of-dev-proxy',
    part: 'headers',
    summary:
      'The client signed {signed|the host of a development server or tunnel}, but the host that arrived is {expected|a different one}.',
    fix: 'Sign the host of the API (the option host), or turn off changeOrigin in the development proxy.',
    changes: () =>
      ['', ...DEVELOPMENT_PORTS.map((port) => `:${port}`)].flatMap((port) =>
        ['localhost', '127.0.0.1', '[::1]'].flatMap((name) => hostLine(name + port)),
      ),
    together: 36,
  },
  {
    code: 'host-written-otherwise',
    part: 'headers',
    summary:
      'The client signed the host in another spelling: with capital letters, a scheme before it, or a dot at its end.',
    fix: 'Sign the host as HTTP clients send it: in lower-case letters, without a scheme or a final dot.',
    changes: ({ received: { headers } }) => {
      const host = headers.get('host') ?? '';
      return [
        host.toLowerCase(),
        host.toUpperCase(),
        host.endsWith('.') ? host.slice(0, -1) : `${host}.`,
        `https://${host}`,
        `http://${host}`,
        `https://${host}/`,
      ].flatMap(hostLine);
    },
  },
];

/**
 * Of Vite, create-react-app, Next.js, Angular, Astro, Wrangler, Webpack, Django, Rails, Flask, Parcel, Storybook, SAM,
 * serverless-offline, LocalStack and others, the usual first.
 */
export const DEVELOPMENT_PORTS = [
  ...[3000, 5173, 8080, 4200, 8000, 5000, 8787, 3001, 4321, 8081, 8888, 9000, 4000, 1234, 5174, 4173, 3333],
  ...[8443, 6006, 4566, 3002, 5001, 8001, 9090, 7071, 8788, 19006, 19000],
];
const PORTS = [443, 80, ...DEVELOPMENT_PORTS, 3128];
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0', 'host.docker.internal'];
export const FORWARDED_HOST = [
  'x-forwarded-host',
  'x-original-host',
  'x-host',
  'x-forwarded-server',
  ':authority',
];

/** @param {string} host */
export function isLoopback(host) {
  return LOOPBACK.includes(host.replace(/:\d+$/, ''));
}

/**
 * The host of the page that sent the request, and what its API is often called.
 *
 * @param {Map<string, string>} headers
 * @returns {string[]}
 */
export function pageHosts(headers) {
  const pages = ['origin', 'referer'].flatMap(
    (name) => /^\w+:\/\/([^/?#]+)/.exec(headers.get(name) ?? '')?.[1] ?? [],
  );
  return [...new Set(pages)].flatMap((host) => [
    host,
    ...(isLoopback(host) ? [] : [`api.${host}`, host.replace(/^[^.]+\./, 'api.')]),
  ]);
}

/** @param {string} host */
function hostLine(host) {
  return [{ 'headers:host': host }];
}

/**
 * What else the same server is called.
 *
 * @param {string} host
 * @param {string} region
 */
function otherNames(host, region) {
  const port = /:\d+$/.exec(host)?.[0] ?? '';
  return [
    ...(isLoopback(host) ? LOOPBACK.map((name) => name + port) : []),
    ...(host.includes(`.${region}.`) ? [host.replace(`.${region}.`, '.')] : []),
    host.replace('.s3.amazonaws.com', `.s3.${region}.amazonaws.com`),
    host.replace(`s3.${region}.amazonaws.com`, 's3.amazonaws.com'),
    host.replace('s3.', 's3-'),
    host.startsWith('www.') ? host.slice(4) : `www.${host}`,
  ];
}

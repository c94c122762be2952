// The site: `make docs` builds it. Its pages are those of docs/, which are readable on their own, too.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));
const root = join(docs, '..');
/** Where files outside of docs/ are read, such as examples: a release says which repository. */
const { DOCS_REPOSITORY: repository = '' } = process.env;
const version = /^version = "(.+)"$/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'))?.[1];

/** @param {string} text @param {string} link */
const page = (text, link) => ({ text, link });

/** What scripts/site.mjs puts beside the pages. @param {string} folder @param {string} text */
const staticPage = (folder, text) =>
  existsSync(join(docs, 'public', folder)) ? [{ text, link: `/${folder}/index.html`, target: '_blank' }] : [];

export default defineConfig({
  title: 'sigv4-wasm',
  description:
    'AWS Signature Version 4 for JavaScript: signs requests for every AWS service with IAM authorization.',
  lang: 'en',
  cleanUrls: true,
  srcExclude: ['node_modules/**'],
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    // The reds of github-light have too little contrast on the background of a block.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    config: (md) => {
      md.core.ruler.push('repository-links', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          if (token.type === 'link_open') rewrite(token, 'href', env.relativePath);
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Guide', '/getting-started'),
      page('403: what now', '/403'),
      page('Reference', '/reference/options'),
      page('Migration', '/migration/'),
      ...staticPage('inspector', 'Inspector'),
      page(`v${version}`, '/changelog'),
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          page('Getting started', '/getting-started'),
          page('Signing requests', '/guides/signing'),
          page('Credentials', '/guides/credentials'),
          page('Examples', '/examples'),
          page('403: what now', '/403'),
        ],
      },
      {
        text: 'HTTP clients',
        items: [
          page('axios', '/guides/axios'),
          page('fetch', '/guides/fetch'),
          page('undici', '/guides/undici'),
          page('got', '/guides/got'),
          page("Node's http", '/guides/node-http'),
          page('AWS SDK', '/guides/aws-sdk'),
        ],
      },
      {
        text: 'Where it runs',
        items: [
          page('Browsers', '/guides/browsers'),
          page('CORS', '/guides/cors'),
          page('Lambda', '/guides/lambda'),
          page('Tunnels and proxies', '/guides/proxies'),
          page('Without WebAssembly', '/guides/without-wasm'),
          page('FIPS', '/guides/fips'),
          page('From the shell', '/guides/shell'),
          page('A signing proxy', '/guides/signing-proxy'),
        ],
      },
      {
        text: 'What it signs',
        items: [
          page('Presigned URLs', '/guides/presigned-urls'),
          page('S3 uploads', '/guides/s3-uploads'),
          page('WebSocket and IoT', '/guides/websocket-iot'),
          page('Tokens and passwords', '/guides/tokens'),
          page('Proof of identity', '/guides/identity'),
          page('SigV4a', '/guides/sigv4a'),
        ],
      },
      {
        text: 'Servers and tests',
        items: [
          page('Verifying', '/guides/verify'),
          page('Finding the mismatch', '/guides/find-mismatch'),
          page('Policies', '/guides/policies'),
          page('Testing', '/testing'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('Options', '/reference/options'),
          page('Errors', '/reference/errors'),
          page('Options of curl', '/reference/curl-options'),
          page('Entries', '/reference/entries'),
          page('Services and regions', '/services'),
          page('Runtimes', '/runtimes'),
          page('Compatibility', '/reference/compatibility'),
          page('Performance', '/performance'),
          page('Sizes', '/sizes'),
          page('A round of SHA-256', '/sha256-round'),
          ...staticPage('api', 'API'),
          ...staticPage('crate/sigv4_wasm', 'API of the crate'),
          ...(existsSync(join(docs, 'trust.md')) ? [page('Trust', '/trust')] : []),
          page('Changelog', '/changelog'),
        ],
      },
      {
        text: 'Migration',
        items: [
          page('Overview', '/migration/'),
          page('An axios interceptor', '/migration/axios-interceptor'),
          page('@smithy/signature-v4', '/migration/smithy'),
          page('aws4', '/migration/aws4'),
          page('aws4-axios', '/migration/aws4-axios'),
          page('aws4fetch', '/migration/aws4fetch'),
          page('aws-sigv4-fetch', '/migration/aws-sigv4-fetch'),
          page("Amplify v5's Signer", '/migration/amplify'),
          page('Powertools', '/migration/powertools'),
          page('aws-sigv4 (Rust)', '/migration/rust'),
        ],
      },
    ],
  },
});

/**
 * A link out of docs/ leads to the repository, if that is known, and to the changelog's own page. Otherwise its text stands
 * alone.
 *
 * @param {import('markdown-it').Token} token
 * @param {string} attribute
 * @param {string} file  of the page, from docs/
 */
function rewrite(token, attribute, file) {
  const link = token.attrGet(attribute);
  if (!link || /^(?:https?:|#|\/)/.test(link)) return;
  // The changelog is included from the root.
  const base = file === 'changelog.md' ? root : join(docs, dirname(file));
  const path = relative(root, join(base, link));
  if (path.startsWith('docs/')) {
    if (base === root) token.attrSet(attribute, `/${path.slice('docs/'.length)}`);
  } else if (path === 'CHANGELOG.md') token.attrSet(attribute, '/changelog');
  else if (repository) token.attrSet(attribute, `${repository}/blob/v${version}/${path}`);
  else token.attrs = null;
}

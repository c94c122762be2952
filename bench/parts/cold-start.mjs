// Cold start: a fresh process, from the import to the first signature.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { quantile } from '../harness.mjs';
import { AWS4, REPLACED, SMITHY_NODE } from '../peers-node.mjs';
import { AWS4FETCH, OURS } from '../peers.mjs';
import { gateway, get, temporary } from '../requests.mjs';

const root = new URL('../../', import.meta.url);
const { host, hostname, pathname, search, searchParams } = new URL(get.url);
const text = JSON.stringify;
const options = `{ ...${text(gateway)}, credentials }`;
const smithy = text({
  ...{
    method: get.method,
    protocol: 'https:',
    hostname,
    path: pathname,
    query: Object.fromEntries(searchParams),
  },
  headers: { ...get.headers, host },
});

/** Programs in one file, as AWS SAM and CDK bundle a function: CommonJS, minified. */
const ONE_FILE = {
  [OURS]: fileURLToPath(new URL('target/bench/sigv4-wasm.cjs', root)),
  [AWS4]: fileURLToPath(new URL('target/bench/aws4.cjs', root)),
};
export const oneFile = (/** @type {string} */ name) => `${name}, one file, require`;

/** What a program has in it, as ES modules unless it says `require`; each sets `authorization`. */
const PROGRAMS = {
  [OURS]: `const { Signer } = await import('${new URL('pkg/esm/index.js', root)}');
    authorization = new Signer(${options}).signSync(${text(get)}).headers.authorization;`,
  [`${OURS}, require`]: `const { Signer } = require('${new URL('pkg/cjs/index.js', root).pathname}');
    authorization = new Signer(${options}).signSync(${text(get)}).headers.authorization;`,
  [AWS4]: `const { default: aws4 } = await import('aws4');
    const work = ${text({ method: get.method, host, path: pathname + search, headers: get.headers, ...gateway })};
    authorization = aws4.sign(work, credentials).headers.Authorization;`,
  [`${AWS4}, require`]: `const aws4 = require('aws4');
    const work = ${text({ method: get.method, host, path: pathname + search, headers: get.headers, ...gateway })};
    authorization = aws4.sign(work, credentials).headers.Authorization;`,
  [oneFile(OURS)]: `const { Signer } = require('${ONE_FILE[OURS]}');
    authorization = new Signer(${options}).signSync(${text(get)}).headers.authorization;`,
  [oneFile(AWS4)]: `const { aws4 } = require('${ONE_FILE[AWS4]}');
    const work = ${text({ method: get.method, host, path: pathname + search, headers: get.headers, ...gateway })};
    authorization = aws4.sign(work, credentials).headers.Authorization;`,
  [AWS4FETCH]: `const { AwsV4Signer } = await import('aws4fetch');
    const signed = await new AwsV4Signer({ ...${text({ ...get, ...gateway })}, ...credentials }).sign();
    authorization = signed.headers.get('authorization');`,
  [SMITHY_NODE]: `const { HttpRequest } = await import('@smithy/protocol-http');
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const { createHash, createHmac } = await import('node:crypto');
    class Hash {
      constructor(secret) { this.hash = secret ? createHmac('sha256', secret) : createHash('sha256'); }
      update(data) { this.hash.update(data); }
      async digest() { return this.hash.digest(); }
    }
    const signer = new SignatureV4({ ...${options}, sha256: Hash });
    authorization = (await signer.sign(new HttpRequest(${smithy}))).headers.authorization;`,
  [`${REPLACED}, provider`]: `const { Sha256 } = await import('@aws-crypto/sha256-js');
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    const { HttpRequest } = await import('@aws-sdk/protocol-http');
    const { SignatureV4 } = await import('@aws-sdk/signature-v4');
    const signer = new SignatureV4({ ...${options}, credentials: defaultProvider(), sha256: Sha256 });
    authorization = (await signer.sign(new HttpRequest(${smithy}))).headers.authorization;`,
};
export const PROVIDER = `${REPLACED}, provider`;

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  await bundle(ONE_FILE[OURS], `export { Signer } from './pkg/esm/index.js';`);
  await bundle(ONE_FILE[AWS4], `export { default as aws4 } from 'aws4';`);
  /** @type {Record<string, number[]>} */
  const samples = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, []]));
  for (let round = 0; round <= (quick ? 5 : 25); round++) {
    for (const [name, program] of Object.entries(PROGRAMS)) {
      const millis = start(name, program);
      if (round > 0) samples[name].push(millis); // the first reads the files from the disk
    }
  }
  const ours = quantile(samples[OURS], 0.5);
  const rows = Object.entries(samples).map(([name, values]) => {
    const value = quantile(values, 0.5);
    return {
      name,
      value,
      ratio: value / ours,
      spread: (quantile(values, 0.75) - quantile(values, 0.25)) / value,
    };
  });
  return [{ id: 'cold-start', title: 'Cold start, import to first signature', unit: 'ms', rows }];
}

function start(name, program) {
  const isRequire = name.endsWith('require');
  const code = `
    const credentials = ${text(temporary)};
    (async () => {
      let authorization;
      const start = performance.now();
      ${program}
      const millis = performance.now() - start;
      if (!/^AWS4-HMAC-SHA256 .* Signature=[0-9a-f]{64}$/.test(authorization)) throw new Error(authorization);
      process.stdout.write(String(millis));
    })();`;
  const out = execFileSync(
    process.execPath,
    [`--input-type=${isRequire ? 'commonjs' : 'module'}`, '-e', code],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: temporary.accessKeyId,
        AWS_SECRET_ACCESS_KEY: temporary.secretAccessKey,
        AWS_SESSION_TOKEN: temporary.sessionToken,
      },
    },
  );
  return Number(out);
}

/**
 * @param {string} outfile
 * @param {string} contents
 */
function bundle(outfile, contents) {
  return build({
    stdin: { contents, resolveDir: fileURLToPath(root) },
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    outfile,
  });
}

// The command lines of the README run, and those of the documentation.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { SIGNED_IN, SIGV4, sigv4, startProxy } from '../support/cli.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const run = promisify(execFile);
const region = 'eu-west-1';
const consumer = fileURLToPath(new URL('../..', import.meta.url));

const readme = await readFile(join(consumer, 'node_modules/sigv4-wasm-devtools/README.md'), 'utf8');
/** Those of servers are run where the servers are tested. */
const own = readme.replace(/^## (gateway|inspect|doctor|proxy)\n[^]*?(?=^## )/gm, '');
const lines = [...own.matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap(([, block]) => (block.startsWith('url=') ? [block] : block.trim().split('\n')))
  .filter((line) => !/^(npm|npx) |\| source|^source /.test(line))
  .concat(documentedLines());

/** Those of docs/ that end by themselves. */
function documentedLines() {
  const docs = fileURLToPath(new URL('../../../../docs/', import.meta.url));
  const texts = readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/node_modules/.test(name))
    .map((name) => readFileSync(join(docs, name), 'utf8'));
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => /^npx sigv4 (?!gateway|inspect|doctor|proxy)/.test(line))
    .map((line) => line.slice('npx '.length));
}

/** @type {{ api: import('../support/iam-server.js').IamServer, s3: import('../support/iam-server.js').IamServer }} */
let servers;
/** @type {Awaited<ReturnType<typeof startProxy>>} */
let proxy;
/** @type {string} */
let folder;

before(async () => {
  const options = { credentials: [CREDENTIALS], region };
  servers = { api: await startIamServer(options), s3: await startIamServer({ ...options, service: 's3' }) };
  proxy = await startProxy((host) => (host.includes('.s3.') ? servers.s3 : servers.api).origin);
  folder = await mkdtemp(join(tmpdir(), 'sigv4-readme-'));
  await writeFile(join(folder, 'report.pdf'), '%PDF-1.7');
  await writeFile(join(folder, 'answer.json'), '{"message":"Missing Authentication Token"}');
  const { stdout } = await sigv4(['sign', 'https://abc123.execute-api.eu-west-1.amazonaws.com/x'], {
    showsToken: true,
  });
  const sent = `GET /y HTTP/1.1\nHost: abc123.execute-api.eu-west-1.amazonaws.com\n${stdout}`;
  await writeFile(join(folder, 'sent.txt'), sent.replace('GET', 'PUT').replace('/y', '/x'));
  await writeFile(
    join(folder, 'copied.txt'),
    `curl 'http://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders' --data-raw '{}'`,
  );
  // In place of the AWS CLI.
  const { accessKeyId, secretAccessKey, sessionToken } = CREDENTIALS;
  const json = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken };
  await writeFile(join(folder, 'aws'), `#!/bin/sh\necho '${JSON.stringify(json)}'\n`);
  await chmod(join(folder, 'aws'), 0o755);
});
after(async () => {
  await Promise.all([servers.api.close(), servers.s3.close(), proxy.close()]);
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  for (const { requests } of Object.values(servers)) requests.length = 0;
});

it('there are some', () => {
  assert.ok(lines.length > 10);
});

describe('in a shell', () => {
  for (const line of lines) {
    it(line, async () => {
      const PATH = [folder, dirname(SIGV4), process.env.PATH].join(delimiter);
      // curl wants to be asked to use a tunnel.
      const script = line.replaceAll('https://', 'http://').replace('curl -H', 'curl -sfp -H');
      await run('bash', ['-e', '-o', 'pipefail', '-c', script], {
        cwd: folder,
        env: { ...SIGNED_IN, ...proxy.env, PATH },
      });
      const arrived = Object.values(servers).flatMap(({ requests }) => requests);
      assert.equal(arrived.length, /sigv4 request|^curl/m.test(line) ? 1 : 0);
      for (const { status } of arrived) assert.equal(status, 200);
      // A browser that downloads it must know what it is.
      if (/report\.pdf -H/.test(line)) {
        const { rawHeaders } = arrived[0];
        assert.equal(
          rawHeaders[rawHeaders.findIndex((name) => /^content-type$/i.test(name)) + 1],
          'application/pdf',
        );
      }
    });
  }
});

it('npx finds it by the name of the package', async () => {
  const { stdout } = await run('npx', ['--no', '--', 'sigv4-wasm-devtools', '--version'], { cwd: consumer });
  const { version } = JSON.parse(
    await readFile(join(consumer, 'node_modules/sigv4-wasm-devtools/package.json'), 'utf8'),
  );
  assert.equal(stdout.trim(), version);
});

describe('what there is, is in it', () => {
  it('commands', async () => {
    const { stdout } = await sigv4(['--help']);
    const [, list] = /^Commands:\n((?: {2}\S.*\n)+)/m.exec(stdout) ?? [];
    const commands = [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
    assert.ok(commands.length >= 5);
    for (const name of commands) assert.match(readme, new RegExp(`^## ${name}$`, 'im'));
  });

  it('the files of the package', async () => {
    for (const file of ['LICENSE-MIT', 'LICENSE-APACHE', 'README.md']) {
      assert.ok(await readFile(join(consumer, 'node_modules/sigv4-wasm-devtools', file)), file);
    }
  });
});

// `sigv4 request` beside curl: the same command line makes the same request, except for the signature, and prints the same.

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { SIGNED_IN, SIGV4, sigv4 } from '../support/cli.js';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
const skip = !hasCurl && 'curl is not installed';

/** `URL` stands for a path of the server that is the line's own. */
const LINES = String.raw`
URL/a
URL
'URL/a?x=1&y=2'
'URL/a?x=1#fragment'
URL/a/../b/./c
--path-as-is URL/a/../b
-g 'URL/x?a=[1]'
'URL/x?a=\[1\]'
URL/a%20b/%C3%BC
'URL/a?b=%2B&c=%20&d'
URL//double//slash
-XPOST URL/a
-X PUT URL/a
--request=PATCH URL/a
--request DELETE URL/a
URL/a -X OPTIONS
-XPURGE URL/a
-Hx-one:1 URL/a
-H 'X-One: 1' URL/a
--header='X-One: 1' URL/a
-H 'X-Empty;' URL/a
-H 'Accept:' URL/a
-H 'accept: text/plain' URL/a
-H 'X-Two: 1' -H 'X-Two: 2' URL/a
-H 'User-Agent: me' URL/a
-H 'Host: other.example' URL/a
-H @headers.txt URL/a
-H 'X-Space:   a  b  ' URL/a
-H 'X-Colon: a:b:c' URL/a
-H 'X-Note: größe' URL/a
-d a=1 URL/a
-da=1 URL/a
--data=a=1 URL/a
URL/a -d a=1 -d b=2
-d @lines.txt URL/a
-d @- URL/a < lines.txt
--data-raw @x URL/a
--data-raw=-x URL/a
-d --x URL/a
--data-ascii x URL/a
--data-binary @data.bin URL/a
--data-binary @lines.txt URL/a
--data-binary @- URL/a < data.bin
-d '' URL/a
-d '{"a":1}' -H 'content-type: application/json' URL/a
-d x -H 'Content-Type:' URL/a
-X PUT -d x URL/a
-X GET -d x URL/a
-d a --data-urlencode 'b=c d' --data-raw e URL/a
--data-binary a -d b URL/a
--data-urlencode 'a=ü &+(1)!*~' URL/a
--data-urlencode '=x y' --data-urlencode 'plain text' URL/a
--data-urlencode @lines.txt URL/a
--data-urlencode name@lines.txt URL/a
-G -d a=1 -d b=2 URL/a
-G 'URL/a?z=1' -d a=1
-G --data-urlencode 'q=a b' URL/a
-G -I -d a=1 URL/a
-G --data-binary @query.txt URL/a
--url-query 'q=a b' URL/a
--url-query +raw=1 -d x URL/a
--json '{"a":1}' URL/a
--json '{"a":' --json '1}' URL/a
--json @body.json URL/a
--json '{}' -H 'Content-Type: application/x-amz-json-1.0' URL/a
-I URL/a
--head -H 'X-One: 1' URL/a
-T data.bin URL/up
-T data.bin URL/folder/
-T data.bin -X POST URL/up
--upload-file=lines.txt URL/up
-T - URL/up < lines.txt
-F a=1 -F b=2 URL/a
-F file=@data.bin URL/a
-F 'file=@lines.txt;type=text/csv' URL/a
-F 'file=@lines.txt;filename=other name.txt' URL/a
-F 'file=@image.png' -F 'page=@page.html' URL/a
-F 'text=<lines.txt' URL/a
-F 'files=@lines.txt,data.bin' URL/a
-F 'a="quoted;text"' URL/a
-F 'a={"x":1};type=application/json' URL/a
-F 'na"me=1' URL/a
--form-escape -F 'na"me=1' URL/a
--form-string 'a=@x;y' URL/a
-X PUT -F a=1 URL/a
-A agent URL/a
-A '' URL/a
--user-agent=agent/1.0 URL/a
-e http://referer.example/ URL/a
-e 'http://referer.example/;auto' URL/a
-b a=1 URL/a
-b 'a=1; b=2' URL/a
-b cookies.txt URL/a
-b cookies.txt -j URL/a
-r 0-9 URL/a
--range=5- URL/a
-sS URL/a
-fsSL URL/a
-sSoout.txt URL/a
-oout.txt URL/a -d x
-k --compressed URL/a
-m 10 --connect-timeout 5 --max-time=9.5 URL/a
--http1.1 -4 -N -# URL/a
--no-progress-meter --no-keepalive --tcp-nodelay --no-location URL/a
--url URL/a
-- URL/a
-L URL/302/a
-L -d x URL/302/a
-L -d x --post302 URL/302/a
-L -d x URL/307/a
-L -T lines.txt URL/303/a
-L -X PATCH -d x URL/301/a
-L -c jar.txt URL/302/cookie
--retry 1 --retry-delay 0 URL/503/a
--resolve api.example:PORT:127.0.0.1 NAMED/a
--connect-to api.example:80:127.0.0.1:PORT http://api.example/BARE/a
-w '%{http_code} %{method} %{num_redirects} %{content_type} %{size_download} %{size_upload}\n' -d x URL/a
-w '%{response_code} %header{x-case} %{url_effective} %{exitcode}%%\t\n' -L URL/302/a
-w '%{redirect_url} %{filename_effective}\n' -o out.txt URL/302/a
-O -w '%{filename_effective}\n' URL/302/remote.bin
`
  .trim()
  .split('\n');

/** @typedef {{ method: string, url: string, headers: [string, string][], body: string }} Arrival */

/** What arrived, by the line that sent it and who did. @type {Map<string, Arrival[]>} */
const arrivals = new Map();
/** @type {import('node:http').Server} */
let server;
/** @type {number} */
let port;
/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sigv4-curl-'));
  const files = {
    'headers.txt': 'X-First: 1\nX-Second: 2\n',
    'lines.txt': 'one & two\r\nthree\n',
    'body.json': '{\n  "a": 1\n}\n',
    'query.txt': 'a=1&b=2',
    'data.bin': Buffer.from([0, 255, 10, 13, 38]),
    'image.png': 'png',
    'page.html': '<p>',
    'cookies.txt':
      '# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tkept\tyes\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\t1\n' +
      'elsewhere.example\tFALSE\t/\tFALSE\t0\tother\t1\n',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', rawHeaders } = request;
    const [, who, path] = /^\/([^/?]+)(.*)$/.exec(url) ?? [];
    const headers = Array.from({ length: rawHeaders.length / 2 }, (_, i) =>
      rawHeaders.slice(2 * i, 2 * i + 2),
    );
    const before = arrivals.get(who) ?? [];
    arrivals.set(who, [
      ...before,
      {
        method,
        url: path,
        headers: /** @type {any} */ (headers),
        body: Buffer.concat(chunks).toString('latin1'),
      },
    ]);
    const [, status, rest] = /^\/(\d{3})(\/.*)$/.exec(path) ?? [];
    const isRedirect = /^3/.test(status ?? '');
    const isFirst = before.length === 0;
    response.writeHead(
      isRedirect || status === '404' || (status === '503' && isFirst) ? Number(status) : 200,
      {
        ...(/gzip/.test(path) && { 'content-encoding': 'gzip' }),
        ...(/\/br\//.test(path) && { 'content-encoding': 'br' }),
        ...(/named/.test(path) && { 'content-disposition': 'attachment; filename="chosen name.txt"' }),
        'x-case': '1',
        'content-type': 'text/plain',
        ...(isRedirect && { location: `/${who}${rest}` }),
        ...(/cookie/.test(path) && isRedirect && { 'set-cookie': 'learned=yes; Path=/' }),
      },
    );
    const text = isRedirect ? 'elsewhere' : 'fine';
    response.end(/gzip/.test(path) ? gzipSync(text) : /\/br\//.test(path) ? brotliCompressSync(text) : text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  ({ port } = /** @type {import('node:net').AddressInfo} */ (server.address()));
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/**
 * @param {string} command
 * @param {string} line
 * @param {string} who
 * @param {string} [cwd]
 */
async function sent(command, line, who, cwd = folder) {
  const text = line
    .replaceAll('URL', (all, at) =>
      /[-\w]$/.test(line.slice(0, at)) ? all : `http://127.0.0.1:${port}/${who}`,
    )
    .replaceAll('NAMED', `http://api.example:${port}/${who}`)
    .replaceAll('PORT', String(port))
    .replaceAll('BARE', who);
  const stdout = await new Promise((resolve) => {
    const env = { ...SIGNED_IN, PATH: `${dirname(SIGV4)}:${process.env.PATH}` };
    const child = execFile(
      'bash',
      ['-c', `${command} ${text}`],
      { env, cwd, timeout: 30_000 },
      (_, out, err) => resolve(out + err),
    );
    child.stdin?.end();
  });
  return { stdout: stdout.replaceAll(who, 'WHO'), arrived: (arrivals.get(who) ?? []).map(comparable) };
}

/** Of the signature, the connection and the program. */
const OWN = new Set([
  ...['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'],
  ...['connection', 'expect', 'transfer-encoding'],
]);

/** @param {Arrival} arrival */
function comparable({ method, url, headers, body }) {
  const boundary = /boundary=(.*)/.exec(headers.map(([, value]) => value).join('\n'))?.[1] ?? '\0';
  // Without a length, curl sends chunks.
  const isChunked = headers.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  return {
    method,
    // In a query, servers differ on a plus.
    url: url.replace(/\?.*/s, (query) => query.replaceAll('+', '%20')),
    headers: headers
      .map(([name, value]) => [name.toLowerCase(), value.replace(boundary, 'BOUNDARY')])
      .map(([name, value]) => [
        name,
        name === 'user-agent' ? value.replace(/^(?:curl|sigv4)\/.*/, 'own') : value,
      ])
      .map(([name, value]) => [name, name === 'accept-encoding' ? value.replace(', zstd', '') : value])
      .map(([name, value]) => [
        name,
        name === 'content-length' && /BOUNDARY|boundary/.test(boundary) ? '' : value,
      ])
      .concat(isChunked ? [['content-length', String(body.length)]] : [])
      .filter(([name]) => !OWN.has(name))
      .map(([name, value]) => [name, name === 'cookie' ? value.split('; ').sort().join('; ') : value])
      // Of a POST or PUT without a body, which curl leaves out.
      .filter(([name, value]) => !(name === 'content-length' && value === '0'))
      .sort(([a, x], [b, y]) => (a + x < b + y ? -1 : 1)),
    body: body.replaceAll(boundary, 'BOUNDARY').replace(/-{24}\w+/g, 'NESTED'),
  };
}

describe('a command line makes the request that curl makes of it', { skip, concurrency: 4 }, () => {
  LINES.forEach((line, i) => {
    it(line, async () => {
      const [theirs, ours] = await Promise.all([
        // curl wants a space where most programs take an equals sign.
        sent('curl -s', line.replace(/(^| )(--[\w-]+)=/g, '$1$2 '), `curl${i}`),
        sent('sigv4 request -s --region us-east-1 --service execute-api', line, `ours${i}`),
      ]);
      assert.ok(theirs.arrived.length > 0, theirs.stdout);
      assert.deepEqual(ours.arrived, theirs.arrived, ours.stdout);
      // To standard output, curl also writes the body of an attempt before a retry.
      if (!/-I|--head|--retry/.test(line)) assert.equal(ours.stdout, theirs.stdout);
      for (const { headers } of arrivals.get(`ours${i}`) ?? []) {
        assert.ok(headers.some(([name]) => name.toLowerCase() === 'authorization'));
      }
    });
  });

  it('there are more than a hundred', () => {
    assert.ok(LINES.length > 100);
  });
});

describe('TLS and HTTP/2', { skip }, () => {
  const tls = fileURLToPath(new URL('../support/tls/', import.meta.url));
  /** @type {import('node:http2').Http2SecureServer} */
  let secure;
  let securePort = 0;
  before(async () => {
    const [key, cert] = await Promise.all(
      ['key.pem', 'certificate.pem'].map((name) => readFile(join(tls, name))),
    );
    secure = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
      const { method, httpVersion, url } = request;
      response
        .writeHead(200, { 'x-case': '1' })
        .end(`${method} ${httpVersion} ${url} ${request.headers['x-two']}`);
    });
    await new Promise((resolve) => secure.listen(0, '127.0.0.1', () => resolve(undefined)));
    securePort = /** @type {import('node:net').AddressInfo} */ (secure.address()).port;
  });
  after(() => secure.close());

  for (const line of [
    `-k --http2 URL/a -H 'X-Two: 1'`,
    `-k --http1.1 URL/a`,
    `-k --http2 -d x URL/a -w ' %{http_version}'`,
    `--cacert CERTIFICATE --http1.1 https://localhost:PORT/a`,
    `--cacert CERTIFICATE --http1.1 --resolve localhost:PORT:127.0.0.1 -4 https://localhost:PORT/a`,
    `--tlsv1.3 -k --http1.1 URL/a`,
  ]) {
    it(line, async () => {
      const text = line
        .replaceAll('URL', `https://127.0.0.1:${securePort}`)
        .replaceAll('CERTIFICATE', join(tls, 'certificate.pem'))
        .replaceAll('PORT', String(securePort));
      const [theirs, ours] = await Promise.all(
        ['curl -s', 'sigv4 request -s --region us-east-1 --service execute-api'].map(
          async (command, i) => (await sent(command, text, `tls${i}`)).stdout,
        ),
      );
      assert.match(theirs, /^(?:GET|POST) [12]/);
      assert.equal(ours, theirs);
    });
  }
});

/** What each leaves in its folder, and prints. */
const FILES = String.raw`
-O URL/files/report.pdf
-OJ URL/named/x
-o a.txt --output-dir new/folder --create-dirs URL/a
-o a.txt -D head.txt URL/a
-o a.txt --no-clobber URL/a
-L -o a.txt -D head.txt URL/302/a
-L -c jar.txt URL/302/cookie
-b jar.txt -c jar.txt URL/a
--compressed -o a.txt URL/gzip/a
--compressed URL/br/a
-o a.txt -w '%{filename_effective} %{size_download}' URL/gzip/a
-f -o a.txt URL/404/a
-w '%{json}' -o /dev/null URL/a
`
  .trim()
  .split('\n');

describe('a command line leaves the files that curl leaves', { skip, concurrency: 2 }, () => {
  FILES.forEach((line, i) => {
    it(line, async () => {
      const [theirs, ours] = await Promise.all(
        [
          ['curl -s', 'curl'],
          ['sigv4 request -s --region us-east-1 --service execute-api', 'ours'],
        ].map(async ([command, who]) => {
          const own = await mkdtemp(join(folder, 'own-'));
          await writeFile(join(own, 'jar.txt'), '127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tkept\tyes\n');
          if (line.includes('--no-clobber')) await writeFile(join(own, 'a.txt'), 'mine');
          const { stdout } = await sent(command, line, `${who}File${i}`, own);
          return { files: await contentsOf(own), stdout };
        }),
      );
      assert.deepEqual(ours.files, theirs.files);
      if (line.includes('json')) {
        const [all, some] = [JSON.parse(theirs.stdout), JSON.parse(ours.stdout)];
        for (const name of [
          'http_code',
          'method',
          'num_redirects',
          'size_download',
          'content_type',
          'exitcode',
        ]) {
          assert.deepEqual(some[name], all[name], name);
        }
      } else {
        assert.equal(ours.stdout, theirs.stdout);
      }
    });
  });
});

/** @param {string} path */
async function contentsOf(path) {
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const contents = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'latin1');
      // Comments of a jar, and what differs from one response to the next.
      const lines = text
        .replace(/(?:curl|ours)File\d+/g, 'WHO')
        .split('\n')
        .filter((line) => !/^# |^date: |^$/i.test(line));
      return [file.slice(path.length + 1), file.endsWith('jar.txt') ? lines.sort() : lines];
    }),
  );
  return Object.fromEntries(contents.sort());
}

describe('the options of curl', { skip }, () => {
  const manual = hasCurl ? execFileSync('curl', ['--help', 'all'], { encoding: 'utf8' }) : '';
  const listed = Array.from(
    manual.matchAll(/^\s*(?:(-.), |\s{4,})?(--[\w.-]+)( [<[][^ ].*?[>\]])? /gm),
    ([, short, name, value]) => ({ short, name, hasValue: value !== undefined }),
  );

  it('are known: all that curl lists, with their letters and whether they take a value', async () => {
    const path = '../../node_modules/sigv4-wasm-devtools/lib/requests/curl-options.js';
    const { curlOption } = await import(fileURLToPath(new URL(path, import.meta.url)));
    assert.ok(listed.length > 200);
    for (const { short, name, hasValue } of listed) {
      const option = curlOption(name);
      assert.deepEqual([option?.short, option?.hasValue], [short, hasValue], name);
    }
  });

  it('are a table in the documentation', async () => {
    const page = await readFile(
      new URL('../../../../docs/reference/curl-options.md', import.meta.url),
      'utf8',
    );
    for (const { name } of listed) assert.ok(page.includes(`\`${name}`), name);
  });
});

describe('an option that is not there', () => {
  /** @type {[args: string[], expected: RegExp][]} */
  const cases = [
    [['--regoin', 'us-east-1', 'https://api.example/'], /unknown option '--regoin': did you mean --region\?/],
    [['--jsn', '{}', 'https://api.example/'], /unknown option '--jsn': did you mean --json\?/],
    [['-~', 'https://api.example/'], /unknown option '-~'/],
    [['--ntlm', 'https://api.example/'], /--ntlm is an option of curl/],
    [['--next', 'https://api.example/'], /--next is an option of curl.*one request at a time/],
    [['--http3', 'https://api.example/'], /--http3 is an option of curl.*sigv4 sign --as curl/],
    [['https://a.example/', 'https://b.example/'], /a request has one URL/],
    [['https://a.example/', '--profile'], /^sigv4: --profile needs a value: --profile <name>$/m],
    [
      ['https://a.example/', '--format', 'xml'],
      /^sigv4: --format xml is not known: choose one of text, json$/m,
    ],
  ];
  for (const [args, expected] of cases) {
    it(args.join(' '), async () => {
      const { code, stderr } = await sigv4(['request', ...args]);
      assert.equal(code, 2);
      assert.match(stderr, expected);
    });
  }
});

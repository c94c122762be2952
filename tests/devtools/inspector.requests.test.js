// Pasted requests: the parsed request equals the one that the tool sends, and a written request arrives unchanged.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { parseRequest, parseRequests, toAxios, toCurl, toFetch } from 'sigv4-wasm-devtools/requests';

import { launchChromium } from '../support/chromium.js';
import { startRawServer } from '../support/raw-server.js';

const run = promisify(execFile);
let server;
before(async () => {
  server = await startRawServer();
});
after(() => server.close());

/** What a client adds on its own, and AWS does not sign. */
const OF_CLIENTS = new Set([
  ...['host', 'accept', 'user-agent', 'content-length', 'connection', 'accept-encoding', 'accept-language'],
  ...['expect', 'sec-fetch-mode', 'keep-alive', 'transfer-encoding'],
]);

/** @param {{ headers: [string, string][] }} request */
const headersOf = ({ headers }) =>
  headers
    .map(([name, value]) => [name.toLowerCase(), value])
    .filter(([name]) => !OF_CLIENTS.has(name))
    .sort();

/** @param {string | Uint8Array | undefined} body */
const bytes = (body) => Buffer.from(body ?? '');

/** What arrived is what was read. */
function assertArrived(request, arrival) {
  assert.equal(arrival.method, request.method);
  assert.equal(`${server.origin}${arrival.url}`, request.url);
  assert.deepEqual(headersOf(arrival), headersOf(request));
  assert.deepEqual(arrival.body, bytes(request.body));
}

describe('curl commands are read as curl itself takes them', () => {
  const commands = [
    `curl URL/a`,
    `curl URL/a/../b/./c`,
    `curl --path-as-is URL/a/../b`,
    `curl URL/a?x=1\\&y=2#fragment`,
    `curl -sS -X PUT URL/a -H 'Content-Type: text/plain' -d 'a b'`,
    `curl -XDELETE -H'X-One:1' "URL/a"`,
    `curl URL/a -d a=1 -d 'b=2 3' --data-raw @c`,
    `curl URL/a --data-urlencode 'a=ü &+(1)!*' --data-urlencode '=x y' --data-urlencode plain`,
    `curl -G URL/a -d a=1 --data-urlencode 'b=x y'`,
    `curl -G 'URL/a?z=1' -d a=1`,
    `curl URL/a --url-query 'q=a b' --url-query +raw=1`,
    `curl --json '{"a":1}' --json '[2]' URL/a`,
    `curl URL/a --json '{}' -H 'Content-Type: application/x-amz-json-1.0'`,
    `curl -I URL/a`,
    `curl URL/a -u 'me:pass word' -A agent -e http://r/ -b 'a=1; b=2' -r 0-9`,
    `curl URL/a --oauth2-bearer token --compressed -k -L -m 10 --retry 1`,
    `curl URL/a -H 'X-Empty;' -H 'X-Gone:' -H 'Accept:' -d x -H 'Content-Type:'`,
    `curl URL/a -H 'X-Two: 1' -H 'X-Two: 2'`,
    `curl URL/a -d $'it\\'s \\u00e9 \\x41 \\101 \\n\\t\\\\ \\u2603'`,
    `curl URL/a --data-binary $'\\xff\\xfe'`,
    `curl \\\n  'URL/a' \\\n  -d "a \\"b\\" \\$c \\\\ 'd'"`,
    `curl URL/a -d 'one'"two"three\\ four`,
    `curl --url 'URL/x?a=\\[1\\]' -d '{"a":[1]}'`,
    `curl -g 'URL/x?a=[1]'`,
    `curl -X QUERY URL/a -d '' `,
    `curl URL/a # -d not`,
    `curl URL/a | cat`,
    `curl URL/a > /dev/null`,
    `curl -- URL/a`,
  ];
  for (const command of commands) {
    test(command, async () => {
      const text = command.replaceAll('URL', server.origin);
      await run('bash', ['-c', `${text.replace(/^curl/, 'curl -s')}`], { timeout: 10_000 });
      assertArrived(parseRequest(text), server.take());
    });
  }
});

test('curl --aws-sigv4 tells credentials, region and service', () => {
  const { signing } = parseRequest(
    `curl --aws-sigv4 aws:amz:eu-west-1:execute-api -u 'AK:s:e' https://h/ -H 'X-Amz-Security-Token: tok'`,
  );
  assert.deepEqual(signing, {
    ...{ accessKeyId: 'AK', secretAccessKey: 's:e', sessionToken: 'tok' },
    ...{ region: 'eu-west-1', service: 'execute-api' },
  });
});

describe('what DevTools of Chromium copy', () => {
  const requests = [
    { method: 'GET', url: 'https://h.example/prod/x?a=1&b=%20%25&c[]=2', headers: [['accept', '*/*']] },
    {
      method: 'POST',
      url: 'https://h.example/prod/it%27s?p=100%25',
      headers: [
        ['content-type', 'application/json'],
        ['cookie', 'a=1; b="2"'],
        ['x-empty', ''],
        [
          'authorization',
          'AWS4-HMAC-SHA256 Credential=AK/20150830/us-east-1/execute-api/aws4_request, Signature=00',
        ],
      ],
      body: '{"a":"it\'s !","b":[1,2],"c":"x\\\\y","d":"50% %PATH% ^ & | < >"}',
    },
    {
      method: 'PATCH',
      url: 'https://h.example/x',
      headers: [['content-type', 'text/plain']],
      body: 'one\ntwo\n',
    },
  ];
  /** @type {Awaited<ReturnType<typeof launchChromium>>} */
  let chromium;
  let page;
  before(async () => {
    chromium = await launchChromium();
    page = await chromium.browser.newPage();
    const { port } = new URL(chromium.browser.wsEndpoint());
    await page.goto(`http://127.0.0.1:${port}/devtools/inspector.html`).catch(() => undefined);
  });
  after(() => chromium.close());

  /** What its own code writes. */
  const copied = (request, format) =>
    page.evaluate(
      async ({ method, url, headers, body }, format) => {
        const { NetworkLogView } = (await import('./panels/network/network.js')).NetworkLogView;
        const list = headers.map(([name, value]) => ({ name, value }));
        const request = {
          url: () => url,
          requestMethod: method,
          requestHeaders: () => list,
          requestHeaderValue: (name) => list.find((header) => header.name === name)?.value,
          requestContentType: () => list.find(({ name }) => name === 'content-type')?.value,
          requestFormData: async () => body,
          securityState: () => 'secure',
          includedRequestCookies: () => [],
          hasSentCookies: () => false,
          allowlistedCookies: () => [],
        };
        return format === 'fetch'
          ? NetworkLogView.prototype.generateFetchCall.call(NetworkLogView.prototype, request, 0)
          : NetworkLogView.generateCurlCommand(request, format);
      },
      request,
      format,
    );

  for (const format of ['unix', 'win', 'fetch']) {
    requests.forEach((request, i) => {
      test(`${format} ${i + 1}`, async (context) => {
        const text = await copied(request, format).catch((error) => {
          if (!/Failed to fetch dynamically imported module/.test(error.message)) throw error;
        });
        if (text === undefined) return context.skip('this Chromium has no DevTools in it');
        const read = parseRequest(text);
        const skipped = format === 'fetch' ? ['cookie', 'accept-encoding'] : [];
        const wanted = request.headers.filter(([name]) => !skipped.includes(name)).sort();
        assert.equal(read.method, request.method, text);
        assert.equal(read.url, request.url, text);
        assert.deepEqual(
          read.headers.map(([name, value]) => [name.toLowerCase(), value]).sort(),
          wanted,
          text,
        );
        assert.deepEqual(bytes(read.body).toString(), request.body ?? '', text);
      });
    });
  }
});

describe('calls of fetch are read as fetch itself takes them', () => {
  const calls = [
    `fetch('URL/a b?x=ü#f')`,
    `await fetch(new URL('/x/../y', 'URL'), { method: 'post', body: 'text' })`,
    `fetch('URL/', { method: 'put', headers: { 'X-A': ' 1 ' }, body: JSON.stringify({ a: [1, null, true], 'b': -2 }) })`,
    `fetch('URL/', { method: 'POST', headers: [['x-a', '1'], ['x-b', '2']], body: new URLSearchParams({ a: '1 2' }) })`,
    `fetch('URL/', { method: 'POST', headers: new Headers({ 'content-type': 'application/json' }), body: \`{"a":
1}\` })`,
    `const base = 'URL'; const body = { a: 1 };
     const response = await fetch(\`\${base}/orders\`, { method: 'PUT', body: JSON.stringify(body, null, 2), signal: undefined })`,
    `globalThis.fetch(new Request('URL/r', { method: 'DELETE', headers: { a: 'b' } }))`,
    `fetch('URL/', { method: 'POST', body: new Uint8Array([255, 0, 1]) })`,
    `fetch('URL/', { method: 'POST', body: new TextEncoder().encode('é') })`,
    `fetch('URL/' + encodeURIComponent('a/b'), { method: 'POST', body: Uint8Array.from(atob('/w=='), (c) => c.charCodeAt(0)) })`,
  ];
  for (const call of calls) {
    test(call.slice(0, 90), async () => {
      const text = call.replaceAll('URL', (word, at) =>
        /new $/.test(call.slice(0, at)) ? word : server.origin,
      );
      const code = text
        .replaceAll(`new ${server.origin}`, 'new URL')
        .replaceAll(`${server.origin}SearchParams`, 'URLSearchParams');
      await run(process.execPath, ['--input-type=module', '-e', code], { timeout: 10_000 });
      assertArrived(parseRequest(code), server.take());
    });
  }
});

describe('HAR', () => {
  const entry = {
    request: {
      method: 'POST',
      url: 'https://h.example/x?a=1',
      headers: [
        { name: ':authority', value: 'h.example' },
        { name: 'content-type', value: 'text/plain' },
      ],
      postData: { mimeType: 'text/plain', text: 'hé' },
    },
    response: { status: 403, headers: [], content: { text: '{"message":"Forbidden"}' } },
  };
  const read = {
    ...{ format: 'har', method: 'POST', url: 'https://h.example/x?a=1', body: 'hé', notes: [] },
    headers: [['content-type', 'text/plain']],
    response: { status: 403, headers: [], body: '{"message":"Forbidden"}' },
  };

  test('an archive, an entry, and a request', () => {
    assert.deepEqual(parseRequest(JSON.stringify({ log: { entries: [entry] } })), read);
    assert.deepEqual(parseRequest(JSON.stringify(entry)), read);
    const { response, ...withoutResponse } = read;
    assert.deepEqual(parseRequest(JSON.stringify(entry.request)), withoutResponse);
  });

  test('of several entries, one must be chosen', () => {
    const archive = JSON.stringify({ log: { entries: [entry, entry] } });
    assert.equal(parseRequests(archive).length, 2);
    assert.throws(() => parseRequest(archive), { name: 'RequestSyntaxError' });
  });

  test('fields of a form, and bytes in base64', () => {
    const of = (postData) => parseRequest(JSON.stringify({ request: { ...entry.request, postData } })).body;
    assert.equal(
      of({ mimeType: 'application/x-www-form-urlencoded', params: [{ name: 'a', value: '1 2' }] }),
      'a=1+2',
    );
    assert.deepEqual(of({ mimeType: 'x/y', text: '/wA=', encoding: 'base64' }), Uint8Array.of(255, 0));
  });
});

describe('HTTP/1.1', () => {
  test('in origin form, with CR LF', () => {
    const text =
      'POST /prod/x?a=1 HTTP/1.1\r\nHost: h.example\r\nX-Long: a\r\n b\r\nContent-Length: 4\r\n\r\na\r\nb\n';
    const { url, headers, body } = parseRequest(text);
    assert.equal(url, 'https://h.example/prod/x?a=1');
    assert.equal(body, 'a\r\nb');
    assert.deepEqual(headers[1], ['X-Long', 'a b']);
  });

  test('in absolute form, and to this machine', () => {
    assert.equal(parseRequest('GET http://h.example HTTP/1.1\n').url, 'http://h.example/');
    assert.equal(parseRequest('GET /x HTTP/1.1\nHost: localhost:80\n\n').url, 'http://localhost:80/x');
  });

  test('a body that is shorter than it says is noted', () => {
    const { body, notes } = parseRequest('PUT /x HTTP/1.1\nHost: h\nContent-Length: 4\n\na\nb');
    assert.equal(body, 'a\nb');
    assert.equal(notes.length, 1);
  });
});

describe('what is wrong is said, and where', () => {
  const wrong = {
    '': undefined,
    'hello there': [1, 1],
    "curl 'https://h/x": [1, 6],
    'curl -X PUT': undefined,
    'curl https://h/ --foo': [1, 17],
    'curl https://h/ https://i/': [1, 17],
    'curl https://h/ \\\n  -d @body.json': [2, 6],
    'curl https://h/ -F a=1': [1, 20],
    'curl ftp://h/': [1, 6],
    'curl https://h/ -H': [1, 17],
    'curl https://h/ -H nocolon': [1, 20],
    'fetch(url)': [1, 7],
    "fetch('https://h/',\n { body: read() })": [2, 10],
    "fetch('https://h/', { method: 'POST', body: { a: 1 } })": [1, 7],
    "fetch('https://h/'": [1, 19],
    '{"log":{}}': undefined,
    '{"log":': undefined,
    'GET /x HTTP/1.1\n\n': [1, 5],
    'GET /x HTTP/1.1\nHost: h\nbad line\n': [3, 1],
    'GET /a b HTTP/1.1\nHost: h\n': [1, 7],
  };
  for (const [text, position] of Object.entries(wrong)) {
    test(JSON.stringify(text), () => {
      assert.throws(
        () => parseRequest(text),
        (error) => {
          assert.equal(error.name, 'RequestSyntaxError');
          assert.deepEqual(error.position && [error.position.line, error.position.column], position);
          return true;
        },
      );
    });
  }
});

test('nothing of what is read is run', () => {
  globalThis.wasRun = false;
  for (const argument of [
    '(globalThis.wasRun = true)',
    '`${wasRun = true}`',
    '[1].map(() => (wasRun = true))',
  ]) {
    assert.throws(() => parseRequest(`fetch('https://h/', { body: ${argument} })`), {
      name: 'RequestSyntaxError',
    });
  }
  assert.equal(globalThis.wasRun, false);
  const { headers } = parseRequest(`fetch('https://h/', { headers: { ['__proto__']: 'x', a: '1' } })`);
  assert.equal(headers.length, 2);
});

describe('what is written arrives as it was', () => {
  const random = pseudoRandom(20150830);
  const requests = Array.from({ length: 60 }, () => randomRequest(random));

  test('as curl, by bash', async () => {
    for (const request of requests.map(absolute)) {
      const command = toCurl(request);
      await run('bash', ['-c', command.replace(/\bcurl /, 'curl -s ')], { timeout: 10_000 });
      assertArrived(request, server.take());
      // And it is read again as it was.
      if (typeof request.body !== 'object') {
        const again = parseRequest(command);
        assert.equal(again.url, request.url);
        assert.deepEqual(headersOf(again), headersOf(request));
        assert.deepEqual(bytes(again.body), bytes(request.body));
      }
    }
  });

  for (const [name, write, prelude] of [
    ['fetch', toFetch, ''],
    ['axios', toAxios, "import axios from 'axios';\n"],
  ]) {
    test(`as ${name}, by Node.js`, async () => {
      const written = requests.map(absolute).filter(({ method, body }) => {
        if (name !== 'fetch' || body === undefined || !['GET', 'HEAD'].includes(method)) return true;
        assert.throws(() => write({ method, body, url: 'https://h/', headers: [] }));
        return false;
      });
      // What a URL cannot hold is not for these: both send `new URL(…).href`.
      const sendable = written.filter(({ url }) => new URL(url).href === url);
      assert.ok(sendable.length > 20);
      const code = sendable.map((request) => `{\n${write(request)}\n}`).join('\n');
      await run(process.execPath, ['--input-type=module', '-e', prelude + code], { timeout: 60_000 });
      for (const request of sendable) assertArrived(combined(request), combined(server.take()));
    });
  }

  function absolute({ path, ...request }) {
    return { ...request, url: `${server.origin}${path}` };
  }
});

/** Headers with the same name, as one: fetch joins them. */
function combined(request) {
  const joined = new Map();
  for (const [name, value] of request.headers) {
    const key = name.toLowerCase();
    joined.set(key, joined.has(key) ? `${joined.get(key)}, ${value}` : value);
  }
  return { ...request, headers: [...joined] };
}

/** @param {(limit: number) => number} random */
function randomRequest(random) {
  const pick = (list) => list[random(list.length)];
  const text = (alphabet, length) => Array.from({ length }, () => pick(alphabet)).join('');
  const path = `/${text([...'abc-_.~!$&()*+,;=:@', '%20', '%C3%BC', "'", '/'], random(12))}`.replace(
    /\/{2,}|\/\.+(?=\/|$)/g,
    '/x',
  );
  const query = random(2)
    ? `?${text([...'abc=&+-_.~!()*/?:@$,;', '%25', '%5B', '[', '{'], 1 + random(20))}`
    : '';
  const headers = Array.from({ length: random(4) }, () => [
    `X-${pick(['Amz-Meta-A', 'B', 'Api-Key', 'C'])}`,
    text([...'abc "\'\\$`!;:=,/%{}[]#&|<>~^'], random(16)).trim() || 'v',
  ]);
  const method = pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
  const body = pick([
    () => undefined,
    () => text([...'abc "\'\\$`!\n\t{}[]:,@éü☃😀\u2028\r'], 1 + random(40)),
    () => JSON.stringify({ a: text([...'a"\\\n☃'], 5), b: random(100) }, undefined, random(3)),
    () => Uint8Array.from({ length: 1 + random(40) }, () => random(256)),
  ])();
  if (body !== undefined && random(2))
    headers.push(['Content-Type', pick(['application/json', 'text/plain', 'x/y'])]);
  return { method, path: `${path}${query}`, headers, body };
}

describe('text that never ends is read in no time, as it is while somebody types it', () => {
  /** Of what patterns with two ways to match take for ever on. */
  const HOSTILE = {
    'a quote that is open': `'curl "' + 'a'.repeat(300_000)`,
    'a bash string that is open': `"curl $'" + 'a'.repeat(300_000)`,
    'escapes that are open': `'curl "' + '\\\\"'.repeat(100_000)`,
    'spaces after a target': `'GET a' + ' '.repeat(300_000)`,
    'spaces before a target': `'GET ' + ' '.repeat(300_000) + 'x'`,
    carets: `'curl ^"' + '^ '.repeat(150_000)`,
    'commands in commands': `'curl ' + '$('.repeat(100_000)`,
    options: `'curl ' + '-H a:b '.repeat(40_000)`,
    brackets: `'fetch(' + '['.repeat(100_000)`,
    'header lines': `'GET /a HTTP/1.1\\n' + 'a:b\\n'.repeat(70_000)`,
  };
  for (const [name, text] of Object.entries(HOSTILE)) {
    test(name, async () => {
      const code = `import { parseRequests } from 'sigv4-wasm-devtools/requests';
        try { parseRequests(${text}); } catch (error) { if (error.name !== 'RequestSyntaxError') throw error; }`;
      // In a process of its own: what takes for ever could not be ended here.
      await run(process.execPath, ['--input-type=module', '--eval', code], { timeout: 20_000 });
    });
  }
});

/** The same on every run. */
function pseudoRandom(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

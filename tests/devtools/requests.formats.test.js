// Requests of programs other than curl: the parsed request equals the one that the program sends.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { parseRequest, parseRequests } from 'sigv4-wasm-devtools/requests';

import { startRawServer } from '../support/raw-server.js';

const run = promisify(execFile);
/** @type {Awaited<ReturnType<typeof startRawServer>>} */
let server;
before(async () => {
  server = await startRawServer();
});
after(() => server.close());

/** What a program adds on its own, and AWS does not sign. */
const OF_PROGRAMS = new Set([
  ...[
    'host',
    'user-agent',
    'content-length',
    'connection',
    'accept-encoding',
    'keep-alive',
    'transfer-encoding',
  ],
  // awscurl signs.
  ...['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'],
]);

/** @param {{ headers: [string, string][] }} request */
const headersOf = ({ headers }) =>
  headers
    .map(([name, value]) => [name.toLowerCase(), value])
    .filter(([name, value]) => !OF_PROGRAMS.has(name) && !(name === 'accept' && value === '*/*'))
    .sort();

/** @param {string} text */
function assertArrived(text) {
  const request = parseRequest(text);
  const arrival = server.take();
  assert.equal(request.method, arrival.method);
  assert.equal(request.url, `${server.origin}${arrival.url}`);
  assert.deepEqual(headersOf(request), headersOf(arrival));
  assert.deepEqual(Buffer.from(request.body ?? ''), arrival.body);
}

/** By the program that takes them; `URL` is the server. @type {Record<string, { format: string, isThere: boolean, options: string, lines: string[] }>} */
const PROGRAMS = {
  wget: {
    format: 'wget',
    isThere: spawnSync('wget', ['--version']).status === 0,
    options: '-q -O /dev/null',
    lines: [
      `wget URL/a?x=1`,
      `wget --method=PUT --body-data='{"a":1}' --header='Content-Type: application/json' URL/a`,
      `wget --post-data 'a=1&b=2' URL/a`,
      `wget --method DELETE --header "X-One: 1" --header 'X-Two: 2' URL/a`,
      `wget --header='X-One: 1' --header='X-One: 2' URL/a`,
      `wget --referer=http://r.example/ -nv -t 1 URL/b/../c`,
      `wget --user me --password=secret --auth-no-challenge URL/a`,
      `wget --spider --no-check-certificate URL/a`,
    ],
  },
  http: {
    format: 'httpie',
    isThere: spawnSync('http', ['--version']).status === 0,
    options: '--ignore-stdin --print=',
    lines: [
      `http URL/a`,
      `http PUT URL/a name=value count:=1 list:='[1,"é"]' none:=null`,
      `http URL/a X-One:1 'X-Two: 2' q==1 'q==a b&c'`,
      `http -f POST URL/a a='x y' b=~1`,
      `http DELETE URL/a`,
      `http -j URL/a`,
      `http --raw '{"a": 1}' PATCH URL/a`,
      `http -a me:secret URL/a`,
      `http -A bearer -a token URL/a`,
      `http URL/a 'a\\:b=c' Accept:text/plain x='é'`,
      `http POST URL/a 'X-Empty;' User-Agent: a=1`,
    ],
  },
  awscurl: {
    format: 'awscurl',
    isThere: spawnSync('awscurl', ['--help']).status === 0,
    options: '',
    lines: [
      `awscurl --service execute-api --region eu-west-1 URL/a`,
      `awscurl -X POST -d '{"a":1}' URL/a`,
      `awscurl -X PUT -H 'X-One: 1' -H 'Content-Type: text/plain' -d text URL/a`,
      `awscurl --request DELETE -k -v URL/a`,
    ],
  },
};

for (const [program, { format, isThere, options, lines }] of Object.entries(PROGRAMS)) {
  describe(`commands of ${program}`, { skip: !isThere && `${program} is not installed` }, () => {
    for (const line of lines) {
      test(line, async () => {
        const text = line.replaceAll('URL', server.origin);
        const env = {
          ...process.env,
          AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
          AWS_SECRET_ACCESS_KEY: 'not-a-secret',
        };
        await run('bash', ['-c', text.replace(program, `${program} ${options}`)], {
          timeout: 20_000,
          env,
        }).catch(() => {});
        assertArrived(text);
        assert.equal(parseRequest(text).format, format);
      });
    }
  });
}

/** As HTTPie 3.2.4 and awscurl 0.44 sent them. @type {[text: string, expected: object][]} */
const RECORDED = [
  [
    `http PUT https://h.example/a name=value count:=1 list:='[1,"é"]' q==1 X-One:1`,
    {
      method: 'PUT',
      url: 'https://h.example/a?q=1',
      headers: [
        ['X-One', '1'],
        ['Content-Type', 'application/json'],
        ['Accept', 'application/json, */*;q=0.5'],
      ],
      body: '{"name": "value", "count": 1, "list": [1, "\\u00e9"]}',
    },
  ],
  [`http :3000/x`, { method: 'GET', url: 'http://localhost:3000/x' }],
  [`https h.example`, { method: 'GET', url: 'https://h.example/' }],
  [
    `http -f POST h.example/a a='x y' b=~1`,
    { body: 'a=x+y&b=~1', headers: [['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8']] },
  ],
  [
    `awscurl --service es --region eu-west-1 -X POST -d '{"a":1}' https://h.example/a`,
    {
      method: 'POST',
      body: '{"a":1}',
      headers: [
        ['Accept', 'application/xml'],
        ['Content-Type', 'application/json'],
      ],
      signing: { region: 'eu-west-1', service: 'es' },
    },
  ],
];

describe('commands as those programs sent them', () => {
  for (const [text, expected] of RECORDED) {
    test(text, () => assertHas(parseRequest(text), expected));
  }
});

/** @param {object} request @param {Record<string, any>} expected */
function assertHas(request, expected) {
  const found = Object.fromEntries(
    Object.keys(expected).map((key) => [key, /** @type {any} */ (request)[key]]),
  );
  assert.deepEqual(found, expected);
}

test(
  'what curl -v shows of a request',
  { skip: spawnSync('curl', ['-V']).status !== 0 && 'curl is not installed' },
  async () => {
    const args = ['-v', '-s', '-o', '/dev/null', '-H', 'X-One: 1', `${server.origin}/a?b=1`];
    const { stderr } = await run('curl', args);
    assert.match(stderr, /^\* /m);
    assertArrived(stderr);
  },
);

describe('what is hostile ends soon, and with an error of ours', () => {
  const many = 100_000;
  /** @type {Record<string, string>} */
  const texts = {
    'PowerShell, nested': `irm ${'('.repeat(many)}`,
    'PowerShell, continued': `irm -Uri ${'`\n'.repeat(many)}`,
    'PowerShell, a quote that never ends': `irm "${'`"'.repeat(many)}`,
    'Bruno, blocks that never end': `meta {\n${'get {\n'.repeat(many / 5)}`,
    'HTTPie, many items': `http h ${'a=b '.repeat(many / 4)}?`,
    'awscurl, an option again and again': `awscurl ${'-d x '.repeat(many / 5)}`,
    'Postman, nested': `${'{"item":['.repeat(5000)}${']}'.repeat(5000)}`,
    'curl -v, lines without an end': `> GET / HTTP/1.1\n${'> a: b\n'.repeat(many / 7)}`,
    'axios, nested': `axios.get(${'['.repeat(5000)}`,
    'a URL of colons': `https://${':'.repeat(many)}`,
  };
  for (const [title, text] of Object.entries(texts)) {
    test(title, () => {
      const began = process.cpuUsage();
      assert.throws(() => parseRequest(text), { name: 'RequestSyntaxError' });
      const { user } = process.cpuUsage(began);
      assert.ok(user < 2_000_000, `${user / 1000} ms`);
    });
  }
});

describe('calls of axios are read as axios itself takes them', () => {
  const axiosPath = fileURLToPath(import.meta.resolve('axios'));
  const calls = [
    `await axios.get('URL/a', { params: { a: 1, b: ['x', 'y'], c: { d: 'é :$,+' }, none: undefined } })`,
    `await axios.post('URL/a', { a: 1, b: null, c: [true] }, { headers: { 'X-One': '1' } })`,
    `await axios.put("URL/a", 'text')`,
    `await axios.patch('URL/a', '{"a": 1}', { headers: { 'content-type': 'application/json' } })`,
    `await axios.post('URL/a', new URLSearchParams({ a: '1 2' }))`,
    `await axios({ method: 'delete', url: 'URL/a?x=1', headers: { Accept: 'text/plain' } })`,
    `await axios('URL/a')`,
    `const api = axios.create({ baseURL: 'URL/base/', headers: { 'X-Api': 'k' } });
     const { data } = await api.request({ url: '/orders', method: 'POST', data: { item: 'tea' } });`,
    `const client = axios.create({ baseURL: 'URL' }); const body = { a: 'é' }; await client.post(\`/x/\${1}\`, body)`,
    `axios.get('URL/a', { auth: { username: 'me', password: 'secret' }, timeout: 1000 }).then((r) => r.data)`,
    `await axios.post('URL/a', { a: 1 }, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })`,
    `await axios.delete('URL/a', { data: { a: 1 } })`,
  ];
  for (const call of calls) {
    test(call.slice(0, 90), async () => {
      const code = call.replaceAll(/(?<![a-zA-Z])URL(?!Search)/g, server.origin);
      const script = `import axios from ${JSON.stringify(axiosPath)};\n${code}`;
      await run(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
      assertArrived(code);
      assert.equal(parseRequest(`import axios from 'axios';\n${code}`).format, 'axios');
    });
  }
});

describe('PowerShell', () => {
  test('as browsers copy it', () => {
    const text = [
      '$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession',
      '$session.UserAgent = "Mozilla/5.0"',
      'Invoke-WebRequest -UseBasicParsing -Uri "https://h.example/prod/x?a=1&b=`$2" `',
      '-Method "POST" `',
      '-WebSession $session `',
      '-Headers @{',
      '"authority"="h.example"',
      '  "method"="POST"',
      '  "x-quote"="a `"b`" c"',
      '} `',
      '-ContentType "application/json" `',
      '-Body "{`"a`":`"$([char]233) ``tick``\\n`"}"',
    ].join('\n');
    assertHas(parseRequest(text), {
      format: 'powershell',
      method: 'POST',
      url: 'https://h.example/prod/x?a=1&b=$2',
      headers: [
        ['x-quote', 'a "b" c'],
        ['Content-Type', 'application/json'],
      ],
      body: '{"a":"é `tick`\\n"}',
    });
  });

  test('as people write it', () => {
    const text = `$uri = 'https://h.example/x'
$headers = @{ Accept = 'application/json'; 'X-It''s' = "yes" }
$body = @{ a = 1; b = "two words" }
Invoke-RestMethod $uri -Method Post -Headers $headers -Body $body`;
    assertHas(parseRequest(text), {
      method: 'POST',
      url: 'https://h.example/x',
      headers: [
        ['Accept', 'application/json'],
        ["X-It's", 'yes'],
        ['Content-Type', 'application/x-www-form-urlencoded'],
      ],
      body: 'a=1&b=two+words',
    });
  });

  test('a switch takes no value', () => {
    assert.equal(
      parseRequest('iwr -UseBasicParsing https://h.example/x -SkipCertificateCheck').url,
      'https://h.example/x',
    );
  });

  test('bytes, JSON and a text of several lines', () => {
    const bytes = `irm -Uri https://h.example/ -Method Put -Body ([System.Text.Encoding]::UTF8.GetBytes("é"))`;
    assert.equal(parseRequest(bytes).body, 'é');
    const json = `irm https://h.example/ -Method Put -Body (@{ a = 'x' } | ConvertTo-Json -Compress) -ContentType application/json`;
    assert.equal(parseRequest(json).body, '{"a":"x"}');
    const here = `Invoke-WebRequest https://h.example/ -Method Put -Body @'\n{ "a": 1 }\n'@`;
    assert.equal(parseRequest(here).body, '{ "a": 1 }');
  });
});

const POSTMAN = {
  info: { name: 'Shop', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
  variable: [{ key: 'host', value: 'h.example' }],
  auth: {
    type: 'awsv4',
    awsv4: [
      { key: 'region', value: 'eu-west-1' },
      { key: 'service', value: 'execute-api' },
      { key: 'secretKey', value: 'sk' },
      { key: 'accessKey', value: 'AK' },
    ],
  },
  item: [
    {
      name: 'Orders',
      item: [
        {
          name: 'Create',
          request: {
            method: 'POST',
            header: [
              { key: 'X-One', value: '1' },
              { key: 'X-Off', value: '2', disabled: true },
            ],
            url: { raw: 'https://{{host}}/orders/:id?a=1', variable: [{ key: 'id', value: '42' }] },
            body: { mode: 'raw', raw: '{"item":"tea"}', options: { raw: { language: 'json' } } },
          },
        },
        { name: 'List', request: { method: 'GET', header: [], url: 'https://{{host}}/orders' } },
      ],
    },
  ],
};

describe('Postman', () => {
  test('a collection', () => {
    const [create, list, ...others] = parseRequests(JSON.stringify(POSTMAN));
    assert.equal(others.length, 0);
    assertHas(create, {
      format: 'postman',
      method: 'POST',
      url: 'https://h.example/orders/42?a=1',
      headers: [
        ['X-One', '1'],
        ['Content-Type', 'application/json'],
      ],
      body: '{"item":"tea"}',
      signing: { accessKeyId: 'AK', secretAccessKey: 'sk', region: 'eu-west-1', service: 'execute-api' },
    });
    assertHas(list, { method: 'GET', url: 'https://h.example/orders' });
  });

  test('an item, and a form', () => {
    const request = {
      method: 'PUT',
      header: [],
      url: { raw: 'https://h.example/x' },
      body: {
        mode: 'urlencoded',
        urlencoded: [
          { key: 'a b', value: '1' },
          { key: 'c', value: 'é' },
        ],
      },
    };
    assertHas(parseRequest(JSON.stringify({ name: 'Form', request })), { body: 'a%20b=1&c=%C3%A9' });
  });

  test('a variable without a value is named', () => {
    const request = { method: 'GET', header: [], url: { raw: 'https://{{unknown}}/x' } };
    assert.throws(
      () => parseRequest(JSON.stringify({ name: 'A', request })),
      /"A": the value of \{\{unknown\}\}/,
    );
  });
});

describe('Bruno', () => {
  test('a request', () => {
    const text = `meta {
  name: Create
  type: http
  seq: 1
}

post {
  url: https://{{host}}/orders/:id?a=1
  body: json
  auth: awsv4
}

params:path {
  id: 42
}

headers {
  x-one: 1
  ~x-off: 2
}

auth:awsv4 {
  accessKeyId: AK
  secretAccessKey: sk
  service: execute-api
  region: eu-west-1
}

body:json {
  {
    "item": "tea"
  }
}

vars:pre-request {
  host: h.example
}
`;
    assertHas(parseRequest(text), {
      format: 'bruno',
      method: 'POST',
      url: 'https://h.example/orders/42?a=1',
      headers: [
        ['x-one', '1'],
        ['Content-Type', 'application/json'],
      ],
      body: '{\n  "item": "tea"\n}',
      signing: { accessKeyId: 'AK', secretAccessKey: 'sk', region: 'eu-west-1', service: 'execute-api' },
    });
  });
});

describe('a URL', () => {
  test('alone', () => {
    assertHas(parseRequest(' https://h.example/x?a=b%20c \n'), {
      ...{ format: 'url', method: 'GET', url: 'https://h.example/x?a=b%20c', headers: [], notes: [] },
    });
  });

  test('presigned, and escaped as HTML', () => {
    const { url, notes } = parseRequest(
      'https://h.example/x?X-Amz-Date=20150830T123600Z&amp;X-Amz-Signature=00',
    );
    assert.equal(url, 'https://h.example/x?X-Amz-Date=20150830T123600Z&X-Amz-Signature=00');
    assert.match(notes[0], /GET is assumed/);
  });
});

describe('what is wrong is said, and where', () => {
  /** @type {[text: string, line: number, column: number][]} */
  const wrong = [
    ['wget --post-file=x https://h/', 1, 6],
    ['wget https://h/ --foo', 1, 17],
    ['http https://h/ a@file', 1, 17],
    ['http https://h/ what', 1, 17],
    ['awscurl -d @file https://h/', 1, 12],
    ['awscurl https://h/ https://i/', 1, 20],
    ['Invoke-WebRequest -Uri $url', 1, 24],
    ['Invoke-WebRequest -Uri https://h/ -Foo 1', 1, 35],
    ['axios.get(url)', 1, 11],
    ["axios.post('https://h/', read())", 1, 26],
  ];
  for (const [text, line, column] of wrong) {
    test(text, () => {
      assert.throws(
        () => parseRequest(text),
        (/** @type {any} */ error) => {
          assert.equal(error.name, 'RequestSyntaxError');
          assert.deepEqual(error.position, { line, column });
          return true;
        },
      );
    });
  }
});
